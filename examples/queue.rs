//! Hundreds of threads with one signature each, and a queue that makes batches of them.
//!
//! No thread knows of the others: each calls `verify` as on any verifier and waits for its own verdict. Shown are the
//! latencies, how full the batches were, what a queue answers that is full, and how it is shut down.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output is the point"
)]

use std::{
    error,
    num::NonZero,
    process::ExitCode,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use clap::Parser;
use rayon::prelude::*;
use serde_json::json;
use sm_soft::SoftKey;
use sm2_batch::{EngineChoice, KeyTableOptions, KeyTables, Parallel, Queue, QueueOptions};
use sm2_signing::{
    BatchVerifier, ErrorKind, Item, Prehash, Signer as _, UserId, Verdicts, Verifier as _,
    VerifyError,
};

/// Verify single signatures from many threads through a queue.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many threads call, each with a key of its own.
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u16).range(1..=4096))]
    threads: u16,

    /// How many signatures each of them verifies, one after the other.
    #[arg(long, value_name = "N", default_value = "100")]
    signatures: NonZero<u16>,

    /// What verifies: auto, ifma or portable. Without it: what `SM2_BATCH_ENGINE` names, else auto.
    #[arg(long, value_name = "NAME")]
    engine: Option<EngineChoice>,

    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("queue failed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let choice = match arguments.engine {
        Some(choice) => choice,
        None => EngineChoice::from_environment()?,
    };
    let work: Result<Vec<Vec<Work>>, Error> = (0..arguments.threads)
        .into_par_iter()
        .map(|_| work_of_a_thread(arguments.signatures.get()))
        .collect();
    let work = work?;

    let engine = Parallel::new(KeyTables::new(choice, KeyTableOptions::default())?);
    let queue = Queue::new(engine, QueueOptions::default())?;
    let started = Instant::now();
    let mut latencies = call_from_threads(&queue, &work)?;
    let elapsed = started.elapsed();
    latencies.sort_unstable();
    report(&queue, &latencies, elapsed, arguments);

    let busy = fill(choice, &work[0][0].item)?;
    let answered = shut_down(queue, &work[0][0].item)?;
    if !arguments.json {
        println!("full:       {busy}");
        println!("shut down:  {answered} that waited were verified, and nothing more was let in");
    }
    Ok(())
}

/// A signature, and the verdict that it must get.
struct Work {
    item: Item,
    valid: bool,
}

/// The signatures of one thread; one in ten is not of what it is shown with.
fn work_of_a_thread(signatures: u16) -> Result<Vec<Work>, Error> {
    let key = SoftKey::generate()?;
    let e = |text: String| Prehash::of(key.public_key(), &UserId::DEFAULT, text.as_bytes());
    let work = (0..signatures).map(|number| {
        let valid = number % 10 != 9;
        let signature = key.sign(&e(format!("message {number}")))?;
        let shown = if valid { number } else { number + 1 };
        let item = Item {
            key: *key.public_key(),
            e: e(format!("message {shown}")),
            signature,
        };
        Ok(Work { item, valid })
    });
    work.collect()
}

/// Every thread verifies its signatures one after the other; gives how long each took.
fn call_from_threads(
    queue: &Queue<Parallel<KeyTables>>,
    work: &[Vec<Work>],
) -> Result<Vec<Duration>, Error> {
    let call = |work: &[Work]| -> Result<Vec<Duration>, Error> {
        let mut latencies = Vec::with_capacity(work.len());
        for Work { item, valid } in work {
            let asked = Instant::now();
            let verdict = queue.verify(&item.key, &item.e, &item.signature);
            latencies.push(asked.elapsed());
            match verdict {
                Ok(()) if *valid => {}
                Err(VerifyError::Invalid) if !valid => {}
                Err(VerifyError::Backend(error)) => return Err(error.into()),
                _ => return Err("a thread got the verdict on another signature".into()),
            }
        }
        Ok(latencies)
    };
    let call = &call;
    thread::scope(|scope| {
        let threads: Result<Vec<_>, _> = work
            .iter()
            .map(|work| thread::Builder::new().spawn_scoped(scope, move || call(work)))
            .collect();
        let mut all = Vec::new();
        for thread in threads? {
            all.extend(thread.join().map_err(|_| "a thread panicked")??);
        }
        Ok(all)
    })
}

