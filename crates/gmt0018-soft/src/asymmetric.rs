//! Asymmetric operations (6.4): SM2 signatures and encryption, with internal and external keys.

use sm_soft::sm2_signing::{
    Ciphertext, Prehash, PublicKey, Signature, Signer as _, Verifier as _, VerifyError,
};
use sm_soft::{SecretKey, SoftKey, SoftVerifier, encryption};
use zeroize::Zeroizing;

use crate::{CardError, Role, Session};

/// The longest plaintext that SM2 encryption takes, in bytes.
///
/// The 2012 edition speaks of 64 bytes and vendors take 136 or 255; SM2 itself has no bound. One
/// page is far above what anybody wraps and keeps a length that lies from being believed.
pub const MAX_SM2_PLAINTEXT: usize = 4096;

impl Session {
    /// Signs e with a private key at `index` (`SDF_InternalSign_ECC`).
    ///
    /// # Errors
    ///
    /// [`CardError::NoAccessRight`], [`CardError::NoSuchKey`], [`CardError::Sign`].
    pub fn sign(&self, index: u32, role: Role, e: &Prehash) -> Result<Signature, CardError> {
        self.card.check_operational()?;
        let unlocked = self.unlocked(index)?;
        match role {
            Role::Sign => unlocked
                .signing(index)?
                .sign(e)
                .map_err(|_| CardError::Sign),
            Role::Encrypt => self.external_sign(unlocked.encryption(index)?.clone(), e),
        }
    }

    /// Verifies a signature with an internal public key (`SDF_InternalVerify_ECC`).
    ///
    /// # Errors
    ///
    /// [`CardError::NoSuchKey`], [`CardError::SignatureInvalid`].
    pub fn verify_internal(
        &self,
        index: u32,
        role: Role,
        e: &Prehash,
        signature: &Signature,
    ) -> Result<(), CardError> {
        let public_key = self.export_public_key(index, role)?;
        self.verify(&public_key, e, signature)
    }

    /// Verifies a signature with a public key from outside (`SDF_ExternalVerify_ECC`).
    ///
    /// # Errors
    ///
    /// [`CardError::SignatureInvalid`], also for a public key off the curve.
    pub fn verify(
        &self,
        public_key: &PublicKey,
        e: &Prehash,
        signature: &Signature,
    ) -> Result<(), CardError> {
        self.card.check_operational()?;
        match SoftVerifier::new().verify(public_key, e, signature) {
            Ok(()) => Ok(()),
            Err(VerifyError::Invalid) => Err(CardError::SignatureInvalid),
            Err(VerifyError::Backend(_)) => Err(CardError::Internal("verification")),
        }
    }

    /// Signs e with a private key from outside (`SDF_ExternalSign_ECC`).
    ///
    /// # Errors
    ///
    /// [`CardError::Sign`].
    pub fn external_sign(&self, key: SecretKey, e: &Prehash) -> Result<Signature, CardError> {
        self.card.check_operational()?;
        SoftKey::new(key).sign(e).map_err(|_| CardError::Sign)
    }

    /// Encrypts to a public key from outside (`SDF_ExternalEncrypt_ECC`).
    ///
    /// # Errors
    ///
    /// [`CardError::PublicKey`] off the curve, [`CardError::Argument`] for an empty plaintext or
    /// one above [`MAX_SM2_PLAINTEXT`].
    pub fn encrypt_to(
        &self,
        public_key: &PublicKey,
        plaintext: &[u8],
    ) -> Result<Ciphertext, CardError> {
        self.card.check_operational()?;
        if plaintext.is_empty() || plaintext.len() > MAX_SM2_PLAINTEXT {
            return Err(CardError::Argument("SM2 encryption takes 1 to 4096 bytes"));
        }
        Ok(encryption::encrypt(public_key, plaintext)?)
    }

    /// Encrypts to an internal public key (`SDF_InternalEncrypt_ECC`).
    ///
    /// # Errors
    ///
    /// [`CardError::NoSuchKey`] and those of [`encrypt_to`](Self::encrypt_to).
    pub fn encrypt_internal(
        &self,
        index: u32,
        role: Role,
        plaintext: &[u8],
    ) -> Result<Ciphertext, CardError> {
        let public_key = self.export_public_key(index, role)?;
        self.encrypt_to(&public_key, plaintext)
    }

    /// Decrypts with an internal private key (`SDF_InternalDecrypt_ECC`).
    ///
    /// # Errors
    ///
    /// [`CardError::NoAccessRight`], [`CardError::NoSuchKey`], [`CardError::Ciphertext`].
    pub fn decrypt_internal(
        &self,
        index: u32,
        role: Role,
        ciphertext: &Ciphertext,
    ) -> Result<Zeroizing<Vec<u8>>, CardError> {
        self.card.check_operational()?;
        let unlocked = self.unlocked(index)?;
        let key = match role {
            Role::Sign => unlocked.signing(index)?.secret_key(),
            Role::Encrypt => unlocked.encryption(index)?,
        };
        Ok(encryption::decrypt(key, ciphertext)?)
    }

    /// Decrypts with a private key from outside (`SDF_ExternalDecrypt_ECC`).
    ///
    /// # Errors
    ///
    /// [`CardError::Ciphertext`].
    pub fn external_decrypt(
        &self,
        key: &SecretKey,
        ciphertext: &Ciphertext,
    ) -> Result<Zeroizing<Vec<u8>>, CardError> {
        self.card.check_operational()?;
        Ok(encryption::decrypt(key, ciphertext)?)
    }
}

impl From<encryption::Error> for CardError {
    fn from(error: encryption::Error) -> Self {
        match error {
            encryption::Error::KeyNotOnCurve => Self::PublicKey,
            encryption::Error::Random(_) => Self::Random("the operating system gave none"),
            // One answer for all that can be wrong with a ciphertext.
            _ => Self::Ciphertext,
        }
    }
}
