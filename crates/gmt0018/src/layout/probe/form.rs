//! How numbers stand in their fields, and fields in a ciphertext.

use std::{fmt, ops::Range};

use sm2_signing::PublicKey;

use super::{KEY_NUMBERS, MESSAGE_LENGTH};
use crate::layout::{BITS, Block, put};

/// The order and the width of the fields of an `ECCCipher`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CiphertextOrder {
    /// x, y, M, L, C with numbers of 64 bytes: the standard.
    Bits512,
    /// x, y, M, L, C with numbers of 32 bytes.
    Bits256,
    /// The length, x, y, C, M with numbers of 32 bytes: the 2008 interface.
    Legacy2008,
    /// The length, x, y, C, M with numbers of 64 bytes, as early Sansec libraries have it.
    Legacy2008Bits512,
}

impl CiphertextOrder {
    pub(super) const ALL: [Self; 4] = [
        Self::Bits512,
        Self::Bits256,
        Self::Legacy2008,
        Self::Legacy2008Bits512,
    ];

    pub(super) fn fits(
        self,
        key: NumberForm,
        bytes: &[u8],
        is_on_curve: &dyn Fn(&PublicKey) -> bool,
    ) -> bool {
        let (width, numbers, length) = match self {
            Self::Bits512 => (64, 0, 160),
            Self::Bits256 => (32, 0, 96),
            Self::Legacy2008 => (32, 4, 0),
            Self::Legacy2008Bits512 => (64, 4, 0),
        };
        let form = NumberForm { width, ..key };
        let length = bytes.get(length..).and_then(<[u8]>::first_chunk);
        length.is_some_and(|length| u32::from_ne_bytes(*length) == MESSAGE_LENGTH)
            && form
                .pair(bytes, numbers)
                .is_some_and(|(x, y)| is_on_curve(&PublicKey::from_x_y(&x, &y)))
    }
}

impl fmt::Display for CiphertextOrder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Bits512 => "x, y, M, L, C with 64-byte numbers (the standard)",
            Self::Bits256 => "x, y, M, L, C with 32-byte numbers",
            Self::Legacy2008 => "length, x, y, C, M with 32-byte numbers (2008)",
            Self::Legacy2008Bits512 => "length, x, y, C, M with 64-byte numbers (early Sansec)",
        })
    }
}

/// How a number of 256 bits stands in its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NumberForm {
    pub(super) width: usize,
    pub(super) left: bool,
    pub(super) little: bool,
}

impl NumberForm {
    pub(super) const BITS_512: Self = Self::new(64, false, false);
    pub(super) const BITS_256: Self = Self::new(32, false, false);
    /// The standard's first, and each once: in a field of 32 bytes nothing is left or right.
    pub(super) const ALL: [Self; 6] = [
        Self::BITS_512,
        Self::BITS_256,
        Self::new(64, true, false),
        Self::new(64, false, true),
        Self::new(64, true, true),
        Self::new(32, false, true),
    ];

    pub(super) const fn new(width: usize, left: bool, little: bool) -> Self {
        Self {
            width,
            left,
            little,
        }
    }

    /// Gives the bytes of the field: 64 or 32.
    #[must_use]
    pub const fn field_bytes(self) -> usize {
        self.width
    }

    /// Tells whether the number is at the start of a field that is longer than it.
    #[must_use]
    pub const fn is_left_aligned(self) -> bool {
        self.left && self.width > NUMBER
    }

    /// Tells whether the bytes are in reverse order.
    #[must_use]
    pub const fn is_little_endian(self) -> bool {
        self.little
    }

    /// The two numbers in fields that follow one another.
    pub(super) fn pair(self, bytes: &[u8], at: usize) -> Option<([u8; 32], [u8; 32])> {
        let [first, second] = self.numbers(at);
        Some((
            self.number(bytes.get(first)?)?,
            self.number(bytes.get(second)?)?,
        ))
    }

    fn number(self, bytes: &[u8]) -> Option<[u8; 32]> {
        let mut number = <[u8; 32]>::try_from(bytes).ok()?;
        if self.little {
            number.reverse();
        }
        Some(number)
    }

    /// Where the two numbers are.
    pub(super) fn numbers(self, at: usize) -> [Range<usize>; 2] {
        let skipped = if self.left {
            0
        } else {
            self.width.saturating_sub(NUMBER)
        };
        [at, at.saturating_add(self.width)].map(|field| {
            let start = field.saturating_add(skipped);
            start..start.saturating_add(NUMBER)
        })
    }

    /// Where the fields have bytes that are no part of the numbers.
    pub(super) fn rests(self, at: usize) -> [Range<usize>; 2] {
        let length = self.width.saturating_sub(NUMBER);
        let skipped = if self.left { NUMBER } else { 0 };
        [at, at.saturating_add(self.width)].map(|field| {
            let start = field.saturating_add(skipped);
            start..start.saturating_add(length)
        })
    }

    /// Writes an `ECCrefPublicKey` in this form.
    pub(super) fn public_key(self, key: &PublicKey) -> Block {
        let mut block = Block::new();
        put(&mut block.0, 0..4, &BITS.to_ne_bytes());
        for (place, number) in self
            .numbers(KEY_NUMBERS)
            .into_iter()
            .zip([key.x(), key.y()])
        {
            let mut number = *number;
            if self.little {
                number.reverse();
            }
            put(&mut block.0, place, &number);
        }
        block
    }
}

impl fmt::Display for NumberForm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = if self.little { "little" } else { "big" };
        let alignment = match (self.width > NUMBER, self.left) {
            (false, _) => "",
            (true, false) => ", right-aligned",
            (true, true) => ", left-aligned",
        };
        write!(formatter, "{} bytes{alignment}, {order}-endian", self.width)
    }
}

/// The bytes of a number of SM2.
pub(super) const NUMBER: usize = 32;
