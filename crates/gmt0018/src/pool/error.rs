//! Why a pool could not lend a session.

use std::time::Duration;

use sm2_signing::ErrorKind;
use thiserror::Error;

use crate::{Error, ReturnCode};

/// Why a pool could not lend a session.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum PoolError {
    /// All sessions stayed lent for too long.
    #[error(
        "no session came back within {limit:?}: all {open} are lent{}; \
         try: a longer wait, more sessions (max_sessions) if the card has them, or fewer threads",
        ceiling.map_or_else(String::new, |ceiling| format!(" and the card has no more than {ceiling}"))
    )]
    Timeout {
        /// How long was waited.
        limit: Duration,
        /// The sessions that are open.
        open: usize,
        /// How many the card turned out to have, if that was met.
        ceiling: Option<usize>,
    },
    /// The device was lost, and another thread was still opening it again.
    #[error(
        "the device is being opened again, and was not open within {limit:?}; try: a longer wait, or check the card"
    )]
    Opening {
        /// How long was waited.
        limit: Duration,
    },
    /// The device was lost and will be opened again later.
    #[error(
        "the device is lost ({cause}); it is opened again in {retry:?}; try: once more after that, and check the card"
    )]
    Lost {
        /// How long until it is opened again.
        retry: Duration,
        /// What happened to it.
        #[source]
        cause: Box<Error>,
    },
    /// Calls on a session of the device failed in a way that says that the device does not answer.
    #[error("calls on it failed with a code that says it does not answer")]
    Unanswered,
}

impl PoolError {
    /// Says what the caller can do.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Timeout { .. } => ErrorKind::Busy,
            Self::Opening { .. } | Self::Lost { .. } | Self::Unanswered => ErrorKind::Device,
        }
    }

    pub(crate) fn return_code(&self) -> Option<ReturnCode> {
        match self {
            Self::Lost { cause, .. } => cause.return_code(),
            _ => None,
        }
    }
}
