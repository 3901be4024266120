//! Handles as ids in a table: index, generation and kind, never a pointer.
//!
//! A handle that was never given out, was closed, or names another kind of object is not found;
//! nothing is dereferenced to find that out.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// What a handle names; its tag occupies the low bits, so that no handle is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Device = 1,
    Session = 2,
    Key = 3,
    Agreement = 4,
}

impl Kind {
    /// The handle that names `id` as an object of this kind.
    pub(crate) const fn tag(self, id: usize) -> usize {
        (id << KIND_BITS) | self as usize
    }

    /// The id in `handle`, if it names an object of this kind.
    pub(crate) const fn untag(self, handle: usize) -> Option<usize> {
        if handle & KIND_MASK == self as usize {
            Some(handle >> KIND_BITS)
        } else {
            None
        }
    }
}

/// A table of shared objects, addressed by handle.
///
/// Every slot has its own lock and slots are taken from sharded free lists, so threads that work
/// on different objects do not meet.
pub(crate) struct Table<T> {
    kind: Kind,
    /// Chunk `c` holds `FIRST_CHUNK << c` slots and, once made, never moves.
    chunks: [OnceLock<Box<[Slot<T>]>>; CHUNKS],
    /// Empty slots, by the thread that emptied them last.
    shards: [Shard; SHARDS],
    /// The first index that was never given out.
    next: AtomicUsize,
}

impl<T> Table<T> {
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            chunks: [const { OnceLock::new() }; CHUNKS],
            shards: [const { Shard(Mutex::new(Vec::new())) }; SHARDS],
            next: AtomicUsize::new(0),
        }
    }

    /// Puts `value` in the table and returns its handle, or `None` when the table is full.
    pub(crate) fn insert(&self, value: Arc<T>) -> Option<usize> {
        let index = self.vacant_index()?;
        let mut slot = self.slot(index)?;
        slot.value = Some(value);
        Some(self.kind.tag((slot.generation << INDEX_BITS) | index))
    }

    /// The object that `handle` names.
    pub(crate) fn find(&self, handle: usize) -> Option<Arc<T>> {
        let (index, generation) = self.split(handle)?;
        let slot = self.slot(index)?;
        if slot.generation == generation {
            slot.value.clone()
        } else {
            None
        }
    }

    /// Takes the object that `handle` names out of the table; the handle is stale from now on.
    pub(crate) fn remove(&self, handle: usize) -> Option<Arc<T>> {
        let (index, generation) = self.split(handle)?;
        let value = {
            let mut slot = self.slot(index)?;
            if slot.generation != generation {
                return None;
            }
            slot.vacate()?
        };
        self.give_back(index);
        Some(value)
    }

    /// Takes every object out for which `condition` holds.
    pub(crate) fn remove_where(&self, condition: impl Fn(&T) -> bool) {
        for (number, chunk) in self.chunks.iter().enumerate() {
            let Some(slots) = chunk.get() else { continue };
            for (offset, slot) in slots.iter().enumerate() {
                let mut slot = lock(&slot.0);
                if !slot.value.as_deref().is_some_and(&condition) {
                    continue;
                }
                let value = slot.vacate();
                drop(slot);
                drop(value);
                self.give_back(first_index(number).wrapping_add(offset));
            }
        }
    }

    fn split(&self, handle: usize) -> Option<(usize, usize)> {
        let id = self.kind.untag(handle)?;
        Some((id & INDEX_MASK, id >> INDEX_BITS))
    }

    /// The slot at `index`, locked; `None` when that part of the table was never made.
    fn slot(&self, index: usize) -> Option<MutexGuard<'_, Entry<T>>> {
        let (chunk, offset) = locate(index);
        Some(lock(&self.chunks.get(chunk)?.get()?.get(offset)?.0))
    }

    /// The index of a slot that is empty: one of the calling thread's shard, else half of what
    /// another shard has, else a block that was never used.
    fn vacant_index(&self) -> Option<usize> {
        let own = own_shard();
        let reused = self.shards.get(own).and_then(|shard| lock(&shard.0).pop());
        reused
            .or_else(|| self.steal(own))
            .or_else(|| self.fresh_block(own))
    }

    fn steal(&self, own: usize) -> Option<usize> {
        for shard in &self.shards {
            let mut stolen = {
                let mut free = lock(&shard.0);
                let half = free.len() / 2;
                free.split_off(half)
            };
            if let Some(index) = stolen.pop() {
                lock(&self.shards.get(own)?.0).append(&mut stolen);
                return Some(index);
            }
        }
        None
    }

    fn fresh_block(&self, own: usize) -> Option<usize> {
        let after = |first: usize| {
            if first > INDEX_MASK {
                None
            } else {
                first.checked_add(BLOCK)
            }
        };
        let first = self
            .next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, after)
            .ok()?;
        // A block lies in one chunk, as both sizes are powers of two and chunks are not smaller.
        let (chunk, _) = locate(first);
        self.chunks.get(chunk)?.get_or_init(|| new_chunk(chunk));
        let rest = (1..BLOCK)
            .rev()
            .filter_map(|offset| first.checked_add(offset));
        lock(&self.shards.get(own)?.0).extend(rest);
        Some(first)
    }

    fn give_back(&self, index: usize) {
        if let Some(shard) = self.shards.get(own_shard()) {
            lock(&shard.0).push(index);
        }
    }
}

