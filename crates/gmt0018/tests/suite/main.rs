//! The wrapper on the software card in this process, one file per chapter.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod asymmetric;
mod card_key;
mod device;
mod faults;
mod file;
mod hash;
mod key;
mod pool;
mod session;
mod support;
mod symmetric;
