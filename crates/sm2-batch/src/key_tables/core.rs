//! Which keys have tables, which get one, and which lose theirs.
//!
//! The core knows nothing of signatures: a table is any value. It has two mutexes, neither of which is held while tables
//! are made or used: one over the snapshot that batches read, and one, always taken first, over what decides about the
//! next snapshot.

#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;

use std::{
    collections::HashSet,
    hash::BuildHasherDefault,
    mem,
    sync::{Arc, PoisonError, TryLockError},
};

use super::{
    sketch::Sketch,
    snapshot::{AsItIs, HashedKey, Known, Snapshot},
};
use crate::sync::{Mutex, MutexGuard};

/// The keys that have tables.
pub(super) struct Core<T> {
    limits: Limits,
    current: Mutex<Arc<Snapshot<T>>>,
    state: Mutex<State>,
}

/// How many keys get tables without being pinned, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The most keys in the cache.
    pub(super) capacity: usize,
    /// The sightings of a key that gets a free place.
    pub(super) promote_after: u32,
}

impl Limits {
    /// The sightings of a key that takes the place of one with this many: so many more that its table will pay, and that
    /// chance does not make keys of one frequency take turns.
    const fn sightings_to_replace(&self, sightings: u32) -> u32 {
        let more = self.promote_after.saturating_add(sightings / 4);
        sightings.saturating_add(more)
    }
}

struct State {
    sketch: Sketch,
    /// Earned by verifying without tables, spent on making tables.
    credits: usize,
    /// The keys in the cache. Together with those whose tables are being made they are never more than fit.
    cached: Vec<HashedKey>,
    /// Where the search for a victim goes on.
    hand: usize,
    building: Vec<HashedKey>,
    pinned: usize,
    promoted: u64,
    evicted: u64,
}

/// How many keys there are, and how many came and went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) pinned: usize,
    pub(super) cached: usize,
    pub(super) promoted: u64,
    pub(super) evicted: u64,
}

/// A valid signature of a key that is not pinned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sighting {
    pub(super) key: HashedKey,
    pub(super) has_table: bool,
}

impl<T> Core<T> {
    pub(super) fn new(limits: Limits) -> Self {
        let promote_after = usize::try_from(limits.promote_after).unwrap_or(usize::MAX);
        let sightings = limits.capacity.saturating_mul(promote_after);
        Self {
            limits,
            current: Mutex::new(Arc::new(Snapshot::new())),
            state: Mutex::new(State {
                sketch: Sketch::new(sightings.saturating_mul(WINDOW)),
                credits: MOST_CREDITS,
                cached: Vec::new(),
                hand: 0,
                building: Vec::new(),
                pinned: 0,
                promoted: 0,
                evicted: 0,
            }),
        }
    }

    /// The keys that have tables now.
    pub(super) fn snapshot(&self) -> Arc<Snapshot<T>> {
        Arc::clone(&self.current())
    }

    pub(super) fn counts(&self) -> Counts {
        let state = self.state();
        Counts {
            pinned: state.pinned,
            cached: state.cached.len(),
            promoted: state.promoted,
            evicted: state.evicted,
        }
    }