/// One slot, on a cache line of its own.
#[repr(align(64))]
struct Slot<T>(Mutex<Entry<T>>);

struct Entry<T> {
    generation: usize,
    value: Option<Arc<T>>,
}

impl<T> Entry<T> {
    /// Takes the value and makes every handle to it stale.
    fn vacate(&mut self) -> Option<Arc<T>> {
        let value = self.value.take()?;
        self.generation = self.generation.wrapping_add(1) & GENERATION_MASK;
        Some(value)
    }
}

#[repr(align(64))]
struct Shard(Mutex<Vec<usize>>);

/// Locks a mutex; what a panicking thread left behind is still consistent here.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn new_chunk<T>(chunk: usize) -> Box<[Slot<T>]> {
    (0..FIRST_CHUNK << chunk)
        .map(|_| {
            Slot(Mutex::new(Entry {
                generation: 1,
                value: None,
            }))
        })
        .collect()
}

/// The chunk that holds `index`, and the offset in it.
fn locate(index: usize) -> (usize, usize) {
    let position = index.saturating_add(FIRST_CHUNK);
    let power = position.ilog2();
    let chunk = power.saturating_sub(FIRST_CHUNK.ilog2());
    (chunk as usize, position & !(1 << power))
}

fn first_index(chunk: usize) -> usize {
    (FIRST_CHUNK << chunk).saturating_sub(FIRST_CHUNK)
}

/// The shard of the calling thread.
fn own_shard() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static SHARD: Cell<usize> = const { Cell::new(usize::MAX) };
    }
    SHARD.with(|shard| {
        if shard.get() == usize::MAX {
            shard.set(THREADS.fetch_add(1, Ordering::Relaxed) % SHARDS);
        }
        shard.get()
    })
}

const KIND_BITS: u32 = 3;
const KIND_MASK: usize = (1 << KIND_BITS) - 1;
/// 2^32 objects at a time where a handle has 64 bits, 2^16 where it has 32.
const INDEX_BITS: u32 = usize::BITS / 2;
const INDEX_MASK: usize = (1 << INDEX_BITS) - 1;
/// A handle's value comes back after its slot was used 2^29 (2^13) times.
const GENERATION_MASK: usize = (1 << (usize::BITS - INDEX_BITS - KIND_BITS)) - 1;
const SHARDS: usize = 16;
const FIRST_CHUNK: usize = 64;
/// Slots that a shard takes at a time.
const BLOCK: usize = 64;
const CHUNKS: usize = (INDEX_BITS - FIRST_CHUNK.ilog2() + 1) as usize;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_handle_is_not_found_again() {
        let table = Table::new(Kind::Session);
        let first = table.insert(Arc::new(1)).unwrap();
        assert_eq!(table.remove(first).as_deref(), Some(&1));
        let second = table.insert(Arc::new(2)).unwrap();
        assert_ne!(first, second, "the slot is reused, the handle is not");
        assert_eq!(table.find(first), None);
        assert_eq!(table.remove(first), None);
        assert_eq!(table.find(second).as_deref(), Some(&2));
    }

    #[test]
    fn handles_of_another_kind_and_wild_values_are_not_found() {
        let sessions = Table::new(Kind::Session);
        let devices: Table<i32> = Table::new(Kind::Device);
        let handle = sessions.insert(Arc::new(7)).unwrap();
        assert_eq!(devices.find(handle), None);
        for wild in [
            0,
            1,
            2,
            usize::MAX,
            handle ^ 1,
            handle.wrapping_add(8),
            1 << (usize::BITS - 1),
        ] {
            assert_eq!(sessions.find(wild), None, "{wild:#x}");
        }
    }

    #[test]
    fn indices_and_chunks_agree() {
        for index in (0..100_000).chain([INDEX_MASK - 1, INDEX_MASK]) {
            let (chunk, offset) = locate(index);
            assert!(chunk < CHUNKS && offset < FIRST_CHUNK << chunk, "{index}");
            assert_eq!(first_index(chunk) + offset, index);
        }
    }

    #[test]
    fn a_thread_that_only_closes_does_not_make_the_table_grow() {
        let table = Arc::new(Table::new(Kind::Session));
        for round in 0..10_000 {
            let handle = table.insert(Arc::new(round)).unwrap();
            if round % 100 == 0 {
                let table = Arc::clone(&table);
                std::thread::spawn(move || table.remove(handle))
                    .join()
                    .unwrap()
                    .unwrap();
            } else {
                table.remove(handle).unwrap();
            }
        }
        let made = table
            .chunks
            .iter()
            .filter(|chunk| chunk.get().is_some())
            .count();
        assert_eq!(made, 1);
    }

    #[test]
    fn thousands_of_objects_at_a_time() {
        let table = Table::new(Kind::Session);
        let handles: Vec<_> = (0..50_000)
            .map(|n| table.insert(Arc::new(n)).unwrap())
            .collect();
        for (n, handle) in handles.iter().enumerate() {
            assert_eq!(table.find(*handle).as_deref(), Some(&n));
        }
        table.remove_where(|n| n % 2 == 0);
        for (n, handle) in handles.iter().enumerate() {
            assert_eq!(table.find(*handle).is_some(), n % 2 == 1);
        }
    }
}
