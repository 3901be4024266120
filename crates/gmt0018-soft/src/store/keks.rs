//! Key-encryption keys: SM4 keys without a password, encrypted under the device key.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::keys::check_index;
use super::medium::Name;
use super::{Store, StoreError, envelope, hex, random};

impl Store {
    /// The key-encryption key at an index.
    ///
    /// # Errors
    ///
    /// [`StoreError::KekNotFound`], [`StoreError::IndexOutOfRange`], or why it cannot be read.
    pub fn kek(&self, index: u32) -> Result<Zeroizing<[u8; 16]>, StoreError> {
        let name = Name::Kek(check_index(index)?);
        let (kek, _) = self
            .read::<Kek>(&name)?
            .ok_or(StoreError::KekNotFound { index })?;
        Ok(self.inner.device_keys.decrypt(&kek.iv, &kek.ciphertext))
    }

    /// Stores a key-encryption key; nothing is ever overwritten.
    ///
    /// # Errors
    ///
    /// [`StoreError::KekExists`], [`StoreError::IndexOutOfRange`], or why the store cannot be written.
    pub fn insert_kek(&self, index: u32, key: &[u8; 16]) -> Result<(), StoreError> {
        let name = Name::Kek(check_index(index)?);
        let iv = *random()?;
        let kek = Kek {
            iv,
            ciphertext: self.inner.device_keys.encrypt(&iv, key),
        };
        let mut change = self.medium().change()?;
        if self.medium().read(&name)?.is_some() {
            return Err(StoreError::KekExists { index });
        }
        change.write(&name, &envelope::wrap(self.mac_key(), &name, &kek, b""))
    }

    /// The indexes that have a key-encryption key, ascending.
    ///
    /// # Errors
    ///
    /// Why the directory cannot be read.
    pub fn kek_indexes(&self) -> Result<Vec<u32>, StoreError> {
        let names = self.medium().names()?.into_iter();
        Ok(names
            .filter_map(|name| {
                if let Name::Kek(index) = name {
                    Some(index)
                } else {
                    None
                }
            })
            .collect())
    }

    /// Removes a key-encryption key for good.
    ///
    /// # Errors
    ///
    /// [`StoreError::KekNotFound`], [`StoreError::IndexOutOfRange`], or why the store cannot be written.
    pub fn remove_kek(&self, index: u32) -> Result<(), StoreError> {
        let name = Name::Kek(check_index(index)?);
        let mut change = self.medium().change()?;
        if self.medium().read(&name)?.is_none() {
            return Err(StoreError::KekNotFound { index });
        }
        change.remove(&name)
    }
}

/// The HMAC is that of the file, over this text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kek {
    #[serde(
        serialize_with = "hex::serialize",
        deserialize_with = "hex::deserialize"
    )]
    iv: [u8; 16],
    #[serde(
        serialize_with = "hex::serialize",
        deserialize_with = "hex::deserialize"
    )]
    ciphertext: [u8; 16],
}
