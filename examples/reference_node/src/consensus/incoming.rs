//! What other nodes send: sorted, verified in batches, told to the engine. An invalid signature costs the connection.

use arc_malachitebft_core_consensus::{Input, ThresholdParams};
use fisco_node::identity::NodeId;
use sm2_signing::Item;
use tokio::sync::mpsc;
use tracing::{debug, warn};

use super::{
    ConsensusError, Incoming,
    context::{BlockHash, SealerIndex, SignedVote},
    engine::{EARLY, Engine, Parts},
    voter::ProposalId,
};
use crate::{
    block::Block,
    message::{Message, ProposalMessage},
};

impl Engine {
    /// Takes what is waiting, and verifies the votes among it in one batch.
    pub(super) fn receive(
        &mut self,
        first: Incoming,
        waiting: &mut mpsc::Receiver<Incoming>,
    ) -> Result<(), ConsensusError> {
        let mut votes = Vec::new();
        let mut next = Some(first);
        let mut taken = 1;
        while let Some(incoming) = next {
            match incoming.into_vote() {
                Ok(vote) => votes.push(vote),
                Err(other) => {
                    // In the order in which they came: a vote may be for a block that stands before it.
                    self.receive_votes(std::mem::take(&mut votes))?;
                    self.receive_one(other)?;
                }
            }
            taken += 1;
            next = (taken <= TOGETHER)
                .then(|| waiting.try_recv().ok())
                .flatten();
        }
        self.receive_votes(votes)
    }

    /// Takes what came too early, when its block is begun.
    pub(super) fn receive_early(&mut self) -> Result<(), ConsensusError> {
        let early = std::mem::take(&mut self.parts.early);
        for (node, message) in early {
            self.receive_one(Incoming::Message(node, Box::new(message)))?;
        }
        Ok(())
    }

    fn receive_one(&mut self, incoming: Incoming) -> Result<(), ConsensusError> {
        match incoming {
            Incoming::Connected(node) => self.parts.welcome(&node),
            Incoming::Disconnected(node) => {
                self.parts.sync.forget(&node);
                Ok(())
            }
            Incoming::Message(node, message) => match *message {
                Message::Vote(vote) => self.receive_votes(vec![(node, vote)]),
                message => self.receive_other(node, message),
            },
        }
    }

    fn receive_votes(&mut self, votes: Vec<(NodeId, SignedVote)>) -> Result<(), ConsensusError> {
        let parts = &mut self.parts;
        let votes = votes.into_iter().filter_map(|(node, vote)| {
            let signer = parts.sealers.key(vote.message.sealer);
            if signer != Some(node.public_key()) {
                parts.mesh.punish(&node, "a vote of another node");
                return None;
            }
            let message = parts.timely(&node, Message::Vote(vote))?;
            let Message::Vote(vote) = message else {
                return None;
            };
            let item = parts.verification.vote_item(&vote)?;
            Some((node, vote, item))
        });
        let votes: Vec<(NodeId, SignedVote, Item)> = votes.collect();
        let items: Vec<Item> = votes.iter().map(|(_, _, item)| *item).collect();
        let Some(verdicts) = parts.verify(&items) else {
            return Ok(());
        };
        for ((node, vote, _), valid) in votes.into_iter().zip(verdicts) {
            if valid {
                self.begin_for(vote.message.height.0)?;
                self.feed(Input::Vote(vote))?;
            } else {
                let why = "a vote with an invalid signature";
                self.parts.mesh.punish(&node, why);
            }
        }
        Ok(())
    }

