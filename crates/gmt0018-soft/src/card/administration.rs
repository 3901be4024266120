//! What GM/T 0018 leaves to the maker's management tool: making, importing and removing keys.

use std::path::Path;

use sm_soft::SecretKey;
use sm_soft::sm2_signing::PublicKey;
use zeroize::Zeroizing;

use super::{Card, PublicKeys};
use crate::CardError;
use crate::store::{Backup, Role, Status};

impl Card {
    /// Makes a signing and an encryption key at `index` under one access password.
    ///
    /// # Errors
    ///
    /// [`CardError::Store`] if there are keys already, the password is too short or too long, or
    /// the store cannot be written.
    pub fn generate_key_pair(&self, index: u32, password: &[u8]) -> Result<PublicKeys, CardError> {
        self.check_operational()?;
        let (sign, encrypt) = (self.new_secret_key()?, self.new_secret_key()?);
        self.store()
            .insert_key_pair(index, Some(sign), Some(encrypt), password)?;
        self.export_public_keys(index)
    }

    /// Takes a private key into `index`; the other half of the pair may follow with the same
    /// password.
    ///
    /// # Errors
    ///
    /// Those of [`generate_key_pair`](Self::generate_key_pair).
    pub fn import_key(
        &self,
        index: u32,
        role: Role,
        key: SecretKey,
        password: &[u8],
    ) -> Result<PublicKey, CardError> {
        self.check_operational()?;
        self.check_pair(&key)?;
        let public_key = key.public_key();
        let (sign, encrypt) = match role {
            Role::Sign => (Some(key), None),
            Role::Encrypt => (None, Some(key)),
        };
        self.store()
            .insert_key_pair(index, sign, encrypt, password)?;
        Ok(public_key)
    }

    /// The public keys at `index`.
    ///
    /// # Errors
    ///
    /// [`CardError::Store`] if there are none.
    pub fn export_public_keys(&self, index: u32) -> Result<PublicKeys, CardError> {
        self.public_keys(index)
    }

    /// Gives the keys at `index` a new access password.
    ///
    /// # Errors
    ///
    /// [`CardError::Store`]; then the old password stays.
    pub fn change_password(&self, index: u32, old: &[u8], new: &[u8]) -> Result<(), CardError> {
        Ok(self.store().change_password(index, old, new)?)
    }

    /// Removes the keys at `index` for good.
    ///
    /// Sessions that hold the access right can use the keys until they release it.
    ///
    /// # Errors
    ///
    /// [`CardError::Store`].
    pub fn remove_key_pair(&self, index: u32, password: &[u8]) -> Result<(), CardError> {
        Ok(self.store().remove_key_pair(index, password)?)
    }

    /// Makes a random key-encryption key at `index`.
    ///
    /// # Errors
    ///
    /// [`CardError::Store`] if there is one already, or [`CardError::Random`].
    pub fn generate_kek(&self, index: u32) -> Result<(), CardError> {
        self.check_operational()?;
        let mut key = Zeroizing::new([0; 16]);
        self.fill_random(key.as_mut_slice())?;
        self.import_kek(index, &key)
    }

    /// Takes a key-encryption key into `index`.
    ///
    /// # Errors
    ///
    /// [`CardError::Store`] if there is one already.
    pub fn import_kek(&self, index: u32, key: &[u8; 16]) -> Result<(), CardError> {
        Ok(self.store().insert_kek(index, key)?)
    }

    /// Removes the key-encryption key at `index` for good.
    ///
    /// # Errors
    ///
    /// [`CardError::Store`].
    pub fn remove_kek(&self, index: u32) -> Result<(), CardError> {
        Ok(self.store().remove_kek(index)?)
    }

    /// Copies the store into a new directory, as of one moment.
    ///
    /// # Errors
    ///
    /// [`CardError::Store`].
    pub fn backup(&self, to: impl AsRef<Path>) -> Result<Backup, CardError> {
        Ok(self.store().backup(to.as_ref())?)
    }

    /// What there is in the card, without any secret.
    ///
    /// # Errors
    ///
    /// [`CardError::Store`].
    pub fn status(&self) -> Result<Status, CardError> {
        Ok(self.store().status()?)
    }
}
