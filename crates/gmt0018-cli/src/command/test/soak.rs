//! A mixed load on several sessions for a time.

mod worker;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use gmt0018::Function as F;
use serde::Serialize;

use super::case::{Case, Chapter, Subject, Trouble, Verdict, ensure, failed};
use crate::{output::Output, statistics::Histogram};
use worker::Worker;

/// What the load showed.
#[derive(Debug, Default, Serialize)]
pub(super) struct Soak {
    sessions: usize,
    /// The kinds of operations in the load.
    mix: Vec<&'static str>,
    operations: u64,
    /// By return code, or by what was wrong.
    errors: Vec<Errors>,
    /// `VmRSS` of this process in KiB, where the system tells.
    memory_start: Option<u64>,
    memory_end: Option<u64>,
    /// Open files of this process, where the system tells.
    handles_start: Option<u64>,
    handles_end: Option<u64>,
    /// The median operation in the first and in the last quarter of the time.
    p50_microseconds_start: Option<f64>,
    p50_microseconds_end: Option<f64>,
    p99_microseconds: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Errors {
    code: String,
    count: u64,
}

pub(super) const CASES: &[Case] = &[Case::new(Chapter::Device, "soak/load", CALLS, |_| {
    Err(failed("the load is run by its own function"))
})];

/// Runs the load; the verdict is about all that was watched.
pub(super) fn run(subject: &Subject<'_>, duration: Duration, output: Output) -> (Verdict, Soak) {
    let mut soak = Soak::default();
    let verdict = load(subject, duration, output, &mut soak);
    (verdict, soak)
}

fn load(subject: &Subject<'_>, duration: Duration, output: Output, soak: &mut Soak) -> Verdict {
    let workers = (0..SESSIONS)
        .map(|_| Worker::new(subject))
        .collect::<Result<Vec<_>, _>>()?;
    soak.sessions = workers.len();
    if let Some(worker) = workers.first() {
        soak.mix = worker
            .mix
            .iter()
            .map(|operation| operation.name())
            .collect();
    }
    for worker in &workers {
        for operation in &worker.mix {
            // Warms up; what fails here fails in the load too and is counted there.
            let _ = worker.run(*operation);
        }
    }
    (soak.memory_start, soak.handles_start) = (memory(), handles());
    let tally = all(workers, duration, output);
    (soak.memory_end, soak.handles_end) = (memory(), handles());
    let microseconds = |histogram: &Histogram, per_mille| {
        histogram
            .per_mille(per_mille)
            .map(|time| (time.as_nanos() as f64 / 100.0).round() / 10.0)
    };
    soak.operations = tally.whole.total();
    soak.p50_microseconds_start = microseconds(&tally.first, 500);
    soak.p50_microseconds_end = microseconds(&tally.last, 500);
    soak.p99_microseconds = microseconds(&tally.whole, 990);
    soak.errors = tally
        .errors
        .into_iter()
        .map(|(code, count)| Errors { code, count })
        .collect();
    soak.judge(duration)
}

impl Soak {
    fn judge(&self, duration: Duration) -> Verdict {
        let failures: u64 = self.errors.iter().map(|errors| errors.count).sum();
        if let Some(first) = self.errors.first() {
            return Err(failed(format!(
                "{failures} of {} operations failed; {} times {}",
                self.operations.saturating_add(failures),
                first.count,
                first.code
            )));
        }
        if let (Some(start), Some(end)) = (self.handles_start, self.handles_end) {
            ensure(
                end <= start.saturating_add(HANDLES),
                format!("{start} open files at the start and {end} at the end"),
            )?;
        }
        if let (Some(start), Some(end)) = (self.memory_start, self.memory_end) {
            ensure(
                end <= start.saturating_mul(3) / 2 + MEMORY,
                format!("{start} KiB of memory at the start and {end} KiB at the end"),
            )?;
        }
        if let (Some(start), Some(end)) = (self.p50_microseconds_start, self.p50_microseconds_end)
            && duration >= LONG
        {
            ensure(
                end <= start * SLOWER,
                format!(
                    "the median operation took {start} µs at the start and {end} µs at the end"
                ),
            )?;
        }
        Ok(format!("{} operations without an error", self.operations))
    }

    pub(super) fn text(&self) -> String {
        let number = |value: Option<u64>| value.map_or("-".to_owned(), |value| value.to_string());
        let time = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.1}"));
        let mut text = format!(
            "load        {} sessions: {}\n",
            self.sessions,
            self.mix.join(", ")
        );
        let _ = writeln!(text, "operations  {}", self.operations);
        for errors in &self.errors {
            let _ = writeln!(text, "errors      {} times {}", errors.count, errors.code);
        }
        for (name, start, end) in [
            (
                "memory KiB",
                number(self.memory_start),
                number(self.memory_end),
            ),
            (
                "open files",
                number(self.handles_start),
                number(self.handles_end),
            ),
            (
                "p50 µs",
                time(self.p50_microseconds_start),
                time(self.p50_microseconds_end),
            ),
        ] {
            let _ = writeln!(text, "{name:11} {start} at the start, {end} at the end");
        }
        let _ = writeln!(text, "p99 µs      {}", time(self.p99_microseconds));
        text
    }
}

