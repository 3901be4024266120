//! A second engine for when the first one cannot answer.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{
    BatchVerifier, Error, ErrorKind, Item, Prehash, PublicKey, Signature, Verdicts, Verifier,
    VerifyError,
};

/// Asks `B` when `A` is busy or its device failed.
///
/// A verdict of `A` stands, whichever it is, and so do its errors of every other kind. There is
/// no fallback for signing: two keys are two identities.
#[derive(Debug, Default)]
pub struct Fallback<A, B> {
    first: A,
    second: B,
    taken: AtomicU64,
}

impl<A, B> Fallback<A, B> {
    /// Couples an engine with its substitute.
    ///
    /// ```
    /// use sm2_signing::{Fallback, Verifier};
    ///
    /// fn card_then_cpu(card: impl Verifier, cpu: impl Verifier) -> impl Verifier {
    ///     Fallback::new(card, cpu)
    /// }
    /// ```
    pub const fn new(first: A, second: B) -> Self {
        Self {
            first,
            second,
            taken: AtomicU64::new(0),
        }
    }

    /// How often the substitute was asked so far.
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    fn takes(&self, error: &Error) -> bool {
        let takes = matches!(error.kind(), ErrorKind::Busy | ErrorKind::Device);
        self.taken.fetch_add(takes.into(), Ordering::Relaxed);
        takes
    }
}

impl<A: Verifier, B: Verifier> Verifier for Fallback<A, B> {
    fn verify(
        &self,
        key: &PublicKey,
        e: &Prehash,
        signature: &Signature,
    ) -> Result<(), VerifyError> {
        match self.first.verify(key, e, signature) {
            Err(VerifyError::Backend(error)) if self.takes(&error) => {
                self.second.verify(key, e, signature)
            }
            answer => answer,
        }
    }
}

impl<A: BatchVerifier, B: BatchVerifier> BatchVerifier for Fallback<A, B> {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        match self.first.verify_batch(items) {
            Err(error) if self.takes(&error) => self.second.verify_batch(items),
            answer => answer,
        }
    }
}
