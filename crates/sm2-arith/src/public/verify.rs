use super::multiply_add;
use crate::limbs;
use crate::{AffinePoint, FieldElement, JacobianPoint, Scalar};

/// Whether (r, s) is a signature of e under the key (GB/T 32918.2, 7.1, steps B1 to B7).
///
/// r and s are below n by their type; a caller that reads bytes rejects those that are not. e is
/// reduced mod n, as step B7 does.
///
/// # Examples
///
/// ```
/// use sm2_arith::{AffinePoint, Scalar, public};
///
/// // d = 1, k = 2: e + x1 = r = 1 gives s = (1 + d)^-1 (k - r d) = 1 / 2.
/// let r = Scalar::ONE;
/// let s = Scalar::ONE.add(&r).invert();
/// let two_g = public::multiply_add(&Scalar::ONE, &Scalar::ONE, &AffinePoint::GENERATOR);
/// let x1 = Scalar::from_bytes_reduced(&two_g.to_affine().unwrap().x().to_bytes());
/// let e = r.subtract(&x1);
/// assert!(public::verify(&AffinePoint::GENERATOR, &e, &r, &s));
/// assert!(!public::verify(&AffinePoint::GENERATOR, &e.add(&r), &r, &s));
/// ```
#[must_use]
pub fn verify(key: &AffinePoint, e: &Scalar, r: &Scalar, s: &Scalar) -> bool {
    // B1, B2: r and s in [1, n-1]
    if r.is_zero_vartime() || s.is_zero_vartime() {
        return false;
    }
    // B3, B4: e is given.
    // B5: t = (r + s) mod n, reject t = 0
    let t = r.add(s);
    if t.is_zero_vartime() {
        return false;
    }
    // B6: (x1, y1) = [s]G + [t]P
    let point = multiply_add(s, &t, key);
    // B7: R = (e + x1) mod n, valid if R = r
    has_x(&point, &r.subtract(e))
}

/// Whether x mod n is `expected`. Infinity has no x.
///
/// x is X / Z^2: X is compared with `expected` * Z^2, without an inversion. Integers below p with
/// this remainder are `expected` and, if it is below p, `expected` + n.
fn has_x(point: &JacobianPoint, expected: &Scalar) -> bool {
    if point.z.is_zero_vartime() {
        return false;
    }
    let z_squared = point.z.square();
    let matches = |x: &[u64; 4]| FieldElement::from_limbs(x).multiply(&z_squared) == point.x;
    let first = expected.to_limbs();
    if matches(&first) {
        return true;
    }
    let (second, carry) = limbs::add(&first, &Scalar::MODULUS);
    !carry && limbs::sub(&second, &FieldElement::MODULUS).1 && matches(&second)
}
