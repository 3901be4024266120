//! The engine that runs everywhere.

use std::sync::OnceLock;

use sm2_signing::{
    BatchVerifier, Error, Item, Prehash, PublicKey, Signature, Verdict, Verdicts, Verifier,
    VerifyError,
};

use super::self_check::self_check;
use crate::BatchError;

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
pub struct Portable(Plain);

impl Portable {
    /// The engine; there is nothing to it.
    #[must_use]
    pub const fn new() -> Self {
        Self(Plain)
    }

    /// Checks the arithmetic once per process.
    fn check() -> Result<(), Error> {
        static CHECKED: OnceLock<Result<(), String>> = OnceLock::new();
        let checked = CHECKED.get_or_init(|| {
            self_check(&Plain, 1).inspect_err(|what| {
                tracing::error!(
                    engine = NAME,
                    what,
                    "an engine failed its self-check; there is no other"
                );
            })
        });
        let failed = |what: &String| BatchError::SelfCheck {
            engine: NAME,
            what: what.clone(),
        };
        checked.as_ref().map_err(failed)?;
        Ok(())
    }
}

impl Verifier for Portable {
    fn verify(
        &self,
        key: &PublicKey,
        e: &Prehash,
        signature: &Signature,
    ) -> Result<(), VerifyError> {
        Self::check().map_err(VerifyError::Backend)?;
        match verdict(key, e, signature) {
            Verdict::Valid => Ok(()),
            Verdict::Invalid => Err(VerifyError::Invalid),
        }
    }
}

impl BatchVerifier for Portable {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        Self::check()?;
        self.0.verify_batch(items)
    }
}

/// The arithmetic as it is, not checked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Plain;

impl BatchVerifier for Plain {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        let one = |item: &Item| verdict(&item.key, &item.e, &item.signature);
        Ok(items.iter().map(one).collect())
    }
}

fn verdict(key: &PublicKey, e: &Prehash, signature: &Signature) -> Verdict {
    if sm2_arith::verify(key.as_bytes(), e.as_bytes(), signature.as_bytes()) {
        Verdict::Valid
    } else {
        Verdict::Invalid
    }
}

const NAME: &str = "portable";
