use std::hint::black_box;
use std::sync::OnceLock;

use super::tree::Tree;
use super::windows::Windows;
use crate::batch::KnownItem;
use crate::digits::OddDigits;
use crate::public::Claim;
use crate::{AffinePoint, JacobianPoint};

/// Multiples of one public key, 84 KiB.
#[derive(Debug)]
#[expect(unnameable_types, reason = "its name is Backend::KeyTable")]
pub struct KeyTable(Windows<KEY_WIDTH>);

impl KeyTable {
    pub(super) const BYTES: usize = Windows::<KEY_WIDTH>::BYTES;
}

/// The tables of these keys, none for bytes that are no point.
pub(super) fn key_tables(keys: &[[u8; 64]]) -> Vec<Option<KeyTable>> {
    let points: Vec<_> = keys.iter().map(AffinePoint::from_bytes).collect();
    let valid: Vec<_> = points.iter().flatten().copied().collect();
    let mut tables = Windows::of(&valid).into_iter().map(KeyTable);
    let table = |point: Result<_, _>| point.ok().and_then(|_| tables.next());
    points.into_iter().map(table).collect()
}

/// Verifies `items`; the slices are of one length.
pub(super) fn verify(items: &[KnownItem<'_, KeyTable>], verdicts: &mut [bool]) {
    let mut tree = Tree::new(TERMS, items.len().min(CHUNK));
    for (items, verdicts) in items.chunks(CHUNK).zip(verdicts.chunks_mut(CHUNK)) {
        verify_chunk(&mut tree, items, verdicts);
    }
}

fn verify_chunk(tree: &mut Tree, items: &[KnownItem<'_, KeyTable>], verdicts: &mut [bool]) {
    verdicts.fill(false);
    let sums = items.iter().enumerate().filter_map(|(index, item)| {
        // B1 to B5
        let claim = Claim::from_bytes(&item.e, &item.signature)?;
        Some(Sum::new(index, claim, item.table))
    });
    let sums: Vec<_> = sums.collect();
    if sums.len() < WORTH_INVERSIONS {
        for sum in &sums {
            verdicts[sum.index] = sum.holds_alone();
        }
        return;
    }
    // B6: (x1, y1) = [s]G + [t]P
    tree.set_columns(sums.len());
    for index in 0..TERMS {
        // Rows of many keys lie in no near cache. Nothing waits for these reads, so that they overlap.
        if index < KEY_TERMS {
            black_box(sums.iter().fold(0, |any, sum| any ^ sum.read(index)));
        }
        for (term, sum) in tree.row(index).iter_mut().zip(&sums) {
            *term = sum.term(index);
        }
    }
    let mut failed = vec![false; sums.len()];
    let points = tree.add_up(&mut failed);
    // B7: R = (e + x1) mod n, valid if R = r
    for ((sum, point), failed) in sums.iter().zip(points).zip(failed) {
        verdicts[sum.index] = if failed {
            sum.holds_alone()
        } else {
            sum.claim.is_met_by_affine(point)
        };
    }
}

/// \[s\]G + \[t\]P as a sum of multiples in tables.
struct Sum<'a> {
    /// The place of the verdict.
    index: usize,
    claim: Claim,
    key_table: &'a Windows<KEY_WIDTH>,
    key_digits: OddDigits<KEY_WIDTH>,
    generator_table: &'a Windows<GENERATOR_WIDTH>,
    generator_digits: OddDigits<GENERATOR_WIDTH>,
}

impl<'a> Sum<'a> {
    fn new(index: usize, claim: Claim, table: &'a KeyTable) -> Self {
        Self {
            index,
            key_table: &table.0,
            key_digits: OddDigits::new(&claim.t),
            generator_table: generator(),
            generator_digits: OddDigits::new(&claim.s),
            claim,
        }
    }

    /// One of the points that make up the sum.
    #[inline(always)]
    fn term(&self, index: usize) -> AffinePoint {
        if index < KEY_TERMS {
            let digit = self.key_digits.digit(index);
            self.key_table.multiple(index, digit)
        } else {
            let index = index - KEY_TERMS;
            let digit = self.generator_digits.digit(index);
            self.generator_table.multiple(index, digit)
        }
    }

    /// Reads the point from memory, for what use ever.
    #[inline(always)]
    fn read(&self, index: usize) -> u64 {
        self.term(index).x().lowest_limb()
    }

    /// Whether the claim is true, by additions that are right for all points.
    fn holds_alone(&self) -> bool {
        let sum = (0..TERMS).fold(JacobianPoint::INFINITY, |sum, index| {
            sum.add_affine_vartime(&self.term(index))
        });
        self.claim.is_met_by(&sum)
    }
}

/// The multiples of G, computed by the first call.
fn generator() -> &'static Windows<GENERATOR_WIDTH> {
    static TABLE: OnceLock<Windows<GENERATOR_WIDTH>> = OnceLock::new();
    TABLE.get_or_init(|| Windows::new(&AffinePoint::GENERATOR))
}

/// Bits of a digit of t: 43 windows, 84 KiB a key.
const KEY_WIDTH: usize = 6;
/// Bits of a digit of s: 26 windows, 802 KiB.
const GENERATOR_WIDTH: usize = 10;
const KEY_TERMS: usize = Windows::<KEY_WIDTH>::COUNT;
/// Points that a signature adds up.
const TERMS: usize = KEY_TERMS + Windows::<GENERATOR_WIDTH>::COUNT;
/// With fewer signatures, the inversions cost more than Jacobian additions.
const WORTH_INVERSIONS: usize = 4;
/// Signatures whose additions share inversions.
const CHUNK: usize = 128;
