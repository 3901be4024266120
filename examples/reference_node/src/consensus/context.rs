//! The types that the consensus engine works with here: blocks, sealers, votes, SM2 signatures.

use std::{cmp::Ordering, fmt, sync::Arc};

use arc_malachitebft_core_types as types;
use borsh::{BorshDeserialize, BorshSerialize};
use fisco_node::block::SealerList;
use sm2_signing::PublicKey;
use types::{LinearTimeouts, NilOrVal, Round, SignedExtension, ValidatorSet as _, VoteType};

use super::signature::Sm2;
pub(crate) use super::signature::VoteSignature;
use crate::block::Block;

/// Ties the types together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chain;

pub(crate) type SignedVote = types::SignedVote<Chain>;
pub(crate) type SignedProposal = types::SignedProposal<Chain>;

impl types::Context for Chain {
    type Address = SealerIndex;
    type Height = Height;
    type ProposalPart = NoPart;
    type Proposal = Proposal;
    type Validator = Sealer;
    type ValidatorSet = Sealers;
    type Timeouts = LinearTimeouts;
    type Value = Candidate;
    type Vote = Vote;
    type Extension = NoExtension;
    type SigningScheme = Sm2;

    /// As in FISCO BCOS with a leader period of 1: the sealers take turns, a failed round passes the turn on.
    fn select_proposer<'a>(
        &self,
        sealers: &'a Sealers,
        height: Height,
        round: Round,
    ) -> &'a Sealer {
        let turn = height.0.wrapping_add(round.as_u32().unwrap_or(0).into());
        let count = u64::try_from(sealers.0.len()).unwrap_or(1).max(1);
        let index = usize::try_from(turn % count).unwrap_or(0);
        &sealers.0[index]
    }

    fn new_proposal(
        &self,
        height: Height,
        round: Round,
        value: Candidate,
        pol_round: Round,
        sealer: SealerIndex,
    ) -> Proposal {
        Proposal {
            height,
            round,
            value,
            pol_round,
            sealer,
        }
    }

    fn new_prevote(
        &self,
        height: Height,
        round: Round,
        value: NilOrVal<BlockHash>,
        sealer: SealerIndex,
    ) -> Vote {
        Vote::new(VoteType::Prevote, height, round, value, sealer)
    }

    fn new_precommit(
        &self,
        height: Height,
        round: Round,
        value: NilOrVal<BlockHash>,
        sealer: SealerIndex,
    ) -> Vote {
        Vote::new(VoteType::Precommit, height, round, value, sealer)
    }
}

/// A block's number.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
)]
pub(crate) struct Height(pub(crate) u64);

impl types::Height for Height {
    const ZERO: Self = Self(0);
    const INITIAL: Self = Self(1);

    fn increment_by(&self, n: u64) -> Self {
        Self(self.0.saturating_add(n))
    }

    fn decrement_by(&self, n: u64) -> Option<Self> {
        self.0.checked_sub(n).map(Self)
    }

    fn as_u64(&self) -> u64 {
        self.0
    }
}

impl fmt::Display for Height {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A sealer's place in the sorted list, which block headers use too.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
)]
pub(crate) struct SealerIndex(pub(crate) u32);

impl types::Address for SealerIndex {}

impl fmt::Display for SealerIndex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The hash of a block's header, which stands for the block in votes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub(crate) struct BlockHash(pub(crate) [u8; 32]);

impl fmt::Display for BlockHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&base16ct::lower::encode_string(&self.0))
    }
}

impl fmt::Debug for BlockHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// A block that was checked against the ledger, so that it may be voted for.
#[derive(Clone)]
pub(crate) struct Candidate {
    hash: BlockHash,
    pub(crate) block: Arc<Block>,
}

impl Candidate {
    pub(crate) fn new(block: Arc<Block>) -> Self {
        Self {
            hash: BlockHash(block.hash()),
            block,
        }
    }
}

impl types::Value for Candidate {
    type Id = BlockHash;

    fn id(&self) -> BlockHash {
        self.hash
    }
}

