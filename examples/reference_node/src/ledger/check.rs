//! What a block must be to be the next one.

use std::{collections::HashSet, sync::Arc};

use fisco_node::block::BlockHeaderData;

use super::{GAS_USED, Head, LedgerError, Rules, execute::Roots, store::Store};
use crate::block::{Block, PooledTransaction};

/// Why a block is refused; places count from 0.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// It has another height than the next one.
    #[error("block {found} is not the next one, {expected}")]
    Number {
        /// Its height.
        found: i64,
        /// The height of the next block.
        expected: u64,
    },
    /// It follows another block than the last one.
    #[error("its parent is not the last block")]
    Parent,
    /// It has another version than the chain.
    #[error("its version is {found:#010x}, that of the chain {expected:#010x}")]
    Version {
        /// Its version.
        found: i32,
        /// The version of the chain.
        expected: i32,
    },
    /// It names other sealers or weights than the chain has.
    #[error("its sealers are not those of the chain")]
    Sealers,
    /// Its proposer is not one of the sealers.
    #[error("its proposer {0} is not one of the sealers")]
    Proposer(i64),
    /// It has extra data or has used gas.
    #[error("it has {0}, which no block of this chain has")]
    Field(&'static str),
    /// It is not after its parent.
    #[error("its time {found} is not after that of its parent, {parent}")]
    TooEarly {
        /// Its time.
        found: i64,
        /// The time of the last block.
        parent: i64,
    },
    /// It is from the future.
    #[error("its time {found} is more than {MOST_AHEAD} ms ahead of {now}")]
    TooLate {
        /// Its time.
        found: i64,
        /// The time of this node.
        now: i64,
    },
    /// It has too many transactions.
    #[error("it has {found} transactions, at most {most} are allowed")]
    TooMany {
        /// How many it has.
        found: usize,
        /// How many are allowed.
        most: usize,
    },
    /// Its transactions have too many bytes.
    #[error("its transactions have more than {} bytes", Block::MAX_BODY)]
    TooLarge,
    /// A transaction is for another chain or group.
    #[error("transaction {0} is for another chain or group")]
    Chain(usize),
    /// The block limit of a transaction has passed or is too far away.
    #[error("the block limit of transaction {0} has passed or is too far away")]
    BlockLimit(usize),
    /// A transaction is there twice.
    #[error("transaction {0} is in the block already")]
    Duplicate(usize),
    /// A transaction is in an earlier block.
    #[error("transaction {0} is in the chain already")]
    InChain(usize),
    /// The root over the transactions is another one.
    #[error("the root over its transactions is wrong")]
    TransactionsRoot,
    /// The root over the receipts is another one.
    #[error("the root over its receipts is wrong")]
    ReceiptsRoot,
    /// The root over the state is another one.
    #[error("the root over its state is wrong")]
    StateRoot,
    /// Nothing is known about the block: the disk failed.
    #[error("the block could not be checked: {0}")]
    Unknown(#[from] LedgerError),
}

/// How far the block limit of a transaction may be ahead of the last block.
pub(crate) const BLOCK_LIMIT_RANGE: u64 = 600;

/// Checks that a block is not from the future.
pub(super) fn time(block: &Block, now: i64) -> Result<(), Refused> {
    let found = block.header.timestamp;
    if found > now.saturating_add(MOST_AHEAD) {
        return Err(Refused::TooLate { found, now });
    }
    Ok(())
}

/// Checks all that needs no execution and no clock.
pub(super) fn rules(
    store: &Store,
    rules: &Rules,
    head: &Head,
    block: &Block,
) -> Result<(), Refused> {
    header(rules, head, &block.header)?;
    let (found, most) = (block.transactions.len(), rules.transactions_per_block);
    if found > most {
        return Err(Refused::TooMany { found, most });
    }
    let mut size = 4_usize;
    let mut seen = HashSet::with_capacity(found);
    for (index, transaction) in block.transactions.iter().enumerate() {
        size = size.saturating_add(stored_size(transaction));
        if !of_this_chain(rules, transaction) {
            return Err(Refused::Chain(index));
        }
        if !in_block_limit(head, transaction) {
            return Err(Refused::BlockLimit(index));
        }
        if !seen.insert(transaction.hash) {
            return Err(Refused::Duplicate(index));
        }
    }
    if size > Block::MAX_BODY {
        return Err(Refused::TooLarge);
    }
    let hashes = block.transactions.iter().map(|one| &one.hash);
    match store.present(hashes)?.first() {
        Some(index) => Err(Refused::InChain(*index)),
        None => Ok(()),
    }
}

fn header(rules: &Rules, head: &Head, header: &BlockHeaderData) -> Result<(), Refused> {
    let expected = head.tip.number.saturating_add(1);
    if u64::try_from(header.number) != Ok(expected) {
        let found = header.number;
        return Err(Refused::Number { found, expected });
    }
    match &header.parents[..] {
        [parent]
            if u64::try_from(parent.number) == Ok(head.tip.number)
                && parent.hash == head.tip.hash => {}
        _ => return Err(Refused::Parent),
    }
    if header.version != rules.version {
        let (found, expected) = (header.version, rules.version);
        return Err(Refused::Version { found, expected });
    }
    let sealers = &rules.sealers;
    if !header.sealers.iter().eq(sealers.iter().map(|one| &one.key))
        || !header
            .weights
            .iter()
            .map(|weight| weight.cast_unsigned())
            .eq(sealers.iter().map(|one| one.weight))
    {
        return Err(Refused::Sealers);
    }
    let proposer = usize::try_from(header.sealer).ok();
    if proposer.and_then(|index| sealers.get(index)).is_none() {
        return Err(Refused::Proposer(header.sealer));
    }
    if !header.extra_data.is_empty() {
        return Err(Refused::Field("extra data"));
    }
    if header.gas_used != GAS_USED {
        return Err(Refused::Field("used gas"));
    }
    let (found, parent) = (header.timestamp, head.tip.timestamp);
    if found <= parent {
        return Err(Refused::TooEarly { found, parent });
    }
    Ok(())
}

/// Compares the roots of a header with those of the execution.
pub(super) fn roots(block: &Block, roots: &Roots) -> Result<(), Refused> {
    let header = &block.header;
    if header.transactions_root != roots.transactions {
        return Err(Refused::TransactionsRoot);
    }
    if header.receipts_root != roots.receipts {
        return Err(Refused::ReceiptsRoot);
    }
    if header.state_root != roots.state {
        return Err(Refused::StateRoot);
    }
    Ok(())
}

/// Those of the transactions that the next block can have.
pub(super) fn eligible(
    store: &Store,
    rules: &Rules,
    head: &Head,
    transactions: Vec<Arc<PooledTransaction>>,
) -> Result<Vec<Arc<PooledTransaction>>, LedgerError> {
    let hashes = transactions.iter().map(|one| &one.hash);
    let present: HashSet<usize> = store.present(hashes)?.into_iter().collect();
    let mut size = 4_usize;
    let mut seen = HashSet::new();
    let mut eligible = Vec::new();
    for (index, transaction) in transactions.into_iter().enumerate() {
        let larger = size.saturating_add(stored_size(&transaction));
        if eligible.len() == rules.transactions_per_block || larger > Block::MAX_BODY {
            break;
        }
        if !present.contains(&index)
            && of_this_chain(rules, &transaction)
            && in_block_limit(head, &transaction)
            && seen.insert(transaction.hash)
        {
            size = larger;
            eligible.push(transaction);
        }
    }
    Ok(eligible)
}

fn stored_size(transaction: &PooledTransaction) -> usize {
    transaction.encoded.len().saturating_add(4)
}

fn of_this_chain(rules: &Rules, transaction: &PooledTransaction) -> bool {
    let data = &transaction.transaction.data;
    data.chain_id == rules.chain.chain_id && data.group_id == rules.chain.group_id
}

fn in_block_limit(head: &Head, transaction: &PooledTransaction) -> bool {
    let limit = u64::try_from(transaction.transaction.data.block_limit).unwrap_or(0);
    let tip = head.tip.number;
    tip < limit && limit <= tip.saturating_add(BLOCK_LIMIT_RANGE)
}

/// In milliseconds.
const MOST_AHEAD: i64 = 30_000;
