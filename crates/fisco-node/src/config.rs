//! The files that configure a node, a chain and an account.

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod chain;
mod check;
mod error;
mod genesis;
pub mod ini;
mod kms;
mod node;
mod password;
mod read;
mod sdk;
mod warning;

pub use check::{check, fix};
pub use error::{ConfigError, Location, Problem};
pub use genesis::{
    ChainVersion, ConsensusType, Genesis, Sealer, SealerError, SealerSet, UnknownVersion,
};
pub use kms::KmsType;
pub use node::{CardSettings, KeySource, NodeConfig};
pub use password::{Password, PasswordError, PasswordSource};
pub use sdk::{AccountSource, SdkConfig};
pub use warning::{Warning, WarningKind};
