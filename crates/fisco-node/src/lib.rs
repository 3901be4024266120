//! FISCO BCOS 3.x transactions and block headers of a state secret (guomi) chain.
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub mod block;
pub mod tars;
pub mod transaction;
