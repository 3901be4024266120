//! GCM and CCM behind one interface.

use std::fmt;

use ::cipher::BlockCipherEncrypt;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::{
    BLOCK_LENGTH, Block, CbcMac, Direction, Error, Sm4Key, ccm, gcm, keystream::Keystream,
};

/// Which authenticated mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AeadMode {
    /// Galois counter mode: nonce of 1 byte or more (12 are best), tag of 4, 8 or 12 to 16 bytes,
    /// at most 2^36 - 32 bytes of data.
    Gcm,
    /// Counter with CBC-MAC: nonce of n = 7 to 13 bytes, tag of 4, 6, 8, 10, 12, 14 or 16 bytes,
    /// data shorter than 2^(8(15 - n)) bytes and at most 2^36 - 32; its length is needed first.
    Ccm,
}

impl AeadMode {
    const fn takes_tag_length(self, length: usize) -> bool {
        match self {
            Self::Gcm => matches!(length, 4 | 8 | 12..=16),
            Self::Ccm => matches!(length, 4 | 6 | 8 | 10 | 12 | 14 | 16),
        }
    }
}

/// An authentication tag of 4 to 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    bytes: [u8; BLOCK_LENGTH],
    length: usize,
}

impl Tag {
    /// The tag's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl AsRef<[u8]> for Tag {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

/// SM4-GCM or SM4-CCM over data that comes in pieces of any length.
///
/// A nonce must never be used twice under one key.
///
/// **Decryption in pieces hands out plaintext before the tag is checked.** Until
/// [`verify`](Self::verify) has returned `Ok`, nothing may act on it. [`aead_decrypt`] verifies
/// first.
///
/// # Examples
///
/// ```
/// use sm_soft::cipher::{Aead, AeadMode, Direction, Sm4Key, aead_decrypt};
///
/// let key = Sm4Key::from_bytes(&[1; 16]);
/// let (nonce, header) = ([2; 12], b"header");
/// let mut aead =
///     Aead::new(AeadMode::Gcm, Direction::Encrypt, &key, &nonce, header, None, 16)?;
/// let mut ciphertext = aead.update(b"a message ")?;
/// ciphertext.extend(aead.update(b"in two pieces")?);
/// let tag = aead.finish()?;
///
/// let opened =
///     aead_decrypt(AeadMode::Gcm, &key, &nonce, header, &ciphertext, tag.as_bytes())?;
/// assert_eq!(opened, b"a message in two pieces");
/// # Ok::<(), sm_soft::cipher::Error>(())
/// ```
#[derive(Clone)]
pub struct Aead {
    mode: AeadMode,
    direction: Direction,
    keystream: Keystream,
    authenticator: Authenticator,
    /// What the tag is XORed with: the encryption of the first counter block.
    mask: [u8; BLOCK_LENGTH],
    tag_length: usize,
    associated_length: u64,
    /// Data announced; `None` if GCM was not told.
    announced: Option<u64>,
    limit: u64,
    processed: u64,
}

#[derive(Clone)]
enum Authenticator {
    Gcm(gcm::Authenticator),
    Ccm(CbcMac),
}

impl Aead {
    /// Starts an operation.
    ///
    /// `data_length` is the number of bytes that will come. CCM must have it; GCM checks it if it
    /// is given. `tag_length` is what [`finish`](Self::finish) will return, or
    /// [`verify`](Self::verify) be given; it is part of the computation in CCM.
    ///
    /// # Errors
    ///
    /// [`Error::NonceLength`], [`Error::TagLength`], [`Error::LengthUnknown`] and
    /// [`Error::TooLong`].
    pub fn new(
        mode: AeadMode,
        direction: Direction,
        key: &Sm4Key,
        nonce: &[u8],
        associated_data: &[u8],
        data_length: Option<u64>,
        tag_length: usize,
    ) -> Result<Self, Error> {
        let nonce_fits = match mode {
            AeadMode::Gcm => !nonce.is_empty(),
            AeadMode::Ccm => (7..=13).contains(&nonce.len()),
        };
        if !nonce_fits {
            return Err(Error::NonceLength(nonce.len()));
        }
        if !mode.takes_tag_length(tag_length) {
            return Err(Error::TagLength(tag_length));
        }
        let most = match mode {
            AeadMode::Gcm => gcm::MAX_DATA_LENGTH,
            AeadMode::Ccm => ccm::max_data_length(nonce.len()),
        };
        if let Some(length) = data_length.filter(|length| *length > most) {
            return Err(Error::TooLong {
                length,
                limit: most,
            });
        }
        let schedule = key.schedule();
        let (mask, keystream, authenticator) = match mode {
            AeadMode::Gcm => {
                let first = gcm::pre_counter_block(schedule, nonce);
                let mut mask = Block::from(first);
                schedule.encrypt_block(&mut mask);
                let mut hash = gcm::Authenticator::new(schedule);
                hash.update(associated_data);
                hash.pad();
                let keystream = Keystream::new(schedule.clone(), gcm::next_counter(first));
                (mask.into(), keystream, Authenticator::Gcm(hash))
            }
            AeadMode::Ccm => {
                let length = data_length.ok_or(Error::LengthUnknown)?;
                let mac = ccm::start_mac(schedule, nonce, associated_data, length, tag_length);
                let (mask, keystream) = ccm::start_keystream(schedule, nonce);
                (mask, keystream, Authenticator::Ccm(mac))
            }
        };
        Ok(Self {
            mode,
            direction,
            keystream,
            authenticator,
            mask,
            tag_length,
            associated_length: associated_data.len() as u64,
            announced: data_length,
            limit: data_length.unwrap_or(most),
            processed: 0,
        })
    }

