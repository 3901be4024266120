#![doc = include_str!("../../../docs/ifma.md")]

use core::arch::x86_64::{
    __m512i, __mmask8, _mm512_add_epi64, _mm512_and_si512, _mm512_cmplt_epi64_mask,
    _mm512_madd52hi_epu64, _mm512_madd52lo_epu64, _mm512_mask_mov_epi64, _mm512_or_si512,
    _mm512_set1_epi64, _mm512_setzero_si512, _mm512_slli_epi64, _mm512_srai_epi64,
    _mm512_srli_epi64, _mm512_sub_epi64, _mm512_testn_epi64_mask,
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
        let mut limbs = self.0;
        for (limb, new) in limbs.iter_mut().zip(other.0) {
            *limb = _mm512_mask_mov_epi64(*limb, mask, new);
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
}

impl Factor<PRODUCT> {
    /// x^(p-2) in every lane: the inverse, or 0 for 0.
    ///
    /// p - 2 in 32-bit words is FFFFFFFE, four FFFFFFFF, 0, FFFFFFFF, FFFFFFFD.
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn invert(self) -> Self {
        let x2 = self.square_times(1).times(self);
        let x3 = x2.square_times(1).times(self);
        let x6 = x3.square_times(3).times(x3);
        let x12 = x6.square_times(6).times(x6);
        let x15 = x12.square_times(3).times(x3);
        let x30 = x15.square_times(15).times(x15);
        let x31 = x30.square_times(1).times(self);
        let x32 = x31.square_times(1).times(self);
        let mut power = x31.square_times(1);
        for _ in 0..4 {
            power = power.square_times(32).times(x32);
        }
        power = power.square_times(64).times(x32);
        power = power.square_times(30).times(x30);
        power.square_times(2).times(self)
    }

    /// A product that can be multiplied on and on.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn times<const A: i64>(self, other: Factor<A>) -> Self {
        let product: Loose<0, PRODUCT> = mul(self, other);
        product.factor()
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn square_times(mut self, count: usize) -> Self {
        for _ in 0..count {
            let squared: Loose<0, PRODUCT> = square(self);
            self = squared.factor();
        }
        self
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

/// a + b.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn add<
    const A: i64,
    const B: i64,
    const C: i64,
    const D: i64,
    const LO: i64,
    const HI: i64,
>(
    a: Loose<A, B>,
    b: Loose<C, D>,
) -> Loose<LO, HI> {
    const { assert!(LO <= A + C && B + D <= HI) }
    let mut limbs = a.0;
    for (limb, other) in limbs.iter_mut().zip(b.0) {
        *limb = _mm512_add_epi64(*limb, other);
    }
    Loose(limbs)
}

/// a - b.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn sub<
    const A: i64,
    const B: i64,
    const C: i64,
    const D: i64,
    const LO: i64,
    const HI: i64,
>(
    a: Loose<A, B>,
    b: Loose<C, D>,
) -> Loose<LO, HI> {
    const { assert!(LO <= A - D && B - C <= HI) }
    let mut limbs = a.0;
    for (limb, other) in limbs.iter_mut().zip(b.0) {
        *limb = _mm512_sub_epi64(*limb, other);
    }
    Loose(limbs)
}

/// a·b/2^260 + LO·p/16; the bias costs nothing, since the accumulators start at it.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn mul<const A: i64, const B: i64, const LO: i64, const HI: i64>(
    a: Factor<A>,
    b: Factor<B>,
) -> Loose<LO, HI> {
    const { assert!(product_fits(A * B, LO, HI)) }
    let start = accumulators(const { multiple_of_p(LO / UNIT) });
    Loose(reduce(multiply(start, &a.0, &b.0)))
}

/// a²/2^260 + LO·p/16.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn square<const A: i64, const LO: i64, const HI: i64>(a: Factor<A>) -> Loose<LO, HI> {
    const { assert!(product_fits(A * A, LO, HI)) }
    Loose(reduce(square_onto(
        const { multiple_of_p(LO / UNIT) },
        &a.0,
    )))
}

/// (a·b + c·d)/2^260, with one reduction.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn sum_of_products<
    const A: i64,
    const B: i64,
    const C: i64,
    const D: i64,
    const HI: i64,
>(
    a: Factor<A>,
    b: Factor<B>,
    c: Factor<C>,
    d: Factor<D>,
) -> Loose<0, HI> {
    const { assert!(product_fits(A * B + C * D, 0, HI)) }
    let first = multiply(accumulators([0; 5]), &a.0, &b.0);
    Loose(reduce(multiply(first, &c.0, &d.0)))
}

/// (a² + b·c)/2^260, with one reduction.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn square_plus_product<const A: i64, const B: i64, const C: i64, const HI: i64>(
    a: Factor<A>,
    b: Factor<B>,
    c: Factor<C>,
) -> Loose<0, HI> {
    const { assert!(product_fits(A * A + B * C, 0, HI)) }
    Loose(reduce(multiply(square_onto([0; 5], &a.0), &b.0, &c.0)))
}

