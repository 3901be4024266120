//! Symmetric operations (GM/T 0018 clause 6.5): SM4 in one call and in parts, CBC-MAC, GCM and CCM.

mod aead;
mod stream;

pub use aead::{Aead, AuthDecryptor, AuthEncryptor};
pub use stream::{Sm4MacStream, Sm4Stream};

use crate::{
    Error, Function, InputError, Malformed, Session, SessionKey,
    call::{KeyHandle, Output},
    dialect::Algorithm,
    key::not_empty,
};

/// A mode of SM4 with its 16-byte IV or counter block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a mode that is added needs its own chaining"
)]
pub enum Mode {
    /// Electronic codebook: whole blocks, no IV.
    Ecb,
    /// Cipher block chaining: whole blocks.
    Cbc([u8; 16]),
    /// Cipher feedback of whole blocks: any length.
    Cfb([u8; 16]),
    /// Output feedback: any length.
    Ofb([u8; 16]),
    /// Counter, big-endian over the whole block: any length.
    Ctr([u8; 16]),
}

impl Session {
    /// Encrypts with SM4. No padding is added: ECB and CBC take whole blocks.
    ///
    /// ```
    /// # use gmt0018::{Dialect, Module, Open};
    /// # let card = gmt0018_soft::EphemeralCard::new()?;
    /// # let module = Module::from_functions("software card", gmt0018_soft::functions());
    /// # let device = module.device(&Dialect::STANDARD.with_open(Open::WithPath(card.path().into())))?;
    /// use gmt0018::Mode;
    ///
    /// let session = device.session()?;
    /// let key = session.import_key(&[7; 16])?;
    /// let ciphertext = session.sm4_encrypt(&key, Mode::Ctr([0; 16]), b"any length")?;
    /// assert_eq!(session.sm4_decrypt(&key, Mode::Ctr([0; 16]), &ciphertext)?, b"any length");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the data is not whole blocks where it must be, the key is of another session, or the call fails.
    pub fn sm4_encrypt(
        &self,
        key: &SessionKey,
        mut mode: Mode,
        data: &[u8],
    ) -> Result<Vec<u8>, Error> {
        self.sm4_encrypt_chained(key, &mut mode, data)
    }

    /// Decrypts with SM4. No padding is removed.
    ///
    /// # Errors
    /// When the data is not whole blocks where it must be, the key is of another session, or the call fails.
    pub fn sm4_decrypt(
        &self,
        key: &SessionKey,
        mut mode: Mode,
        data: &[u8],
    ) -> Result<Vec<u8>, Error> {
        self.sm4_decrypt_chained(key, &mut mode, data)
    }

    /// Encrypts with SM4 and sets the IV in `mode` to where the next piece of the same message goes on.
    ///
    /// The IV is computed here from the ciphertext: not every card gives it back. After a piece that ends inside a block
    /// there is no next one.
    ///
    /// # Errors
    /// When the data is not whole blocks where it must be, the key is of another session, or the call fails.
    pub fn sm4_encrypt_chained(
        &self,
        key: &SessionKey,
        mode: &mut Mode,
        data: &[u8],
    ) -> Result<Vec<u8>, Error> {
        self.sm4(Direction::Encrypt, key, mode, data)
    }

    /// Decrypts with SM4 and sets the IV in `mode` to where the next piece of the same message goes on.
    ///
    /// # Errors
    /// When the data is not whole blocks where it must be, the key is of another session, or the call fails.
    pub fn sm4_decrypt_chained(
        &self,
        key: &SessionKey,
        mode: &mut Mode,
        data: &[u8],
    ) -> Result<Vec<u8>, Error> {
        self.sm4(Direction::Decrypt, key, mode, data)
    }

    /// Computes the 16-byte CBC-MAC of whole blocks with SM4.
    ///
    /// CBC-MAC is only secure for messages of one fixed length per key.
    ///
    /// # Errors
    /// When the data is empty or not whole blocks, the key is of another session, or the call fails.
    pub fn sm4_mac(&self, key: &SessionKey, iv: &[u8; 16], data: &[u8]) -> Result<[u8; 16], Error> {
        not_empty("data", data)?;
        whole_blocks(data)?;
        let key = self.own(key)?;
        let id = self.dialect().id(Algorithm::Sm4Mac)?;
        let mut chain = *iv;
        for part in data.chunks(self.dialect().blocks_chunk()) {
            let (mut given, mut room) = (chain, [0; MAC_ROOM]);
            let mut output = Output::new(&mut room);
            self.raw()
                .calculate_mac(self.handle(), key, id, &mut given, part, &mut output)?;
            let reported = output.reported();
            // The chaining value of CBC-MAC is the MAC so far.
            chain = mac(Function::CalculateMac, &room, reported)?;
        }
        Ok(chain)
    }

    fn sm4(
        &self,
        direction: Direction,
        key: &SessionKey,
        mode: &mut Mode,
        data: &[u8],
    ) -> Result<Vec<u8>, Error> {
        if mode.wants_blocks() {
            whole_blocks(data)?;
        }
        let key = self.own(key)?;
        let id = self.dialect().id(mode.algorithm())?;
        let mut result = vec![0; data.len().saturating_add(SLACK)];
        let mut start: usize = 0;
        for part in data.chunks(self.dialect().blocks_chunk()) {
            let end = start.saturating_add(part.len());
            let room = result
                .get_mut(start..end.saturating_add(SLACK))
                .unwrap_or_default();
            self.sm4_part(direction, key, id, mode.iv(), part, room)?;
            mode.advance(direction, part, result.get(start..end).unwrap_or_default());
            start = end;
        }
        result.truncate(data.len());
        Ok(result)
    }

