//! One sum over all eight lanes, for a signature that is alone: each lane adds up some of its points, and the lanes
//! are added up in three steps.
//!
//! No addition here knows the cases it is wrong for. Z = 0 shows them in the end, as `docs/ifma.md` says.

use core::arch::x86_64::{
    __m512i, __mmask8, _mm512_cmpeq_epi64_mask, _mm512_mask_mov_epi64, _mm512_set1_epi64,
    _mm512_setzero_si512,
};
use std::sync::OnceLock;

use zeroize::Zeroizing;

use super::field::Tight;
use super::odd::mask;
use super::point::{Addend, Jacobian};
use super::rows::Row;
use super::windows::tables;
use super::words::load;
use crate::digits::OddDigits;
use crate::{AffinePoint, FieldElement, Scalar};

/// x1 of (x1, y1) = \[k\]G in constant time, or none: for k = 0, and for the two nonces of `docs/ifma.md`.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn abscissa_of_multiple(k: &Scalar) -> Option<FieldElement> {
    let digits = Zeroizing::new(Digits::new(k));
    let mut places = Zeroizing::new([[0; 8]; ROUNDS]);
    let mut signs = Zeroizing::new([[0; 8]; ROUNDS]);
    for i in 0..Digits::COUNT {
        let digit = digits.digit(i);
        let (lane, round) = (i / ROUNDS, i % ROUNDS);
        places[round][lane] = digit.place;
        signs[round][lane] = digit.negative;
    }
    let comb = Comb::new();
    let lanes = add_up(ROUNDS, |round, parity| {
        let negative = mask(&signs[round]) ^ parity;
        (comb.look_up(round, &places[round], negative), ABSENT[round])
    });
    affine_abscissa(lanes.add_up_negated())
}

/// The sum of each lane's points, up to the sign.
///
/// `addend` gives the points of a round, mirrored where `parity` says, and the lanes that have none.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn add_up(
    rounds: usize,
    addend: impl Fn(usize, __mmask8) -> (Addend, __mmask8),
) -> Jacobian {
    let mut sum = addend(0, 0).0.jacobian();
    let mut parity = 0;
    for round in 1..rounds {
        let (addend, absent) = addend(round, parity);
        let mut added = sum.add_distinct_negated(addend);
        if absent != 0 {
            added = added.select(absent, sum.negated());
        }
        sum = added;
        parity = !parity;
    }
    sum
}

/// X / Z² of the first lane, none for Z = 0.
#[target_feature(enable = "avx512f,avx512ifma")]
fn affine_abscissa(point: Jacobian) -> Option<FieldElement> {
    if point.is_infinity() & 1 == 1 {
        return None;
    }
    // 16·X and 16·Z in the form of `FieldElement`: (16·X) / (16·Z)² is a sixteenth of what is wanted.
    let (x, z) = (first_lane(point.x), Zeroizing::new(first_lane(point.z)));
    let inverse = Zeroizing::new(z.invert());
    Some(x.multiply(&inverse.square()).multiply(&SIXTEEN))
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn first_lane<const V: i64>(elements: Tight<V>) -> FieldElement {
    FieldElement::from_montgomery(elements.canonical().to_integers()[0])
}

/// The generator's odd multiples: `0[j][m][w]` holds word w of multiple m for the windows of round j.
struct Comb(Vec<[[__m512i; 8]; MULTIPLES]>);

impl Comb {
    /// The table, computed by the first call.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn new() -> &'static Self {
        static COMB: OnceLock<Comb> = OnceLock::new();
        COMB.get_or_init(|| {
            let rows = tables::<WIDTH>(&[AffinePoint::GENERATOR]).into_iter();
            let rows: Vec<Row> = rows.flatten().collect();
            let place = |lane, round, multiple| (lane * ROUNDS + round) * MULTIPLES + multiple;
            let eight = |round, multiple| {
                let rows: [Row; 8] = core::array::from_fn(|lane| {
                    // Digits and windows that are not there are never asked for.
                    *rows.get(place(lane, round, multiple)).unwrap_or(&rows[0])
                });
                Addend::gather_doubling(rows, 0).words()
            };
            let round = |round| core::array::from_fn(|multiple| eight(round, multiple));
            Self((0..ROUNDS).map(round).collect())
        })
    }

    /// The multiple at each lane's place, those of `negative` mirrored; all of the round are read.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn look_up(&self, round: usize, places: &[u64; 8], negative: __mmask8) -> Addend {
        let places = load(places);
        let mut words = [_mm512_setzero_si512(); 8];
        for (multiple, columns) in (0..).zip(&self.0[round]) {
            let wanted = _mm512_cmpeq_epi64_mask(places, _mm512_set1_epi64(multiple));
            for (word, column) in words.iter_mut().zip(columns) {
                *word = _mm512_mask_mov_epi64(*word, wanted, *column);
            }
        }
        Addend::from_words_below_p(words, negative)
    }
}

/// Bits of a window: six additions in each lane, and 96 KiB that are read whole.
const WIDTH: usize = 6;
type Digits = OddDigits<WIDTH>;
const MULTIPLES: usize = Digits::VALUES;
/// Lane l adds up the windows from ROUNDS·l on.
const ROUNDS: usize = Digits::COUNT.div_ceil(8);
/// The lanes that have no window left in each round.
const ABSENT: [__mmask8; ROUNDS] = {
    let mut absent = [0; ROUNDS];
    let mut i = Digits::COUNT;
    while i < 8 * ROUNDS {
        absent[i % ROUNDS] |= 1 << (i / ROUNDS);
        i += 1;
    }
    absent
};
const SIXTEEN: FieldElement = FieldElement::from_limbs(&[16, 0, 0, 0]);
