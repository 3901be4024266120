//! The card: a key store, the keys unlocked from it, and whether the card is fit for use.

mod administration;
mod keys;

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use sm_soft::cipher::Sm4Key;
use sm_soft::sm2_signing::{Prehash, Signer as _, Verifier as _};
use sm_soft::{SecretKey, SoftKey, SoftVerifier, encryption, random};

use crate::store::{Options, PasswordTag, Stamp, Store, StoreError};
use crate::{CardError, Session, self_test};

pub use keys::PublicKeys;
pub(crate) use keys::Unlocked;

/// A software card; clones share it.
///
/// # Examples
///
/// ```
/// use gmt0018_softcard::{Card, Role};
///
/// let card = Card::ephemeral()?;
/// let pair = card.generate_key_pair(1, b"12345678")?;
/// assert_eq!(card.session()?.export_public_key(1, Role::Sign)?, pair.sign.unwrap());
/// # Ok::<(), gmt0018_softcard::CardError>(())
/// ```
#[derive(Clone)]
pub struct Card(Arc<Inner>);

struct Inner {
    store: Store,
    unlocked: RwLock<HashMap<u32, Arc<Unlocked>>>,
    public: RwLock<HashMap<u32, (Stamp, PublicKeys)>>,
    /// One slow password derivation at a time for an index.
    turns: [Mutex<()>; TURNS],
    /// Why the card is in its error state, if it is.
    failure: OnceLock<&'static str>,
}

impl Card {
    /// Opens the card whose store is in `directory`, after its self tests.
    ///
    /// # Errors
    ///
    /// [`CardError::Store`], or [`CardError::ErrorState`] if a self test fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use gmt0018_softcard::Card;
    ///
    /// let error = Card::open("/nonexistent/store").unwrap_err();
    /// assert_eq!(error.code(), 0x0100_0005); // SDR_OPENDEVICE
    /// ```
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, CardError> {
        Self::start(Store::open(directory)?)
    }

