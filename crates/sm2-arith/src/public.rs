//! Operations on public values, in variable time.
//!
//! Nothing secret may come here: how long these take tells what they were given.

mod multiply;
mod naf;
mod verify;

pub use multiply::multiply_add;
pub(crate) use multiply::multiply_add_multiples;
pub use verify::verify;
pub(crate) use verify::{Claim, second_abscissa};
