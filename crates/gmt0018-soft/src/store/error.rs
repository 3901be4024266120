//! What can go wrong in a key store.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{MAX_INDEX, MAX_NAME_LENGTH, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, Role};

/// Why a store refused, and what to try.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no store in this directory.
    #[error("{} holds no key store; create one with `gmt0018 soft init`, or name another directory with GMT0018_SOFT_DIR", .directory.display())]
    Missing {
        /// The directory that was asked for.
        directory: PathBuf,
    },
    /// The directory exists, has something else in it, and is not a store.
    #[error("{} is not empty and not a key store; name an empty or a new directory", .directory.display())]
    NotAStore {
        /// The directory that was asked for.
        directory: PathBuf,
    },
    /// A store or a backup target is there already.
    #[error("{} exists already; open it, or name another directory", .path.display())]
    AlreadyExists {
        /// What exists.
        path: PathBuf,
    },
    /// No directory could be chosen.
    #[error("no directory for the key store: {why}; set GMT0018_SOFT_DIR to one")]
    NoDirectory {
        /// What the environment lacks.
        why: &'static str,
    },
    /// A file of the store is damaged.
    #[error("{} is damaged: {why}; restore this file from a backup of the same store", .file.display())]
    Corrupt {
        /// The damaged file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A file of the store was written by another version of this software.
    #[error("{} has format version {found}, and this program reads version {supported}; use the program that wrote it", .file.display())]
    ForeignVersion {
        /// The file.
        file: PathBuf,
        /// The version that the file names.
        found: String,
        /// The version that this program reads and writes.
        supported: u32,
    },
    /// Another process or handle holds the store's lock.
    #[error("{} is locked by another process or session (waited {} ms); try again, or end the process that holds it", .file.display(), .waited.as_millis())]
    Locked {
        /// The lock file, or the file that kept changing.
        file: PathBuf,
        /// How long the call waited.
        waited: Duration,
    },
    /// The process may not read or write the store.
    #[error("no permission for {}; check its owner and mode, and the user this process runs as", .path.display())]
    Permission {
        /// What was refused.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// The store is on a read-only file system or read-only directory.
    #[error("{} cannot be written: the file system is read-only; remount it writable, or move the store", .path.display())]
    ReadOnly {
        /// What was to be written.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// There is no room left on the disk, or a quota is used up; the old content is intact.
    #[error("no room to write {}; free some space: the old content is intact", .path.display())]
    Full {
        /// What was to be written.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// Another failure of the operating system.
    #[error("{} failed: {source}", .path.display())]
    Io {
        /// What was read or written.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// The operating system gave no random bytes.
    #[error("no random bytes from the operating system: {why}")]
    Random {
        /// The operating system's answer.
        why: String,
    },
    /// The index is above [`MAX_INDEX`].
    #[error("index {index} is out of range: indexes go from 0 to {MAX_INDEX}")]
    IndexOutOfRange {
        /// The index that was asked for.
        index: u32,
    },
    /// There is no key pair at the index.
    #[error("no key pair at index {index}")]
    KeyNotFound {
        /// The index that was asked for.
        index: u32,
    },
    /// There is a key of this role at the index already; it is never overwritten.
    #[error("index {index} has a {role} key already; remove the pair first, or use another index")]
    KeyExists {
        /// The index.
        index: u32,
        /// Which half of the pair is there.
        role: Role,
    },
    /// Neither a signing nor an encryption key was given.
    #[error("no key given for index {index}: give a signing key, an encryption key, or both")]
    NoKey {
        /// The index.
        index: u32,
    },
    /// There is no key-encryption key at the index.
    #[error("no key-encryption key at index {index}")]
    KekNotFound {
        /// The index that was asked for.
        index: u32,
    },
    /// There is a key-encryption key at the index already; it is never overwritten.
    #[error(
        "index {index} has a key-encryption key already; remove it first, or use another index"
    )]
    KekExists {
        /// The index.
        index: u32,
    },
    /// The password is not the one of this index.
    #[error("wrong password for index {index} ({attempts} failed in a row; the next try is delayed by {} ms)", .next_delay.as_millis())]
    WrongPassword {
        /// The index.
        index: u32,
        /// Failed tries since the last right password.
        attempts: u32,
        /// By how much the next try will be delayed.
        next_delay: Duration,
    },
    /// Too many tries wait for this index; this one was neither checked nor counted.
    #[error("too many password tries wait for index {index}; try again in {} ms", .retry_after.as_millis())]
    Throttled {
        /// The index.
        index: u32,
        /// When a try can be accepted again.
        retry_after: Duration,
    },
    /// The password's length is outside of the limits.
    #[error(
        "a password has {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} bytes, this one has {length}"
    )]
    PasswordLength {
        /// The password's length in bytes.
        length: usize,
    },
    /// The parameters of the password derivation are outside of the limits.
    #[error("bad password derivation parameters: {why}")]
    Kdf {
        /// Which parameter, and its limits.
        why: String,
    },
    /// There is no user file of this name.
    #[error("no such user file")]
    FileNotFound,
    /// There is a user file of this name already.
    #[error("a user file of this name exists already; delete it first")]
    FileExists,
    /// The name of a user file is empty or too long.
    #[error("the name of a user file has 1 to {MAX_NAME_LENGTH} bytes, this one has {length}")]
    FileName {
        /// The name's length in bytes.
        length: usize,
    },
    /// A user file of this size can never be created in this store.
    #[error("a user file has 1 to {max} bytes, not {size}")]
    FileSize {
        /// The size that was asked for, in bytes.
        size: u32,
        /// The store's capacity for user files, in bytes.
        max: u32,
    },
    /// There is no room for the user file within the card's capacity.
    #[error("no room for a user file of {needed} bytes: {free} bytes are free, in at most {max_files} files; delete one first", max_files = super::MAX_FILES)]
    Capacity {
        /// The size that was asked for, in bytes.
        needed: u32,
        /// What is free, in bytes.
        free: u32,
    },
    /// The range is not within the user file.
    #[error("offset {offset} and length {length} are not within the user file's {size} bytes")]
    FileRange {
        /// The first byte asked for.
        offset: u32,
        /// How many bytes were asked for.
        length: usize,
        /// The file's size in bytes, fixed when it was created.
        size: u32,
    },
}

impl StoreError {
    /// Sorts an error of the operating system.
    pub(super) fn io(path: impl AsRef<Path>, source: io::Error) -> Self {
        let path = path.as_ref().to_path_buf();
        match source.kind() {
            io::ErrorKind::PermissionDenied => Self::Permission { path, source },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path, source },
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Self::Full { path, source },
            _ => Self::Io { path, source },
        }
    }

    pub(super) fn corrupt(file: impl Into<PathBuf>, why: impl Into<String>) -> Self {
        Self::Corrupt {
            file: file.into(),
            why: why.into(),
        }
    }
}

/// Fills an array with random bytes of the operating system.
pub(super) fn random<const N: usize>() -> Result<zeroize::Zeroizing<[u8; N]>, StoreError> {
    let mut bytes = zeroize::Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|error| StoreError::Random {
        why: error.to_string(),
    })?;
    Ok(bytes)
}
