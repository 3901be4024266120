//! Many sessions at once, for a time.

use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use super::operation::Worker;
use crate::{device::Card, error::Error, output::Output, statistics::Histogram};

/// What a row of the table is made of.
pub(super) struct Measurement {
    /// Of the operations that succeeded.
    pub(super) latencies: Histogram,
    pub(super) errors: u64,
    pub(super) first_error: Option<Error>,
    /// From the common start to the end of the last operation.
    pub(super) elapsed: Duration,
    /// Library calls in that time.
    pub(super) calls: u64,
}

impl Measurement {
    /// Lets each worker repeat its operation in a thread of its own.
    pub(super) fn run(
        workers: Vec<Worker<'_>>,
        card: Option<&Card>,
        duration: Duration,
        output: Output,
    ) -> Self {
        let sessions = workers.len();
        let start = Barrier::new(sessions + 1);
        thread::scope(|scope| {
            let threads: Vec<_> = workers
                .into_iter()
                .map(|worker| scope.spawn(|| repeat(worker, &start, duration)))
                .collect();
            let calls = || card.map_or(0, |card| card.module().calls());
            let calls_before = calls();
            start.wait();
            let begin = Instant::now();
            show_progress(sessions, duration, begin, output);
            let mut whole = Self::new();
            // The workers are kept to the end: closing their sessions is no part of the measurement.
            let mut finished = Vec::new();
            for thread in threads {
                let (part, worker) = thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                whole.merge(part);
                finished.push(worker);
            }
            whole.calls = calls().wrapping_sub(calls_before);
            whole
        })
    }

    pub(super) fn new() -> Self {
        Self {
            latencies: Histogram::new(),
            errors: 0,
            first_error: None,
            elapsed: Duration::ZERO,
            calls: 0,
        }
    }

    /// Appends a measurement that was made later.
    pub(super) fn append(&mut self, other: Self) {
        let elapsed = self.elapsed + other.elapsed;
        self.calls = self.calls.wrapping_add(other.calls);
        self.merge(other);
        self.elapsed = elapsed;
    }

    fn merge(&mut self, other: Self) {
        self.latencies.merge(&other.latencies);
        self.errors += other.errors;
        self.first_error = self.first_error.take().or(other.first_error);
        self.elapsed = self.elapsed.max(other.elapsed);
    }
}

/// The loop of one thread.
fn repeat<'a>(
    worker: Worker<'a>,
    start: &Barrier,
    duration: Duration,
) -> (Measurement, Worker<'a>) {
    let mut own = Measurement::new();
    let mut errors_in_a_row = 0;
    start.wait();
    let begin = Instant::now();
    let mut before = begin;
    while before - begin < duration && errors_in_a_row < GIVE_UP_AFTER {
        let outcome = worker.run();
        let after = Instant::now();
        match outcome {
            Ok(()) => {
                own.latencies.record(after - before);
                errors_in_a_row = 0;
            }
            Err(error) => {
                own.errors += 1;
                errors_in_a_row += 1;
                own.first_error.get_or_insert(error);
            }
        }
        before = after;
    }
    own.elapsed = before - begin;
    (own, worker)
}

fn show_progress(sessions: usize, duration: Duration, begin: Instant, output: Output) {
    let steps = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let bar = output.progress(steps);
    if bar.is_hidden() {
        return;
    }
    bar.set_message(format!("sessions {sessions}"));
    bar.set_prefix(format!("{} s", duration.as_secs_f64()));
    while begin.elapsed() < duration {
        bar.set_position(u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX));
        thread::sleep(TICK.min(duration.saturating_sub(begin.elapsed())));
    }
    bar.finish_and_clear();
}

/// A device that fails this often in a row is not measured any longer.
const GIVE_UP_AFTER: u32 = 100;
const TICK: Duration = Duration::from_millis(100);
