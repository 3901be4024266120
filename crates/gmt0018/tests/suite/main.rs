//! The wrapper on the software card in this process, one file per chapter.

#![expect(missing_docs, reason = "tests")]

mod asymmetric;
mod card_key;
mod device;
mod faults;
mod file;
mod hash;
mod key;
mod logging;
mod pool;
mod session;
mod support;
mod symmetric;