    /// Counts sightings, and `verified` signatures without tables; gives the keys whose tables are to be made now.
    ///
    /// If another thread is at it, nothing is counted: waiting would cost more than a sighting is worth.
    pub(super) fn count(
        &self,
        verified: usize,
        sightings: impl Iterator<Item = Sighting>,
    ) -> Promotion<'_, T> {
        let mut keys = Vec::new();
        if self.limits.capacity > 0
            && let Some(mut state) = self.state_if_free()
        {
            state.credits = state.credits.saturating_add(verified).min(MOST_CREDITS);
            let wanted = state.count(sightings, self.limits.promote_after);
            if !wanted.is_empty() {
                keys = self.reserve(&mut state, wanted);
            }
        }
        Promotion { core: self, keys }
    }

    /// Makes room for those of the wanted keys that get tables.
    fn reserve(&self, state: &mut State, mut wanted: Vec<(u32, HashedKey)>) -> Vec<HashedKey> {
        let before = self.snapshot();
        let mut next = None;
        let mut keys = Vec::new();
        wanted.sort_by_key(|(count, _)| *count);
        while let Some((count, key)) = wanted.pop() {
            if state.credits < TABLE_CREDITS {
                break;
            }
            if before.find(&key).is_some() || state.building.contains(&key) {
                continue;
            }
            if state.cached.len() + state.building.len() >= self.limits.capacity {
                let Some((at, frequency)) = state.least_frequent() else {
                    break;
                };
                if count < self.limits.sightings_to_replace(frequency) {
                    continue;
                }
                let victim = state.cached.swap_remove(at);
                state.evicted += 1;
                let next = next.get_or_insert_with(|| Snapshot::clone(&before));
                next.remove(&victim);
            }
            state.credits -= TABLE_CREDITS;
            state.building.push(key);
            keys.push(key);
        }
        if let Some(next) = next {
            self.replace(next);
        }
        keys
    }

    /// Pins these keys, and with `only` no others.
    pub(super) fn pin(&self, keys: Vec<(HashedKey, Arc<T>)>, only: bool) {
        let mut state = self.state();
        let mut next = Snapshot::clone(&self.current());
        if only {
            let stay: Keys = keys.iter().map(|(key, _)| *key).collect();
            let leave: Vec<_> = next.pinned().copied().collect();
            for key in leave.iter().filter(|key| !stay.contains(*key)) {
                next.remove(key);
                state.pinned -= 1;
            }
        }
        let mut cached = Keys::default();
        for (key, table) in keys {
            let table = match next.find(&key) {
                Some(known) if known.pinned => continue,
                Some(known) => {
                    cached.insert(key);
                    Arc::clone(&known.table)
                }
                None => table,
            };
            next.insert(
                key,
                Known {
                    table,
                    pinned: true,
                },
            );
            state.pinned += 1;
        }
        if !cached.is_empty() {
            state.cached.retain(|key| !cached.contains(key));
        }
        self.replace(next);
    }

    /// Drops the tables of those of these keys that are pinned.
    pub(super) fn unpin(&self, keys: impl Iterator<Item = HashedKey>) {
        let mut state = self.state();
        let mut next = Snapshot::clone(&self.current());
        for key in keys {
            if next.find(&key).is_some_and(|known| known.pinned) {
                next.remove(&key);
                state.pinned -= 1;
            }
        }
        self.replace(next);
    }

    /// To be called by who holds the state.
    fn replace(&self, next: Snapshot<T>) {
        let before = mem::replace(&mut *self.current(), Arc::new(next));
        drop(before);
    }

    fn current(&self) -> MutexGuard<'_, Arc<Snapshot<T>>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state_if_free(&self) -> Option<MutexGuard<'_, State>> {
        match self.state.try_lock() {
            Ok(state) => Some(state),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl State {
    /// Counts; gives the most frequent keys without tables that were seen often enough, if there is credit for one.
    fn count(
        &mut self,
        sightings: impl Iterator<Item = Sighting>,
        promote_after: u32,
    ) -> Vec<(u32, HashedKey)> {
        let mut wanted: Vec<(u32, HashedKey)> = Vec::new();
        let credit = self.credits >= TABLE_CREDITS;
        for Sighting { key, has_table } in sightings {
            let count = self.sketch.count(key.hash);
            if has_table || !credit || count < promote_after {
                continue;
            }
            if let Some(known) = wanted.iter_mut().find(|(_, known)| *known == key) {
                known.0 = count;
            } else if wanted.len() < MOST_TABLES {
                wanted.push((count, key));
            } else if let Some(least) = wanted.iter_mut().min_by_key(|(count, _)| *count)
                && least.0 < count
            {
                *least = (count, key);
            }
        }
        wanted
    }

    /// The place in the cache of the least frequent of a few keys, and its frequency.
    fn least_frequent(&mut self) -> Option<(usize, u32)> {
        let count = self.cached.len();
        let sample = (self.hand..).take(SAMPLE.min(count)).map(|at| at % count);
        let frequency = |at: usize| (at, self.sketch.estimate(self.cached[at].hash));
        let least = sample.map(frequency).min_by_key(|(_, count)| *count);
        self.hand = self.hand.wrapping_add(SAMPLE) % count.max(1);
        least
    }
}

/// The right to make tables of some keys, and to put them into the cache. Dropped, it lets others make them.
pub(super) struct Promotion<'a, T> {
    core: &'a Core<T>,
    keys: Vec<HashedKey>,
}

impl<T> Promotion<'_, T> {
    pub(super) fn keys(&self) -> &[HashedKey] {
        &self.keys
    }

    /// Puts the tables into the cache, in the keys' order; those of keys that were pinned meanwhile are dropped.
    pub(super) fn install(mut self, tables: Vec<Option<T>>) {
        let keys = mem::take(&mut self.keys);
        let mut state = self.core.state();
        let mut next = Snapshot::clone(&self.core.current());
        state.building.retain(|key| !keys.contains(key));
        for (key, table) in keys.into_iter().zip(tables) {
            let Some(table) = table.filter(|_| next.find(&key).is_none()) else {
                continue;
            };
            let known = Known {
                table: Arc::new(table),
                pinned: false,
            };
            next.insert(key, known);
            state.cached.push(key);
            state.promoted += 1;
        }
        self.core.replace(next);
    }
}

impl<T> Drop for Promotion<'_, T> {
    fn drop(&mut self) {
        if !self.keys.is_empty() {
            let mut state = self.core.state();
            state.building.retain(|key| !self.keys.contains(key));
        }
    }
}

type Keys = HashSet<HashedKey, BuildHasherDefault<AsItIs>>;

/// The most tables that are made after one batch: what they add to its time.
const MOST_TABLES: usize = 8;
/// The signatures that are verified without tables for each table: a table takes as long as 20 of them in lanes, so at most
/// a sixth of the time goes into tables.
const TABLE_CREDITS: usize = 96;
const MOST_CREDITS: usize = MOST_TABLES * TABLE_CREDITS;
/// The mean sightings of a key in the cache from one halving of the counts to the next, in units of `promote_after`: so many
/// that the less busy half of a full cache is told from the rest.
const WINDOW: usize = 8;
/// Enough that the victim is among the less frequent keys.
const SAMPLE: usize = 8;
