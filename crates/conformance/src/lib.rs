#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod backend;
mod check;
mod random;
mod report;
mod scalar;
mod suite;
mod vectors;

pub use backend::{Aead, Answer, Backend, Block, DeviceInfo, Direction, Half, Mode, Role, Sealed};
pub use backend::{PLAIN_TEXT_LIMIT, unsupported};
pub use report::{CaseReport, Chapter, Outcome, Report};
pub use suite::{Suite, run};

/// The project's front page, whose example is compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct FrontPage;
