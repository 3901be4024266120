#![doc = include_str!("../../../docs/ifma.md")]

mod columns;
mod operations;

use core::arch::x86_64::{
    __m512i, __mmask8, _mm512_add_epi64, _mm512_and_si512, _mm512_cmplt_epi64_mask,
    _mm512_madd52lo_epu64, _mm512_mask_mov_epi64, _mm512_or_si512, _mm512_permutex_epi64,
    _mm512_set1_epi64, _mm512_setzero_si512, _mm512_shuffle_i64x2, _mm512_slli_epi64,
    _mm512_srai_epi64, _mm512_srli_epi64, _mm512_sub_epi64, _mm512_testn_epi64_mask,
    _mm512_xor_si512,
};

use super::words::{columns, store};
use crate::FieldElement;
use columns::{E, LIMB_MASK, P, carry, multiple_of_p, select, spread_multiple_of_p};
pub(super) use operations::{
    add, invert_all, invert_all_but_zeros, mul, square, square_plus_product, sub, sum_of_products,
};

/// Eight elements ready for anything: limbs in [0, 2^52), value in [0, V·p/16].
#[derive(Clone, Copy)]
pub(super) struct Tight<const V: i64>([__m512i; 5]);

/// Eight operands of multiplications: only the low 52 bits of limbs 0 to 3 mean anything,
/// the top limb is exact, value in [0, V·p/16].
#[derive(Clone, Copy)]
pub(super) struct Factor<const V: i64>([__m512i; 5]);

/// Eight sums: signed limbs of at most (HI - LO)·2^54, value in [LO·p/16, HI·p/16].
#[derive(Clone, Copy)]
pub(super) struct Loose<const LO: i64, const HI: i64>([__m512i; 5]);

/// Eight elements in [0, p).
#[derive(Clone, Copy)]
pub(super) struct Canonical([__m512i; 5]);

impl<const V: i64> Tight<V> {
    /// The same elements as a sum.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn loose(self) -> Loose<0, V> {
        const { assert!(V >= 1) }
        Loose(self.0)
    }

    /// The same elements as operands.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn factor(self) -> Factor<V> {
        Factor(self.0)
    }

    /// The same elements under a weaker bound.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn widen<const W: i64>(self) -> Tight<W> {
        const { assert!(V <= W && W <= CAPACITY) }
        Tight(self.0)
    }

    /// Negates the lanes of `mask`: V·p/16 - x.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn negate_where(self, mask: __mmask8) -> Self {
        const { assert!(V > 0 && V % UNIT == 0 && V <= CAPACITY) }
        let multiple = const { multiple_of_p(V / UNIT) };
        let mut limbs = self.0;
        for (limb, constant) in limbs.iter_mut().zip(multiple) {
            let negative = _mm512_sub_epi64(_mm512_set1_epi64(constant), *limb);
            *limb = _mm512_mask_mov_epi64(*limb, mask, negative);
        }
        Self(carry(limbs))
    }

    /// `other` in the lanes of `mask`, `self` elsewhere.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn select(self, mask: __mmask8, other: Self) -> Self {
        Self(select(self.0, mask, other.0))
    }

    /// What stands in the lane at this distance, which is 1, 2 or 4: each lane and its partner change places.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn partners<const DISTANCE: usize>(self) -> Self {
        const { assert!(DISTANCE == 1 || DISTANCE == 2 || DISTANCE == 4) }
        let mut limbs = self.0;
        for limb in &mut limbs {
            *limb = match DISTANCE {
                1 => _mm512_permutex_epi64::<0b10_11_00_01>(*limb),
                2 => _mm512_permutex_epi64::<0b01_00_11_10>(*limb),
                _ => _mm512_shuffle_i64x2::<0b01_00_11_10>(*limb, *limb),
            };
        }
        Self(limbs)
    }

    /// The representatives in [0, p): one conditional subtraction, so V must stay below 2p.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn canonical(self) -> Canonical {
        const { assert!(V < 2 * UNIT) }
        let mut limbs = self.0;
        for (limb, constant) in limbs.iter_mut().zip(P) {
            *limb = _mm512_sub_epi64(*limb, _mm512_set1_epi64(constant));
        }
        let reduced = carry(limbs);
        let below = _mm512_cmplt_epi64_mask(reduced[4], _mm512_setzero_si512());
        Canonical(Self(reduced).select(below, self).0)
    }

    /// The lanes that are 0 mod p.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn is_zero(self) -> __mmask8 {
        self.loose().is_zero()
    }

    /// The lanes that are 0 mod p: 0 or p itself, since V must stay below 2p.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn vanishes(self) -> __mmask8 {
        const { assert!(V < 2 * UNIT) }
        let (mut zero, mut p) = (self.0[0], _mm512_setzero_si512());
        for (limb, constant) in self.0.iter().zip(P) {
            zero = _mm512_or_si512(zero, *limb);
            p = _mm512_or_si512(p, _mm512_xor_si512(*limb, _mm512_set1_epi64(constant)));
        }
        _mm512_testn_epi64_mask(zero, zero) | _mm512_testn_epi64_mask(p, p)
    }
}

