//! Going on with the block that was in progress when the node ended.

use arc_malachitebft_core_consensus::Input;
use arc_malachitebft_core_types::Timeout;

use super::{
    context::Chain,
    engine::Parts,
    wal::{Entry, Step},
};

/// What the log has about the block in progress.
#[derive(Debug)]
pub(super) struct Recovery {
    number: u64,
    entries: Vec<Entry>,
}

impl Recovery {
    pub(super) fn new(number: u64, entries: Vec<Entry>) -> Option<Self> {
        (!entries.is_empty()).then_some(Self { number, entries })
    }

    /// What the engine is told again; blocks are checked once more, and those that this node proposed are remembered.
    pub(super) fn inputs(self, parts: &mut Parts) -> Vec<Input<Chain>> {
        parts.blocks.begin(self.number);
        let inputs = self.entries.into_iter().filter_map(|entry| match entry {
            Entry::Vote(vote) => Some(Input::Vote(vote)),
            Entry::Polka(certificate) => Some(Input::PolkaCertificate(certificate)),
            Entry::Timeout(step, round) => {
                let timeout = match step {
                    Step::Propose => Timeout::propose(round),
                    Step::Prevote => Timeout::prevote(round),
                    Step::Precommit => Timeout::precommit(round),
                };
                Some(Input::TimeoutElapsed(timeout))
            }
            Entry::Proposal(message) => {
                let proposal = parts.admit(&message)?;
                if proposal.message.sealer == parts.index {
                    let candidate = proposal.message.value.clone();
                    parts.blocks.record(message.round, candidate);
                }
                Some(Input::Proposal(proposal))
            }
        });
        inputs.collect()
    }
}
