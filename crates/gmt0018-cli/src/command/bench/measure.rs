//! Many sessions at once, for a time.

use std::{
    sync::{OnceLock, mpsc},
    thread::{self, ScopedJoinHandle},
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
    ) -> Result<Self, Error> {
        let sessions = workers.len();
        // When all of them begin, or that they are not to.
        let start = OnceLock::new();
        let (ready, all_ready) = mpsc::channel();
        thread::scope(|scope| {
            let mut threads = Vec::with_capacity(sessions);
            for worker in workers {
                let (start, ready) = (&start, ready.clone());
                let spawned = thread::Builder::new().spawn_scoped(scope, move || {
                    // Nobody listens if another thread could not be started.
                    let _ = ready.send(());
                    repeat(worker, *start.wait(), duration)
                });
                match spawned {
                    Ok(thread) => threads.push(thread),
                    Err(cause) => {
                        let _ = start.set(None);
                        let why =
                            format!("no thread can be started after {}: {cause}", threads.len());
                        return Err(Error::bad_value(
                            "--sessions",
                            why,
                            "measure fewer sessions",
                        ));
                    }
                }
            }
            all_ready.iter().take(sessions).for_each(drop);
            let calls = || card.map_or(0, |card| card.module().calls());
            let calls_before = calls();
            let begin = Instant::now();
            let _ = start.set(Some(begin));
            let finished = || threads.iter().all(ScopedJoinHandle::is_finished);
            show_progress(sessions, duration, begin, finished, output);
            let mut whole = Self::new();
            // The workers are kept to the end: closing their sessions is no part of the measurement.
            let mut done = Vec::with_capacity(sessions);
            for thread in threads {
                let (part, worker) = thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                whole.merge(part);
                done.push(worker);
            }
            whole.calls = calls().wrapping_sub(calls_before);
            Ok(whole)
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

/// The loop of one thread, from the common start on; it does the operation at least once, however late it comes.
fn repeat(
    worker: Worker<'_>,
    start: Option<Instant>,
    duration: Duration,
) -> (Measurement, Worker<'_>) {
    let mut own = Measurement::new();
    let mut errors_in_a_row = 0;
    let Some(begin) = start else {
        return (own, worker);
    };
    let mut before = Instant::now();
    loop {
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
        if after - begin >= duration || errors_in_a_row >= GIVE_UP_AFTER {
            break;
        }
    }
    own.elapsed = before - begin;
    (own, worker)
}

fn show_progress(
    sessions: usize,
    duration: Duration,
    begin: Instant,
    finished: impl Fn() -> bool,
    output: Output,
) {
    let steps = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let bar = output.progress(steps);
    if bar.is_hidden() {
        return;
    }
    bar.set_message(format!("sessions {sessions}"));
    bar.set_prefix(format!("{} s", duration.as_secs_f64()));
    while begin.elapsed() < duration && !finished() {
        bar.set_position(u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX));
        thread::sleep(TICK.min(duration.saturating_sub(begin.elapsed())));
    }
    bar.finish_and_clear();
}

/// A device that fails this often in a row is not measured any longer.
const GIVE_UP_AFTER: u32 = 100;
const TICK: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::bench::Plan;

    #[test]
    fn the_time_is_that_from_the_common_start() {
        let plan = Plan::Sm3 { data: vec![0; 16] };
        let plan = plan.in_software().unwrap().unwrap();
        let worker = || Worker::new(None, &plan).unwrap();
        let late = Instant::now().checked_sub(Duration::from_secs(1));
        let (part, _) = repeat(worker(), late, Duration::from_millis(10));
        assert!(part.elapsed >= Duration::from_secs(1));
        assert_eq!((part.latencies.total(), part.errors), (1, 0));
        assert!(part.latencies.per_mille(1000) < Some(Duration::from_secs(1)));
        // Called off.
        let (part, _) = repeat(worker(), None, Duration::from_millis(10));
        assert_eq!((part.latencies.total(), part.elapsed), (0, Duration::ZERO));
    }
}
