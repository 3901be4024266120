//! What can go wrong with the disk.

use std::{io, path::PathBuf};

use super::Refused;

/// Why the ledger could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LedgerError {
    /// The directory cannot be made.
    #[error("the directory {} cannot be made: {error}", directory.display())]
    Directory {
        /// The directory.
        directory: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Another process has the ledger open.
    #[error("{} is in use by another process; does a node run in this directory already?", .0.display())]
    InUse(PathBuf),
    /// The ledger begins with another genesis block.
    #[error(
        "the ledger is that of another chain: its genesis block is {found}, config.genesis gives {expected}"
    )]
    OtherChain {
        /// The hash of the stored one.
        found: String,
        /// The hash of the one that was expected.
        expected: String,
    },
    /// The ledger was written by another version of this node.
    #[error("the ledger has format {found}, this node reads format {expected}")]
    Format {
        /// The format of the file.
        found: u64,
        /// The format of this node.
        expected: u64,
    },
    /// What was read is not what was written.
    #[error("the ledger is damaged: {0}")]
    Corrupt(&'static str),
    /// There is no such block.
    #[error("there is no block {0}")]
    NoBlock(u64),
    /// The block is not the next one or breaks a rule.
    #[error("the block cannot be committed: {0}")]
    Refused(Box<Refused>),
    /// The data base failed, for example because the disk is full; what was committed before is kept.
    #[error("the ledger cannot be read or written: {0}")]
    Storage(#[from] redb::Error),
}

macro_rules! from_redb {
    ($($error:ident),*) => {$(
        impl From<redb::$error> for LedgerError {
            fn from(error: redb::$error) -> Self {
                Self::Storage(error.into())
            }
        }
    )*};
}

from_redb!(
    DatabaseError,
    TransactionError,
    TableError,
    StorageError,
    CommitError
);
