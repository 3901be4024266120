//! Points of y^2 = x^3 + ax + b, with a = p - 3.

mod affine;
mod jacobian;

pub(crate) use affine::halves;
pub use affine::{AffinePoint, InvalidPoint};
pub use jacobian::JacobianPoint;
pub(crate) use jacobian::PreparedPoint;
