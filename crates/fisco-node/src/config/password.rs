//! The access password of a key, and where it comes from.

use std::{
    env,
    ffi::OsString,
    fmt,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use zeroize::Zeroizing;

/// The access password of a key in a card: wiped from memory when dropped, never printed.
///
/// ```
/// use fisco_node::config::Password;
///
/// let password = Password::new("correct horse");
/// assert_eq!(format!("{password:?}"), "Password(..)");
/// assert!(!password.is_empty());
/// ```
#[derive(Clone, Default)]
pub struct Password(Arc<Zeroizing<Vec<u8>>>);

impl Password {
    /// The longest password that is read from a file or from the environment, in bytes.
    pub const MAX: usize = 1024;

    /// Takes the bytes of a password.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Arc::new(Zeroizing::new(bytes.into())))
    }

    /// The bytes, for the card only.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether there is none: the card is then not asked for the right to use the key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(..)")
    }
}

/// Where the password of a key comes from.
///
/// A password in a file of its own, or in the environment of the node, need not stand in `config.ini`, which the chain
/// builder makes readable for everybody.
///
/// ```
/// use fisco_node::config::{Password, PasswordSource};
///
/// let configured = Password::new("from config.ini");
/// let password = PasswordSource::Configuration.password(&configured)?;
/// assert_eq!(password.as_bytes(), b"from config.ini");
/// # Ok::<(), fisco_node::config::PasswordError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PasswordSource {
    /// The configuration, where the node looks.
    #[default]
    Configuration,
    /// A file with the password and nothing else; one line end at its end does not count.
    File(PathBuf),
    /// An environment variable.
    Environment(OsString),
}

impl PasswordSource {
    /// Reads the password; `configured` is the one of the configuration.
    ///
    /// # Errors
    /// When the file or the variable cannot be read, is empty or too long.
    pub fn password(&self, configured: &Password) -> Result<Password, PasswordError> {
        let bytes = match self {
            Self::Configuration => return Ok(configured.clone()),
            Self::File(path) => self.read_file(path)?,
            Self::Environment(name) => {
                let value = env::var_os(name).ok_or_else(|| PasswordError::Unset(name.clone()))?;
                Zeroizing::new(value.into_encoded_bytes())
            }
        };
        match bytes.len() {
            0 => Err(PasswordError::Empty(self.clone())),
            1..=Password::MAX => Ok(Password(Arc::new(bytes))),
            _ => Err(PasswordError::TooLong(self.clone())),
        }
    }

    fn read_file(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, PasswordError> {
        let unreadable = |error| PasswordError::File(path.to_path_buf(), Arc::new(error));
        // Full size at once: a growing buffer would leave copies of the password behind.
        let mut bytes = Zeroizing::new(vec![0; READ_LIMIT]);
        let mut file = File::open(path).map_err(unreadable)?;
        let mut length = 0_usize;
        while let Some(rest) = bytes.get_mut(length..).filter(|rest| !rest.is_empty()) {
            match file.read(rest).map_err(unreadable)? {
                0 => break,
                read => length = length.saturating_add(read),
            }
        }
        bytes.truncate(length);
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        Ok(bytes)
    }
}

impl fmt::Display for PasswordSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration => formatter.write_str("configuration"),
            Self::File(path) => write!(formatter, "password file {}", path.display()),
            Self::Environment(name) => {
                write!(formatter, "environment variable {}", name.display())
            }
        }
    }
}

/// Why there is no password.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// The file could not be read.
    #[error("the password file {} cannot be read: {}; check the path and its permissions", .0.display(), .1)]
    File(PathBuf, #[source] Arc<std::io::Error>),
    /// The environment variable is not set.
    #[error("the environment variable {} is not set; set it to the password", .0.display())]
    Unset(OsString),
    /// There is no byte in it.
    #[error("the {0} is empty; write the password there")]
    Empty(PasswordSource),
    /// It is longer than any card's.
    #[error("the {0} has more than {max} bytes; is it the right one?", max = Password::MAX)]
    TooLong(PasswordSource),
}

/// One byte more than a password and its line end can have, so that a longer file is noticed.
const READ_LIMIT: usize = 1027;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_loses_one_line_end_and_is_read_up_to_the_limit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("password");
        let source = PasswordSource::File(path.clone());
        let read = || source.password(&Password::default());
        assert!(matches!(read(), Err(PasswordError::File(..))));
        for (content, expected) in [
            ("canary\n", "canary"),
            ("canary\r\n", "canary"),
            ("a\n\n", "a\n"),
        ] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(read().unwrap().as_bytes(), expected.as_bytes());
        }
        std::fs::write(&path, "\n").unwrap();
        assert!(matches!(read(), Err(PasswordError::Empty(_))));
        std::fs::write(&path, "canary".repeat(200)).unwrap();
        let error = read().unwrap_err();
        assert!(matches!(error, PasswordError::TooLong(_)));
        assert!(!format!("{error} {error:?}").contains("canary"));
    }

    #[test]
    fn the_environment_is_asked_by_name() {
        let read = |name: &str| {
            PasswordSource::Environment(name.into()).password(&Password::new("configured"))
        };
        // Cargo sets it for every test.
        let found = read("CARGO_PKG_NAME").unwrap();
        assert_eq!(found.as_bytes(), b"fisco-node");
        let unset = read("FISCO_NODE_NO_SUCH_VARIABLE").unwrap_err();
        assert!(
            unset.to_string().contains("FISCO_NODE_NO_SUCH_VARIABLE"),
            "{unset}"
        );
    }
}
