//! sG + tP for eight signatures at a time, by Strauss with fixed signed windows.

use core::arch::x86_64::__mmask8;

use super::field::{Canonical, Factor, Loose, R2, mul, square, sub};
use super::generator::{self, GeneratorRows};
use super::point::{Addend, Jacobian};
use super::prepare::{GENERATOR_WINDOW, Group, KEY_WINDOW};
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
        let lanes = items.chunks(8).zip(verdicts.chunks_mut(8));
        for ((items, verdicts), (group, key_rows)) in lanes.zip(groups.iter().zip(key_rows)) {
            let sum = Sum::of_products(group, key_rows, generator_rows);
            settle(items, group, &sum.point, verdicts);
        }
    }
}

/// ±(sG + tP) while it is being added up.
struct Sum {
    point: Jacobian,
    /// The lanes that hold nothing yet.
    unset: __mmask8,
    /// All ones when the point is the negative of the sum.
    parity: __mmask8,
}

impl Sum {
    /// B6: (x1, y1) = sG + tP, up to the sign.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn of_products(group: &Group, key_rows: &KeyRows, generator_rows: &GeneratorRows) -> Self {
        let mut sum = Self {
            point: Jacobian::infinity(),
            unset: 0xff,
            parity: 0,
        };
        for position in (0..256).rev() {
            if position != 255 {
                sum.point = sum.point.double_negated();
                sum.parity = !sum.parity;
            }
            if position % KEY_WINDOW == 0 {
                let digits = &group.key_digits[position / KEY_WINDOW];
                let mut rows = [Row::empty(); 8];
                for ((row, lane), digit) in rows.iter_mut().zip(key_rows).zip(digits) {
                    *row = lane[entry(*digit) % lane.len()];
                }
                sum.add(Row::gather(rows), digits);
            }
            if position % GENERATOR_WINDOW == 0 {
                let digits = &group.generator_digits[position / GENERATOR_WINDOW];
                let mut rows = [Row::empty(); 8];
                for (row, digit) in rows.iter_mut().zip(digits) {
                    *row = generator_rows[entry(*digit) % generator_rows.len()];
                }
                sum.add(Row::gather(rows), digits);
            }
        }
        sum
    }

    /// Adds the multiples, whose magnitudes the digits gave, with the digits' signs.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn add(&mut self, multiples: Addend, digits: &[i16; 8]) {
        let (mut negative, mut zero) = (0, 0);
        for (lane, digit) in digits.iter().enumerate() {
            negative |= __mmask8::from(*digit < 0) << lane;
            zero |= __mmask8::from(*digit == 0) << lane;
        }
        let multiples = multiples.negate_where(negative ^ self.parity);
        let mut added = self.point.add_negated(multiples);
        if self.unset | zero != 0 {
            added = added.select(self.unset, multiples.jacobian().negated());
            added = added.select(zero, self.point.negated());
            self.unset &= zero;
        }
        self.point = added;
        self.parity = !self.parity;
    }
}

/// B7: (e + x1) mod n = r, which is X = x1·Z² for x1 = (r - e) mod n or that plus n.
///
/// Z = 0 marks the lanes where an addition met equal or opposite points, and infinity.
#[target_feature(enable = "avx512f,avx512ifma")]
fn settle(items: &[VerifyItem], group: &Group, sum: &Jacobian, verdicts: &mut [bool]) {
    let zz: Loose<0, 20> = square(sum.z.factor());
    let zz = zz.factor();
    let mut equal = has_abscissa(sum, zz, &group.target);
    let (mask, second) = group.second_targets();
    if mask != 0 {
        equal |= mask & has_abscissa(sum, zz, &second);
    }
    let exceptional = sum.z.is_zero();
    for (lane, (item, verdict)) in items.iter().zip(verdicts).enumerate() {
        let bit = 1 << lane;
        *verdict = group.live & bit != 0
            && if exceptional & bit == 0 {
                equal & bit != 0
            } else {
                verify_alone(item)
            };
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn has_abscissa(sum: &Jacobian, zz: Factor<20>, x: &[[u64; 4]; 8]) -> __mmask8 {
    let x: Loose<0, 18> = mul(load(x).factor(), Canonical::splat(R2).tight().factor());
    let x: Loose<0, 18> = mul(x.factor::<18>(), zz);
    let difference: Loose<-17, 18> = sub(x, sum.x.loose());
    difference.is_zero()
}

/// The row of a digit: |d| - 1, and any row for 0.
#[inline]
fn entry(digit: i16) -> usize {
    usize::from(digit.unsigned_abs().saturating_sub(1))
}

/// The complete scalar verification, for the few that incomplete formulas cannot settle.
fn verify_alone(item: &VerifyItem) -> bool {
    crate::verify(&item.public_key, &item.e, &item.signature)
}

/// Groups whose tables are inverted together: 96 signatures.
///
/// Measured: fewer cost inversions, and with more a buffer passes the 128 KiB from which the
/// allocator asks the system for fresh pages in each call.
const CHUNK_GROUPS: usize = 12;
