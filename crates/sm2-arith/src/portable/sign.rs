//! Signatures in a batch: \[k\]G for all of them from one tree, in constant time.
//!
#![doc = include_str!("../../docs/trees.md")]

use std::hint::black_box;
use std::sync::OnceLock;

use zeroize::Zeroizing;

use super::tree::Tree;
use super::windows::Windows;
use crate::batch::SignItem;
use crate::digits::OddDigits;
use crate::{AffinePoint, secret};

/// Signs `items`; the slices are of one length.
pub(super) fn sign(items: &[SignItem<'_>], signatures: &mut [Option<[u8; 64]>]) {
    if items.len() < WORTH_INVERSIONS {
        for (item, signature) in items.iter().zip(signatures) {
            *signature = secret::disclose(secret::sign(item.inverse, &item.e, &item.k));
        }
        return;
    }
    let mut tree = Zeroizing::new(Tree::new(TERMS, items.len().min(CHUNK)));
    for (items, signatures) in items.chunks(CHUNK).zip(signatures.chunks_mut(CHUNK)) {
        tree.set_columns(items.len());
        // A3: k is given.
        // A4: (x1, y1) = [k]G
        fill(&mut tree, items);
        let abscissas = tree.add_up_secretly();
        for ((item, x), signature) in items.iter().zip(abscissas.iter()).zip(signatures) {
            // A5 to A7
            let signed = secret::sign_with_abscissa(item.inverse, &item.e, &item.k, x);
            *signature = secret::disclose(signed);
        }
    }
}

/// Puts the terms of each \[k\]G into its column. Each window's multiples are read whole for each item.
fn fill(tree: &mut Tree, items: &[SignItem<'_>]) {
    let digits = items.iter().map(|item| OddDigits::new(&item.k));
    let digits: Zeroizing<Vec<OddDigits<WIDTH>>> = Zeroizing::new(digits.collect());
    let generator = generator();
    for index in 0..TERMS {
        let window = generator.window(index);
        for (term, digits) in tree.row(index).iter_mut().zip(digits.iter()) {
            let digit = digits.digit(index);
            // The compiler must not learn what the digit can be.
            let (place, negative) = (black_box(digit.place), black_box(digit.negative));
            let multiples = window.iter().map(|row| &row.0);
            *term = AffinePoint::look_up(multiples, place + 1).negate_if(negative);
        }
    }
}

/// The multiples of G, computed by the first call.
fn generator() -> &'static Windows<WIDTH> {
    static TABLE: OnceLock<Windows<WIDTH>> = OnceLock::new();
    TABLE.get_or_init(|| Windows::new(&AffinePoint::GENERATOR))
}

/// Bits of a digit of k: 43 windows, 84 KiB.
const WIDTH: usize = 6;
const TERMS: usize = Windows::<WIDTH>::COUNT;
/// With fewer signatures, the inversions cost more than Jacobian additions.
const WORTH_INVERSIONS: usize = 4;
/// Signatures whose additions share inversions.
const CHUNK: usize = 128;
