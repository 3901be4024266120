//! The file with the last vote: one owner, and on the disk before anything is signed.

use std::{
    ffi::OsString,
    fs::{self, File, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use sm2_signing::PublicKey;

use super::{
    GuardError,
    record::{Record, Vote},
};

/// The file with the last vote, and the lock that makes this its only owner.
#[derive(Debug)]
pub(super) struct State {
    path: PathBuf,
    record: Record,
    /// Tests stop here.
    pub(super) hook: Hook,
    _lock: File,
}

/// Called before a step, which is not taken after an error.
pub(super) type Hook = fn(Step) -> io::Result<()>;

/// The steps from a vote to its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A temporary file is made.
    Create,
    /// The first half is written.
    WriteFirst,
    /// The second half is written.
    WriteSecond,
    /// The temporary file goes to the disk.
    Sync,
    /// It takes the name of the old one.
    Rename,
    /// The name goes to the disk.
    SyncDirectory,
    /// The signer is asked.
    Sign,
    /// The signature leaves.
    Release,
}

impl State {
    pub(super) fn create(path: &Path, record: Record) -> Result<Self, GuardError> {
        let lock = lock(path)?;
        if path.symlink_metadata().is_ok() {
            return Err(GuardError::Exists(path.to_path_buf()));
        }
        let state = Self::new(path, record, lock);
        state.store(&state.record)?;
        Ok(state)
    }

    pub(super) fn open(path: &Path, key: &PublicKey) -> Result<Self, GuardError> {
        // Whoever comes through a link must meet the lock of the file itself.
        let path = &path.canonicalize().map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => GuardError::Missing(path.to_path_buf()),
            _ => unusable(path, source),
        })?;
        let lock = lock(path)?;
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(LONGEST).read_to_end(&mut bytes))
            .map_err(|source| unusable(path, source))?;
        let record = Record::decode(&bytes).map_err(|why| GuardError::Damaged {
            path: path.clone(),
            why,
        })?;
        if record.key != *key {
            return Err(GuardError::OtherKey {
                path: path.clone(),
                keys: Box::new((record.key.into(), (*key).into())),
            });
        }
        let state = Self::new(path, record, lock);
        state.sweep();
        Ok(state)
    }

    fn new(path: &Path, record: Record, lock: File) -> Self {
        Self {
            path: path.to_path_buf(),
            record,
            hook: |_| Ok(()),
            _lock: lock,
        }
    }

    pub(super) const fn last(&self) -> Option<&Vote> {
        self.record.last.as_ref()
    }

    /// Decides on a vote, and has it on the disk when it is a new one.
    pub(super) fn advance(&mut self, vote: Vote) -> Result<(), GuardError> {
        let place = vote.place;
        match self.record.last {
            Some(last) if last == vote => return Ok(()),
            Some(last) if last.place == place => return Err(GuardError::Conflict { place }),
            Some(Vote { place: last, .. }) if last > place => {
                return Err(GuardError::Past { place, last });
            }
            _ => {}
        }
        let record = Record {
            key: self.record.key,
            last: Some(vote),
        };
        self.store(&record)?;
        self.record = record;
        Ok(())
    }

    /// Replaces the file: it has the old content or the new one at any moment, and the new one after `Ok`.
    fn store(&self, record: &Record) -> Result<(), GuardError> {
        self.replace(record.encode().as_bytes())
            .map_err(|source| GuardError::NotStored {
                path: self.path.clone(),
                source,
            })
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let directory = directory(&self.path);
        (self.hook)(Step::Create)?;
        let mut temporary = tempfile::Builder::new()
            .prefix(&temporary_prefix(&self.path))
            .tempfile_in(directory)?;
        let (first, second) = bytes.split_at(bytes.len() / 2);
        (self.hook)(Step::WriteFirst)?;
        temporary.write_all(first)?;
        (self.hook)(Step::WriteSecond)?;
        temporary.write_all(second)?;
        (self.hook)(Step::Sync)?;
        temporary.as_file().sync_all()?;
        (self.hook)(Step::Rename)?;
        temporary.persist(&self.path).map_err(|error| error.error)?;
        (self.hook)(Step::SyncDirectory)?;
        if cfg!(unix) {
            File::open(directory)?.sync_all()?;
        }
        Ok(())
    }

    /// Removes what a killed owner left behind; that it stays is no harm.
    fn sweep(&self) {
        let prefix = temporary_prefix(&self.path);
        let prefix = prefix.as_encoded_bytes();
        let entries = fs::read_dir(directory(&self.path)).into_iter().flatten();
        for entry in entries.flatten() {
            if entry.file_name().as_encoded_bytes().starts_with(prefix) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Takes the lock beside the file, which is another file because this one is replaced.
fn lock(path: &Path) -> Result<File, GuardError> {
    let lock_path = beside(path, "", ".lock");
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&lock_path)
        .map_err(|source| unusable(&lock_path, source))?;
    match file.try_lock() {
        // A lock on a file that was unlinked meanwhile excludes nobody.
        Ok(()) if is_still(&lock_path, &file) => Ok(file),
        Ok(()) | Err(TryLockError::WouldBlock) => Err(GuardError::Owned(path.to_path_buf())),
        Err(TryLockError::Error(source)) => Err(unusable(&lock_path, source)),
    }
}

#[cfg(unix)]
fn is_still(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;

    let (Ok(there), Ok(here)) = (path.metadata(), file.metadata()) else {
        return false;
    };
    (there.dev(), there.ino()) == (here.dev(), here.ino())
}

#[cfg(not(unix))]
fn is_still(path: &Path, _: &File) -> bool {
    path.exists()
}

fn temporary_prefix(path: &Path) -> OsString {
    let path = beside(path, ".", ".tmp-");
    path.file_name().unwrap_or_default().to_owned()
}

/// The path with something before and after its last part.
fn beside(path: &Path, before: &str, after: &str) -> PathBuf {
    let mut name = OsString::from(before);
    name.push(path.file_name().unwrap_or_default());
    name.push(after);
    path.with_file_name(name)
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn unusable(path: &Path, source: io::Error) -> GuardError {
    GuardError::Io {
        path: path.to_path_buf(),
        source,
    }
}

/// No record has as many bytes.
const LONGEST: u64 = 1024;
