//! Hash operations (GM/T 0018 clause 6.6): SM3, SM3 with the SM2 pre-process, and HMAC-SM3.

use sm2_signing::{Prehash, PublicKey, UserId};

use crate::{
    Error, Function, Malformed, Session, SessionKey, call::Output, dialect::Algorithm,
    key::not_empty, return_code::Damage,
};

impl Session {
    /// Hashes a message with SM3.
    ///
    /// # Errors
    /// When a call fails.
    pub fn sm3(&self, message: &[u8]) -> Result<[u8; 32], Error> {
        self.hash_init(None)?;
        self.hash_update(message)?;
        self.hash_final()
    }

    /// Computes e of a message for the signing key `key` and the id `user`: Z and SM3 on the card.
    ///
    /// # Errors
    /// When the id is empty, the key is no point, or a call fails.
    pub fn sm3_with_z(
        &self,
        key: &PublicKey,
        user: &UserId,
        message: &[u8],
    ) -> Result<Prehash, Error> {
        self.hash_init(Some((key, user)))?;
        self.hash_update(message)?;
        self.hash_final().map(|e| Prehash::from_bytes(&e))
    }

    /// Computes HMAC-SM3 of a message under a session key.
    ///
    /// # Errors
    /// When the key is of another session, the library lacks the calls, or one fails.
    pub fn hmac_sm3(&self, key: &SessionKey, message: &[u8]) -> Result<[u8; 32], Error> {
        self.hmac_init(key)?;
        self.hmac_update(message)?;
        self.hmac_final()
    }

    /// Starts SM3 of a message in parts.
    ///
    /// # Errors
    /// When the call fails.
    pub fn sm3_stream(&mut self) -> Result<Sm3Stream<'_>, Error> {
        self.hash_init(None)?;
        Ok(Sm3Stream {
            session: self,
            finished: false,
        })
    }

    /// Starts the computation of e of a message in parts, as [`Session::sm3_with_z`] does of a whole one.
    ///
    /// # Errors
    /// When the id is empty, the key is no point, or the call fails.
    pub fn sm3_stream_with_z(
        &mut self,
        key: &PublicKey,
        user: &UserId,
    ) -> Result<Sm3Stream<'_>, Error> {
        self.hash_init(Some((key, user)))?;
        Ok(Sm3Stream {
            session: self,
            finished: false,
        })
    }

    /// Starts HMAC-SM3 of a message in parts under a session key.
    ///
    /// # Errors
    /// When the key is of another session, the library lacks the call, or it fails.
    pub fn hmac_sm3_stream(&mut self, key: &SessionKey) -> Result<HmacSm3Stream<'_>, Error> {
        self.hmac_init(key)?;
        Ok(HmacSm3Stream {
            session: self,
            finished: false,
        })
    }

    fn hash_init(&self, z: Option<(&PublicKey, &UserId)>) -> Result<(), Error> {
        let id = self.dialect().id(Algorithm::Sm3)?;
        let Some((key, user)) = z else {
            return self.raw().hash_init(self.handle(), id);
        };
        // No id would make it plain SM3 on some cards and an error on others.
        not_empty("user id", user.as_bytes())?;
        let mut block = self.dialect().ecc_layout.public_key(key);
        self.raw()
            .hash_init_with_z(self.handle(), id, &mut block, user.as_bytes())
    }

    fn hash_update(&self, data: &[u8]) -> Result<(), Error> {
        // Nothing is passed for empty data: some cards refuse it.
        data.chunks(self.dialect().blocks_chunk())
            .try_for_each(|part| self.raw().hash_update(self.handle(), part))
    }

    fn hash_final(&self) -> Result<[u8; 32], Error> {
        let mut room = [0; ROOM];
        let mut output = Output::new(&mut room);
        self.raw().hash_final(self.handle(), &mut output)?;
        let reported = output.reported();
        digest(Function::HashFinal, &room, reported)
    }

    fn hmac_init(&self, key: &SessionKey) -> Result<(), Error> {
        self.raw()
            .hmac_init(self.handle(), self.own(key)?, self.dialect().hmac_id())
    }

    fn hmac_update(&self, data: &[u8]) -> Result<(), Error> {
        data.chunks(self.dialect().blocks_chunk())
            .try_for_each(|part| self.raw().hmac_update(self.handle(), part))
    }

    fn hmac_final(&self) -> Result<[u8; 32], Error> {
        let mut room = [0; ROOM];
        let mut output = Output::new(&mut room);
        self.raw().hmac_final(self.handle(), &mut output)?;
        let reported = output.reported();
        digest(Function::HmacFinal, &room, reported)
    }
}

