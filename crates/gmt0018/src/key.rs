//! Key management (GM/T 0018 clause 6.3): session keys, key agreement, key pairs.

mod agreement;

use std::{fmt, sync::Arc};

use gmt0018_sys::Handle;
use sm2_signing::{Ciphertext, PublicKey};
use zeroize::Zeroizing;

pub use agreement::{Agreement, AgreementKeys};

use crate::{
    Error, Function, InputError, KeyIndex, Malformed, Session,
    call::{KeyHandle, Output, Place},
    dialect::{Algorithm, KekWrap},
    layout::{Block, CipherBlock},
    session::Bin,
};

impl Session {
    /// Makes a session key and gives it out encrypted to the encryption key pair at `index`.
    ///
    /// # Errors
    /// When `bits` is not a number of bytes, there is no such key pair, or the call fails.
    pub fn generate_key_with_internal_key(
        &self,
        index: KeyIndex,
        bits: u32,
    ) -> Result<(SessionKey, Ciphertext), Error> {
        let function = Function::GenerateKeyWithIpkEcc;
        let bytes = whole_bytes(bits)?;
        let (mut wrapped, mut place) = (CipherBlock::new(bytes), Place::new());
        self.raw().generate_key_with_ipk(
            self.handle(),
            index.value(),
            bits,
            &mut wrapped,
            &mut place,
        )?;
        let key = self.new_key(&place, function)?;
        Ok((
            key,
            self.dialect()
                .ecc_layout
                .read_ciphertext(function, &wrapped, bytes)?,
        ))
    }

    /// Makes a session key and gives it out encrypted to `recipient`.
    ///
    /// # Errors
    /// When `bits` is not a number of bytes, the public key is no point, or the call fails.
    pub fn generate_key_with_external_key(
        &self,
        recipient: &PublicKey,
        bits: u32,
    ) -> Result<(SessionKey, Ciphertext), Error> {
        let function = Function::GenerateKeyWithEpkEcc;
        let bytes = whole_bytes(bits)?;
        let layout = self.dialect().ecc_layout;
        let id = self.dialect().id(Algorithm::Sm2Encrypt)?;
        let (mut wrapped, mut place) = (CipherBlock::new(bytes), Place::new());
        let mut public = layout.public_key(recipient);
        self.raw().generate_key_with_epk(
            self.handle(),
            bits,
            id,
            &mut public,
            &mut wrapped,
            &mut place,
        )?;
        let key = self.new_key(&place, function)?;
        Ok((key, layout.read_ciphertext(function, &wrapped, bytes)?))
    }

    /// Takes in a session key that was encrypted to the encryption key pair at `index`. Needs the access right.
    ///
    /// # Errors
    /// When the right is missing, the ciphertext is wrong, or the call fails.
    pub fn import_key_with_internal_key(
        &self,
        index: KeyIndex,
        wrapped: &Ciphertext,
    ) -> Result<SessionKey, Error> {
        let mut block = self.dialect().ecc_layout.ciphertext(wrapped)?;
        let mut place = Place::new();
        self.raw()
            .import_key_with_isk(self.handle(), index.value(), &mut block, &mut place)?;
        self.new_key(&place, Function::ImportKeyWithIskEcc)
    }

    /// Encrypts anew, to `recipient`, a session key that was encrypted to the key pair at `index`. Needs the access right.
    ///
    /// The 2023 edition removed this call.
    ///
    /// # Errors
    /// When the right is missing, the library lacks the call, or it fails.
    pub fn exchange_envelope(
        &self,
        index: KeyIndex,
        recipient: &PublicKey,
        wrapped: &Ciphertext,
    ) -> Result<Ciphertext, Error> {
        let layout = self.dialect().ecc_layout;
        let id = self.dialect().id(Algorithm::Sm2Encrypt)?;
        let length = wrapped.c2().len();
        let (mut from, mut to) = (layout.ciphertext(wrapped)?, CipherBlock::new(length));
        let mut public = layout.public_key(recipient);
        self.raw().exchange_envelope(
            self.handle(),
            index.value(),
            id,
            &mut public,
            &mut from,
            &mut to,
        )?;
        Ok(layout.read_ciphertext(Function::ExchangeDigitEnvelopeBaseOnEcc, &to, length)?)
    }

