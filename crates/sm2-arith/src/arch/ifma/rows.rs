//! Table rows: one point in one 64-byte cache line.

use core::arch::x86_64::{
    __m512i, _mm512_setzero_si512, _mm512_shuffle_i64x2, _mm512_unpackhi_epi64,
    _mm512_unpacklo_epi64,
};

use super::field::{Canonical, Tight, UNIT, WEAK};
use super::words::{columns, store};

/// One point: four words of x, then four of y or, in some tables, 2·y; all in [0, p).
#[derive(Clone, Copy, Debug)]
pub(super) struct Row(__m512i);

impl Row {
    /// A row that holds no point, to fill a table with before it is built.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn empty() -> Self {
        Self(_mm512_setzero_si512())
    }

    /// Eight points as rows, lane 0 first; `y` as the table wants it.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn split(x: Tight<WEAK>, y: Tight<WEAK>) -> [Self; 8] {
        let [x0, x1, x2, x3] = x.canonical().to_words();
        let [y0, y1, y2, y3] = y.canonical().to_words();
        transpose([x0, x1, x2, x3, y0, y1, y2, y3]).map(Self)
    }

    /// Eight rows as coordinates, the first in lane 0.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn gather(rows: [Self; 8]) -> [Tight<UNIT>; 2] {
        Canonical::halves(transpose(rows.map(|row| row.0)))
    }

    /// The row's words.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn words(self) -> [u64; 8] {
        store(self.0)
    }
}

/// Eight 256-bit integers as elements, not in the Montgomery domain.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn load(integers: &[[u64; 4]; 8]) -> Tight<WEAK> {
    Tight::from_words(columns(integers))
}

/// Row i, column j becomes row j, column i.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn transpose(rows: [__m512i; 8]) -> [__m512i; 8] {
    // pairs[2i] holds the columns 0, 2, 4, 6 of rows 2i and 2i + 1, pairs[2i + 1] the odd ones
    let mut pairs = rows;
    for i in 0..4 {
        pairs[2 * i] = _mm512_unpacklo_epi64(rows[2 * i], rows[2 * i + 1]);
        pairs[2 * i + 1] = _mm512_unpackhi_epi64(rows[2 * i], rows[2 * i + 1]);
    }
    // fours[4h + o] holds the columns o, o + 4 of rows 4h to 4h + 3, fours[4h + o + 2] o + 2, o + 6
    let mut fours = pairs;
    for half in [0, 4] {
        for odd in [0, 1] {
            let (a, b) = (pairs[half + odd], pairs[half + odd + 2]);
            fours[half + odd] = _mm512_shuffle_i64x2::<EVEN>(a, b);
            fours[half + odd + 2] = _mm512_shuffle_i64x2::<ODD>(a, b);
        }
    }
    let mut columns = fours;
    for i in 0..4 {
        columns[i] = _mm512_shuffle_i64x2::<EVEN>(fours[i], fours[i + 4]);
        columns[i + 4] = _mm512_shuffle_i64x2::<ODD>(fours[i], fours[i + 4]);
    }
    columns
}

/// The 128-bit parts 0 and 2 of both operands.
const EVEN: i32 = 0b10_00_10_00;
/// The 128-bit parts 1 and 3 of both operands.
const ODD: i32 = 0b11_01_11_01;
