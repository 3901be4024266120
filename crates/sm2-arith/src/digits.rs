//! Scalars as sums of odd digits, one for each window of bits: `docs/trees.md` tells why they add up.

use zeroize::DefaultIsZeroes;

use crate::Scalar;
use crate::limbs;

/// A scalar as odd digits in windows of `WIDTH` bits: none is 0, and each has a sign.
///
/// An odd k = 1 + 2u is Σ d_i 2^(WIDTH i) with d_i = 2 u_i + 1 - 2^WIDTH, where u_i are the windows of
/// u, but for the last, which is 2 u_i + 1. An even k is written as n - k, which is odd, with all signs
/// turned. Takes the same time for all scalars.
#[derive(Clone, Copy, Default)]
pub(crate) struct OddDigits<const WIDTH: usize> {
    /// u, and a limb of 0.
    pub(crate) half: [u64; 5],
    /// All ones if k is even.
    pub(crate) turned: u64,
}

/// An odd digit between -2^WIDTH and 2^WIDTH.
#[derive(Clone, Copy)]
pub(crate) struct Digit {
    /// The place of the digit's absolute value among 1, 3, 5, ...
    pub(crate) place: u64,
    /// All ones for a negative digit.
    pub(crate) negative: u64,
}

impl<const WIDTH: usize> OddDigits<WIDTH> {
    /// How many digits there are.
    pub(crate) const COUNT: usize = 255_usize.div_ceil(WIDTH);
    /// The absolute values that a digit can have.
    pub(crate) const VALUES: usize = 1 << (WIDTH - 1);
    /// The absolute values that the last digit can have.
    pub(crate) const LAST_VALUES: usize = {
        let values = 1 << (255 - WIDTH * (Self::COUNT - 1));
        assert!(values <= Self::VALUES, "255 is no multiple of the width");
        values
    };

    /// The absolute values that all digits can have, one window after the other.
    pub(crate) const ROWS: usize = (Self::COUNT - 1) * Self::VALUES + Self::LAST_VALUES;

    /// The digits of `scalar`; 0 has those of -n.
    #[inline]
    pub(crate) const fn new(scalar: &Scalar) -> Self {
        let value = scalar.to_limbs();
        let turned = limbs::mask(value[0] & 1 == 0);
        let complement = limbs::sub(&Scalar::MODULUS, &value).0;
        let odd = limbs::select(turned, &complement, &value);
        Self {
            half: [
                (odd[0] >> 1) | (odd[1] << 63),
                (odd[1] >> 1) | (odd[2] << 63),
                (odd[2] >> 1) | (odd[3] << 63),
                odd[3] >> 1,
                0,
            ],
            turned,
        }
    }

    /// The digit at 2^(WIDTH `index`).
    #[inline(always)]
    pub(crate) const fn digit(&self, index: usize) -> Digit {
        let (limb, shift) = (WIDTH * index / 64, WIDTH * index % 64);
        let bits = (self.half[limb] >> shift) | (self.half[limb + 1] << 1 << (63 - shift));
        let window = bits & ((1 << WIDTH) - 1);
        let negative = if index == Self::COUNT - 1 {
            0
        } else {
            (window >> (WIDTH - 1)).wrapping_sub(1)
        };
        // 2^WIDTH - 1 - 2v = 2 (2^(WIDTH-1) - 1 - v) + 1: the bits of v below the uppermost, inverted
        Digit {
            place: (window ^ negative) & (Self::VALUES as u64 - 1),
            negative: negative ^ self.turned,
        }
    }
}

impl<const WIDTH: usize> DefaultIsZeroes for OddDigits<WIDTH> {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check<const WIDTH: usize>(scalar: &Scalar) {
        let digits = OddDigits::<WIDTH>::new(scalar);
        let mut sum = Scalar::ZERO;
        for index in (0..OddDigits::<WIDTH>::COUNT).rev() {
            for _ in 0..WIDTH {
                sum = sum.add(&sum);
            }
            let digit = digits.digit(index);
            let values = if index == OddDigits::<WIDTH>::COUNT - 1 {
                OddDigits::<WIDTH>::LAST_VALUES
            } else {
                OddDigits::<WIDTH>::VALUES
            };
            assert!(digit.place < values as u64);
            let magnitude = Scalar::from_limbs(&[2 * digit.place + 1, 0, 0, 0]);
            sum = match digit.negative {
                0 => sum.add(&magnitude),
                u64::MAX => sum.subtract(&magnitude),
                _ => unreachable!(),
            };
        }
        assert_eq!(sum, *scalar);
    }

    fn check_all(scalar: &Scalar) {
        check::<4>(scalar);
        check::<6>(scalar);
        check::<7>(scalar);
        check::<9>(scalar);
        check::<10>(scalar);
    }

    #[test]
    fn extremes() {
        check_all(&Scalar::ZERO);
        for bit in 0..256 {
            let mut power = [0; 4];
            power[bit / 64] = 1 << (bit % 64);
            let power = Scalar::from_limbs(&power);
            check_all(&power);
            check_all(&power.subtract(&Scalar::ONE));
            check_all(&power.negate());
        }
    }

    proptest! {
        #[test]
        fn any(limbs: [u64; 4]) {
            check_all(&Scalar::from_limbs(&limbs));
        }
    }
}
