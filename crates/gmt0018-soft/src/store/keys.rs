//! Key pairs: a signing and an encryption key per index, under one access password.

use std::time::SystemTime;

use sm_soft::SecretKey;

use super::crypto::Keys;
use super::medium::{Blob, Name};
use super::record::{OpenError, Record};
use super::{
    Kdf, KeyRecord, MAX_INDEX, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, Role, Stamp, Store,
    StoreError, UnlockedKeys, envelope, unix_seconds,
};

impl Store {
    /// The public parts of the pair at an index.
    ///
    /// # Errors
    ///
    /// [`StoreError::KeyNotFound`], [`StoreError::IndexOutOfRange`], or why the record cannot be read.
    pub fn key_pair(&self, index: u32) -> Result<KeyRecord, StoreError> {
        let (record, _) = self.record(index)?;
        Ok(KeyRecord {
            index,
            sign: record.public_key(Role::Sign),
            encrypt: record.public_key(Role::Encrypt),
            kdf: record.kdf,
            created: record.created,
        })
    }

    /// The indexes that have a key pair, ascending; whether each record is sound is not looked at.
    ///
    /// # Errors
    ///
    /// Why the directory cannot be read.
    pub fn key_indexes(&self) -> Result<Vec<u32>, StoreError> {
        let names = self.medium().names()?.into_iter();
        Ok(names
            .filter_map(|name| {
                if let Name::Key(index) = name {
                    Some(index)
                } else {
                    None
                }
            })
            .collect())
    }

    /// A mark that changes whenever the pair at the index does, for one look at the file's metadata.
    ///
    /// Who keeps unlocked keys in memory compares it before each use, so that a password changed or a key
    /// removed by another process takes effect.
    ///
    /// # Errors
    ///
    /// [`StoreError::IndexOutOfRange`], or why the metadata cannot be read.
    pub fn stamp(&self, index: u32) -> Result<Option<Stamp>, StoreError> {
        self.medium().stamp(&Name::Key(check_index(index)?))
    }

    /// Stores a key pair, or the missing half of one.
    ///
    /// Nothing is ever overwritten. At an index that has the other half already, `password` must be its
    /// password; a wrong one is counted and slowed like in [`Self::unlock`]. When this returns `Ok`, the keys
    /// survive a crash.
    ///
    /// # Errors
    ///
    /// [`StoreError::KeyExists`], [`StoreError::NoKey`], [`StoreError::PasswordLength`],
    /// [`StoreError::WrongPassword`], or why the store cannot be written.
    pub fn insert_key_pair(
        &self,
        index: u32,
        sign: Option<SecretKey>,
        encrypt: Option<SecretKey>,
        password: &[u8],
    ) -> Result<(), StoreError> {
        let name = Name::Key(check_index(index)?);
        check_password(password)?;
        if sign.is_none() && encrypt.is_none() {
            return Err(StoreError::NoKey { index });
        }
        let new = [(Role::Sign, sign), (Role::Encrypt, encrypt)];
        for _ in 0..ROUNDS {
            let before = self.medium().read(&name)?;
            let (mut record, keys) = match &before {
                None => Record::new(index, unix_seconds(SystemTime::now()), self.kdf(), password)?,
                Some(blob) => {
                    let record = self.parse_record(index, blob)?;
                    for (role, _) in new.iter().filter(|(_, secret)| secret.is_some()) {
                        if record.public_key(*role).is_some() {
                            return Err(StoreError::KeyExists { index, role: *role });
                        }
                    }
                    let (_, keys) = self.open_record(&record, password)?;
                    (record, keys)
                }
            };
            for (role, secret) in &new {
                if let Some(secret) = secret {
                    record.seal(&keys, *role, secret)?;
                }
            }
            if self.replace_record(index, before.as_ref(), Some(&record))? {
                return Ok(());
            }
        }
        Err(self.keeps_changing(index))
    }

    /// The private keys of the pair at an index, for its password.
    ///
    /// This takes as long as the password derivation, see [`Kdf`]; keep a [`super::PasswordTag`] to recognise the same
    /// password again. The try is counted before it is checked; after three failures in a row each further try
    /// is delayed, from 100 ms doubling up to 5 s. A right password forgets the failures.
    ///
    /// # Errors
    ///
    /// [`StoreError::WrongPassword`], [`StoreError::Throttled`], [`StoreError::KeyNotFound`],
    /// [`StoreError::PasswordLength`], or why the store cannot be read, or the count not written.
    pub fn unlock(&self, index: u32, password: &[u8]) -> Result<UnlockedKeys, StoreError> {
        let (record, _) = self.record(index)?;
        Ok(self.open_record(&record, password)?.0)
    }

