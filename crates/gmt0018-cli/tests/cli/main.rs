//! The built command, run as a user runs it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "what is skipped is said aloud")]

mod batch;
mod bench;
mod bench_more;
#[cfg(target_os = "linux")]
mod catalogue;
#[cfg(unix)]
mod chain;
mod config;
mod doctor;
#[cfg(unix)]
mod documents;
#[cfg(unix)]
mod encrypt;
mod generated;
mod interoperability;
mod keys;
mod layout;
mod library;
mod lies;
mod node;
mod prompt;
mod readme;
mod refusals;
mod report;
mod sign;
mod snapshots;
mod store;
mod support;
mod symbols;
mod test;
mod top;
