use crate::Scalar;
use crate::limbs;

/// The digits of `scalar`, least significant first, in non-adjacent form of this width.
///
/// Each is 0 or odd and between -2^(width-1) and 2^(width-1), and of any `width` neighbours at most
/// one is not 0. There is one digit more than the scalar has bits.
pub(super) fn digits<const WIDTH: usize>(scalar: &Scalar) -> [i16; DIGITS] {
    let value = scalar.to_limbs();
    let mut digits = [0; DIGITS];
    let (mut position, mut carry) = (0, 0);
    while position < DIGITS {
        if limbs::bits(&value, position, 1) == carry {
            position += 1;
            continue;
        }
        let word = limbs::bits(&value, position, WIDTH) + carry;
        carry = word >> (WIDTH - 1);
        digits[position] = small(word) - (small(carry) << WIDTH);
        position += WIDTH;
    }
    digits
}

/// The place of an odd digit's absolute value among 1, 3, 5, ...
pub(super) const fn place(digit: i16) -> usize {
    (digit.unsigned_abs() / 2) as usize
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "at most 16 bits, of which 15 are used"
)]
const fn small(word: u64) -> i16 {
    word as i16
}

pub(super) const DIGITS: usize = 257;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check<const WIDTH: usize>(scalar: &Scalar) {
        let digits = digits::<WIDTH>(scalar);
        let mut sum = Scalar::ZERO;
        for digit in digits.iter().rev() {
            let magnitude = Scalar::from_limbs(&[u64::from(digit.unsigned_abs()), 0, 0, 0]);
            let term = if *digit < 0 {
                magnitude.negate()
            } else {
                magnitude
            };
            sum = sum.add(&sum).add(&term);
            assert!(*digit == 0 || (digit % 2 != 0 && place(*digit) < 1 << (WIDTH - 2)));
        }
        assert_eq!(sum, *scalar);
        for window in digits.windows(WIDTH) {
            assert!(window.iter().filter(|digit| **digit != 0).count() <= 1);
        }
    }

    fn check_all(scalar: &Scalar) {
        check::<2>(scalar);
        check::<5>(scalar);
        check::<13>(scalar);
    }

    #[test]
    fn extremes() {
        for scalar in [Scalar::ZERO, Scalar::ONE, Scalar::ONE.negate()] {
            check_all(&scalar);
        }
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