    /// One call of `SDF_Encrypt` or `SDF_Decrypt` on a private copy of the IV.
    fn sm4_part(
        &self,
        direction: Direction,
        key: &KeyHandle,
        id: u32,
        mut iv: [u8; 16],
        data: &[u8],
        room: &mut [u8],
    ) -> Result<(), Error> {
        let mut output = Output::new(room);
        let function = match direction {
            Direction::Encrypt => {
                self.raw()
                    .encrypt(self.handle(), key, id, &mut iv, data, &mut output)?;
                Function::Encrypt
            }
            Direction::Decrypt => {
                self.raw()
                    .decrypt(self.handle(), key, id, &mut iv, data, &mut output)?;
                Function::Decrypt
            }
        };
        if usize::try_from(output.reported()) != Ok(data.len()) {
            return Err(Malformed::new(function, "the output is not as long as the input").into());
        }
        Ok(())
    }
}

impl Mode {
    pub(crate) const fn algorithm(self) -> Algorithm {
        match self {
            Self::Ecb => Algorithm::Sm4Ecb,
            Self::Cbc(_) => Algorithm::Sm4Cbc,
            Self::Cfb(_) => Algorithm::Sm4Cfb,
            Self::Ofb(_) => Algorithm::Sm4Ofb,
            Self::Ctr(_) => Algorithm::Sm4Ctr,
        }
    }

    /// The IV; for ECB one that nobody looks at, for cards that insist on a pointer.
    pub(crate) const fn iv(self) -> [u8; 16] {
        match self {
            Self::Ecb => [0; 16],
            Self::Cbc(iv) | Self::Cfb(iv) | Self::Ofb(iv) | Self::Ctr(iv) => iv,
        }
    }

    pub(crate) const fn wants_blocks(self) -> bool {
        matches!(self, Self::Ecb | Self::Cbc(_))
    }

    /// Sets the IV to the chaining value after `input` became `output`.
    fn advance(&mut self, direction: Direction, input: &[u8], output: &[u8]) {
        let (plain, cipher) = match direction {
            Direction::Encrypt => (input, output),
            Direction::Decrypt => (output, input),
        };
        match self {
            Self::Ecb => {}
            Self::Cbc(iv) | Self::Cfb(iv) => *iv = cipher.last_chunk().copied().unwrap_or(*iv),
            // The last block of the key stream is what lies between the two texts.
            Self::Ofb(iv) => {
                if let (Some(plain), Some(cipher)) =
                    (plain.last_chunk::<16>(), cipher.last_chunk::<16>())
                {
                    for ((byte, plain), cipher) in iv.iter_mut().zip(plain).zip(cipher) {
                        *byte = plain ^ cipher;
                    }
                }
            }
            Self::Ctr(counter) => {
                let blocks = u128::try_from(input.len().div_ceil(16)).unwrap_or(u128::MAX);
                *counter = u128::from_be_bytes(*counter)
                    .wrapping_add(blocks)
                    .to_be_bytes();
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Encrypt,
    Decrypt,
}

/// Refuses data that is not a multiple of 16 bytes.
pub(crate) const fn whole_blocks(data: &[u8]) -> Result<(), InputError> {
    if data.len().is_multiple_of(16) {
        Ok(())
    } else {
        Err(InputError::NotBlocks { found: data.len() })
    }
}

/// The 16 bytes that a MAC function gave.
pub(crate) fn mac(
    function: Function,
    room: &[u8; MAC_ROOM],
    reported: u32,
) -> Result<[u8; 16], Malformed> {
    match room.first_chunk() {
        Some(mac) if reported == 16 => Ok(*mac),
        _ => Err(Malformed::new(function, "the MAC does not have 16 bytes")),
    }
}

/// What an output buffer has more than the data, for libraries that write whole blocks.
pub(crate) const SLACK: usize = 64;
/// Room for any MAC.
pub(crate) const MAC_ROOM: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chaining_values_follow_the_mode() {
        let (plain, cipher) = ([1_u8; 32], [3_u8; 32]);
        let mut mode = Mode::Cbc([0; 16]);
        mode.advance(Direction::Encrypt, &plain, &cipher);
        assert_eq!(mode, Mode::Cbc([3; 16]));
        let mut mode = Mode::Cfb([0; 16]);
        mode.advance(Direction::Decrypt, &cipher, &plain);
        assert_eq!(mode, Mode::Cfb([3; 16]));
        let mut mode = Mode::Ofb([0; 16]);
        mode.advance(Direction::Encrypt, &plain, &cipher);
        assert_eq!(mode, Mode::Ofb([2; 16]));
        let mut mode = Mode::Ctr([0xff; 16]);
        mode.advance(Direction::Encrypt, &plain, &cipher);
        assert_eq!(mode.iv()[14..], [0, 1]);
    }
}
