//! Files that are replaced as a whole, durably.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::StoreError;

/// Replaces `directory/name`: after a crash at any moment the file has its old or its new content, and after
/// `Ok` the new one.
pub(super) fn replace(directory: &Path, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let path = directory.join(name);
    let mut temporary = temporary_file(directory).map_err(|error| StoreError::io(&path, error))?;
    temporary
        .write_all(bytes)
        .map_err(|error| StoreError::io(&path, error))?;
    temporary
        .as_file()
        .sync_all()
        .map_err(|error| StoreError::io(&path, error))?;
    temporary
        .persist(&path)
        .map_err(|error| StoreError::io(&path, error.error))?;
    sync_directory(directory)
}

/// Removes `directory/name` durably; it is no error when there is none.
pub(super) fn remove(directory: &Path, name: &str) -> Result<(), StoreError> {
    let path = directory.join(name);
    match fs::remove_file(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(StoreError::io(&path, error)),
        Ok(()) => sync_directory(directory),
    }
}

/// Makes the names in a directory survive a crash.
pub(super) fn sync_directory(directory: &Path) -> Result<(), StoreError> {
    if cfg!(unix) {
        File::open(directory)
            .and_then(|opened| opened.sync_all())
            .map_err(|error| StoreError::io(directory, error))?;
    }
    Ok(())
}

/// Makes a directory that only its owner may enter, and the directories above it where they are missing.
pub(super) fn make_private_directory(directory: &Path) -> Result<(), StoreError> {
    let parent = directory
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        fs::create_dir_all(parent).map_err(|error| StoreError::io(parent, error))?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(directory) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::io(directory, error)),
        Ok(()) => parent.map_or(Ok(()), sync_directory),
    }
}

/// Whether a directory entry is what a killed writer left behind.
pub(super) fn is_left_over(name: &str) -> bool {
    name.starts_with(TEMPORARY_PREFIX)
}

/// Has a new file be readable by its owner only.
pub(super) fn private(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

/// What differs between two files, and between two versions of one.
pub(super) fn identity(metadata: &Metadata) -> [u64; 2] {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        [metadata.dev(), metadata.ino()]
    }
    #[cfg(not(unix))]
    {
        [0, u64::from(metadata.is_file())]
    }
}

/// When a file was last changed, as seconds and nanoseconds in one number.
pub(super) fn changed_at(metadata: &Metadata) -> u64 {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        metadata
            .ctime()
            .cast_unsigned()
            .wrapping_mul(1_000_000_000)
            .wrapping_add(metadata.ctime_nsec().cast_unsigned())
    }
    #[cfg(not(unix))]
    {
        let modified = metadata.modified().ok();
        let since = modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        since.map_or(0, |since| {
            u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
        })
    }
}

/// Whether anybody but the owner may read the file.
pub(super) fn is_exposed(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        metadata.mode() & 0o077 != 0
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}

fn temporary_file(directory: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_PREFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600));
    builder.tempfile_in(directory)
}

const TEMPORARY_PREFIX: &str = ".tmp-";
