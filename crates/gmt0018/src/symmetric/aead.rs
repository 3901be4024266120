//! SM4-GCM and SM4-CCM (2023), in one call and in parts.

use gmt0018_sys::error_code as sdr;

use super::SLACK;
use crate::{
    Error, Function, InputError, Malformed, Session, SessionKey,
    call::Output,
    dialect::{Algorithm, TagLength},
    key::take,
    return_code::Damage,
};

/// A mode of SM4 that encrypts and authenticates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Aead {
    /// Galois/counter mode, with a nonce of 12 bytes (others where the card takes them).
    Gcm,
    /// Counter with CBC-MAC, with a nonce of 7 to 13 bytes.
    Ccm,
}

impl Session {
    /// Encrypts and authenticates in one call. Gives the ciphertext, as long as the data, and the tag.
    ///
    /// A nonce must never be used twice with a key.
    ///
    /// # Errors
    /// When nonce or tag length is refused, the key is of another session, the library lacks the call, or it fails.
    pub fn sm4_auth_encrypt(
        &self,
        key: &SessionKey,
        aead: Aead,
        nonce: &[u8],
        additional: &[u8],
        data: &[u8],
        tag_length: usize,
    ) -> Result<(Vec<u8>, Vec<u8>), Error> {
        let wanted = aead.check(nonce, tag_length)?;
        let id = self.dialect().id(aead.algorithm())?;
        let (mut room, mut tag_room) = (vec![0; data.len().saturating_add(SLACK)], vec![0; SLACK]);
        let (mut output, mut tag) = (
            Output::new(&mut room),
            Output::offering(&mut tag_room, wanted),
        );
        let key = self.own(key)?;
        self.raw().auth_encrypt(
            self.handle(),
            key,
            id,
            nonce,
            additional,
            data,
            &mut output,
            &mut tag,
        )?;
        let (reported, tag_reported) = (output.reported(), tag.reported());
        let ciphertext = exactly(Function::AuthEnc, room, reported, data.len())?;
        Ok((
            ciphertext,
            exactly(Function::AuthEnc, tag_room, tag_reported, tag_length)?,
        ))
    }

    /// Checks the tag and decrypts in one call.
    ///
    /// # Errors
    /// [`Error::TagMismatch`] when the tag does not match; otherwise when nonce or tag length is refused, the key is of
    /// another session, the library lacks the call in the dialect's form, or it fails.
    pub fn sm4_auth_decrypt(
        &self,
        key: &SessionKey,
        aead: Aead,
        nonce: &[u8],
        additional: &[u8],
        data: &[u8],
        tag: &[u8],
    ) -> Result<Vec<u8>, Error> {
        aead.check(nonce, tag.len())?;
        let id = self.dialect().id(aead.algorithm())?;
        let mut room = vec![0; data.len().saturating_add(SLACK)];
        let mut output = Output::new(&mut room);
        let (raw, handle, key) = (self.raw(), self.handle(), self.own(key)?);
        let outcome = match self.dialect().auth_dec_tag_length {
            TagLength::ByValue => {
                raw.auth_decrypt(handle, key, id, nonce, additional, tag, data, &mut output)
            }
            TagLength::ByPointer => {
                raw.auth_decrypt_pointer(handle, key, id, nonce, additional, tag, data, &mut output)
            }
        };
        outcome.map_err(tag_mismatch)?;
        let reported = output.reported();
        exactly(Function::AuthDec, room, reported, data.len())
    }

