mod model;

use core::cmp::Ordering;

use core::arch::x86_64::{_mm256_extract_epi64, _mm512_extracti64x4_epi64, _mm512_setr_epi64};

use super::*;
use model::{
    compare, mod_p, mod_p_of_sum, mod_p_wide, multiply_mod_p, normal, signed_mod_p, value, widened,
};

run! {
    products_of_extreme_operands
    sums_of_products_of_extreme_operands
    sums_and_carries
    weak_reduction_of_extreme_limbs
    negation_and_selection
    canonical_values_and_zero
    words_there_and_back
    inverses
}

mod checks {
    use super::*;

    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn products_of_extreme_operands() {
        for (a, b) in pairs(224) {
            let expected = each(|lane| multiply_mod_p(&value(&a[lane]), &value(&b[lane])));
            let left = Factor::<256>(dirty(&a));
            let right = Factor::<224>(dirty(&b));
            expect_product(mul::<256, 224, 0, 240>(left, right), &expected);
            expect_product(
                mul::<256, 224, 0, 240>(clean(left), clean(right)),
                &expected,
            );
            expect_product(mul::<256, 224, { -256 }, { -16 }>(left, right), &expected);
            let squared = each(|lane| multiply_mod_p(&value(&b[lane]), &value(&b[lane])));
            expect_product(square::<224, 0, 212>(right), &squared);
            expect_product(square::<224, { -16 }, 196>(right), &squared);
        }
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn sums_of_products_of_extreme_operands() {
        for (a, b) in pairs(160) {
            let (x, y) = (Factor::<160>(dirty(&a)), Factor::<160>(dirty(&b)));
            let product = each(|lane| multiply_mod_p(&value(&a[lane]), &value(&b[lane])));
            let squared = each(|lane| multiply_mod_p(&value(&a[lane]), &value(&a[lane])));
            let twice = each(|lane| mod_p_of_sum(&product[lane], &product[lane]));
            let mixed = each(|lane| mod_p_of_sum(&squared[lane], &product[lane]));
            expect_product(
                sum_of_products::<160, 160, 160, 160, 216>(x, y, y, x),
                &twice,
            );
            expect_product(square_plus_product::<160, 160, 160, 216>(x, x, y), &mixed);
        }
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn sums_and_carries() {
        for (a, b) in pairs(64) {
            let x = Tight::<64>(vectors(&a));
            let y = Tight::<64>(vectors(&b));
            let sum: Loose<0, 128> = add(x.loose(), y.loose());
            let expected = each(|lane| normal(zip(&a[lane], &b[lane], |a, b| a + b)));
            let tight: Tight<128> = sum.tight();
            assert_eq!(lanes(&tight.0), expected);
            let factor: Factor<128> = sum.factor();
            assert_eq!(lanes(&clean(factor).0), expected);
            assert_eq!(lanes(&factor.widen::<200>().0), lanes(&factor.0));

            let difference: Loose<-64, 64> = sub(x.loose(), y.loose());
            let lifted: Loose<0, 130> = difference.bias::<4, 0, 130>();
            let p4 = P.map(|limb| 4 * i128::from(limb));
            let expected = each(|lane| {
                let difference = zip(&a[lane], &b[lane], |a, b| a - b);
                normal(std::array::from_fn(|i| difference[i] + p4[i]))
            });
            let tight: Tight<130> = lifted.tight();
            assert_eq!(lanes(&tight.0), expected);
        }
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn weak_reduction_of_extreme_limbs() {
        // Limbs 0 to 3 as far out as the type admits; limb 4 keeps the value within its bounds.
        let far = 192 << 54;
        for pattern in 0..81_u32 {
            for top in [-(90 << 44), -1, 0, 1, 1 << 47, (1 << 48) + 3, 90 << 44] {
                let limb = |i: u32| i64::from(pattern / 3_u32.pow(i) % 3) * far - far;
                let one = [limb(0), limb(1), limb(2), limb(3), top];
                for position in 0..8 {
                    let mut all = [[0x123, 0, 5, 0, 77]; 8];
                    all[position] = one;
                    let weak = Loose::<-96, 96>(vectors(&all)).weak();
                    expect_bound::<0, WEAK>(&weak.0);
                    for (lane, before) in lanes(&weak.0).iter().zip(&all) {
                        assert!(lane[..4].iter().all(|limb| (0..1 << 52).contains(limb)));
                        assert_eq!(signed_mod_p(lane), signed_mod_p(before), "{before:x?}");
                    }
                }
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn negation_and_selection() {
        for (a, b) in pairs(96) {
            let (x, y) = (Tight::<96>(vectors(&a)), Tight::<96>(vectors(&b)));
            for mask in [0, 1, 0x80, 0x5a, 0xff] {
                let negated = x.negate_where(mask);
                expect_bound::<0, 96>(&negated.0);
                let chosen = lanes(&x.select(mask, y).0);
                for (lane, result) in lanes(&negated.0).iter().enumerate() {
                    let picked = mask >> lane & 1 == 1;
                    assert_eq!(chosen[lane], if picked { b[lane] } else { a[lane] });
                    let sum = mod_p_of_sum(&value(result), &value(&a[lane]));
                    let unchanged = *result == a[lane];
                    assert!(if picked { sum == [0; 4] } else { unchanged });
                }
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn canonical_values_and_zero() {
        let multiples: Eight =
            std::array::from_fn(|k| normal(P.map(|limb| i128::from(limb) * k as i128)));
        assert_eq!(Tight::<112>(vectors(&multiples)).is_zero(), 0xff);
        for position in 0..8 {
            let mut off = multiples;
            off[position][position % 5] ^= 1;
            assert_eq!(Tight::<128>(vectors(&off)).is_zero(), !(1 << position));
        }
        for (a, _) in pairs(31) {
            let canonical = lanes(&Tight::<31>(vectors(&a)).canonical().0);
            for (before, after) in a.iter().zip(&canonical) {
                assert_eq!(value(after)[..4], mod_p(&value(before)));
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn words_there_and_back() {
        for (a, _) in pairs(15) {
            let integers = each(|lane| mod_p(&value(&a[lane])));
            let columns: [__m512i; 4] = std::array::from_fn(|word| {
                let [a, b, c, d, e, f, g, h] = integers.map(|words| words[word].cast_signed());
                _mm512_setr_epi64(a, b, c, d, e, f, g, h)
            });
            let element = Tight::from_words(columns);
            assert_eq!(lanes(&element.0), a);
            let words = element.canonical().to_words();
            let back =
                each(|lane| std::array::from_fn(|i| lane_of(words[i], lane).cast_unsigned()));
            assert_eq!(back, integers);
            assert_eq!(lanes(&Canonical::splat(integers[3]).0), [a[3]; 8]);
        }
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn inverses() {
        let one = Canonical::splat(ONE).tight();
        let values: Vec<Factor<DENOMINATOR>> = pairs(50)
            .iter()
            .map(|(a, _)| Tight::<50>(vectors(a)))
            .filter(|element| element.is_zero() == 0)
            .map(|element| element.factor())
            .collect();
        assert!(values.len() > 20);
        for count in [0, 1, 2, 3, values.len()] {
            let mut inverses = vec![one.factor().widen(); count];
            invert_all(&values[..count], &mut inverses);
            for (value, inverse) in values.iter().zip(&inverses) {
                let product: Loose<0, 20> = mul(*value, *inverse);
                let difference: Loose<-16, 20> = sub(product, one.loose());
                assert_eq!(difference.is_zero(), 0xff);
            }
        }
        let zero = Canonical::splat([0; 4]).tight().factor().widen::<PRODUCT>();
        assert_eq!(Loose::<0, PRODUCT>(zero.invert().0).is_zero(), 0xff);
    }
}

/// The limbs of eight lanes.
type Eight = [[i64; 5]; 8];

/// Checks limbs, bounds and residue: the lanes times 2^260 are `expected`.
#[target_feature(enable = "avx512f,avx512ifma")]
fn expect_product<const LO: i64, const HI: i64>(product: Loose<LO, HI>, expected: &[[u64; 4]; 8]) {
    expect_bound::<LO, HI>(&product.0);
    let two_260 = [0, 0, 0, 0, 16, 0, 0, 0];
    for (lane, expected) in lanes(&product.0).iter().zip(expected) {
        assert!(
            lane.iter()
                .all(|limb| limb.unsigned_abs() <= (HI - LO).unsigned_abs() << 54)
        );
        let scaled = multiply_mod_p(&widened(&signed_mod_p(lane)), &mod_p_wide(&two_260));
        assert_eq!(scaled, *expected, "{lane:x?}");
    }
}

/// Checks LO·p ≤ 16·value ≤ HI·p in every lane.
#[target_feature(enable = "avx512f,avx512ifma")]
fn expect_bound<const LO: i64, const HI: i64>(limbs: &[__m512i; 5]) {
    for lane in lanes(limbs) {
        let sixteenfold = normal(lane.map(|limb| 16 * i128::from(limb)));
        let low = normal(P.map(|limb| i128::from(limb) * i128::from(LO)));
        let high = normal(P.map(|limb| i128::from(limb) * i128::from(HI)));
        assert_ne!(
            compare(&sixteenfold, &low),
            Ordering::Less,
            "{lane:x?} is below {LO}"
        );
        assert_ne!(
            compare(&sixteenfold, &high),
            Ordering::Greater,
            "{lane:x?} is above {HI}"
        );
    }
}

/// Eight pairs of values up to `bound`·p/16, every special one in every lane.
fn pairs(bound: i64) -> Vec<(Eight, Eight)> {
    let full = (1_i64 << 52) - 1;
    let limit = normal(P.map(|limb| i128::from(limb) * i128::from(bound)));
    let mut specials = vec![[0; 5], [1, 0, 0, 0, 0], P, [full, full, full, full, 0]];
    specials.extend((0..5).map(|i| std::array::from_fn(|j| if i == j { full } else { 0 })));
    specials.extend((0..5).map(|i| std::array::from_fn(|j| if i == j { 0 } else { full })));
    specials.extend([
        [full - 1; 5],
        [1 << 51; 5],
        [P[0] + 1 - (1 << 52), P[1] + 1, P[2], P[3], P[4]],
        [P[0] - 1, P[1], P[2], P[3], P[4]],
    ]);
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.cast_signed() & full
    };
    specials.extend((0..6).map(|_| std::array::from_fn(|_| random())));
    // The largest value that the bound admits, and what is cut to fit under it.
    let most = normal(P.map(|limb| i128::from(limb) * i128::from(bound) / 16));
    specials.push([0, 0, 0, 0, limit[4] / 16]);
    specials.push([most[0], most[1], most[2], most[3], most[4]]);
    for special in &mut specials {
        *special = normal(special.map(i128::from));
        special[4] = special[4].clamp(0, limit[4] / 16);
        let sixteenfold = normal(special.map(|limb| 16 * i128::from(limb)));
        if compare(&sixteenfold, &limit) == Ordering::Greater {
            special[4] -= 1;
        }
    }
    let count = specials.len();
    let at = |i: usize| specials[i % count];
    let starts = (0..count).flat_map(|i| (0..count).step_by(3).map(move |step| (i, step)));
    starts
        .map(|(i, step)| {
            (
                std::array::from_fn(|k| at(i + k)),
                std::array::from_fn(|k| at(i + step + 5 * k)),
            )
        })
        .collect()
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn vectors(values: &Eight) -> [__m512i; 5] {
    std::array::from_fn(|limb| {
        let [a, b, c, d, e, f, g, h] = values.map(|value| value[limb]);
        _mm512_setr_epi64(a, b, c, d, e, f, g, h)
    })
}

/// The limbs with rubbish above bit 51 of all but the top one, as a factor may have.
#[target_feature(enable = "avx512f,avx512ifma")]
fn dirty(values: &Eight) -> [__m512i; 5] {
    let mut limbs = *values;
    for (lane, value) in limbs.iter_mut().enumerate() {
        for (i, limb) in value.iter_mut().take(4).enumerate() {
            *limb |= if (lane + i) % 2 == 0 {
                -1 << 52
            } else {
                0x2A5 << 52
            };
        }
    }
    vectors(&limbs)
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn clean<const V: i64>(factor: Factor<V>) -> Factor<V> {
    let mut limbs = factor.0;
    for limb in limbs.iter_mut().take(4) {
        *limb = _mm512_and_si512(*limb, _mm512_set1_epi64(LIMB_MASK));
    }
    Factor(limbs)
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn lanes(limbs: &[__m512i; 5]) -> Eight {
    std::array::from_fn(|lane| std::array::from_fn(|i| lane_of(limbs[i], lane)))
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn lane_of(vector: __m512i, lane: usize) -> i64 {
    let low = _mm512_extracti64x4_epi64::<0>(vector);
    let high = _mm512_extracti64x4_epi64::<1>(vector);
    let half = if lane < 4 { low } else { high };
    match lane % 4 {
        0 => _mm256_extract_epi64::<0>(half),
        1 => _mm256_extract_epi64::<1>(half),
        2 => _mm256_extract_epi64::<2>(half),
        _ => _mm256_extract_epi64::<3>(half),
    }
}

fn each<T>(of: impl FnMut(usize) -> T) -> [T; 8] {
    std::array::from_fn(of)
}

fn zip(a: &[i64; 5], b: &[i64; 5], of: impl Fn(i128, i128) -> i128) -> [i128; 5] {
    std::array::from_fn(|i| of(i128::from(a[i]), i128::from(b[i])))
}
