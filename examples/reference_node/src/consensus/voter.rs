//! Signing: every vote goes through the guard, and a key that fails stops nothing but this node's votes.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use arc_malachitebft_core_types::{NilOrVal, Round, Value as _, VoteType};
use fisco_node::{
    block::{BlockHeaderData, SealerSignature},
    guard::{Guard, GuardError, Position},
};
use sm2_signing::{Prehash, PublicKey, Signature, Signer, UserId};
use sm3::{Digest, Sm3};
use tracing::{error, info};

use super::{
    context::{BlockHash, Proposal, SealerIndex, SignedProposal, SignedVote, Vote, VoteSignature},
    wal::Wal,
};
use crate::{metrics, settings::ChainName};

/// Signs what this node says in consensus.
pub(crate) struct Voter {
    guard: Guard<Arc<dyn Signer>>,
    messages: Messages,
    sealer: SealerIndex,
    silent: Option<Silence>,
}

impl Voter {
    pub(crate) const fn new(
        guard: Guard<Arc<dyn Signer>>,
        messages: Messages,
        sealer: SealerIndex,
    ) -> Self {
        Self {
            guard,
            messages,
            sealer,
            silent: None,
        }
    }

    /// Signs a vote, or gives it back without a signature.
    pub(crate) fn vote(&mut self, vote: Vote, log: &mut Wal) -> SignedVote {
        let e = self.messages.vote(self.guard.public_key(), &vote);
        let (step, kind) = match vote.kind {
            VoteType::Prevote => (PREVOTE, "prevote"),
            VoteType::Precommit => (PRECOMMIT, "precommit"),
        };
        let place = position(vote.height.0, vote.round, step);
        let signature = self.sign_from(log, place, &e, kind);
        SignedVote::new(vote, VoteSignature(signature))
    }

    /// Signs a proposal, or gives it back without a signature.
    pub(crate) fn proposal(&mut self, proposal: Proposal, log: &mut Wal) -> SignedProposal {
        let id = ProposalId::from(&proposal);
        let e = self.messages.proposal(self.guard.public_key(), &id);
        let place = position(proposal.height.0, proposal.round, PROPOSAL);
        let signature = self.sign_from(log, place, &e, "proposal");
        SignedProposal::new(proposal, VoteSignature(signature))
    }

    /// Signs the hash of a committed block's header.
    pub(crate) fn seal(&mut self, header: &BlockHeaderData) -> Option<SealerSignature> {
        let e = header.prehash(self.guard.public_key());
        let place = Position {
            height: header.number.cast_unsigned(),
            round: u64::MAX,
            step: SEAL,
        };
        let signature = self.sign(place, &e, "seal")?;
        let mut seal = SealerSignature::default();
        seal.sealer_index = self.sealer.0.into();
        seal.signature = signature.to_bytes().to_vec();
        Some(seal)
    }

    /// Why nothing is signed at the moment.
    pub(crate) fn silent(&self) -> Option<&str> {
        Some(&self.silent.as_ref()?.why)
    }

    /// Remembers why nothing is signed, and says so now and then.
    fn be_silent(&mut self, now: Instant, why: String) {
        let silence = self.silent.get_or_insert(Silence {
            since: now,
            told: None,
            why: String::new(),
        });
        silence.why = why;
        let told = silence.told.map(|told| now.saturating_duration_since(told));
        if told.is_none_or(|told| told >= SAY_AGAIN) {
            silence.told = Some(now);
            let why = &silence.why;
            error!("[CONSENSUS][SIGN]this node does not vote, it only follows: {why}");
        }
    }

    /// Signs when all that led to it is on the disk.
    ///
    /// The guard remembers what was signed, and the log why. If only the guard did, the node could come to another vote after
    /// a loss of power, and have none for this place.
    fn sign_from(
        &mut self,
        log: &mut Wal,
        place: Position,
        e: &Prehash,
        kind: &'static str,
    ) -> Option<Signature> {
        if let Err(error) = log.sync() {
            self.be_silent(Instant::now(), error.to_string());
            return None;
        }
        self.sign(place, e, kind)
    }

    fn sign(&mut self, place: Position, e: &Prehash, kind: &'static str) -> Option<Signature> {
        let start = Instant::now();
        match self.guard.sign_vote(place, e) {
            Ok(signature) => {
                metrics::signed(kind, start.elapsed());
                if let Some(silence) = self.silent.take() {
                    let seconds = silence.since.elapsed().as_secs();
                    info!("[CONSENSUS][SIGN]the key signs again,silentSeconds={seconds}");
                }
                Some(signature)
            }
            // What was said before the last restart stays said; the next round has a place of its own.
            Err(error @ (GuardError::Conflict { .. } | GuardError::Past { .. })) => {
                metrics::vote_refused();
                info!("[CONSENSUS][SIGN]no {kind}: {error}");
                None
            }
            Err(error) => {
                metrics::sign_failed();
                self.be_silent(start, error.to_string());
                None
            }
        }
    }
}

