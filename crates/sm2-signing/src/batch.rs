//! What a batch is made of and what comes out of it.

use crate::{Prehash, PublicKey, Signature};

/// One signature to verify: whose, over what, and the signature itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_structs,
    reason = "an item is these three values and nothing else"
)]
pub struct Item {
    /// The signer's public key.
    pub key: PublicKey,
    /// e = SM3(Z‖M).
    pub e: Prehash,
    /// The signature over e.
    pub signature: Signature,
}

/// The answer for one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a signature is valid or it is not")]
pub enum Verdict {
    /// The signature was made over e by the holder of the key.
    Valid,
    /// It was not, or the key or the signature is out of range.
    Invalid,
}

/// One verdict per item of a batch, in the items' order.
///
/// ```
/// use sm2_signing::{Verdict, Verdicts};
///
/// let verdicts: Verdicts = [Verdict::Valid, Verdict::Invalid].into_iter().collect();
/// assert!(!verdicts.all_valid());
/// assert_eq!(verdicts.invalid().collect::<Vec<_>>(), [1]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a batch may hold invalid signatures"]
pub struct Verdicts(Vec<Verdict>);

impl Verdicts {
    /// Whether every item is valid; true for an empty batch.
    #[must_use]
    pub fn all_valid(&self) -> bool {
        self.0.iter().all(|verdict| *verdict == Verdict::Valid)
    }

    /// The positions of the invalid items, ascending.
    pub fn invalid(&self) -> impl Iterator<Item = usize> {
        let invalid =
            |(index, verdict): (usize, &Verdict)| (*verdict == Verdict::Invalid).then_some(index);
        self.0.iter().enumerate().filter_map(invalid)
    }

    /// The verdict on the item at `index`, if there is one.
    #[must_use]
    pub fn of(&self, index: usize) -> Option<Verdict> {
        self.0.get(index).copied()
    }

    /// The verdicts in the items' order.
    pub fn iter(&self) -> impl Iterator<Item = Verdict> {
        self.0.iter().copied()
    }

    /// The number of items.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the batch was empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Verdict> for Verdicts {
    fn from_iter<T: IntoIterator<Item = Verdict>>(verdicts: T) -> Self {
        Self(verdicts.into_iter().collect())
    }
}

impl IntoIterator for Verdicts {
    type Item = Verdict;
    type IntoIter = std::vec::IntoIter<Verdict>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