    /// Makes a session key and gives it out encrypted under the key-encryption key at `index`, in the dialect's form.
    ///
    /// # Errors
    /// When `bits` is not a number of bytes, there is no such key, or the call fails.
    pub fn generate_key_with_kek(
        &self,
        index: KeyIndex,
        bits: u32,
    ) -> Result<(SessionKey, Vec<u8>), Error> {
        let function = Function::GenerateKeyWithKek;
        let mut room = vec![0; whole_bytes(bits)?.saturating_add(WRAP_SLACK)];
        let (mut output, mut place) = (Output::new(&mut room), Place::new());
        let id = self.kek_algorithm()?;
        self.raw().generate_key_with_kek(
            self.handle(),
            bits,
            id,
            index.value(),
            &mut output,
            &mut place,
        )?;
        let reported = output.reported();
        let key = self.new_key(&place, function)?;
        let wrapped = take(function, room, reported)?;
        if wrapped.is_empty() {
            return Err(Malformed::new(function, "the wrapped key is empty").into());
        }
        Ok((key, wrapped))
    }

    /// Takes in a session key that was encrypted under the key-encryption key at `index`, in the dialect's form.
    ///
    /// # Errors
    /// When there is no such key, the wrapped key is wrong, or the call fails.
    pub fn import_key_with_kek(
        &self,
        index: KeyIndex,
        wrapped: &[u8],
    ) -> Result<SessionKey, Error> {
        not_empty("wrapped key", wrapped)?;
        let mut place = Place::new();
        let id = self.kek_algorithm()?;
        self.raw()
            .import_key_with_kek(self.handle(), id, index.value(), wrapped, &mut place)?;
        self.new_key(&place, Function::ImportKeyWithKek)
    }

    /// Takes in a session key in plaintext, which no edition has and nearly every library exports.
    ///
    /// # Errors
    /// When the key is empty, the library lacks the call, or it fails.
    pub fn import_key(&self, key: &[u8]) -> Result<SessionKey, Error> {
        not_empty("key", key)?;
        let mut place = Place::new();
        self.raw().import_key(self.handle(), key, &mut place)?;
        self.new_key(&place, Function::ImportKey)
    }

    /// Gives a handle of the symmetric key at `index`, an extension of Sansec's.
    ///
    /// # Errors
    /// When there is no such key, the library lacks the call, or it fails.
    pub fn symmetric_key_handle(&self, index: KeyIndex) -> Result<SessionKey, Error> {
        let mut place = Place::new();
        self.raw()
            .symmetric_key_handle(self.handle(), index.value(), &mut place)?;
        self.new_key(&place, Function::GetSymmKeyHandle)
    }

    /// Destroys a session key now. Dropping it does so at the session's next operation with keys.
    ///
    /// # Errors
    /// When the key is of another session, or the call fails.
    pub fn destroy_key(&self, mut key: SessionKey) -> Result<(), Error> {
        self.own(&key)?;
        match key.handle.take() {
            Some(handle) => self.raw().destroy_key(self.handle(), &handle),
            None => Ok(()),
        }
    }

