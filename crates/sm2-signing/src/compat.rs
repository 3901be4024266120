//! Adapters to the traits of the `signature` crate, version 3.

use der::asn1::{BitString, ObjectIdentifier};
use signature::{
    Keypair, SignatureEncoding,
    hazmat::{PrehashSigner, PrehashVerifier},
};
use spki::{
    AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, SignatureAlgorithmIdentifier,
    SignatureBitStringEncoding,
};

use crate::{
    EncodingError, Prehash, PublicKey, Signature, Signer, UserId, Verifier, VerifyError, Z,
};

/// SM2-with-SM3, GM/T 0006.
const SM2_WITH_SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.501");

/// A [`Signer`] for code written against `signature` 3, certificate builders included.
///
/// Messages are hashed with the signer's Z, kept from construction.
#[derive(Debug, Clone)]
pub struct Compat<K> {
    signer: K,
    z: Z,
}

impl<K: Signer> Compat<K> {
    /// Wraps a signer under the default user id.
    ///
    /// ```
    /// # use sm2_signing::{Error, PublicKey};
    /// use signature::{Keypair as _, Signer as _};
    /// use sm2_signing::{Compat, Prehash, Signature, Signer, UserId};
    ///
    /// # #[derive(Debug)]
    /// # struct Key(PublicKey);
    /// # impl Signer for Key {
    /// #     fn public_key(&self) -> &PublicKey { &self.0 }
    /// #     fn sign(&self, e: &Prehash) -> Result<Signature, Error> {
    /// #         Ok(Signature::from_r_s(e.as_bytes(), &[1; 32])) // a stand-in: r is e
    /// #     }
    /// # }
    /// # let card = Key(PublicKey::from_bytes(&[9; 64]));
    /// let e = Prehash::of(card.public_key(), &UserId::DEFAULT, b"message");
    /// let expected = card.sign(&e)?;
    ///
    /// let signer = Compat::new(card);
    /// assert_eq!(signer.try_sign(b"message")?, expected); // Z and e were computed on the way
    /// assert_eq!(signer.verifying_key(), PublicKey::from_bytes(&[9; 64]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(signer: K) -> Self {
        Self::with_user_id(signer, &UserId::DEFAULT)
    }

    /// Wraps a signer under a user id.
    pub fn with_user_id(signer: K, user: &UserId) -> Self {
        let z = Z::new(signer.public_key(), user);
        Self { signer, z }
    }
}

impl<K: Signer> Keypair for Compat<K> {
    type VerifyingKey = PublicKey;

    fn verifying_key(&self) -> PublicKey {
        *self.signer.public_key()
    }
}

impl<K: Signer> PrehashSigner<Signature> for Compat<K> {
    fn sign_prehash(&self, prehash: &[u8]) -> Result<Signature, signature::Error> {
        let e = Prehash::from_slice(prehash).map_err(signature::Error::from_source)?;
        self.signer.sign(&e).map_err(signature::Error::from_source)
    }
}

impl<K: Signer> signature::Signer<Signature> for Compat<K> {
    fn try_sign(&self, message: &[u8]) -> Result<Signature, signature::Error> {
        self.signer
            .sign(&self.z.prehash(message))
            .map_err(signature::Error::from_source)
    }
}

impl<K: Signer> signature::MultipartSigner<Signature> for Compat<K> {
    fn try_multipart_sign(&self, message: &[&[u8]]) -> Result<Signature, signature::Error> {
        signature::Signer::try_sign(self, &message.concat())
    }
}

impl<K> DynSignatureAlgorithmIdentifier for Compat<K> {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        Ok(AlgorithmIdentifierOwned {
            oid: SM2_WITH_SM3,
            parameters: None,
        })
    }
}

/// A [`Verifier`] bound to one public key, for code written against `signature` 3.
#[derive(Debug, Clone)]
pub struct Bound<V> {
    key: PublicKey,
    z: Z,
    verifier: V,
}

impl<V: Verifier> Bound<V> {
    /// Binds a verifier to a key under the default user id.
    ///
    /// ```
    /// # use sm2_signing::{Prehash, UserId, Verifier, VerifyError};
    /// use signature::Verifier as _;
    /// use sm2_signing::{Bound, PublicKey, Signature};
    ///
    /// # #[derive(Debug)]
    /// # struct Engine; // a stand-in: r must be e
    /// # impl Verifier for Engine {
    /// #     fn verify(&self, _: &PublicKey, e: &Prehash, signature: &Signature) -> Result<(), VerifyError> {
    /// #         if signature.r() == e.as_bytes() { Ok(()) } else { Err(VerifyError::Invalid) }
    /// #     }
    /// # }
    /// # let key = PublicKey::from_bytes(&[9; 64]);
    /// # let e = Prehash::of(&key, &UserId::DEFAULT, b"message");
    /// # let (engine, signature) = (Engine, Signature::from_r_s(e.as_bytes(), &[1; 32]));
    /// let verifier = Bound::new(key, engine);
    /// assert!(verifier.verify(b"message", &signature).is_ok());
    /// assert!(verifier.verify(b"another message", &signature).is_err());
    /// ```
    pub fn new(key: PublicKey, verifier: V) -> Self {
        Self::with_user_id(key, verifier, &UserId::DEFAULT)
    }

    /// Binds a verifier to a key under a user id.
    pub fn with_user_id(key: PublicKey, verifier: V, user: &UserId) -> Self {
        let z = Z::new(&key, user);
        Self { key, z, verifier }
    }

    fn check(&self, e: &Prehash, signature: &Signature) -> Result<(), signature::Error> {
        self.verifier
            .verify(&self.key, e, signature)
            .map_err(|error| match error {
                VerifyError::Invalid => signature::Error::new(),
                VerifyError::Backend(error) => signature::Error::from_source(error),
            })
    }
}

impl<V: Verifier> PrehashVerifier<Signature> for Bound<V> {
    fn verify_prehash(
        &self,
        prehash: &[u8],
        signature: &Signature,
    ) -> Result<(), signature::Error> {
        self.check(
            &Prehash::from_slice(prehash).map_err(signature::Error::from_source)?,
            signature,
        )
    }
}

impl<V: Verifier> signature::Verifier<Signature> for Bound<V> {
    fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), signature::Error> {
        self.check(&self.z.prehash(message), signature)
    }
}

impl SignatureEncoding for Signature {
    type Repr = [u8; 64];
}

impl TryFrom<&[u8]> for Signature {
    type Error = EncodingError;

    fn try_from(bytes: &[u8]) -> Result<Self, EncodingError> {
        Self::from_slice(bytes)
    }
}

impl From<Signature> for [u8; 64] {
    fn from(signature: Signature) -> Self {
        signature.to_bytes()
    }
}

impl SignatureAlgorithmIdentifier for Signature {
    type Params = der::asn1::AnyRef<'static>;

    const SIGNATURE_ALGORITHM_IDENTIFIER: spki::AlgorithmIdentifier<Self::Params> =
        spki::AlgorithmIdentifier {
            oid: SM2_WITH_SM3,
            parameters: None,
        };
}

impl SignatureBitStringEncoding for Signature {
    /// The DER form, which certificates carry (GM/T 0015).
    fn to_bitstring(&self) -> der::Result<BitString> {
        BitString::from_bytes(&self.to_der())
    }
}
