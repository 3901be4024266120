//! An engine for keys that come back.

mod options;

pub use options::{KeyTableOptions, KeyTableStatistics};

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use sm2_arith::batch::{self, Backend, KnownItem, VerifyItem};
use sm2_signing::{
    BatchVerifier, Error, Item, Prehash, PublicKey, Signature, Verdict, Verdicts, Verifier,
    VerifyError,
};

use crate::{BatchError, EngineChoice};

/// Verifies signatures by keys that come back faster: keeps tables of their multiples.
///
/// Keys that are known beforehand are [pinned](Self::pin): the validators of a chain. Others get a table when they were
/// seen often, in a cache of bounded size; keys that are seen once cost what they cost without tables.
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
#[derive(Debug)]
pub struct KeyTables(Backed);

#[derive(Debug)]
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
    /// # Errors
    ///
    /// [`BatchError::Processor`] if this processor lacks what a named engine needs, [`BatchError::Options`].
    pub fn new(choice: EngineChoice, options: KeyTableOptions) -> Result<Self, Error> {
        let _ = options;
        Ok(Self(match (choice, batch::Ifma::new()) {
            (EngineChoice::Auto | EngineChoice::Ifma, Some(ifma)) => {
                Backed::Ifma(Tables::new(ifma))
            }
            (EngineChoice::Auto | EngineChoice::Portable, _) => {
                Backed::Portable(Tables::new(batch::Portable))
            }
            (EngineChoice::Ifma, None) => return Err(BatchError::NO_IFMA.into()),
        }))
    }

    /// Makes the engine that the environment variable [`SM2_BATCH_ENGINE`](crate::SM2_BATCH_ENGINE) names.
    ///
    /// # Errors
    ///
    /// [`BatchError::UnknownEngine`], and those of [`new`](Self::new).
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
        Ok(backed!(self, tables => tables.verify_batch(items)))
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
        let verdicts = self.verify_batch(&[item]).map_err(VerifyError::Backend)?;
        match verdicts.of(0) {
            Some(Verdict::Valid) => Ok(()),
            _ => Err(VerifyError::Invalid),
        }
    }
}

type Known<B> = HashMap<PublicKey, Arc<<B as Backend>::KeyTable>>;

#[derive(Debug)]
struct Tables<B: Backend> {
    backend: B,
    known: Mutex<Arc<Known<B>>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl<B: Backend> Tables<B> {
    fn new(backend: B) -> Self {
        Self {
            backend,
            known: Mutex::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    fn pin(&self, keys: &[PublicKey], no_others: bool) -> Result<(), BatchError> {
        let bytes: Vec<_> = keys.iter().map(|key| *key.as_bytes()).collect();
        let mut pinned = Known::<B>::new();
        for (key, table) in keys.iter().zip(self.backend.key_tables(&bytes)) {
            let table = table.ok_or(BatchError::NotAPoint { key: *key })?;
            pinned.insert(*key, Arc::new(table));
        }
        let mut known = self.known();
        if !no_others {
            for (key, table) in known.iter() {
                pinned.insert(*key, Arc::clone(table));
            }
        }
        *known = Arc::new(pinned);
        Ok(())
    }

    fn unpin(&self, keys: &[PublicKey]) {
        let mut known = self.known();
        let mut pinned = Known::<B>::clone(&known);
        pinned.retain(|key, _| !keys.contains(key));
        *known = Arc::new(pinned);
    }

    fn statistics(&self) -> KeyTableStatistics {
        let pinned = self.known().len();
        KeyTableStatistics {
            pinned,
            bytes: pinned * B::KEY_TABLE_BYTES,
            known: self.hits.load(Ordering::Relaxed),
            unknown: self.misses.load(Ordering::Relaxed),
            ..KeyTableStatistics::default()
        }
    }

    fn verify_batch(&self, items: &[Item]) -> Verdicts {
        let tables = Arc::clone(&self.known());
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        let mut has_table = Vec::with_capacity(items.len());
        for item in items {
            let (e, signature) = (*item.e.as_bytes(), *item.signature.as_bytes());
            let table = tables.get(&item.key).map(|table| &**table);
            has_table.push(table.is_some());
            match table {
                Some(table) => known.push(KnownItem {
                    table,
                    e,
                    signature,
                }),
                None => unknown.push(VerifyItem {
                    public_key: *item.key.as_bytes(),
                    e,
                    signature,
                }),
            }
        }
        let (mut by_table, mut others) = (vec![false; known.len()], vec![false; unknown.len()]);
        self.backend.verify_known(&known, &mut by_table);
        self.backend.verify_batch(&unknown, &mut others);
        self.hits.fetch_add(known.len() as u64, Ordering::Relaxed);
        self.misses
            .fetch_add(unknown.len() as u64, Ordering::Relaxed);
        let (mut by_table, mut others) = (by_table.into_iter(), others.into_iter());
        let verdict = |has_table| {
            let part = if has_table {
                &mut by_table
            } else {
                &mut others
            };
            match part.next() {
                Some(true) => Verdict::Valid,
                _ => Verdict::Invalid,
            }
        };
        has_table.into_iter().map(verdict).collect()
    }

    fn known(&self) -> MutexGuard<'_, Arc<Known<B>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
