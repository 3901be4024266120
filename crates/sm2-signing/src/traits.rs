//! The three roles: who signs, who verifies one signature, who verifies many.

use std::{fmt::Debug, sync::Arc};

use crate::{Error, Item, Prehash, PublicKey, Signature, Verdicts, VerifyError};

/// One private key, wherever it lives.
///
/// ```
/// use sm2_signing::{Error, Prehash, PublicKey, Signature, Signer, UserId};
///
/// fn sign_message(signer: &dyn Signer, message: &[u8]) -> Result<Signature, Error> {
///     signer.sign(&Prehash::of(signer.public_key(), &UserId::DEFAULT, message))
/// }
///
/// /// A key for tests of the code around a signer: r is e.
/// #[derive(Debug)]
/// struct Fixed(PublicKey);
///
/// impl Signer for Fixed {
///     fn public_key(&self) -> &PublicKey {
///         &self.0
///     }
///
///     fn sign(&self, e: &Prehash) -> Result<Signature, Error> {
///         Ok(Signature::from_r_s(e.as_bytes(), &[1; 32]))
///     }
/// }
///
/// let signer = Fixed(PublicKey::from_bytes(&[9; 64]));
/// let e = Prehash::of(&signer.0, &UserId::DEFAULT, b"message");
/// assert_eq!(sign_message(&signer, b"message")?.r(), e.as_bytes());
/// # Ok::<(), Error>(())
/// ```
pub trait Signer: Debug + Send + Sync {
    /// The public half.
    fn public_key(&self) -> &PublicKey;

    /// Signs e = SM3(Z‖M).
    ///
    /// # Errors
    ///
    /// The [kind](Error::kind) says what the caller can do.
    fn sign(&self, e: &Prehash) -> Result<Signature, Error>;
}

/// An engine that verifies signatures of any key.
///
/// ```
/// # use sm2_signing::{ErrorKind, Prehash, PublicKey, Signature};
/// use sm2_signing::{Item, Verifier, VerifyError};
///
/// fn accept(verifier: &dyn Verifier, item: &Item) -> Result<bool, sm2_signing::Error> {
///     match verifier.verify(&item.key, &item.e, &item.signature) {
///         Ok(()) => Ok(true),
///         Err(VerifyError::Invalid) => Ok(false),
///         Err(VerifyError::Backend(error)) => Err(error),
///     }
/// }
///
/// # #[derive(Debug)]
/// # struct Broken;
/// # impl Verifier for Broken {
/// #     fn verify(&self, _: &PublicKey, _: &Prehash, _: &Signature) -> Result<(), VerifyError> {
/// #         Err(VerifyError::Backend(sm2_signing::Error::new(ErrorKind::Device, "the card is gone")))
/// #     }
/// # }
/// # let key = PublicKey::from_bytes(&[9; 64]);
/// # let (e, signature) = (Prehash::from_bytes(&[1; 32]), Signature::from_bytes(&[2; 64]));
/// # let item = Item { key, e, signature };
/// // A card that was pulled out says nothing about the signature.
/// assert!(accept(&Broken, &item).is_err());
/// ```
pub trait Verifier: Debug + Send + Sync {
    /// Verifies one signature over e = SM3(Z‖M).
    ///
    /// # Errors
    ///
    /// [`VerifyError::Invalid`] for a bad signature, a key off the curve, or r, s out of range;
    /// [`VerifyError::Backend`] if the engine could not tell.
    fn verify(
        &self,
        key: &PublicKey,
        e: &Prehash,
        signature: &Signature,
    ) -> Result<(), VerifyError>;
}

/// An engine that verifies many signatures at once.
///
/// ```
/// use sm2_signing::{BatchVerifier, Error, Item};
///
/// fn first_invalid(engine: &dyn BatchVerifier, items: &[Item]) -> Result<Option<usize>, Error> {
///     Ok(engine.verify_batch(items)?.invalid().next())
/// }
/// ```
pub trait BatchVerifier: Debug + Send + Sync {
    /// Gives one verdict per item, in order.
    ///
    /// # Errors
    ///
    /// No item has a verdict: the engine failed.
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error>;
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<T: Signer + ?Sized> Signer for $pointer {
            fn public_key(&self) -> &PublicKey {
                (**self).public_key()
            }

            fn sign(&self, e: &Prehash) -> Result<Signature, Error> {
                (**self).sign(e)
            }
        }

        impl<T: Verifier + ?Sized> Verifier for $pointer {
            fn verify(
                &self,
                key: &PublicKey,
                e: &Prehash,
                signature: &Signature,
            ) -> Result<(), VerifyError> {
                (**self).verify(key, e, signature)
            }
        }

        impl<T: BatchVerifier + ?Sized> BatchVerifier for $pointer {
            fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
                (**self).verify_batch(items)
            }
        }
    )*};
}

forward!(&T, Box<T>, Arc<T>);
