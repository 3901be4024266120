//! What the engine asks for, and the answers.

use arc_malachitebft_core_consensus::{
    Effect, Input, LivenessMsg, Resumable as _, Resume, SignedConsensusMsg, VoteExtensionError,
};
use arc_malachitebft_core_types::{Proposal as _, Timeout, TimeoutKind, Vote as _};
use tracing::{debug, info, warn};

use super::{
    ConsensusError,
    context::{Chain, SignedVote},
    engine::Parts,
    wal::{Entry, Step},
};
use crate::message::Message;

impl Parts {
    /// Does what the engine asks for.
    ///
    /// An answer is always given: a key that does not sign gives votes without signatures. What ends the node is kept in
    /// `fatal`, because the engine would only note an error and go on.
    pub(super) fn handle(
        &mut self,
        effect: Effect<Chain>,
    ) -> Result<Resume<Chain>, ConsensusError> {
        Ok(match effect {
            Effect::StartRound(height, round, proposer, role, resume) => {
                info!(
                    "[CONSENSUS]round,number={height},round={round},leader={proposer},role={role:?}"
                );
                self.blocks.round(round);
                resume.resume_with(())
            }
            Effect::GetValue(height, round, _, resume) => {
                debug!("[CONSENSUS]this node proposes,number={height},round={round}");
                if let Some(proposal) = self.blocks.want(height, round) {
                    self.queue.push_back(Input::Propose(proposal));
                }
                resume.resume_with(())
            }
            Effect::SignVote(vote, resume) => {
                resume.resume_with(self.voter.vote(vote, &mut self.wal))
            }
            Effect::SignProposal(proposal, resume) => {
                let proposal = self.voter.proposal(proposal, &mut self.wal);
                if proposal.signature.0.is_none() {
                    // The engine believes that it has proposed and waits no more; now it waits as the others do.
                    self.timers.start(Timeout::propose(proposal.round()));
                }
                resume.resume_with(proposal)
            }
            Effect::VerifySignature(message, key, resume) => {
                let valid = self.verification.message(&message, &key);
                resume.resume_with(valid.unwrap_or_else(|error| {
                    warn!("[CONSENSUS]a signature could not be verified: {error}");
                    false
                }))
            }
            Effect::WalAppend(height, input, resume) => {
                self.or_fatal(|parts| parts.write_down(height.0, &input));
                resume.resume_with(())
            }
            Effect::PublishConsensusMsg(message, resume) => {
                self.or_fatal(|parts| parts.publish(message));
                resume.resume_with(())
            }
            Effect::PublishLivenessMsg(message, resume) => {
                self.or_fatal(|parts| parts.publish_certificate(message));
                resume.resume_with(())
            }
            Effect::RepublishVote(vote, resume) => {
                self.or_fatal(|parts| parts.republish(vote));
                resume.resume_with(())
            }
            Effect::RepublishRoundCertificate(certificate, resume) => {
                self.or_fatal(|parts| parts.say(&Message::Round(certificate)));
                resume.resume_with(())
            }
            Effect::Decide(certificate, _, resume) => {
                self.or_fatal(|parts| parts.commit(&certificate));
                resume.resume_with(())
            }
            Effect::Finalize(_, _, evidence, resume) => {
                self.report(&evidence);
                resume.resume_with(())
            }
            // Blocks travel in proposals, votes have no extensions, and catching up is not the engine's business.
            Effect::RestreamProposal(.., resume)
            | Effect::CertVerifiedSyncValue(.., resume)
            | Effect::CertRejectedSyncValue(.., resume) => resume.resume_with(()),
            Effect::ExtendVote(.., resume) => resume.resume_with(None),
            Effect::VerifyVoteExtension(.., resume) => {
                resume.resume_with(Err(VoteExtensionError::InvalidVoteExtension))
            }
            Effect::CancelAllTimeouts(_)
            | Effect::CancelTimeout(..)
            | Effect::ScheduleTimeout(..) => self.handle_timer(effect),
            Effect::VerifyCommitCertificate(..)
            | Effect::VerifyExtendedCommitCertificate(..)
            | Effect::VerifyPolkaCertificate(..)
            | Effect::VerifyRoundCertificate(..) => self.handle_certificate(effect),
        })
    }

