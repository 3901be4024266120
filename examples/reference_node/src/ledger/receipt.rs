//! What came of a transaction.

use sm3::{Digest as _, Sm3};

/// What came of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// The transaction.
    pub(crate) transaction_hash: [u8; 32],
    /// The block that it is in.
    pub(crate) block_number: u64,
    /// Its place in the block.
    pub(crate) index: u32,
    /// 0 if it was executed.
    pub(crate) status: i32,
    /// Nothing, for no transaction has a result.
    pub(crate) output: Vec<u8>,
    /// The hash of this receipt.
    pub(crate) hash: [u8; 32],
}

impl Receipt {
    /// The status of a transaction whose input is no list of writes: `PrecompiledError` in FISCO BCOS, whose numbers are
    /// given here from memory.
    pub(crate) const INPUT_REFUSED: i32 = 15;

    /// Fills in the hash.
    pub(crate) fn new(
        transaction_hash: [u8; 32],
        block_number: u64,
        index: u32,
        status: i32,
    ) -> Self {
        let output = Vec::new();
        // version ‖ gas used ‖ contract ‖ status ‖ output ‖ logs ‖ block number, as FISCO BCOS hashes a receipt of
        // version 0; contract and logs are empty.
        let hash = Sm3::new()
            .chain_update(0_i32.to_be_bytes())
            .chain_update(super::GAS_USED)
            .chain_update(status.to_be_bytes())
            .chain_update(&output)
            .chain_update(block_number.to_be_bytes());
        Self {
            transaction_hash,
            block_number,
            index,
            status,
            output,
            hash: hash.finalize().into(),
        }
    }
}
