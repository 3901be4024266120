//! A batch, split into items by keys with tables and others.

use std::{
    collections::HashSet,
    hash::RandomState,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use sm2_arith::batch::KnownItem;
use sm2_signing::{Error, Item, PublicKey, Verdicts};

use super::{
    core::{Core, Limits, Sighting},
    options::{KeyTableOptions, KeyTableStatistics},
    snapshot::{ENTRY_BYTES, HashedKey, Known, Snapshot},
};
use crate::{
    BatchError,
    engine::{Arithmetic, Proven, verdict, verify_item},
};

/// Arithmetic with its tables.
pub(super) struct Tables<A: Arithmetic> {
    proven: &'static Proven<A>,
    core: Core<A::KeyTable>,
    /// Hashes keys with a secret of its own.
    secret: RandomState,
    known: AtomicU64,
    unknown: AtomicU64,
}

impl<A: Arithmetic> Tables<A> {
    /// Checks the arithmetic as well, once per process.
    pub(super) fn new(
        proven: &'static Proven<A>,
        options: &KeyTableOptions,
    ) -> Result<Self, BatchError> {
        let limits = Limits {
            capacity: options.capacity(Self::KEY_BYTES)?,
            promote_after: options.promote_after,
        };
        proven.check_tables()?;
        Ok(Self {
            proven,
            core: Core::new(limits),
            secret: RandomState::new(),
            known: AtomicU64::new(0),
            unknown: AtomicU64::new(0),
        })
    }

    /// What one key takes, in bytes.
    pub(super) const KEY_BYTES: usize = A::KEY_TABLE_BYTES + ENTRY_BYTES;

    /// Pins these keys, and with `only` no others.
    pub(super) fn pin(&self, keys: &[PublicKey], only: bool) -> Result<(), BatchError> {
        let snapshot = self.core.snapshot();
        let keys: HashSet<_> = keys.iter().map(|key| self.hashed(key)).collect();
        let (mut pinned, mut new) = (Vec::with_capacity(keys.len()), Vec::new());
        for key in keys {
            match snapshot.find(&key) {
                Some(known) => pinned.push((key, Arc::clone(&known.table))),
                None => new.push(key),
            }
        }
        for (key, table) in new.iter().zip(self.make(&new)) {
            let table = table.ok_or(BatchError::NotAPoint { key: key.key })?;
            pinned.push((*key, Arc::new(table)));
        }
        self.core.pin(pinned, only);
        Ok(())
    }

    pub(super) fn unpin(&self, keys: &[PublicKey]) {
        self.core.unpin(keys.iter().map(|key| self.hashed(key)));
    }

    pub(super) fn statistics(&self) -> KeyTableStatistics {
        let counts = self.core.counts();
        KeyTableStatistics {
            pinned: counts.pinned,
            cached: counts.cached,
            bytes: (counts.pinned + counts.cached) * Self::KEY_BYTES,
            known: self.known.load(Ordering::Relaxed),
            unknown: self.unknown.load(Ordering::Relaxed),
            promoted: counts.promoted,
            evicted: counts.evicted,
        }
    }

    pub(super) fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        let mut verdicts = Vec::with_capacity(items.len());
        for piece in items.chunks(PIECE) {
            let snapshot = self.core.snapshot();
            let split = Split::new(piece, |key| self.hashed(key), &snapshot);
            let valid = split.verify(self.proven)?;
            self.known.fetch_add(split.known as u64, Ordering::Relaxed);
            let unknown = piece.len() - split.known;
            self.unknown.fetch_add(unknown as u64, Ordering::Relaxed);
            self.promote(unknown, split.sightings(&valid));
            verdicts.extend(valid.into_iter().map(verdict));
        }
        Ok(verdicts.into_iter().collect())
    }

    /// Counts what was seen and makes the tables that are due.
    fn promote(&self, verified: usize, sightings: impl Iterator<Item = Sighting>) {
        let promotion = self.core.count(verified, sightings);
        if !promotion.keys().is_empty() {
            let tables = self.make(promotion.keys());
            promotion.install(tables);
        }
    }

    fn make(&self, keys: &[HashedKey]) -> Vec<Option<A::KeyTable>> {
        let keys: Vec<_> = keys.iter().map(|key| *key.key.as_bytes()).collect();
        self.proven.arithmetic().key_tables(&keys)
    }

    fn hashed(&self, key: &PublicKey) -> HashedKey {
        HashedKey::new(&self.secret, key)
    }
}

/// Items with what is known of their keys.
struct Split<'a, T> {
    items: &'a [Item],
    /// The hash of each item's key, and its table.
    keys: Vec<(u64, Option<&'a Known<T>>)>,
    /// How many have tables.
    known: usize,
}

impl<'a, T> Split<'a, T> {
    fn new(
        items: &'a [Item],
        hashed: impl Fn(&PublicKey) -> HashedKey,
        snapshot: &'a Snapshot<T>,
    ) -> Self {
        let look_up = |item: &Item| {
            let key = hashed(&item.key);
            (key.hash, snapshot.find(&key))
        };
        let keys: Vec<_> = items.iter().map(look_up).collect();
        let known = keys.iter().filter(|(_, known)| known.is_some()).count();
        Self { items, keys, known }
    }

    /// Whether each item is valid.
    fn verify<A: Arithmetic<KeyTable = T>>(&self, proven: &Proven<A>) -> Result<Vec<bool>, Error> {
        let mut known = Vec::with_capacity(self.known);
        let mut unknown = Vec::with_capacity(self.items.len() - self.known);
        for (item, (_, entry)) in self.items.iter().zip(&self.keys) {
            match entry {
                Some(entry) => known.push(KnownItem {
                    table: &*entry.table,
                    e: *item.e.as_bytes(),
                    signature: *item.signature.as_bytes(),
                }),
                None => unknown.push(verify_item(item)),
            }
        }
        let (mut valid_known, mut valid_unknown) =
            (vec![false; known.len()], vec![false; unknown.len()]);
        if !known.is_empty() {
            proven.arithmetic().verify_known(&known, &mut valid_known);
        }
        if !unknown.is_empty() {
            proven.judge(&unknown, &mut valid_unknown)?;
        }
        if unknown.is_empty() {
            return Ok(valid_known);
        }
        if known.is_empty() {
            return Ok(valid_unknown);
        }
        let (mut known, mut unknown) = (valid_known.into_iter(), valid_unknown.into_iter());
        let in_order = self.keys.iter().map(|(_, entry)| {
            let valid = match entry {
                Some(_) => known.next(),
                None => unknown.next(),
            };
            valid.unwrap_or(false)
        });
        Ok(in_order.collect())
    }

    /// The valid signatures by keys that are not pinned.
    fn sightings(&self, valid: &[bool]) -> impl Iterator<Item = Sighting> {
        let items = self.items.iter().zip(&self.keys).zip(valid);
        items.filter_map(|((item, (hash, entry)), valid)| {
            let pinned = entry.is_some_and(|entry| entry.pinned);
            (*valid && !pinned).then_some(Sighting {
                key: HashedKey {
                    hash: *hash,
                    key: item.key,
                },
                has_table: entry.is_some(),
            })
        })
    }
}

/// What is kept per item during a batch should stay in a core's own cache, and in a long batch the tables made at its start
/// should serve its end.
const PIECE: usize = 1024;
