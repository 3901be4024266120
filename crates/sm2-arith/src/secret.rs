//! Operations on secret values, in constant time.
//!
//! No branch and no memory address depends on an argument.
//!
#![doc = include_str!("../docs/constant-time.md")]
//!
#![doc = include_str!("../docs/multiplication.md")]

mod comb;
mod multiply;
mod sign;

pub use multiply::multiply_generator;
pub(crate) use sign::{disclose, sign_with_abscissa};
pub use sign::{inverse_for_signing, sign};
