//! The blocks of the number in progress: proposed here, received and checked, decided.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use arc_malachitebft_core_consensus::{Input, LocallyProposedValue, MisbehaviorEvidence};
use arc_malachitebft_core_types::{CommitCertificate, Round};
use tracing::{error, info, warn};

use super::{
    ConsensusError,
    context::{BlockHash, Candidate, Chain, Height, Proposal, SealerIndex, SignedProposal},
    engine::Parts,
};
use crate::{block::Block, ledger, message::ProposalMessage, metrics};

/// The blocks of the number in progress.
#[derive(Debug)]
pub(super) struct Blocks {
    min_seal_time: Duration,
    patience: Duration,
    most: usize,
    number: u64,
    begun: Instant,
    /// Blocks that were checked.
    checked: HashMap<BlockHash, Candidate>,
    /// What this node proposed before it was killed.
    recorded: HashMap<Round, Candidate>,
    /// The round in which this node has to propose a block.
    wanted: Option<(Round, Instant)>,
    decided: Option<Arc<Block>>,
}

impl Blocks {
    pub(super) fn new(min_seal_time: Duration, timeout: Duration, most: usize) -> Self {
        Self {
            min_seal_time,
            // The others wait for a proposal as long as this; half of it is for sending and checking.
            patience: timeout / 2,
            most,
            number: 0,
            begun: Instant::now(),
            checked: HashMap::new(),
            recorded: HashMap::new(),
            wanted: None,
            decided: None,
        }
    }

    pub(super) fn begin(&mut self, number: u64) {
        self.number = number;
        self.begun = Instant::now();
    }

    pub(super) fn end(&mut self) {
        self.checked.clear();
        self.recorded.clear();
        self.wanted = None;
        self.decided = None;
    }

    pub(super) fn round(&mut self, round: Round) {
        self.wanted = self.wanted.filter(|(wanted, _)| *wanted == round);
    }

    /// A proposal is asked of this node: the one that it made before, or one later.
    pub(super) fn want(
        &mut self,
        height: Height,
        round: Round,
    ) -> Option<LocallyProposedValue<Chain>> {
        if let Some(candidate) = self.recorded.get(&round) {
            return Some(LocallyProposedValue::new(height, round, candidate.clone()));
        }
        self.wanted = Some((round, Instant::now()));
        None
    }

    /// When a proposal has to be made at the latest, or can be looked into again.
    pub(super) fn due(&self) -> Option<Instant> {
        let (_, since) = self.wanted?;
        let now = Instant::now();
        let soon = since + self.min_seal_time.min(self.patience);
        Some(if soon > now {
            soon
        } else {
            since + self.patience
        })
    }

    pub(super) fn record(&mut self, round: Round, candidate: Candidate) {
        self.recorded.insert(round, candidate);
    }

    pub(super) const fn take_decided(&mut self) -> Option<Arc<Block>> {
        self.decided.take()
    }
}

impl Parts {
    /// Proposes a block if one is wanted and enough transactions or enough time are there.
    pub(super) fn propose_if_due(&mut self, now: Instant) -> bool {
        let Some((round, since)) = self.blocks.wanted else {
            return false;
        };
        let (waited, waiting) = (now.saturating_duration_since(since), self.pool.len());
        let due = waiting >= self.blocks.most
            || (waiting > 0 && waited >= self.blocks.min_seal_time)
            || waited >= self.blocks.patience;
        if !due {
            return false;
        }
        self.blocks.wanted = None;
        let transactions = self.pool.take(self.blocks.most);
        let sealer = usize::try_from(self.index.0).unwrap_or(usize::MAX);
        let timestamp = ledger::now().max(self.ledger.tip().timestamp.saturating_add(1));
        match self.ledger.propose(transactions, sealer, timestamp) {
            Ok(block) => {
                let candidate = Candidate::new(Arc::new(block));
                self.blocks.keep(candidate.clone());
                let height = Height(self.blocks.number);
                let value = LocallyProposedValue::new(height, round, candidate);
                self.queue.push_back(Input::Propose(value));
                true
            }
            Err(error) => {
                error!("[CONSENSUS]no block could be made: {error}");
                false
            }
        }
    }

