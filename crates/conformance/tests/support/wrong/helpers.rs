//! What the back ends with a fault share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use conformance::{Answer, Backend, Block, Direction, Mode};
use sm2_signing::{Ciphertext, Error, ErrorKind, UserId};

use super::{Fault, Wrong};
use crate::soft::Soft;

impl Wrong {
    pub(super) fn id<'a>(&self, id: &'a UserId) -> &'a UserId {
        if self.has(Fault::AgreementWithoutIds) {
            &UserId::DEFAULT
        } else {
            id
        }
    }

    /// A form that nobody else uses: C3 inverted. Applied twice it is the right one.
    pub(super) fn own_form(&self, ciphertext: &Ciphertext) -> Ciphertext {
        let invert = self.has(Fault::OwnCiphertextForm);
        let c3 = ciphertext
            .c3()
            .map(|byte| if invert { !byte } else { byte });
        Ciphertext::new(*ciphertext.c1(), c3, ciphertext.c2().to_vec())
    }

    pub(super) fn fingerprint(&self, key: &Block, probe: &Block) -> Answer<Block> {
        block(
            &self
                .soft
                .sm4(Mode::Ecb, Direction::Encrypt, key, &mut [0; 16], probe)?,
        )
    }

    /// All but the last piece, where there are several.
    pub(super) fn lose<'a, 'b>(&self, fault: Fault, pieces: &'a [&'b [u8]]) -> &'a [&'b [u8]] {
        match pieces {
            [first @ .., _] if self.has(fault) && !first.is_empty() => first,
            all => all,
        }
    }

    pub(super) fn turn(&self, iv: &mut Block) {
        if self.has(Fault::IvReversed) {
            iv.reverse();
        }
    }

    /// CTR whose counter is the last four bytes only.
    pub(super) fn short_counter(
        &self,
        direction: Direction,
        key: &Block,
        iv: &mut Block,
        data: &[u8],
    ) -> Answer<Vec<u8>> {
        let mut output = Vec::new();
        for piece in data.chunks(16) {
            let mut block_iv = *iv;
            output.extend(
                self.soft
                    .sm4(Mode::Ctr, direction, key, &mut block_iv, piece)?,
            );
            let (_, counter) = iv.split_at_mut(12);
            counter.copy_from_slice(&block_iv[12..]);
        }
        Ok(output)
    }

    pub(super) fn padded(&self, mode: Mode, data: &[u8]) -> Vec<u8> {
        let mut data = data.to_vec();
        if self.has(Fault::PadsBlocks) && mode.needs_whole_blocks() {
            data.resize(data.len().next_multiple_of(16), 0);
        }
        data
    }
}

/// Locks; nobody panics while holding these.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn random_block(soft: &Soft) -> Answer<Block> {
    block(&soft.random(16)?)
}

pub(super) fn block(bytes: &[u8]) -> Answer<Block> {
    bytes.try_into().map_err(|_| refused("not one block"))
}

pub(super) fn device(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Device, error)
}

pub(super) fn refused(why: &str) -> Error {
    Error::new(ErrorKind::Input, why)
}
