//! Scalars as sums of odd digits: no digit is 0, so that every window adds a point.

use core::arch::x86_64::{
    __m512i, __mmask8, _mm512_and_si512, _mm512_mask_xor_epi64, _mm512_or_si512, _mm512_set1_epi64,
    _mm512_sllv_epi64, _mm512_srlv_epi64, _mm512_testn_epi64_mask,
};

use super::words::column;
use crate::Scalar;
use crate::limbs::{Limbs, mask, select, sub};

/// Eight scalars k, each as ±u for the odd one u of k and n - k.
///
/// With v = (u - 1) / 2, of 255 bits, cut into windows vᵢ of W bits, of which the last is m - 1:
///
/// ```text
/// u = Σ dᵢ·2^(W·i),   dᵢ = 2·vᵢ + 1 - 2^W for i < m - 1,   d(m-1) = 2·v(m-1) + 1
/// ```
///
/// since 2·v = Σ 2·vᵢ·2^(W·i) and Σ 2^(W·i) - Σ' 2^(W·(i+1)) = 1, where Σ' leaves out the last. Every
/// |dᵢ| is odd and below 2^W. Neither branches nor addresses depend on the scalars.
pub(super) struct OddScalars {
    /// The words of v.
    halves: [__m512i; 4],
    /// The lanes where u is n - k.
    negated: __mmask8,
}

impl OddScalars {
    /// Takes eight integers up to n. 0 becomes n, whose multiple is infinity.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn new(scalars: &[Limbs; 8]) -> Self {
        let mut negated = 0;
        let mut halves = [[0; 4]; 8];
        for (lane, (half, k)) in halves.iter_mut().zip(scalars).enumerate() {
            let even = k[0] & 1 ^ 1;
            let [a, b, c, d] = select(mask(even != 0), &sub(&Scalar::MODULUS, k).0, k);
            *half = [
                (a >> 1) | (b << 63),
                (b >> 1) | (c << 63),
                (c >> 1) | (d << 63),
                d >> 1,
            ];
            negated |= u8::from(even != 0) << lane;
        }
        Self {
            halves: [
                column(&halves, 0),
                column(&halves, 1),
                column(&halves, 2),
                column(&halves, 3),
            ],
            negated,
        }
    }

    /// (|dᵢ| - 1) / 2, and the lanes where dᵢ counts negative.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn digit<const W: usize>(&self, i: usize) -> (__m512i, __mmask8) {
        let (word, shift) = (W * i / 64, W * i % 64);
        let mut bits = _mm512_srlv_epi64(self.halves[word], count(shift));
        if shift + W > 64 && word < 3 {
            let above = _mm512_sllv_epi64(self.halves[word + 1], count(64 - shift));
            bits = _mm512_or_si512(bits, above);
        }
        if i + 1 == windows(W) {
            return (_mm512_and_si512(bits, ones(W)), self.negated);
        }
        // Below the middle the digit is negative, and counts downwards from it.
        let negative = _mm512_testn_epi64_mask(bits, _mm512_set1_epi64(1 << (W - 1)));
        let low = _mm512_and_si512(bits, ones(W - 1));
        let index = _mm512_mask_xor_epi64(low, negative, low, ones(W - 1));
        (index, negative ^ self.negated)
    }
}

/// How many windows of this width a scalar has.
pub(super) const fn windows(width: usize) -> usize {
    255_usize.div_ceil(width)
}

/// How many odd multiples the digits of a window choose from; the last window's go less far.
pub(super) const fn multiples(width: usize) -> usize {
    1 << (width - 1)
}

/// How many odd multiples all windows have together, the last one's cut off where its digits end.
pub(super) const fn entries(width: usize) -> usize {
    assert!(
        255 % width != 0,
        "a last window of full width has digits beyond its multiples"
    );
    let before = windows(width) - 1;
    before * multiples(width) + (1 << (255 - width * before))
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
                expect_sum::<4>(&scalars);
                expect_sum::<6>(&scalars);
                expect_sum::<7>(&scalars);
                expect_sum::<9>(&scalars);
            }
        }

        /// The digits add up to the scalars, and none goes beyond the table.
        #[target_feature(enable = "avx512f,avx512ifma")]
        fn expect_sum<const W: usize>(scalars: &[Scalar; 8]) {
            let odd = OddScalars::new(&scalars.map(Scalar::to_limbs));
            let mut sums = [Scalar::ZERO; 8];
            for i in (0..windows(W)).rev() {
                let (index, negative) = odd.digit::<W>(i);
                for (lane, (sum, index)) in sums.iter_mut().zip(store(index)).enumerate() {
                    let place = i * multiples(W) + usize::try_from(index).unwrap();
                    assert!(index < 1 << (W - 1) && place < entries(W));
                    for _ in 0..W {
                        *sum = sum.add(sum);
                    }
                    let digit = Scalar::from_limbs(&[2 * index + 1, 0, 0, 0]);
                    *sum = match negative >> lane & 1 {
                        0 => sum.add(&digit),
                        _ => sum.subtract(&digit),
                    };
                }
            }
            assert_eq!(sums, *scalars);
        }
    }
}
