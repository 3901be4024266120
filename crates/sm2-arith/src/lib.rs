#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod arch;
mod field;
mod invert;
pub mod lanes;
mod limbs;
mod point;
pub mod public;
mod scalar;
pub mod secret;
mod signing;
pub mod sm3_lanes;

pub use field::FieldElement;
pub use point::{AffinePoint, InvalidPoint, JacobianPoint};
pub use scalar::{Scalar, ScalarFactor};
pub use signing::{InvalidKey, SigningKey, verify};