    /// Processes the next piece; the output is as long as the input.
    ///
    /// # Errors
    ///
    /// [`Error::TooLong`] if this is more than announced, or than the mode allows.
    pub fn update(&mut self, input: &[u8]) -> Result<Vec<u8>, Error> {
        let mut output = vec![0; input.len()];
        self.update_into(input, &mut output)?;
        Ok(output)
    }

    /// Processes the next piece into `output` and returns the number of bytes written.
    ///
    /// # Errors
    ///
    /// [`Error::OutputLength`] if `output` is shorter than `input`, [`Error::TooLong`] if this is
    /// more than announced, or than the mode allows. Nothing is consumed then.
    pub fn update_into(&mut self, input: &[u8], output: &mut [u8]) -> Result<usize, Error> {
        let available = output.len();
        let output = output.get_mut(..input.len()).ok_or(Error::OutputLength {
            needed: input.len(),
            available,
        })?;
        let length = self.processed.saturating_add(input.len() as u64);
        if length > self.limit {
            return Err(Error::TooLong {
                length,
                limit: self.limit,
            });
        }
        self.processed = length;
        output.copy_from_slice(input);
        self.keystream.apply(output);
        let ciphertext: &[u8] = match self.direction {
            Direction::Encrypt => output,
            Direction::Decrypt => input,
        };
        let plaintext: &[u8] = match self.direction {
            Direction::Encrypt => input,
            Direction::Decrypt => output,
        };
        match &mut self.authenticator {
            Authenticator::Gcm(hash) => hash.update(ciphertext),
            Authenticator::Ccm(mac) => mac.update(plaintext),
        }
        Ok(input.len())
    }

    /// Ends an encryption and returns the tag.
    ///
    /// # Errors
    ///
    /// [`Error::Direction`] for a decryption: it would tell a forger the right tag;
    /// [`Error::TooShort`] if less data came than announced.
    pub fn finish(self) -> Result<Tag, Error> {
        if self.direction != Direction::Encrypt {
            return Err(Error::Direction);
        }
        self.tag()
    }

