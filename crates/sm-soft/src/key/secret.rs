//! Private keys.

use std::fmt;

use sm2::Scalar;
use sm2::elliptic_curve::PrimeField;
use sm2_signing::PublicKey;
use subtle::ConstantTimeEq;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::random::{self, RandomError};

/// An SM2 private key d in [1, n-2], with its public key; wiped on drop.
///
/// n-1 is refused with the rest: 1 + d would be zero and no signature could be made with it
/// (GB/T 32918.1, 6.1).
///
/// # Examples
///
/// ```
/// use sm_soft::SecretKey;
///
/// let key = SecretKey::generate()?;
/// let copy = SecretKey::from_bytes(&key.to_bytes())?;
/// assert_eq!(copy.public_key(), key.public_key());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SecretKey {
    d: Zeroizing<Scalar>,
    public_key: PublicKey,
}

impl SecretKey {
    /// A random key.
    ///
    /// # Errors
    ///
    /// [`RandomError`] if the operating system gives no random bytes.
    pub fn generate() -> Result<Self, RandomError> {
        loop {
            let d = random::nonzero_scalar()?;
            if let Ok(key) = Self::from_scalar(d) {
                return Ok(key);
            }
        }
    }

    /// The key with this d, big-endian.
    ///
    /// # Errors
    ///
    /// [`KeyError::OutOfRange`] unless 1 <= d <= n-2.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(sm2::FieldBytes::from(*bytes));
        let d = Scalar::from_repr(*bytes)
            .into_option()
            .ok_or(KeyError::OutOfRange)?;
        Self::from_scalar(Zeroizing::new(d))
    }

    /// The key with this d, big-endian, 32 bytes.
    ///
    /// # Errors
    ///
    /// [`KeyError::Length`] or [`KeyError::OutOfRange`].
    pub fn from_slice(bytes: &[u8]) -> Result<Self, KeyError> {
        Self::from_bytes(
            bytes
                .try_into()
                .map_err(|_| KeyError::Length(bytes.len()))?,
        )
    }

    /// d, big-endian.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        let bytes = Zeroizing::new(self.d.to_repr());
        Zeroizing::new((*bytes).into())
    }

    /// \[d\]G.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.public_key
    }

    pub(crate) fn scalar(&self) -> &Scalar {
        &self.d
    }

    /// d for the arithmetic that signs.
    pub(super) fn to_scalar(&self) -> Zeroizing<sm2_arith::Scalar> {
        to_arithmetic(&self.d)
    }

    fn from_scalar(d: Zeroizing<Scalar>) -> Result<Self, KeyError> {
        // A scalar is below n: what is left to refuse is 0 and n-1.
        let refused = d.ct_eq(&Scalar::ZERO) | d.ct_eq(&-Scalar::ONE);
        if bool::from(refused) {
            return Err(KeyError::OutOfRange);
        }
        let public_key = sm2_arith::secret::multiply_generator(&to_arithmetic(&d))
            .into_option()
            .ok_or(KeyError::OutOfRange)?;
        let public_key = PublicKey::from_bytes(&public_key.to_bytes());
        Ok(Self { d, public_key })
    }
}

impl ZeroizeOnDrop for SecretKey {}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretKey")
            .field("public_key", &self.public_key)
            .finish_non_exhaustive()
    }
}

fn to_arithmetic(d: &Scalar) -> Zeroizing<sm2_arith::Scalar> {
    let bytes = Zeroizing::new(<[u8; 32]>::from(d.to_repr()));
    Zeroizing::new(sm2_arith::Scalar::from_bytes_reduced(&bytes))
}

/// Why bytes are not a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not 32 bytes.
    #[error("an SM2 private key has 32 bytes, {0} were given: pass d alone, big-endian")]
    Length(usize),
    /// Zero, n-1 or more.
    #[error(
        "the private key is outside [1, n-2], where SM2 cannot sign with it: \
         generate a key, or check the byte order"
    )]
    OutOfRange,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::hex32;

    /// The ends of [1, n-2] (GB/T 32918.1-2016, 6.1).
    #[test]
    fn range() {
        for (d, valid) in [
            (
                "0000000000000000000000000000000000000000000000000000000000000000",
                false,
            ),
            (
                "0000000000000000000000000000000000000000000000000000000000000001",
                true,
            ),
            (
                "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54121",
                true,
            ),
            (
                "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54122",
                false,
            ),
            (
                "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123",
                false,
            ),
            (
                "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54124",
                false,
            ),
            (
                "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
                false,
            ),
        ] {
            let key = SecretKey::from_bytes(&hex32(d));
            assert_eq!(key.is_ok(), valid, "{d}");
            if !valid {
                assert_eq!(key.unwrap_err(), KeyError::OutOfRange);
            }
        }
        assert_eq!(
            SecretKey::from_slice(&[1; 31]).unwrap_err(),
            KeyError::Length(31)
        );
        assert_eq!(SecretKey::from_slice(&[]).unwrap_err(), KeyError::Length(0));
    }

    /// d = 1: the public key is G (GB/T 32918.5-2017).
    #[test]
    fn one_gives_the_base_point() {
        let mut one = [0; 32];
        one[31] = 1;
        let key = SecretKey::from_bytes(&one).unwrap();
        assert_eq!(
            key.public_key().x(),
            &hex32("32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7")
        );
        assert_eq!(
            key.public_key().y(),
            &hex32("BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0")
        );
    }

    #[test]
    fn debug_is_blind() {
        let canary = [0xC5; 32];
        let key = SecretKey::from_bytes(&canary).unwrap();
        for text in [format!("{key:?}"), format!("{key:#?}")] {
            assert!(!text.to_lowercase().contains("c5c5"), "{text}");
            assert!(!text.contains("197"), "{text}");
            assert!(text.contains("public_key"));
        }
    }
}
