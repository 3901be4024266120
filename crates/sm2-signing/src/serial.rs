//! A batch as a loop.

use crate::{BatchVerifier, Error, Item, Verdict, Verdicts, Verifier, VerifyError};

/// Verifies a batch one by one with any [`Verifier`].
///
/// A card that fails in the middle fails the batch: no verdict is made up for the rest.
#[derive(Debug, Clone, Copy, Default)]
pub struct Serial<V>(V);

impl<V: Verifier> Serial<V> {
    /// Wraps a verifier of single signatures.
    ///
    /// ```
    /// use sm2_signing::{BatchVerifier, Serial, Verifier};
    ///
    /// fn batch_of(verifier: &dyn Verifier) -> Result<(), sm2_signing::Error> {
    ///     assert!(Serial::new(verifier).verify_batch(&[])?.all_valid());
    ///     Ok(())
    /// }
    /// ```
    pub const fn new(verifier: V) -> Self {
        Self(verifier)
    }
}

impl<V: Verifier> BatchVerifier for Serial<V> {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        let verdict = |item: &Item| match self.0.verify(&item.key, &item.e, &item.signature) {
            Ok(()) => Ok(Verdict::Valid),
            Err(VerifyError::Invalid) => Ok(Verdict::Invalid),
            Err(VerifyError::Backend(error)) => Err(error),
        };
        items.iter().map(verdict).collect()
    }
}