impl Tight<WEAK> {
    /// Splits eight 256-bit integers, given as columns of words, least significant first.
    ///
    /// Any 256-bit integer will do: 2^256 < 17·p/16.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn from_words(words: [__m512i; 4]) -> Self {
        let mask = _mm512_set1_epi64(LIMB_MASK);
        let [w0, w1, w2, w3] = words;
        let l1 = _mm512_or_si512(_mm512_srli_epi64::<52>(w0), _mm512_slli_epi64::<12>(w1));
        let l2 = _mm512_or_si512(_mm512_srli_epi64::<40>(w1), _mm512_slli_epi64::<24>(w2));
        let l3 = _mm512_or_si512(_mm512_srli_epi64::<28>(w2), _mm512_slli_epi64::<36>(w3));
        Self([
            _mm512_and_si512(w0, mask),
            _mm512_and_si512(l1, mask),
            _mm512_and_si512(l2, mask),
            _mm512_and_si512(l3, mask),
            _mm512_srli_epi64::<16>(w3),
        ])
    }
}

impl<const V: i64> Factor<V> {
    /// The same operands under a weaker bound.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn widen<const W: i64>(self) -> Factor<W> {
        const { assert!(V <= W && W <= CAPACITY) }
        Factor(self.0)
    }

    /// `other` in the lanes of `mask`, `self` elsewhere.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn select(self, mask: __mmask8, other: Self) -> Self {
        Self(select(self.0, mask, other.0))
    }

    /// The same elements, without what stands above the limbs.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn tight(self) -> Tight<V> {
        let mut limbs = self.0;
        for limb in &mut limbs[..4] {
            *limb = _mm512_and_si512(*limb, _mm512_set1_epi64(LIMB_MASK));
        }
        Tight(limbs)
    }

    /// The lanes that are 0 mod p.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn is_zero(self) -> __mmask8 {
        self.tight().is_zero()
    }
}

impl Factor<PRODUCT> {
    /// The inverse in every lane; none may be 0.
    ///
    /// One division among 64-bit words takes less than a power in lanes, of which every square waits for the
    /// one before. The lanes hold x·2^260, which is 16·x in the form of [`FieldElement`]; what is wanted,
    /// x⁻¹·2^260, is 256 times (16·x)⁻¹ there.
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn invert(self) -> Self {
        let integers = self.tight().canonical().to_integers();
        let mut elements = integers.map(FieldElement::from_montgomery);
        FieldElement::invert_each(&mut elements, &MONTGOMERY_RATIO);
        let words = elements.map(FieldElement::to_montgomery);
        Canonical::from_integers_below_p(&words)
            .tight()
            .factor()
            .widen()
    }

    /// A product that can be multiplied on and on.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn times<const A: i64>(self, other: Factor<A>) -> Self {
        let product: Loose<0, PRODUCT> = mul(self, other);
        product.factor()
    }
}

impl<const LO: i64, const HI: i64> Loose<LO, HI> {
    /// Carries without masks, for values in [0, 16p] that are multiplied next.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn factor<const V: i64>(self) -> Factor<V> {
        const { assert!(0 <= LO && HI <= V && V <= CAPACITY && HI - LO <= CAPACITY) }
        let mut limbs = self.0;
        for i in 0..4 {
            let high = _mm512_srai_epi64::<52>(limbs[i]);
            limbs[i + 1] = _mm512_add_epi64(limbs[i + 1], high);
        }
        Factor(limbs)
    }

    /// Carries values in [0, 16p].
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn tight<const V: i64>(self) -> Tight<V> {
        const { assert!(0 <= LO && HI <= V && V <= CAPACITY && HI - LO <= CAPACITY) }
        Tight(carry(self.0))
    }

    /// Brings any sum below 2^256 + 2^231 by folding what lies above bit 256 once.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn weak(self) -> Tight<WEAK> {
        const { assert!(HI - LO <= 192 && HI + UNIT * lift(LO) <= CAPACITY) }
        let bias = const { spread_multiple_of_p(lift(LO)) };
        let mut limbs = self.0;
        for (limb, constant) in limbs.iter_mut().zip(bias) {
            *limb = _mm512_add_epi64(*limb, _mm512_set1_epi64(constant));
        }
        // 2^256 = 2^224 + E·2^52 + 1 mod p
        let quotient = _mm512_srai_epi64::<48>(limbs[4]);
        let low = _mm512_and_si512(limbs[4], _mm512_set1_epi64((1 << 48) - 1));
        limbs[4] = _mm512_add_epi64(low, _mm512_slli_epi64::<16>(quotient));
        limbs[0] = _mm512_add_epi64(limbs[0], quotient);
        limbs[1] = _mm512_madd52lo_epu64(limbs[1], quotient, _mm512_set1_epi64(E));
        Tight(carry(limbs))
    }

    /// Adds K·p; K ≤ 4 multiples cost one unit of the limbs' allowance.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn bias<const K: i64, const L: i64, const H: i64>(self) -> Loose<L, H> {
        const {
            assert!(0 < K && K <= 4);
            assert!(L <= LO + UNIT * K && H >= HI + UNIT * K && H - L > HI - LO);
        }
        let multiple = const { multiple_of_p(K) };
        let mut limbs = self.0;
        for (limb, constant) in limbs.iter_mut().zip(multiple) {
            *limb = _mm512_add_epi64(*limb, _mm512_set1_epi64(constant));
        }
        Loose(limbs)
    }

    /// The lanes that are 0 mod p.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn is_zero(self) -> __mmask8 {
        let [l0, l1, l2, l3, l4] = self.weak().canonical().0;
        let any = _mm512_or_si512(_mm512_or_si512(l0, l1), _mm512_or_si512(l2, l3));
        let any = _mm512_or_si512(any, l4);
        _mm512_testn_epi64_mask(any, any)
    }
}

