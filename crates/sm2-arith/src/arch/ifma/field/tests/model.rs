//! Integers mod p, slowly.

#![expect(
    clippy::cast_possible_truncation,
    reason = "the model splits products into words"
)]

use std::cmp::Ordering;

use super::{LIMB_MASK, P};

/// The same value with limbs 0 to 3 in [0, 2^52).
pub(super) fn normal(mut limbs: [i128; 5]) -> [i64; 5] {
    for i in 0..4 {
        limbs[i + 1] += limbs[i] >> 52;
        limbs[i] &= i128::from(LIMB_MASK);
    }
    limbs.map(|limb| i64::try_from(limb).unwrap())
}

pub(super) fn compare(a: &[i64; 5], b: &[i64; 5]) -> Ordering {
    a.iter().rev().cmp(b.iter().rev())
}

/// A value that is not negative, as 64-bit words.
pub(super) fn value(limbs: &[i64; 5]) -> [u64; 8] {
    let mut words = [0; 8];
    for (i, limb) in limbs.iter().enumerate() {
        let shifted = u128::try_from(*limb & LIMB_MASK).unwrap() << (52 * i % 64);
        let word = 52 * i / 64;
        words[word] |= (shifted & u128::from(u64::MAX)) as u64;
        words[word + 1] |= (shifted >> 64) as u64;
    }
    words
}

/// Signed limbs mod p, after adding enough multiples of p to be positive.
pub(super) fn signed_mod_p(limbs: &[i64; 5]) -> [u64; 4] {
    let lifted: [i128; 5] =
        std::array::from_fn(|i| i128::from(limbs[i]) + (1 << 14) * i128::from(P[i]));
    let [a, b, c, d, e] = normal(lifted);
    let low = value(&[a, b, c, d, 0]);
    // e·2^208, with e of up to 63 bits
    let top = mod_p_wide(&[
        0,
        0,
        0,
        (e.cast_unsigned()) << 16,
        e.cast_unsigned() >> 48,
        0,
        0,
        0,
    ]);
    mod_p_of_sum(&low, &top)
}

pub(super) fn widened(words: &[u64; 4]) -> [u64; 8] {
    let mut wide = [0; 8];
    wide[..4].copy_from_slice(words);
    wide
}

pub(super) fn mod_p_wide(words: &[u64; 8]) -> [u64; 8] {
    widened(&mod_p(words))
}

pub(super) fn mod_p_of_sum<const A: usize, const B: usize>(a: &[u64; A], b: &[u64; B]) -> [u64; 4] {
    let mut sum = [0; 8];
    let mut carry = 0;
    for (i, word) in sum.iter_mut().enumerate() {
        let of = |words: &[u64]| u128::from(words.get(i).copied().unwrap_or(0));
        let total = of(a) + of(b) + carry;
        *word = total as u64;
        carry = total >> 64;
    }
    mod_p(&sum)
}

/// a·b mod p, both below 2^320: reduced, multiplied as in school, reduced bit by bit.
pub(super) fn multiply_mod_p(a: &[u64; 8], b: &[u64; 8]) -> [u64; 4] {
    let (a, b) = (mod_p(a), mod_p(b));
    let mut product = [0_u64; 8];
    for (i, x) in a.iter().enumerate() {
        let mut carry = 0;
        for (j, y) in b.iter().enumerate() {
            let total = u128::from(*x) * u128::from(*y) + u128::from(product[i + j]) + carry;
            product[i + j] = total as u64;
            carry = total >> 64;
        }
        product[i + 4] = carry as u64;
    }
    mod_p(&product)
}

/// A remainder by Horner's rule over the bits.
pub(super) fn mod_p(words: &[u64; 8]) -> [u64; 4] {
    let mut remainder = [0_u64; 4];
    for bit in (0..512).rev() {
        let over = remainder[3] >> 63;
        for i in (1..4).rev() {
            remainder[i] = remainder[i] << 1 | remainder[i - 1] >> 63;
        }
        remainder[0] = remainder[0] << 1 | words[bit / 64] >> (bit % 64) & 1;
        if over == 1 || remainder.iter().rev().cmp(P_WORDS.iter().rev()) != Ordering::Less {
            let mut borrow = false;
            for (word, p) in remainder.iter_mut().zip(P_WORDS) {
                let (difference, first) = word.overflowing_sub(p);
                let (difference, second) = difference.overflowing_sub(u64::from(borrow));
                (*word, borrow) = (difference, first | second);
            }
        }
    }
    remainder
}

const P_WORDS: [u64; 4] = [
    0xFFFF_FFFF_FFFF_FFFF,
    0xFFFF_FFFF_0000_0000,
    0xFFFF_FFFF_FFFF_FFFF,
    0xFFFF_FFFE_FFFF_FFFF,
];
