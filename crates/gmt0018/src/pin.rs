//! The access password of a private key.

use std::{fmt, fs::File, io::Read, path::Path, sync::Arc};

use thiserror::Error;
use zeroize::Zeroizing;

/// The access password of a private key: erased when dropped, never printed.
///
/// It is bytes, not a C string. Most cards want at least 8 of them; how many is the card's business.
///
/// ```
/// use gmt0018::Pin;
///
/// let pin = Pin::new("correct horse")?;
/// assert_eq!(format!("{pin:?}"), "Pin(..)");
/// assert!(Pin::new("").is_err());
/// # Ok::<(), gmt0018::PinError>(())
/// ```
#[derive(Clone)]
pub struct Pin(Arc<Zeroizing<Vec<u8>>>);

impl Pin {
    /// The longest password taken, in bytes.
    pub const MAX: usize = 1024;

    /// Takes the bytes of a password.
    ///
    /// # Errors
    /// When there are none, or more than [`Pin::MAX`].
    pub fn new(password: impl Into<Vec<u8>>) -> Result<Self, PinError> {
        let password = Zeroizing::new(password.into());
        match password.len() {
            0 => Err(PinError::Empty),
            1..=Self::MAX => Ok(Self(Arc::new(password))),
            found => Err(PinError::TooLong { found }),
        }
    }

    /// Reads a password from a file, without the one line end at its end.
    ///
    /// # Errors
    /// When the file cannot be read, is empty, or is longer than [`Pin::MAX`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, PinError> {
        let path = path.as_ref();
        let unreadable = |cause: std::io::Error| PinError::File {
            path: path.display().to_string(),
            cause: Arc::new(cause),
        };
        // Full size at once: a growing buffer would leave copies of the password behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(READ_LIMIT));
        let limit = u64::try_from(READ_LIMIT).unwrap_or(u64::MAX);
        let file = File::open(path).map_err(unreadable)?;
        let mut chunk = Zeroizing::new([0; 256]);
        let mut file = file.take(limit);
        loop {
            let read = file.read(&mut *chunk).map_err(unreadable)?;
            match chunk.get(..read) {
                Some([]) | None => break,
                Some(part) => bytes.extend_from_slice(part),
            }
        }
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        Self::new(std::mem::take(&mut *bytes))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pin(..)")
    }
}

/// Why a password was refused before it was shown to a card.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum PinError {
    /// There is no byte in it.
    #[error(
        "the access password is empty; pass the password of the key index, or none at all for a key without one"
    )]
    Empty,
    /// It is longer than any card's.
    #[error(
        "the access password has {found} bytes or more, {} are taken at most; is this the right file?",
        Pin::MAX
    )]
    TooLong {
        /// The bytes that were passed.
        found: usize,
    },
    /// The file could not be read.
    #[error(
        "the password file {path} could not be read: {cause}; check the path and its permissions"
    )]
    File {
        /// The path.
        path: String,
        /// Why.
        #[source]
        cause: Arc<std::io::Error>,
    },
}

/// One byte more than a password and its line end can have, so that a longer file is noticed.
const READ_LIMIT: usize = 1027;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_and_errors_never_show_the_password() {
        let pin = Pin::new("canary-in-the-mine").unwrap();
        assert!(!format!("{pin:?}").contains("canary"));
        let error = Pin::new("canary".repeat(200)).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
        assert!(matches!(error, PinError::TooLong { found: 1200 }));
    }

    #[test]
    fn a_megabyte_is_refused() {
        assert!(matches!(
            Pin::new(vec![b'x'; 1 << 20]),
            Err(PinError::TooLong { .. })
        ));
        assert!(Pin::new(vec![b'x'; Pin::MAX]).is_ok());
        assert!(matches!(Pin::new(""), Err(PinError::Empty)));
    }

    #[test]
    fn a_file_loses_one_line_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("password");
        for (content, expected) in [
            ("secret99\n", "secret99"),
            ("secret99\r\n", "secret99"),
            ("a\n\n", "a\n"),
        ] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(
                Pin::from_file(&path).unwrap().as_bytes(),
                expected.as_bytes()
            );
        }
        std::fs::write(&path, vec![b'x'; 1 << 20]).unwrap();
        assert!(matches!(
            Pin::from_file(&path),
            Err(PinError::TooLong { .. })
        ));
        std::fs::write(&path, "\n").unwrap();
        assert!(matches!(Pin::from_file(&path), Err(PinError::Empty)));
        let absent = Pin::from_file(directory.path().join("absent")).unwrap_err();
        assert!(absent.to_string().contains("absent"), "{absent}");
    }
}