    /// Opens the card whose store is in `directory`, and makes an empty one if there is none.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    ///
    /// # Examples
    ///
    /// ```
    /// use gmt0018_softcard::Card;
    ///
    /// let place = tempfile::tempdir()?;
    /// let made = Card::open_or_create(place.path())?.generate_key_pair(1, b"12345678")?;
    /// assert_eq!(Card::open(place.path())?.export_public_keys(1)?, made);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open_or_create(directory: impl AsRef<Path>) -> Result<Self, CardError> {
        Self::start(Store::open_or_create(directory, Options::default())?)
    }

    /// Makes an empty card in memory, which is gone with its last clone and session.
    ///
    /// Its password derivation is the cheapest one allowed: the keys are in the same memory anyway.
    ///
    /// # Errors
    ///
    /// [`CardError::Store`], or [`CardError::ErrorState`] if a self test fails.
    ///
    /// # Examples
    ///
    /// ```
    /// let card = gmt0018_softcard::Card::ephemeral()?;
    /// assert!(card.status()?.keys.is_empty());
    /// # Ok::<(), gmt0018_softcard::CardError>(())
    /// ```
    pub fn ephemeral() -> Result<Self, CardError> {
        Self::start(Store::ephemeral(Options::default().with_iterations(1000))?)
    }

    /// Makes a card of a store, after the self tests.
    ///
    /// # Errors
    ///
    /// [`CardError::ErrorState`] if a self test fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use gmt0018_softcard::Card;
    /// use gmt0018_softcard::store::{Options, Store};
    ///
    /// let store = Store::ephemeral(Options::default().with_file_capacity(1024))?;
    /// let card = Card::start(store)?;
    /// assert_eq!(card.device_info().buffer_size, 1024);
    /// # Ok::<(), gmt0018_softcard::CardError>(())
    /// ```
    pub fn start(store: Store) -> Result<Self, CardError> {
        self_test::run_once().map_err(CardError::ErrorState)?;
        Ok(Self(Arc::new(Inner {
            store,
            unlocked: RwLock::default(),
            public: RwLock::default(),
            turns: Default::default(),
            failure: OnceLock::new(),
        })))
    }

    /// Opens a session.
    ///
    /// # Errors
    ///
    /// [`CardError::ErrorState`].
    pub fn session(&self) -> Result<Session, CardError> {
        self.check_operational()?;
        Ok(Session::new(self.clone()))
    }

    /// The key store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Puts the card into its error state, as a failed test does: from now on every cryptographic
    /// service is refused, in every session, until the card is opened anew.
    ///
    /// # Examples
    ///
    /// ```
    /// use gmt0018_softcard::{Card, CardError};
    ///
    /// let card = Card::ephemeral()?;
    /// let session = card.session()?;
    /// card.enter_error_state("on purpose");
    /// assert!(matches!(session.random(&mut [0; 16]), Err(CardError::ErrorState("on purpose"))));
    /// # Ok::<(), CardError>(())
    /// ```
    pub fn enter_error_state(&self, reason: &'static str) {
        // The first reason stays.
        let _ = self.0.failure.set(reason);
    }

    /// Whether the card is not in its error state.
    #[must_use]
    pub fn is_operational(&self) -> bool {
        self.0.failure.get().is_none()
    }

    /// A new card on the same store, after all self tests: the way out of the error state.
    ///
    /// Clones and sessions of the old card stay in it.
    ///
    /// # Errors
    ///
    /// [`CardError::ErrorState`] if a self test fails.
    pub fn restart(&self) -> Result<Self, CardError> {
        self_test::run().map_err(CardError::ErrorState)?;
        Self::start(self.store().clone())
    }

    /// Refuses if the card is in its error state.
    pub(crate) fn check_operational(&self) -> Result<(), CardError> {
        match self.0.failure.get() {
            None => Ok(()),
            Some(reason) => Err(CardError::ErrorState(reason)),
        }
    }

    /// Random bytes, in which no block of 16 follows itself.
    pub(crate) fn fill_random(&self, output: &mut [u8]) -> Result<(), CardError> {
        random::fill(output).map_err(|_| CardError::Random("the operating system gave none"))?;
        if self_test::repeats_a_block(output) {
            output.fill(0);
            self.enter_error_state("the random source repeats itself");
            return Err(CardError::Random("the random source repeats itself"));
        }
        Ok(())
    }

    /// A new private key that signed, verified, encrypted and decrypted once.
    pub(crate) fn new_secret_key(&self) -> Result<SecretKey, CardError> {
        let secret = SecretKey::generate()
            .map_err(|_| CardError::Random("the operating system gave none"))?;
        self.check_pair(&secret)?;
        Ok(secret)
    }

    /// The pairwise consistency check: the private key does what the public key undoes.
    pub(crate) fn check_pair(&self, secret: &SecretKey) -> Result<(), CardError> {
        let key = SoftKey::new(secret.clone());
        let e = Prehash::from_bytes(&[0x5a; 32]);
        let signs = key.sign(&e).is_ok_and(|signature| {
            SoftVerifier::new()
                .verify(key.public_key(), &e, &signature)
                .is_ok()
        });
        let decrypts = encryption::encrypt(key.public_key(), e.as_bytes())
            .ok()
            .and_then(|ciphertext| encryption::decrypt(secret, &ciphertext).ok())
            .is_some_and(|plaintext| **plaintext == *e.as_bytes());
        if signs && decrypts {
            return Ok(());
        }
        let reason = "a key pair failed its consistency check";
        self.enter_error_state(reason);
        Err(CardError::ErrorState(reason))
    }

    /// The public keys at `index`; read anew when the store's record has changed.
    pub(crate) fn public_keys(&self, index: u32) -> Result<PublicKeys, CardError> {
        let stamp = self.stamp(index)?;
        let cached = {
            let public = self.0.public.read().unwrap_or_else(PoisonError::into_inner);
            public
                .get(&index)
                .filter(|(seen, _)| *seen == stamp)
                .map(|(_, keys)| *keys)
        };
        if let Some(keys) = cached {
            return Ok(keys);
        }
        let keys = PublicKeys::from(&self.0.store.key_pair(index)?);
        let mut public = self
            .0
            .public
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        public.insert(index, (stamp, keys));
        Ok(keys)
    }

    /// The key-encryption key at `index`.
    pub(crate) fn kek(&self, index: u32) -> Result<Sm4Key, CardError> {
        Ok(Sm4Key::from_bytes(&*self.0.store.kek(index)?))
    }

    /// The private keys at `index`, for their password.
    ///
    /// A password that was right before is recognised without its slow derivation, as long as the
    /// store's record is the same.
    pub(crate) fn unlock(&self, index: u32, password: &[u8]) -> Result<Arc<Unlocked>, CardError> {
        if let Some(keys) = self.recognised(index, password)? {
            return Ok(keys);
        }
        // Threads that start together derive the password once, not one after another.
        let turn = usize::try_from(index).unwrap_or_default() % TURNS;
        let _turn = self.0.turns[turn]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = self.recognised(index, password)? {
            return Ok(keys);
        }
        // Before the keys are read: a change in between makes the kept keys stale, not the new.
        let stamp = self.stamp(index)?;
        let keys = match self.0.store.unlock(index, password) {
            Err(error @ StoreError::WrongPassword { .. }) => {
                self.mark_wrong_password(index);
                return Err(error.into());
            }
            keys => keys?,
        };
        let unlocked = Arc::new(Unlocked {
            sign: keys.sign.map(SoftKey::new),
            encrypt: keys.encrypt,
            tag: PasswordTag::new(index, password)?,
            stamp,
            wrong_since: AtomicBool::new(false),
        });
        let mut kept = self
            .0
            .unlocked
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        kept.insert(index, Arc::clone(&unlocked));
        Ok(unlocked)
    }

    /// The kept keys of `index`, if they are those of the store's record and this is their password.
    fn recognised(&self, index: u32, password: &[u8]) -> Result<Option<Arc<Unlocked>>, CardError> {
        let stamp = self.stamp(index)?;
        let kept = {
            let unlocked = self
                .0
                .unlocked
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            unlocked.get(&index).cloned()
        };
        let kept = kept.filter(|keys| keys.stamp == stamp && keys.tag.matches(index, password));
        if kept
            .as_ref()
            .is_some_and(|keys| keys.wrong_since.swap(false, Ordering::Relaxed))
        {
            self.0.store.forget_wrong_passwords(index);
        }
        Ok(kept)
    }

    /// Remembers with the kept keys of `index` that the store counts a wrong password.
    fn mark_wrong_password(&self, index: u32) {
        let unlocked = self
            .0
            .unlocked
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = unlocked.get(&index) {
            keys.wrong_since.store(true, Ordering::Relaxed);
        }
    }

    fn stamp(&self, index: u32) -> Result<Stamp, CardError> {
        Ok(self
            .0
            .store
            .stamp(index)?
            .ok_or(StoreError::KeyNotFound { index })?)
    }
}

impl fmt::Debug for Card {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Card")
            .field("store", &self.0.store)
            .field("failure", &self.0.failure.get())
            .finish_non_exhaustive()
    }
}

const TURNS: usize = 16;