    fn handle_timer(&mut self, effect: Effect<Chain>) -> Resume<Chain> {
        match effect {
            Effect::CancelAllTimeouts(resume) => {
                self.timers.stop_all();
                resume.resume_with(())
            }
            Effect::CancelTimeout(timeout, resume) => {
                self.timers.stop(timeout);
                resume.resume_with(())
            }
            Effect::ScheduleTimeout(timeout, resume) => {
                self.timers.start(timeout);
                resume.resume_with(())
            }
            _ => Resume::Continue,
        }
    }

    fn handle_certificate(&mut self, effect: Effect<Chain>) -> Resume<Chain> {
        match effect {
            Effect::VerifyCommitCertificate(certificate, _, thresholds, resume) => {
                resume.resume_with(self.verification.commit(&certificate, thresholds))
            }
            Effect::VerifyExtendedCommitCertificate(certificate, _, thresholds, _, resume) => {
                let certificate = certificate.trim_vote_extensions();
                resume.resume_with(self.verification.commit(&certificate, thresholds))
            }
            Effect::VerifyPolkaCertificate(certificate, _, thresholds, resume) => {
                resume.resume_with(self.verification.polka(&certificate, thresholds))
            }
            Effect::VerifyRoundCertificate(certificate, _, thresholds, resume) => {
                resume.resume_with(self.verification.round(&certificate, thresholds))
            }
            _ => Resume::Continue,
        }
    }

    fn or_fatal(&mut self, action: impl FnOnce(&mut Self) -> Result<(), ConsensusError>) {
        if self.fatal.is_none()
            && let Err(error) = action(self)
        {
            self.fatal = Some(error);
        }
    }

    fn write_down(&mut self, height: u64, input: &Input<Chain>) -> Result<(), ConsensusError> {
        let entry = match input {
            Input::Vote(vote) => Entry::Vote(vote.clone()),
            Input::Proposal(proposal) => Entry::Proposal(proposal.into()),
            Input::PolkaCertificate(certificate) => Entry::Polka(certificate.clone()),
            Input::TimeoutElapsed(timeout) => {
                let step = match timeout.kind {
                    TimeoutKind::Propose => Step::Propose,
                    TimeoutKind::Prevote => Step::Prevote,
                    TimeoutKind::Precommit => Step::Precommit,
                    TimeoutKind::Rebroadcast | TimeoutKind::FinalizeHeight(_) => return Ok(()),
                };
                Entry::Timeout(step, timeout.round)
            }
            // The block of a proposal is in the proposal's entry.
            _ => return Ok(()),
        };
        Ok(self.wal.append(height, &entry)?)
    }

    /// Sends a vote or a proposal, after what led to it is on the disk.
    fn publish(&mut self, message: SignedConsensusMsg<Chain>) -> Result<(), ConsensusError> {
        if message.signature().0.is_none() {
            return Ok(());
        }
        self.wal.sync()?;
        match message {
            SignedConsensusMsg::Vote(vote) => self.say(&Message::Vote(vote)),
            SignedConsensusMsg::Proposal(proposal) => {
                self.say(&Message::Proposal((&proposal).into()))
            }
        }
    }

    fn publish_certificate(&mut self, message: LivenessMsg<Chain>) -> Result<(), ConsensusError> {
        match message {
            LivenessMsg::Vote(vote) => self.republish(vote),
            LivenessMsg::PolkaCertificate(certificate) => self.say(&Message::Polka(certificate)),
            LivenessMsg::SkipRoundCertificate(certificate) => {
                self.say(&Message::Round(certificate))
            }
        }
    }

    /// Sends a vote again; one that could not be signed is tried once more.
    fn republish(&mut self, vote: SignedVote) -> Result<(), ConsensusError> {
        if vote.signature.0.is_some() {
            let frame = Message::Vote(vote).encode()?;
            self.mesh.broadcast(&frame);
            return Ok(());
        }
        let vote = self.voter.vote(vote.message, &mut self.wal);
        if vote.signature.0.is_some() {
            info!(
                "[CONSENSUS]a vote that had failed is signed,number={}",
                vote.height()
            );
            self.queue.push_back(Input::Vote(vote.clone()));
            self.wal.sync()?;
            self.say(&Message::Vote(vote))?;
        }
        Ok(())
    }
}
