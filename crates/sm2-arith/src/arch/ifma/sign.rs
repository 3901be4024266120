//! Signatures in lanes, in constant time: \[k\]G as a sum of one multiple for each window of k.
//!
//! Neither branches nor addresses depend on a nonce or a key, with one exception: whether any lane of a
//! batch met two points with one abscissa shows. `docs/ifma.md` tells which nonces do that: so few
//! that nobody will ever see one.

use core::arch::x86_64::{
    __m512i, __mmask8, _mm512_mask_mov_epi64, _mm512_permutex2var_epi64, _mm512_set1_epi64,
    _mm512_setzero_si512, _mm512_test_epi64_mask,
};
use std::sync::OnceLock;

use zeroize::Zeroizing;

use super::across::abscissa_of_multiple;
use super::field::{Canonical, Loose, mul};
use super::odd::OddScalars;
use super::point::Affine;
use super::tree::Tree;
use super::windows::tables;
use super::words::load;
use crate::batch::SignItem;
use crate::digits::OddDigits;
use crate::secret::{disclose, sign, sign_with_abscissa};
use crate::{AffinePoint, FieldElement, Scalar};

/// Signs `items`; the slices are of one length.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn sign_batch(items: &[SignItem<'_>], signatures: &mut [Option<[u8; 64]>]) {
    if items.len() <= MOST_ALONE {
        for (item, signature) in items.iter().zip(signatures) {
            *signature = sign_alone(item);
        }
        return;
    }
    let groups = items.len().div_ceil(8).clamp(1, CHUNK_GROUPS);
    let mut tree = Tree::new(Digits::COUNT, groups);
    let comb = Comb::new();
    for (items, signatures) in items
        .chunks(8 * groups)
        .zip(signatures.chunks_mut(8 * groups))
    {
        sign_chunk(items, signatures, &mut tree, comb);
    }
    tree.wipe();
}

/// A4 to A7, with the lanes for one signature.
#[target_feature(enable = "avx512f,avx512ifma")]
fn sign_alone(item: &SignItem<'_>) -> Option<[u8; 64]> {
    let signed = match abscissa_of_multiple(&item.k).map(Zeroizing::new) {
        Some(x) => sign_with_abscissa(item.inverse, &item.e, &item.k, &x),
        None => sign(item.inverse, &item.e, &item.k),
    };
    disclose(signed)
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn sign_chunk(
    items: &[SignItem<'_>],
    signatures: &mut [Option<[u8; 64]>],
    tree: &mut Tree,
    comb: &Comb,
) {
    let nonces: Vec<OddScalars<WIDTH>> = items.chunks(8).map(|items| nonces(items)).collect();
    // A4: (x1, y1) = [k]G
    for (i, window) in comb.0.iter().enumerate() {
        for (g, k) in nonces.iter().enumerate() {
            let (index, negative) = k.digit(i);
            tree.set(i, g, window.look_up(index, negative));
        }
    }
    let mut exceptional = [0; CHUNK_GROUPS];
    let exceptional = &mut exceptional[..nonces.len()];
    let sums = tree.add_up(Digits::COUNT, exceptional);
    let groups = items.chunks(8).zip(signatures.chunks_mut(8));
    for ((items, signatures), (sum, exceptional)) in groups.zip(sums.iter().zip(exceptional)) {
        let abscissas = Zeroizing::new(abscissas(*sum));
        let lanes = items.iter().zip(signatures).zip(&*abscissas).enumerate();
        for (lane, ((item, signature), x)) in lanes {
            let signed = if *exceptional >> lane & 1 == 1 {
                sign(item.inverse, &item.e, &item.k)
            } else {
                // A5 to A7
                sign_with_abscissa(item.inverse, &item.e, &item.k, x)
            };
            *signature = disclose(signed);
        }
    }
}

/// The nonces of up to eight items; lanes without an item hold 1.
#[target_feature(enable = "avx512f,avx512ifma")]
fn nonces(items: &[SignItem<'_>]) -> OddScalars<WIDTH> {
    let mut nonces = Zeroizing::new([Scalar::ONE; 8]);
    for (nonce, item) in nonces.iter_mut().zip(items) {
        *nonce = item.k;
    }
    OddScalars::new(&nonces)
}

/// x of each lane.
#[target_feature(enable = "avx512f,avx512ifma")]
fn abscissas(points: Affine) -> [FieldElement; 8] {
    // x·2^260 times 2^256 / 2^260 is what a `FieldElement` holds.
    let radix = Canonical::splat(FieldElement::ONE.to_montgomery()).tight();
    let x: Loose<0, 18> = mul(points.x.factor(), radix.factor());
    let integers = x.tight::<18>().canonical().to_integers();
    integers.map(FieldElement::from_montgomery)
}

/// The generator's odd multiples, 2^(7·i)·G times 1 to 127, for every window i.
struct Comb(Vec<Window>);

impl Comb {
    /// The table, computed by the first call.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn new() -> &'static Self {
        static COMB: OnceLock<Comb> = OnceLock::new();
        COMB.get_or_init(|| {
            let rows = tables::<WIDTH>(&[AffinePoint::GENERATOR]).into_iter();
            let words: Vec<[u64; 8]> = rows.flatten().map(|row| row.words()).collect();
            Self(
                words
                    .chunks(MULTIPLES)
                    .map(|words| Window::new(words))
                    .collect(),
            )
        })
    }
}

/// One window's multiples, word by word: `0[w][v]` holds word w of the multiples 8v to 8v + 7.
struct Window([[__m512i; MULTIPLES / 8]; 8]);

impl Window {
    /// Multiples that are not there are zeros, and no digit asks for them.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn new(multiples: &[[u64; 8]]) -> Self {
        let mut window = [[_mm512_setzero_si512(); MULTIPLES / 8]; 8];
        for (w, columns) in window.iter_mut().enumerate() {
            for (column, eight) in columns.iter_mut().zip(multiples.chunks(8)) {
                let mut words = [0; 8];
                for (word, multiple) in words.iter_mut().zip(eight) {
                    *word = multiple[w];
                }
                *column = load(&words);
            }
        }
        Self(window)
    }

    /// The multiple at each lane's index, those of `negative` mirrored; all are read, in registers.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn look_up(&self, index: __m512i, negative: __mmask8) -> Affine {
        let bit = |value: i64| _mm512_test_epi64_mask(index, _mm512_set1_epi64(value));
        let (sixteen, thirty_two) = (bit(16), bit(32));
        let mut words = [_mm512_setzero_si512(); 8];
        for (word, [a, b, c, d, e, f, g, h]) in words.iter_mut().zip(self.0) {
            // The lower four bits of an index choose among two vectors.
            let choose = |low, high| _mm512_permutex2var_epi64(low, index, high);
            let low = _mm512_mask_mov_epi64(choose(a, b), sixteen, choose(c, d));
            let high = _mm512_mask_mov_epi64(choose(e, f), sixteen, choose(g, h));
            *word = _mm512_mask_mov_epi64(low, thirty_two, high);
        }
        Affine::from_words_below_p(words, negative)
    }
}

/// Bits of a window: 37 additions, and 148 KiB that are read whole for each group.
const WIDTH: usize = 7;
type Digits = OddDigits<WIDTH>;
const MULTIPLES: usize = Digits::VALUES;
/// More signatures take less time each with a lane for each.
const MOST_ALONE: usize = 4;
/// Groups whose additions share inversions.
const CHUNK_GROUPS: usize = 32;
