//! Where a key lives in the card.

use std::{fmt, num::ParseIntError, str::FromStr};

/// The index of a key in the card: 0 is the device's own pair, 1 and up are the users'.
///
/// Each index holds a signing pair and an encryption pair. Key-encryption keys have indices of their own, from 1.
///
/// ```
/// use gmt0018::KeyIndex;
///
/// assert_eq!(KeyIndex::new(43).value(), 43);
/// assert_eq!("43".parse(), Ok(KeyIndex::new(43)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyIndex(u32);

impl KeyIndex {
    /// Names the key with this number.
    #[must_use]
    pub const fn new(index: u32) -> Self {
        Self(index)
    }

    /// Gives the number.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0
    }
}

impl From<u32> for KeyIndex {
    fn from(index: u32) -> Self {
        Self(index)
    }
}

impl FromStr for KeyIndex {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

impl fmt::Display for KeyIndex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
