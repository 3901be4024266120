//! An engine for keys that come back.

mod core;
mod options;
mod sketch;
mod snapshot;
mod tables;

pub use options::{KeyTableOptions, KeyTableStatistics};

use std::fmt;

use sm2_arith::batch;
use sm2_signing::{
    BatchVerifier, Error, Item, Prehash, PublicKey, Signature, Verdict, Verdicts, Verifier,
    VerifyError,
};

use crate::{
    BatchError, EngineChoice,
    engine::{Arithmetic, Ifma, PORTABLE},
};
use tables::Tables;

/// Verifies signatures by keys that come back faster: keeps tables of their multiples.
///
/// Keys that are known beforehand are [pinned](Self::pin): the validators of a chain. Others get a table when valid
/// signatures of them were seen often, in a cache of bounded size; keys that are seen once cost what they cost without
/// tables. A table is made by the thread whose batch made it due, after the verdicts, for at most eight keys.
///
/// Made for sharing: `Arc<KeyTables>`, [`Parallel<KeyTables>`](crate::Parallel) and
/// [`Queue<Parallel<KeyTables>>`](crate::Queue) are engines, and keys can be pinned while others verify.
///
/// ```
/// use sm2_batch::{EngineChoice, KeyTableOptions, KeyTables};
/// use sm2_signing::{BatchVerifier, Item, Prehash, PublicKey, Signature};
///
/// let validator = sm2_arith::SigningKey::from_bytes(&[0x11; 32])?;
/// let key = PublicKey::from_bytes(&validator.public_key());
/// let engine = KeyTables::new(EngineChoice::Auto, KeyTableOptions::default())?;
/// engine.pin(&[key])?;
///
/// let signature = validator.sign_with_nonce(&[0x22; 32], &[0x33; 32]).unwrap();
/// let vote = Item {
///     key,
///     e: Prehash::from_bytes(&[0x22; 32]),
///     signature: Signature::from_bytes(&signature),
/// };
/// let forged = Item { e: Prehash::from_bytes(&[0x23; 32]), ..vote };
/// let verdicts = engine.verify_batch(&[vote, forged])?;
/// assert_eq!(verdicts.invalid().collect::<Vec<_>>(), [1]);
/// assert_eq!(engine.statistics().known, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct KeyTables(Backed);

enum Backed {
    Ifma(Tables<batch::Ifma>),
    Portable(Tables<batch::Portable>),
}

macro_rules! backed {
    ($self:ident, $tables:ident => $what:expr) => {
        match &$self.0 {
            Backed::Ifma($tables) => $what,
            Backed::Portable($tables) => $what,
        }
    };
}

impl KeyTables {
    /// Makes the engine, without keys.
    ///
    /// The first one in a process verifies signatures whose verdicts are known, with tables and without; arithmetic that
    /// fails is logged as an error, and the portable one takes its place.
    ///
    /// # Errors
    ///
    /// [`BatchError::Processor`] if this processor lacks what a named engine needs, [`BatchError::Options`],
    /// [`BatchError::SelfCheck`] if the portable arithmetic fails too.
    ///
    /// # Examples
    ///
    /// ```
    /// use sm2_batch::{EngineChoice, KeyTableOptions, KeyTables};
    ///
    /// let pinned_only = KeyTableOptions::default().with_cache_bytes(0);
    /// let engine = KeyTables::new(EngineChoice::Portable, pinned_only)?;
    /// assert_eq!(engine.statistics().pinned, 0);
    /// # Ok::<(), sm2_signing::Error>(())
    /// ```
    pub fn new(choice: EngineChoice, options: KeyTableOptions) -> Result<Self, Error> {
        let backed = match (choice, Ifma::proven()) {
            (EngineChoice::Ifma, None) => return Err(BatchError::NO_IFMA.into()),
            (EngineChoice::Auto | EngineChoice::Ifma, Some(ifma)) => Tables::new(ifma, &options),
            (EngineChoice::Auto | EngineChoice::Portable, _) => {
                return Ok(Self::portable(&options)?);
            }
        };
        match backed {
            Ok(tables) => Ok(Self(Backed::Ifma(tables))),
            Err(error) => Ok(Self::instead(error, &options)?),
        }
    }

    /// What takes the place of an engine that failed its self-check.
    fn instead(error: BatchError, options: &KeyTableOptions) -> Result<Self, BatchError> {
        match error {
            BatchError::SelfCheck { .. } => Self::portable(options),
            error => Err(error),
        }
    }

