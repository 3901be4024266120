//! A signature that is verified before it leaves.

use crate::{Error, ErrorKind, Prehash, PublicKey, Signature, Signer, Verifier, VerifyError};

/// A signer whose every signature is verified before it is released.
///
/// A fault during signing can give the private key away to whoever sees the faulty signature;
/// this one never leaves.
#[derive(Debug, Clone, Copy)]
pub struct Checked<S, V> {
    signer: S,
    verifier: V,
}

impl<S: Signer, V: Verifier> Checked<S, V> {
    /// Couples a signer with the verifier that checks it.
    ///
    /// ```
    /// use sm2_signing::{Checked, Signer, Verifier};
    ///
    /// fn careful(card: impl Signer, cpu: impl Verifier) -> impl Signer {
    ///     Checked::new(card, cpu)
    /// }
    /// ```
    pub const fn new(signer: S, verifier: V) -> Self {
        Self { signer, verifier }
    }
}

impl<S: Signer, V: Verifier> Signer for Checked<S, V> {
    fn public_key(&self) -> &PublicKey {
        self.signer.public_key()
    }

    fn sign(&self, e: &Prehash) -> Result<Signature, Error> {
        let signature = self.signer.sign(e)?;
        match self.verifier.verify(self.public_key(), e, &signature) {
            Ok(()) => Ok(signature),
            Err(VerifyError::Invalid) => Err(Error::new(
                ErrorKind::Device,
                "the signature just made does not verify and was withheld; \
                 check that the public key belongs to the signing key, then suspect the device",
            )),
            Err(VerifyError::Backend(error)) => Err(error),
        }
    }
}
