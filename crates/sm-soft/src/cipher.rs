//! SM4 (GB/T 32907) in the modes of GM/T 0018, in one call or in pieces.
//!
//! - [`Cipher`]: ECB, CBC, CFB, OFB and CTR;
//! - [`CbcMac`]: the MAC of `SDF_CalculateMAC`;
//! - [`Aead`]: GCM and CCM.
//!
//! No function here pads. Each object takes pieces of any length; ECB, CBC and CBC-MAC keep an
//! incomplete block until the rest of it comes.

mod aead;
mod ccm;
mod error;
mod gcm;
mod keystream;
mod mac;
mod sm4_key;

use std::fmt;

use ::cipher::{
    Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit,
    IvState, StreamCipherCore, consts::U16,
};
use sm4::Sm4;
use zeroize::Zeroize;

pub use aead::{Aead, AeadMode, Tag, aead_decrypt, aead_encrypt};
pub use error::Error;
pub use mac::CbcMac;
pub use sm4_key::Sm4Key;

/// Bytes of an SM4 block, and of an IV.
pub const BLOCK_LENGTH: usize = 16;

type Block = Array<u8, U16>;

/// How blocks are chained (GB/T 17964).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// Electronic codebook: whole blocks, no IV.
    Ecb,
    /// Cipher block chaining: whole blocks.
    Cbc,
    /// Cipher feedback with 128-bit feedback: any length.
    Cfb,
    /// Output feedback: any length.
    Ofb,
    /// Counter mode, the whole IV being one big-endian 128-bit counter: any length.
    Ctr,
}

impl Mode {
    /// Whether the data must be a whole number of blocks.
    #[must_use]
    pub const fn needs_whole_blocks(self) -> bool {
        matches!(self, Self::Ecb | Self::Cbc)
    }

    /// Whether there is an IV.
    #[must_use]
    pub const fn needs_iv(self) -> bool {
        !matches!(self, Self::Ecb)
    }
}

/// Which way the data goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there is no third direction")]
pub enum Direction {
    /// Plaintext to ciphertext.
    Encrypt,
    /// Ciphertext to plaintext.
    Decrypt,
}

/// SM4 in ECB, CBC, CFB, OFB or CTR over data that comes in pieces.
///
/// The output does not depend on how the input is cut.
///
/// # Examples
///
/// ```
/// use sm_soft::cipher::{Cipher, Direction, Mode, Sm4Key};
///
/// let key = Sm4Key::from_bytes(&[0x11; 16]);
/// let iv = [0x22; 16];
/// let mut cipher = Cipher::new(Mode::Cbc, Direction::Encrypt, &key, &iv)?;
/// let mut ciphertext = cipher.update(b"twenty bytes of data")?;
/// assert_eq!(ciphertext.len(), 16);
/// ciphertext.extend(cipher.update(b" and twelve.")?);
/// assert_eq!(ciphertext.len(), 32);
///
/// // What GM/T 0018 calls the updated IV.
/// let next_iv = cipher.finish()?;
/// assert_eq!(next_iv, ciphertext[16..32]);
///
/// let mut cipher = Cipher::new(Mode::Cbc, Direction::Decrypt, &key, &iv)?;
/// assert_eq!(cipher.update(&ciphertext)?, b"twenty bytes of data and twelve.");
/// # Ok::<(), sm_soft::cipher::Error>(())
/// ```
#[derive(Clone)]
pub struct Cipher {
    schedule: Sm4,
    mode: Mode,
    direction: Direction,
    /// The chaining value: last ciphertext block, last keystream block, or next counter.
    chain: [u8; BLOCK_LENGTH],
    /// Input that waits for its block (ECB, CBC), or the keystream block in use (CFB, OFB, CTR).
    partial: [u8; BLOCK_LENGTH],
    /// Bytes of `partial` that are filled, or spent. Less than a block between calls.
    filled: usize,
}

impl Cipher {
    /// Starts an operation.
    ///
    /// `iv` is 16 bytes. ECB has no IV: there `iv` may be empty, and 16 bytes are not looked at.
    ///
    /// # Errors
    ///
    /// [`Error::IvLength`] if `iv` has another length.
    pub fn new(mode: Mode, direction: Direction, key: &Sm4Key, iv: &[u8]) -> Result<Self, Error> {
        let chain = match <[u8; BLOCK_LENGTH]>::try_from(iv) {
            Ok(iv) => iv,
            Err(_) if iv.is_empty() && !mode.needs_iv() => [0; BLOCK_LENGTH],
            Err(_) => return Err(Error::IvLength(iv.len())),
        };
        Ok(Self {
            schedule: key.schedule().clone(),
            mode,
            direction,
            chain,
            partial: [0; BLOCK_LENGTH],
            filled: 0,
        })
    }

