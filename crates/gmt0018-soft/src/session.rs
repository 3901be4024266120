//! Sessions (6.2): access rights, and everything that lives and dies with a session.

use std::sync::Arc;

use crate::card::{Card, Unlocked};
use crate::hash::{HashContext, HmacContext};
use crate::key::{Agreement, SessionKey};
use crate::symmetric::{AeadContext, CipherContext, MacContext};
use crate::{CardError, KeyHandle};

/// A session: access rights, session keys and the state of multi-part services.
///
/// A session is small until a service makes a context in it, and it shares no lock with other
/// sessions while it signs.
///
/// # Examples
///
/// ```
/// use gmt0018_softcard::{Card, Prehash, Role};
///
/// let card = Card::ephemeral()?;
/// card.generate_key_pair(1, b"12345678")?;
/// let mut session = card.session()?;
/// let public_key = session.export_public_key(1, Role::Sign)?;
/// let e = Prehash::from_bytes(&[7; 32]);
/// assert!(session.sign(1, Role::Sign, &e).is_err(), "no access right yet");
/// session.acquire_access_right(1, b"12345678")?;
/// let signature = session.sign(1, Role::Sign, &e)?;
/// session.verify(&public_key, &e, &signature)?;
/// # Ok::<(), gmt0018_softcard::CardError>(())
/// ```
pub struct Session {
    pub(crate) card: Card,
    rights: Vec<(u32, Arc<Unlocked>)>,
    pub(crate) keys: Vec<(KeyHandle, SessionKey)>,
    pub(crate) agreements: Vec<(KeyHandle, Agreement)>,
    pub(crate) hash: Option<Box<HashContext>>,
    pub(crate) hmac: Option<Box<HmacContext>>,
    pub(crate) encryption: Option<Box<CipherContext>>,
    pub(crate) decryption: Option<Box<CipherContext>>,
    pub(crate) mac: Option<Box<MacContext>>,
    pub(crate) sealing: Option<Box<AeadContext>>,
    pub(crate) opening: Option<Box<AeadContext>>,
}

impl Session {
    pub(crate) const fn new(card: Card) -> Self {
        Self {
            card,
            rights: Vec::new(),
            keys: Vec::new(),
            agreements: Vec::new(),
            hash: None,
            hmac: None,
            encryption: None,
            decryption: None,
            mac: None,
            sealing: None,
            opening: None,
        }
    }

    /// The card that this session is open on.
    #[must_use]
    pub const fn card(&self) -> &Card {
        &self.card
    }

    /// Gets the right to use the private keys at `index`, signing and encryption, in this session
    /// (6.2.7).
    ///
    /// A right that the session already holds is checked and granted again.
    ///
    /// # Errors
    ///
    /// [`CardError::Store`] for a wrong password, an index without keys, or a store that cannot be
    /// read; after an error the session does not hold the right.
    pub fn acquire_access_right(&mut self, index: u32, password: &[u8]) -> Result<(), CardError> {
        self.card.check_operational()?;
        self.rights.retain(|(held, _)| *held != index);
        let unlocked = self.card.unlock(index, password)?;
        self.rights.push((index, unlocked));
        Ok(())
    }

    /// Gives the right to use the private keys at `index` back (6.2.8).
    ///
    /// # Errors
    ///
    /// [`CardError::NoAccessRight`] if the session does not hold it.
    pub fn release_access_right(&mut self, index: u32) -> Result<(), CardError> {
        let held = self.rights.len();
        self.rights.retain(|(right, _)| *right != index);
        if self.rights.len() == held {
            Err(CardError::NoAccessRight { index })
        } else {
            Ok(())
        }
    }

    /// Gets the right to use the key-encryption key at `index`; this card's KEKs have no password,
    /// so it only checks that the key exists.
    ///
    /// # Errors
    ///
    /// [`CardError::NoSuchKey`].
    pub fn acquire_kek_access_right(&self, index: u32) -> Result<(), CardError> {
        self.card.kek(index).map(drop)
    }

    /// The private keys at `index`, if this session has the right to use them.
    pub(crate) fn unlocked(&self, index: u32) -> Result<Arc<Unlocked>, CardError> {
        let right = self.rights.iter().find(|(held, _)| *held == index);
        match right {
            Some((_, unlocked)) => Ok(Arc::clone(unlocked)),
            // A wrong index is told apart from a missing right.
            None => {
                self.card.public_keys(index)?;
                Err(CardError::NoAccessRight { index })
            }
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rights: Vec<_> = self.rights.iter().map(|(index, _)| index).collect();
        formatter
            .debug_struct("Session")
            .field("rights", &rights)
            .field("keys", &self.keys.len())
            .finish_non_exhaustive()
    }
}
