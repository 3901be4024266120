mod chain;
mod submitting;

use std::sync::atomic::{AtomicUsize, Ordering};

use sm_soft::SoftKey;
use sm2_signing::{Error, Item, Verdicts};

use super::*;
use crate::ledger::tests::{Chain, data, signed, transaction};

/// Counts what an engine is asked.
#[derive(Debug)]
pub(crate) struct Counting {
    engine: Box<dyn BatchVerifier>,
    batches: AtomicUsize,
    items: AtomicUsize,
}

impl Counting {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            engine: Box::new(sm2_batch::best().unwrap()),
            batches: AtomicUsize::new(0),
            items: AtomicUsize::new(0),
        })
    }

    /// Batches and items since the last time.
    pub(crate) fn taken(&self) -> (usize, usize) {
        (
            self.batches.swap(0, Ordering::SeqCst),
            self.items.swap(0, Ordering::SeqCst),
        )
    }
}

impl BatchVerifier for Counting {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        self.batches.fetch_add(1, Ordering::SeqCst);
        self.items.fetch_add(items.len(), Ordering::SeqCst);
        self.engine.verify_batch(items)
    }
}

pub(crate) fn pool(chain: &Chain, limit: usize) -> (Pool, Arc<Counting>) {
    let engine = Counting::new();
    let verifier = Arc::clone(&engine);
    let name = chain.settings.chain.clone();
    let pool = Pool::new(verifier, chain.ledger.clone(), name, limit);
    (pool, engine)
}

/// Valid data under the signature of other data.
pub(crate) fn forged(account: &SoftKey, nonce: u64) -> Vec<u8> {
    let mut forged = transaction(account, nonce, "k=v").transaction.clone();
    let other = transaction(account, nonce + 1000, "k=v");
    forged.signature.clone_from(&other.transaction.signature);
    forged.encode().unwrap()
}

/// Commits what waits.
pub(crate) fn commit(chain: &Chain, pool: &Pool) -> Block {
    let block = chain
        .ledger
        .propose(pool.take(1000), 0, crate::ledger::now())
        .unwrap();
    chain.ledger.commit(&block).unwrap();
    pool.committed(&block);
    block
}
