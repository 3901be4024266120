//! FISCO BCOS 3.x transactions and block headers of a state secret (guomi) chain.
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod block;
pub mod tars;
pub mod transaction;
