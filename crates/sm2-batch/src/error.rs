//! Why there is no verdict, when the reason is not the engine's own.

use std::{io, sync::Arc, time::Duration};

use sm2_signing::{Error, ErrorKind, PublicKey, VerifyError};

use crate::EngineChoice;

/// Why there is no verdict: the [cause](Error::cause) of the errors that this crate makes.
///
/// ```
/// use sm2_batch::BatchError;
/// use sm2_signing::{Error, ErrorKind};
///
/// let error = Error::from(BatchError::Closed);
/// assert_eq!(error.kind(), ErrorKind::Device);
/// assert!(matches!(error.cause().downcast_ref(), Some(BatchError::Closed)));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// The queue stayed full.
    #[error(
        "{capacity} signatures wait already and none of them left within {waited:?}; \
         try: again later, fewer callers, or a faster engine (Parallel)"
    )]
    Full {
        /// How many signatures may wait.
        capacity: usize,
        /// How long the caller waited for room.
        waited: Duration,
    },
    /// The engine did not come to the signature in time.
    #[error(
        "no verdict within {waited:?}; try: a longer timeout, a smaller capacity, or a faster engine (Parallel)"
    )]
    Late {
        /// How long the caller waited for the verdict.
        waited: Duration,
    },
    /// The queue was shut down.
    #[error("the queue is shut down; try: make a new one")]
    Closed,
    /// The verdict of this ticket was handed out before.
    #[error("the verdict was taken from this ticket before; try: keep it")]
    Taken,
    /// The engine failed, and with it every signature of the batch.
    #[error("{}", .0.cause())]
    Engine(Arc<Error>),
    /// The engine panicked: a bug in it.
    #[error("the engine panicked: {message}")]
    Panicked {
        /// What the panic said.
        message: String,
    },
    /// The engine broke the contract of one verdict per item.
    #[error("the engine gave {verdicts} verdicts on {items} items")]
    Miscounted {
        /// How many items it was given.
        items: usize,
        /// How many verdicts came back.
        verdicts: usize,
    },
    /// An engine gave a wrong verdict on a signature whose verdict is known.
    #[error(
        "the {engine} engine failed its self-check ({what}); try: another processor, and report it"
    )]
    SelfCheck {
        /// The engine's name.
        engine: &'static str,
        /// What it got wrong.
        what: String,
    },
    /// No engine has this name.
    #[error("there is no engine {name:?}; try: {}", EngineChoice::NAMES)]
    UnknownEngine {
        /// The name.
        name: String,
    },
    /// The processor lacks what the engine needs.
    #[error(
        "this processor has no {instructions}, which the {engine} engine needs; try: auto or portable"
    )]
    Processor {
        /// The engine's name.
        engine: &'static str,
        /// What it needs.
        instructions: &'static str,
    },
    /// A key to be pinned is not a point of the curve.
    #[error(
        "the key {key} is not a point of the SM2 curve; try: x and y big-endian, 32 bytes each"
    )]
    NotAPoint {
        /// The key.
        key: PublicKey,
    },
    /// The options contradict themselves.
    #[error("{0}")]
    Options(String),
    /// A worker thread could not be started.
    #[error("the system started no thread: {0}")]
    Thread(#[source] io::Error),
}

impl BatchError {
    /// The answer to who asks for [`Ifma`](crate::Ifma) where it cannot run.
    pub(crate) const NO_IFMA: Self = Self::Processor {
        engine: "ifma",
        instructions: "AVX-512 IFMA",
    };

    /// What the caller can do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Full { .. } | Self::Late { .. } | Self::Thread(_) => ErrorKind::Busy,
            Self::Closed
            | Self::Panicked { .. }
            | Self::Miscounted { .. }
            | Self::SelfCheck { .. } => ErrorKind::Device,
            Self::Taken
            | Self::NotAPoint { .. }
            | Self::Options(_)
            | Self::UnknownEngine { .. } => ErrorKind::Input,
            Self::Processor { .. } => ErrorKind::Unsupported,
            Self::Engine(error) => error.kind(),
        }
    }
}

impl From<BatchError> for Error {
    fn from(error: BatchError) -> Self {
        Self::new(error.kind(), error)
    }
}

impl From<BatchError> for VerifyError {
    fn from(error: BatchError) -> Self {
        Self::Backend(error.into())
    }
}
