//! Why a vote is not signed.

use std::{io, path::PathBuf};

use sm2_signing::{Error, ErrorKind};

use super::Position;
use crate::identity::NodeId;

/// Why a vote is not signed, or a file of votes not used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GuardError {
    /// The file of a new node is there already.
    #[error("{} is there already; open it, or name another file for another node", .0.display())]
    Exists(PathBuf),
    /// The file of a node that has voted is not there.
    #[error(
        "{} is missing; a node that has never voted begins with a new one, any other needs the one it had", .0.display()
    )]
    Missing(PathBuf),
    /// Another guard has the file.
    #[error("{} is in use; is the node running already?", .0.display())]
    Owned(PathBuf),
    /// The file is not what a guard writes.
    #[error("{} is damaged: {why}; do not vote with this key before it is known what it signed last", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The file belongs to another key.
    #[error("{} has the votes of {}, not of this node's key {}; use the file of this node", .path.display(), .keys.0, .keys.1)]
    OtherKey {
        /// The file.
        path: PathBuf,
        /// Whose votes it has, and whose key signs.
        keys: Box<(NodeId, NodeId)>,
    },
    /// The file or its directory cannot be used.
    #[error("{} cannot be used: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// Another vote was signed for this place, or was about to be.
    #[error("another vote for {place} was signed before; this one is refused")]
    Conflict {
        /// The place.
        place: Position,
    },
    /// A vote for a later place was signed.
    #[error("a vote for {last} was signed before; one for {place} is refused")]
    Past {
        /// The place of the vote.
        place: Position,
        /// The place of the last one.
        last: Position,
    },
    /// The vote could not be written down, so it was not signed.
    #[error("the vote is not signed, because {} cannot be written: {source}; is the disk full?", .path.display())]
    NotStored {
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// The guard was made before this process was forked.
    #[error("this guard belongs to the process that this one was forked from; only that one votes")]
    Forked,
    /// The vote is written down and the signer failed: the same vote can be tried again.
    #[error(transparent)]
    Signer(Error),
}

impl GuardError {
    /// Says what the caller can do.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Signer(error) => error.kind(),
            Self::Owned(_) => ErrorKind::Busy,
            Self::Io { .. } | Self::NotStored { .. } | Self::Damaged { .. } => ErrorKind::Device,
            Self::OtherKey { .. } => ErrorKind::Access,
            Self::Exists(_)
            | Self::Missing(_)
            | Self::Conflict { .. }
            | Self::Past { .. }
            | Self::Forked => ErrorKind::Input,
        }
    }
}

impl From<GuardError> for Error {
    fn from(error: GuardError) -> Self {
        match error {
            GuardError::Signer(error) => error,
            error => Self::new(error.kind(), error),
        }
    }
}
