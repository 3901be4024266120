//! Signing.

use std::fmt;

use sm2_arith::batch::{Backend as _, Portable, SignItem};
use sm2_arith::{Scalar, ScalarFactor};
use sm2_signing::{Error, ErrorKind, Prehash, PublicKey, Signature, Signer};
use zeroize::Zeroizing;

use super::{SecretKey, batch::lanes, nonce::NonceSecret};
use crate::random::{self, RandomError};

/// A private key in memory that signs.
///
/// The nonce is hedged: a hash of a secret derived from d, of 32 fresh random bytes and of e. Two signatures of one
/// e differ, and a random source that repeats itself does not give the key away. Without a random source there is no
/// signature.
///
/// # Examples
///
/// ```
/// use sm2_signing::{Prehash, Signer, UserId, Verifier};
/// use sm_soft::{SoftKey, SoftVerifier};
///
/// let key = SoftKey::generate()?;
/// let e = Prehash::of(key.public_key(), &UserId::DEFAULT, b"message");
/// let signature = key.sign(&e)?;
/// assert!(SoftVerifier::new().verify(key.public_key(), &e, &signature).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SoftKey {
    secret: SecretKey,
    public_key: PublicKey,
    /// (1 + d)^-1 mod n, which every signature needs.
    pub(super) inverse: Zeroizing<ScalarFactor>,
    pub(super) nonces: NonceSecret,
}

impl SoftKey {
    /// Makes a signer of a private key.
    #[must_use]
    pub fn new(secret: SecretKey) -> Self {
        // SecretKey keeps 0 and n-1 out: there is an inverse.
        let inverse = sm2_arith::secret::inverse_for_signing(&secret.to_scalar());
        let inverse = Zeroizing::new(inverse.unwrap_or(ScalarFactor::default()));
        Self {
            public_key: secret.public_key(),
            nonces: NonceSecret::new(&secret.to_bytes()),
            secret,
            inverse,
        }
    }

    /// Makes a signer of a fresh key.
    ///
    /// # Errors
    ///
    /// [`RandomError`] if the operating system gives no random bytes.
    pub fn generate() -> Result<Self, RandomError> {
        Ok(Self::new(SecretKey::generate()?))
    }

    /// The private key inside.
    #[must_use]
    pub const fn secret_key(&self) -> &SecretKey {
        &self.secret
    }

    /// Random bytes for one call.
    pub(super) fn fresh() -> Result<Zeroizing<[u8; 32]>, Error> {
        let mut fresh = Zeroizing::new([0; 32]);
        random::fill(fresh.as_mut_slice()).map_err(|error| Error::new(ErrorKind::Device, error))?;
        Ok(fresh)
    }

    /// A3 to A7, with the candidates for k from `attempt` on.
    pub(super) fn sign_from(
        &self,
        fresh: &[u8; 32],
        e: &Prehash,
        place: u32,
        attempt: u32,
    ) -> Signature {
        let mut attempt = attempt;
        loop {
            let k = self.nonces.candidate(fresh, e.as_bytes(), place, attempt);
            if let Some(signature) = self.sign_with_nonce(e, &k) {
                return signature;
            }
            // One candidate in 2^32 is refused: no two are the same.
            attempt = attempt.wrapping_add(1);
        }
    }

    /// A4 to A7 for one k; `None` asks for another.
    fn sign_with_nonce(&self, e: &Prehash, k: &Scalar) -> Option<Signature> {
        let item = SignItem::new(&self.inverse, e.as_bytes(), k);
        let mut signature = [None];
        match lanes() {
            Some(lanes) => lanes.sign_batch(&[item], &mut signature),
            None => Portable.sign_batch(&[item], &mut signature),
        }
        let [signature] = signature;
        signature.map(|bytes| Signature::from_bytes(&bytes))
    }
}

impl Signer for SoftKey {
    fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    fn sign(&self, e: &Prehash) -> Result<Signature, Error> {
        Ok(self.sign_from(&*Self::fresh()?, e, 0, 0))
    }
}

impl From<SecretKey> for SoftKey {
    fn from(secret: SecretKey) -> Self {
        Self::new(secret)
    }
}

impl fmt::Debug for SoftKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftKey")
            .field("public_key", &self.public_key)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use sm2_signing::UserId;

    use super::*;
    use crate::testing::hex32;

    fn scalar(text: &str) -> Scalar {
        Scalar::from_bytes(&hex32(text)).unwrap()
    }

    fn prehash(e: &Scalar) -> Prehash {
        Prehash::from_bytes(&e.to_bytes())
    }

    fn standard_key() -> SoftKey {
        let d = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8";
        SoftKey::new(SecretKey::from_bytes(&hex32(d)).unwrap())
    }

    /// GB/T 32918.5-2017, annex A.2.
    #[test]
    fn standard_example() {
        let key = standard_key();
        assert_eq!(
            key.public_key().to_string().to_uppercase(),
            "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020\
             CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
        );
        let e = Prehash::of(key.public_key(), &UserId::DEFAULT, b"message digest");
        let k = scalar("59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21");
        let signature = key.sign_with_nonce(&e, &k).unwrap();
        assert_eq!(
            signature.to_string().to_uppercase(),
            "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3\
             B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
        );
    }

    /// Step A5: k with r = 0 and k with r + k = n are thrown away. Both e come from x1 of \[k\]G.
    #[test]
    fn unusable_nonces_are_refused() {
        let key = standard_key();
        let k = scalar("59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21");
        let point = sm2_arith::secret::multiply_generator(&k).unwrap();
        let x = Scalar::from_bytes_reduced(&point.x().to_bytes());
        assert!(key.sign_with_nonce(&prehash(&x.negate()), &k).is_none());
        assert!(
            key.sign_with_nonce(&prehash(&x.add(&k).negate()), &k)
                .is_none()
        );
        // s = 0: k = r*d, that is e = k/d - x1.
        let d = key.secret.to_scalar();
        let e = k.multiply(&d.invert()).subtract(&x);
        assert!(key.sign_with_nonce(&prehash(&e), &k).is_none());
    }

    #[test]
    fn signatures_of_one_prehash_differ() {
        let key = standard_key();
        let e = Prehash::from_bytes(&[7; 32]);
        assert_ne!(key.sign(&e).unwrap(), key.sign(&e).unwrap());
    }

    #[test]
    fn debug_is_blind() {
        let text = format!(
            "{:?}",
            SoftKey::new(SecretKey::from_bytes(&[0xC5; 32]).unwrap())
        );
        assert!(!text.to_lowercase().contains("c5c5"), "{text}");
    }
}
