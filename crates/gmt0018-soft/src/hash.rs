//! Hash operations (6.6): SM3, the SM2 pre-process, HMAC-SM3.

use sm_soft::hash::{Digest as _, HmacSm3, Sm3};
use sm_soft::sm2_signing::{PublicKey, UserId, Z};

use crate::{CardError, KeyHandle, Session};

/// A hash in progress.
pub(crate) struct HashContext(Sm3);

/// An HMAC in progress.
pub(crate) struct HmacContext(HmacSm3);

impl Session {
    /// Starts SM3; with a public key and a user id the card absorbs Z first, so that the result is
    /// e = SM3(Z‖M).
    ///
    /// A hash already under way in this session is dropped.
    ///
    /// # Errors
    ///
    /// [`CardError::UserId`] for an empty or over-long id, [`CardError::PublicKey`] for a point
    /// off the curve.
    pub fn hash_init(&mut self, pre_process: Option<(&PublicKey, &[u8])>) -> Result<(), CardError> {
        self.card.check_operational()?;
        self.hash = None;
        let mut state = Sm3::new();
        if let Some((public_key, id)) = pre_process {
            if id.is_empty() {
                return Err(CardError::UserId);
            }
            if !sm_soft::curve::is_on_curve(public_key) {
                return Err(CardError::PublicKey);
            }
            let id = UserId::new(id).map_err(|_| CardError::UserId)?;
            state.update(Z::new(public_key, &id).as_bytes());
        }
        self.hash = Some(Box::new(HashContext(state)));
        Ok(())
    }

    /// Absorbs a part of the message.
    ///
    /// # Errors
    ///
    /// [`CardError::Step`] without [`hash_init`](Self::hash_init).
    pub fn hash_update(&mut self, data: &[u8]) -> Result<(), CardError> {
        self.card.check_operational()?;
        self.hash.as_mut().ok_or(HASH)?.0.update(data);
        Ok(())
    }

    /// Ends the hash.
    ///
    /// # Errors
    ///
    /// [`CardError::Step`] without [`hash_init`](Self::hash_init).
    pub fn hash_finish(&mut self) -> Result<[u8; 32], CardError> {
        self.card.check_operational()?;
        Ok(self.hash.take().ok_or(HASH)?.0.finalize().into())
    }

    /// Starts HMAC-SM3 with a session key or an internal key's handle.
    ///
    /// # Errors
    ///
    /// [`CardError::KeyHandle`] for a handle that is not of this session.
    pub fn hmac_init(&mut self, key: KeyHandle) -> Result<(), CardError> {
        self.card.check_operational()?;
        self.hmac = None;
        let state = HmacSm3::new(self.session_key(key)?.bytes());
        self.hmac = Some(Box::new(HmacContext(state)));
        Ok(())
    }

    /// HMAC-SM3 of a whole message; an HMAC in parts that is under way goes on.
    ///
    /// # Errors
    ///
    /// [`CardError::KeyHandle`] for a handle that is not of this session.
    pub fn hmac(&self, key: KeyHandle, data: &[u8]) -> Result<[u8; 32], CardError> {
        self.card.check_operational()?;
        let mut state = HmacSm3::new(self.session_key(key)?.bytes());
        state.update(data);
        Ok(state.finalize())
    }

    /// Starts HMAC-SM3 with a key given in plain (6.8).
    ///
    /// # Errors
    ///
    /// [`CardError::ErrorState`] only.
    pub fn external_hmac_init(&mut self, key: &[u8]) -> Result<(), CardError> {
        self.card.check_operational()?;
        self.hmac = Some(Box::new(HmacContext(HmacSm3::new(key))));
        Ok(())
    }

    /// Absorbs a part of the message.
    ///
    /// # Errors
    ///
    /// [`CardError::Step`] without Init.
    pub fn hmac_update(&mut self, data: &[u8]) -> Result<(), CardError> {
        self.card.check_operational()?;
        self.hmac.as_mut().ok_or(HMAC)?.0.update(data);
        Ok(())
    }

    /// Ends the HMAC.
    ///
    /// # Errors
    ///
    /// [`CardError::Step`] without Init.
    pub fn hmac_finish(&mut self) -> Result<[u8; 32], CardError> {
        self.card.check_operational()?;
        Ok(self.hmac.take().ok_or(HMAC)?.0.finalize())
    }

    /// Whether a hash is under way.
    ///
    /// # Errors
    ///
    /// [`CardError::Step`] if not.
    pub fn expect_hash(&self) -> Result<(), CardError> {
        self.hash.as_ref().map(drop).ok_or(HASH)
    }

    /// Whether an HMAC is under way.
    ///
    /// # Errors
    ///
    /// [`CardError::Step`] if not.
    pub fn expect_hmac(&self) -> Result<(), CardError> {
        self.hmac.as_ref().map(drop).ok_or(HMAC)
    }
}

const HASH: CardError = CardError::Step("hash");
const HMAC: CardError = CardError::Step("HMAC");
