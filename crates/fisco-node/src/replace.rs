//! Files that are replaced as a whole, durably.

use std::{
    fs::{self, File, Metadata},
    io::{self, Write},
    path::Path,
};

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
        // Before the permissions, which a change of the owner may reduce.
        keep_owner(temporary.as_file(), &metadata)?;
        temporary
            .as_file()
            .set_permissions(metadata.permissions())?;
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
