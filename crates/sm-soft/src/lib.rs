#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod cipher;
pub mod curve;
pub mod encryption;
pub mod exchange;
pub mod hash;
pub mod keyfile;
pub mod random;

mod kdf;
mod key;

/// The values and traits of this crate's interface.
pub use sm2_signing;

pub use key::{KeyError, SecretKey, SoftKey, SoftVerifier};

#[cfg(test)]
mod testing;
