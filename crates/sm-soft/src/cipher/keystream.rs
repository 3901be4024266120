//! The counter keystream of GCM and CCM, which goes on at any byte.

use ::cipher::{InnerIvInit, IvState, StreamCipherCore};
use ctr::flavors::{Ctr32BE, Ctr128BE};
use sm4::Sm4;
use zeroize::Zeroize;

use super::{BLOCK_LENGTH, Block};

pub(super) type Counter128<'a> = ctr::CtrCore<&'a Sm4, Ctr128BE>;
type Counter32<'a> = ctr::CtrCore<&'a Sm4, Ctr32BE>;

/// A counter block that increments its last 32 bits, and the rest of a keystream block.
///
/// CCM counts in the last q bytes, q being 2 to 8, and its data is so short that a counter of 32
/// bits (64 GiB) carries as one of q bytes does; [`Aead`](super::Aead) holds it to that length.
#[derive(Clone)]
pub(super) struct Keystream {
    schedule: Sm4,
    counter: [u8; BLOCK_LENGTH],
    block: [u8; BLOCK_LENGTH],
    spent: usize,
}

impl Keystream {
    pub(super) const fn new(schedule: Sm4, counter: [u8; BLOCK_LENGTH]) -> Self {
        Self {
            schedule,
            counter,
            block: [0; BLOCK_LENGTH],
            spent: BLOCK_LENGTH,
        }
    }

    pub(super) fn apply(&mut self, data: &mut [u8]) {
        let (head, rest) = data.split_at_mut(data.len().min(BLOCK_LENGTH - self.spent));
        self.spend(head);
        let (blocks, tail) = Block::slice_as_chunks_mut(rest);
        self.advance(blocks);
        if !tail.is_empty() {
            let mut block = [Block::default()];
            self.advance(&mut block);
            self.block = block[0].into();
            self.spent = 0;
            self.spend(tail);
        }
    }

    fn advance(&mut self, blocks: &mut [Block]) {
        let mut core = Counter32::inner_iv_init(&self.schedule, &self.counter.into());
        core.apply_keystream_blocks(blocks);
        self.counter = core.iv_state().into();
    }

    fn spend(&mut self, data: &mut [u8]) {
        for (byte, key) in data.iter_mut().zip(&self.block[self.spent..]) {
            *byte ^= key;
        }
        self.spent += data.len();
    }
}

impl Drop for Keystream {
    fn drop(&mut self) {
        self.block.zeroize();
    }
}
