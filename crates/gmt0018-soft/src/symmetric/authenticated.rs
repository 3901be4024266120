//! Authenticated encryption: SM4-GCM and SM4-CCM.

use sm_soft::cipher::{Aead, AeadMode, Direction, Tag, aead_decrypt, aead_encrypt};
use zeroize::Zeroizing;

use crate::{CardError, KeyHandle, Session};

/// A multi-part authenticated encryption or decryption; a decryption knows its tag from the start.
pub(crate) struct AeadContext {
    aead: Aead,
    tag: Vec<u8>,
}

impl Session {
    /// Encrypts and authenticates in one call (`SDF_AuthEnc`).
    ///
    /// # Errors
    ///
    /// [`CardError::KeyHandle`], [`CardError::KeyType`], [`CardError::Argument`] for a nonce or
    /// tag length that the mode does not take.
    pub fn seal(
        &self,
        key: KeyHandle,
        mode: AeadMode,
        nonce: &[u8],
        associated: &[u8],
        data: &[u8],
        tag_length: usize,
    ) -> Result<(Vec<u8>, Tag), CardError> {
        self.card.check_operational()?;
        let key = self.session_key(key)?.sm4()?;
        Ok(aead_encrypt(
            mode, key, nonce, associated, data, tag_length,
        )?)
    }

    /// Verifies and decrypts in one call (`SDF_AuthDec`).
    ///
    /// # Errors
    ///
    /// [`CardError::TagMismatch`], and those of [`seal`](Self::seal).
    pub fn open(
        &self,
        key: KeyHandle,
        mode: AeadMode,
        nonce: &[u8],
        associated: &[u8],
        data: &[u8],
        tag: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CardError> {
        self.card.check_operational()?;
        let key = self.session_key(key)?.sm4()?;
        Ok(Zeroizing::new(aead_decrypt(
            mode, key, nonce, associated, data, tag,
        )?))
    }

    /// Starts an authenticated encryption in parts (`SDF_AuthEncInit`). CCM needs the total length
    /// of the data; GCM is held to it where it is not zero. The tag will have 16 bytes.
    ///
    /// # Errors
    ///
    /// Those of [`seal`](Self::seal).
    pub fn seal_init(
        &mut self,
        key: KeyHandle,
        mode: AeadMode,
        nonce: &[u8],
        associated: &[u8],
        length: u32,
    ) -> Result<(), CardError> {
        self.card.check_operational()?;
        self.sealing = None;
        let (key, length) = (self.session_key(key)?.sm4()?, announced(mode, length));
        let aead = Aead::new(
            mode,
            Direction::Encrypt,
            key,
            nonce,
            associated,
            length,
            TAG_LENGTH,
        )?;
        self.sealing = Some(Box::new(AeadContext {
            aead,
            tag: Vec::new(),
        }));
        Ok(())
    }

    /// Encrypts a part; the output is as long as the input.
    ///
    /// # Errors
    ///
    /// [`CardError::Step`] without Init, [`CardError::Argument`] for more data than announced.
    pub fn seal_update(&mut self, data: &[u8]) -> Result<Vec<u8>, CardError> {
        self.card.check_operational()?;
        Ok(self.sealing.as_mut().ok_or(SEALING)?.aead.update(data)?)
    }

    /// Ends an authenticated encryption and returns its tag.
    ///
    /// # Errors
    ///
    /// [`CardError::Step`] without Init, [`CardError::Argument`] for less data than announced.
    pub fn seal_finish(&mut self) -> Result<Tag, CardError> {
        self.card.check_operational()?;
        Ok(self.sealing.take().ok_or(SEALING)?.aead.finish()?)
    }

    /// Whether an authenticated encryption is under way.
    ///
    /// # Errors
    ///
    /// [`CardError::Step`] if not.
    pub fn expect_sealing(&self) -> Result<(), CardError> {
        self.sealing.as_ref().map(drop).ok_or(SEALING)
    }

    /// Starts an authenticated decryption in parts (`SDF_AuthDecInit`).
    ///
    /// The interface hands plaintext out before the tag is checked; a caller must not act on it
    /// before [`open_finish`](Self::open_finish) has succeeded.
    ///
    /// # Errors
    ///
    /// Those of [`seal_init`](Self::seal_init).
    pub fn open_init(
        &mut self,
        key: KeyHandle,
        mode: AeadMode,
        nonce: &[u8],
        associated: &[u8],
        tag: &[u8],
        length: u32,
    ) -> Result<(), CardError> {
        self.card.check_operational()?;
        self.opening = None;
        let (key, length) = (self.session_key(key)?.sm4()?, announced(mode, length));
        let aead = Aead::new(
            mode,
            Direction::Decrypt,
            key,
            nonce,
            associated,
            length,
            tag.len(),
        )?;
        self.opening = Some(Box::new(AeadContext {
            aead,
            tag: tag.to_vec(),
        }));
        Ok(())
    }

    /// Decrypts a part; the output is as long as the input.
    ///
    /// # Errors
    ///
    /// [`CardError::Step`] without Init, [`CardError::Argument`] for more data than announced.
    pub fn open_update(&mut self, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
        self.card.check_operational()?;
        let context = self.opening.as_mut().ok_or(OPENING)?;
        Ok(Zeroizing::new(context.aead.update(data)?))
    }

    /// Ends an authenticated decryption by checking the tag.
    ///
    /// # Errors
    ///
    /// [`CardError::TagMismatch`]; [`CardError::Step`] without Init, [`CardError::Argument`] for
    /// less data than announced.
    pub fn open_finish(&mut self) -> Result<(), CardError> {
        self.card.check_operational()?;
        let AeadContext { aead, tag } = *self.opening.take().ok_or(OPENING)?;
        Ok(aead.verify(&tag)?)
    }

    /// Whether an authenticated decryption is under way.
    ///
    /// # Errors
    ///
    /// [`CardError::Step`] if not.
    pub fn expect_opening(&self) -> Result<(), CardError> {
        self.opening.as_ref().map(drop).ok_or(OPENING)
    }
}

/// The length that the caller announced; zero means unknown to GCM and nothing to CCM.
fn announced(mode: AeadMode, length: u32) -> Option<u64> {
    if length == 0 && mode == AeadMode::Gcm {
        None
    } else {
        Some(length.into())
    }
}

const SEALING: CardError = CardError::Step("authenticated encryption");
const OPENING: CardError = CardError::Step("authenticated decryption");
const TAG_LENGTH: usize = 16;