    /// Decodes and checks the block of a proposal; `None` if it is nothing to vote for.
    pub(super) fn check(&mut self, message: &ProposalMessage) -> Option<Candidate> {
        let refused = |why: &dyn std::fmt::Display| {
            metrics::block_refused();
            warn!(
                "[CONSENSUS]a proposed block is refused,number={},sealer={}: {why}",
                message.height, message.sealer
            );
        };
        let unchecked = match Block::decode(&message.block) {
            Ok(unchecked) => unchecked,
            Err(error) => {
                refused(&error);
                return None;
            }
        };
        let hash = BlockHash(unchecked.header.hash());
        if let Some(known) = self.blocks.checked.get(&hash) {
            return Some(known.clone());
        }
        let transactions = match self.pool.verify(&unchecked.transactions) {
            Ok(transactions) => transactions,
            Err((index, rejected)) => {
                refused(&format_args!("transaction {index}: {rejected}"));
                return None;
            }
        };
        let block = unchecked.with_verified(transactions);
        if let Err(error) = self.ledger.check(&block) {
            refused(&error);
            return None;
        }
        let candidate = Candidate::new(Arc::new(block));
        self.blocks.keep(candidate.clone());
        Some(candidate)
    }

    /// A proposal with its block checked, for the engine.
    pub(super) fn admit(&mut self, message: &ProposalMessage) -> Option<SignedProposal> {
        let value = self.check(message)?;
        let proposal = Proposal {
            height: Height(message.height),
            round: message.round,
            value,
            pol_round: message.pol_round,
            sealer: SealerIndex(message.sealer),
        };
        Some(SignedProposal::new(proposal, message.signature.clone()))
    }

    /// The engine has decided.
    pub(super) fn commit(
        &mut self,
        certificate: &CommitCertificate<Chain>,
    ) -> Result<(), ConsensusError> {
        let hash = certificate.value_id;
        let Some(candidate) = self.blocks.checked.get(&hash).cloned() else {
            let why = format!("the decided block {hash} was never checked");
            return Err(ConsensusError::Engine(why));
        };
        let waited = self.blocks.begun.elapsed();
        self.store(&candidate.block, Some(waited))?;
        info!(
            "[LEDGER][METRIC]asyncPrewriteBlock,number={},hash={hash},txs={},round={},timeCost={}",
            certificate.height,
            candidate.block.transactions.len(),
            certificate.round,
            waited.as_millis()
        );
        self.blocks.decided = Some(candidate.block);
        Ok(())
    }

    /// Writes a block to the ledger and takes its transactions out of the pool.
    pub(super) fn store(
        &self,
        block: &Block,
        waited: Option<Duration>,
    ) -> Result<(), ConsensusError> {
        self.ledger.commit(block)?;
        self.pool.committed(block);
        metrics::block_committed(block.number(), block.transactions.len(), waited);
        Ok(())
    }

    /// After a decision: the next block may begin, and this one is sealed.
    pub(super) fn after(&mut self, block: &Block) -> Result<(), ConsensusError> {
        self.end()?;
        self.seal(&block.header)
    }

    /// Two votes of one sealer for one place are written down for the auditor.
    pub(super) fn report(&self, evidence: &MisbehaviorEvidence<Chain>) {
        for (sealer, votes) in evidence.votes.iter() {
            metrics::conflicts(votes.len());
            error!("[CONSENSUS]conflicting votes of one sealer,sealer={sealer},votes={votes:?}");
        }
        for (sealer, proposals) in evidence.proposals.iter() {
            metrics::conflicts(proposals.len());
            error!("[CONSENSUS]conflicting proposals of one sealer,sealer={sealer}");
        }
    }
}

impl Blocks {
    fn keep(&mut self, candidate: Candidate) {
        // The engine takes few proposals for a round; whoever sends more is refused by it.
        if self.checked.len() < CHECKED {
            self.checked
                .insert(BlockHash(candidate.block.hash()), candidate);
        }
    }
}

/// Blocks kept for one number.
const CHECKED: usize = 64;
