//! Files that appear whole or not at all, and never in the place of another.

use std::{
    fs::Permissions,
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

/// A file that is being written under a temporary name in the directory where it will stand.
#[derive(Debug)]
pub(crate) struct NewFile {
    file: NamedTempFile,
    path: PathBuf,
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Its owner.
    Owner,
    /// Whom the process lets.
    Usual,
}

impl NewFile {
    /// Begins a file; the error is `AlreadyExists` if there is one.
    pub(crate) fn create(path: &Path, readers: Readers) -> io::Result<Self> {
        if path.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let directory = path
            .parent()
            .filter(|directory| !directory.as_os_str().is_empty());
        let mut builder = Builder::new();
        builder.prefix(".gmt0018-");
        if let Some(permissions) = permissions(readers) {
            builder.permissions(permissions);
        }
        Ok(Self {
            file: builder.tempfile_in(directory.unwrap_or(Path::new(".")))?,
            path: path.to_owned(),
        })
    }

    /// Gives the file its name, when all of it is on the disk.
    pub(crate) fn keep(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist_noclobber(&self.path)?;
        Ok(())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes a file that was not there, whole or not at all.
pub(crate) fn write_new(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let mut file = NewFile::create(path, readers)?;
    file.write_all(bytes)?;
    file.keep()
}

/// The mode to ask for; without one the file is its owner's.
#[cfg(unix)]
fn permissions(readers: Readers) -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;

    // The process's mask takes away what it always does.
    (readers == Readers::Usual).then(|| Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
const fn permissions(_: Readers) -> Option<Permissions> {
    None
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_that_exists_stays_as_it_is_and_nothing_is_left_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        write_new(&path, b"first", Readers::Usual).unwrap();
        let cause = write_new(&path, b"second", Readers::Usual).unwrap_err();
        assert_eq!(cause.kind(), io::ErrorKind::AlreadyExists);
        // Somebody else was faster.
        let other = directory.path().join("other");
        let mut file = NewFile::create(&other, Readers::Owner).unwrap();
        file.write_all(b"third").unwrap();
        fs::write(&other, b"theirs").unwrap();
        let cause = file.keep().unwrap_err();
        assert_eq!(cause.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::read(&other).unwrap(), b"theirs");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;

        let directory = tempfile::tempdir().unwrap();
        let mode = |readers| {
            let path = directory.path().join(format!("{readers:?}"));
            write_new(&path, b"text", readers).unwrap();
            fs::metadata(path).unwrap().permissions().mode() & 0o777
        };
        assert_eq!(mode(Readers::Owner), 0o600);
        let made = directory.path().join("made");
        fs::write(&made, b"").unwrap();
        let usual = fs::metadata(made).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(Readers::Usual), usual);
    }
}
