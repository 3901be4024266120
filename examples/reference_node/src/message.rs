//! What the nodes say to one another, in Borsh.

use arc_malachitebft_core_types::{PolkaCertificate, Round, RoundCertificate};
use borsh::{BorshDeserialize, BorshSerialize};

use crate::consensus::context::{Chain, SignedProposal, SignedVote, VoteSignature};

/// A message of one node to another.
#[derive(Debug, BorshSerialize, BorshDeserialize)]
pub(crate) enum Message {
    Vote(SignedVote),
    Proposal(ProposalMessage),
    Polka(PolkaCertificate<Chain>),
    Round(RoundCertificate<Chain>),
    /// A sealer's signature of a committed block's header.
    Seal(SealMessage),
    /// Transactions in FISCO BCOS's form.
    Transactions(Vec<Vec<u8>>),
    /// The number of the sender's last block with a whole seal.
    Status(u64),
    /// Asks for blocks from this number on.
    BlocksWanted(u64),
    /// Blocks with their seals, one after the other.
    Blocks(Vec<Vec<u8>>),
}

impl Message {
    /// The bytes of a frame.
    pub(crate) fn encode(&self) -> borsh::io::Result<std::sync::Arc<[u8]>> {
        borsh::to_vec(self).map(Into::into)
    }

    /// The number of the block that is being agreed on, for messages about that.
    pub(crate) const fn height(&self) -> Option<u64> {
        match self {
            Self::Vote(vote) => Some(vote.message.height.0),
            Self::Proposal(proposal) => Some(proposal.height),
            Self::Polka(certificate) => Some(certificate.height.0),
            Self::Round(certificate) => Some(certificate.height.0),
            _ => None,
        }
    }

    /// Reads a frame: one message and nothing behind it.
    pub(crate) fn decode(frame: &[u8]) -> borsh::io::Result<Self> {
        borsh::from_slice(frame)
    }
}

/// A proposal whose block nobody has checked yet.
#[derive(Debug, Clone, BorshSerialize, BorshDeserialize)]
pub(crate) struct ProposalMessage {
    pub(crate) height: u64,
    pub(crate) round: Round,
    pub(crate) pol_round: Round,
    pub(crate) sealer: u32,
    /// [`Block::encode`](crate::block::Block::encode).
    pub(crate) block: Vec<u8>,
    pub(crate) signature: VoteSignature,
}

impl From<&SignedProposal> for ProposalMessage {
    fn from(proposal: &SignedProposal) -> Self {
        let message = &proposal.message;
        Self {
            height: message.height.0,
            round: message.round,
            pol_round: message.pol_round,
            sealer: message.sealer.0,
            block: message.value.block.encode(),
            signature: proposal.signature.clone(),
        }
    }
}

/// A sealer's signature of a committed block's header.
#[derive(Debug, Clone, BorshSerialize, BorshDeserialize)]
pub(crate) struct SealMessage {
    pub(crate) number: u64,
    pub(crate) hash: [u8; 32],
    pub(crate) sealer: u32,
    pub(crate) signature: [u8; 64],
}
