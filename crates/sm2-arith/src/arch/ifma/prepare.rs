//! The scalar part of a verification: ranges, t, and the digits of s and t.

use crate::batch::VerifyItem;
use crate::limbs::{Limbs, from_be_bytes, sub};
use crate::point::halves;
use crate::public::{Claim, second_abscissa};
use crate::{AffinePoint, FieldElement, Scalar};

/// What up to eight signatures claim, one a lane.
///
/// Lanes without a signature that could be valid hold ones.
#[derive(Clone, Copy)]
pub(super) struct Claims {
    pub(super) s: [Scalar; 8],
    pub(super) t: [Scalar; 8],
    /// What x1 mod n must be: (r - e) mod n.
    target: [Limbs; 8],
    /// The lanes that may turn out valid.
    pub(super) live: u8,
}

impl Claims {
    /// No signature in any lane.
    pub(super) const NONE: Self = Self {
        s: [Scalar::ONE; 8],
        t: [Scalar::ONE; 8],
        target: [[0; 4]; 8],
        live: 0,
    };

    /// Fills a lane, or leaves it dead when the signature cannot be valid.
    pub(super) fn fill(&mut self, lane: usize, e: &[u8; 32], signature: &[u8; 64]) {
        // B1 to B5
        if let Some(claim) = Claim::from_bytes(e, signature) {
            self.s[lane] = claim.s;
            self.t[lane] = claim.t;
            self.target[lane] = claim.x.to_limbs();
            self.live |= 1 << lane;
        }
    }

    /// What x1 mod n must be in each lane.
    pub(super) const fn targets(&self) -> &[Limbs; 8] {
        &self.target
    }

    /// The lanes whose target is also x1 mod n for x1 = target + n < p, and that x1.
    pub(super) fn second_targets(&self) -> (u8, [Limbs; 8]) {
        let mut mask = 0;
        let mut targets = self.target;
        for (lane, target) in targets.iter_mut().enumerate() {
            if let Some(second) = second_abscissa(target) {
                mask |= 1 << lane;
                *target = second;
            }
        }
        (mask & self.live, targets)
    }
}

/// Up to eight signatures with their keys, one a lane.
///
/// Lanes without a signature that could be valid hold the generator and digits of 1.
pub(super) struct Group {
    pub(super) claims: Claims,
    /// The keys' abscissas, below p.
    pub(super) x: [Limbs; 8],
    /// The keys' ordinates, below p.
    pub(super) y: [Limbs; 8],
    /// Digits of t, lowest first, each for 8 lanes.
    pub(super) key_digits: [[i16; 8]; KEY_DIGITS],
    /// Digits of s, lowest first, each for 8 lanes.
    pub(super) generator_digits: [[i16; 8]; GENERATOR_DIGITS],
}

impl Group {
    /// Takes up to eight items; further ones would be ignored.
    pub(super) fn new(items: &[VerifyItem]) -> Self {
        let generator = AffinePoint::GENERATOR;
        let mut group = Self {
            claims: Claims::NONE,
            x: [generator.x().to_limbs(); 8],
            y: [generator.y().to_limbs(); 8],
            key_digits: [[1; 8]; KEY_DIGITS],
            generator_digits: [[1; 8]; GENERATOR_DIGITS],
        };
        for (lane, item) in items.iter().take(8).enumerate() {
            group.fill(lane, item);
        }
        group
    }

    /// Fills a lane, or leaves it dead when the item cannot be valid.
    fn fill(&mut self, lane: usize, item: &VerifyItem) {
        let (x, y) = halves(&item.public_key);
        let (x, y) = (from_be_bytes(&x), from_be_bytes(&y));
        // The key's coordinates are field elements; the curve's equation is checked in lanes.
        if !below(&x, &P) || !below(&y, &P) {
            return;
        }
        self.claims.fill(lane, &item.e, &item.signature);
        if self.claims.live >> lane & 1 == 0 {
            return;
        }
        self.x[lane] = x;
        self.y[lane] = y;
        let (s, t) = (
            self.claims.s[lane].to_limbs(),
            self.claims.t[lane].to_limbs(),
        );
        for (i, digits) in self.key_digits.iter_mut().enumerate() {
            digits[lane] = digit::<KEY_WINDOW>(&t, i);
        }
        for (i, digits) in self.generator_digits.iter_mut().enumerate() {
            digits[lane] = digit::<GENERATOR_WINDOW>(&s, i);
        }
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

/// Bits of a digit of t: 16 multiples of each key.
pub(super) const KEY_WINDOW: usize = 5;
/// Bits of a digit of s: 1024 multiples of the generator, 64 KiB.
pub(super) const GENERATOR_WINDOW: usize = 11;
/// 5·51 = 255: the top digit takes bit 255 and the bit below.
const KEY_DIGITS: usize = 52;
/// 11·23 = 253.
const GENERATOR_DIGITS: usize = 24;

const P: Limbs = FieldElement::MODULUS;
