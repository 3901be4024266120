//! How much memory the tables may take, and what became of it.

use crate::BatchError;

/// Which keys get tables by themselves, and how much memory these may take.
///
/// ```
/// use sm2_batch::KeyTableOptions;
///
/// let options = KeyTableOptions::default().with_cache_bytes(8 << 20);
/// assert_eq!(options.cache_bytes, 8 << 20);
/// assert_eq!(options.promote_after, 32);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct KeyTableOptions {
    /// The most bytes that the tables of keys take that were not pinned, with their places in the map; 0 keeps no such
    /// tables. The default is 32 MiB. The counts by which keys are chosen come on top: at the default `promote_after` up to
    /// 512 bytes for each key that fits, 8 MiB at most.
    pub cache_bytes: usize,
    /// How many valid signatures of a key are to be seen, lately, before its table is made; and how many more than of the
    /// key whose place it takes, at least. The default is 32.
    pub promote_after: u32,
}

impl KeyTableOptions {
    /// Gives these options with another bound on the memory.
    #[must_use]
    pub const fn with_cache_bytes(mut self, cache_bytes: usize) -> Self {
        self.cache_bytes = cache_bytes;
        self
    }

    /// Gives these options with another number of signatures before a table is made.
    #[must_use]
    pub const fn with_promote_after(mut self, promote_after: u32) -> Self {
        self.promote_after = promote_after;
        self
    }

    /// Gives the number of keys that fit, each of which takes this much.
    pub(super) fn capacity(&self, key_bytes: usize) -> Result<usize, BatchError> {
        let wrong = |text: String| Err(BatchError::Options(text));
        match self {
            Self { cache_bytes: 0, .. } => Ok(0),
            Self { cache_bytes, .. } if *cache_bytes < key_bytes => wrong(format!(
                "cache_bytes is {cache_bytes} and one key takes {key_bytes}; try: several times that, or 0"
            )),
            Self {
                promote_after: 0 | 10_001..,
                ..
            } => wrong(format!(
                "promote_after is {}; try: 32, at most 10000, or a cache_bytes of 0",
                self.promote_after
            )),
            Self { cache_bytes, .. } => Ok(cache_bytes / key_bytes),
        }
    }
}

impl Default for KeyTableOptions {
    fn default() -> Self {
        Self {
            cache_bytes: 32 << 20,
            promote_after: 32,
        }
    }
}

/// What an engine with tables holds and has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyTableStatistics {
    /// How many keys are pinned.
    pub pinned: usize,
    /// How many other keys have tables.
    pub cached: usize,
    /// What the tables of both take, in bytes, with their places in the map.
    pub bytes: usize,
    /// How many signatures were by keys with tables.
    pub known: u64,
    /// How many signatures were by other keys.
    pub unknown: u64,
    /// How many keys got tables because they were seen often.
    pub promoted: u64,
    /// How many of these lost their tables to others.
    pub evicted: u64,
}