    fn portable(options: &KeyTableOptions) -> Result<Self, BatchError> {
        Ok(Self(Backed::Portable(Tables::new(&PORTABLE, options)?)))
    }

    /// Makes the engine that the environment variable [`SM2_BATCH_ENGINE`](crate::SM2_BATCH_ENGINE) names.
    ///
    /// # Errors
    ///
    /// [`BatchError::UnknownEngine`], and those of [`new`](Self::new).
    ///
    /// # Examples
    ///
    /// ```
    /// use sm2_batch::{EngineChoice, KeyTableOptions, KeyTables};
    ///
    /// let engine = KeyTables::from_environment(KeyTableOptions::default())?;
    /// assert_ne!(engine.choice(), EngineChoice::Auto);
    /// # Ok::<(), sm2_signing::Error>(())
    /// ```
    pub fn from_environment(options: KeyTableOptions) -> Result<Self, Error> {
        Self::new(EngineChoice::from_environment()?, options)
    }

    /// Keeps tables of these keys until they are unpinned; pinning twice is pinning once.
    ///
    /// # Errors
    ///
    /// [`BatchError::NotAPoint`] if one of the keys is not a point of the curve; none is pinned then.
    pub fn pin(&self, keys: &[PublicKey]) -> Result<(), Error> {
        Ok(backed!(self, tables => tables.pin(keys, false))?)
    }

    /// Drops the tables of these keys; keys that are not pinned are ignored.
    pub fn unpin(&self, keys: &[PublicKey]) {
        backed!(self, tables => tables.unpin(keys));
    }

    /// Pins these keys and no others; the tables of those that stay are kept.
    ///
    /// # Errors
    ///
    /// [`BatchError::NotAPoint`] if one of the keys is not a point of the curve; nothing changes then.
    pub fn set_pinned(&self, keys: &[PublicKey]) -> Result<(), Error> {
        Ok(backed!(self, tables => tables.pin(keys, true))?)
    }

    /// What the engine holds and has done so far.
    #[must_use]
    pub fn statistics(&self) -> KeyTableStatistics {
        backed!(self, tables => tables.statistics())
    }

    /// What verifies: [`EngineChoice::Ifma`] or [`EngineChoice::Portable`].
    #[must_use]
    pub const fn choice(&self) -> EngineChoice {
        match self.0 {
            Backed::Ifma(_) => EngineChoice::Ifma,
            Backed::Portable(_) => EngineChoice::Portable,
        }
    }

    /// What the table of one key takes, in bytes.
    #[must_use]
    pub const fn table_bytes(&self) -> usize {
        match self.0 {
            Backed::Ifma(_) => batch::Ifma::KEY_TABLE_BYTES,
            Backed::Portable(_) => batch::Portable::KEY_TABLE_BYTES,
        }
    }
}

impl BatchVerifier for KeyTables {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        backed!(self, tables => tables.verify_batch(items))
    }
}

impl Verifier for KeyTables {
    fn verify(
        &self,
        key: &PublicKey,
        e: &Prehash,
        signature: &Signature,
    ) -> Result<(), VerifyError> {
        let item = Item {
            key: *key,
            e: *e,
            signature: *signature,
        };
        // A batch of one: by its table if there is one, and else by the portable engine, as any one alone.
        let verdicts = self.verify_batch(&[item]).map_err(VerifyError::Backend)?;
        match verdicts.of(0) {
            Some(Verdict::Valid) => Ok(()),
            _ => Err(VerifyError::Invalid),
        }
    }
}

impl fmt::Debug for KeyTables {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeyTables")
            .field("choice", &self.choice())
            .field("statistics", &self.statistics())
            .finish()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_portable_engine_takes_the_place_of_one_that_failed_its_check_only() {
        let options = KeyTableOptions::default();
        let failed = BatchError::SelfCheck {
            engine: "ifma",
            what: "valid in lane 3 for: r = 0".to_owned(),
        };
        let engine = KeyTables::instead(failed, &options).unwrap();
        assert_eq!(engine.choice(), EngineChoice::Portable);
        let wrong = BatchError::Options("cache_bytes is 1".to_owned());
        assert!(matches!(
            KeyTables::instead(wrong, &options),
            Err(BatchError::Options(_))
        ));
    }
}
