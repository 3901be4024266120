//! sG + tP for eight signatures at a time, by Strauss with fixed signed windows.

use core::arch::x86_64::__mmask8;

use super::field::{Canonical, Factor, Loose, ONE, R2, Tight, WEAK, mul, square, sub};
use super::generator::{self, GeneratorRows};
use super::point::{Addend, Affine, Jacobian};
use super::prepare::{Claims, GENERATOR_WINDOW, Group, KEY_WINDOW};
use super::rows::{Row, load};
use super::tables::{KeyRows, Tables};
use crate::batch::VerifyItem;

/// Verifies `items`; the slices are of one length.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn verify_batch(items: &[VerifyItem], verdicts: &mut [bool]) {
    let groups = items.len().div_ceil(8);
    let chunks = groups.div_ceil(CHUNK_GROUPS).max(1);
    let chunk_groups = groups.div_ceil(chunks);
    let mut tables = Tables::new(chunk_groups);
    let generator_rows = generator::rows();
    let chunk_items = (8 * chunk_groups).max(1);
    for (items, verdicts) in items
        .chunks(chunk_items)
        .zip(verdicts.chunks_mut(chunk_items))
    {
        let mut groups: Vec<Group> = items.chunks(8).map(Group::new).collect();
        let key_rows = tables.build(&mut groups);
        let lanes = groups.iter().zip(key_rows);
        for (verdicts, (group, key_rows)) in verdicts.chunks_mut(8).zip(lanes) {
            let sum = sum_of_products(group, key_rows, generator_rows);
            let zz: Loose<0, 20> = square(sum.z.factor());
            let equal = has_abscissa(sum.x, zz.factor(), &group.claims);
            hand_out(equal & !sum.is_infinity(), verdicts);
        }
    }
}

/// B7: the lanes where (e + x1) mod n = r, which is X = x1·Z² for x1 = (r - e) mod n or that plus n.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn has_abscissa(x: Tight<WEAK>, zz: Factor<20>, claims: &Claims) -> __mmask8 {
    let mut equal = is_abscissa(x, zz, claims.targets());
    let (mask, second) = claims.second_targets();
    if mask != 0 {
        equal |= mask & is_abscissa(x, zz, &second);
    }
    equal & claims.live
}

/// [`has_abscissa`] where Z = 1.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn has_affine_abscissa(point: Affine, claims: &Claims) -> __mmask8 {
    let one = Canonical::splat(ONE).tight().factor().widen();
    has_abscissa(point.x, one, claims)
}

/// Verdict i becomes lane i of `valid`.
#[inline]
pub(super) fn hand_out(valid: __mmask8, verdicts: &mut [bool]) {
    for (lane, verdict) in verdicts.iter_mut().enumerate() {
        *verdict = valid >> lane & 1 == 1;
    }
}

/// B6: (x1, y1) = sG + tP, up to the sign, for all s, t and P.
#[target_feature(enable = "avx512f,avx512ifma")]
fn sum_of_products(group: &Group, key_rows: &KeyRows, generator_rows: &GeneratorRows) -> Jacobian {
    let mut sum = Sum {
        point: Jacobian::infinity(),
        parity: 0,
    };
    for position in (0..256).rev() {
        if position != 255 {
            sum.double();
        }
        if position % KEY_WINDOW == 0 {
            let digits = &group.key_digits[position / KEY_WINDOW];
            let mut rows = [Row::empty(); 8];
            for ((row, lane), digit) in rows.iter_mut().zip(key_rows).zip(digits) {
                *row = lane[entry(*digit) % lane.len()];
            }
            sum.add(rows, digits);
        }
        if position % GENERATOR_WINDOW == 0 {
            let digits = &group.generator_digits[position / GENERATOR_WINDOW];
            let mut rows = [Row::empty(); 8];
            for (row, digit) in rows.iter_mut().zip(digits) {
                *row = generator_rows[entry(*digit) % generator_rows.len()];
            }
            sum.add(rows, digits);
        }
    }
    sum.point
}

/// ±(sG + tP) while it is being added up.
struct Sum {
    point: Jacobian,
    /// All ones when the point is the negative of the sum.
    parity: __mmask8,
}

impl Sum {
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn double(&mut self) {
        self.point = self.point.double_negated();
        self.parity = !self.parity;
    }

    /// Adds the multiples, which stand in the rows of the digits' magnitudes, with the digits' signs.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn add(&mut self, rows: [Row; 8], digits: &[i16; 8]) {
        let (mut negative, mut zero) = (0, 0);
        for (lane, digit) in digits.iter().enumerate() {
            negative |= __mmask8::from(*digit < 0) << lane;
            zero |= __mmask8::from(*digit == 0) << lane;
        }
        let multiples = Addend::gather(rows, negative ^ self.parity);
        let mut added = self.point.add_negated(multiples);
        if zero != 0 {
            added = added.select(zero, self.point.negated());
        }
        self.point = added;
        self.parity = !self.parity;
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn is_abscissa(x: Tight<WEAK>, zz: Factor<20>, integers: &[[u64; 4]; 8]) -> __mmask8 {
    let r2 = Canonical::splat(R2).tight().factor();
    let expected: Loose<0, 18> = mul(load(integers).factor(), r2);
    let expected: Loose<0, 18> = mul(expected.factor::<18>(), zz);
    let difference: Loose<-17, 18> = sub(expected, x.loose());
    difference.is_zero()
}

/// The row of a digit: |d| - 1, and any row for 0.
#[inline]
fn entry(digit: i16) -> usize {
    usize::from(digit.unsigned_abs().saturating_sub(1))
}

/// Groups whose tables are inverted together: 96 signatures.
///
/// Measured: fewer cost inversions, and with more a buffer passes the 128 KiB from which the
/// allocator asks the system for fresh pages in each call.
const CHUNK_GROUPS: usize = 12;