/// SM3 of a message in parts. It borrows the session, whose hash state in the card there is one of.
///
/// ```
/// # use gmt0018::{Dialect, Module, Open};
/// # let card = gmt0018_soft::EphemeralCard::new()?;
/// # let module = Module::from_functions("software card", gmt0018_soft::functions());
/// # let device = module.device(&Dialect::STANDARD.with_open(Open::WithPath(card.path().into())))?;
/// let mut session = device.session()?;
/// let mut stream = session.sm3_stream()?;
/// stream.update(b"a")?;
/// stream.update(b"bc")?;
/// let digest = stream.finish()?;
/// assert_eq!(digest, session.sm3(b"abc")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "the hash is given by `finish`"]
pub struct Sm3Stream<'a> {
    session: &'a mut Session,
    finished: bool,
}

impl Sm3Stream<'_> {
    /// Adds a part of the message.
    ///
    /// # Errors
    /// When the call fails.
    #[expect(
        clippy::needless_pass_by_ref_mut,
        reason = "the state in the card changes"
    )]
    pub fn update(&mut self, data: &[u8]) -> Result<(), Error> {
        self.session.hash_update(data)
    }

    /// Gives the hash; with the pre-process it is e.
    ///
    /// # Errors
    /// When the call fails.
    pub fn finish(mut self) -> Result<[u8; 32], Error> {
        self.finished = true;
        self.session.hash_final()
    }
}

impl Drop for Sm3Stream<'_> {
    fn drop(&mut self) {
        if !self.finished && self.session.is_usable() && self.session.hash_final().is_err() {
            self.session.handle().harm(Damage::Doubt);
        }
    }
}

/// HMAC-SM3 of a message in parts. It borrows the session, whose HMAC state in the card there is one of.
#[derive(Debug)]
#[must_use = "the MAC is given by `finish`"]
pub struct HmacSm3Stream<'a> {
    session: &'a mut Session,
    finished: bool,
}

impl HmacSm3Stream<'_> {
    /// Adds a part of the message.
    ///
    /// # Errors
    /// When the call fails.
    #[expect(
        clippy::needless_pass_by_ref_mut,
        reason = "the state in the card changes"
    )]
    pub fn update(&mut self, data: &[u8]) -> Result<(), Error> {
        self.session.hmac_update(data)
    }

    /// Gives the MAC.
    ///
    /// # Errors
    /// When the call fails.
    pub fn finish(mut self) -> Result<[u8; 32], Error> {
        self.finished = true;
        self.session.hmac_final()
    }
}

impl Drop for HmacSm3Stream<'_> {
    fn drop(&mut self) {
        if !self.finished && self.session.is_usable() && self.session.hmac_final().is_err() {
            self.session.handle().harm(Damage::Doubt);
        }
    }
}

/// The 32 bytes that a hash function gave.
fn digest(function: Function, room: &[u8; ROOM], reported: u32) -> Result<[u8; 32], Error> {
    match room.first_chunk() {
        Some(digest) if reported == 32 => Ok(*digest),
        _ => Err(Malformed::new(function, "the hash does not have 32 bytes").into()),
    }
}

/// Room for any hash.
const ROOM: usize = 64;