/// What the threads saw.
struct Tally {
    first: Histogram,
    last: Histogram,
    whole: Histogram,
    errors: BTreeMap<String, u64>,
}

impl Tally {
    fn new() -> Self {
        Self {
            first: Histogram::new(),
            last: Histogram::new(),
            whole: Histogram::new(),
            errors: BTreeMap::new(),
        }
    }
}

fn all(workers: Vec<Worker<'_>>, duration: Duration, output: Output) -> Tally {
    let start = Barrier::new(workers.len() + 1);
    thread::scope(|scope| {
        let threads: Vec<_> = workers
            .into_iter()
            .map(|worker| scope.spawn(|| repeat(worker, &start, duration)))
            .collect();
        start.wait();
        show_progress(duration, output);
        let mut whole = Tally::new();
        for thread in threads {
            let part = thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            whole.first.merge(&part.first);
            whole.last.merge(&part.last);
            whole.whole.merge(&part.whole);
            for (code, count) in part.errors {
                *whole.errors.entry(code).or_default() += count;
            }
        }
        whole
    })
}

/// The loop of one thread.
fn repeat(worker: Worker<'_>, start: &Barrier, duration: Duration) -> Tally {
    let mut own = Tally::new();
    let mut errors_in_a_row = 0;
    start.wait();
    let begin = Instant::now();
    for operation in worker.mix.iter().cycle() {
        let before = begin.elapsed();
        if before >= duration || errors_in_a_row >= GIVE_UP_AFTER {
            break;
        }
        let outcome = worker.run(*operation);
        let took = begin.elapsed().saturating_sub(before);
        match outcome {
            Ok(()) => {
                errors_in_a_row = 0;
                own.whole.record(took);
                if before < duration / 4 {
                    own.first.record(took);
                } else if before >= duration / 4 * 3 {
                    own.last.record(took);
                }
            }
            Err(Trouble::Failed(why) | Trouble::NotSupported(why) | Trouble::Skipped(why)) => {
                errors_in_a_row += 1;
                *own.errors.entry(why).or_default() += 1;
            }
        }
    }
    own
}

fn show_progress(duration: Duration, output: Output) {
    let steps = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let bar = output.progress(steps);
    if bar.is_hidden() {
        return;
    }
    bar.set_message("mixed load");
    bar.set_prefix(format!("{} s", duration.as_secs_f64()));
    let begin = Instant::now();
    while begin.elapsed() < duration {
        bar.set_position(u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX));
        thread::sleep(TICK.min(duration.saturating_sub(begin.elapsed())));
    }
    bar.finish_and_clear();
}

/// `VmRSS` in KiB.
fn memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// How many files this process has open.
fn handles() -> Option<u64> {
    let count = fs::read_dir("/proc/self/fd").ok()?.count();
    u64::try_from(count).ok()
}

const SESSIONS: usize = 4;
const CALLS: &[F] = &[
    F::GetPrivateKeyAccessRight,
    F::GenerateRandom,
    F::HashInit,
    F::HashUpdate,
    F::HashFinal,
    F::ExternalVerifyEcc,
    F::GenerateKeyWithEpkEcc,
    F::ImportKey,
    F::Encrypt,
    F::Decrypt,
    F::DestroyKey,
    F::ExportSignPublicKeyEcc,
    F::InternalSignEcc,
    F::ReleasePrivateKeyAccessRight,
];
/// A session that fails this often in a row is given up.
const GIVE_UP_AFTER: u32 = 100;
const TICK: Duration = Duration::from_millis(100);
/// More open files at the end than this are a leak.
const HANDLES: u64 = 8;
/// Besides half as much again, this many KiB more memory are no leak.
const MEMORY: u64 = 32 * 1024;
/// A shorter load says nothing about latencies.
const LONG: Duration = Duration::from_secs(60);
const SLOWER: f64 = 2.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaks_and_errors_are_failures() {
        let hour = Duration::from_secs(3600);
        let good = || Soak {
            handles_start: Some(10),
            handles_end: Some(10),
            memory_start: Some(10_000),
            memory_end: Some(11_000),
            p50_microseconds_start: Some(10.0),
            p50_microseconds_end: Some(11.0),
            ..Soak::default()
        };
        assert!(good().judge(hour).is_ok());
        let bad = |change: fn(&mut Soak)| {
            let mut soak = good();
            change(&mut soak);
            assert!(soak.judge(hour).is_err(), "{soak:?}");
        };
        bad(|soak| soak.handles_end = Some(1000));
        bad(|soak| soak.memory_end = Some(100_000));
        bad(|soak| soak.p50_microseconds_end = Some(100.0));
        bad(|soak| {
            soak.errors.push(Errors {
                code: "0x01000003".to_owned(),
                count: 1,
            });
        });
    }
}
