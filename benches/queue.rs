//! How long a signature takes through the queue, at given loads.
//!
//! Open loop: signatures come at fixed times, from several threads, whatever became of those before, and a latency
//! counts from the time that a signature was due. The generator runs on the same processor; how late it was has a
//! column of its own and is part of the latency.
//!
//! `--seconds N` measures each load for so long, `--threads N` generates from so many threads, `--json FILE` writes the
//! rows to a file as well. Other arguments, such as criterion's, change nothing. With `--test` the numbers are too few
//! to mean anything.

#![expect(clippy::print_stdout, reason = "the output is the point")]

use std::{
    env, fs,
    path::PathBuf,
    str::FromStr,
    sync::Arc,
    time::{Duration, Instant},
};

use load::{Load, Outcome, percentile};
use rayon::ThreadPoolBuilder;
use serde_json::{Value, json};
use sm2_batch::{Ifma, Parallel, Portable, Queue, QueueOptions};
use sm2_signing::{BatchVerifier, Item};

#[expect(dead_code, reason = "this benchmark does not need all of it")]
mod items;
mod load;
mod machine;

type Engine = Arc<dyn BatchVerifier>;

fn main() {
    let settings = Settings::from_arguments();
    machine::print();
    let engines = engines();
    println!("| {} |", HEAD.join(" | "));
    println!("|{}", "---|".repeat(HEAD.len()));
    let items = items::valid(1024, 1024);
    let mut rows = Vec::new();
    for (name, engine, options) in engines {
        let capacity = capacity(&engine, &options, &items, settings.span / 4);
        for per_second in settings.loads(capacity) {
            let queue = Queue::new(Arc::clone(&engine), options.clone()).expect("a queue");
            let load = Load {
                per_second,
                span: settings.span,
                threads: settings.threads,
            };
            let outcome = load.offer(&queue, &items);
            let row = Row {
                engine: &name,
                capacity,
                per_second,
                mean_fill: queue.statistics().mean_fill(),
                outcome,
            };
            row.print();
            rows.push(row.json());
        }
    }
    if let Some(path) = &settings.json {
        let machine: serde_json::Map<String, Value> = machine::describe()
            .into_iter()
            .map(|(what, value)| (what.to_owned(), value.into()))
            .collect();
        let report = json!({
            "machine": machine,
            "seconds": settings.span.as_secs_f64(),
            "threads": settings.threads,
            "rows": rows,
        });
        fs::write(path, format!("{report:#}\n")).expect("the file of --json can be written");
    }
}

/// Those of this processor, alone and on two threads, with options that suit them.
fn engines() -> Vec<(String, Engine, QueueOptions)> {
    let options = QueueOptions::default();
    let portable: Engine = Arc::new(Portable::new());
    let mut engines = vec![("Portable".to_owned(), portable, options.clone())];
    match Ifma::new() {
        Some(ifma) => engines.push(("Ifma".to_owned(), Arc::new(ifma), options.clone())),
        None => println!("skipped: Ifma, because this processor has no AVX-512 IFMA"),
    }
    if let Some((name, fastest, _)) = engines.last().cloned() {
        let at_once = options.clone().with_max_latency(Duration::ZERO);
        engines.push((
            format!("{name}, max_latency 0"),
            Arc::clone(&fastest),
            at_once,
        ));
        let pool = ThreadPoolBuilder::new().num_threads(2).build();
        let pool = Arc::new(pool.expect("a pool"));
        let parallel = Arc::new(Parallel::on(pool, fastest));
        let name = format!("Parallel<{name}>, 2 threads");
        engines.push((name, parallel, options.with_max_batch(256)));
    }
    engines
}

/// Signatures per second in batches that are always full, without a queue.
fn capacity(engine: &Engine, options: &QueueOptions, items: &[Item], span: Duration) -> f64 {
    let mut batches = items.chunks_exact(options.max_batch).cycle();
    let mut verify = || {
        let batch = batches.next().expect("a cycle has no end");
        assert!(engine.verify_batch(batch).expect("verdicts").all_valid());
        batch.len()
    };
    // An engine checks itself at its first use.
    verify();
    let started = Instant::now();
    let mut count = 0;
    while started.elapsed() < span {
        count += verify();
    }
    count as f64 / started.elapsed().as_secs_f64()
}

/// An engine at a load.
struct Row<'a> {
    engine: &'a str,
    capacity: f64,
    per_second: f64,
    mean_fill: f64,
    outcome: Outcome,
}

impl Row<'_> {
    fn print(&self) {
        let late = microseconds(percentile(&self.outcome.lateness, 0.99));
        let [p50, p99, p999] = self.percentiles();
        println!(
            "| {} | {:.0} | {:.0} % | {:.0} | {p50:.0} | {p99:.0} | {p999:.0} | {:.1} | {} | {late:.0} |",
            self.engine,
            self.per_second,
            self.per_second / self.capacity * 100.0,
            self.answered_per_second(),
            self.mean_fill,
            self.outcome.refused,
        );
    }

    fn json(&self) -> Value {
        let [p50, p99, p999] = self.percentiles();
        json!({
            "engine": self.engine,
            "engine_per_second": self.capacity,
            "offered_per_second": self.per_second,
            "offered": self.outcome.lateness.len(),
            "answered_per_second": self.answered_per_second(),
            "p50_us": p50,
            "p99_us": p99,
            "p99_9_us": p999,
            "mean_fill": self.mean_fill,
            "refused": self.outcome.refused,
            "generator_late_p99_us": microseconds(percentile(&self.outcome.lateness, 0.99)),
        })
    }

    fn percentiles(&self) -> [f64; 3] {
        [0.5, 0.99, 0.999].map(|share| microseconds(percentile(&self.outcome.latencies, share)))
    }

    fn answered_per_second(&self) -> f64 {
        let took = self.outcome.took.as_secs_f64();
        self.outcome.latencies.len() as f64 / took.max(f64::MIN_POSITIVE)
    }
}

/// What the arguments ask for.
struct Settings {
    span: Duration,
    threads: usize,
    json: Option<PathBuf>,
    test: bool,
}

impl Settings {
    fn from_arguments() -> Self {
        let test = env::args().any(|argument| argument == "--test");
        let seconds: f64 = value_of("--seconds").unwrap_or(if test { 0.02 } else { 2.0 });
        Self {
            span: Duration::from_secs_f64(seconds),
            threads: value_of("--threads").unwrap_or(4).max(1),
            json: value_of("--json"),
            test,
        }
    }

    /// Signatures per second, for an engine that alone does `capacity`.
    fn loads(&self, capacity: f64) -> Vec<f64> {
        let mut loads = if self.test { vec![] } else { LOADS.to_vec() };
        loads.extend(SHARES.map(|share| (capacity * share).round()));
        loads.sort_by(f64::total_cmp);
        loads
    }
}

/// The argument after this one.
fn value_of<T: FromStr>(name: &str) -> Option<T> {
    let value = env::args().skip_while(|argument| argument != name).nth(1)?;
    let Ok(value) = value.parse() else {
        panic!("{name} {value}: not understood");
    };
    Some(value)
}

fn microseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

const LOADS: [f64; 5] = [1e3, 5e3, 10e3, 20e3, 50e3];
/// Of the engine's own rate: a busy queue, and one that is overrun.
const SHARES: [f64; 2] = [0.8, 1.2];
const HEAD: [&str; 10] = [
    "engine",
    "offered /s",
    "of the engine's own rate",
    "answered /s",
    "p50 µs",
    "p99 µs",
    "p99.9 µs",
    "mean fill",
    "refused",
    "generator late, p99 µs",
];
