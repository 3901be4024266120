//! A store that lives in this process only.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use super::StoreError;
use super::medium::{Blob, Change, Frozen, Medium, Name, Stamp};

/// Blobs in memory, with the same locks as on disk.
#[derive(Debug, Default)]
pub(super) struct Memory {
    blobs: Mutex<Blobs>,
    writer: Mutex<()>,
}

impl Memory {
    fn blobs(&self) -> MutexGuard<'_, Blobs> {
        self.blobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> MutexGuard<'_, ()> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Medium for Memory {
    fn read(&self, name: &Name) -> Result<Option<Blob>, StoreError> {
        Ok(self.blobs().current.get(name).map(|(_, blob)| blob.clone()))
    }

    fn stamp(&self, name: &Name) -> Result<Option<Stamp>, StoreError> {
        Ok(self
            .blobs()
            .current
            .get(name)
            .map(|(revision, _)| Stamp([*revision, 0, 0, 0])))
    }

    fn names(&self) -> Result<Vec<Name>, StoreError> {
        Ok(self.blobs().current.keys().copied().collect())
    }

    fn freeze(&self) -> Result<Box<dyn Frozen + '_>, StoreError> {
        Ok(Box::new(Lock {
            memory: self,
            _writer: self.writer(),
        }))
    }

    fn change(&self) -> Result<Box<dyn Change + '_>, StoreError> {
        Ok(Box::new(Lock {
            memory: self,
            _writer: self.writer(),
        }))
    }

    fn path(&self, name: &Name) -> PathBuf {
        self.directory().join(name.to_string())
    }

    fn directory(&self) -> PathBuf {
        PathBuf::from("(in memory)")
    }
}

#[derive(Debug, Default)]
struct Blobs {
    current: BTreeMap<Name, (u64, Blob)>,
    revision: u64,
}

struct Lock<'a> {
    memory: &'a Memory,
    _writer: MutexGuard<'a, ()>,
}

impl Frozen for Lock<'_> {}

impl Change for Lock<'_> {
    fn write(&mut self, name: &Name, bytes: &[u8]) -> Result<(), StoreError> {
        let mut blobs = self.memory.blobs();
        blobs.revision += 1;
        let revision = blobs.revision;
        blobs
            .current
            .insert(*name, (revision, Zeroizing::new(bytes.to_vec())));
        Ok(())
    }

    fn remove(&mut self, name: &Name) -> Result<(), StoreError> {
        self.memory.blobs().current.remove(name);
        Ok(())
    }
}
