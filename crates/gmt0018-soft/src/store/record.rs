//! A key pair as it lies in the store.

use serde::{Deserialize, Serialize};
use sm_soft::SecretKey;
use zeroize::Zeroizing;

use super::crypto::{self, Keys};
use super::{Kdf, PublicKey, Role, StoreError, UnlockedKeys, hex, random};

/// Both halves of a pair under one password.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub(super) index: u32,
    /// Seconds since 1970, UTC.
    pub(super) created: u64,
    pub(super) kdf: Kdf,
    #[serde(
        serialize_with = "hex::serialize",
        deserialize_with = "hex::deserialize"
    )]
    salt: [u8; 16],
    sign: Option<SealedKey>,
    encrypt: Option<SealedKey>,
}

/// A private key under the password: SM4-CBC, then HMAC-SM3.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedKey {
    /// x, then y, 32 bytes each, big-endian.
    #[serde(
        serialize_with = "hex::serialize",
        deserialize_with = "hex::deserialize"
    )]
    public_key: [u8; 64],
    #[serde(
        serialize_with = "hex::serialize",
        deserialize_with = "hex::deserialize"
    )]
    iv: [u8; 16],
    #[serde(
        serialize_with = "hex::serialize",
        deserialize_with = "hex::deserialize"
    )]
    ciphertext: [u8; 32],
    #[serde(
        serialize_with = "hex::serialize",
        deserialize_with = "hex::deserialize"
    )]
    tag: [u8; 32],
}

/// Why a record did not open.
#[derive(Debug)]
pub(super) enum OpenError {
    Password,
    Damaged(String),
}

impl Record {
    /// An empty record and the keys that its password gives; this runs the password derivation.
    pub(super) fn new(
        index: u32,
        created: u64,
        kdf: Kdf,
        password: &[u8],
    ) -> Result<(Self, Keys), StoreError> {
        let salt = *random()?;
        let record = Self {
            index,
            created,
            kdf,
            salt,
            sign: None,
            encrypt: None,
        };
        let keys = record.derive(password)?;
        Ok((record, keys))
    }

    /// The keys that a password gives, right or wrong; this runs the password derivation.
    pub(super) fn derive(&self, password: &[u8]) -> Result<Keys, StoreError> {
        Ok(Keys::derive(&*self.kdf.derive(password, &self.salt)?))
    }

    pub(super) fn public_key(&self, role: Role) -> Option<PublicKey> {
        let sealed = match role {
            Role::Sign => &self.sign,
            Role::Encrypt => &self.encrypt,
        };
        sealed
            .as_ref()
            .map(|sealed| PublicKey::from_bytes(&sealed.public_key))
    }

    /// Encrypts a private key into the record.
    pub(super) fn seal(
        &mut self,
        keys: &Keys,
        role: Role,
        secret: &SecretKey,
    ) -> Result<(), StoreError> {
        let iv = *random()?;
        let public_key = *secret.public_key().as_bytes();
        let ciphertext = keys.encrypt(&iv, &secret.to_bytes());
        let tag = self.tag(keys, role, &public_key, &iv, &ciphertext);
        let sealed = SealedKey {
            public_key,
            iv,
            ciphertext,
            tag,
        };
        match role {
            Role::Sign => self.sign = Some(sealed),
            Role::Encrypt => self.encrypt = Some(sealed),
        }
        Ok(())
    }

    /// Decrypts what the record has.
    pub(super) fn open(&self, keys: &Keys) -> Result<UnlockedKeys, OpenError> {
        let open = |role, sealed: &Option<SealedKey>| {
            sealed
                .as_ref()
                .map(|sealed| self.open_one(keys, role, sealed))
                .transpose()
        };
        let unlocked = UnlockedKeys {
            sign: open(Role::Sign, &self.sign)?,
            encrypt: open(Role::Encrypt, &self.encrypt)?,
        };
        if unlocked.sign.is_none() && unlocked.encrypt.is_none() {
            return Err(OpenError::Damaged("it holds no key".to_owned()));
        }
        Ok(unlocked)
    }

    fn open_one(
        &self,
        keys: &Keys,
        role: Role,
        sealed: &SealedKey,
    ) -> Result<SecretKey, OpenError> {
        let SealedKey {
            public_key,
            iv,
            ciphertext,
            tag,
        } = sealed;
        if !crypto::equal(&self.tag(keys, role, public_key, iv, ciphertext), tag) {
            return Err(OpenError::Password);
        }
        let secret: Zeroizing<[u8; 32]> = keys.decrypt(iv, ciphertext);
        let secret = SecretKey::from_bytes(&secret)
            .map_err(|error| OpenError::Damaged(format!("its {role} key is no key: {error}")))?;
        if secret.public_key().as_bytes() != public_key {
            let why = format!("its {role} key does not belong to its public key");
            return Err(OpenError::Damaged(why));
        }
        Ok(secret)
    }

    /// Binds a private key to its index, its role, its public key and its password derivation.
    fn tag(
        &self,
        keys: &Keys,
        role: Role,
        public_key: &[u8; 64],
        iv: &[u8; 16],
        ciphertext: &[u8; 32],
    ) -> [u8; 32] {
        let role = match role {
            Role::Sign => [1],
            Role::Encrypt => [2],
        };
        // Every part has a fixed length, so that no two records give the same bytes.
        let parts: [&[u8]; 8] = [
            b"gmt0018-soft private key 1",
            &self.index.to_be_bytes(),
            &role,
            public_key,
            &self.kdf.to_bytes(),
            &self.salt,
            iv,
            ciphertext,
        ];
        crypto::mac(keys.mac_key(), &parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIGHT: Kdf = Kdf::Pbkdf2HmacSm3 { iterations: 1_000 };

    fn record() -> (Record, Keys, SecretKey) {
        let (mut record, keys) = Record::new(7, 0, LIGHT, b"password").unwrap();
        let secret = SecretKey::generate().unwrap();
        record.seal(&keys, Role::Sign, &secret).unwrap();
        (record, keys, secret)
    }

    #[test]
    fn a_sealed_key_opens_with_its_password_only() {
        let (record, _, secret) = record();
        let keys = record.derive(b"password").unwrap();
        assert_eq!(
            record.open(&keys).unwrap().sign.unwrap().to_bytes(),
            secret.to_bytes()
        );
        let wrong = record.derive(b"passwore").unwrap();
        assert!(matches!(record.open(&wrong), Err(OpenError::Password)));
    }

    #[test]
    fn a_sealed_key_is_bound_to_everything_beside_it() {
        let (record, keys, _) = record();
        let changes: [fn(&mut Record); 6] = [
            |record| record.index = 8,
            |record| record.encrypt = record.sign.take(),
            |record| record.kdf = Kdf::Pbkdf2HmacSm3 { iterations: 1_001 },
            |record| record.salt[0] ^= 1,
            |record| record.sign.as_mut().unwrap().public_key[0] ^= 1,
            |record| record.sign.as_mut().unwrap().ciphertext[31] ^= 1,
        ];
        for change in changes {
            let mut changed = record.clone();
            change(&mut changed);
            assert!(matches!(changed.open(&keys), Err(OpenError::Password)));
        }
        let mut empty = record;
        empty.sign = None;
        assert!(matches!(empty.open(&keys), Err(OpenError::Damaged(_))));
    }
}
