#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod cipher;
pub mod hash;
pub mod random;

#[cfg(test)]
mod testing;