/// Inverts every denominator with one inversion; none may be 0 in any lane.
///
/// The two slices are of one length.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn invert_all(values: &[Factor<DENOMINATOR>], inverses: &mut [Factor<PRODUCT>]) {
    let mut product = Canonical::splat(ONE).tight().factor().widen();
    for (value, prefix) in values.iter().zip(inverses.iter_mut()) {
        *prefix = product;
        product = product.times(*value);
    }
    let mut inverse = product.invert();
    for (value, own) in values.iter().zip(inverses.iter_mut()).rev() {
        *own = inverse.times(*own);
        inverse = inverse.times(*value);
    }
}

/// The accumulators of a product, the upper five at a bias.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn accumulators(bias: [i64; 5]) -> [__m512i; 10] {
    let mut sums = [_mm512_setzero_si512(); 10];
    for (sum, constant) in sums.iter_mut().skip(5).zip(bias) {
        *sum = _mm512_set1_epi64(constant);
    }
    sums
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn multiply(mut sums: [__m512i; 10], a: &[__m512i; 5], b: &[__m512i; 5]) -> [__m512i; 10] {
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
fn square_onto(bias: [i64; 5], a: &[__m512i; 5]) -> [__m512i; 10] {
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
fn reduce(mut sums: [__m512i; 10]) -> [__m512i; 5] {
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
fn carry(mut limbs: [__m512i; 5]) -> [__m512i; 5] {
    let mask = _mm512_set1_epi64(LIMB_MASK);
    for i in 0..4 {
        let high = _mm512_srai_epi64::<52>(limbs[i]);
        limbs[i] = _mm512_and_si512(limbs[i], mask);
        limbs[i + 1] = _mm512_add_epi64(limbs[i + 1], high);
    }
    limbs
}

/// Whether products of `product`·p²/256 reduce into [LO·p/16, HI·p/16] with bias LO·p/16.
const fn product_fits(product: i64, lo: i64, hi: i64) -> bool {
    let biased_well = lo % UNIT == 0 && -CAPACITY <= lo && lo <= CAPACITY;
    biased_well && product <= 256 * (hi - lo - UNIT)
}

/// The limbs of k·p, not carried.
const fn multiple_of_p(k: i64) -> [i64; 5] {
    [k * P[0], k * P[1], k * P[2], k * P[3], k * P[4]]
}

/// The limbs of k·p, the lower four raised by 2^62 at the cost of the next.
const fn spread_multiple_of_p(k: i64) -> [i64; 5] {
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

const LIMB_MASK: i64 = (1 << 52) - 1;
const E: i64 = (1 << 44) - (1 << 12);
const P: [i64; 5] = [
    0xF_FFFF_FFFF_FFFF,
    0xF_F000_0000_0FFF,
    0xF_FFFF_FFFF_FFFF,
    0xF_FFFF_FFFF_FFFF,
    0xFFFF_FFFE_FFFF,
];

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