impl fmt::Debug for Candidate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Candidate")
            .field(&self.hash)
            .finish()
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.hash.cmp(&other.hash)
    }
}

/// A block proposed in a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proposal {
    pub(crate) height: Height,
    pub(crate) round: Round,
    pub(crate) value: Candidate,
    pub(crate) pol_round: Round,
    pub(crate) sealer: SealerIndex,
}

impl types::Proposal<Chain> for Proposal {
    fn height(&self) -> Height {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &Candidate {
        &self.value
    }

    fn take_value(self) -> Candidate {
        self.value
    }

    fn pol_round(&self) -> Round {
        self.pol_round
    }

    fn validator_address(&self) -> &SealerIndex {
        &self.sealer
    }
}

/// A prevote or precommit.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Vote {
    pub(crate) kind: VoteType,
    pub(crate) height: Height,
    pub(crate) round: Round,
    pub(crate) value: NilOrVal<BlockHash>,
    pub(crate) sealer: SealerIndex,
}

impl Vote {
    const fn new(
        kind: VoteType,
        height: Height,
        round: Round,
        value: NilOrVal<BlockHash>,
        sealer: SealerIndex,
    ) -> Self {
        Self {
            kind,
            height,
            round,
            value,
            sealer,
        }
    }
}

impl types::Vote<Chain> for Vote {
    fn height(&self) -> Height {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &NilOrVal<BlockHash> {
        &self.value
    }

    fn take_value(self) -> NilOrVal<BlockHash> {
        self.value
    }

    fn vote_type(&self) -> VoteType {
        self.kind
    }

    fn validator_address(&self) -> &SealerIndex {
        &self.sealer
    }

    fn extension(&self) -> Option<&SignedExtension<Chain>> {
        None
    }

    fn take_extension(&mut self) -> Option<SignedExtension<Chain>> {
        None
    }

    fn extend(self, _: SignedExtension<Chain>) -> Self {
        self
    }
}

/// A sealer of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sealer {
    index: SealerIndex,
    key: PublicKey,
    weight: u64,
}

impl types::Validator<Chain> for Sealer {
    fn address(&self) -> &SealerIndex {
        &self.index
    }

    fn public_key(&self) -> &PublicKey {
        &self.key
    }

    fn voting_power(&self) -> u64 {
        self.weight
    }
}

/// The sealers in the order of their keys; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sealers(Arc<[Sealer]>);

impl Sealers {
    pub(crate) fn new(list: &SealerList) -> Self {
        let sealers = list.iter().zip(0..);
        let sealers = sealers.map(|(sealer, index)| Sealer {
            index: SealerIndex(index),
            key: sealer.key,
            weight: sealer.weight,
        });
        Self(sealers.collect())
    }

    pub(crate) fn key(&self, index: SealerIndex) -> Option<&PublicKey> {
        self.get_by_address(&index).map(|sealer| &sealer.key)
    }

    pub(crate) fn index_of(&self, key: &PublicKey) -> Option<SealerIndex> {
        let found = self.0.binary_search_by_key(key, |sealer| sealer.key);
        found.ok().map(|index| self.0[index].index)
    }
}

impl types::ValidatorSet<Chain> for Sealers {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn total_voting_power(&self) -> u64 {
        self.0.iter().map(|sealer| sealer.weight).sum()
    }

    fn get_by_address(&self, address: &SealerIndex) -> Option<&Sealer> {
        self.0.get(usize::try_from(address.0).ok()?)
    }

    fn get_by_index(&self, index: usize) -> Option<&Sealer> {
        self.0.get(index)
    }
}

/// Blocks travel whole, in the proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoPart {}

impl types::ProposalPart<Chain> for NoPart {
    fn is_first(&self) -> bool {
        match *self {}
    }

    fn is_last(&self) -> bool {
        match *self {}
    }
}

/// Votes carry nothing besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoExtension {}

impl types::Extension for NoExtension {
    fn size_bytes(&self) -> usize {
        match *self {}
    }
}
