use sm2_arith::{FieldElement, Scalar};

pub(super) type Limbs = [u64; 4];

/// Numbers that a seed and a stream decide (xoshiro256++ started by splitmix64): random ones, and
/// those at which carries, digits and reductions begin and end.
pub(crate) struct Random([u64; 4]);

impl Random {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut state = seed ^ stream.wrapping_mul(0xD134_2543_DE82_EF95);
        Self(std::array::from_fn(|_| {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        }))
    }

    pub(crate) const fn word(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.0;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// Below `bound`, which is small: the bias does not matter here.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from((self.word() >> 32) % bound as u64).unwrap_or(0)
    }

    pub(super) fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    pub(super) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub(super) fn limbs(&mut self) -> Limbs {
        std::array::from_fn(|_| self.word())
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.word().to_be_bytes()[0])
    }

    pub(super) fn scalar(&mut self) -> Scalar {
        Scalar::from_limbs(&self.limbs())
    }

    /// One scalar in three is random, the others are extreme.
    pub(super) fn any_scalar(&mut self) -> Scalar {
        if self.one_in(3) {
            self.scalar()
        } else {
            Scalar::from_limbs(&self.extreme())
        }
    }

    /// ±1 to ±40.
    pub(super) fn small_scalar(&mut self) -> Scalar {
        let small = Scalar::from_limbs(&[1 + self.word() % 40, 0, 0, 0]);
        if self.one_in(2) {
            small
        } else {
            small.negate()
        }
    }

    /// An integer below 2^256 of an extreme kind.
    pub(super) fn extreme(&mut self) -> Limbs {
        match self.below(8) {
            0 => [self.word() % 64, 0, 0, 0],
            1 => self.beside_a_modulus(),
            2 => {
                let bit = self.below(256);
                let mut power = [0; 4];
                power[bit / 64] = 1 << (bit % 64);
                self.beside(power)
            }
            3 => self.runs(),
            4 => {
                let limbs = [0, 1, 1 << 32, u64::MAX << 32, u64::MAX - 1, u64::MAX];
                std::array::from_fn(|_| self.one_of(&limbs))
            }
            5 => {
                let limbs = [0, 1, 1 << 51, (1 << 52) - 2, (1 << 52) - 1];
                let choices: [u64; 5] = std::array::from_fn(|_| self.one_of(&limbs));
                self.digits(52, &choices)
            }
            6 => {
                // one digit all along: the bounds of Booth's digits among them
                let width = self.one_of(&[4, 5, 6, 7, 8, 9, 11, 13]);
                let half = 1 << (width - 1);
                let digit = self.one_of(&[1, half - 1, half, half + 1, 2 * half - 1, 2 * half - 2]);
                self.digits(width, &[digit])
            }
            _ => {
                let mut limbs = self.limbs();
                limbs[self.below(4)] = 0;
                limbs[self.below(4)] = u64::MAX;
                limbs
            }
        }
    }

    /// An element whose integer is extreme.
    pub(super) fn extreme_element(&mut self) -> FieldElement {
        FieldElement::from_limbs(&self.extreme())
    }

    /// p, n, 2^256, a part of them, or a difference of them, and what is beside.
    fn beside_a_modulus(&mut self) -> Limbs {
        let (p, n) = (FieldElement::MODULUS, Scalar::MODULUS);
        let value = self.one_of(&[
            p,
            n,
            [0; 4],
            add(&p, &complement(&n)),
            complement(&n),
            complement(&p),
        ]);
        let any = self.below(256);
        let shift = self.one_of(&[0, 0, 1, 2, any]);
        self.beside(shift_right(&value, shift))
    }

    /// The value, or up to four more or less, mod 2^256.
    fn beside(&mut self, value: Limbs) -> Limbs {
        let offset = [self.word() % 5, 0, 0, 0];
        if self.one_in(2) {
            add(&value, &offset)
        } else {
            add(&value, &complement(&offset))
        }
    }

    /// Runs of equal bits.
    fn runs(&mut self) -> Limbs {
        let longest = self.one_of(&[8, 64, 200]);
        let mut limbs = [0; 4];
        let (mut left, mut ones) = (0, false);
        for bit in 0..256 {
            if left == 0 {
                left = 1 + self.below(longest);
                ones = if bit == 0 { self.one_in(2) } else { !ones };
            }
            left -= 1;
            limbs[bit / 64] |= u64::from(ones) << (bit % 64);
        }
        limbs
    }

    /// Digits of `width` bits, again and again from the lowest bit on.
    fn digits(&mut self, width: usize, digits: &[u64]) -> Limbs {
        let mut limbs = [0; 4];
        for bit in 0..256 {
            let digit = digits[bit / width % digits.len()];
            limbs[bit / 64] |= (digit >> (bit % width) & 1) << (bit % 64);
        }
        if self.one_in(4) {
            limbs[3] >>= self.below(64);
        }
        limbs
    }
}

/// a + b mod 2^256.
pub(super) fn add(a: &Limbs, b: &Limbs) -> Limbs {
    add_carry(a, b).0
}

/// a + b mod 2^256, and whether it is above.
pub(super) fn add_carry(a: &Limbs, b: &Limbs) -> (Limbs, bool) {
    let mut carry = false;
    let sum = std::array::from_fn(|i| {
        let (low, first) = a[i].overflowing_add(b[i]);
        let (low, second) = low.overflowing_add(u64::from(carry));
        carry = first || second;
        low
    });
    (sum, carry)
}

/// 2^256 - a.
pub(super) fn complement(a: &Limbs) -> Limbs {
    add(&a.map(|limb| !limb), &[1, 0, 0, 0])
}

/// Whether a < b.
pub(super) fn below(a: &Limbs, b: &Limbs) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

pub(super) fn from_be_bytes(bytes: &[u8]) -> Limbs {
    let (words, _) = bytes.as_chunks::<8>();
    [3, 2, 1, 0].map(|i| u64::from_be_bytes(words[i]))
}

pub(super) fn to_be_bytes(limbs: &Limbs) -> [u8; 32] {
    std::array::from_fn(|i| limbs[3 - i / 8].to_be_bytes()[i % 8])
}

fn shift_right(a: &Limbs, count: usize) -> Limbs {
    let (limbs, bits) = (count / 64, count % 64);
    let limb = |i: usize| a.get(i).copied().unwrap_or(0);
    std::array::from_fn(|i| {
        let high = if bits == 0 {
            0
        } else {
            limb(i + limbs + 1) << (64 - bits)
        };
        limb(i + limbs) >> bits | high
    })
}