fn report(
    queue: &Queue<Parallel<KeyTables>>,
    latencies: &[Duration],
    elapsed: Duration,
    arguments: &Arguments,
) {
    let (count, statistics) = (latencies.len(), queue.statistics());
    let at = |percent: usize| latencies[(count * percent).div_ceil(100).max(1) - 1];
    let (p50, p99, max) = (at(50), at(99), at(100));
    let per_second = count as f64 / elapsed.as_secs_f64();
    let engine = queue.engine().engine().choice();
    if arguments.json {
        let report = json!({
            "verifications_per_second": per_second.round(),
            "engine": engine.to_string(),
            "threads": arguments.threads,
            "count": count,
            "seconds": elapsed.as_secs_f64(),
            "p50_microseconds": p50.as_micros(),
            "p99_microseconds": p99.as_micros(),
            "max_microseconds": max.as_micros(),
            "batches": statistics.batches,
            "mean_fill": statistics.mean_fill(),
        });
        println!("{report}");
        return;
    }
    println!(
        "engine:     {engine}, on {} processors",
        rayon::current_num_threads()
    );
    println!(
        "verified:   {count} signatures of {} threads in {elapsed:.2?}, {per_second:.0} per second",
        arguments.threads
    );
    println!(
        "batches:    {} with {:.1} signatures each, of at most {}",
        statistics.batches,
        statistics.mean_fill(),
        queue.options().max_batch
    );
    println!(
        "latency:    {p50:.1?} at the median, {p99:.1?} for 99 of 100, {max:.1?} at the longest"
    );
    plot(latencies);
}

/// A bar for each doubling of the latency.
fn plot(latencies: &[Duration]) {
    let doubling = |latency: &Duration| latency.as_micros().max(1).ilog2();
    let (Some(first), Some(last)) = (latencies.first(), latencies.last()) else {
        return;
    };
    let counts: Vec<(u32, usize)> = (doubling(first)..=doubling(last))
        .map(|power| {
            let here = latencies
                .iter()
                .filter(|latency| doubling(latency) == power);
            (power, here.count())
        })
        .collect();
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(1);
    for (power, count) in counts {
        // What there is can be seen, however little it is.
        let bar = "#".repeat((count * WIDTH).div_ceil(most));
        let end = Duration::from_micros(2 << power);
        println!("{:>12} {bar:WIDTH$} {count}", format!("< {end:.1?}"));
    }
}

/// Fills a queue whose engine does not get on, until it refuses a signature; then lets the engine go on.
fn fill(choice: EngineChoice, item: &Item) -> Result<String, Error> {
    let gate = Arc::new(Mutex::new(()));
    let engine = Gated {
        engine: choice.engine()?,
        gate: Arc::clone(&gate),
    };
    let options = QueueOptions::default().with_max_batch(8).with_capacity(16);
    let queue = Queue::new(engine, options)?;
    let closed = gate.lock().map_err(|_| "the gate is broken")?;
    let mut tickets = Vec::new();
    // At most a batch is with the engine, and the queue holds its capacity.
    let refusal = loop {
        match queue.submit(*item) {
            Ok(_) if tickets.len() == 8 + 16 => {
                return Err("the queue let in more than it has room for".into());
            }
            Ok(ticket) => tickets.push(ticket),
            Err(error) if error.kind() == ErrorKind::Busy => break error,
            Err(error) => return Err(error.into()),
        }
    };
    drop(closed);
    let let_in = tickets.len();
    for ticket in tickets {
        ticket.wait()?;
    }
    Ok(format!("{let_in} let in, the next one refused: {refusal}"))
}

/// Lets signatures in, closes the queue, and waits for their verdicts; gives how many there were.
fn shut_down(queue: Queue<Parallel<KeyTables>>, item: &Item) -> Result<usize, Error> {
    let tickets: Result<Vec<_>, _> = (0..1000).map(|_| queue.submit(*item)).collect();
    let tickets = tickets?;
    queue.close();
    if queue.submit(*item).is_ok() {
        return Err("a queue that is closed let a signature in".into());
    }
    drop(queue);
    let answered = tickets.len();
    for ticket in tickets {
        // The verdict is there: dropping the queue waited for it.
        match ticket.wait_timeout(Duration::ZERO) {
            Ok(verdict) => verdict?,
            Err(_) => return Err("a queue was shut down and left a ticket without answer".into()),
        }
    }
    Ok(answered)
}

/// An engine that verifies when the gate is open.
#[derive(Debug)]
struct Gated {
    engine: Box<dyn BatchVerifier>,
    gate: Arc<Mutex<()>>,
}

impl BatchVerifier for Gated {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, sm2_signing::Error> {
        // Whether a thread panicked while the gate was closed does not matter here.
        drop(self.gate.lock());
        self.engine.verify_batch(items)
    }
}

type Error = Box<dyn error::Error + Send + Sync>;

/// The longest bar.
const WIDTH: usize = 50;
