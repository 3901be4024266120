//! Every way to verify and to sign in this crate, against each other and against another
//! implementation, on signatures of many kinds for as long as wanted.
//!
//! ```text
//! cargo run --release -p sm2-arith --example differential -- --count 10000000 --oracle-every 20
//! ```
//!
//! The seed and the number of a batch decide what is in it. The first difference ends the run with
//! code 1, the seed, the batch and the item.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output is the point"
)]

use std::num::NonZero;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use serde_json::json;
use sm2_arith::batch::Ifma;

use suite::{Backends, OpenSsl, Oracle, Plan, Summary};

// By its path, as `tests/differential.rs` includes it: its own modules stand beside it.
#[path = "suite.rs"]
mod suite;

/// Compare all ways to verify and to sign.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many signatures to verify, in each way.
    #[arg(long, default_value_t = 100_000)]
    count: u64,

    /// What the signatures come from.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// The batch to begin with.
    #[arg(long, value_name = "BATCH", default_value_t = 0)]
    from: u64,

    /// Which back ends to compare.
    #[arg(long, value_enum, default_value_t = Choice::All)]
    backend: Choice,

    /// Who else is asked.
    #[arg(long, value_enum, default_value_t = Other::Rustcrypto)]
    oracle: Other,

    /// Ask about one signature in N of each batch.
    #[arg(long, value_name = "N", default_value = "1")]
    oracle_every: NonZero<u64>,

    /// How many threads work.
    #[arg(long, value_name = "N", default_value = "1")]
    threads: NonZero<usize>,

    /// Print the summary as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Choice {
    Portable,
    Ifma,
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Other {
    Rustcrypto,
    Openssl,
    None,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ifma = match arguments.backend {
        Choice::Portable => None,
        Choice::Ifma | Choice::All => Ifma::new(),
    };
    if ifma.is_none() && arguments.backend != Choice::Portable {
        eprintln!("no AVX-512 IFMA here: that back end is left out");
    }
    let plan = Plan {
        seed: arguments.seed,
        from: arguments.from,
        count: arguments.count,
        threads: arguments.threads.get(),
        backends: Backends {
            portable: arguments.backend != Choice::Ifma,
            ifma,
        },
        oracle_every: arguments.oracle_every.get(),
    };
    let openssl = match OpenSsl::build() {
        Ok(openssl) => Some(openssl),
        Err(reason) if arguments.oracle == Other::Openssl => {
            eprintln!("{reason}");
            return ExitCode::FAILURE;
        }
        Err(_) => None,
    };
    let oracle = || match (arguments.oracle, &openssl) {
        (Other::Rustcrypto, _) => Ok(Oracle::RustCrypto),
        (Other::Openssl, Some(openssl)) => openssl.start(),
        _ => Ok(Oracle::None),
    };
    let start = Instant::now();
    let reported = Mutex::new(start);
    let progress = |summary: &Summary| {
        let Ok(mut last) = reported.lock() else {
            return;
        };
        if last.elapsed() >= INTERVAL {
            *last = Instant::now();
            let (items, seconds) = (summary.items, start.elapsed().as_secs());
            eprintln!("{items} of {} after {seconds} s", plan.count);
        }
    };
    match suite::run(&plan, oracle, progress) {
        Ok(summary) => {
            let seconds = start.elapsed().as_secs_f64();
            if arguments.json {
                println!("{:#}", as_json(&arguments, &plan, &summary, seconds));
            } else {
                print(&summary, seconds);
            }
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn print(summary: &Summary, seconds: f64) {
    println!("no difference in {seconds:.1} s");
    println!(
        "{} signatures verified in {} batches, {} of them by the oracle; {} key tables; \
         {} digests signed, {} of them with unusable nonces",
        summary.items,
        summary.batches,
        summary.oracle_items,
        summary.known_keys,
        summary.signatures,
        summary.unusable_nonces
    );
    for (title, counts) in [("kind", &summary.kinds), ("changed", &summary.changes)] {
        println!("\n{title:26} {:>10} {:>10}", "valid", "invalid");
        for (name, [valid, invalid]) in counts {
            println!("{name:26} {valid:>10} {invalid:>10}");
        }
    }
}

fn as_json(
    arguments: &Arguments,
    plan: &Plan,
    summary: &Summary,
    seconds: f64,
) -> serde_json::Value {
    json!({
        "seed": plan.seed,
        "from": plan.from,
        "portable": plan.backends.portable,
        "ifma": plan.backends.ifma.is_some(),
        "oracle": format!("{:?}", arguments.oracle).to_lowercase(),
        "seconds": seconds,
        "batches": summary.batches,
        "items": summary.items,
        "oracle_items": summary.oracle_items,
        "key_tables": summary.known_keys,
        "signatures": summary.signatures,
        "unusable_nonces": summary.unusable_nonces,
        "kinds": summary.kinds,
        "changes": summary.changes,
    })
}

const INTERVAL: Duration = Duration::from_secs(10);
