//! The engine that runs everywhere.

use sm2_arith::batch;
use sm2_signing::{
    BatchVerifier, Error, Item, Prehash, PublicKey, Signature, Verdicts, Verifier, VerifyError,
};

use super::proven::Proven;

/// Verifies on any processor, one signature after the other.
///
/// The first use in a process verifies signatures whose verdicts are known, in about a millisecond; an engine that fails
/// there answers with an error from then on, and with no verdict.
///
/// ```
/// use sm2_batch::Portable;
/// use sm2_signing::{BatchVerifier, Item, Prehash, PublicKey, Signature};
///
/// let key = sm2_arith::SigningKey::from_bytes(&[0x11; 32])?;
/// let e = [0x22; 32];
/// let signature = key.sign_with_nonce(&e, &[0x33; 32]).unwrap();
/// let valid = Item {
///     key: PublicKey::from_bytes(&key.public_key()),
///     e: Prehash::from_bytes(&e),
///     signature: Signature::from_bytes(&signature),
/// };
/// let forged = Item { e: Prehash::from_bytes(&[0x23; 32]), ..valid };
///
/// let verdicts = Portable::new().verify_batch(&[valid, forged])?;
/// assert_eq!(verdicts.invalid().collect::<Vec<_>>(), [1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Portable(());

impl Portable {
    /// The engine; there is nothing to it.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

impl Verifier for Portable {
    fn verify(
        &self,
        key: &PublicKey,
        e: &Prehash,
        signature: &Signature,
    ) -> Result<(), VerifyError> {
        PORTABLE.verify(key, e, signature)
    }
}

impl BatchVerifier for Portable {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        PORTABLE.verify_batch(items)
    }
}

/// The process's only one, so that it is checked once.
pub(crate) static PORTABLE: Proven<batch::Portable> = Proven::new(batch::Portable, None);