    /// Gives the pair at an index a new password, and the store's present password derivation.
    ///
    /// # Errors
    ///
    /// As [`Self::unlock`], or why the store cannot be written; then the old password stays.
    pub fn change_password(&self, index: u32, old: &[u8], new: &[u8]) -> Result<(), StoreError> {
        check_password(new)?;
        for _ in 0..ROUNDS {
            let (record, before) = self.record(index)?;
            let (unlocked, _) = self.open_record(&record, old)?;
            let (mut changed, keys) = Record::new(index, record.created, self.kdf(), new)?;
            for (role, secret) in [
                (Role::Sign, &unlocked.sign),
                (Role::Encrypt, &unlocked.encrypt),
            ] {
                if let Some(secret) = secret {
                    changed.seal(&keys, role, secret)?;
                }
            }
            if self.replace_record(index, Some(&before), Some(&changed))? {
                return Ok(());
            }
        }
        Err(self.keeps_changing(index))
    }

    /// Removes the pair at an index for good.
    ///
    /// # Errors
    ///
    /// As [`Self::unlock`], or why the store cannot be written.
    pub fn remove_key_pair(&self, index: u32, password: &[u8]) -> Result<(), StoreError> {
        for _ in 0..ROUNDS {
            let (record, before) = self.record(index)?;
            self.open_record(&record, password)?;
            if self.replace_record(index, Some(&before), None)? {
                return Ok(());
            }
        }
        Err(self.keeps_changing(index))
    }

    /// Checks a password against a record, counted and slowed; no lock is held meanwhile.
    fn open_record(
        &self,
        record: &Record,
        password: &[u8],
    ) -> Result<(UnlockedKeys, Keys), StoreError> {
        check_password(password)?;
        let index = record.index;
        let pass = self.admit(index)?;
        let keys = record.derive(password)?;
        match record.open(&keys) {
            Ok(unlocked) => {
                pass.right();
                Ok((unlocked, keys))
            }
            Err(OpenError::Password) => Err(pass.wrong()),
            Err(OpenError::Damaged(why)) => Err(StoreError::corrupt(
                self.medium().path(&Name::Key(index)),
                why,
            )),
        }
    }

    fn record(&self, index: u32) -> Result<(Record, Blob), StoreError> {
        let blob = self.medium().read(&Name::Key(check_index(index)?))?;
        let blob = blob.ok_or(StoreError::KeyNotFound { index })?;
        Ok((self.parse_record(index, &blob)?, blob))
    }

    fn parse_record(&self, index: u32, blob: &Blob) -> Result<Record, StoreError> {
        let name = Name::Key(index);
        let (record, _) = self.parse::<Record>(&name, blob)?;
        let damaged = |why: String| StoreError::corrupt(self.medium().path(&name), why);
        if record.index != index {
            return Err(damaged(format!("it belongs to index {}", record.index)));
        }
        record
            .kdf
            .check()
            .map_err(|error| damaged(error.to_string()))?;
        Ok(record)
    }

    /// Writes or removes a record, unless it is no longer what it was: then answers `false`.
    fn replace_record(
        &self,
        index: u32,
        before: Option<&Blob>,
        after: Option<&Record>,
    ) -> Result<bool, StoreError> {
        let name = Name::Key(index);
        let mut change = self.medium().change()?;
        if self.medium().read(&name)?.as_ref() != before {
            return Ok(false);
        }
        match after {
            Some(record) => {
                change.write(&name, &envelope::wrap(self.mac_key(), &name, record, b""))?;
            }
            None => change.remove(&name)?,
        }
        Ok(true)
    }

    fn keeps_changing(&self, index: u32) -> StoreError {
        let file = self.medium().path(&Name::Key(index));
        StoreError::Locked {
            file,
            waited: std::time::Duration::ZERO,
        }
    }

    /// The password derivation of new records.
    fn kdf(&self) -> Kdf {
        self.inner.device.kdf
    }
}

pub(super) fn check_index(index: u32) -> Result<u32, StoreError> {
    if index > MAX_INDEX {
        Err(StoreError::IndexOutOfRange { index })
    } else {
        Ok(index)
    }
}

pub(super) fn check_password(password: &[u8]) -> Result<(), StoreError> {
    if (MIN_PASSWORD_LENGTH..=MAX_PASSWORD_LENGTH).contains(&password.len()) {
        Ok(())
    } else {
        Err(StoreError::PasswordLength {
            length: password.len(),
        })
    }
}

/// How often an operation starts again because another process changed the record meanwhile.
const ROUNDS: usize = 8;
