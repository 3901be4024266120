//! Signatures as bytes: what a key store or a protocol has in hand.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::public::Claim;
use crate::{AffinePoint, Scalar, ScalarFactor, secret};

/// Whether `signature` (r ‖ s) is one of `e` under `public_key` (x ‖ y), all big-endian
/// (GB/T 32918.2, 7.1).
///
/// False as well for r or s outside \[1, n-1\] and for a key that is not a point of the curve. e is
/// taken mod n. Takes variable time.
///
/// # Examples
///
/// ```
/// use sm2_arith::{SigningKey, verify};
///
/// let key = SigningKey::from_bytes(&[0x11; 32])?;
/// let e = [0x22; 32];
/// let signature = key.sign_with_nonce(&e, &[0x33; 32]).unwrap();
/// assert!(verify(&key.public_key(), &e, &signature));
/// assert!(!verify(&key.public_key(), &[0x23; 32], &signature));
/// # Ok::<(), sm2_arith::InvalidKey>(())
/// ```
#[must_use]
pub fn verify(public_key: &[u8; 64], e: &[u8; 32], signature: &[u8; 64]) -> bool {
    // B1 to B5
    let Some(claim) = Claim::from_bytes(e, signature) else {
        return false;
    };
    // B6, B7
    AffinePoint::from_bytes(public_key).is_ok_and(|key| claim.holds(&key))
}

/// A private key d in \[1, n-2\] with (1 + d)^-1; wiped on drop.
///
/// Nonces are the caller's: see [`sign_with_nonce`](Self::sign_with_nonce).
///
/// # Examples
///
/// ```
/// use sm2_arith::{AffinePoint, SigningKey};
///
/// let mut d = [0; 32];
/// d[31] = 1;
/// assert_eq!(SigningKey::from_bytes(&d)?.public_key(), AffinePoint::GENERATOR.to_bytes());
/// # Ok::<(), sm2_arith::InvalidKey>(())
/// ```
#[derive(Clone)]
pub struct SigningKey {
    d: Scalar,
    inverse: ScalarFactor,
    public_key: [u8; 64],
}

impl SigningKey {
    /// The key with this d, big-endian.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`] unless d is in \[1, n-2\] (GB/T 32918.1, 6.1).
    pub fn from_bytes(d: &[u8; 32]) -> Result<Self, InvalidKey> {
        let d = Zeroizing::new(Scalar::from_bytes(d).into_option().ok_or(InvalidKey)?);
        Self::from_scalar(&d)
    }

    /// The key d.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`] for 0 and n-1.
    pub fn from_scalar(d: &Scalar) -> Result<Self, InvalidKey> {
        let inverse = secret::inverse_for_signing(d).into_option();
        let inverse = Zeroizing::new(inverse.ok_or(InvalidKey)?);
        let public_key = secret::multiply_generator(d)
            .into_option()
            .ok_or(InvalidKey)?;
        Ok(Self {
            d: *d,
            inverse: *inverse,
            public_key: public_key.to_bytes(),
        })
    }

    /// d, big-endian.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.d.to_bytes())
    }

    /// \[d\]G as x ‖ y, big-endian.
    #[must_use]
    pub const fn public_key(&self) -> [u8; 64] {
        self.public_key
    }

    /// The signature r ‖ s of e with the nonce k, all big-endian, in constant time; e is taken mod n.
    ///
    /// None if k cannot be used, which includes k = 0 and k >= n: take another.
    ///
    /// k must be uniform, secret and never used twice: two signatures with one k, or a few with
    /// some known bits of k, give d away.
    #[must_use]
    pub fn sign_with_nonce(&self, e: &[u8; 32], k: &[u8; 32]) -> Option<[u8; 64]> {
        // A3: k in [1, n-1]
        let k = Zeroizing::new(Scalar::from_bytes(k).into_option()?);
        let e = Scalar::from_bytes_reduced(e);
        secret::disclose(secret::sign(&self.inverse, &e, &k))
    }

    /// (1 + d)^-1, for [`secret::sign`].
    #[must_use]
    pub const fn inverse(&self) -> &ScalarFactor {
        &self.inverse
    }
}

impl Drop for SigningKey {
    fn drop(&mut self) {
        self.d.zeroize();
        self.inverse.zeroize();
    }
}

impl ZeroizeOnDrop for SigningKey {}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("public_key", &self.public_key)
            .finish_non_exhaustive()
    }
}

/// A private key is outside \[1, n-2\].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidKey;

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the private key is outside [1, n-2], where SM2 cannot sign with it: \
             generate a key, or check the byte order (big-endian)",
        )
    }
}

impl std::error::Error for InvalidKey {}
