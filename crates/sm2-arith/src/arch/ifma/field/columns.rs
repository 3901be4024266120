//! Columns of products and their reduction; `docs/ifma.md` derives every magnitude.

use core::arch::x86_64::{
    __m512i, __mmask8, _mm512_add_epi64, _mm512_and_si512, _mm512_madd52hi_epu64,
    _mm512_madd52lo_epu64, _mm512_mask_mov_epi64, _mm512_set1_epi64, _mm512_setzero_si512,
    _mm512_slli_epi64, _mm512_srai_epi64, _mm512_sub_epi64,
};

/// The accumulators of a product, the upper five at a bias.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn accumulators(bias: [i64; 5]) -> [__m512i; 10] {
    let mut sums = [_mm512_setzero_si512(); 10];
    for (sum, constant) in sums.iter_mut().skip(5).zip(bias) {
        *sum = _mm512_set1_epi64(constant);
    }
    sums
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn multiply(
    mut sums: [__m512i; 10],
    a: &[__m512i; 5],
    b: &[__m512i; 5],
) -> [__m512i; 10] {
    for i in 0..5 {
        for j in 0..5 {
            sums[i + j] = _mm512_madd52lo_epu64(sums[i + j], a[i], b[j]);
        }
        for j in 0..5 {
            sums[i + j + 1] = _mm512_madd52hi_epu64(sums[i + j + 1], a[i], b[j]);
        }
    }
    sums
}

/// a² plus a bias on the upper five accumulators: the ten mixed products are doubled, not redone.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn square_onto(bias: [i64; 5], a: &[__m512i; 5]) -> [__m512i; 10] {
    let mut sums = [_mm512_setzero_si512(); 10];
    for i in 0..5 {
        for j in i + 1..5 {
            sums[i + j] = _mm512_madd52lo_epu64(sums[i + j], a[i], a[j]);
        }
        for j in i + 1..5 {
            sums[i + j + 1] = _mm512_madd52hi_epu64(sums[i + j + 1], a[i], a[j]);
        }
    }
    for sum in &mut sums[1..9] {
        *sum = _mm512_add_epi64(*sum, *sum);
    }
    for (sum, constant) in sums.iter_mut().skip(5).zip(bias) {
        *sum = _mm512_add_epi64(*sum, _mm512_set1_epi64(constant));
    }
    for i in 0..5 {
        sums[2 * i] = _mm512_madd52lo_epu64(sums[2 * i], a[i], a[i]);
        sums[2 * i + 1] = _mm512_madd52hi_epu64(sums[2 * i + 1], a[i], a[i]);
    }
    sums
}

/// Montgomery reduction by 2^260 with p + 1 = -E·2^52 + 16·E·2^208: ten multiplications.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn reduce(mut sums: [__m512i; 10]) -> [__m512i; 5] {
    let e = _mm512_set1_epi64(E);
    let zero = _mm512_setzero_si512();
    let mut high = zero;
    for i in 0..5 {
        // m_i = sums[i] mod 2^52, since -1/p = 1 mod 2^52; the multiplier ignores the bits above.
        let carried = _mm512_srai_epi64::<52>(sums[i]);
        let u = _mm512_madd52lo_epu64(high, sums[i], e);
        high = _mm512_madd52hi_epu64(zero, sums[i], e);
        sums[i + 1] = _mm512_sub_epi64(_mm512_add_epi64(sums[i + 1], carried), u);
        sums[i + 4] = _mm512_add_epi64(sums[i + 4], _mm512_slli_epi64::<4>(u));
    }
    sums[6] = _mm512_sub_epi64(sums[6], high);
    sums[9] = _mm512_add_epi64(sums[9], _mm512_slli_epi64::<4>(high));
    [sums[5], sums[6], sums[7], sums[8], sums[9]]
}

/// Carries into limbs of 52 bits; the top limb keeps the sign.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn carry(mut limbs: [__m512i; 5]) -> [__m512i; 5] {
    let mask = _mm512_set1_epi64(LIMB_MASK);
    for i in 0..4 {
        let high = _mm512_srai_epi64::<52>(limbs[i]);
        limbs[i] = _mm512_and_si512(limbs[i], mask);
        limbs[i + 1] = _mm512_add_epi64(limbs[i + 1], high);
    }
    limbs
}

/// The limbs of `new` in the lanes of `mask`, those of `limbs` elsewhere.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn select(mut limbs: [__m512i; 5], mask: __mmask8, new: [__m512i; 5]) -> [__m512i; 5] {
    for (limb, new) in limbs.iter_mut().zip(new) {
        *limb = _mm512_mask_mov_epi64(*limb, mask, new);
    }
    limbs
}

/// The limbs of k·p, not carried.
pub(super) const fn multiple_of_p(k: i64) -> [i64; 5] {
    [k * P[0], k * P[1], k * P[2], k * P[3], k * P[4]]
}

/// The limbs of k·p, the lower four raised by 2^62 at the cost of the next.
pub(super) const fn spread_multiple_of_p(k: i64) -> [i64; 5] {
    let [a, b, c, d, e] = multiple_of_p(k);
    let (raise, paid) = (1 << 62, 1 << 10);
    [
        a + raise,
        b + raise - paid,
        c + raise - paid,
        d + raise - paid,
        e - paid,
    ]
}

pub(super) const LIMB_MASK: i64 = (1 << 52) - 1;
pub(super) const E: i64 = (1 << 44) - (1 << 12);
pub(super) const P: [i64; 5] = [
    0xF_FFFF_FFFF_FFFF,
    0xF_F000_0000_0FFF,
    0xF_FFFF_FFFF_FFFF,
    0xF_FFFF_FFFF_FFFF,
    0xFFFF_FFFE_FFFF,
];
