//! A directory that appears complete or not at all.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::plan::{check_new, parent};
use crate::error::Error;

/// A directory that is filled under another name beside its place.
///
/// When this is dropped before [`publish`](Self::publish), nothing is left of it.
#[derive(Debug)]
pub(super) struct Tree {
    // Only its owner may look into this one, so the tree in it has the usual permissions and is nobody's yet.
    staging: TempDir,
    root: PathBuf,
    destination: PathBuf,
}

/// Who may do what with a file; the umask of the process takes away from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// All may read it.
    Public = 0o644,
    /// Only its owner may read it.
    Private = 0o600,
    /// Its owner may run it as well.
    Script = 0o744,
}

impl Tree {
    /// Begins a directory; its place must be free.
    pub(super) fn new(destination: &Path) -> Result<Self, Error> {
        let failed = |cause: io::Error| Error::unwritable(destination, &cause);
        let staging = tempfile::Builder::new()
            .prefix(".gmt0018-chain-")
            .tempdir_in(parent(destination))
            .map_err(failed)?;
        let root = staging.path().join("tree");
        fs::create_dir(&root).map_err(failed)?;
        Ok(Self {
            staging,
            root,
            destination: destination.to_path_buf(),
        })
    }

    /// Writes a file, and the directories that it is in.
    pub(super) fn write(
        &self,
        path: impl AsRef<Path>,
        bytes: impl AsRef<[u8]>,
        mode: Mode,
    ) -> Result<(), Error> {
        let path = path.as_ref();
        let written = self.directories(path).and_then(|path| {
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            with_mode(&mut options, mode);
            options.open(path)?.write_all(bytes.as_ref())
        });
        written.map_err(|cause| Error::unwritable(&self.destination.join(path), &cause))
    }

    /// Copies a program with its permissions.
    pub(super) fn copy(&self, from: &Path, to: impl AsRef<Path>) -> Result<(), Error> {
        let to = to.as_ref();
        let copied = self
            .directories(to)
            .and_then(|path| fs::copy(from, path).map(drop));
        copied.map_err(|cause| Error::unwritable(&self.destination.join(to), &cause))
    }

    /// Puts the directory in its place.
    pub(super) fn publish(self) -> Result<(), Error> {
        check_new(&self.destination)?;
        fs::rename(&self.root, &self.destination)
            .map_err(|cause| Error::unwritable(&self.destination, &cause))?;
        // What is left is empty; that it cannot be removed would change nothing.
        let _ = self.staging.close();
        Ok(())
    }

    fn directories(&self, path: &Path) -> io::Result<PathBuf> {
        let path = self.root.join(path);
        fs::create_dir_all(parent(&path))?;
        Ok(path)
    }
}

#[cfg(unix)]
pub(super) fn with_mode(options: &mut OpenOptions, mode: Mode) {
    use std::os::unix::fs::OpenOptionsExt as _;

    options.mode(mode as u32);
}

#[cfg(not(unix))]
pub(super) fn with_mode(_: &mut OpenOptions, _: Mode) {}