impl fmt::Debug for Voter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Voter")
            .field("sealer", &self.sealer)
            .field("silent", &self.silent)
            .finish_non_exhaustive()
    }
}

/// A time without signatures.
#[derive(Debug)]
struct Silence {
    since: Instant,
    told: Option<Instant>,
    why: String,
}

/// What is signed: h = SM3(purpose ‖ chain ‖ fields), e = SM3(Z ‖ h).
#[derive(Debug, Clone)]
pub(crate) struct Messages {
    chain: Sm3,
}

impl Messages {
    pub(crate) fn new(chain: &ChainName) -> Self {
        let mut hash = Sm3::new();
        hash.update(b"reference-node consensus 1");
        for name in [&chain.chain_id, &chain.group_id] {
            hash.update(u64::try_from(name.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(name.as_bytes());
        }
        Self { chain: hash }
    }

    pub(crate) fn vote(&self, key: &PublicKey, vote: &Vote) -> Prehash {
        let step = match vote.kind {
            VoteType::Prevote => PREVOTE,
            VoteType::Precommit => PRECOMMIT,
        };
        let mut hash = self.begin(step, vote.height.0, vote.round, vote.sealer);
        if let NilOrVal::Val(block) = vote.value {
            hash.update(block.0);
        }
        finish(hash, key)
    }

    pub(crate) fn proposal(&self, key: &PublicKey, proposal: &ProposalId) -> Prehash {
        let (height, round) = (proposal.height, proposal.round);
        let mut hash = self.begin(PROPOSAL, height, round, proposal.sealer);
        hash.update(proposal.pol_round.as_i64().to_be_bytes());
        hash.update(proposal.block.0);
        finish(hash, key)
    }

    fn begin(&self, step: u8, height: u64, round: Round, sealer: SealerIndex) -> Sm3 {
        let mut hash = self.chain.clone();
        hash.update([step]);
        hash.update(height.to_be_bytes());
        hash.update(round.as_i64().to_be_bytes());
        hash.update(sealer.0.to_be_bytes());
        hash
    }
}

/// What is signed of a proposal: the hash stands for the block.
#[derive(Debug)]
pub(crate) struct ProposalId {
    pub(crate) height: u64,
    pub(crate) round: Round,
    pub(crate) pol_round: Round,
    pub(crate) sealer: SealerIndex,
    pub(crate) block: BlockHash,
}

impl From<&Proposal> for ProposalId {
    fn from(proposal: &Proposal) -> Self {
        Self {
            height: proposal.height.0,
            round: proposal.round,
            pol_round: proposal.pol_round,
            sealer: proposal.sealer,
            block: proposal.value.id(),
        }
    }
}

fn finish(hash: Sm3, key: &PublicKey) -> Prehash {
    Prehash::of(key, &UserId::DEFAULT, &hash.finalize())
}

fn position(height: u64, round: Round, step: u8) -> Position {
    let round = round.as_u32().unwrap_or_default().into();
    Position {
        height,
        round,
        step,
    }
}

/// How often the log says that the key fails.
const SAY_AGAIN: Duration = Duration::from_secs(10);

// In the order in which a round casts them; the seal comes after every round.
const PROPOSAL: u8 = 0;
const PREVOTE: u8 = 1;
const PRECOMMIT: u8 = 2;
const SEAL: u8 = 3;

#[cfg(test)]
mod tests {
    use arc_malachitebft_core_types::Vote as _;
    use sm_soft::SoftKey;

    use super::*;
    use crate::consensus::{
        context::Height,
        wal::{Entry, Step},
    };

    #[test]
    fn what_led_to_a_vote_is_on_the_disk_before_the_guard_knows_of_it() {
        let directory = tempfile::tempdir().unwrap();
        let key: Arc<dyn Signer> = Arc::new(SoftKey::generate().unwrap());
        let guard = Guard::create(directory.path().join("votes"), key).unwrap();
        let chain = ChainName {
            chain_id: "chain0".to_owned(),
            group_id: "group0".to_owned(),
        };
        let mut voter = Voter::new(guard, Messages::new(&chain), SealerIndex(0));
        let vote = Vote {
            kind: VoteType::Prevote,
            height: Height(7),
            round: Round::new(0),
            value: NilOrVal::Nil,
            sealer: SealerIndex(0),
        };
        let timeout = Entry::Timeout(Step::Propose, Round::new(0));

        let (mut pipe, _reader) = Wal::that_cannot_be_synced(7);
        pipe.append(7, &timeout).unwrap();
        let unsigned = voter.vote(vote.clone(), &mut pipe);
        assert_eq!(unsigned.signature.0, None);
        assert_eq!(voter.guard.last(), None);
        assert!(voter.silent().is_some());

        let (mut log, _) = Wal::open(&directory.path().join("log"), 7).unwrap();
        log.append(7, &timeout).unwrap();
        let signed = voter.vote(vote, &mut log);
        assert!(signed.signature.0.is_some());
        assert!(log.is_synced());
        assert_eq!(signed.height(), Height(7));
        assert_eq!(voter.silent(), None);
    }
}
