//! The operations that combine elements, each with the bounds of its result.

use core::arch::x86_64::{__mmask8, _mm512_add_epi64, _mm512_sub_epi64};

use super::columns::{accumulators, multiple_of_p, multiply, reduce, square_onto};
use super::{CAPACITY, Canonical, DENOMINATOR, Factor, Loose, ONE, PRODUCT, UNIT};

/// a + b.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(in super::super) fn add<
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
pub(in super::super) fn sub<
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
pub(in super::super) fn mul<const A: i64, const B: i64, const LO: i64, const HI: i64>(
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
pub(in super::super) fn square<const A: i64, const LO: i64, const HI: i64>(
    a: Factor<A>,
) -> Loose<LO, HI> {
    const { assert!(product_fits(A * A, LO, HI)) }
    Loose(reduce(square_onto(
        const { multiple_of_p(LO / UNIT) },
        &a.0,
    )))
}

/// (a·b + c·d)/2^260, with one reduction.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(in super::super) fn sum_of_products<
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
pub(in super::super) fn square_plus_product<
    const A: i64,
    const B: i64,
    const C: i64,
    const HI: i64,
>(
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
pub(in super::super) fn invert_all(
    values: &[Factor<DENOMINATOR>],
    inverses: &mut [Factor<PRODUCT>],
) {
    let products = products(values, inverses);
    divide(products, values, inverses);
}

/// As [`invert_all`], but what is 0 becomes 1 and is reported with its place and its lanes.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(in super::super) fn invert_all_but_zeros(
    values: &mut [Factor<DENOMINATOR>],
    inverses: &mut [Factor<PRODUCT>],
    mut report: impl FnMut(usize, __mmask8),
) {
    let mut chains = products(values, inverses);
    if whole(chains).is_zero() != 0 {
        let one = Canonical::splat(ONE).tight().factor().widen();
        for (place, value) in values.iter_mut().enumerate() {
            let zero = value.is_zero();
            if zero != 0 {
                *value = value.select(zero, one);
                report(place, zero);
            }
        }
        chains = products(values, inverses);
    }
    divide(chains, values, inverses);
}

/// The product of all values; `before[i]` becomes that of the values before i in its chain.
///
/// There are four chains of every fourth value, so that a product need not wait for the one before.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn products(
    values: &[Factor<DENOMINATOR>],
    before: &mut [Factor<PRODUCT>],
) -> [Factor<PRODUCT>; CHAINS] {
    let mut products = [Canonical::splat(ONE).tight().factor().widen(); CHAINS];
    for (values, before) in values.chunks(CHAINS).zip(before.chunks_mut(CHAINS)) {
        for ((value, before), product) in values.iter().zip(before).zip(&mut products) {
            *before = *product;
            *product = product.times(*value);
        }
    }
    products
}

/// The product of the chains' products.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn whole([a, b, c, d]: [Factor<PRODUCT>; CHAINS]) -> Factor<PRODUCT> {
    a.times(b).times(c.times(d))
}

/// The inverses, from the products of the chains and the products before each value.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn divide(
    [a, b, c, d]: [Factor<PRODUCT>; CHAINS],
    values: &[Factor<DENOMINATOR>],
    before: &mut [Factor<PRODUCT>],
) {
    let (left, right) = (a.times(b), c.times(d));
    let inverse = left.times(right).invert();
    let (left, right) = (inverse.times(right), inverse.times(left));
    let mut inverses = [left.times(b), left.times(a), right.times(d), right.times(c)];
    let chunks = values.chunks(CHAINS).zip(before.chunks_mut(CHAINS));
    for (values, before) in chunks.rev() {
        for ((value, own), inverse) in values.iter().zip(before).zip(&mut inverses) {
            *own = inverse.times(*own);
            *inverse = inverse.times(*value);
        }
    }
}

const CHAINS: usize = 4;

/// Whether products of `product`·p²/256 reduce into [LO·p/16, HI·p/16] with bias LO·p/16.
const fn product_fits(product: i64, lo: i64, hi: i64) -> bool {
    let biased_well = lo % UNIT == 0 && -CAPACITY <= lo && lo <= CAPACITY;
    biased_well && product <= 256 * (hi - lo - UNIT)
}
