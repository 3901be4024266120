use std::sync::OnceLock;

use crate::limbs;
use crate::{AffinePoint, JacobianPoint, Scalar};

/// The multiples of G that a scalar's digits choose from: for digit i, \[j 2^(6i)\]G with j in 1..=32.
pub(super) struct Comb(Vec<[AffinePoint; MULTIPLES]>);

impl Comb {
    /// The table, computed by the first call.
    pub(super) fn new() -> &'static Self {
        static COMB: OnceLock<Comb> = OnceLock::new();
        COMB.get_or_init(Self::compute)
    }

    /// For each digit its table, least significant first.
    pub(super) fn tables(&self) -> impl Iterator<Item = (usize, &[AffinePoint; MULTIPLES])> {
        self.0.iter().enumerate()
    }

    fn compute() -> Self {
        let mut base = JacobianPoint::from(AffinePoint::GENERATOR);
        let mut multiples = Vec::with_capacity(DIGITS * MULTIPLES);
        for _ in 0..DIGITS {
            let mut multiple = base;
            for _ in 0..MULTIPLES {
                multiples.push(multiple);
                multiple = multiple.add_vartime(&base);
            }
            for _ in 0..WIDTH {
                base = base.double();
            }
        }
        let affine = JacobianPoint::batch_to_affine(&multiples);
        // None is infinity: n is a prime above all factors of these multiples.
        let affine: Vec<_> = affine.into_iter().flatten().collect();
        let (tables, _) = affine.as_chunks();
        Self(tables.to_vec())
    }
}

/// A digit of Booth's recoding, between -32 and 32.
#[derive(Clone, Copy)]
pub(super) struct Digit {
    pub(super) magnitude: u64,
    /// All ones for a negative digit.
    pub(super) negative: u64,
}

impl Digit {
    /// The digit at 2^(6 `index`) of `scalar`.
    ///
    /// With b the bits from 6i - 1 to 6i + 5, it is -32 b6 + 16 b5 + 8 b4 + 4 b3 + 2 b2 + b1 + b0:
    /// the uppermost bit of a digit counts negative here and is made good by the next digit, which
    /// sees it as b0.
    #[inline(always)]
    pub(super) const fn new(scalar: &Scalar, index: usize) -> Self {
        let value = scalar.to_limbs();
        let bits = match index {
            0 => limbs::bits(&value, 0, WIDTH) << 1,
            _ => limbs::bits(&value, WIDTH * index - 1, WIDTH + 1),
        };
        let negative = (bits >> WIDTH).wrapping_neg();
        // The same sum for bits and inverted bits differs in the sign only.
        let folded = (bits ^ negative) & ((2 << WIDTH) - 1);
        Self {
            magnitude: (folded >> 1) + (folded & 1),
            negative,
        }
    }
}

/// Bits in a digit. With 6, additions and reading the whole table balance.
const WIDTH: usize = 6;

/// Multiples in the table of a digit.
pub(super) const MULTIPLES: usize = 1 << (WIDTH - 1);

/// Digits of a scalar: 43 * 6 = 258 > 256, so that the last is not negative.
const DIGITS: usize = 43;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(scalar: &Scalar) {
        let mut sum = Scalar::ZERO;
        for index in (0..DIGITS).rev() {
            for _ in 0..WIDTH {
                sum = sum.add(&sum);
            }
            let digit = Digit::new(scalar, index);
            assert!(digit.magnitude <= MULTIPLES as u64);
            let magnitude = Scalar::from_limbs(&[digit.magnitude, 0, 0, 0]);
            sum = match digit.negative {
                0 => sum.add(&magnitude),
                u64::MAX => sum.subtract(&magnitude),
                _ => unreachable!(),
            };
        }
        assert_eq!(sum, *scalar);
        assert_eq!(Digit::new(scalar, DIGITS - 1).negative, 0);
    }

    #[test]
    fn digits_of_extremes() {
        check(&Scalar::ZERO);
        for bit in 0..256 {
            let mut power = [0; 4];
            power[bit / 64] = 1 << (bit % 64);
            let power = Scalar::from_limbs(&power);
            check(&power);
            check(&power.subtract(&Scalar::ONE));
            check(&power.negate());
        }
    }

    #[test]
    fn all_multiples_are_there() {
        let comb = Comb::new();
        assert_eq!(comb.tables().count(), DIGITS);
        let mut base = JacobianPoint::from(AffinePoint::GENERATOR);
        for (_, table) in comb.tables() {
            let mut multiple = base;
            for entry in table {
                assert_eq!(multiple.to_affine(), Some(*entry));
                assert_eq!(
                    AffinePoint::from_coordinates(entry.x(), entry.y()),
                    Ok(*entry)
                );
                multiple = multiple.add_vartime(&base);
            }
            for _ in 0..WIDTH {
                base = base.double();
            }
        }
    }

    proptest! {
        #[test]
        fn digits(limbs: [u64; 4]) {
            check(&Scalar::from_limbs(&limbs));
        }
    }
}
