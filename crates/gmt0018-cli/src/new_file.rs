//! Files that appear whole or not at all, and never in the place of another.

use std::{
    fs::Permissions,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

use crate::error::Error;

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
    /// Begins a file that must not exist.
    pub(crate) fn create(path: &Path, readers: Readers) -> Result<Self, Error> {
        must_not_exist(path)?;
        let directory = path
            .parent()
            .filter(|directory| !directory.as_os_str().is_empty());
        let mut builder = Builder::new();
        builder.prefix(".gmt0018-");
        if let Some(permissions) = permissions(readers) {
            builder.permissions(permissions);
        }
        let file = builder.tempfile_in(directory.unwrap_or(Path::new(".")));
        Ok(Self {
            file: file.map_err(|cause| Error::not_written(path, &cause))?,
            path: path.to_owned(),
        })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let written = self.file.write_all(bytes);
        written.map_err(|cause| Error::not_written(&self.path, &cause))
    }

    /// Gives the file its name, when all of it is on the disk.
    pub(crate) fn keep(self) -> Result<(), Error> {
        let Self { file, path } = self;
        let kept = file.as_file().sync_all();
        kept.and_then(|()| Ok(file.persist_noclobber(&path)?))
            .map(drop)
            .map_err(|cause| Error::not_written(&path, &cause))
    }
}

/// Writes a file that was not there, whole or not at all.
pub(crate) fn write_new(path: &Path, bytes: &[u8], readers: Readers) -> Result<(), Error> {
    let mut file = NewFile::create(path, readers)?;
    file.write(bytes)?;
    file.keep()
}

/// Refuses a file that [`write_new`] would refuse, before there is work done for it.
pub(crate) fn must_not_exist(path: &Path) -> Result<(), Error> {
    match path.symlink_metadata() {
        Ok(_) => Err(Error::not_written(
            path,
            &io::ErrorKind::AlreadyExists.into(),
        )),
        Err(_) => Ok(()),
    }
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
    use crate::exit::Exit;

    #[test]
    fn a_file_that_exists_stays_as_it_is_and_nothing_is_left_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        write_new(&path, b"first", Readers::Usual).unwrap();
        let error = write_new(&path, b"second", Readers::Usual).unwrap_err();
        assert_eq!(error.exit(), Exit::Usage);
        // Somebody else was faster.
        let other = directory.path().join("other");
        let mut file = NewFile::create(&other, Readers::Owner).unwrap();
        file.write(b"third").unwrap();
        fs::write(&other, b"theirs").unwrap();
        assert_eq!(file.keep().unwrap_err().exit(), Exit::Usage);
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
