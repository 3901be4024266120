//! sG + tP for eight signatures at a time, by keys whose multiples are in tables: no doublings.

use std::sync::OnceLock;

use core::arch::x86_64::__mmask8;

use super::odd::{OddScalars, entries, multiples, windows};
use super::point::Affine;
use super::prepare::Scalars;
use super::rows::Row;
use super::tree::Tree;
use super::verify::{hand_out, has_affine_abscissa, verify_batch};
use super::windows::tables;
use super::words::{prefetch, store};
use crate::AffinePoint;
use crate::batch::{KnownItem, VerifyItem};
use crate::limbs::Limbs;

/// Odd multiples of one key for windows of 6 bits.
#[derive(Debug)]
#[expect(unnameable_types, reason = "its name is Backend::KeyTable")]
pub struct KeyTable {
    rows: Box<[Row]>,
    public_key: [u8; 64],
}

/// What a table occupies.
pub(super) const KEY_TABLE_BYTES: usize = size_of::<KeyTable>() + size_of::<Row>() * entries(KEY);

/// The tables of keys, none for what is no point of the curve.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn key_tables(keys: &[[u8; 64]]) -> Vec<Option<KeyTable>> {
    let points: Vec<_> = keys
        .iter()
        .map(|key| AffinePoint::from_bytes(key).ok())
        .collect();
    let on_curve: Vec<_> = points.iter().copied().flatten().collect();
    let mut rows = tables::<KEY>(&on_curve).into_iter();
    let table = |(key, point): (&[u8; 64], &Option<AffinePoint>)| {
        point.and_then(|_| rows.next()).map(|rows| KeyTable {
            rows,
            public_key: *key,
        })
    };
    keys.iter().zip(&points).map(table).collect()
}

/// Verifies `items`; the slices are of one length.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn verify_known(items: &[KnownItem<'_, KeyTable>], verdicts: &mut [bool]) {
    let groups = items.len().div_ceil(8).clamp(1, CHUNK_GROUPS);
    let mut tree = Tree::new(POINTS, groups);
    let generator_rows = generator_rows();
    for (items, verdicts) in items
        .chunks(8 * groups)
        .zip(verdicts.chunks_mut(8 * groups))
    {
        verify_chunk(items, verdicts, &mut tree, generator_rows);
    }
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn verify_chunk(
    items: &[KnownItem<'_, KeyTable>],
    verdicts: &mut [bool],
    tree: &mut Tree,
    generator_rows: &[Row],
) {
    let mut groups = [Scalars::NONE; CHUNK_GROUPS];
    for ((g, group), items) in groups.iter_mut().enumerate().zip(items.chunks(8)) {
        for (lane, item) in items.iter().enumerate() {
            group.fill(lane, &item.e, &item.signature);
        }
        // B6: [t]P + [s]G, as the sum of one multiple for each window
        gather_key_multiples(items, &group.t, tree, g);
        gather_generator_multiples(generator_rows, &group.s, tree, g);
    }
    let mut exceptional = [0; CHUNK_GROUPS];
    let used = items.len().div_ceil(8);
    let sums = tree.add_up(POINTS, &mut exceptional[..used]);
    for ((sum, group), verdicts) in sums.iter().zip(&groups).zip(verdicts.chunks_mut(8)) {
        hand_out(has_affine_abscissa(*sum, group), verdicts);
    }
    settle_exceptional(items, &groups, &exceptional, verdicts);
}

/// Sets the first points of a group: the multiples of the lanes' keys.
#[target_feature(enable = "avx512f,avx512ifma")]
fn gather_key_multiples(
    items: &[KnownItem<'_, KeyTable>],
    t: &[Limbs; 8],
    tree: &mut Tree,
    group: usize,
) {
    // Lanes without an item look into the last one's table.
    let last = items.len() - 1;
    let tables: [&[Row]; 8] = core::array::from_fn(|lane| &*items[lane.min(last)].table.rows);
    let t = OddScalars::new(t);
    let mut indices = [[0; 8]; windows(KEY)];
    let mut signs: [__mmask8; windows(KEY)] = [0; windows(KEY)];
    for (i, (indices, sign)) in indices.iter_mut().zip(&mut signs).enumerate() {
        let (index, negative) = t.digit::<KEY>(i);
        *indices = store(index).map(|index| place::<KEY>(i, index));
        *sign = negative;
        for (table, index) in tables.iter().zip(*indices) {
            prefetch(&table[index]);
        }
    }
    for (i, (indices, negative)) in indices.iter().zip(signs).enumerate() {
        let rows = core::array::from_fn(|lane| tables[lane][indices[lane]]);
        tree.set(i, group, Affine::gather(rows, negative));
    }
}

/// Sets the other points of a group: the multiples of the generator.
#[target_feature(enable = "avx512f,avx512ifma")]
fn gather_generator_multiples(rows: &[Row], s: &[Limbs; 8], tree: &mut Tree, group: usize) {
    let s = OddScalars::new(s);
    for i in 0..windows(GENERATOR) {
        let (index, negative) = s.digit::<GENERATOR>(i);
        let rows = store(index).map(|index| rows[place::<GENERATOR>(i, index)]);
        tree.set(windows(KEY) + i, group, Affine::gather(rows, negative));
    }
}

/// Verifies again what met two points with one abscissa, by the algorithm that knows all cases.
#[target_feature(enable = "avx512f,avx512ifma")]
fn settle_exceptional(
    items: &[KnownItem<'_, KeyTable>],
    groups: &[Scalars],
    exceptional: &[__mmask8],
    verdicts: &mut [bool],
) {
    let lanes = |i: usize| exceptional[i / 8] & groups[i / 8].live;
    let places: Vec<usize> = (0..items.len())
        .filter(|i| lanes(*i) >> (i % 8) & 1 == 1)
        .collect();
    if places.is_empty() {
        return;
    }
    let again: Vec<VerifyItem> = places
        .iter()
        .map(|place| VerifyItem {
            public_key: items[*place].table.public_key,
            e: items[*place].e,
            signature: items[*place].signature,
        })
        .collect();
    let mut valid = vec![false; again.len()];
    verify_batch(&again, &mut valid);
    for (place, valid) in places.iter().zip(valid) {
        verdicts[*place] = valid;
    }
}

/// The generator's table, built by the first caller.
#[target_feature(enable = "avx512f,avx512ifma")]
fn generator_rows() -> &'static [Row] {
    static ROWS: OnceLock<Box<[Row]>> = OnceLock::new();
    ROWS.get_or_init(|| {
        tables::<GENERATOR>(&[AffinePoint::GENERATOR])
            .into_iter()
            .flatten()
            .collect()
    })
}

/// Where the row of a window's digit stands.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "a digit has at most 16 bits"
)]
fn place<const W: usize>(window: usize, index: u64) -> usize {
    window * multiples(W) + index as usize
}

/// Bits of a window of t: 1352 rows of 64 bytes for each key.
const KEY: usize = 6;
/// Bits of a window of s: 7176 rows for the generator, 449 KiB.
const GENERATOR: usize = 9;
/// How many points make up a sum.
const POINTS: usize = windows(KEY) + windows(GENERATOR);
/// Groups whose additions share inversions: 128 signatures.
const CHUNK_GROUPS: usize = 16;
