//! Catching up: whole blocks with their seals, from a node that has them.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use fisco_node::{
    block::{BlockHeader, verify_seals},
    identity::NodeId,
};
use tracing::{debug, error, info, warn};

use super::{ConsensusError, engine::Parts};
use crate::{
    block::{Block, UncheckedBlock},
    message::Message,
    metrics,
};

/// How far the others are.
#[derive(Debug, Default)]
pub(super) struct Sync {
    /// The last sealed block of each connected node.
    peers: HashMap<NodeId, u64>,
    /// Whom blocks were asked of.
    asked: Option<(NodeId, Instant)>,
    /// Since when somebody has a block that is not here.
    behind: Option<(u64, Instant)>,
}

impl Sync {
    pub(super) fn heard(&mut self, node: NodeId, number: u64) {
        self.peers.insert(node, number);
    }

    pub(super) fn forget(&mut self, node: &NodeId) {
        self.peers.remove(node);
        if self.asked.as_ref().is_some_and(|(asked, _)| asked == node) {
            self.asked = None;
        }
    }

    /// Whom to ask for the blocks after `sealed`, the last that is proved here, if it is time.
    ///
    /// One block behind is where everybody is for a moment; only who stays there asks.
    fn ask(&mut self, sealed: u64, now: Instant) -> Option<NodeId> {
        if let Some((_, since)) = self.asked
            && now.saturating_duration_since(since) < PATIENCE
        {
            return None;
        }
        let asked = self.asked.take().map(|(node, _)| node);
        let ahead = self.peers.iter().filter(|(_, number)| **number > sealed);
        // Not the one that has not answered, if there is another.
        let best = ahead.max_by_key(|(node, number)| (Some(**node) != asked, **number));
        let Some((node, number)) = best.map(|(node, number)| (*node, *number)) else {
            self.behind = None;
            return None;
        };
        let since = match self.behind {
            Some((behind, since)) if behind == sealed => since,
            _ => {
                self.behind = Some((sealed, now));
                now
            }
        };
        if number > sealed.saturating_add(1) || now.saturating_duration_since(since) >= STUCK {
            self.asked = Some((node, now));
            return Some(node);
        }
        None
    }
}

impl Parts {
    pub(super) fn sync_tick(&mut self) {
        let status = Message::Status(self.ledger.last_sealed());
        if let Ok(frame) = status.encode() {
            self.mesh.broadcast(&frame);
        }
        self.ask_for_blocks();
    }

    fn ask_for_blocks(&mut self) {
        let sealed = self.ledger.last_sealed();
        if let Some(node) = self.sync.ask(sealed, Instant::now()) {
            let next = sealed.saturating_add(1);
            info!("[BLOCK SYNC]asking for blocks,from={next},node={node}");
            if self.send(&node, &Message::BlocksWanted(next)).is_err() {
                self.sync.forget(&node);
            }
        }
    }

    /// Takes blocks that were asked for: all seals in one batch, then one block after the other.
    pub(super) fn receive_blocks(
        &mut self,
        node: &NodeId,
        blocks: &[Vec<u8>],
    ) -> Result<(), ConsensusError> {
        let asked = self.sync.asked.as_ref();
        if asked.is_none_or(|(asked, _)| asked != node) {
            debug!("[BLOCK SYNC]blocks that nobody waits for,node={node}");
            return Ok(());
        }
        self.sync.asked = None;
        if let Err(why) = self.apply(blocks)? {
            metrics::block_refused();
            warn!("[BLOCK SYNC]a block is refused,node={node}: {why}");
            self.sync.forget(node);
            self.mesh.punish(node, &why);
        }
        self.ask_for_blocks();
        Ok(())
    }

    /// Commits the blocks; the inner error is what is wrong with them.
    fn apply(&mut self, blocks: &[Vec<u8>]) -> Result<Result<(), String>, ConsensusError> {
        let decoded = blocks.iter().map(|block| Block::decode(block));
        let decoded: Vec<UncheckedBlock> = match decoded.collect() {
            Ok(decoded) => decoded,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let headers = decoded.iter().map(UncheckedBlock::sealed_header);
        let headers: Vec<BlockHeader> = headers.collect();
        let sealed = match verify_seals(&self.verifier, &self.list, &headers) {
            Ok(sealed) => sealed,
            Err(error) => {
                warn!("[BLOCK SYNC]seals could not be verified: {error}");
                return Ok(Ok(()));
            }
        };
        for (block, sealed) in decoded.into_iter().zip(sealed) {
            let number = block.header.number.cast_unsigned();
            let hash = match sealed {
                Ok(sealed) => sealed.hash,
                Err(rejection) => return Ok(Err(format!("block {number}: {rejection}"))),
            };
            // Consensus was faster, and only the seal may be missing.
            if number <= self.ledger.tip().number {
                self.add_seal(&block, &hash)?;
                continue;
            }
            if let Err(why) = self.apply_one(block)? {
                return Ok(Err(format!("block {number}: {why}")));
            }
        }
        Ok(Ok(()))
    }

    /// Takes the seal of a block that is in the ledger already.
    fn add_seal(&mut self, block: &UncheckedBlock, hash: &[u8; 32]) -> Result<(), ConsensusError> {
        let number = block.header.number.cast_unsigned();
        let own = self.ledger.header(number)?;
        if own.is_some_and(|own| own.data.hash() == *hash) {
            self.ledger.add_seals(number, &block.signatures)?;
            self.sealed_elsewhere(&block.header);
        } else {
            metrics::conflicts(1);
            error!("[BLOCK SYNC]two sealed blocks with one number,number={number}");
        }
        Ok(())
    }

    fn apply_one(&mut self, block: UncheckedBlock) -> Result<Result<(), String>, ConsensusError> {
        let transactions = match self.pool.verify(&block.transactions) {
            Ok(transactions) => transactions,
            Err((index, rejected)) => return Ok(Err(format!("transaction {index}: {rejected}"))),
        };
        let seals = block.signatures.clone();
        let block = block.with_verified(transactions);
        if let Err(refused) = self.ledger.check(&block) {
            return Ok(Err(refused.to_string()));
        }
        let number = block.header.number.cast_unsigned();
        self.store(&block, None)?;
        self.ledger.add_seals(number, &seals)?;
        self.sealed_elsewhere(&block.header);
        metrics::block_synced();
        let count = block.transactions.len();
        info!("[BLOCK SYNC]block from another node,number={number},txs={count}");
        self.end()?;
        Ok(Ok(()))
    }
}

/// How long a node that was asked for blocks may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a node is one block behind before it asks.
const STUCK: Duration = Duration::from_secs(2);
