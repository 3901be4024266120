//! Blocks and their bytes.
//!
//! The header is that of FISCO BCOS, with its hash; the roots in it are this node's own. A block travels as
//!
//! ```text
//! u32 length ‖ header in TARS, with the seals ‖ u32 count ‖ (u32 length ‖ transaction in TARS) for each
//! ```
//!
//! with big-endian numbers, and nothing may follow.

use std::sync::Arc;

use fisco_node::{
    block::{BlockHeader, BlockHeaderData, SealerSignature},
    tars,
    transaction::{Address, Transaction},
};

/// A transaction whose signature was verified, with its bytes as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PooledTransaction {
    /// Its hash, computed from its data.
    pub(crate) hash: [u8; 32],
    /// Who sent it.
    pub(crate) sender: Address,
    /// The bytes that were decoded.
    pub(crate) encoded: Vec<u8>,
    /// What they mean.
    pub(crate) transaction: Transaction,
}

/// A block, its transactions verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// What is hashed and sealed.
    pub(crate) header: BlockHeaderData,
    /// In the order of their execution.
    pub(crate) transactions: Vec<Arc<PooledTransaction>>,
}

impl Block {
    /// The most bytes of the transactions of a block, with their lengths; a block fits into one frame between peers.
    pub(crate) const MAX_BODY: usize = 12 << 20;

    /// The hash of the header.
    pub(crate) fn hash(&self) -> [u8; 32] {
        self.header.hash()
    }

    /// The height.
    pub(crate) fn number(&self) -> u64 {
        u64::try_from(self.header.number).unwrap_or(u64::MAX)
    }

    /// The bytes without any seal.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut header = BlockHeader::default();
        header.data = self.header.clone();
        let header = encode_header(&header);
        join(&header, &self.encode_body())
    }

    /// Takes a block's bytes apart; nothing in it is verified, and the transactions are not even decoded.
    ///
    /// # Errors
    /// [`DecodeError`] for bytes that are no block.
    pub(crate) fn decode(bytes: &[u8]) -> Result<UncheckedBlock, DecodeError> {
        let mut reader = Reader { bytes };
        let header = reader.prefixed("the header")?;
        if header.is_empty() {
            return Err(DecodeError::NoHeader);
        }
        if header.len() > MAX_HEADER {
            return Err(DecodeError::LongHeader(header.len()));
        }
        let header = BlockHeader::decode(header)?;
        let transactions = body(reader.bytes)?;
        Ok(UncheckedBlock {
            header: header.data,
            transactions: transactions.into_iter().map(<[u8]>::to_vec).collect(),
            signatures: header.signatures,
        })
    }

    /// `u32 count ‖ (u32 length ‖ transaction) for each`.
    pub(crate) fn encode_body(&self) -> Vec<u8> {
        let size = self.transactions.iter().map(|one| one.encoded.len() + 4);
        let mut body = Vec::with_capacity(size.sum::<usize>() + 4);
        body.extend_from_slice(&length(self.transactions.len()));
        for transaction in &self.transactions {
            body.extend_from_slice(&length(transaction.encoded.len()));
            body.extend_from_slice(&transaction.encoded);
        }
        body
    }
}

/// A block as it came: nothing in it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UncheckedBlock {
    /// What would be hashed and sealed.
    pub(crate) header: BlockHeaderData,
    /// The bytes of the transactions.
    pub(crate) transactions: Vec<Vec<u8>>,
    /// The seals that came with the header.
    pub(crate) signatures: Vec<SealerSignature>,
}

impl UncheckedBlock {
    /// The header with its seals, for `fisco_node::block::verify_seals`.
    pub(crate) fn sealed_header(&self) -> BlockHeader {
        let mut header = BlockHeader::default();
        header.data = self.header.clone();
        header.signatures.clone_from(&self.signatures);
        header
    }

    /// The block, once its transactions are verified; these must be those of this block, in its order.
    pub(crate) fn with_verified(self, transactions: Vec<Arc<PooledTransaction>>) -> Block {
        Block {
            header: self.header,
            transactions,
        }
    }
}

/// Why bytes are no block.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecodeError {
    /// They end too early.
    #[error("{what} has {needed} bytes and {left} are left")]
    Truncated {
        /// What ends too early.
        what: &'static str,
        /// How many bytes it should have.
        needed: u64,
        /// How many there are.
        left: usize,
    },
    /// The header has no bytes.
    #[error("the header is empty")]
    NoHeader,
    /// The header has more bytes than the headers of thousands of sealers.
    #[error("the header has {0} bytes, at most {MAX_HEADER} are allowed")]
    LongHeader(usize),
    /// The header is none.
    #[error("the header is none: {0}")]
    Header(#[from] tars::Error),
    /// Bytes follow the last transaction.
    #[error("{0} bytes follow the last transaction")]
    Trailing(usize),
}

/// The TARS form of a header.
pub(crate) fn encode_header(header: &BlockHeader) -> Vec<u8> {
    // An error means a field of 2 GiB; no frame and no configuration is that large, and nobody decodes an empty header.
    header.encode().unwrap_or_default()
}

/// The bytes of a block from those of its header and of its body.
pub(crate) fn join(header: &[u8], body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(header.len() + body.len() + 4);
    bytes.extend_from_slice(&length(header.len()));
    bytes.extend_from_slice(header);
    bytes.extend_from_slice(body);
    bytes
}

/// The transactions in a body.
pub(crate) fn body(bytes: &[u8]) -> Result<Vec<&[u8]>, DecodeError> {
    let mut reader = Reader { bytes };
    let count = reader.number("the count of transactions")?;
    // A count cannot ask for more memory than its message has.
    let needed = u64::from(count) * SMALLEST;
    let left = reader.bytes.len();
    if needed > left as u64 {
        let what = "the list of transactions";
        return Err(DecodeError::Truncated { what, needed, left });
    }
    let transactions: Result<Vec<_>, _> = (0..count)
        .map(|_| reader.prefixed("a transaction"))
        .collect();
    match reader.bytes.len() {
        0 => transactions,
        more => transactions.and(Err(DecodeError::Trailing(more))),
    }
}

/// A length that was bounded before by far less than 4 GiB.
pub(crate) fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

/// What is left of the bytes.
struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn number(&mut self, what: &'static str) -> Result<u32, DecodeError> {
        let left = self.bytes.len();
        let truncated = DecodeError::Truncated {
            what,
            needed: 4,
            left,
        };
        let (number, rest) = self.bytes.split_first_chunk().ok_or(truncated)?;
        self.bytes = rest;
        Ok(u32::from_be_bytes(*number))
    }

    fn prefixed(&mut self, what: &'static str) -> Result<&'a [u8], DecodeError> {
        let needed = self.number(what)?;
        let left = self.bytes.len();
        let parts = usize::try_from(needed)
            .ok()
            .and_then(|needed| self.bytes.split_at_checked(needed));
        let needed = needed.into();
        let (taken, rest) = parts.ok_or(DecodeError::Truncated { what, needed, left })?;
        self.bytes = rest;
        Ok(taken)
    }
}

/// In bytes; a header may take sixteen times as much in memory.
const MAX_HEADER: usize = 1 << 20;

/// The least bytes of a transaction: its length, and a signature with its key.
const SMALLEST: u64 = 4 + 128;

#[cfg(test)]
mod tests;
