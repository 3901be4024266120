//! A key in the card as a signer, and the card as a verifier.

use std::sync::{Arc, OnceLock};

use gmt0018_sys::error_code as sdr;
use sm2_signing::{
    ErrorKind, Prehash, PublicKey, Signature, Signer, UserId, Verifier, VerifyError,
};

use crate::{CallError, Error, KeyIndex, Pin, PooledSession, Session, SessionPool};

/// The signing key pair at an index of the card.
///
/// The public key is read and the password shown when this is made; a signature is then one library call. Where the pool
/// opens another session, that one takes two calls more. A password that the card refuses is not shown to it again,
/// because cards count wrong passwords and lock.
///
/// ```
/// # use gmt0018::{Dialect, Module, Open, PoolOptions};
/// use gmt0018::{CardKey, CardVerifier, KeyIndex, Pin, SessionPool};
/// use sm2_signing::{Prehash, Signer, UserId, Verifier};
///
/// # let card = gmt0018_soft::EphemeralCard::new()?;
/// # card.card().generate_key_pair(1, b"password")?;
/// # let module = Module::from_functions("software card", gmt0018_soft::functions());
/// # let device = module.device(&Dialect::STANDARD.with_open(Open::WithPath(card.path().into())))?;
/// let pool = SessionPool::new(device, PoolOptions::default());
/// let key = CardKey::new(pool.clone(), KeyIndex::new(1), Some(Pin::new("password")?))?;
/// let e = Prehash::of(key.public_key(), &UserId::DEFAULT, b"message");
/// let signature = key.sign(&e)?;
/// CardVerifier::new(pool).verify(key.public_key(), &e, &signature)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct CardKey {
    pool: SessionPool,
    index: KeyIndex,
    pin: Option<Pin>,
    public_key: PublicKey,
    /// What the card answered when it refused the password; shared by the clones.
    refused: Arc<OnceLock<CallError>>,
}

impl CardKey {
    /// Reads the public key at `index` and shows the password to the card, so that a wrong one fails here.
    ///
    /// Without a password the key is used directly, or as the dialect says.
    ///
    /// # Errors
    /// When there is no such key, the password is wrong, or no session can be had.
    pub fn new(pool: SessionPool, index: KeyIndex, pin: Option<Pin>) -> Result<Self, Error> {
        let session = pool.session()?;
        let public_key = session.sign_public_key(index)?;
        session.renew_access(index, pin.as_ref())?;
        drop(session);
        Ok(Self {
            pool,
            index,
            pin,
            public_key,
            refused: Arc::default(),
        })
    }

    /// As [`CardKey::new`], and checks with a test signature that the public key belongs to the key that signs.
    ///
    /// # Errors
    /// As [`CardKey::new`], when the signature fails, or when `verifier` finds it invalid.
    pub fn verified(
        pool: SessionPool,
        index: KeyIndex,
        pin: Option<Pin>,
        verifier: &dyn Verifier,
    ) -> Result<Self, Error> {
        let key = Self::new(pool, index, pin)?;
        let challenge: [u8; 32] = {
            let mut bytes = [0; 32];
            key.pool.session()?.fill_random(&mut bytes)?;
            bytes
        };
        let e = Prehash::from_bytes(&challenge);
        let signature = key.try_sign(&e)?;
        match verifier.verify(&key.public_key, &e, &signature) {
            Ok(()) => Ok(key),
            Err(VerifyError::Invalid) => Err(Error::Unverified(index)),
            Err(VerifyError::Backend(error)) => Err(Error::Verifier(Arc::new(error))),
        }
    }

    /// Signs `e`, with this crate's error.
    ///
    /// # Errors
    /// When no session can be had, or a call fails.
    pub fn try_sign(&self, e: &Prehash) -> Result<Signature, Error> {
        let session = self.pool.session_for(self.index)?;
        let warm = session.has_access(self.index);
        self.keep_access(&session)?;
        match session.sign(self.index, e) {
            // The card forgot a right that it gave, for instance after a reset: ask once more.
            Err(error) if warm && is_denied(&error) => {
                session.forget_access(self.index);
                self.keep_access(&session)?;
                session.sign(self.index, e)
            }
            outcome => outcome,
        }
    }

