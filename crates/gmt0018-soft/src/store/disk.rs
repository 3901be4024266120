//! A store in a directory: one file per blob, and a lock file.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use super::StoreError;
use super::atomic;
use super::lock::{FileLock, Kind};
use super::medium::{Blob, Change, Frozen, Medium, Name, Stamp};

/// Blobs as files of one directory.
#[derive(Debug)]
pub(super) struct Disk {
    directory: PathBuf,
}

impl Disk {
    /// The directory of an existing store; removes what killed writers left behind.
    pub(super) fn open(directory: &Path) -> Result<Self, StoreError> {
        let disk = Self::at(directory)?;
        match fs::metadata(disk.path(&Name::Device)) {
            Ok(_) => {}
            Err(error) if is_absent(&error) => {
                return Err(StoreError::Missing {
                    directory: disk.directory,
                });
            }
            Err(error) => return Err(StoreError::io(directory, error)),
        }
        disk.clean()?;
        Ok(disk)
    }

    /// A new or empty directory for a store that is still to be written.
    pub(super) fn create(directory: &Path) -> Result<Self, StoreError> {
        let disk = Self::at(directory)?;
        atomic::make_private_directory(&disk.directory)?;
        for name in disk.entries()? {
            if name == Name::Device.to_string() {
                return Err(StoreError::AlreadyExists {
                    path: disk.directory,
                });
            }
            // A creation that was killed leaves these two, and nothing else.
            if name != LOCK && !atomic::is_left_over(&name) {
                return Err(StoreError::NotAStore {
                    directory: disk.directory,
                });
            }
        }
        disk.clean()?;
        Ok(disk)
    }

    /// Where the store is.
    pub(super) fn root(&self) -> &Path {
        &self.directory
    }

    /// The blobs' files that others than their owner may read.
    pub(super) fn exposed(&self) -> Result<Vec<String>, StoreError> {
        let names = self.names()?.into_iter().map(|name| name.to_string());
        Ok(names.filter(|name| self.is_exposed(name)).collect())
    }

    /// An absolute path, because a host process may change its working directory.
    fn at(directory: &Path) -> Result<Self, StoreError> {
        let absolute = std::path::absolute(directory);
        Ok(Self {
            directory: absolute.map_err(|error| StoreError::io(directory, error))?,
        })
    }

    fn is_exposed(&self, name: &str) -> bool {
        fs::metadata(self.directory.join(name)).is_ok_and(|metadata| atomic::is_exposed(&metadata))
    }

    /// Removes left-over temporary files: a writer holds the lock while it has one.
    fn clean(&self) -> Result<(), StoreError> {
        if !self
            .entries()?
            .iter()
            .any(|name| atomic::is_left_over(name))
        {
            return Ok(());
        }
        let _lock = match self.lock(Kind::Exclusive) {
            // Left-overs are rubbish, not damage: a store that cannot be written can still be read.
            Err(StoreError::ReadOnly { .. } | StoreError::Permission { .. }) => return Ok(()),
            lock => lock?,
        };
        for name in self
            .entries()?
            .iter()
            .filter(|name| atomic::is_left_over(name))
        {
            atomic::remove(&self.directory, name)?;
        }
        Ok(())
    }

    fn entries(&self) -> Result<Vec<String>, StoreError> {
        let entries = fs::read_dir(&self.directory)
            .and_then(Iterator::collect::<io::Result<Vec<_>>>)
            .map_err(|error| StoreError::io(&self.directory, error))?;
        Ok(entries
            .iter()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect())
    }

    fn lock(&self, kind: Kind) -> Result<FileLock, StoreError> {
        FileLock::acquire(&self.directory.join(LOCK), kind, LOCK_WAIT)
    }
}

impl Medium for Disk {
    fn read(&self, name: &Name) -> Result<Option<Blob>, StoreError> {
        let path = self.path(name);
        // Asked before the file is opened: opening a named pipe would wait for its other end.
        match fs::metadata(&path) {
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(StoreError::io(&path, error)),
            Ok(metadata) if !metadata.is_file() => {
                return Err(StoreError::corrupt(path, "it is not a regular file"));
            }
            Ok(_) => {}
        }
        let file = match File::open(&path) {
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(StoreError::io(&path, error)),
            Ok(file) => file,
        };
        let length = file
            .metadata()
            .map_err(|error| StoreError::io(&path, error))?
            .len();
        if length > MAX_BLOB_LENGTH {
            return Err(StoreError::corrupt(
                path,
                format!("{length} bytes are too many"),
            ));
        }
        // The exact capacity: a buffer that grows leaves copies of the device key behind.
        let capacity = usize::try_from(length).unwrap_or(0).saturating_add(1);
        let mut blob = Zeroizing::new(Vec::with_capacity(capacity));
        file.take(MAX_BLOB_LENGTH)
            .read_to_end(&mut blob)
            .map_err(|error| StoreError::io(&path, error))?;
        Ok(Some(blob))
    }

    fn stamp(&self, name: &Name) -> Result<Option<Stamp>, StoreError> {
        let path = self.path(name);
        match fs::metadata(&path) {
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(StoreError::io(&path, error)),
            Ok(metadata) => {
                let [device, file] = atomic::identity(&metadata);
                Ok(Some(Stamp([
                    device,
                    file,
                    atomic::changed_at(&metadata),
                    metadata.len(),
                ])))
            }
        }
    }

    fn names(&self) -> Result<Vec<Name>, StoreError> {
        let mut names: Vec<Name> = self
            .entries()?
            .iter()
            .filter_map(|name| Name::parse(name))
            .collect();
        names.sort_unstable();
        Ok(names)
    }

    fn freeze(&self) -> Result<Box<dyn Frozen + '_>, StoreError> {
        Ok(Box::new(Shared {
            _lock: self.lock(Kind::Shared)?,
        }))
    }

    fn change(&self) -> Result<Box<dyn Change + '_>, StoreError> {
        Ok(Box::new(Exclusive {
            directory: &self.directory,
            _lock: self.lock(Kind::Exclusive)?,
        }))
    }

    fn path(&self, name: &Name) -> PathBuf {
        self.directory.join(name.to_string())
    }

    fn directory(&self) -> PathBuf {
        self.directory.clone()
    }
}

struct Shared {
    _lock: FileLock,
}

impl Frozen for Shared {}

struct Exclusive<'a> {
    directory: &'a Path,
    _lock: FileLock,
}

impl Change for Exclusive<'_> {
    fn write(&mut self, name: &Name, bytes: &[u8]) -> Result<(), StoreError> {
        atomic::replace(self.directory, &name.to_string(), bytes)
    }

    fn remove(&mut self, name: &Name) -> Result<(), StoreError> {
        atomic::remove(self.directory, &name.to_string())
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

const LOCK: &str = "lock";
const LOCK_WAIT: Duration = Duration::from_secs(5);
/// More than the largest user file with its envelope.
const MAX_BLOB_LENGTH: u64 = super::MAX_CAPACITY as u64 + 64 * 1024;
