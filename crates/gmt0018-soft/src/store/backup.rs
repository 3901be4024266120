//! A consistent copy of a store, and what the command line tells about one.

use std::fs;
use std::path::{Path, PathBuf};

use super::atomic;
use super::disk::Disk;
use super::medium::{Medium, Name};
use super::{Kdf, KeyRecord, Place, Store, StoreError, UserFile};

impl Store {
    /// Copies the store into a new directory, as of one moment, while other processes use it.
    ///
    /// The copy is a store itself: restoring is copying it back, or opening it. It has the same device key and
    /// the same encrypted private keys, so it is as secret as the store. An in-memory store is written to disk
    /// this way. The target appears complete or not at all.
    ///
    /// # Errors
    ///
    /// [`StoreError::AlreadyExists`] for a target that exists, or why it cannot be written.
    pub fn backup(&self, to: &Path) -> Result<Backup, StoreError> {
        if fs::symlink_metadata(to).is_ok() {
            return Err(StoreError::AlreadyExists {
                path: to.to_path_buf(),
            });
        }
        let parent = match to.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let directory = tempfile::Builder::new()
            .prefix(".gmt0018-backup-")
            .tempdir_in(parent)
            .map_err(|error| StoreError::io(to, error))?;
        let target = Disk::create(directory.path())?;
        let mut report = Backup {
            directory: to.to_path_buf(),
            files: 0,
            damaged: Vec::new(),
        };
        {
            let mut copy = target.change()?;
            let _frozen = self.medium().freeze()?;
            for name in self.medium().names()? {
                let Some(blob) = self.medium().read(&name)? else {
                    continue;
                };
                copy.write(&name, &blob)?;
                report.files += 1;
                // A damaged file is copied all the same: whoever makes a backup now may need what is left of it.
                if let Err(error) = self.verify(&name) {
                    report.damaged.push(error.to_string());
                }
            }
        }
        fs::rename(directory.path(), to).map_err(|error| StoreError::io(to, error))?;
        drop(directory.keep());
        atomic::sync_directory(parent)?;
        Ok(report)
    }

    /// What there is in the store, without any secret.
    ///
    /// # Errors
    ///
    /// Why the directory cannot be read; files that are damaged are named in the answer instead.
    pub fn status(&self) -> Result<Status, StoreError> {
        let mut status = Status {
            directory: self.directory().map(Path::to_path_buf),
            format_version: super::FORMAT_VERSION,
            serial: self.serial().to_owned(),
            created: self.inner.device.created,
            kdf: self.inner.device.kdf,
            keys: Vec::new(),
            keks: Vec::new(),
            files: Vec::new(),
            file_capacity: self.file_capacity(),
            damaged: Vec::new(),
            exposed: match &self.inner.place {
                Place::Disk(disk) => disk.exposed()?,
                Place::Memory(_) => Vec::new(),
            },
        };
        for name in self.medium().names()? {
            match self.look_at(&name, &mut status) {
                Err(StoreError::KeyNotFound { .. }) | Ok(()) => {}
                Err(error) => status.damaged.push(error.to_string()),
            }
        }
        status
            .files
            .sort_by(|left, right| left.name.cmp(&right.name));
        Ok(status)
    }

    fn look_at(&self, name: &Name, status: &mut Status) -> Result<(), StoreError> {
        match *name {
            Name::Key(index) => {
                let pair = self.key_pair(index)?;
                let attempts = self.attempts(index)?;
                status.keys.push(KeyStatus {
                    pair,
                    failed_attempts: attempts.failed,
                });
            }
            Name::Kek(index) => {
                self.verify(name)?;
                status.keks.push(index);
            }
            Name::File(_) => status.files.extend(self.user_file(name)?),
            Name::Device | Name::Attempts(_) => self.verify(name)?,
        }
        Ok(())
    }

    /// Checks one file's HMAC and whether it can be read.
    fn verify(&self, name: &Name) -> Result<(), StoreError> {
        match name {
            Name::Device => self.reread_device(),
            Name::Key(index) => self.key_pair(*index).map(drop),
            _ => self.read::<serde::de::IgnoredAny>(name).map(drop),
        }
    }
}

/// What a backup copied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backup {
    /// The new directory.
    pub directory: PathBuf,
    /// How many files were copied.
    pub files: usize,
    /// What is wrong with files of the store; they were copied as they are.
    pub damaged: Vec<String>,
}

/// What there is in a store.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Status {
    /// Where the store is, or `None` for one in memory.
    pub directory: Option<PathBuf>,
    /// The version of the file format.
    pub format_version: u32,
    /// The serial number made at creation.
    pub serial: String,
    /// When the store was created, in seconds since 1970, UTC.
    pub created: u64,
    /// The password derivation of new key pairs.
    pub kdf: Kdf,
    /// The key pairs, by index.
    pub keys: Vec<KeyStatus>,
    /// The indexes of the key-encryption keys.
    pub keks: Vec<u32>,
    /// The user files, by name.
    pub files: Vec<UserFile>,
    /// How many bytes the user files may have together.
    pub file_capacity: u32,
    /// What is wrong with damaged files, one message each.
    pub damaged: Vec<String>,
    /// Files that others than their owner may read.
    pub exposed: Vec<String>,
}

/// A key pair and its failed passwords.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KeyStatus {
    /// Its public parts.
    pub pair: KeyRecord,
    /// Wrong passwords since the last right one.
    pub failed_attempts: u32,
}
