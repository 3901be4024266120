//! The blocks, the receipts and the state, on disk.
//!
//! One durable write transaction a block: a node that is killed at any moment comes back with the last block that it
//! committed, whole. Blocks are executed when they are proposed, checked and committed, and their roots compared.

mod check;
mod error;
mod execute;
pub(crate) mod genesis;
mod receipt;
mod store;

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::{SystemTime, UNIX_EPOCH},
};

use fisco_node::block::{BlockHeader, BlockHeaderData, ParentInfo, SealerList, SealerSignature};

use crate::{
    block::{Block, PooledTransaction},
    settings::{ChainName, Settings},
};
pub(crate) use check::{BLOCK_LIMIT_RANGE, Refused};
pub(crate) use error::LedgerError;
pub(crate) use receipt::Receipt;
use store::{Counts, Store};

/// The ledger of a chain; clones are the same ledger.
#[derive(Debug, Clone)]
pub(crate) struct Ledger(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    rules: Rules,
    head: RwLock<Head>,
    /// Held by whoever writes.
    writing: Mutex<()>,
}

/// What all blocks of the chain must obey.
#[derive(Debug)]
struct Rules {
    version: i32,
    chain: ChainName,
    sealers: SealerList,
    transactions_per_block: usize,
}

/// What the next block is built on.
#[derive(Debug, Clone)]
struct Head {
    tip: Tip,
    state_root: Vec<u8>,
    counts: Counts,
}

/// The last block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tip {
    /// Its height.
    pub(crate) number: u64,
    /// Its hash.
    pub(crate) hash: [u8; 32],
    /// Milliseconds since 1970.
    pub(crate) timestamp: i64,
}

/// A transaction of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Committed {
    /// Its bytes.
    pub(crate) encoded: Vec<u8>,
    /// What came of it, with its place.
    pub(crate) receipt: Receipt,
}

impl Ledger {
    /// Opens the ledger in a directory, or makes one with the genesis block.
    ///
    /// # Errors
    /// [`LedgerError`] if another process has it open, it is that of another chain, or the disk fails.
    pub(crate) fn open(directory: &Path, settings: &Settings) -> Result<Self, LedgerError> {
        Self::with_store(Store::open(directory)?, settings)
    }

    fn with_store(store: Store, settings: &Settings) -> Result<Self, LedgerError> {
        let genesis = genesis::header(settings);
        store.begin(&genesis)?;
        let (number, counts) = store.counts()?;
        let header = store.header(number)?;
        let header = header.ok_or(LedgerError::Corrupt("the last header is not there"))?;
        let tip = Tip {
            number,
            hash: header.data.hash(),
            timestamp: header.data.timestamp,
        };
        Ok(Self(Arc::new(Inner {
            store,
            rules: Rules {
                version: settings.version,
                chain: settings.chain.clone(),
                sealers: settings.sealers.clone(),
                transactions_per_block: settings.transactions_per_block,
            },
            head: RwLock::new(Head {
                tip,
                state_root: header.data.state_root,
                counts,
            }),
            writing: Mutex::new(()),
        })))
    }

    /// The last block.
    pub(crate) fn tip(&self) -> Tip {
        self.head().tip
    }

    /// How many transactions the chain has.
    pub(crate) fn transaction_count(&self) -> u64 {
        self.head().counts.transactions
    }

    /// How many of them failed.
    pub(crate) fn failed_count(&self) -> u64 {
        self.head().counts.failed
    }

    /// The sealers of the chain.
    pub(crate) fn sealers(&self) -> &SealerList {
        &self.0.rules.sealers
    }

