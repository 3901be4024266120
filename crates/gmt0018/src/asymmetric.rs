//! Asymmetric operations (GM/T 0018 clause 6.4): SM2 signatures and encryption, and the public keys of the card.

use gmt0018_sys::error_code as sdr;
use sm2_signing::{Ciphertext, Prehash, PublicKey, Signature, VerifyError};
use zeroize::{Zeroize, Zeroizing};

use crate::{
    Error, Function, InputError, KeyIndex, Malformed, Session,
    call::Output,
    dialect::{Algorithm, InternalEccArguments},
    key::not_empty,
    layout::{Block, CipherBlock},
};

impl Session {
    /// Gives the public key of the signing pair at `index`.
    ///
    /// # Errors
    /// When there is no such key, or the call fails.
    pub fn sign_public_key(&self, index: KeyIndex) -> Result<PublicKey, Error> {
        let mut block = Block::new();
        self.raw()
            .export_sign_key(self.handle(), index.value(), &mut block)?;
        Ok(self
            .dialect()
            .ecc_layout
            .read_public_key(Function::ExportSignPublicKeyEcc, &block)?)
    }

    /// Gives the public key of the encryption pair at `index`.
    ///
    /// # Errors
    /// When there is no such key, or the call fails.
    pub fn encryption_public_key(&self, index: KeyIndex) -> Result<PublicKey, Error> {
        let mut block = Block::new();
        self.raw()
            .export_encryption_key(self.handle(), index.value(), &mut block)?;
        Ok(self
            .dialect()
            .ecc_layout
            .read_public_key(Function::ExportEncPublicKeyEcc, &block)?)
    }

    /// Signs `e` with the signing pair at `index`: one library call. Needs the access right.
    ///
    /// # Errors
    /// When the right is missing, there is no such key, or the call fails.
    pub fn sign(&self, index: KeyIndex, e: &Prehash) -> Result<Signature, Error> {
        let mut block = Block::new();
        self.raw()
            .internal_sign(self.handle(), index.value(), e.as_bytes(), &mut block)?;
        Ok(self
            .dialect()
            .ecc_layout
            .read_signature(Function::InternalSignEcc, &block)?)
    }

    /// Verifies a signature of `e` with the signing pair at `index`.
    ///
    /// # Errors
    /// `Invalid` when the signature is not one of `e` by this key, `Backend` when that could not be told.
    pub fn verify_internal(
        &self,
        index: KeyIndex,
        e: &Prehash,
        signature: &Signature,
    ) -> Result<(), VerifyError> {
        in_range(signature)?;
        let mut block = self.dialect().ecc_layout.signature(signature);
        let outcome =
            self.raw()
                .internal_verify(self.handle(), index.value(), e.as_bytes(), &mut block);
        verdict(outcome)
    }

    /// Verifies a signature of `e` with a given public key.
    ///
    /// # Errors
    /// `Invalid` when the signature is not one of `e` by this key, or the key is no point of the curve; `Backend` when that
    /// could not be told.
    pub fn verify_external(
        &self,
        key: &PublicKey,
        e: &Prehash,
        signature: &Signature,
    ) -> Result<(), VerifyError> {
        in_range(signature)?;
        let layout = self.dialect().ecc_layout;
        let id = self
            .dialect()
            .id(Algorithm::Sm2Sign)
            .map_err(|error| backend(error.into()))?;
        let (mut key, mut block) = (layout.public_key(key), layout.signature(signature));
        let outcome =
            self.raw()
                .external_verify(self.handle(), id, &mut key, e.as_bytes(), &mut block);
        match &outcome {
            // No key handle and no index are in this call: the wrong key can only be the given one.
            Err(error) if code(error) == Some(sdr::SDR_KEYERR) => Err(VerifyError::Invalid),
            _ => verdict(outcome),
        }
    }

    /// Signs `e` with a given private scalar (32 bytes, big-endian). The 2023 edition keeps the call for tests only.
    ///
    /// # Errors
    /// When the library lacks the call, or it fails.
    pub fn sign_external(&self, scalar: &[u8; 32], e: &Prehash) -> Result<Signature, Error> {
        let layout = self.dialect().ecc_layout;
        let id = self.dialect().id(Algorithm::Sm2Sign)?;
        let (mut key, mut block) = (layout.private_key(scalar), Block::new());
        self.raw()
            .external_sign(self.handle(), id, &mut key, e.as_bytes(), &mut block)?;
        Ok(layout.read_signature(Function::ExternalSignEcc, &block)?)
    }

    /// Encrypts a short message to a given public key. Cards take at most 64 to 255 bytes.
    ///
    /// # Errors
    /// When the message is empty, too long for the card, the key is no point, or the call fails.
    pub fn sm2_encrypt(&self, recipient: &PublicKey, message: &[u8]) -> Result<Ciphertext, Error> {
        not_empty("message", message)?;
        let layout = self.dialect().ecc_layout;
        let id = self.dialect().id(Algorithm::Sm2Encrypt)?;
        let (mut key, mut block) = (layout.public_key(recipient), self.cipher_room(message)?);
        self.raw()
            .external_encrypt(self.handle(), id, &mut key, message, &mut block)?;
        Ok(self.read_cipher(Function::ExternalEncryptEcc, &block, message)?)
    }

