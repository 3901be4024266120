//! The engine for AVX-512 IFMA.

use std::sync::OnceLock;

use sm2_arith::batch;
use sm2_signing::{
    BatchVerifier, Error, Item, Prehash, PublicKey, Signature, Verdicts, Verifier, VerifyError,
};

use super::{portable::PORTABLE, proven::Proven};

/// Verifies eight signatures at a time with AVX-512 IFMA.
///
/// A value of this type is the proof that the processor can. The first use in a process verifies signatures whose verdicts
/// are known in every lane; if one of them is wrong, that is logged as an error and [`Portable`](crate::Portable) answers
/// from then on. A signature that is alone always goes to [`Portable`](crate::Portable), which has the shorter latency for
/// one.
///
/// ```
/// use sm2_batch::Ifma;
/// use sm2_signing::{BatchVerifier, Item, Prehash, PublicKey, Signature};
///
/// let forged = Item {
///     key: PublicKey::from_bytes(&[1; 64]),
///     e: Prehash::from_bytes(&[2; 32]),
///     signature: Signature::from_bytes(&[3; 64]),
/// };
/// match Ifma::new() {
///     Some(ifma) => assert_eq!(ifma.verify_batch(&[forged; 9])?.invalid().count(), 9),
///     None => println!("skipped: this processor has no AVX-512 IFMA"),
/// }
/// # Ok::<(), sm2_signing::Error>(())
/// ```
#[derive(Debug)]
pub struct Ifma(&'static Proven<batch::Ifma>);

impl Ifma {
    /// Asks the processor; `None` where it lacks the instructions. The answer is the same for the life of the process.
    #[must_use]
    pub fn new() -> Option<Self> {
        Self::proven().map(Self)
    }

    /// Whether the self-check failed, so that the portable engine answers; false before the first use.
    #[must_use]
    pub fn fell_back(&self) -> bool {
        self.0.fell_back()
    }

    /// The process's only one, so that it is checked once.
    pub(crate) fn proven() -> Option<&'static Proven<batch::Ifma>> {
        static IFMA: OnceLock<Option<Proven<batch::Ifma>>> = OnceLock::new();
        let lanes = || batch::Ifma::new().map(|lanes| Proven::new(lanes, Some(&PORTABLE)));
        IFMA.get_or_init(lanes).as_ref()
    }
}

impl Verifier for Ifma {
    fn verify(
        &self,
        key: &PublicKey,
        e: &Prehash,
        signature: &Signature,
    ) -> Result<(), VerifyError> {
        self.0.verify(key, e, signature)
    }
}

impl BatchVerifier for Ifma {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        self.0.verify_batch(items)
    }
}
