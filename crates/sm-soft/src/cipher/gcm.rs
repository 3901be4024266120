//! The parts of GCM (GB/T 36624 mechanism 6, NIST SP 800-38D) that are its own.

use ::cipher::BlockCipherEncrypt;
use ghash::{GHash, universal_hash::UniversalHash};
use sm4::Sm4;

use super::{BLOCK_LENGTH, Block};

/// The most plaintext that one nonce may cover: 2^36 - 32 bytes.
pub(super) const MAX_DATA_LENGTH: u64 = (1 << 36) - 32;

/// GHASH over bytes that come in pieces.
#[derive(Clone)]
pub(super) struct Authenticator {
    hash: GHash,
    partial: [u8; BLOCK_LENGTH],
    filled: usize,
}

impl Authenticator {
    pub(super) fn new(schedule: &Sm4) -> Self {
        let mut h = Block::default();
        schedule.encrypt_block(&mut h);
        Self {
            hash: GHash::new(&h),
            partial: [0; BLOCK_LENGTH],
            filled: 0,
        }
    }

    pub(super) fn update(&mut self, mut data: &[u8]) {
        if self.filled != 0 {
            let (head, rest) = data.split_at(data.len().min(BLOCK_LENGTH - self.filled));
            self.partial[self.filled..self.filled + head.len()].copy_from_slice(head);
            self.filled += head.len();
            data = rest;
            if self.filled < BLOCK_LENGTH {
                return;
            }
            self.pad();
        }
        let (blocks, tail) = Block::slice_as_chunks(data);
        self.hash.update(blocks);
        self.partial[..tail.len()].copy_from_slice(tail);
        self.filled = tail.len();
    }

    /// Fills the current block with zeros.
    pub(super) fn pad(&mut self) {
        if self.filled != 0 {
            self.partial[self.filled..].fill(0);
            self.hash.update(&[self.partial.into()]);
            self.filled = 0;
        }
    }

    /// GHASH of everything and of the two lengths, in bytes.
    pub(super) fn finish(mut self, first: u64, second: u64) -> [u8; BLOCK_LENGTH] {
        self.pad();
        let lengths = u128::from(first) << 67 | u128::from(second) << 3;
        self.hash.update(&[lengths.to_be_bytes().into()]);
        self.hash.finalize().into()
    }
}

/// The block before the first counter: the nonce and 1, or the nonce's GHASH.
pub(super) fn pre_counter_block(schedule: &Sm4, nonce: &[u8]) -> [u8; BLOCK_LENGTH] {
    let mut block = [0; BLOCK_LENGTH];
    if nonce.len() == 12 {
        block[..12].copy_from_slice(nonce);
        block[15] = 1;
        return block;
    }
    let mut hash = Authenticator::new(schedule);
    hash.update(nonce);
    hash.finish(0, nonce.len() as u64)
}

/// The block whose encryption masks the first 16 bytes: `inc32` of the given one.
pub(super) fn next_counter(mut block: [u8; BLOCK_LENGTH]) -> [u8; BLOCK_LENGTH] {
    let counter = u32::from_be_bytes([block[12], block[13], block[14], block[15]]);
    block[12..].copy_from_slice(&counter.wrapping_add(1).to_be_bytes());
    block
}
