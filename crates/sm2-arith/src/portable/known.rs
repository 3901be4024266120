use std::sync::OnceLock;

use super::tree::Tree;
use super::windows::Windows;
use crate::batch::KnownItem;
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
    // B1 to B5
    let claims = items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| Some((index, Claim::from_bytes(&item.e, &item.signature)?)));
    let claims: Vec<_> = claims.collect();
    tree.set_columns(claims.len());
    // B6: (x1, y1) = [s]G + [t]P
    for (column, (index, claim)) in claims.iter().enumerate() {
        let terms = terms(claim, items[*index].table);
        tree.fill_column(0, column, terms);
    }
    let mut failed = vec![false; claims.len()];
    let sums = tree.add_up(&mut failed);
    // B7: R = (e + x1) mod n, valid if R = r
    for (((index, claim), sum), failed) in claims.iter().zip(sums).zip(failed) {
        verdicts[*index] = if failed {
            holds(claim, items[*index].table)
        } else {
            claim.is_met_by_affine(sum)
        };
    }
}

/// The points whose sum is \[s\]G + \[t\]P.
#[inline(always)]
fn terms(claim: &Claim, table: &KeyTable) -> impl Iterator<Item = AffinePoint> {
    table.0.terms(&claim.t).chain(generator().terms(&claim.s))
}

/// Whether the claim is true, by additions that are right for all points.
#[cold]
fn holds(claim: &Claim, table: &KeyTable) -> bool {
    let add = |sum: JacobianPoint, term| sum.add_affine_vartime(&term);
    let sum = terms(claim, table).fold(JacobianPoint::INFINITY, add);
    claim.is_met_by(&sum)
}

/// The multiples of G, computed by the first call.
fn generator() -> &'static Windows<GENERATOR_WIDTH> {
    static TABLE: OnceLock<Windows<GENERATOR_WIDTH>> = OnceLock::new();
    TABLE.get_or_init(|| Windows::new(&AffinePoint::GENERATOR))
}

/// Bits of a digit of t: 43 windows, 84 KiB a key.
const KEY_WIDTH: usize = 6;
/// Bits of a digit of s: 29 windows, 448 KiB.
const GENERATOR_WIDTH: usize = 9;
/// Points that a signature adds up.
const TERMS: usize = Windows::<KEY_WIDTH>::COUNT + Windows::<GENERATOR_WIDTH>::COUNT;
/// Signatures whose additions share inversions.
const CHUNK: usize = 128;