impl Canonical {
    /// Splits eight integers below p, as [`Tight::from_words`] does; the caller knows the bound.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn from_words_below_p(words: [__m512i; 4]) -> Self {
        Self(Tight::from_words(words).0)
    }

    /// Columns of two integers below p in each lane, four words each.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn halves([a, b, c, d, e, f, g, h]: [__m512i; 8]) -> [Tight<UNIT>; 2] {
        [
            Self::from_words_below_p([a, b, c, d]).tight(),
            Self::from_words_below_p([e, f, g, h]).tight(),
        ]
    }

    /// The same element in every lane; `words` is below p, least significant word first.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn splat(words: [u64; 4]) -> Self {
        let [w0, w1, w2, w3] = words.map(u64::cast_signed);
        Self::from_words_below_p([
            _mm512_set1_epi64(w0),
            _mm512_set1_epi64(w1),
            _mm512_set1_epi64(w2),
            _mm512_set1_epi64(w3),
        ])
    }

    /// As [`from_words_below_p`](Self::from_words_below_p), one integer a lane.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn from_integers_below_p(integers: &[[u64; 4]; 8]) -> Self {
        Self::from_words_below_p(columns(integers))
    }

    /// The integers, one a lane.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn to_integers(self) -> [[u64; 4]; 8] {
        let [a, b, c, d] = self.to_words().map(|words| store(words));
        core::array::from_fn(|lane| [a[lane], b[lane], c[lane], d[lane]])
    }

    /// The same elements under the bound of their range.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn tight(self) -> Tight<UNIT> {
        Tight(self.0)
    }

    /// Columns of four 64-bit words, least significant first.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn to_words(self) -> [__m512i; 4] {
        let [l0, l1, l2, l3, l4] = self.0;
        [
            _mm512_or_si512(l0, _mm512_slli_epi64::<52>(l1)),
            _mm512_or_si512(_mm512_srli_epi64::<12>(l1), _mm512_slli_epi64::<40>(l2)),
            _mm512_or_si512(_mm512_srli_epi64::<24>(l2), _mm512_slli_epi64::<28>(l3)),
            _mm512_or_si512(_mm512_srli_epi64::<36>(l3), _mm512_slli_epi64::<16>(l4)),
        ]
    }
}

/// How many p bring a value of at least lo·p/16 to p/16 or more.
const fn lift(lo: i64) -> i64 {
    if lo >= UNIT { 0 } else { (UNIT - lo) / UNIT }
}

/// One p, in the units of the bounds.
pub(super) const UNIT: i64 = 16;
/// What five limbs of 52 bits hold: 16p.
const CAPACITY: i64 = 256;
/// The bound after a weak reduction.
pub(super) const WEAK: i64 = 17;
/// A bound that products of products keep: 20·DENOMINATOR/256 + 16 ≤ 20.
pub(super) const PRODUCT: i64 = 20;
/// The bound of what is inverted.
pub(super) const DENOMINATOR: i64 = 50;

/// 256: see [`Factor::invert`].
const MONTGOMERY_RATIO: FieldElement = FieldElement::from_limbs(&[256, 0, 0, 0]);

/// 1 times 2^260, mod p.
pub(super) const ONE: [u64; 4] = [
    0x0000_0000_0000_0010,
    0x0000_000F_FFFF_FFF0,
    0x0000_0000_0000_0000,
    0x0000_0010_0000_0000,
];
/// 2^520 mod p: a multiplication by it enters the Montgomery domain.
pub(super) const R2: [u64; 4] = [
    0x0000_0200_0000_0300,
    0x0000_02FF_FFFF_FF00,
    0x0000_0100_0000_0100,
    0x0000_0400_0000_0200,
];

#[cfg(test)]
mod tests;
