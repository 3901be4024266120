//! Eight points at a time, with formulas that show the cases they are wrong for by Z = 0.
//!
//! Ordinates are doubled (W = 2Y) and every step negates: doubling gives -2P, addition -(P + Q). So
//! the new ordinate is a sum of two products that needs one reduction. The caller keeps the parity.

mod addend;
mod affine;
mod jacobian;

pub(super) use addend::Addend;
pub(super) use affine::Affine;
pub(super) use jacobian::Jacobian;
