//! The transactions that wait for a block.
//!
//! Signatures are verified in batches, and nobody waits for a lock meanwhile. A transaction is known by its hash, but it
//! is the same only if all its bytes are: the signature is not in the hash, and whoever put a forged one under the data of
//! a valid transaction would otherwise make nodes disagree about a block.

mod rejected;
mod waiting;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use fisco_node::transaction::{Rejection, Transaction, TransactionData, Verified, verify_batch};
use sm2_signing::BatchVerifier;
use tokio::sync::{oneshot, watch};

use crate::{
    block::{Block, PooledTransaction},
    ledger::{BLOCK_LIMIT_RANGE, Ledger, Receipt},
    metrics,
    settings::ChainName,
};
pub(crate) use rejected::Rejected;
use waiting::Waiting;

/// The transactions that wait for a block; clones are the same pool.
#[derive(Debug, Clone)]
pub(crate) struct Pool(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    verifier: Arc<dyn BatchVerifier>,
    ledger: Ledger,
    chain: ChainName,
    waiting: Mutex<Waiting>,
    changed: watch::Sender<u64>,
}

impl Pool {
    /// The most bytes of one transaction.
    pub(crate) const LARGEST: usize = 128 << 10;

    /// The most bytes of all that wait.
    pub(crate) const MAX_BYTES: usize = 64 << 20;

    /// Makes a pool for at most `limit` transactions.
    pub(crate) fn new(
        verifier: Arc<dyn BatchVerifier>,
        ledger: Ledger,
        chain: ChainName,
        limit: usize,
    ) -> Self {
        Self(Arc::new(Inner {
            verifier,
            ledger,
            chain,
            waiting: Mutex::new(Waiting::new(limit, Self::MAX_BYTES)),
            changed: watch::Sender::new(0),
        }))
    }

    /// Adds transactions that are in order, their signatures verified in one batch; one answer for each.
    pub(crate) fn submit(
        &self,
        encoded: Vec<Vec<u8>>,
    ) -> Vec<Result<Arc<PooledTransaction>, Rejected>> {
        let tip = self.0.ledger.tip().number;
        let candidates = self.candidates(&encoded);
        let verified = self.verify_candidates(candidates);
        let rows = verified.into_iter().zip(encoded);
        let mut pooled: Vec<_> = rows
            .map(|(verified, bytes)| {
                verified.map(|(transaction, verified)| pooled(transaction, &verified, bytes))
            })
            .collect();
        let answers: Vec<_> = {
            let mut waiting = self.waiting();
            // The chain may have grown while the signatures were verified. What a block has that comes later is removed
            // again, because whoever committed it needs this lock.
            if self.0.ledger.tip().number != tip {
                self.reject_committed(&mut pooled, |one| one.hash);
                for one in &mut pooled {
                    let limit = |one: &PooledTransaction| self.in_block_limit(&one.transaction);
                    if let Err(rejected) = one.as_ref().map_or(Ok(()), limit) {
                        *one = Err(rejected);
                    }
                }
            }
            let add = |pooled: Result<_, Rejected>| waiting.add(pooled?);
            pooled.into_iter().map(add).collect()
        };
        metrics::pool_size(self.len());
        for rejected in answers.iter().filter_map(|answer| answer.as_ref().err()) {
            metrics::transactions_rejected(rejected.code(), 1);
        }
        if answers.iter().any(Result::is_ok) {
            self.0
                .changed
                .send_modify(|count| *count = count.wrapping_add(1));
        }
        answers
    }

    /// Verifies the transactions of a block, which are not added; those that wait already, byte for byte, are taken from
    /// here, the signatures of the others verified in one batch.
    ///
    /// Whether they can be in this block is for the ledger to check.
    ///
    /// # Errors
    /// The place and the reason of the first that is refused.
    pub(crate) fn verify(
        &self,
        encoded: &[Vec<u8>],
    ) -> Result<Vec<Arc<PooledTransaction>>, (usize, Rejected)> {
        let mut decoded = Vec::with_capacity(encoded.len());
        for (index, bytes) in encoded.iter().enumerate() {
            let transaction = self.decode(bytes).map_err(|rejected| (index, rejected))?;
            let hash = transaction.data.hash();
            decoded.push((transaction, hash));
        }
        let known: Vec<Option<Arc<PooledTransaction>>> = {
            let waiting = self.waiting();
            let find = |((_, hash), bytes): (&(Transaction, _), &Vec<u8>)| {
                waiting.find(hash).filter(|one| one.encoded == *bytes)
            };
            decoded.iter().zip(encoded).map(find).collect()
        };
        let unknown = decoded.into_iter().zip(&known);
        let unknown = unknown.map(|((transaction, _), known)| match known {
            None => Ok(transaction),
            Some(_) => Err(Rejected::AlreadyInTxPool),
        });
        let verified = self.verify_candidates(unknown.collect());
        let rows = known.into_iter().zip(verified).zip(encoded).enumerate();
        rows.map(|(index, ((known, verified), bytes))| match known {
            Some(known) => Ok(known),
            None => verified
                .map(|(transaction, verified)| {
                    Arc::new(pooled(transaction, &verified, bytes.clone()))
                })
                .map_err(|rejected| (index, rejected)),
        })
        .collect()
    }