    /// Processes the next piece and returns what it completes.
    ///
    /// # Errors
    ///
    /// As [`update_into`](Self::update_into), except that the buffer is never too short.
    pub fn update(&mut self, input: &[u8]) -> Result<Vec<u8>, Error> {
        let mut output = vec![0; self.output_length(input.len())];
        self.update_into(input, &mut output)?;
        Ok(output)
    }

    /// Processes the next piece into `output` and returns the number of bytes written.
    ///
    /// # Errors
    ///
    /// [`Error::OutputLength`] if `output` is shorter than [`output_length`](Self::output_length)
    /// says; nothing is consumed then.
    pub fn update_into(&mut self, input: &[u8], output: &mut [u8]) -> Result<usize, Error> {
        let length = self.output_length(input.len());
        let available = output.len();
        let output = output.get_mut(..length).ok_or(Error::OutputLength {
            needed: length,
            available,
        })?;
        if self.mode.needs_whole_blocks() {
            self.update_blocks(input, output);
        } else {
            output.copy_from_slice(input);
            self.update_stream(output);
        }
        Ok(length)
    }

    /// Ends the operation and returns the chaining value.
    ///
    /// # Errors
    ///
    /// [`Error::PartialBlock`] if ECB or CBC was not given a whole number of blocks.
    pub fn finish(self) -> Result<[u8; BLOCK_LENGTH], Error> {
        if self.mode.needs_whole_blocks() && self.filled != 0 {
            return Err(Error::PartialBlock(self.filled));
        }
        Ok(self.chaining_value())
    }

    /// Bytes that [`update`](Self::update) will return for a piece of `input_length` bytes.
    #[must_use]
    pub const fn output_length(&self, input_length: usize) -> usize {
        if self.mode.needs_whole_blocks() {
            // A Vec or slice is at most isize::MAX bytes long, so that the sum cannot overflow.
            let total = self.filled.saturating_add(input_length);
            total - total % BLOCK_LENGTH
        } else {
            input_length
        }
    }

    /// The IV with which another operation goes on where this one stands.
    ///
    /// ECB gives back the IV it was given. CBC: the last ciphertext block. CFB: the last 16 bytes
    /// of IV and ciphertext. OFB: the last keystream block. CTR: the next counter. OFB and CTR
    /// count a block begun as used up, so that no keystream is ever used twice; only at a block
    /// boundary does the next operation continue the same stream.
    #[must_use]
    pub const fn chaining_value(&self) -> [u8; BLOCK_LENGTH] {
        self.chain
    }

    /// The mode given to [`new`](Self::new).
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The direction given to [`new`](Self::new).
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// ECB and CBC: `output` is exactly what the waiting bytes and `input` complete.
    fn update_blocks(&mut self, mut input: &[u8], mut output: &mut [u8]) {
        if self.filled != 0 {
            let take = input.len().min(BLOCK_LENGTH - self.filled);
            let (head, rest) = input.split_at(take);
            self.partial[self.filled..self.filled + take].copy_from_slice(head);
            self.filled += take;
            input = rest;
            if self.filled < BLOCK_LENGTH {
                return;
            }
            let (first, rest) = output.split_at_mut(BLOCK_LENGTH);
            first.copy_from_slice(&self.partial);
            self.process(Array::slice_as_chunks_mut(first).0);
            output = rest;
            self.filled = 0;
        }
        let (whole, tail) = input.split_at(output.len());
        output.copy_from_slice(whole);
        self.process(Array::slice_as_chunks_mut(output).0);
        self.partial[..tail.len()].copy_from_slice(tail);
        self.filled = tail.len();
    }

    /// CFB, OFB and CTR, in place.
    fn update_stream(&mut self, data: &mut [u8]) {
        let pending = if self.filled == 0 {
            0
        } else {
            BLOCK_LENGTH - self.filled
        };
        let (head, rest) = data.split_at_mut(pending.min(data.len()));
        self.spend(head);
        let (blocks, tail) = Array::slice_as_chunks_mut(rest);
        self.process(blocks);
        if !tail.is_empty() {
            self.begin_block();
            self.spend(tail);
        }
    }

    /// Makes the next keystream block.
    fn begin_block(&mut self) {
        let mut block = Block::from(self.chain);
        self.schedule.encrypt_block(&mut block);
        self.partial = block.into();
        match self.mode {
            Mode::Ofb => self.chain = self.partial,
            Mode::Ctr => {
                self.chain = u128::from_be_bytes(self.chain)
                    .wrapping_add(1)
                    .to_be_bytes();
            }
            Mode::Ecb | Mode::Cbc | Mode::Cfb => {}
        }
    }

