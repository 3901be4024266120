//! Which keys have tables, as it was at one moment.

use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, Hash, Hasher},
    sync::Arc,
};

use sm2_signing::PublicKey;

/// A key with its hash under a secret function, so that it is hashed once for all that is looked up by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HashedKey {
    pub(super) hash: u64,
    pub(super) key: PublicKey,
}

impl HashedKey {
    pub(super) fn new(secret: &impl BuildHasher, key: &PublicKey) -> Self {
        Self {
            hash: secret.hash_one(key),
            key: *key,
        }
    }
}

impl Hash for HashedKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// The table of a key, and why it is kept.
#[derive(Debug)]
pub(super) struct Known<T> {
    pub(super) table: Arc<T>,
    pub(super) pinned: bool,
}

impl<T> Clone for Known<T> {
    fn clone(&self) -> Self {
        Self {
            table: Arc::clone(&self.table),
            pinned: self.pinned,
        }
    }
}

/// All keys that have tables.
///
/// A copy shares the parts that neither side changes afterwards, so that one key more does not cost a copy of all.
#[derive(Debug)]
pub(super) struct Snapshot<T> {
    parts: [Arc<Part<T>>; PARTS],
}

type Part<T> = HashMap<HashedKey, Known<T>, BuildHasherDefault<AsItIs>>;

impl<T> Snapshot<T> {
    pub(super) fn new() -> Self {
        Self {
            parts: [(); PARTS].map(|()| Arc::default()),
        }
    }

    pub(super) fn find(&self, key: &HashedKey) -> Option<&Known<T>> {
        self.parts[part(key)].get(key)
    }

    /// The keys that are pinned.
    pub(super) fn pinned(&self) -> impl Iterator<Item = &HashedKey> {
        let all = self.parts.iter().flat_map(|part| part.iter());
        all.filter_map(|(key, known)| known.pinned.then_some(key))
    }

    /// Takes the place of what the key had before.
    pub(super) fn insert(&mut self, key: HashedKey, known: Known<T>) {
        Arc::make_mut(&mut self.parts[part(&key)]).insert(key, known);
    }

    pub(super) fn remove(&mut self, key: &HashedKey) {
        Arc::make_mut(&mut self.parts[part(key)]).remove(key);
    }
}

impl<T> Clone for Snapshot<T> {
    fn clone(&self) -> Self {
        Self {
            parts: self.parts.clone(),
        }
    }
}

/// Bits that the map inside of a part does not choose by before all others.
fn part(key: &HashedKey) -> usize {
    usize::try_from(key.hash >> 40).unwrap_or(0) % PARTS
}

/// Hashes what is a hash already.
#[derive(Debug, Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    /// Not used: a [`HashedKey`] writes one u64.
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

const PARTS: usize = 32;

/// What a key takes besides its table, in bytes, at most: its place in a map that is a little under half full, the counts
/// in front of the table, and its place in the list of candidates for eviction.
pub(super) const ENTRY_BYTES: usize = {
    let place = size_of::<(HashedKey, Known<()>)>() + 1;
    place * 16 / 7 + 2 * size_of::<usize>() + 2 * size_of::<HashedKey>()
};

#[cfg(all(test, not(loom)))]
mod tests {
    use std::hash::RandomState;

    use super::*;

    /// What the maps hold for each of this many keys, in bytes.
    fn places(count: usize) -> usize {
        let secret = RandomState::new();
        let mut snapshot = Snapshot::new();
        let mut key = [0; 64];
        for index in 0..count {
            key[..8].copy_from_slice(&(index as u64).to_be_bytes());
            let table = Arc::new(());
            let pinned = index % 2 == 0;
            let key = HashedKey::new(&secret, &PublicKey::from_bytes(&key));
            snapshot.insert(key, Known { table, pinned });
            assert!(snapshot.find(&key).is_some());
        }
        let buckets = snapshot.parts.iter().map(|part| {
            // A map is full when seven eighths of its places are taken.
            (part.capacity() * 8 / 7).next_power_of_two()
        });
        let bytes = buckets.sum::<usize>() * (size_of::<(HashedKey, Known<()>)>() + 1);
        bytes / count
    }

    #[test]
    fn an_entry_takes_no_more_than_is_said() {
        let others = 2 * size_of::<usize>() + 2 * size_of::<HashedKey>();
        for count in [500, 900, 1000, 5000, 8000, 20_000] {
            let places = places(count);
            assert!(
                places + others <= ENTRY_BYTES,
                "{places} bytes for each of {count}"
            );
        }
    }

    #[test]
    fn keys_are_spread_over_the_parts() {
        let secret = RandomState::new();
        let mut counts = [0; PARTS];
        for index in 0..=255 {
            counts[part(&HashedKey::new(
                &secret,
                &PublicKey::from_bytes(&[index; 64]),
            ))] += 1;
        }
        assert!(counts.iter().all(|count| *count < 64), "{counts:?}");
    }
}
