//! Parallel and Queue over a real engine and over engines that misbehave.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod engines;
mod faults;
mod key_tables;
mod messages;
mod parallel;
mod properties;
mod queue;
mod shutdown;
mod support;
