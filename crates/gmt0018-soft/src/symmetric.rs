//! Symmetric operations (6.5): SM4 in every mode, in one call or in parts.

mod authenticated;

use sm_soft::cipher::{CbcMac, Cipher, Direction, Error as CipherError, Mode, Sm4Key};
use zeroize::Zeroizing;

use crate::{CardError, KeyHandle, Session};

pub(crate) use authenticated::AeadContext;

/// A multi-part encryption or decryption.
pub(crate) struct CipherContext(Cipher);

/// A multi-part CBC-MAC.
pub(crate) struct MacContext(CbcMac);

impl Session {
    /// Encrypts or decrypts in one call (`SDF_Encrypt`, `SDF_Decrypt`); `iv` becomes the chaining
    /// value.
    ///
    /// # Errors
    ///
    /// [`CardError::KeyHandle`], [`CardError::KeyType`], [`CardError::Argument`] for data that is
    /// empty or, in ECB and CBC, not a number of whole blocks.
    pub fn cipher(
        &self,
        direction: Direction,
        key: KeyHandle,
        mode: Mode,
        iv: &mut [u8; 16],
        data: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CardError> {
        self.card.check_operational()?;
        one_shot(direction, self.session_key(key)?.sm4()?, mode, iv, data)
    }

    /// Encrypts or decrypts with a key given in plain (`SDF_ExternalKeyEncrypt`,
    /// `SDF_ExternalKeyDecrypt`).
    ///
    /// # Errors
    ///
    /// Those of [`cipher`](Self::cipher).
    pub fn external_cipher(
        &self,
        direction: Direction,
        key: &[u8],
        mode: Mode,
        iv: &mut [u8; 16],
        data: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CardError> {
        self.card.check_operational()?;
        one_shot(direction, &external_key(key)?, mode, iv, data)
    }

    /// Starts an encryption or decryption in parts (`SDF_EncryptInit`, `SDF_DecryptInit`).
    ///
    /// # Errors
    ///
    /// [`CardError::KeyHandle`], [`CardError::KeyType`], [`CardError::Argument`] for an IV that is
    /// not 16 bytes long.
    pub fn cipher_init(
        &mut self,
        direction: Direction,
        key: KeyHandle,
        mode: Mode,
        iv: &[u8],
    ) -> Result<(), CardError> {
        self.card.check_operational()?;
        *self.cipher_context(direction) = None;
        let cipher = Cipher::new(mode, direction, self.session_key(key)?.sm4()?, iv)?;
        *self.cipher_context(direction) = Some(Box::new(CipherContext(cipher)));
        Ok(())
    }

    /// Starts an encryption or decryption in parts with a key given in plain
    /// (`SDF_ExternalKeyEncryptInit`, `SDF_ExternalKeyDecryptInit`).
    ///
    /// # Errors
    ///
    /// Those of [`cipher_init`](Self::cipher_init).
    pub fn external_cipher_init(
        &mut self,
        direction: Direction,
        key: &[u8],
        mode: Mode,
        iv: &[u8],
    ) -> Result<(), CardError> {
        self.card.check_operational()?;
        *self.cipher_context(direction) = None;
        let cipher = Cipher::new(mode, direction, &external_key(key)?, iv)?;
        *self.cipher_context(direction) = Some(Box::new(CipherContext(cipher)));
        Ok(())
    }

    /// Bytes that [`cipher_update`](Self::cipher_update) would return for `length` bytes.
    ///
    /// # Errors
    ///
    /// [`CardError::Step`] without Init.
    pub fn cipher_output_length(
        &mut self,
        direction: Direction,
        length: usize,
    ) -> Result<usize, CardError> {
        Ok(self
            .cipher_context(direction)
            .as_ref()
            .ok_or(step(direction))?
            .0
            .output_length(length))
    }

    /// Processes a part of any length; ECB and CBC keep back what does not fill a block.
    ///
    /// # Errors
    ///
    /// [`CardError::Step`] without Init.
    pub fn cipher_update(
        &mut self,
        direction: Direction,
        data: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CardError> {
        self.card.check_operational()?;
        let context = self
            .cipher_context(direction)
            .as_mut()
            .ok_or(step(direction))?;
        Ok(Zeroizing::new(context.0.update(data)?))
    }

    /// Ends an encryption or decryption in parts; nothing is left to be returned, as nothing is
    /// padded.
    ///
    /// # Errors
    ///
    /// [`CardError::Step`] without Init, [`CardError::Argument`] if ECB or CBC was not given whole
    /// blocks.
    pub fn cipher_finish(&mut self, direction: Direction) -> Result<(), CardError> {
        self.card.check_operational()?;
        self.cipher_context(direction)
            .take()
            .ok_or(step(direction))?
            .0
            .finish()?;
        Ok(())
    }

    /// CBC-MAC in one call (`SDF_CalculateMAC`); `iv` becomes the chaining value, which is the MAC.
    ///
    /// # Errors
    ///
    /// Those of [`cipher`](Self::cipher).
    pub fn mac(
        &self,
        key: KeyHandle,
        iv: &mut [u8; 16],
        data: &[u8],
    ) -> Result<[u8; 16], CardError> {
        self.card.check_operational()?;
        let mut mac = CbcMac::new(self.session_key(key)?.sm4()?, iv);
        mac.update(data);
        *iv = mac.finish()?;
        Ok(*iv)
    }

    /// Starts a CBC-MAC in parts (`SDF_CalculateMACInit`).
    ///
    /// # Errors
    ///
    /// [`CardError::KeyHandle`], [`CardError::KeyType`], [`CardError::Argument`] for an IV that is
    /// not 16 bytes long.
    pub fn mac_init(&mut self, key: KeyHandle, iv: &[u8]) -> Result<(), CardError> {
        self.card.check_operational()?;
        self.mac = None;
        let iv = iv.try_into().map_err(|_| CipherError::IvLength(iv.len()))?;
        let mac = CbcMac::new(self.session_key(key)?.sm4()?, iv);
        self.mac = Some(Box::new(MacContext(mac)));
        Ok(())
    }

    /// Absorbs a part of any length.
    ///
    /// # Errors
    ///
    /// [`CardError::Step`] without Init.
    pub fn mac_update(&mut self, data: &[u8]) -> Result<(), CardError> {
        self.card.check_operational()?;
        self.mac.as_mut().ok_or(MAC)?.0.update(data);
        Ok(())
    }

    /// Ends a CBC-MAC in parts.
    ///
    /// # Errors
    ///
    /// [`CardError::Step`] without Init, [`CardError::Argument`] unless whole blocks came.
    pub fn mac_finish(&mut self) -> Result<[u8; 16], CardError> {
        self.card.check_operational()?;
        Ok(self.mac.take().ok_or(MAC)?.0.finish()?)
    }

    /// Whether a CBC-MAC is under way.
    ///
    /// # Errors
    ///
    /// [`CardError::Step`] if not.
    pub fn expect_mac(&self) -> Result<(), CardError> {
        self.mac.as_ref().map(drop).ok_or(MAC)
    }

    const fn cipher_context(&mut self, direction: Direction) -> &mut Option<Box<CipherContext>> {
        match direction {
            Direction::Encrypt => &mut self.encryption,
            Direction::Decrypt => &mut self.decryption,
        }
    }
}

impl From<CipherError> for CardError {
    fn from(error: CipherError) -> Self {
        match error {
            CipherError::TagMismatch => Self::TagMismatch,
            CipherError::KeyLength(length) => Self::KeyType(length),
            CipherError::IvLength(_) => Self::Argument("an SM4 IV has 16 bytes"),
            CipherError::PartialBlock(_) => {
                Self::Argument("ECB, CBC and MAC take whole blocks of 16 bytes; pad the data first")
            }
            CipherError::NoData => Self::Argument("a MAC over no data"),
            CipherError::NonceLength(_) => {
                Self::Argument("GCM takes a nonce of 12 bytes, CCM one of 7 to 13")
            }
            CipherError::TagLength(_) => Self::Argument("the mode takes no tag of this length"),
            CipherError::LengthUnknown | CipherError::TooLong { .. } => {
                Self::Argument("more data than announced or than the mode allows")
            }
            CipherError::TooShort { .. } => Self::Argument("less data than announced"),
            _ => Self::Internal("SM4"),
        }
    }
}

fn one_shot(
    direction: Direction,
    key: &Sm4Key,
    mode: Mode,
    iv: &mut [u8; 16],
    data: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CardError> {
    if data.is_empty() {
        return Err(CardError::Argument("the data is empty"));
    }
    let mut cipher = Cipher::new(mode, direction, key, iv)?;
    let output = Zeroizing::new(cipher.update(data)?);
    *iv = cipher.finish()?;
    Ok(output)
}

fn external_key(key: &[u8]) -> Result<Sm4Key, CipherError> {
    Sm4Key::from_slice(key)
}

const fn step(direction: Direction) -> CardError {
    CardError::Step(match direction {
        Direction::Encrypt => "encryption",
        Direction::Decrypt => "decryption",
    })
}

const MAC: CardError = CardError::Step("MAC");