    /// Makes the next block of those of the transactions that can be in it, in their order.
    ///
    /// Left out are those that are in the chain already or twice here, those whose block limit has passed, and what
    /// exceeds the limits of a block. The block is not before the last one even if `timestamp` is.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn propose(
        &self,
        transactions: Vec<Arc<PooledTransaction>>,
        sealer: usize,
        timestamp: i64,
    ) -> Result<Block, LedgerError> {
        let head = self.head();
        let transactions = check::eligible(&self.0.store, &self.0.rules, &head, transactions)?;
        let mut header = BlockHeaderData::default();
        header.version = self.0.rules.version;
        let parent = i64::try_from(head.tip.number).unwrap_or(i64::MAX);
        header.parents = vec![ParentInfo::new(parent, &head.tip.hash)];
        header.number = parent.saturating_add(1);
        header.gas_used = GAS_USED.to_owned();
        header.timestamp = timestamp.max(head.tip.timestamp.saturating_add(1));
        header.sealer = i64::try_from(sealer).unwrap_or(i64::MAX);
        header.set_sealers(&self.0.rules.sealers);
        let mut block = Block {
            header,
            transactions,
        };
        let roots = execute::execute(&block, &head.state_root).roots;
        block.header.transactions_root = roots.transactions.to_vec();
        block.header.receipts_root = roots.receipts.to_vec();
        block.header.state_root = roots.state.to_vec();
        Ok(block)
    }

    /// Whether this is the next block and obeys every rule; the signatures of its transactions were verified before.
    ///
    /// # Errors
    /// [`Refused`] with the first rule that it breaks.
    pub(crate) fn check(&self, block: &Block) -> Result<(), Refused> {
        self.check_at(block, now())
    }

    /// As [`Ledger::check`], at another time, in milliseconds since 1970.
    ///
    /// # Errors
    /// As [`Ledger::check`].
    pub(crate) fn check_at(&self, block: &Block, now: i64) -> Result<(), Refused> {
        let head = self.head();
        check::time(block, now)?;
        check::rules(&self.0.store, &self.0.rules, &head, block)?;
        check::roots(block, &execute::execute(block, &head.state_root).roots)
    }

    /// Writes the next block; it is on the disk when this returns.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] if it breaks a rule (its time is not looked at), or those of the disk; the ledger is then
    /// as it was.
    pub(crate) fn commit(&self, block: &Block) -> Result<Vec<Receipt>, LedgerError> {
        let _writing = self.writing();
        let head = self.head();
        let refused = |refused| match refused {
            Refused::Unknown(error) => error,
            refused => LedgerError::Refused(Box::new(refused)),
        };
        check::rules(&self.0.store, &self.0.rules, &head, block).map_err(refused)?;
        let executed = execute::execute(block, &head.state_root);
        check::roots(block, &executed.roots).map_err(refused)?;
        let failed = executed.receipts.iter().filter(|one| one.status != 0);
        let counts = Counts {
            transactions: head.counts.transactions + block.transactions.len() as u64,
            failed: head.counts.failed + failed.count() as u64,
            ..head.counts
        };
        self.0.store.append(block, &executed, &counts)?;
        let tip = Tip {
            number: block.number(),
            hash: block.hash(),
            timestamp: block.header.timestamp,
        };
        let next = Head {
            tip,
            state_root: block.header.state_root.clone(),
            counts,
        };
        *self.0.head.write().unwrap_or_else(PoisonError::into_inner) = next;
        tracing::info!(
            number = tip.number,
            "txsSize" = block.transactions.len(),
            "[LEDGER][METRIC]asyncPrewriteBlock"
        );
        Ok(executed.receipts)
    }

    /// Adds seals to a block; they were verified before. Each sealer has one, and the first one that came stays.
    ///
    /// # Errors
    /// [`LedgerError::NoBlock`], or those of the disk.
    pub(crate) fn add_seals(
        &self,
        number: u64,
        seals: &[SealerSignature],
    ) -> Result<(), LedgerError> {
        let _writing = self.writing();
        let sealers = &self.0.rules.sealers;
        let enough = |header: &BlockHeader| {
            let weights = header.signatures.iter().filter_map(|seal| {
                let index = usize::try_from(seal.sealer_index).ok()?;
                sealers.get(index).map(|sealer| sealer.weight)
            });
            weights.sum::<u64>() >= sealers.quorum()
        };
        let known = |seal: &&SealerSignature| {
            let index = usize::try_from(seal.sealer_index).ok();
            index.is_some_and(|index| sealers.get(index).is_some())
        };
        let seals: Vec<&SealerSignature> = seals.iter().filter(known).collect();
        let sealed = self
            .0
            .store
            .add_seals(number, &seals, self.last_sealed(), enough)?;
        let mut head = self.0.head.write().unwrap_or_else(PoisonError::into_inner);
        head.counts.sealed = sealed;
        Ok(())
    }

    /// The last block up to which every block has the seals of a quorum; the genesis block needs none.
    pub(crate) fn last_sealed(&self) -> u64 {
        self.head().counts.sealed
    }

    /// A header with its seals.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn header(&self, number: u64) -> Result<Option<BlockHeader>, LedgerError> {
        self.0.store.header(number)
    }

    /// The bytes of a block with its seals, for a node that is behind.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn block_bytes(&self, number: u64) -> Result<Option<Vec<u8>>, LedgerError> {
        self.0.store.block(number)
    }

    /// The height of the block with this hash.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn number_of(&self, hash: &[u8; 32]) -> Result<Option<u64>, LedgerError> {
        self.0.store.number_of(hash)
    }

    /// Which of these transactions are in the chain, by their places in the list.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn present<'a>(
        &self,
        hashes: impl Iterator<Item = &'a [u8; 32]>,
    ) -> Result<Vec<usize>, LedgerError> {
        self.0.store.present(hashes)
    }

    /// A transaction of the chain.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn transaction(&self, hash: &[u8; 32]) -> Result<Option<Committed>, LedgerError> {
        self.0.store.transaction(hash)
    }

    /// What came of a transaction.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn receipt(&self, hash: &[u8; 32]) -> Result<Option<Receipt>, LedgerError> {
        self.0.store.receipt(hash)
    }

    /// The value of a key.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, LedgerError> {
        self.0.store.get(key)
    }

    fn head(&self) -> Head {
        let head = self.0.head.read().unwrap_or_else(PoisonError::into_inner);
        head.clone()
    }

    fn writing(&self) -> MutexGuard<'_, ()> {
        self.0
            .writing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Milliseconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

/// Nothing costs gas here.
const GAS_USED: &str = "0";

#[cfg(test)]
pub(crate) mod tests;
