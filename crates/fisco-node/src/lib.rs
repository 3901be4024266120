#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(all(feature = "batch", any(feature = "card", feature = "soft")))]
pub mod account;
pub mod block;
pub mod config;
#[cfg(all(feature = "batch", any(feature = "card", feature = "soft")))]
pub mod crypto;
pub mod files;
pub mod guard;
pub mod identity;
pub mod tars;
pub mod transaction;

mod parts;

/// The values and traits of this crate's interface.
pub use sm2_signing;
