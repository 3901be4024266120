#![doc = include_str!("../README.md")]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![expect(unsafe_code, reason = "this crate is the C interface of the card")]

mod algorithm;
mod asymmetric;
mod caller;
mod device;
mod entry;
mod ephemeral;
mod file;
mod fork;
mod handle;
mod hash;
mod key;
mod session;
mod symmetric;
mod table;
mod unsupported;
mod value;
mod world;

pub use ephemeral::EphemeralCard;
pub use table::functions;

pub use gmt0018_softcard as card;
