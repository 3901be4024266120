//! An open card: its sessions, the key under test, and how known keys come into it.

use conformance::{Answer, unsupported};
use gmt0018::{
    CardKey, CardVerifier, Dialect, Error, KeyIndex, Module, Pin, PoolOptions, PooledSession,
    Session, SessionKey, SessionPool,
};
use sm_soft::encryption;
use sm2_signing::{ErrorKind, Serial};

/// What is under test: which card and which of its keys.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) module: Module,
    pub(crate) dialect: Dialect,
    /// The key pair and its password; without one, no private key is used.
    pub(crate) key: Option<(KeyIndex, Option<Pin>)>,
    /// The key-encryption key; without one, none is used.
    pub(crate) kek: Option<KeyIndex>,
}

#[derive(Debug)]
pub(crate) struct Card {
    pub(super) name: String,
    pub(super) pool: SessionPool,
    pub(super) key: Option<CardKey>,
    pub(super) kek: Option<KeyIndex>,
    pub(super) verifier: CardVerifier,
    pub(super) batch: Serial<CardVerifier>,
}

impl Card {
    pub(crate) fn open(settings: Settings) -> Result<Self, Error> {
        let Settings {
            module,
            dialect,
            key,
            kek,
        } = settings;
        let pool = SessionPool::new(module.device(&dialect)?, PoolOptions::default());
        let key = match key {
            Some((index, pin)) => Some(CardKey::new(pool.clone(), index, pin)?),
            None => None,
        };
        let verifier = CardVerifier::new(pool.clone());
        let batch = Serial::new(CardVerifier::new(pool.clone()));
        Ok(Self {
            name: module.name().to_owned(),
            pool,
            key,
            kek,
            verifier,
            batch,
        })
    }

    /// A session with the access right, where there is a key.
    pub(super) fn session(&self) -> Answer<PooledSession> {
        Ok(match &self.key {
            Some(key) => key.session()?,
            None => self.pool.session()?,
        })
    }

    pub(super) fn key(&self) -> Answer<KeyIndex> {
        match &self.key {
            Some(key) => Ok(key.index()),
            None => unsupported("a private key: no key index was given"),
        }
    }

    pub(super) fn kek(&self) -> Answer<KeyIndex> {
        match self.kek {
            Some(index) => Ok(index),
            None => unsupported("a key-encryption key: no index was given"),
        }
    }

    /// Brings a known key into a session: in plaintext where the library takes it, else the way
    /// that every edition has, in an envelope to the card's encryption key.
    pub(super) fn import(&self, session: &Session, key: &[u8]) -> Answer<SessionKey> {
        match session.import_key(key) {
            Err(error) if error.kind() == ErrorKind::Unsupported => {}
            answer => return Ok(answer?),
        }
        let index = self.key()?;
        let receiver = session.encryption_public_key(index)?;
        let envelope = encryption::encrypt(&receiver, key)
            .map_err(|error| sm2_signing::Error::new(ErrorKind::Device, error))?;
        Ok(session.import_key_with_internal_key(index, &envelope)?)
    }
}
