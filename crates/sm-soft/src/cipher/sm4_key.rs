//! SM4 keys.

use std::fmt;

use ::cipher::KeyInit;
use sm4::Sm4;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::Error;
use crate::random::{self, RandomError};

/// A 128-bit SM4 key with its key schedule; wiped on drop.
///
/// # Examples
///
/// ```
/// use sm_soft::cipher::Sm4Key;
///
/// let key = Sm4Key::from_slice(&[7; 16])?;
/// assert_eq!(key.as_bytes(), &[7; 16]);
/// assert!(Sm4Key::from_slice(&[7; 15]).is_err());
/// # Ok::<(), sm_soft::cipher::Error>(())
/// ```
#[derive(Clone)]
pub struct Sm4Key {
    bytes: [u8; 16],
    schedule: Sm4,
}

impl Sm4Key {
    /// Bytes of a key.
    pub const LENGTH: usize = 16;

    /// A random key from the operating system.
    ///
    /// # Errors
    ///
    /// [`RandomError`] if the operating system gives no random bytes.
    pub fn generate() -> Result<Self, RandomError> {
        let mut bytes = Zeroizing::new([0; 16]);
        random::fill(bytes.as_mut_slice())?;
        Ok(Self::from_bytes(&bytes))
    }

    /// The key with these bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 16]) -> Self {
        Self {
            bytes: *bytes,
            schedule: Sm4::new(bytes.into()),
        }
    }

    /// The key with these bytes.
    ///
    /// # Errors
    ///
    /// [`Error::KeyLength`] if there are not 16 of them.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Error> {
        let bytes = <&[u8; 16]>::try_from(bytes).map_err(|_| Error::KeyLength(bytes.len()))?;
        Ok(Self::from_bytes(bytes))
    }

    /// The key's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.bytes
    }

    pub(super) const fn schedule(&self) -> &Sm4 {
        &self.schedule
    }
}

impl Drop for Sm4Key {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl ZeroizeOnDrop for Sm4Key {}

impl fmt::Debug for Sm4Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sm4Key").finish_non_exhaustive()
    }
}