    /// Starts encrypting and authenticating a message of `total` bytes in parts.
    ///
    /// # Errors
    /// When nonce or tag length is refused, the key is of another session, the library lacks the call, or it fails.
    pub fn sm4_auth_encrypt_stream(
        &mut self,
        key: &SessionKey,
        aead: Aead,
        nonce: &[u8],
        additional: &[u8],
        total: u32,
        tag_length: usize,
    ) -> Result<AuthEncryptor<'_>, Error> {
        let tag_length = aead.check(nonce, tag_length)?;
        let id = self.dialect().id(aead.algorithm())?;
        self.raw().auth_encrypt_init(
            self.handle(),
            self.own(key)?,
            id,
            nonce,
            additional,
            total,
        )?;
        Ok(AuthEncryptor {
            session: self,
            tag_length,
            expected: total,
            given: 0,
            finished: false,
        })
    }

    /// Starts decrypting a message of `total` bytes in parts; the tag is checked at the end.
    ///
    /// # Errors
    /// When nonce or tag length is refused, the key is of another session, the library lacks the call, or it fails.
    pub fn sm4_auth_decrypt_stream(
        &mut self,
        key: &SessionKey,
        aead: Aead,
        nonce: &[u8],
        additional: &[u8],
        tag: &[u8],
        total: u32,
    ) -> Result<AuthDecryptor<'_>, Error> {
        aead.check(nonce, tag.len())?;
        let id = self.dialect().id(aead.algorithm())?;
        self.raw().auth_decrypt_init(
            self.handle(),
            self.own(key)?,
            id,
            nonce,
            additional,
            tag,
            total,
        )?;
        Ok(AuthDecryptor {
            session: self,
            expected: total,
            given: 0,
            finished: false,
        })
    }
}

impl Aead {
    const fn algorithm(self) -> Algorithm {
        match self {
            Self::Gcm => Algorithm::Sm4Gcm,
            Self::Ccm => Algorithm::Sm4Ccm,
        }
    }

    /// Refuses nonces and tags that the mode does not have; gives the length of the tag.
    fn check(self, nonce: &[u8], tag_length: usize) -> Result<u32, InputError> {
        let (lengths, expected) = match self {
            Self::Gcm => (1..=1024, "1 to 1024 (12 by custom)"),
            Self::Ccm => (7..=13, "7 to 13"),
        };
        if !lengths.contains(&nonce.len()) {
            return Err(InputError::Length {
                what: "nonce",
                expected,
                found: nonce.len(),
            });
        }
        let (good, expected) = match self {
            Self::Gcm => (matches!(tag_length, 4 | 8 | 12..=16), "4, 8 or 12 to 16"),
            Self::Ccm => (
                matches!(tag_length, 4 | 6 | 8 | 10 | 12 | 14 | 16),
                "4, 6, 8, 10, 12, 14 or 16",
            ),
        };
        u32::try_from(tag_length)
            .ok()
            .filter(|_| good)
            .ok_or(InputError::Length {
                what: "tag",
                expected,
                found: tag_length,
            })
    }
}

/// An encryption with GCM or CCM in parts. It borrows the session, whose state in the card there is one of.
#[derive(Debug)]
#[must_use = "the tag is given by `finish`"]
pub struct AuthEncryptor<'a> {
    session: &'a mut Session,
    tag_length: u32,
    expected: u32,
    given: usize,
    finished: bool,
}

impl AuthEncryptor<'_> {
    /// Adds a part of the message and gives what the card has ready.
    ///
    /// # Errors
    /// When the call fails; the message cannot be gone on with then.
    pub fn update(&mut self, data: &[u8]) -> Result<Vec<u8>, Error> {
        let mut result = Vec::with_capacity(data.len());
        for part in data.chunks(self.session.dialect().blocks_chunk()) {
            let mut room = vec![0; part.len().saturating_add(SLACK)];
            let mut output = Output::new(&mut room);
            self.session
                .raw()
                .auth_encrypt_update(self.session.handle(), part, &mut output)?;
            let reported = output.reported();
            result.extend(take(Function::AuthEncUpdate, room, reported)?);
        }
        self.given = self.given.saturating_add(result.len());
        Ok(result)
    }

    /// Gives the last bytes of the ciphertext, which may be none, and the tag.
    ///
    /// # Errors
    /// When the parts are not as long as was announced, or the call fails.
    pub fn finish(mut self) -> Result<(Vec<u8>, Vec<u8>), Error> {
        self.finished = true;
        let (rest, tag) = self.last()?;
        all_given(Function::AuthEncFinal, self.given, &rest, self.expected)?;
        Ok((rest, tag))
    }

    fn last(&self) -> Result<(Vec<u8>, Vec<u8>), Error> {
        let function = Function::AuthEncFinal;
        let (mut room, mut tag_room) = (vec![0; SLACK], vec![0; SLACK]);
        let (mut output, mut tag) = (
            Output::new(&mut room),
            Output::offering(&mut tag_room, self.tag_length),
        );
        self.session
            .raw()
            .auth_encrypt_final(self.session.handle(), &mut output, &mut tag)?;
        let (reported, tag_reported) = (output.reported(), tag.reported());
        let wanted = usize::try_from(self.tag_length).unwrap_or(usize::MAX);
        Ok((
            take(function, room, reported)?,
            exactly(function, tag_room, tag_reported, wanted)?,
        ))
    }
}

