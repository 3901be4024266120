//! Errors: what the caller can do (the kind) and what happened (the source).

use std::{error, fmt};

/// An operation on a key, a card or an engine that gave no result.
///
/// ```
/// use sm2_signing::{Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::Busy, "all 8 sessions are in use");
/// assert_eq!(error.to_string(), "busy: all 8 sessions are in use");
/// ```
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    source: Box<dyn error::Error + Send + Sync>,
}

impl Error {
    /// Couples what the caller can do with what happened; never put a secret into `source`.
    pub fn new(kind: ErrorKind, source: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        Self {
            kind,
            source: source.into(),
        }
    }

    /// What the caller can do about it.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What happened, to be downcast by who knows the back end.
    ///
    /// ```
    /// use sm2_signing::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Device, std::fmt::Error);
    /// assert!(error.cause().is::<std::fmt::Error>());
    /// ```
    #[must_use]
    pub fn cause(&self) -> &(dyn error::Error + Send + Sync + 'static) {
        &*self.source
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.kind, self.source)
    }
}

impl error::Error for Error {
    /// The cause below the one that [`Display`](fmt::Display) already shows.
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.source()
    }
}

/// What the caller of a failed operation can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Give the right password, key index or permission.
    Access,
    /// Try again later, or with more sessions.
    Busy,
    /// Look at the device: it is gone, broken, or answers nonsense.
    Device,
    /// Correct the input.
    Input,
    /// Use another device or another way: this one cannot do it.
    Unsupported,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Access => "access refused",
            Self::Busy => "busy",
            Self::Device => "device failed",
            Self::Input => "bad input",
            Self::Unsupported => "not supported",
        })
    }
}

/// Why a verification did not end in "valid".
///
/// A broken card must not look like a bad signature, so the two never share a value.
#[derive(Debug, thiserror::Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the caller must choose between these two"
)]
pub enum VerifyError {
    /// The signature is not valid for this key and this e.
    #[error("the signature is invalid")]
    Invalid,
    /// Nothing is known about the signature: the engine failed.
    #[error("the signature could not be verified: {0}")]
    Backend(#[source] Error),
}