    /// Encrypts a short message to the encryption pair at `index`, an extension that most libraries have.
    ///
    /// # Errors
    /// When the message is empty or too long for the card, the library lacks the call, or it fails.
    pub fn sm2_encrypt_internal(
        &self,
        index: KeyIndex,
        message: &[u8],
    ) -> Result<Ciphertext, Error> {
        not_empty("message", message)?;
        let id = self.dialect().id(Algorithm::Sm2Encrypt)?;
        let mut block = self.cipher_room(message)?;
        let (raw, session, index) = (self.raw(), self.handle(), index.value());
        match self.dialect().internal_ecc_arguments {
            InternalEccArguments::Six => {
                raw.internal_encrypt(session, index, id, message, &mut block)?;
            }
            InternalEccArguments::Five | InternalEccArguments::FiveToEncrypt => {
                raw.internal_encrypt_5(session, index, message, &mut block)?;
            }
        }
        Ok(self.read_cipher(Function::InternalEncryptEcc, &block, message)?)
    }

    /// Decrypts with the encryption pair at `index`, an extension that most libraries have. Needs the access right.
    ///
    /// # Errors
    /// When the right is missing, the ciphertext is wrong, the library lacks the call, or it fails.
    pub fn sm2_decrypt(
        &self,
        index: KeyIndex,
        ciphertext: &Ciphertext,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let id = self.dialect().id(Algorithm::Sm2Encrypt)?;
        let (raw, session, index) = (self.raw(), self.handle(), index.value());
        let arguments = self.dialect().internal_ecc_arguments;
        self.decrypted(
            Function::InternalDecryptEcc,
            ciphertext,
            |block, output| match arguments {
                InternalEccArguments::Five => raw.internal_decrypt_5(session, index, block, output),
                InternalEccArguments::Six | InternalEccArguments::FiveToEncrypt => {
                    raw.internal_decrypt(session, index, id, block, output)
                }
            },
        )
    }

    /// Decrypts with a given private scalar (32 bytes, big-endian). The 2023 edition keeps the call for tests only.
    ///
    /// # Errors
    /// When the ciphertext is wrong, the library lacks the call, or it fails.
    pub fn sm2_decrypt_external(
        &self,
        scalar: &[u8; 32],
        ciphertext: &Ciphertext,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let id = self.dialect().id(Algorithm::Sm2Encrypt)?;
        let mut key = self.dialect().ecc_layout.private_key(scalar);
        self.decrypted(Function::ExternalDecryptEcc, ciphertext, |block, output| {
            self.raw()
                .external_decrypt(self.handle(), id, &mut key, block, output)
        })
    }

    fn decrypted(
        &self,
        function: Function,
        ciphertext: &Ciphertext,
        call: impl FnOnce(&mut CipherBlock, &mut Output<'_>) -> Result<(), Error>,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        not_empty("ciphertext C2", ciphertext.c2())?;
        let mut block = self.dialect().ecc_layout.ciphertext(ciphertext)?;
        let mut room = Zeroizing::new(vec![0; ciphertext.c2().len().saturating_add(SLACK)]);
        let mut output = Output::new(&mut room);
        call(&mut block, &mut output)?;
        let reported = usize::try_from(output.reported()).unwrap_or(usize::MAX);
        if reported != ciphertext.c2().len() {
            return Err(Malformed::new(function, "the plaintext is not as long as C2").into());
        }
        if let Some(rest) = room.get_mut(reported..) {
            rest.zeroize();
        }
        room.truncate(reported);
        Ok(room)
    }

    /// Room for the ciphertext of `message`, if the layout has so much.
    fn cipher_room(&self, message: &[u8]) -> Result<CipherBlock, InputError> {
        let layout = self.dialect().ecc_layout;
        layout.check_message(message)?;
        Ok(CipherBlock::new(message.len()))
    }

    fn read_cipher(
        &self,
        function: Function,
        block: &CipherBlock,
        message: &[u8],
    ) -> Result<Ciphertext, Malformed> {
        let ciphertext =
            self.dialect()
                .ecc_layout
                .read_ciphertext(function, block, message.len())?;
        if ciphertext.c2().len() != message.len() {
            return Err(Malformed::new(function, "C2 is not as long as the message"));
        }
        Ok(ciphertext)
    }
}

/// Tells a bad signature from a call that failed.
fn verdict(outcome: Result<(), Error>) -> Result<(), VerifyError> {
    match outcome {
        Ok(()) => Ok(()),
        Err(error) => match code(&error) {
            Some(sdr::SDR_VERIFYERR | sdr::SWR_CARD_VERIFYERR) => Err(VerifyError::Invalid),
            _ => Err(backend(error)),
        },
    }
}

fn code(error: &Error) -> Option<u32> {
    error.return_code().map(crate::ReturnCode::value)
}

fn backend(error: Error) -> VerifyError {
    VerifyError::Backend(error.into())
}

/// B1, B2: r and s are in [1, n-1]. Some cards answer a number out of range with an argument error, which is no verdict.
fn in_range(signature: &Signature) -> Result<(), VerifyError> {
    for number in [signature.r(), signature.s()] {
        if *number == [0; 32] || *number >= N {
            return Err(VerifyError::Invalid);
        }
    }
    Ok(())
}

/// The order of the curve.
const N: [u8; 32] = [
    0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, //
    0x72, 0x03, 0xdf, 0x6b, 0x21, 0xc6, 0x05, 0x2b, 0x53, 0xbb, 0xf4, 0x09, 0x39, 0xd5, 0x41, 0x23,
];
/// What a plaintext buffer has more than the plaintext, for libraries that write whole blocks.
const SLACK: usize = 64;
