//! sG + tP for eight signatures at a time, by keys whose multiples are in tables: no doublings.

use std::sync::OnceLock;

use core::arch::x86_64::__mmask8;

use super::across::add_up;
use super::field::{Loose, square};
use super::odd::OddScalars;
use super::point::{Addend, Affine, Jacobian};
use super::prepare::Claims;
use super::rows::Row;
use super::tree::Tree;
use super::verify::{hand_out, has_abscissa, has_affine_abscissa, verify_batch};
use super::windows::tables;
use super::words::{prefetch, store};
use crate::AffinePoint;
use crate::batch::{KnownItem, VerifyItem};
use crate::digits::OddDigits;

/// Odd multiples of one key for windows of 6 bits.
#[derive(Debug)]
#[expect(unnameable_types, reason = "its name is Backend::KeyTable")]
pub struct KeyTable {
    rows: Box<[Row]>,
    public_key: [u8; 64],
}

/// What a table occupies.
pub(super) const KEY_TABLE_BYTES: usize =
    size_of::<KeyTable>() + size_of::<Row>() * KeyDigits::ROWS;

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
    let generator = generator_rows();
    if items.len() <= MOST_ALONE {
        for (item, verdict) in items.iter().zip(verdicts) {
            verify_alone(item, verdict, generator);
        }
    } else if items.len() <= MOST_WITHOUT_TREE {
        for (items, verdicts) in items.chunks(8).zip(verdicts.chunks_mut(8)) {
            verify_group(items, verdicts, generator);
        }
    } else {
        let groups = items.len().div_ceil(8).min(CHUNK_GROUPS);
        let mut tree = Tree::new(POINTS, groups);
        let chunks = items.chunks(8 * groups);
        for (items, verdicts) in chunks.zip(verdicts.chunks_mut(8 * groups)) {
            verify_chunk(items, verdicts, generator, &mut tree);
        }
    }
}

/// The points of one signature in all lanes.
#[target_feature(enable = "avx512f,avx512ifma")]
fn verify_alone(item: &KnownItem<'_, KeyTable>, verdict: &mut bool, generator: &[Row]) {
    let claims = Claims::of(core::slice::from_ref(item));
    let multiples = Multiples::new(core::slice::from_ref(item), &claims, generator);
    let sum = add_up(POINTS / 8, |round, parity| {
        let points = 8 * round..8 * round + 8;
        let (mut rows, mut negative) = ([Row::empty(); 8], parity);
        for (lane, (row, i)) in rows.iter_mut().zip(points).enumerate() {
            *row = multiples.row(i, 0);
            negative ^= (multiples.signs[i] & 1) << lane;
        }
        (Addend::gather_doubling(rows, negative), 0)
    });
    settle(
        core::slice::from_ref(item),
        core::slice::from_mut(verdict),
        sum.add_up_negated(),
        &claims,
    );
}

