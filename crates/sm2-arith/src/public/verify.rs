use super::multiply_add;
use crate::limbs::{self, Limbs};
use crate::point::halves;
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
    Claim::new(e, r, s).is_some_and(|claim| claim.holds(key))
}

/// What a signature claims of its key P: that x1 of (x1, y1) = \[s\]G + \[t\]P is `x` mod n.
pub(crate) struct Claim {
    pub(crate) s: Scalar,
    pub(crate) t: Scalar,
    /// (r - e) mod n.
    pub(crate) x: Scalar,
}

impl Claim {
    /// Steps B1 to B5 for r ‖ s, big-endian; none if they reject.
    #[inline]
    pub(crate) fn from_bytes(e: &[u8; 32], signature: &[u8; 64]) -> Option<Self> {
        // B1, B2: r and s in [1, n-1]
        let (r, s) = halves(signature);
        let r = Scalar::from_bytes(&r).into_option()?;
        let s = Scalar::from_bytes(&s).into_option()?;
        Self::new(&Scalar::from_bytes_reduced(e), &r, &s)
    }

    /// Whether it is true of this key.
    pub(crate) fn holds(&self, key: &AffinePoint) -> bool {
        // B6: (x1, y1) = [s]G + [t]P
        let point = multiply_add(&self.s, &self.t, key);
        // B7: R = (e + x1) mod n, valid if R = r
        self.is_met_by(&point)
    }

    /// Whether x1 mod n is what the claim says. Infinity has no x1.
    ///
    /// x1 is X / Z^2: X is compared with x * Z^2, without an inversion. Integers below p with this
    /// remainder are x and, if it is below p, x + n.
    #[inline]
    pub(crate) fn is_met_by(&self, point: &JacobianPoint) -> bool {
        if point.z.is_zero_vartime() {
            return false;
        }
        let z_squared = point.z.square();
        let matches = |x: &[u64; 4]| FieldElement::from_limbs(x).multiply(&z_squared) == point.x;
        let first = self.x.to_limbs();
        if matches(&first) {
            return true;
        }
        second_abscissa(&first).is_some_and(|second| matches(&second))
    }

    /// As [`is_met_by`](Self::is_met_by), for a point whose x1 is there.
    #[inline]
    pub(crate) fn is_met_by_affine(&self, point: &AffinePoint) -> bool {
        Scalar::from_limbs(&point.x().to_limbs()) == self.x
    }

    #[inline]
    fn new(e: &Scalar, r: &Scalar, s: &Scalar) -> Option<Self> {
        // B1, B2: r and s in [1, n-1]
        if r.is_zero_vartime() || s.is_zero_vartime() {
            return None;
        }
        // B3, B4: e is given.
        // B5: t = (r + s) mod n, reject t = 0
        let t = r.add(s);
        // B7 read backwards: r = (e + x1) mod n
        let x = r.subtract(e);
        (!t.is_zero_vartime()).then_some(Self { s: *s, t, x })
    }
}

/// The other integer below p that is `x` mod n: x + n, if that is below p.
#[inline]
pub(crate) fn second_abscissa(x: &Limbs) -> Option<Limbs> {
    let (second, carry) = limbs::add(x, &Scalar::MODULUS);
    (!carry && limbs::sub(&second, &FieldElement::MODULUS).1).then_some(second)
}
