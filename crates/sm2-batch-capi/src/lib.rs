#![doc = include_str!("../README.md")]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod caller;
mod entry;
mod exports;
mod failure;
mod types;
mod verifier;

pub use exports::*;
pub use types::*;
pub use verifier::Verifier;