/// Each signature in a lane, its points one after the other.
#[target_feature(enable = "avx512f,avx512ifma")]
fn verify_group(items: &[KnownItem<'_, KeyTable>], verdicts: &mut [bool], generator: &[Row]) {
    let claims = Claims::of(items);
    let multiples = Multiples::new(items, &claims, generator);
    let sum = add_up(POINTS, |i, parity| {
        let negative = multiples.signs[i] ^ parity;
        (Addend::gather_doubling(multiples.rows(i), negative), 0)
    });
    settle(items, verdicts, sum, &claims);
}

/// B7 for sums that have Z = 0 where they met points that were equal or opposite.
#[target_feature(enable = "avx512f,avx512ifma")]
fn settle(
    items: &[KnownItem<'_, KeyTable>],
    verdicts: &mut [bool],
    sum: Jacobian,
    claims: &Claims,
) {
    let zz: Loose<0, 20> = square(sum.z.factor());
    let exceptional = sum.is_infinity() & claims.live;
    // X = Z = 0 would have any abscissa.
    let equal = has_abscissa(sum.x, zz.factor(), claims) & !exceptional;
    hand_out(equal, verdicts);
    if exceptional != 0 {
        verify_again(items, verdicts, |i| exceptional >> i & 1 == 1);
    }
}

/// Groups whose points are added up in a tree.
#[target_feature(enable = "avx512f,avx512ifma")]
fn verify_chunk(
    items: &[KnownItem<'_, KeyTable>],
    verdicts: &mut [bool],
    generator: &[Row],
    tree: &mut Tree,
) {
    let mut groups = [Claims::NONE; CHUNK_GROUPS];
    for ((g, claims), items) in groups.iter_mut().enumerate().zip(items.chunks(8)) {
        *claims = Claims::of(items);
        let multiples = Multiples::new(items, claims, generator);
        for (i, negative) in multiples.signs.iter().enumerate() {
            tree.set(i, g, Affine::gather(multiples.rows(i), *negative));
        }
    }
    let mut exceptional = [0; CHUNK_GROUPS];
    let used = items.len().div_ceil(8);
    let sums = tree.add_up(POINTS, &mut exceptional[..used]);
    for ((sum, claims), verdicts) in sums.iter().zip(&groups).zip(verdicts.chunks_mut(8)) {
        hand_out(has_affine_abscissa(*sum, claims), verdicts);
    }
    for (exceptional, claims) in exceptional.iter_mut().zip(&groups) {
        *exceptional &= claims.live;
    }
    if exceptional != [0; CHUNK_GROUPS] {
        verify_again(items, verdicts, |i| exceptional[i / 8] >> (i % 8) & 1 == 1);
    }
}

impl Claims {
    /// The claims of up to eight items.
    fn of(items: &[KnownItem<'_, KeyTable>]) -> Self {
        let mut claims = Self::NONE;
        for (lane, item) in items.iter().enumerate() {
            claims.fill(lane, &item.e, &item.signature);
        }
        claims
    }
}

/// B6: sG + tP for up to eight signatures, as sums of one multiple for each window: first those of t, then those of s.
struct Multiples<'a> {
    tables: [&'a [Row]; 8],
    generator: &'a [Row],
    places: [[u32; 8]; POINTS],
    /// The lanes whose multiple counts negative.
    signs: [__mmask8; POINTS],
}

impl<'a> Multiples<'a> {
    /// Finds the multiples, and asks for those of the keys' tables.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn new(items: &'a [KnownItem<'_, KeyTable>], claims: &Claims, generator: &'a [Row]) -> Self {
        // Lanes without an item look into the last one's table.
        let last = items.len() - 1;
        let mut multiples = Self {
            tables: core::array::from_fn(|lane| &*items[lane.min(last)].table.rows),
            generator,
            places: [[0; 8]; POINTS],
            signs: [0; POINTS],
        };
        let t = OddScalars::<KEY>::new(&claims.t);
        for i in 0..KeyDigits::COUNT {
            multiples.find(i, i, &t);
            for lane in 0..8 {
                prefetch(multiples.key_row(i, lane));
            }
        }
        let s = OddScalars::<GENERATOR>::new(&claims.s);
        for i in 0..GeneratorDigits::COUNT {
            multiples.find(KeyDigits::COUNT + i, i, &s);
        }
        multiples
    }

    /// Puts into place `i` where the multiples for a window stand.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a table has fewer rows than 2^16"
    )]
    fn find<const W: usize>(&mut self, i: usize, window: usize, scalars: &OddScalars<W>) {
        let (index, negative) = scalars.digit(window);
        let first = window * OddDigits::<W>::VALUES;
        self.places[i] = store(index).map(|index| first as u32 + index as u32);
        self.signs[i] = negative;
    }

    /// The rows of place `i`.
    #[inline]
    fn rows(&self, i: usize) -> [Row; 8] {
        core::array::from_fn(|lane| self.row(i, lane))
    }

    #[inline]
    fn row(&self, i: usize, lane: usize) -> Row {
        if i < KeyDigits::COUNT {
            *self.key_row(i, lane)
        } else {
            self.generator[self.places[i][lane] as usize]
        }
    }

    #[inline]
    fn key_row(&self, i: usize, lane: usize) -> &'a Row {
        &self.tables[lane][self.places[i][lane] as usize]
    }
}

/// Verifies the items of `chosen` again, by the algorithm that knows all cases.
#[target_feature(enable = "avx512f,avx512ifma")]
fn verify_again(
    items: &[KnownItem<'_, KeyTable>],
    verdicts: &mut [bool],
    chosen: impl Fn(usize) -> bool,
) {
    let places: Vec<usize> = (0..items.len()).filter(|i| chosen(*i)).collect();
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

/// Bits of a window of t: 1352 rows of 64 bytes for each key.
const KEY: usize = 6;
/// Bits of a window of s: 7176 rows for the generator, 449 KiB.
const GENERATOR: usize = 9;
type KeyDigits = OddDigits<KEY>;
type GeneratorDigits = OddDigits<GENERATOR>;
/// How many points make up a sum.
const POINTS: usize = KeyDigits::COUNT + GeneratorDigits::COUNT;
/// More signatures take less time each with a lane for each.
const MOST_ALONE: usize = 4;
/// More signatures take less time each with shared inversions.
const MOST_WITHOUT_TREE: usize = 64;
/// Groups whose additions share inversions: 128 signatures.
const CHUNK_GROUPS: usize = 16;