impl Drop for AuthEncryptor<'_> {
    fn drop(&mut self) {
        if !self.finished && self.session.is_usable() && self.last().is_err() {
            self.session.handle().harm(Damage::Doubt);
        }
    }
}

/// A decryption with GCM or CCM in parts. It borrows the session, whose state in the card there is one of.
///
/// What [`AuthDecryptor::update`] gives is not authenticated until [`AuthDecryptor::finish`] succeeds: do not act on it.
#[derive(Debug)]
#[must_use = "the tag is checked by `finish`"]
pub struct AuthDecryptor<'a> {
    session: &'a mut Session,
    expected: u32,
    given: usize,
    finished: bool,
}

impl AuthDecryptor<'_> {
    /// Adds a part of the ciphertext and gives plaintext that is not authenticated yet.
    ///
    /// # Errors
    /// When the call fails; the message cannot be gone on with then.
    pub fn update(&mut self, data: &[u8]) -> Result<Vec<u8>, Error> {
        let mut result = Vec::with_capacity(data.len());
        for part in data.chunks(self.session.dialect().blocks_chunk()) {
            let mut room = vec![0; part.len().saturating_add(SLACK)];
            let mut output = Output::new(&mut room);
            self.session
                .raw()
                .auth_decrypt_update(self.session.handle(), part, &mut output)?;
            let reported = output.reported();
            result.extend(take(Function::AuthDecUpdate, room, reported)?);
        }
        self.given = self.given.saturating_add(result.len());
        Ok(result)
    }

    /// Checks the tag and gives the last bytes of the plaintext, which may be none.
    ///
    /// # Errors
    /// [`Error::TagMismatch`] when the tag does not match: throw all parts away. Otherwise when the call fails.
    pub fn finish(mut self) -> Result<Vec<u8>, Error> {
        self.finished = true;
        let rest = self.last()?;
        all_given(Function::AuthDecFinal, self.given, &rest, self.expected)?;
        Ok(rest)
    }

    fn last(&self) -> Result<Vec<u8>, Error> {
        // A card may keep everything back until the tag is checked.
        let left = usize::try_from(self.expected)
            .unwrap_or(usize::MAX)
            .saturating_sub(self.given);
        let mut room = vec![0; left.saturating_add(SLACK)];
        let mut output = Output::new(&mut room);
        self.session
            .raw()
            .auth_decrypt_final(self.session.handle(), &mut output)
            .map_err(tag_mismatch)?;
        let reported = output.reported();
        Ok(take(Function::AuthDecFinal, room, reported)?)
    }
}

impl Drop for AuthDecryptor<'_> {
    fn drop(&mut self) {
        if !self.finished
            && self.session.is_usable()
            && matches!(self.last(), Err(error) if !matches!(error, Error::TagMismatch))
        {
            self.session.handle().harm(Damage::Doubt);
        }
    }
}

/// The code for a wrong tag is not in any text that could be read; implementers use these two.
fn tag_mismatch(error: Error) -> Error {
    match error.return_code().map(crate::ReturnCode::value) {
        Some(sdr::SDR_VERIFYERR | sdr::SDR_MACERR | sdr::SWR_CARD_VERIFYERR) => Error::TagMismatch,
        _ => error,
    }
}

/// The first `length` bytes of `room`, if the library reported just so many.
fn exactly(
    function: Function,
    room: Vec<u8>,
    reported: u32,
    length: usize,
) -> Result<Vec<u8>, Error> {
    if usize::try_from(reported) != Ok(length) {
        return Err(Malformed::new(function, "the length it gave is not the one asked for").into());
    }
    Ok(take(function, room, reported)?)
}

/// Refuses an output that is not as long as the message that was announced.
fn all_given(
    function: Function,
    given: usize,
    rest: &[u8],
    expected: u32,
) -> Result<(), Malformed> {
    if usize::try_from(expected) == Ok(given.saturating_add(rest.len())) {
        return Ok(());
    }
    Err(Malformed::new(
        function,
        "the output is not as long as the message that was announced",
    ))
}