    fn receive_other(&mut self, node: NodeId, message: Message) -> Result<(), ConsensusError> {
        match message {
            Message::Seal(seal) => return self.parts.receive_seal(&node, &seal),
            Message::Status(number) => {
                self.parts.sync.heard(node, number);
                return Ok(());
            }
            Message::Blocks(blocks) => return self.parts.receive_blocks(&node, &blocks),
            _ => {}
        }
        let thresholds = ThresholdParams::default();
        let parts = &mut self.parts;
        let (height, input) = match parts.timely(&node, message) {
            Some(Message::Proposal(proposal)) => {
                let height = proposal.height;
                if !parts.is_signed(&node, &proposal) {
                    return Ok(());
                }
                self.begin_for(height)?;
                let Some(proposal) = self.parts.admit(&proposal) else {
                    return Ok(());
                };
                (height, Input::Proposal(proposal))
            }
            Some(Message::Polka(certificate)) => {
                if let Err(error) = parts.verification.polka(&certificate, thresholds) {
                    parts.mesh.punish(&node, &error.to_string());
                    return Ok(());
                }
                (certificate.height.0, Input::PolkaCertificate(certificate))
            }
            Some(Message::Round(certificate)) => {
                if let Err(error) = parts.verification.round(&certificate, thresholds) {
                    parts.mesh.punish(&node, &error.to_string());
                    return Ok(());
                }
                (certificate.height.0, Input::RoundCertificate(certificate))
            }
            _ => return Ok(()),
        };
        self.begin_for(height)?;
        self.feed(input)
    }

    /// Begins the block that somebody has sent something valid about.
    fn begin_for(&mut self, height: u64) -> Result<(), ConsensusError> {
        let next = self.parts.ledger.tip().number.saturating_add(1);
        if self.parts.running.is_none() && height == next {
            self.begin()?;
        }
        Ok(())
    }
}

impl Incoming {
    fn into_vote(self) -> Result<(NodeId, SignedVote), Self> {
        match self {
            Self::Message(node, message) => match *message {
                Message::Vote(vote) => Ok((node, vote)),
                other => Err(Self::Message(node, Box::new(other))),
            },
            other => Err(other),
        }
    }
}

impl Parts {
    /// Gives a message back if it is about the next block; keeps it if it is about the one after that.
    fn timely(&mut self, node: &NodeId, message: Message) -> Option<Message> {
        let next = self.ledger.tip().number.saturating_add(1);
        let height = message.height()?;
        if height == next {
            return Some(message);
        }
        if height == next.saturating_add(1) && self.early.len() < EARLY {
            self.early.push_back((*node, message));
        } else {
            debug!("[CONSENSUS]a message about another block,number={height},next={next}");
        }
        None
    }

    /// Verifies signatures in one batch; `None` when nobody can tell.
    pub(super) fn verify(&mut self, items: &[Item]) -> Option<Vec<bool>> {
        let verdicts = self.verification.verify(items);
        verdicts
            .inspect_err(|error| warn!("[CONSENSUS]signatures could not be verified: {error}"))
            .ok()
    }

    /// Whether a proposal's signature is valid, before anything is done about its block.
    fn is_signed(&mut self, node: &NodeId, message: &ProposalMessage) -> bool {
        let Ok(unchecked) = Block::decode(&message.block) else {
            self.mesh.punish(node, "a proposal that is no block");
            return false;
        };
        let proposal = ProposalId {
            height: message.height,
            round: message.round,
            pol_round: message.pol_round,
            sealer: SealerIndex(message.sealer),
            block: BlockHash(unchecked.header.hash()),
        };
        let item = self
            .verification
            .proposal_item(&proposal, &message.signature);
        let verdicts = item.map(|item| self.verify(&[item]));
        match verdicts {
            Some(None) => false,
            Some(Some(verdicts)) if verdicts == [true] => true,
            _ => {
                let why = "a proposal with an invalid signature";
                self.mesh.punish(node, why);
                false
            }
        }
    }

    /// Tells a node that has just connected what it may have missed.
    fn welcome(&self, node: &NodeId) -> Result<(), ConsensusError> {
        self.send(node, &Message::Status(self.ledger.last_sealed()))?;
        for frame in &self.said {
            self.mesh.send(node, frame.clone());
        }
        for seal in self.seals.recent() {
            self.send(node, &Message::Seal(seal))?;
        }
        Ok(())
    }

    pub(super) fn send(&self, node: &NodeId, message: &Message) -> Result<(), ConsensusError> {
        self.mesh.send(node, message.encode()?);
        Ok(())
    }
}

/// How many waiting messages are taken at once.
const TOGETHER: usize = 256;
