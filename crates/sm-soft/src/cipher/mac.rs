//! CBC-MAC as `SDF_CalculateMAC` computes it.

use std::fmt;

use ::cipher::BlockCipherEncrypt;
use sm4::Sm4;
use zeroize::Zeroize;

use super::{BLOCK_LENGTH, Block, Error, Sm4Key};

/// SM4 CBC-MAC over whole blocks, without padding, 16-byte result.
///
/// GM/T 0018 leaves padding to the caller, and chains calls through the IV: the value after one
/// call is the IV of the next. CBC-MAC is secure only for messages of one fixed length; prefer
/// [`HmacSm3`](crate::hash::HmacSm3) or an [`Aead`](super::Aead) where the choice is free.
///
/// # Examples
///
/// ```
/// use sm_soft::cipher::{CbcMac, Mode, Sm4Key, encrypt};
///
/// let key = Sm4Key::from_bytes(&[1; 16]);
/// let mut mac = CbcMac::new(&key, &[0; 16]);
/// mac.update(&[2; 40]);
/// mac.update(&[2; 8]);
/// let tag = mac.finish()?;
/// assert_eq!(tag, encrypt(Mode::Cbc, &key, &[0; 16], &[2; 48])?[32..]);
/// # Ok::<(), sm_soft::cipher::Error>(())
/// ```
#[derive(Clone)]
pub struct CbcMac {
    schedule: Sm4,
    chain: [u8; BLOCK_LENGTH],
    /// Bytes of the current block that are already XORed into `chain`.
    filled: usize,
    started: bool,
}

impl CbcMac {
    /// Starts a computation; the IV is usually zero.
    #[must_use]
    pub fn new(key: &Sm4Key, iv: &[u8; BLOCK_LENGTH]) -> Self {
        Self::from_schedule(key.schedule().clone(), *iv)
    }

    pub(super) const fn from_schedule(schedule: Sm4, chain: [u8; BLOCK_LENGTH]) -> Self {
        Self {
            schedule,
            chain,
            filled: 0,
            started: false,
        }
    }

    /// Absorbs the next piece, of any length.
    pub fn update(&mut self, data: &[u8]) {
        if data.is_empty() {
            return;
        }
        self.started = true;
        let pending = (BLOCK_LENGTH - self.filled) % BLOCK_LENGTH;
        let (head, rest) = data.split_at(pending.min(data.len()));
        self.absorb(head);
        let (blocks, tail) = Block::slice_as_chunks(rest);
        for block in blocks {
            self.absorb(block);
        }
        self.absorb(tail);
    }

    /// The 16-byte MAC.
    ///
    /// # Errors
    ///
    /// [`Error::PartialBlock`] if the data was not a multiple of 16 bytes; [`Error::NoData`] if
    /// there was none.
    pub fn finish(self) -> Result<[u8; BLOCK_LENGTH], Error> {
        if self.filled != 0 {
            return Err(Error::PartialBlock(self.filled));
        }
        if !self.started {
            return Err(Error::NoData);
        }
        Ok(self.chain)
    }

    /// Fills the current block with zeros, as CCM does.
    pub(super) fn pad(&mut self) {
        if self.filled != 0 {
            self.encrypt();
        }
    }

    /// The chain as it stands at a block boundary.
    pub(super) const fn chain(&self) -> [u8; BLOCK_LENGTH] {
        self.chain
    }

    /// XORs bytes that do not go past the end of the current block.
    fn absorb(&mut self, data: &[u8]) {
        for (state, byte) in self.chain[self.filled..].iter_mut().zip(data) {
            *state ^= byte;
        }
        self.filled += data.len();
        if self.filled == BLOCK_LENGTH {
            self.encrypt();
        }
    }

    fn encrypt(&mut self) {
        self.schedule.encrypt_block((&mut self.chain).into());
        self.filled = 0;
    }
}

impl Drop for CbcMac {
    fn drop(&mut self) {
        self.chain.zeroize();
    }
}

impl fmt::Debug for CbcMac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CbcMac").finish_non_exhaustive()
    }
}
