//! The store's lock between processes, threads and handles.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::StoreError;
use super::atomic::{identity, private};

/// A lock on a file, released on drop.
///
/// Every lock opens the file anew, because such a lock belongs to the open file and not to the thread: two
/// holders in one process exclude each other like two processes.
#[derive(Debug)]
pub(super) struct FileLock {
    file: File,
}

/// Who else may hold the lock at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Others that ask for `Shared`.
    Shared,
    /// Nobody.
    Exclusive,
}

impl FileLock {
    /// Takes the lock, waiting at most `limit`; the file is made when it does not exist.
    pub(super) fn acquire(path: &Path, kind: Kind, limit: Duration) -> Result<Self, StoreError> {
        let start = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let file = open(path, kind)?;
            let outcome = match kind {
                Kind::Shared => file.try_lock_shared(),
                Kind::Exclusive => file.try_lock(),
            };
            match outcome {
                // A lock on a file that was unlinked meanwhile excludes nobody.
                Ok(()) if is_still(path, &file) => return Ok(Self { file }),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(StoreError::io(path, error)),
            }
            let waited = start.elapsed();
            if waited >= limit {
                return Err(StoreError::Locked {
                    file: path.to_path_buf(),
                    waited,
                });
            }
            thread::sleep(pause.min(limit.saturating_sub(waited)));
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Explicit, because a forked child may still hold a copy of the descriptor.
        drop(self.file.unlock());
    }
}

fn open(path: &Path, kind: Kind) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true);
    if kind == Kind::Exclusive {
        // On a read-only file system this fails here, before any work is done.
        options.write(true).create(true);
        private(&mut options);
    }
    options
        .open(path)
        .map_err(|error| StoreError::io(path, error))
}

fn is_still(path: &Path, file: &File) -> bool {
    let (Ok(there), Ok(here)) = (path.metadata(), file.metadata()) else {
        return false;
    };
    identity(&there) == identity(&here)
}

const FIRST_PAUSE: Duration = Duration::from_micros(200);
const LONGEST_PAUSE: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exclusive_excludes_and_shared_shares() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let limit = Duration::from_millis(30);
        let writer = FileLock::acquire(&path, Kind::Exclusive, limit).unwrap();
        for kind in [Kind::Shared, Kind::Exclusive] {
            let refused = FileLock::acquire(&path, kind, limit).unwrap_err();
            assert!(matches!(refused, StoreError::Locked { .. }), "{refused}");
        }
        drop(writer);
        let reader = FileLock::acquire(&path, Kind::Shared, limit).unwrap();
        FileLock::acquire(&path, Kind::Shared, limit).unwrap();
        FileLock::acquire(&path, Kind::Exclusive, limit).unwrap_err();
        drop(reader);
        FileLock::acquire(&path, Kind::Exclusive, limit).unwrap();
    }

    #[test]
    fn a_deleted_lock_file_still_gives_one_holder() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let limit = Duration::from_millis(30);
        let stale = FileLock::acquire(&path, Kind::Exclusive, limit).unwrap();
        std::fs::remove_file(&path).unwrap();
        let fresh = FileLock::acquire(&path, Kind::Exclusive, limit).unwrap();
        assert!(!is_still(&path, &stale.file));
        assert!(is_still(&path, &fresh.file));
    }
}
