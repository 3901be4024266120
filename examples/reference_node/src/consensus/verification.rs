//! Verifying what others sign: many signatures in one call of the batch engine, each once.

use std::{collections::HashSet, sync::Arc};

use arc_malachitebft_core_consensus::ConsensusMsg;
use arc_malachitebft_core_types::{
    BoxError, CertificateError, CommitCertificate, Context as _, NilOrVal, PolkaCertificate,
    RoundCertificate, RoundCertificateType, SignedMessage, ThresholdParam, ThresholdParams,
    Validator as _, ValidatorSet as _, VoteType,
};
use sm2_signing::{BatchVerifier, Error, Item, PublicKey, Verdict};

use super::{
    context::{Chain, Sealers, SignedVote, VoteSignature},
    voter::{Messages, ProposalId},
};

/// The engine, and the signatures that it has found valid at this height.
pub(crate) struct Verification {
    engine: Arc<dyn BatchVerifier>,
    messages: Messages,
    sealers: Sealers,
    valid: HashSet<Item>,
}

impl Verification {
    pub(crate) fn new(
        engine: Arc<dyn BatchVerifier>,
        messages: Messages,
        sealers: Sealers,
    ) -> Self {
        Self {
            engine,
            messages,
            sealers,
            valid: HashSet::new(),
        }
    }

    /// Forgets the signatures of the height that is over.
    pub(crate) fn clear(&mut self) {
        self.valid.clear();
    }

    /// What has to be verified about a vote; `None` if no sealer can have signed it.
    pub(crate) fn vote_item(&self, vote: &SignedVote) -> Option<Item> {
        let key = *self.sealers.key(vote.message.sealer)?;
        Some(Item {
            key,
            e: self.messages.vote(&key, &vote.message),
            signature: vote.signature.0?,
        })
    }

    /// What has to be verified about a proposal.
    pub(crate) fn proposal_item(
        &self,
        proposal: &ProposalId,
        signature: &VoteSignature,
    ) -> Option<Item> {
        let key = *self.sealers.key(proposal.sealer)?;
        Some(Item {
            key,
            e: self.messages.proposal(&key, proposal),
            signature: signature.0?,
        })
    }

    /// Verifies in one batch; remembers what is valid.
    pub(crate) fn verify(&mut self, items: &[Item]) -> Result<Vec<bool>, Error> {
        if self.valid.len() > REMEMBERED {
            self.valid.clear();
        }
        let unknown = items.iter().filter(|item| !self.valid.contains(item));
        let unknown: Vec<Item> = unknown.copied().collect();
        if !unknown.is_empty() {
            let verdicts = self.engine.verify_batch(&unknown)?;
            let verified = unknown.into_iter().zip(verdicts.iter());
            let valid = verified.filter(|(_, verdict)| *verdict == Verdict::Valid);
            self.valid.extend(valid.map(|(item, _)| item));
        }
        let known = items.iter().map(|item| self.valid.contains(item));
        Ok(known.collect())
    }

    /// The engine's question about one message.
    pub(crate) fn message(
        &mut self,
        message: &SignedMessage<Chain, ConsensusMsg<Chain>>,
        key: &PublicKey,
    ) -> Result<bool, Error> {
        let VoteSignature(Some(signature)) = message.signature else {
            return Ok(false);
        };
        let e = match &message.message {
            ConsensusMsg::Vote(vote) => self.messages.vote(key, vote),
            ConsensusMsg::Proposal(proposal) => self.messages.proposal(key, &proposal.into()),
        };
        let item = Item {
            key: *key,
            e,
            signature,
        };
        Ok(self.verify(&[item])?.first() == Some(&true))
    }

    pub(crate) fn commit(
        &mut self,
        certificate: &CommitCertificate<Chain>,
        thresholds: ThresholdParams,
    ) -> Result<(), CertificateError<Chain>> {
        let signatures = &certificate.commit_signatures;
        let votes = signatures.iter().map(|signature| {
            let value = NilOrVal::Val(certificate.value_id);
            let (height, round) = (certificate.height, certificate.round);
            let vote = Chain.new_precommit(height, round, value, signature.address);
            SignedVote::new(vote, signature.signature.clone())
        });
        self.weigh(votes.collect(), thresholds.quorum, |index| {
            CertificateError::InvalidCommitSignature(signatures[index].clone())
        })
    }

    pub(crate) fn polka(
        &mut self,
        certificate: &PolkaCertificate<Chain>,
        thresholds: ThresholdParams,
    ) -> Result<(), CertificateError<Chain>> {
        let votes = certificate.votes(&Chain).collect();
        self.weigh(votes, thresholds.quorum, |index| {
            CertificateError::InvalidPolkaSignature(certificate.polka_signatures[index].clone())
        })
    }

    pub(crate) fn round(
        &mut self,
        certificate: &RoundCertificate<Chain>,
        thresholds: ThresholdParams,
    ) -> Result<(), CertificateError<Chain>> {
        let signatures = &certificate.round_signatures;
        let threshold = match certificate.cert_type {
            RoundCertificateType::Precommit => thresholds.quorum,
            RoundCertificateType::Skip => thresholds.honest,
        };
        let mut votes = signatures.iter();
        let prevote = votes.find(|signature| signature.vote_type == VoteType::Prevote);
        if let (RoundCertificateType::Precommit, Some(vote)) = (&certificate.cert_type, prevote) {
            return Err(CertificateError::InvalidVoteType(vote.address));
        }
        let votes = certificate.votes(&Chain).collect();
        self.weigh(votes, threshold, |index| {
            CertificateError::InvalidRoundSignature(signatures[index].clone())
        })
    }

    /// Whether sealers with enough weight signed, each once and all validly.
    fn weigh(
        &mut self,
        votes: Vec<SignedVote>,
        threshold: ThresholdParam,
        invalid: impl Fn(usize) -> CertificateError<Chain>,
    ) -> Result<(), CertificateError<Chain>> {
        let mut seen = HashSet::new();
        let mut items = Vec::with_capacity(votes.len().min(self.sealers.count()));
        let (mut signed, total) = (0_u64, self.sealers.total_voting_power());
        for (index, vote) in votes.iter().enumerate() {
            let address = vote.message.sealer;
            let unknown = || CertificateError::UnknownValidator(address);
            let sealer = self.sealers.get_by_address(&address).ok_or_else(unknown)?;
            if !seen.insert(address) {
                return Err(CertificateError::DuplicateVote(address));
            }
            // No sealer counts twice, so this stays below the total.
            signed = signed.saturating_add(sealer.voting_power());
            items.push(self.vote_item(vote).ok_or_else(|| invalid(index))?);
        }
        let failed = |error: Error| {
            CertificateError::VerificationError(Some(BoxError::new(Box::new(error))))
        };
        let verdicts = self.verify(&items).map_err(failed)?;
        if let Some(index) = verdicts.iter().position(|valid| !valid) {
            return Err(invalid(index));
        }
        if threshold.is_met(signed, total) {
            Ok(())
        } else {
            let expected = threshold.min_expected(total);
            Err(CertificateError::NotEnoughVotingPower {
                signed,
                total,
                expected,
            })
        }
    }
}

/// More signatures than sealers send for one block when nothing goes wrong.
const REMEMBERED: usize = 1 << 16;
