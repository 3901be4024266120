//! The scalar part of a verification: ranges, t, and the digits of s and t.

use crate::batch::VerifyItem;
use crate::limbs::{Limbs, add, add_mod, sub, sub_mod};

/// Up to eight signatures, one a lane.
///
/// Lanes without a signature that could be valid hold the generator and digits of 1.
pub(super) struct Group {
    /// The keys' abscissas, below p.
    pub(super) x: [Limbs; 8],
    /// The keys' ordinates, below p.
    pub(super) y: [Limbs; 8],
    /// What x1 mod n must be: (r - e) mod n.
    pub(super) target: [Limbs; 8],
    /// Digits of t, lowest first, each for 8 lanes.
    pub(super) key_digits: [[i16; 8]; KEY_DIGITS],
    /// Digits of s, lowest first, each for 8 lanes.
    pub(super) generator_digits: [[i16; 8]; GENERATOR_DIGITS],
    /// The lanes that may turn out valid.
    pub(super) live: u8,
}

impl Group {
    /// Takes up to eight items; further ones would be ignored.
    pub(super) fn new(items: &[VerifyItem]) -> Self {
        let mut group = Self {
            x: [GENERATOR_X; 8],
            y: [GENERATOR_Y; 8],
            target: [[0; 4]; 8],
            key_digits: [[1; 8]; KEY_DIGITS],
            generator_digits: [[1; 8]; GENERATOR_DIGITS],
            live: 0,
        };
        for (lane, item) in items.iter().take(8).enumerate() {
            group.fill(lane, item);
        }
        group
    }

    /// Fills a lane, or leaves it dead when the item cannot be valid.
    fn fill(&mut self, lane: usize, item: &VerifyItem) {
        let [x, y] = halves(&item.public_key);
        let [r, s] = halves(&item.signature);
        // The key's coordinates are field elements; the curve's equation is checked in lanes.
        if !below(&x, &P) || !below(&y, &P) {
            return;
        }
        // B1, B2: r and s in [1, n-1]
        if r == [0; 4] || !below(&r, &N) || s == [0; 4] || !below(&s, &N) {
            return;
        }
        // B5: t = (r + s) mod n, reject t = 0
        let t = add_mod(&r, &s, &N);
        if t == [0; 4] {
            return;
        }
        // B7 read backwards: r = (e + x1) mod n
        let e = big_endian(&item.e);
        let (reduced, borrow) = sub(&e, &N);
        let e = if borrow { e } else { reduced };
        self.target[lane] = sub_mod(&r, &e, &N);
        self.x[lane] = x;
        self.y[lane] = y;
        for (i, digits) in self.key_digits.iter_mut().enumerate() {
            digits[lane] = digit::<KEY_WINDOW>(&t, i);
        }
        for (i, digits) in self.generator_digits.iter_mut().enumerate() {
            digits[lane] = digit::<GENERATOR_WINDOW>(&s, i);
        }
        self.live |= 1 << lane;
    }

    /// The lanes whose target is also x1 mod n for x1 = target + n < p, and that x1.
    pub(super) fn second_targets(&self) -> (u8, [Limbs; 8]) {
        let mut mask = 0;
        let mut targets = self.target;
        for (lane, target) in targets.iter_mut().enumerate() {
            let (sum, carry) = add(target, &N);
            if !carry && below(&sum, &P) {
                mask |= 1 << lane;
                *target = sum;
            }
        }
        (mask & self.live, targets)
    }
}

/// Digit i of k = Σ dᵢ·2^(W·i), with -2^(W-1) ≤ dᵢ ≤ 2^(W-1).
///
/// Booth's recoding: the window's bits, plus the bit below, minus 2^W when the top bit is set.
fn digit<const W: usize>(k: &Limbs, i: usize) -> i16 {
    let position = W * i;
    let (low, count) = if position == 0 {
        (0, W)
    } else {
        (position - 1, W + 1)
    };
    let (word, shift) = (low / 64, low % 64);
    let mut bits = k[word] >> shift;
    if shift + count > 64 && word < 3 {
        bits |= k[word + 1] << (64 - shift);
    }
    if position == 0 {
        bits <<= 1;
    }
    let bits = i16::try_from(bits & ((2 << W) - 1)).unwrap_or_default();
    ((bits + 1) >> 1) - ((bits >> W) << W)
}

fn below(a: &Limbs, bound: &Limbs) -> bool {
    sub(a, bound).1
}

fn halves(bytes: &[u8; 64]) -> [Limbs; 2] {
    let (halves, _) = bytes.as_chunks::<32>();
    [big_endian(&halves[0]), big_endian(&halves[1])]
}

fn big_endian(bytes: &[u8; 32]) -> Limbs {
    let (words, _) = bytes.as_chunks::<8>();
    [3, 2, 1, 0].map(|i| u64::from_be_bytes(words[i]))
}

/// Bits of a digit of t: 16 multiples of each key.
pub(super) const KEY_WINDOW: usize = 5;
/// Bits of a digit of s: 1024 multiples of the generator, 64 KiB.
pub(super) const GENERATOR_WINDOW: usize = 11;
/// 5·51 = 255: the top digit takes bit 255 and the bit below.
const KEY_DIGITS: usize = 52;
/// 11·23 = 253.
const GENERATOR_DIGITS: usize = 24;

const P: Limbs = [
    0xFFFF_FFFF_FFFF_FFFF,
    0xFFFF_FFFF_0000_0000,
    u64::MAX,
    0xFFFF_FFFE_FFFF_FFFF,
];
const N: Limbs = [
    0x53BB_F409_39D5_4123,
    0x7203_DF6B_21C6_052B,
    u64::MAX,
    0xFFFF_FFFE_FFFF_FFFF,
];
const GENERATOR_X: Limbs = [
    0x715A_4589_334C_74C7,
    0x8FE3_0BBF_F266_0BE1,
    0x5F99_0446_6A39_C994,
    0x32C4_AE2C_1F19_8119,
];
const GENERATOR_Y: Limbs = [
    0x02DF_32E5_2139_F0A0,
    0xD0A9_877C_C62A_4740,
    0x59BD_CEE3_6B69_2153,
    0xBC37_36A2_F4F6_779C,
];
