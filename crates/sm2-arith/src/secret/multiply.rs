use std::hint::black_box;

use subtle::CtOption;
use zeroize::Zeroizing;

use super::comb::{Comb, Digit};
use crate::{AffinePoint, JacobianPoint, Scalar};

/// \[k\]G in constant time, none for k = 0.
///
/// The first call computes a table of multiples of G.
///
/// # Examples
///
/// ```
/// use sm2_arith::{AffinePoint, Scalar, secret};
///
/// let one = secret::multiply_generator(&Scalar::ONE).unwrap();
/// assert_eq!(one, AffinePoint::GENERATOR);
/// assert!(bool::from(secret::multiply_generator(&Scalar::ZERO).is_none()));
/// ```
#[must_use]
pub fn multiply_generator(k: &Scalar) -> CtOption<AffinePoint> {
    let point = Zeroizing::new(multiply_generator_jacobian(k));
    let inverse = Zeroizing::new(point.z.invert());
    CtOption::new(point.scale(&inverse), !point.is_infinity())
}

/// \[k\]G, one addition for each digit of k.
///
/// The addition is one that fails for infinity and for equal points. Infinity is dealt with by
/// selection; equal points do not come up for k < n: `docs/multiplication.md` proves it.
pub(super) fn multiply_generator_jacobian(k: &Scalar) -> JacobianPoint {
    let mut sum = Zeroizing::new(JacobianPoint::INFINITY);
    // All ones as long as all digits were 0.
    let mut infinite = u64::MAX;
    for (index, table) in Comb::new().tables() {
        let digit = Digit::new(k, index);
        // The compiler must not learn what the digit can be.
        let (magnitude, negative) = (black_box(digit.magnitude), black_box(digit.negative));
        let multiple = AffinePoint::look_up(table.iter(), magnitude).negate_if(negative);
        // All ones for the digit 0: 0 - 1 has its uppermost bit set, 32 - 1 has not.
        let nothing = black_box((magnitude.wrapping_sub(1) >> 63).wrapping_neg());
        let next = sum.add_affine_incomplete(&multiple);
        let next = JacobianPoint::select(infinite, &multiple.into(), &next);
        *sum = JacobianPoint::select(nothing, &sum, &next);
        infinite &= nothing;
    }
    *sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::public;

    fn check(k: &Scalar) {
        let expected = public::multiply_add(k, &Scalar::ZERO, &AffinePoint::GENERATOR).to_affine();
        assert_eq!(multiply_generator(k).into_option(), expected);
    }

    /// Scalars with one or two digits that are not 0, their negatives, and those next to n.
    #[test]
    fn sparse_scalars() {
        check(&Scalar::ZERO);
        for i in 0..256 {
            let mut power = [0; 4];
            power[i / 64] = 1 << (i % 64);
            let power = Scalar::from_limbs(&power);
            for k in [
                power,
                power.add(&Scalar::ONE),
                power.add(&power).subtract(&Scalar::ONE),
            ] {
                check(&k);
                check(&k.negate());
            }
        }
    }

    proptest! {
        #[test]
        fn any_scalar(limbs: [u64; 4]) {
            check(&Scalar::from_limbs(&limbs));
        }
    }
}