    /// Applies bytes of the keystream block in use; `data` does not go past its end.
    fn spend(&mut self, data: &mut [u8]) {
        for byte in data.iter_mut() {
            let input = *byte;
            *byte ^= self.partial[self.filled];
            if self.mode == Mode::Cfb {
                let ciphertext = match self.direction {
                    Direction::Encrypt => *byte,
                    Direction::Decrypt => input,
                };
                self.chain.rotate_left(1);
                self.chain[BLOCK_LENGTH - 1] = ciphertext;
            }
            self.filled = (self.filled + 1) % BLOCK_LENGTH;
        }
    }

    /// Processes whole blocks in place, at a block boundary.
    fn process(&mut self, blocks: &mut [Block]) {
        let Some(last_input) = blocks.last().copied() else {
            return;
        };
        let (schedule, iv) = (&self.schedule, &Block::from(self.chain));
        let chain = match (self.mode, self.direction) {
            (Mode::Ecb, Direction::Encrypt) => {
                schedule.encrypt_blocks(blocks);
                *iv
            }
            (Mode::Ecb, Direction::Decrypt) => {
                schedule.decrypt_blocks(blocks);
                *iv
            }
            (Mode::Cbc, Direction::Encrypt) => {
                let mut mode = cbc::Encryptor::<&Sm4>::inner_iv_init(schedule, iv);
                mode.encrypt_blocks(blocks);
                mode.iv_state()
            }
            (Mode::Cbc, Direction::Decrypt) => {
                cbc::Decryptor::<&Sm4>::inner_iv_init(schedule, iv).decrypt_blocks(blocks);
                last_input
            }
            (Mode::Cfb, Direction::Encrypt) => {
                cfb_mode::Encryptor::<&Sm4>::inner_iv_init(schedule, iv).encrypt_blocks(blocks);
                blocks.last().copied().unwrap_or_default()
            }
            (Mode::Cfb, Direction::Decrypt) => {
                cfb_mode::Decryptor::<&Sm4>::inner_iv_init(schedule, iv).decrypt_blocks(blocks);
                last_input
            }
            (Mode::Ofb, _) => {
                let mut mode = ofb::OfbCore::<&Sm4>::inner_iv_init(schedule, iv);
                mode.apply_keystream_blocks(blocks);
                mode.iv_state()
            }
            (Mode::Ctr, _) => {
                let mut mode = keystream::Counter128::inner_iv_init(schedule, iv);
                mode.apply_keystream_blocks(blocks);
                mode.iv_state()
            }
        };
        self.chain = chain.into();
    }
}

impl Drop for Cipher {
    fn drop(&mut self) {
        self.partial.zeroize();
        self.chain.zeroize();
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cipher")
            .field("mode", &self.mode)
            .field("direction", &self.direction)
            .finish_non_exhaustive()
    }
}

/// Encrypts in one call.
///
/// # Errors
///
/// [`Error::IvLength`], and [`Error::PartialBlock`] if the mode needs whole blocks.
///
/// # Examples
///
/// ```
/// use sm_soft::cipher::{self, Mode, Sm4Key};
///
/// // GB/T 32907-2016, annex A.1.
/// let block = 0x0123456789ABCDEFFEDCBA9876543210_u128.to_be_bytes();
/// let ciphertext = cipher::encrypt(Mode::Ecb, &Sm4Key::from_bytes(&block), &[], &block)?;
/// assert_eq!(ciphertext, 0x681EDF34D206965E86B3E94F536E4246_u128.to_be_bytes());
/// # Ok::<(), cipher::Error>(())
/// ```
pub fn encrypt(mode: Mode, key: &Sm4Key, iv: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, Error> {
    one_shot(mode, Direction::Encrypt, key, iv, plaintext)
}

/// Decrypts in one call.
///
/// # Errors
///
/// [`Error::IvLength`], and [`Error::PartialBlock`] if the mode needs whole blocks.
pub fn decrypt(mode: Mode, key: &Sm4Key, iv: &[u8], ciphertext: &[u8]) -> Result<Vec<u8>, Error> {
    one_shot(mode, Direction::Decrypt, key, iv, ciphertext)
}

fn one_shot(
    mode: Mode,
    direction: Direction,
    key: &Sm4Key,
    iv: &[u8],
    input: &[u8],
) -> Result<Vec<u8>, Error> {
    let mut cipher = Cipher::new(mode, direction, key, iv)?;
    let output = cipher.update(input)?;
    cipher.finish()?;
    Ok(output)
}

#[cfg(test)]
mod tests;
