//! Why a transaction is refused.

use std::sync::Arc;

use fisco_node::transaction::Rejection;

use super::Pool;

/// Why a transaction is refused; names and numbers are those of FISCO BCOS's `TransactionStatus`, from memory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Rejected {
    /// The block limit has passed, or is too far away.
    #[error("BlockLimitCheckFail: the block limit is {found}, from {least} to {most} is allowed")]
    BlockLimitCheckFail {
        /// Its block limit.
        found: i64,
        /// The least that is allowed.
        least: u64,
        /// The most that is allowed.
        most: u64,
    },
    /// Too many transactions wait, or too many bytes.
    #[error("TxPoolIsFull: too many transactions wait; try again later")]
    TxPoolIsFull,
    /// It waits already.
    #[error("AlreadyInTxPool: a transaction with this hash waits already")]
    AlreadyInTxPool,
    /// It is in the chain already.
    #[error("TxAlreadyInChain: the transaction is in the chain already")]
    TxAlreadyInChain,
    /// It is for another chain.
    #[error("InvalidChainId: the transaction is for another chain")]
    InvalidChainId,
    /// It is for another group.
    #[error("InvalidGroupId: the transaction is for another group")]
    InvalidGroupId,
    /// The signature, or the hash that came with it, is wrong.
    #[error("InvalidSignature: {0}")]
    InvalidSignature(Rejection),
    /// The bytes are no transaction that this node takes.
    #[error("Malform: {0}")]
    Malformed(Rejection),
    /// Other fields would have the same hash.
    #[error(
        "Malform: this node takes transactions of version 0 with a nonce of digits, an address of 0x and 40 hex digits, \
         and no abi, because other fields could have the same hash"
    )]
    Ambiguous,
    /// It has too many bytes.
    #[error(
        "Malform: the transaction has {found} bytes, at most {} are allowed",
        Pool::LARGEST
    )]
    TooLarge {
        /// How many it has.
        found: usize,
    },
    /// Nothing is known about it: the engine or the disk failed.
    #[error("the transaction could not be checked: {0}")]
    Unknown(Arc<str>),
}

impl Rejected {
    /// The number of the status.
    pub(crate) const fn code(&self) -> i32 {
        match self {
            Self::Unknown(_) => 1,
            Self::BlockLimitCheckFail { .. } => 10_001,
            Self::TxPoolIsFull => 10_002,
            Self::Malformed(_) | Self::Ambiguous | Self::TooLarge { .. } => 10_003,
            Self::AlreadyInTxPool => 10_004,
            Self::TxAlreadyInChain => 10_005,
            Self::InvalidChainId => 10_006,
            Self::InvalidGroupId => 10_007,
            Self::InvalidSignature(_) => 10_008,
        }
    }
}

impl From<Rejection> for Rejected {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Signature | Rejection::DataHash { .. } | Rejection::SignatureLength(_) => {
                Self::InvalidSignature(rejection)
            }
            other => Self::Malformed(other),
        }
    }
}
