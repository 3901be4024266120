//! Odd digits of eight scalars at a time.

use core::arch::x86_64::{
    __m512i, __mmask8, _mm512_and_si512, _mm512_mask_xor_epi64, _mm512_or_si512, _mm512_set1_epi64,
    _mm512_sllv_epi64, _mm512_srlv_epi64, _mm512_test_epi64_mask, _mm512_testn_epi64_mask,
};

use super::words::{columns, load};
use crate::Scalar;
use crate::digits::OddDigits;

/// The digits of eight scalars, as [`OddDigits`] has those of one. Takes the same time for all scalars.
pub(super) struct OddScalars<const WIDTH: usize> {
    halves: [__m512i; 4],
    turned: __mmask8,
}

impl<const WIDTH: usize> OddScalars<WIDTH> {
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn new(scalars: &[Scalar; 8]) -> Self {
        let digits = scalars.map(|scalar| OddDigits::<WIDTH>::new(&scalar));
        let halves = digits.map(|digits| {
            let [a, b, c, d, _] = digits.half;
            [a, b, c, d]
        });
        Self {
            halves: columns(&halves),
            turned: mask(&digits.map(|digits| digits.turned)),
        }
    }

    /// The places of the digits of window `i`, and the lanes where they are negative.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn digit(&self, i: usize) -> (__m512i, __mmask8) {
        let (word, shift) = (WIDTH * i / 64, WIDTH * i % 64);
        let mut bits = _mm512_srlv_epi64(self.halves[word], count(shift));
        if shift + WIDTH > 64 && word < 3 {
            let above = _mm512_sllv_epi64(self.halves[word + 1], count(64 - shift));
            bits = _mm512_or_si512(bits, above);
        }
        if i + 1 == OddDigits::<WIDTH>::COUNT {
            return (_mm512_and_si512(bits, ones(WIDTH)), self.turned);
        }
        // Below the middle the digit is negative, and counts downwards from it.
        let negative = _mm512_testn_epi64_mask(bits, _mm512_set1_epi64(1 << (WIDTH - 1)));
        let low = _mm512_and_si512(bits, ones(WIDTH - 1));
        let index = _mm512_mask_xor_epi64(low, negative, low, ones(WIDTH - 1));
        (index, negative ^ self.turned)
    }
}

/// The lanes of words with their lowest bit set.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn mask(words: &[u64; 8]) -> __mmask8 {
    _mm512_test_epi64_mask(load(words), _mm512_set1_epi64(1))
}

/// The count in every lane.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
#[expect(clippy::cast_possible_wrap, reason = "at most 64")]
fn count(bits: usize) -> __m512i {
    _mm512_set1_epi64(bits as i64)
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn ones(count: usize) -> __m512i {
    _mm512_set1_epi64((1 << count) - 1)
}

#[cfg(test)]
mod tests {
    use super::super::words::store;
    use super::*;

    run! {
        digits_of_extreme_scalars
    }

    mod checks {
        use super::*;

        #[target_feature(enable = "avx512f,avx512ifma")]
        pub(super) fn digits_of_extreme_scalars() {
            for bit in (0..256).step_by(2) {
                let power = |bit: usize| {
                    let mut limbs = [0; 4];
                    limbs[bit / 64] = 1 << (bit % 64);
                    Scalar::from_limbs(&limbs)
                };
                let (low, high) = (power(bit), power(bit + 1));
                let scalars = [
                    low,
                    high,
                    low.negate(),
                    high.negate(),
                    low.subtract(&Scalar::ONE),
                    high.add(&Scalar::ONE),
                    high.subtract(&low).negate(),
                    Scalar::ZERO,
                ];
                expect_digits::<4>(&scalars);
                expect_digits::<6>(&scalars);
                expect_digits::<7>(&scalars);
                expect_digits::<9>(&scalars);
            }
        }

        #[target_feature(enable = "avx512f,avx512ifma")]
        fn expect_digits<const WIDTH: usize>(scalars: &[Scalar; 8]) {
            let lanes = OddScalars::<WIDTH>::new(scalars);
            let alone = scalars.map(|scalar| OddDigits::<WIDTH>::new(&scalar));
            for i in 0..OddDigits::<WIDTH>::COUNT {
                let (places, negative) = lanes.digit(i);
                for (lane, (place, alone)) in store(places).iter().zip(&alone).enumerate() {
                    let digit = alone.digit(i);
                    assert_eq!(*place, digit.place);
                    assert_eq!(negative >> lane & 1 == 1, digit.negative != 0);
                }
            }
        }
    }
}
