//! Key management (6.3): public keys, session keys, key-encryption keys.

mod agreement;
mod kek;

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use sm_soft::SecretKey;
use sm_soft::cipher::Sm4Key;
use sm_soft::sm2_signing::{Ciphertext, PublicKey};
use zeroize::Zeroizing;

pub(crate) use agreement::Agreement;
pub use agreement::AgreementKeys;
pub use kek::KekWrap;

use crate::{CardError, Role, Session};

/// Names a session key or a key agreement in the session that made it.
///
/// No two sessions of a process have the same handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyHandle(usize);

impl KeyHandle {
    /// A handle that no other key of the process has.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        Self::from_id(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// The handle with this id; whether it names anything, the session knows.
    #[must_use]
    pub const fn from_id(id: usize) -> Self {
        Self(id & Self::MASK)
    }

    /// The id of this handle: its three highest bits are zero.
    #[must_use]
    pub const fn id(self) -> usize {
        self.0
    }

    const MASK: usize = usize::MAX >> 3;
}

/// A symmetric key that a session holds.
pub(crate) struct SessionKey {
    bytes: Zeroizing<Vec<u8>>,
    /// With its key schedule, if it is as long as an SM4 key.
    sm4: Option<Box<Sm4Key>>,
}

impl SessionKey {
    fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        let sm4 = Sm4Key::from_slice(&bytes).ok().map(Box::new);
        Self { bytes, sm4 }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn sm4(&self) -> Result<&Sm4Key, CardError> {
        self.sm4
            .as_deref()
            .ok_or(CardError::KeyType(self.bytes.len()))
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SessionKey(..)")
    }
}

impl Session {
    /// The public half of the key pair at `index` (`SDF_ExportSignPublicKey_ECC`,
    /// `SDF_ExportEncPublicKey_ECC`); no access right is needed.
    ///
    /// # Errors
    ///
    /// [`CardError::NoSuchKey`].
    pub fn export_public_key(&self, index: u32, role: Role) -> Result<PublicKey, CardError> {
        self.card.check_operational()?;
        self.card.public_keys(index)?.role(index, role)
    }

    /// Makes an SM2 key pair that leaves the card in plain (`SDF_GenerateKeyPair_ECC`).
    ///
    /// # Errors
    ///
    /// [`CardError::Random`]; [`CardError::ErrorState`] if the pair failed its consistency check.
    pub fn generate_key_pair(&self) -> Result<(PublicKey, SecretKey), CardError> {
        self.card.check_operational()?;
        let secret = self.card.new_secret_key()?;
        Ok((secret.public_key(), secret))
    }

    /// Makes a session key and wraps it with the encryption public key at `index`
    /// (`SDF_GenerateKeyWithIPK_ECC`).
    ///
    /// # Errors
    ///
    /// [`CardError::NoSuchKey`], [`CardError::Argument`] for a bad length.
    pub fn generate_key_with_internal_public_key(
        &mut self,
        index: u32,
        bits: u32,
    ) -> Result<(Ciphertext, KeyHandle), CardError> {
        let public_key = self.export_public_key(index, Role::Encrypt)?;
        self.generate_key_with_public_key(&public_key, bits)
    }

    /// Makes a session key and wraps it with a public key from outside
    /// (`SDF_GenerateKeyWithEPK_ECC`).
    ///
    /// # Errors
    ///
    /// [`CardError::PublicKey`], [`CardError::Argument`] for a bad length.
    pub fn generate_key_with_public_key(
        &mut self,
        public_key: &PublicKey,
        bits: u32,
    ) -> Result<(Ciphertext, KeyHandle), CardError> {
        self.card.check_operational()?;
        let key = self.new_session_key(bits)?;
        let wrapped = self.encrypt_to(public_key, &key)?;
        Ok((wrapped, self.keep_key(key)))
    }

