use subtle::CtOption;
use zeroize::Zeroizing;

use super::multiply::multiply_generator_jacobian;
use crate::{FieldElement, Scalar, ScalarFactor};

/// (1 + d)^-1 mod n, which every signature of the key d needs; none for d = 0 and d = n - 1, which
/// are no private keys (GB/T 32918.1, 6.1).
///
/// # Examples
///
/// ```
/// use sm2_arith::{Scalar, secret};
///
/// assert!(bool::from(secret::inverse_for_signing(&Scalar::ONE).is_some()));
/// assert!(bool::from(secret::inverse_for_signing(&Scalar::ONE.negate()).is_none()));
/// ```
#[must_use]
pub fn inverse_for_signing(d: &Scalar) -> CtOption<ScalarFactor> {
    let sum = Zeroizing::new(Scalar::ONE.add(d));
    let inverse = Zeroizing::new(sum.invert());
    CtOption::new(ScalarFactor::new(&inverse), !d.is_zero() & !sum.is_zero())
}

/// The signature (r, s) of e with the nonce k (GB/T 32918.2, 6.1, steps A4 to A7), in constant time.
///
/// None if k cannot be used (k = 0, r = 0, r + k = n or s = 0): take another.
///
/// # Examples
///
/// ```
/// use sm2_arith::{AffinePoint, Scalar, public, secret};
///
/// let inverse = secret::inverse_for_signing(&Scalar::ONE).unwrap();
/// let (e, k) = (Scalar::ONE, Scalar::from_limbs(&[2, 0, 0, 0]));
/// let (r, s) = secret::sign(&inverse, &e, &k).unwrap();
/// assert!(public::verify(&AffinePoint::GENERATOR, &e, &r, &s));
/// ```
#[must_use]
pub fn sign(inverse: &ScalarFactor, e: &Scalar, k: &Scalar) -> CtOption<(Scalar, Scalar)> {
    // A4: (x1, y1) = [k]G
    let point = Zeroizing::new(multiply_generator_jacobian(k));
    let z_inverse = Zeroizing::new(point.z.invert());
    let x = Zeroizing::new(point.scale_x(&z_inverse));
    // A5 to A7
    sign_with_abscissa(inverse, e, k, &x)
}

/// Steps A5 to A7, with x1 of (x1, y1) = \[k\]G; none as for [`sign`].
#[inline]
pub(crate) fn sign_with_abscissa(
    inverse: &ScalarFactor,
    e: &Scalar,
    k: &Scalar,
    x: &FieldElement,
) -> CtOption<(Scalar, Scalar)> {
    // A5: r = (e + x1) mod n, again if r = 0 or r + k = n
    let r = e.add(&Scalar::from_limbs(&x.to_limbs()));
    let sum = Zeroizing::new(r.add(k));
    // A6: s = (1 + d)^-1 (k - r d) = (1 + d)^-1 (k + r) - r mod n, again if s = 0
    let s = inverse.multiply(&sum).subtract(&r);
    // A7: (r, s)
    let unusable = k.is_zero() | r.is_zero() | sum.is_zero() | s.is_zero();
    CtOption::new((r, s), !unusable)
}

/// r ‖ s, big-endian, none if the nonce cannot be used.
///
/// Whether it can is not secret, and the one thing that a branch is taken on: `tests/constant_time.supp` names
/// this function.
#[inline(never)]
pub(crate) fn disclose(signed: CtOption<(Scalar, Scalar)>) -> Option<[u8; 64]> {
    let (r, s) = signed.into_option()?;
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&r.to_bytes());
    signature[32..].copy_from_slice(&s.to_bytes());
    Some(signature)
}