    /// The oldest transactions, for a node that was not there when they came.
    pub(crate) fn oldest(&self, most: usize) -> Vec<Arc<PooledTransaction>> {
        self.waiting().oldest(most)
    }

    /// The oldest transactions, for a block; they stay.
    pub(crate) fn take(&self, most: usize) -> Vec<Arc<PooledTransaction>> {
        let (taken, waiting) = {
            let waiting = self.waiting();
            (waiting.oldest(most), waiting.len())
        };
        if !taken.is_empty() {
            tracing::info!(
                "txsSize" = taken.len(),
                "pendingTxs" = waiting,
                "[TXPOOL][METRIC]batchFetchTxs success"
            );
        }
        taken
    }

    /// Removes the transactions of a block that the ledger has committed, and those whose block limit has passed; answers
    /// those who wait for them.
    pub(crate) fn committed(&self, block: &Block) {
        let waiters = {
            let mut waiting = self.waiting();
            for transaction in &block.transactions {
                if let Some(submitted) = waiting.remove(&transaction.hash) {
                    metrics::transaction_committed(submitted.elapsed());
                }
            }
            let expired = waiting.remove_expired(block.number());
            if expired > 0 {
                tracing::info!(expired, "[TXPOOL]block limits have passed");
            }
            waiting.waiters_of(block)
        };
        metrics::pool_size(self.len());
        for (hash, waiters) in waiters {
            // Without a receipt, waiters see that nothing will come.
            if let Ok(Some(receipt)) = self.0.ledger.receipt(&hash) {
                for waiter in waiters {
                    let _ = waiter.send(receipt.clone());
                }
            }
        }
    }

