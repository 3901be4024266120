//! Who may seal.

use sm2_signing::PublicKey;

/// A node that takes part in the consensus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a sealer is these two values and nothing else"
)]
pub struct Sealer {
    /// Its key, which is its node id.
    pub key: PublicKey,
    /// Its weight, at least 1.
    pub weight: u64,
}

/// The sealers of a chain, sorted by the bytes of their keys.
///
/// # Examples
///
/// ```
/// use fisco_node::block::{Sealer, SealerList};
/// use sm2_signing::PublicKey;
///
/// let sealer = |byte, weight| Sealer { key: PublicKey::from_bytes(&[byte; 64]), weight };
/// let sealers = SealerList::new([sealer(9, 5), sealer(1, 2)])?;
/// assert_eq!(sealers.get(0), Some(&sealer(1, 2)));
/// assert_eq!((sealers.total_weight(), sealers.quorum()), (7, 5));
/// assert!(SealerList::new([sealer(9, 5), sealer(9, 2)]).is_err());
/// # Ok::<(), fisco_node::block::SealerListError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealerList {
    /// Sorted, no key twice.
    sealers: Vec<Sealer>,
    total_weight: u64,
}

impl SealerList {
    /// Sorts the sealers.
    ///
    /// # Errors
    ///
    /// [`SealerListError`] for no sealer, a key that comes twice, a weight of 0, or a total over 2^63 - 1.
    pub fn new(sealers: impl IntoIterator<Item = Sealer>) -> Result<Self, SealerListError> {
        let mut sealers: Vec<_> = sealers.into_iter().collect();
        sealers.sort_unstable_by_key(|sealer| sealer.key);
        if sealers.is_empty() {
            return Err(SealerListError::Empty);
        }
        for pair in sealers.windows(2) {
            if let [first, second] = pair
                && first.key == second.key
            {
                return Err(SealerListError::Duplicate { key: first.key });
            }
        }
        if let Some(sealer) = sealers.iter().find(|sealer| sealer.weight == 0) {
            return Err(SealerListError::ZeroWeight { key: sealer.key });
        }
        let total = sealers
            .iter()
            .try_fold(0_u64, |total, sealer| total.checked_add(sealer.weight))
            .filter(|total| i64::try_from(*total).is_ok());
        let total_weight = total.ok_or(SealerListError::TotalWeight)?;
        Ok(Self {
            sealers,
            total_weight,
        })
    }

    /// The sealer at this place, from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Sealer> {
        self.sealers.get(index)
    }

    /// The place of the sealer with this key.
    #[must_use]
    pub fn index_of(&self, key: &PublicKey) -> Option<usize> {
        let found = self.sealers.binary_search_by_key(key, |sealer| sealer.key);
        found.ok()
    }

    /// The sealers in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Sealer> {
        self.sealers.iter()
    }

    /// The weight of all together.
    #[must_use]
    pub const fn total_weight(&self) -> u64 {
        self.total_weight
    }

    /// The least weight that seals a block: total − ⌊(total − 1) / 3⌋.
    #[must_use]
    pub const fn quorum(&self) -> u64 {
        let faulty = self.total_weight.saturating_sub(1) / 3;
        self.total_weight.saturating_sub(faulty)
    }

    /// The place and the sealer that an index in a header means.
    pub(super) fn at(&self, index: i64) -> Option<(usize, &Sealer)> {
        let index = usize::try_from(index).ok()?;
        self.sealers.get(index).map(|sealer| (index, sealer))
    }
}

/// Why sealers are not a list of sealers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealerListError {
    /// There is none.
    #[error("no sealer")]
    Empty,
    /// A key comes twice.
    #[error("sealer {key} is listed twice")]
    Duplicate {
        /// The key.
        key: PublicKey,
    },
    /// A weight is 0.
    #[error("sealer {key} has weight 0")]
    ZeroWeight {
        /// The key of the sealer.
        key: PublicKey,
    },
    /// The weights add up to more than 2^63 - 1.
    #[error("the weights add up to more than 9223372036854775807")]
    TotalWeight,
}
