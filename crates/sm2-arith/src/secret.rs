//! Operations on secret values, in constant time.
//!
//! No branch and no memory address depends on an argument; `docs/constant-time.md` says how that is
//! checked, and what it does not cover.

mod comb;
mod multiply;
mod sign;

pub use multiply::multiply_generator;
pub use sign::{inverse_for_signing, sign};
