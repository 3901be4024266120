#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod arch;
pub mod batch;
mod digits;
mod field;
mod invert;
mod limbs;
mod point;
mod portable;
pub mod public;
mod scalar;
pub mod secret;
mod signing;
pub mod sm3_lanes;

pub use field::FieldElement;
pub use point::{AffinePoint, InvalidPoint, JacobianPoint};
pub use scalar::{Scalar, ScalarFactor};
pub use signing::{InvalidKey, SigningKey, verify};
