//! What can go wrong, which call it was, and what to try.

use std::{fmt, sync::Arc};

use gmt0018_sys::LoadError;
use sm2_signing::ErrorKind;
use thiserror::Error;

use crate::{Function, PinError, PoolError, ReturnCode};

/// Why an operation with a card failed.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum Error {
    /// A library function returned an error code.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The library does not export a function, or not in the form that the dialect asks for.
    #[error(transparent)]
    MissingSymbol(#[from] MissingSymbol),
    /// A library function reported success and left something impossible behind.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// An argument was refused before any library function was called.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A password was refused before it was shown to the card.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// The card refused this key's password before, and it is not shown again.
    #[error(
        "the card refused the password of key index {index} ({cause}), so it is not shown again: cards count wrong passwords and lock the key; try: make the key anew with the right password"
    )]
    Refused {
        /// The key's index.
        index: crate::KeyIndex,
        /// What the card answered.
        #[source]
        cause: CallError,
    },
    /// The session pool could not lend a session.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// The library could not be loaded.
    #[error(transparent)]
    Load(#[from] Arc<LoadError>),
    /// The authentication tag does not match the data, the additional data, the nonce or the key.
    #[error(
        "the authentication tag does not match; the data was changed, or key, nonce or additional data differ"
    )]
    TagMismatch,
    /// The card's signature did not verify under the public key that the card exports.
    #[error(
        "the signature made by key index {0} does not verify under the public key the card exports for it; do not use this key"
    )]
    Unverified(crate::KeyIndex),
    /// The verifier that was to check the card's signature could not tell.
    #[error("the card's test signature could not be checked: {0}")]
    Verifier(#[source] Arc<sm2_signing::Error>),
    /// The device or session was opened before this process was forked.
    #[error(
        "this session was opened before the process forked and belongs to the parent; open a new device, or take sessions from a SessionPool, which does"
    )]
    Forked,
}

impl Error {
    /// Says what the caller can do.
    ///
    /// ```
    /// use gmt0018::{CallError, Error, Function, ReturnCode};
    /// use sm2_signing::ErrorKind;
    ///
    /// let code = ReturnCode::new(0x0100_0007);
    /// let error = Error::from(CallError::new(Function::InternalSignEcc, code));
    /// assert_eq!(error.kind(), ErrorKind::Access);
    /// assert_eq!(
    ///     error.to_string(),
    ///     "SDF_InternalSign_ECC returned 0x01000007 (SDR_PARDENY: no access right to the private key); \
    ///      try: pass the access password of this key index"
    /// );
    /// ```
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Call(error) => error.kind(),
            Self::MissingSymbol(_) => ErrorKind::Unsupported,
            Self::Malformed(_) | Self::Load(_) | Self::Unverified(_) | Self::Forked => {
                ErrorKind::Device
            }
            Self::Verifier(error) => error.kind(),
            Self::Input(InputError::Unmapped { .. }) => ErrorKind::Unsupported,
            Self::Input(_) | Self::TagMismatch => ErrorKind::Input,
            Self::Pin(_) | Self::Refused { .. } => ErrorKind::Access,
            Self::Pool(error) => error.kind(),
        }
    }

    /// Gives the code that a library function returned, if that is what happened.
    #[must_use]
    pub fn return_code(&self) -> Option<ReturnCode> {
        match self {
            Self::Call(error) | Self::Refused { cause: error, .. } => Some(error.code()),
            Self::Pool(error) => error.return_code(),
            _ => None,
        }
    }
}

impl From<Error> for sm2_signing::Error {
    fn from(error: Error) -> Self {
        Self::new(error.kind(), error)
    }
}

/// A library function returned an error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub struct CallError {
    function: Function,
    code: ReturnCode,
}

impl CallError {
    /// Joins a function and the code it returned.
    ///
    /// ```
    /// use gmt0018::{CallError, Function, ReturnCode};
    ///
    /// let error = CallError::new(Function::InternalSignEcc, ReturnCode::new(0x0100_0007));
    /// let text = error.to_string();
    /// assert!(text.contains("SDF_InternalSign_ECC") && text.contains("SDR_PARDENY"));
    /// ```
    #[must_use]
    pub const fn new(function: Function, code: ReturnCode) -> Self {
        Self { function, code }
    }

    /// Gives the function.
    #[must_use]
    pub const fn function(self) -> Function {
        self.function
    }

    /// Gives the code.
    #[must_use]
    pub const fn code(self) -> ReturnCode {
        self.code
    }

    /// Says what the caller can do.
    #[must_use]
    pub const fn kind(self) -> ErrorKind {
        self.code.kind(self.function)
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} returned {}", self.function, self.code)?;
        if let Some(advice) = self.code.advice(self.function) {
            write!(formatter, "; try: {advice}")?;
        }
        Ok(())
    }
}

/// A library does not export a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the library does not export {0}, which this operation needs; try: another library, or do this step in software"
)]
pub struct MissingSymbol(pub(crate) Function);

impl MissingSymbol {
    /// Gives the function that is missing.
    #[must_use]
    pub const fn function(self) -> Function {
        self.0
    }
}

/// A library function reported success and left something impossible behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "{function} reported success but {what}; try: the dialect of this vendor (structure layout, number of arguments)"
)]
pub struct Malformed {
    function: Function,
    what: &'static str,
}

impl Malformed {
    /// Says what a function left behind.
    pub(crate) const fn new(function: Function, what: &'static str) -> Self {
        Self { function, what }
    }

    /// Gives the function.
    #[must_use]
    pub const fn function(self) -> Function {
        self.function
    }
}

/// An argument that no library function was called with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InputError {
    /// There is nothing to work on.
    #[error("the {what} is empty; pass at least one byte")]
    Empty {
        /// What is empty.
        what: &'static str,
    },
    /// Something has a length outside what the operation takes.
    #[error("the {what} has {found} bytes where {expected} are taken")]
    Length {
        /// What has the wrong length.
        what: &'static str,
        /// The lengths that are taken.
        expected: &'static str,
        /// The length that was passed.
        found: usize,
    },
    /// The data is not a multiple of the block, and the card adds no padding.
    #[error(
        "the data has {found} bytes, not a multiple of 16; ECB and CBC take whole blocks and a card adds no padding: pad it first, or use CTR"
    )]
    NotBlocks {
        /// The bytes passed.
        found: usize,
    },
    /// A session key is used on another session than the one that made it.
    #[error(
        "the key belongs to another session; a key handle is good on the session that made it only"
    )]
    ForeignKey,
    /// The dialect has no id for an algorithm.
    #[error(
        "the dialect of this library has no id for {what}; try: another dialect, or do it in software"
    )]
    Unmapped {
        /// The algorithm.
        what: &'static str,
    },
    /// A path cannot be passed to a C function.
    #[error("the path of the device configuration has a zero byte in it; remove it")]
    ZeroByteInPath,
    /// A path is not text that the library could take.
    #[error("the path of the device configuration is not UTF-8; use another path")]
    PathNotUtf8,
}