    /// Ends a decryption by comparing the tag in constant time.
    ///
    /// # Errors
    ///
    /// [`Error::TagMismatch`] if the plaintext must be thrown away; [`Error::TagLength`] if `tag`
    /// has not the length announced; [`Error::TooShort`] if less data came than announced;
    /// [`Error::Direction`] for an encryption.
    pub fn verify(self, tag: &[u8]) -> Result<(), Error> {
        if self.direction != Direction::Decrypt {
            return Err(Error::Direction);
        }
        if tag.len() != self.tag_length {
            return Err(Error::TagLength(tag.len()));
        }
        let expected = self.tag()?;
        if bool::from(expected.as_bytes().ct_eq(tag)) {
            Ok(())
        } else {
            Err(Error::TagMismatch)
        }
    }

    fn tag(self) -> Result<Tag, Error> {
        if let Some(announced) = self
            .announced
            .filter(|announced| *announced != self.processed)
        {
            return Err(Error::TooShort {
                length: self.processed,
                announced,
            });
        }
        let mut bytes = match self.authenticator.clone() {
            Authenticator::Gcm(hash) => hash.finish(self.associated_length, self.processed),
            Authenticator::Ccm(mut mac) => {
                mac.pad();
                mac.chain()
            }
        };
        for (byte, mask) in bytes.iter_mut().zip(self.mask) {
            *byte ^= mask;
        }
        Ok(Tag {
            bytes,
            length: self.tag_length,
        })
    }
}

impl Drop for Aead {
    fn drop(&mut self) {
        self.mask.zeroize();
    }
}

impl fmt::Debug for Aead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aead")
            .field("mode", &self.mode)
            .field("direction", &self.direction)
            .finish_non_exhaustive()
    }
}

/// Encrypts and authenticates in one call.
///
/// # Errors
///
/// [`Error::NonceLength`], [`Error::TagLength`] and [`Error::TooLong`].
///
/// # Examples
///
/// ```
/// use sm_soft::cipher::{AeadMode, Error, Sm4Key, aead_decrypt, aead_encrypt};
///
/// let key = Sm4Key::from_bytes(&[1; 16]);
/// let (mut sealed, tag) = aead_encrypt(AeadMode::Ccm, &key, &[2; 12], b"", b"text", 16)?;
/// sealed[0] ^= 1;
/// let opened = aead_decrypt(AeadMode::Ccm, &key, &[2; 12], b"", &sealed, tag.as_bytes());
/// assert_eq!(opened, Err(Error::TagMismatch));
/// # Ok::<(), Error>(())
/// ```
pub fn aead_encrypt(
    mode: AeadMode,
    key: &Sm4Key,
    nonce: &[u8],
    associated_data: &[u8],
    plaintext: &[u8],
    tag_length: usize,
) -> Result<(Vec<u8>, Tag), Error> {
    let length = Some(plaintext.len() as u64);
    let direction = Direction::Encrypt;
    let mut aead = Aead::new(
        mode,
        direction,
        key,
        nonce,
        associated_data,
        length,
        tag_length,
    )?;
    let ciphertext = aead.update(plaintext)?;
    Ok((ciphertext, aead.finish()?))
}

/// Verifies, and only then releases the plaintext.
///
/// # Errors
///
/// [`Error::TagMismatch`] if anything differs from what was sealed; [`Error::NonceLength`],
/// [`Error::TagLength`] and [`Error::TooLong`].
pub fn aead_decrypt(
    mode: AeadMode,
    key: &Sm4Key,
    nonce: &[u8],
    associated_data: &[u8],
    ciphertext: &[u8],
    tag: &[u8],
) -> Result<Vec<u8>, Error> {
    let length = Some(ciphertext.len() as u64);
    let direction = Direction::Decrypt;
    let mut aead = Aead::new(
        mode,
        direction,
        key,
        nonce,
        associated_data,
        length,
        tag.len(),
    )?;
    let mut plaintext = aead.update(ciphertext)?;
    match aead.verify(tag) {
        Ok(()) => Ok(plaintext),
        Err(error) => {
            plaintext.zeroize();
            Err(error)
        }
    }
}
