//! Files that hold a node's settings or keys, written as a whole and durably.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Write},
    path::Path,
};

/// Writes a new file with the owner and the mode of another one.
///
/// # Errors
///
/// When there is a file of that name, which stays as it is, or the new one cannot be written or given to the owner; then there
/// is none.
///
/// # Examples
///
/// ```
/// use fisco_node::files;
///
/// let directory = tempfile::tempdir()?;
/// let [config, kept] = ["config.ini", "config.ini.bak"].map(|name| directory.path().join(name));
/// std::fs::write(&config, "[security]\n")?;
/// files::create_like(&kept, &config, b"[security]\n")?;
/// assert_eq!(kept.metadata()?.permissions(), config.metadata()?.permissions());
/// assert!(files::create_like(&kept, &config, b"").is_err());
/// assert_eq!(std::fs::read(&kept)?, b"[security]\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn create_like(path: &Path, like: &Path, bytes: &[u8]) -> io::Result<()> {
    let metadata = fs::metadata(like)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // There may be a password in it.
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)
        .and_then(|()| keep_owner_and_mode(&file, &metadata))
        .and_then(|()| file.sync_all())
        .inspect_err(|_| {
            // It is the one that was just made.
            let _ = fs::remove_file(path);
        })
}

/// Replaces the file: after a crash at any moment it has its old or its new content, and after `Ok` the new one.
///
/// A symbolic link stays, and its target is replaced; the permissions stay, and so does the owner, or nothing is replaced.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let directory = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // A temporary file is its owner's alone, and so is a file that was not there before.
    let mut temporary = tempfile::Builder::new()
        .prefix(".tmp-")
        .tempfile_in(directory)?;
    if let Ok(metadata) = fs::metadata(&target) {
        keep_owner_and_mode(temporary.as_file(), &metadata)?;
    }
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(&target).map_err(|error| error.error)?;
    if cfg!(unix) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

/// A node whose file belongs to the administrator that mended it could not read it.
fn keep_owner_and_mode(file: &File, wanted: &Metadata) -> io::Result<()> {
    // Before the permissions, which a change of the owner may reduce.
    keep_owner(file, wanted)?;
    file.set_permissions(wanted.permissions())
}

#[cfg(unix)]
fn keep_owner(file: &File, wanted: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};

    let found = file.metadata()?;
    if (found.uid(), found.gid()) == (wanted.uid(), wanted.gid()) {
        return Ok(());
    }
    fchown(file, Some(wanted.uid()), Some(wanted.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}
