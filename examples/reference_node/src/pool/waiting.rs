//! What waits: transactions in the order in which they came, and those who want to know about them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Instant,
};

use tokio::sync::oneshot;

use super::Rejected;
use crate::{
    block::{Block, PooledTransaction},
    ledger::Receipt,
};

/// What the pool's lock guards.
#[derive(Debug)]
pub(super) struct Waiting {
    most: usize,
    most_bytes: usize,
    bytes: usize,
    /// The number of the next one that comes.
    next: u64,
    by_age: BTreeMap<u64, Entry>,
    ages: HashMap<[u8; 32], u64>,
    waiters: HashMap<[u8; 32], Vec<Waiter>>,
    /// When there are more hashes with waiters, those that nobody listens to any more are dropped.
    sweep_at: usize,
}

#[derive(Debug)]
struct Entry {
    transaction: Arc<PooledTransaction>,
    submitted: Instant,
}

type Waiter = oneshot::Sender<Receipt>;

impl Waiting {
    pub(super) fn new(most: usize, most_bytes: usize) -> Self {
        Self {
            most,
            most_bytes,
            bytes: 0,
            next: 0,
            by_age: BTreeMap::new(),
            ages: HashMap::new(),
            waiters: HashMap::new(),
            sweep_at: LEAST_SWEEP,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.by_age.len()
    }

    pub(super) fn find(&self, hash: &[u8; 32]) -> Option<Arc<PooledTransaction>> {
        let entry = self.by_age.get(self.ages.get(hash)?)?;
        Some(Arc::clone(&entry.transaction))
    }

    pub(super) fn add(
        &mut self,
        transaction: PooledTransaction,
    ) -> Result<Arc<PooledTransaction>, Rejected> {
        if self.ages.contains_key(&transaction.hash) {
            return Err(Rejected::AlreadyInTxPool);
        }
        let bytes = self.bytes.saturating_add(transaction.encoded.len());
        if self.by_age.len() >= self.most || bytes > self.most_bytes {
            return Err(Rejected::TxPoolIsFull);
        }
        let transaction = Arc::new(transaction);
        self.bytes = bytes;
        self.ages.insert(transaction.hash, self.next);
        let entry = Entry {
            transaction: Arc::clone(&transaction),
            submitted: Instant::now(),
        };
        self.by_age.insert(self.next, entry);
        self.next = self.next.wrapping_add(1);
        Ok(transaction)
    }

    pub(super) fn oldest(&self, most: usize) -> Vec<Arc<PooledTransaction>> {
        let entries = self.by_age.values().take(most);
        entries
            .map(|entry| Arc::clone(&entry.transaction))
            .collect()
    }

    /// Tells when the transaction came, if it waited.
    pub(super) fn remove(&mut self, hash: &[u8; 32]) -> Option<Instant> {
        let entry = self.by_age.remove(&self.ages.remove(hash)?)?;
        self.bytes = self.bytes.saturating_sub(entry.transaction.encoded.len());
        Some(entry.submitted)
    }

    /// Removes what can be in no block behind this one, and those who wait for it; tells how many.
    pub(super) fn remove_expired(&mut self, tip: u64) -> usize {
        let expired = |entry: &&Entry| {
            let limit = u64::try_from(entry.transaction.transaction.data.block_limit);
            limit.is_ok_and(|limit| limit <= tip)
        };
        let expired: Vec<[u8; 32]> = self
            .by_age
            .values()
            .filter(expired)
            .map(|entry| entry.transaction.hash)
            .collect();
        for hash in &expired {
            self.remove(hash);
            self.waiters.remove(hash);
        }
        expired.len()
    }

    pub(super) fn wait(&mut self, hash: [u8; 32], waiter: Waiter) {
        self.waiters.entry(hash).or_default().push(waiter);
        if self.waiters.len() > self.sweep_at {
            self.waiters.retain(|_, waiters| {
                waiters.retain(|waiter| !waiter.is_closed());
                !waiters.is_empty()
            });
            self.sweep_at = LEAST_SWEEP.max(self.waiters.len().saturating_mul(2));
        }
    }

    #[cfg(test)]
    pub(super) fn waited_for(&self) -> usize {
        self.waiters.len()
    }

    /// Takes those who wait for a transaction.
    pub(super) fn waiters(&mut self, hash: &[u8; 32]) -> Vec<Waiter> {
        self.waiters.remove(hash).unwrap_or_default()
    }

    /// Takes those who wait for the transactions of a block.
    pub(super) fn waiters_of(&mut self, block: &Block) -> Vec<([u8; 32], Vec<Waiter>)> {
        let hashes = block.transactions.iter().map(|one| one.hash);
        let waiters = hashes.filter_map(|hash| Some((hash, self.waiters.remove(&hash)?)));
        waiters.collect()
    }
}

const LEAST_SWEEP: usize = 1024;
