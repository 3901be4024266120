#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod call;
mod engine;
mod error;
mod key_tables;
mod messages;
mod parallel;
mod queue;
mod sync;

pub use engine::{EngineChoice, Ifma, Portable, SM2_BATCH_ENGINE, best};
pub use error::BatchError;
pub use key_tables::{KeyTableOptions, KeyTableStatistics, KeyTables};
pub use messages::{SignedMessage, verify_messages};
pub use parallel::Parallel;
pub use queue::{Queue, QueueOptions, QueueStatistics, Ticket};