    /// Computes e of a message on the card, for this key and the id `user`.
    ///
    /// # Errors
    /// When no session can be had, or a call fails.
    pub fn prehash_on_card(&self, user: &UserId, message: &[u8]) -> Result<Prehash, Error> {
        self.pool
            .session()?
            .sm3_with_z(&self.public_key, user, message)
    }

    /// Lends a session that holds the access right of this key, for decryption, key agreement or key import.
    ///
    /// # Errors
    /// When no session can be had, or the card refuses the password.
    pub fn session(&self) -> Result<PooledSession, Error> {
        let session = self.pool.session_for(self.index)?;
        self.keep_access(&session)?;
        Ok(session)
    }

    /// Shows the password to a session that does not hold the right, unless the card refused it before.
    fn keep_access(&self, session: &Session) -> Result<(), Error> {
        let index = self.index;
        if !session.has_access(index)
            && let Some(cause) = self.refused.get().copied()
        {
            return Err(Error::Refused { index, cause });
        }
        let outcome = session.keep_access(index, self.pin.as_ref());
        if let Err(Error::Call(cause)) = &outcome
            && cause.kind() == ErrorKind::Access
        {
            // Another thread's refusal is as good as this one.
            let _ = self.refused.set(*cause);
        }
        outcome
    }

    /// Gives the index.
    #[must_use]
    pub const fn index(&self) -> KeyIndex {
        self.index
    }

    /// Gives the pool.
    #[must_use]
    pub const fn pool(&self) -> &SessionPool {
        &self.pool
    }
}

impl Signer for CardKey {
    fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    fn sign(&self, e: &Prehash) -> Result<Signature, sm2_signing::Error> {
        Ok(self.try_sign(e)?)
    }
}

/// A card that verifies signatures of any key, one library call each.
///
/// ```
/// # use gmt0018::{Dialect, Module, Open};
/// # let card = gmt0018_soft::EphemeralCard::new()?;
/// # let module = Module::from_functions("software card", gmt0018_soft::functions());
/// # let device = module.device(&Dialect::STANDARD.with_open(Open::WithPath(card.path().into())))?;
/// use gmt0018::{CardVerifier, PoolOptions, SessionPool};
/// use sm2_signing::{Prehash, PublicKey, Signature, Verifier, VerifyError};
///
/// let verifier = CardVerifier::new(SessionPool::new(device, PoolOptions::default()));
/// let (key, e) = (PublicKey::from_bytes(&[1; 64]), Prehash::from_bytes(&[2; 32]));
/// let verdict = verifier.verify(&key, &e, &Signature::from_bytes(&[0; 64]));
/// assert!(matches!(verdict, Err(VerifyError::Invalid)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct CardVerifier {
    pool: SessionPool,
}

impl CardVerifier {
    /// Verifies with sessions of `pool`.
    #[must_use]
    pub const fn new(pool: SessionPool) -> Self {
        Self { pool }
    }

    /// Computes e of a message on the card, for a signing key and an id.
    ///
    /// # Errors
    /// When no session can be had, or a call fails.
    pub fn prehash_on_card(
        &self,
        key: &PublicKey,
        user: &UserId,
        message: &[u8],
    ) -> Result<Prehash, Error> {
        self.pool.session()?.sm3_with_z(key, user, message)
    }

    /// Gives the pool.
    #[must_use]
    pub const fn pool(&self) -> &SessionPool {
        &self.pool
    }
}

impl Verifier for CardVerifier {
    fn verify(
        &self,
        key: &PublicKey,
        e: &Prehash,
        signature: &Signature,
    ) -> Result<(), VerifyError> {
        let session = self
            .pool
            .session()
            .map_err(|error| VerifyError::Backend(error.into()))?;
        session.verify_external(key, e, signature)
    }
}

fn is_denied(error: &Error) -> bool {
    let code = error.return_code().map(crate::ReturnCode::value);
    matches!(code, Some(sdr::SDR_PARDENY | sdr::SWR_CARD_PARDENY))
}
