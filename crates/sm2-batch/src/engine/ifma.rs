//! The engine for AVX-512 IFMA.

use sm2_arith::batch::{self, Backend as _, VerifyItem};
use sm2_signing::{
    BatchVerifier, Error, Item, Prehash, PublicKey, Signature, Verdict, Verdicts, Verifier,
    VerifyError,
};

use super::proven::Proven;

/// Verifies eight signatures at a time with AVX-512 IFMA.
///
/// A value of this type is the proof that the processor can. The first use verifies signatures whose verdicts are known
/// in every lane; if one of them is wrong, that is logged as an error and [`Portable`](crate::Portable) answers from then
/// on. A signature that is alone always goes to [`Portable`](crate::Portable), which has the shorter latency for one.
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
pub struct Ifma(Proven<Lanes>);

impl Ifma {
    /// Asks the processor; `None` where it lacks the instructions. The answer is the same for the life of the process.
    #[must_use]
    pub fn new() -> Option<Self> {
        let lanes = Lanes(batch::Ifma::new()?);
        Some(Self(Proven::new(lanes, "ifma", LANES)))
    }

    /// Whether the self-check failed, so that the portable engine answers; false before the first use.
    #[must_use]
    pub fn fell_back(&self) -> bool {
        self.0.fell_back()
    }
}

impl Verifier for Ifma {
    fn verify(
        &self,
        key: &PublicKey,
        e: &Prehash,
        signature: &Signature,
    ) -> Result<(), VerifyError> {
        self.0.substitute().verify(key, e, signature)
    }
}

impl BatchVerifier for Ifma {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        match items {
            // One alone takes as long as eight in lanes, and less without.
            [_] => self.0.substitute().verify_batch(items),
            _ => self.0.verify_batch(items),
        }
    }
}

/// The lanes as they are, not checked.
#[derive(Debug)]
struct Lanes(batch::Ifma);

impl BatchVerifier for Lanes {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        let items: Vec<_> = items.iter().map(bytes).collect();
        let mut valid = vec![false; items.len()];
        self.0.verify_batch(&items, &mut valid);
        let verdict = |valid| {
            if valid {
                Verdict::Valid
            } else {
                Verdict::Invalid
            }
        };
        Ok(valid.into_iter().map(verdict).collect())
    }
}

fn bytes(item: &Item) -> VerifyItem {
    VerifyItem {
        public_key: *item.key.as_bytes(),
        e: *item.e.as_bytes(),
        signature: *item.signature.as_bytes(),
    }
}

const LANES: usize = 8;