    /// Unwraps a session key with the encryption private key at `index`
    /// (`SDF_ImportKeyWithISK_ECC`).
    ///
    /// # Errors
    ///
    /// [`CardError::NoAccessRight`], [`CardError::NoSuchKey`], [`CardError::Ciphertext`],
    /// [`CardError::KeyType`] for a key of more than 64 bytes.
    pub fn import_key_with_private_key(
        &mut self,
        index: u32,
        wrapped: &Ciphertext,
    ) -> Result<KeyHandle, CardError> {
        let key = self.decrypt_internal(index, Role::Encrypt, wrapped)?;
        self.check_and_keep_key(key)
    }

    /// Re-wraps what was encrypted to the encryption key at `index` for another public key
    /// (`SDF_ExchangeDigitEnvelopeBaseOnECC`, 2012 edition).
    ///
    /// # Errors
    ///
    /// Those of decryption and encryption.
    pub fn exchange_digital_envelope(
        &self,
        index: u32,
        public_key: &PublicKey,
        envelope: &Ciphertext,
    ) -> Result<Ciphertext, CardError> {
        let key = self.decrypt_internal(index, Role::Encrypt, envelope)?;
        self.encrypt_to(public_key, &key)
    }

    /// Takes a session key in plain (`SDF_ImportKey`).
    ///
    /// # Errors
    ///
    /// [`CardError::KeyType`] unless it has 1 to 64 bytes.
    pub fn import_key(&mut self, key: &[u8]) -> Result<KeyHandle, CardError> {
        self.card.check_operational()?;
        self.check_and_keep_key(Zeroizing::new(key.to_vec()))
    }

    /// Destroys a session key, or a key agreement that was not completed (`SDF_DestroyKey`).
    ///
    /// # Errors
    ///
    /// [`CardError::KeyHandle`].
    pub fn destroy_key(&mut self, key: KeyHandle) -> Result<(), CardError> {
        let position = self.keys.iter().position(|(handle, _)| *handle == key);
        self.keys.swap_remove(position.ok_or(CardError::KeyHandle)?);
        Ok(())
    }

    /// Destroys a key agreement that was not completed (`SDF_DestroyKey`).
    ///
    /// # Errors
    ///
    /// [`CardError::KeyHandle`].
    pub fn destroy_agreement(&mut self, agreement: KeyHandle) -> Result<(), CardError> {
        self.take_agreement(agreement).map(drop)
    }

    pub(crate) fn session_key(&self, key: KeyHandle) -> Result<&SessionKey, CardError> {
        let found = self.keys.iter().find(|(handle, _)| *handle == key);
        found.map(|(_, key)| key).ok_or(CardError::KeyHandle)
    }

    /// Random bytes for a session key of `bits` bits.
    fn new_session_key(&self, bits: u32) -> Result<Zeroizing<Vec<u8>>, CardError> {
        let mut key = Zeroizing::new(vec![0; key_length(bits)?]);
        self.card.fill_random(&mut key)?;
        Ok(key)
    }

    fn check_and_keep_key(&mut self, key: Zeroizing<Vec<u8>>) -> Result<KeyHandle, CardError> {
        if key.is_empty() || key.len() > MAX_KEY_LENGTH {
            return Err(CardError::KeyType(key.len()));
        }
        Ok(self.keep_key(key))
    }

    pub(crate) fn keep_key(&mut self, key: Zeroizing<Vec<u8>>) -> KeyHandle {
        let handle = KeyHandle::new();
        self.keys.push((handle, SessionKey::new(key)));
        handle
    }
}

/// Bytes of a session key of `bits` bits.
fn key_length(bits: u32) -> Result<usize, CardError> {
    let length = usize::try_from(bits / 8).unwrap_or(usize::MAX);
    if bits == 0 || !bits.is_multiple_of(8) || length > MAX_KEY_LENGTH {
        return Err(CardError::Argument(
            "a session key has 8 to 512 bits, in whole bytes",
        ));
    }
    Ok(length)
}

/// The longest session key in bytes: an HMAC-SM3 block. SM4 itself takes 16.
const MAX_KEY_LENGTH: usize = 64;