    /// How many transactions wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting().len()
    }

    /// Tells the receipt of a transaction once it is committed; an error means that it never will be.
    pub(crate) fn wait_for(&self, hash: [u8; 32]) -> oneshot::Receiver<Receipt> {
        let (sender, receiver) = oneshot::channel();
        self.waiting().wait(hash, sender);
        // It may have been committed before anybody waited.
        if let Ok(Some(receipt)) = self.0.ledger.receipt(&hash) {
            for waiter in self.waiting().waiters(&hash) {
                let _ = waiter.send(receipt.clone());
            }
        }
        receiver
    }

    /// A counter that moves when transactions are added.
    pub(crate) fn changed(&self) -> watch::Receiver<u64> {
        self.0.changed.subscribe()
    }

    /// What is in order but for the signatures, which are not verified yet.
    fn candidates(&self, encoded: &[Vec<u8>]) -> Vec<Result<Transaction, Rejected>> {
        let candidate = |bytes: &Vec<u8>| {
            let transaction = self.decode(bytes)?;
            self.in_block_limit(&transaction)?;
            let hash = transaction.data.hash();
            Ok((transaction, hash))
        };
        let mut candidates: Vec<_> = encoded.iter().map(candidate).collect();
        self.reject_committed(&mut candidates, |(_, hash)| *hash);
        let mut seen = HashSet::with_capacity(encoded.len());
        {
            let waiting = self.waiting();
            for (candidate, bytes) in candidates.iter_mut().zip(encoded) {
                if let Ok((_, hash)) = candidate
                    && (waiting.find(hash).is_some() || !seen.insert(&bytes[..]))
                {
                    *candidate = Err(Rejected::AlreadyInTxPool);
                }
            }
        }
        let transaction = |(transaction, _)| transaction;
        candidates
            .into_iter()
            .map(|candidate| candidate.map(transaction))
            .collect()
    }

    /// Rejects what is in the chain.
    fn reject_committed<T>(
        &self,
        candidates: &mut [Result<T, Rejected>],
        hash: impl Fn(&T) -> [u8; 32],
    ) {
        let standing = candidates.iter_mut().filter(|one| one.is_ok());
        let mut standing: Vec<_> = standing.collect();
        let hashes = standing.iter().flat_map(|one| one.as_ref().ok());
        let hashes: Vec<[u8; 32]> = hashes.map(hash).collect();
        match self.0.ledger.present(hashes.iter()) {
            Ok(present) => {
                for index in present {
                    if let Some(candidate) = standing.get_mut(index) {
                        **candidate = Err(Rejected::TxAlreadyInChain);
                    }
                }
            }
            Err(error) => {
                tracing::error!("[TXPOOL]the ledger failed: {error}");
                let unknown = Rejected::Unknown(Arc::from(error.to_string()));
                for candidate in standing {
                    *candidate = Err(unknown.clone());
                }
            }
        }
    }

    fn decode(&self, bytes: &[u8]) -> Result<Transaction, Rejected> {
        if bytes.len() > Self::LARGEST {
            return Err(Rejected::TooLarge { found: bytes.len() });
        }
        let transaction = Transaction::decode(bytes)
            .map_err(|error| Rejected::Malformed(Rejection::Malformed(error)))?;
        if transaction.data.chain_id != self.0.chain.chain_id {
            return Err(Rejected::InvalidChainId);
        }
        if transaction.data.group_id != self.0.chain.group_id {
            return Err(Rejected::InvalidGroupId);
        }
        if !is_unambiguous(&transaction.data) {
            return Err(Rejected::Ambiguous);
        }
        Ok(transaction)
    }

    fn in_block_limit(&self, transaction: &Transaction) -> Result<(), Rejected> {
        let found = transaction.data.block_limit;
        let tip = self.0.ledger.tip().number;
        let least = tip.saturating_add(1);
        let most = tip.saturating_add(BLOCK_LIMIT_RANGE);
        match u64::try_from(found) {
            Ok(limit) if (least..=most).contains(&limit) => Ok(()),
            _ => Err(Rejected::BlockLimitCheckFail { found, least, most }),
        }
    }

    /// Verifies in one batch; what was rejected before stays so.
    fn verify_candidates(
        &self,
        candidates: Vec<Result<Transaction, Rejected>>,
    ) -> Vec<Result<(Transaction, Verified), Rejected>> {
        let mut rejected = Vec::with_capacity(candidates.len());
        let mut transactions = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            match candidate {
                Ok(transaction) => {
                    transactions.push(transaction);
                    rejected.push(None);
                }
                Err(reason) => rejected.push(Some(reason)),
            }
        }
        let answers = if transactions.is_empty() {
            Ok(Vec::new())
        } else {
            verify_batch(&*self.0.verifier, &transactions)
        };
        let failed = answers.as_ref().err().map(|error| {
            tracing::error!("[TXPOOL]verification failed: {error}");
            Rejected::Unknown(Arc::from(error.to_string()))
        });
        let mut answers = answers.unwrap_or_default().into_iter();
        let mut transactions = transactions.into_iter();
        let answer = |rejected: Option<Rejected>| {
            if let Some(reason) = rejected.or_else(|| failed.clone()) {
                return Err(reason);
            }
            match (transactions.next(), answers.next()) {
                (Some(transaction), Some(answer)) => {
                    Ok((transaction, answer.map_err(Rejected::from)?))
                }
                _ => Err(Rejected::Unknown(Arc::from("no verdict"))),
            }
        };
        rejected.into_iter().map(answer).collect()
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn pooled(transaction: Transaction, verified: &Verified, encoded: Vec<u8>) -> PooledTransaction {
    PooledTransaction {
        hash: verified.hash,
        sender: verified.address,
        encoded,
        transaction,
    }
}

/// Whether no other transaction has the same hash.
///
/// FISCO BCOS hashes the fields one behind the other with no lengths between them. With digits, an address of a known length
/// and nothing behind the input there is one way to take them apart; else bytes could move from the nonce to the input, and
/// the signature would still be valid.
fn is_unambiguous(data: &TransactionData) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_address = |text: &str| {
        let digits = text.strip_prefix("0x").unwrap_or_default();
        digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    data.version == 0 && is_number(&data.nonce) && is_address(&data.to) && data.abi.is_empty()
}

#[cfg(test)]
pub(crate) mod tests;
