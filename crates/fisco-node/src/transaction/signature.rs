//! The signature of a transaction, which carries its key.

use sm2_signing::{PublicKey, Signature};

/// A signature and the key that made it: r ‖ s ‖ x ‖ y, 32 bytes each.
///
/// "Recovering" the signer of a transaction of a guomi chain is to take the key from here and to verify with it.
///
/// # Examples
///
/// ```
/// use fisco_node::transaction::SignatureWithKey;
///
/// let bytes: Vec<u8> = (0..128).collect();
/// let parts = SignatureWithKey::from_slice(&bytes)?;
/// assert_eq!(parts.signature.s()[0], 32);
/// assert_eq!(parts.key.x()[0], 64);
/// assert_eq!(parts.to_bytes(), *bytes);
/// assert!(SignatureWithKey::from_slice(&bytes[..64]).is_err());
/// # Ok::<(), fisco_node::transaction::SignatureLength>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the 128 bytes are these two values and nothing else"
)]
pub struct SignatureWithKey {
    /// r ‖ s.
    pub signature: Signature,
    /// x ‖ y.
    pub key: PublicKey,
}

impl SignatureWithKey {
    /// Splits 128 bytes.
    ///
    /// # Errors
    ///
    /// [`SignatureLength`] for any other number of bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, SignatureLength> {
        let wrong = SignatureLength { found: bytes.len() };
        let (halves, []) = bytes.as_chunks::<64>() else {
            return Err(wrong);
        };
        let [signature, key] = halves else {
            return Err(wrong);
        };
        Ok(Self {
            signature: Signature::from_bytes(signature),
            key: PublicKey::from_bytes(key),
        })
    }

    /// r ‖ s ‖ x ‖ y.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 128] {
        let mut bytes = [0; 128];
        let (signature, key) = bytes.split_at_mut(64);
        signature.copy_from_slice(self.signature.as_bytes());
        key.copy_from_slice(self.key.as_bytes());
        bytes
    }
}

/// The signature of a transaction has not 128 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signature of {found} bytes, expected 128 (r || s || x || y)")]
#[non_exhaustive]
pub struct SignatureLength {
    /// The bytes it has.
    pub found: usize,
}
