//! The keys of an index as the card keeps them in memory.

use std::sync::atomic::AtomicBool;

use sm_soft::sm2_signing::PublicKey;
use sm_soft::{SecretKey, SoftKey};

use crate::CardError;
use crate::store::{KeyRecord, PasswordTag, Role, Stamp};

/// The public keys at one index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PublicKeys {
    /// Of the signing key, if there is one.
    pub sign: Option<PublicKey>,
    /// Of the encryption key, if there is one.
    pub encrypt: Option<PublicKey>,
}

impl PublicKeys {
    pub(crate) fn role(&self, index: u32, role: Role) -> Result<PublicKey, CardError> {
        match role {
            Role::Sign => self.sign.ok_or(CardError::NoSuchKey {
                what: SIGNING_KEY,
                index,
            }),
            Role::Encrypt => self.encrypt.ok_or(CardError::NoSuchKey {
                what: ENCRYPTION_KEY,
                index,
            }),
        }
    }
}

impl From<&KeyRecord> for PublicKeys {
    fn from(record: &KeyRecord) -> Self {
        Self {
            sign: record.sign,
            encrypt: record.encrypt,
        }
    }
}

/// The private keys at one index, ready for use.
pub(crate) struct Unlocked {
    pub(super) sign: Option<SoftKey>,
    pub(super) encrypt: Option<SecretKey>,
    /// Recognises the password that unlocked them.
    pub(super) tag: PasswordTag,
    /// The record that they were read from.
    pub(super) stamp: Stamp,
    /// Whether a wrong password was counted since.
    pub(super) wrong_since: AtomicBool,
}

impl Unlocked {
    /// The signing key.
    pub(crate) fn signing(&self, index: u32) -> Result<&SoftKey, CardError> {
        self.sign.as_ref().ok_or(CardError::NoSuchKey {
            what: SIGNING_KEY,
            index,
        })
    }

    /// The encryption key, which also takes part in key agreement.
    pub(crate) fn encryption(&self, index: u32) -> Result<&SecretKey, CardError> {
        self.encrypt.as_ref().ok_or(CardError::NoSuchKey {
            what: ENCRYPTION_KEY,
            index,
        })
    }
}

const SIGNING_KEY: &str = "signing key";
const ENCRYPTION_KEY: &str = "encryption key";