    /// Makes an SM2 key pair outside the card's store and gives out the private scalar (32 bytes, big-endian) and the public
    /// key. The 2023 edition keeps the call for tests only.
    ///
    /// # Errors
    /// When the library lacks the call, or it fails.
    pub fn generate_key_pair(&self) -> Result<(Zeroizing<[u8; 32]>, PublicKey), Error> {
        let function = Function::GenerateKeyPairEcc;
        let layout = self.dialect().ecc_layout;
        let id = self.dialect().id(Algorithm::Sm2Sign)?;
        let (mut public, mut private) = (Block::new(), Zeroizing::new(Block::new()));
        self.raw()
            .generate_key_pair(self.handle(), id, SM2_BITS, &mut public, &mut private)?;
        let scalar = layout.read_private_key(function, &private)?;
        Ok((scalar, layout.read_public_key(function, &public)?))
    }

    /// Wraps the handle of a new key, and destroys keys whose owners are gone.
    fn new_key(&self, place: &Place, function: Function) -> Result<SessionKey, Error> {
        let handle = KeyHandle::new(place, function)?;
        let key = SessionKey {
            handle: Some(handle),
            session: self.handle().number(),
            bin: Arc::clone(self.bin()),
        };
        self.sweep();
        Ok(key)
    }

    /// The handle of a key, if it was made on this session.
    pub(crate) fn own<'a>(&self, key: &'a SessionKey) -> Result<&'a KeyHandle, InputError> {
        let handle = key
            .handle
            .as_ref()
            .filter(|_| key.session == self.handle().number());
        handle.ok_or(InputError::ForeignKey)
    }

    fn kek_algorithm(&self) -> Result<u32, InputError> {
        self.dialect().id(match self.dialect().kek_wrap {
            KekWrap::Ecb => Algorithm::Sm4Ecb,
            KekWrap::SoftSdfCbc => Algorithm::Sm4Cbc,
        })
    }
}

/// A session key in the card: used on the session that made it, destroyed when dropped.
///
/// Dropping it leaves the call to the session, which makes it at its next operation with keys, when it goes back to its
/// pool, or when it is closed.
pub struct SessionKey {
    /// `Some` until the key is destroyed or dropped.
    handle: Option<KeyHandle>,
    session: u64,
    bin: Arc<Bin>,
}

impl SessionKey {
    /// Gives the library's own handle, for calls that this crate does not wrap; null after the key was destroyed.
    #[must_use]
    pub fn raw_handle(&self) -> Handle {
        self.handle
            .as_ref()
            .map_or(std::ptr::null_mut(), KeyHandle::raw)
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SessionKey(of session {})", self.session)
    }
}

impl Drop for SessionKey {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            self.bin.put(handle);
        }
    }
}

/// The first `reported` bytes of `room`, if there are so many.
pub(crate) fn take(
    function: Function,
    mut room: Vec<u8>,
    reported: u32,
) -> Result<Vec<u8>, Malformed> {
    let length = usize::try_from(reported).unwrap_or(usize::MAX);
    if length > room.len() {
        return Err(Malformed::new(
            function,
            "the length it gave is larger than the buffer",
        ));
    }
    room.truncate(length);
    Ok(room)
}

/// Refuses input of no bytes.
pub(crate) const fn not_empty(what: &'static str, bytes: &[u8]) -> Result<(), InputError> {
    if bytes.is_empty() {
        Err(InputError::Empty { what })
    } else {
        Ok(())
    }
}

/// The bytes of a key of `bits` bits.
fn whole_bytes(bits: u32) -> Result<usize, InputError> {
    let found = usize::try_from(bits / 8).unwrap_or(usize::MAX);
    if bits == 0 || !bits.is_multiple_of(8) || bits > MAX_KEY_BITS {
        let expected = "1 to 1024 (a multiple of 8 bits, 128 for SM4)";
        return Err(InputError::Length {
            what: "session key",
            expected,
            found,
        });
    }
    Ok(found)
}

/// The size of an SM2 key.
const SM2_BITS: u32 = 256;
/// The largest session key that is asked for.
const MAX_KEY_BITS: u32 = 8192;
/// What a wrapped key may have more than the key: an IV, padding, and room for libraries that ignore the length.
const WRAP_SLACK: usize = 128;
