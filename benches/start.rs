//! What the first use of each engine costs in a process: its self-check, its tables, its memory.
//!
//! Tables are kept until the process ends, so each measurement is a process of its own; medians of eleven. With `--test`
//! there is one of each.

#![expect(clippy::print_stdout, reason = "the output is the point")]

use std::{env, fs, process::Command, time::Instant};

use sm_soft::SoftKey;
use sm2_batch::{EngineChoice, Ifma, KeyTableOptions, KeyTables, Portable};
use sm2_signing::{BatchVerifier, Item, Prehash, Signer as _};

#[expect(dead_code, reason = "this benchmark does not need all of it")]
mod items;
mod machine;

/// What is used for the first time.
const SUBJECTS: [&str; 6] = [
    "Portable, 8 signatures",
    "Ifma, 8 signatures",
    "KeyTables<portable>, 8 signatures by pinned keys",
    "KeyTables<ifma>, 8 signatures by pinned keys",
    "SoftKey, one signature",
    "SoftKey, 256 signatures",
];
/// How the subject of a child process is told to it.
const CHILD: &str = "BENCHES_START";

fn main() {
    if let Ok(subject) = env::var(CHILD) {
        return measure(&subject);
    }
    let rounds = if env::args().any(|argument| argument == "--test") {
        1
    } else {
        11
    };
    machine::print();
    println!("| what | first use | the same again | memory kept |");
    println!("|---|---|---|---|");
    for subject in SUBJECTS {
        if subject.contains("fma") && Ifma::new().is_none() {
            println!("| {subject} | skipped: no AVX-512 IFMA | | |");
            continue;
        }
        let runs: Vec<[f64; 3]> = (0..rounds).map(|_| run(subject)).collect();
        let [first, again, memory] = [0, 1, 2].map(|column| {
            let mut values: Vec<f64> = runs.iter().map(|run| run[column]).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        });
        println!("| {subject} | {first:.0} µs | {again:.1} µs | {memory:.0} KiB |");
    }
}

/// Measures in a process of its own.
fn run(subject: &str) -> [f64; 3] {
    let program = env::current_exe().expect("the path of this program");
    let child = Command::new(program).env(CHILD, subject).output();
    let said = child.expect("a child process").stdout;
    let said = String::from_utf8(said).expect("numbers");
    let numbers: Vec<f64> = said
        .split_whitespace()
        .map(|number| number.parse().expect("a number"))
        .collect();
    numbers.try_into().expect("three numbers")
}

/// Prints the microseconds of the first use, those of the same again, and the KiB by which the process grew.
fn measure(subject: &str) {
    let items = items::valid(8, 8);
    let digests = [Prehash::from_bytes(&[7; 32]); 256];
    match subject {
        "Portable, 8 signatures" => report(Portable::new, |engine| verify(engine, &items)),
        "Ifma, 8 signatures" => report(
            || Ifma::new().expect("AVX-512 IFMA, which the parent found"),
            |engine| verify(engine, &items),
        ),
        "KeyTables<portable>, 8 signatures by pinned keys" => report(
            || pinned(EngineChoice::Portable, &items),
            |engine| verify(engine, &items),
        ),
        "KeyTables<ifma>, 8 signatures by pinned keys" => report(
            || pinned(EngineChoice::Ifma, &items),
            |engine| verify(engine, &items),
        ),
        "SoftKey, one signature" => report(key, |key| {
            key.sign(&digests[0]).expect("a signature");
        }),
        _ => report(key, |key| {
            key.sign_batch(&digests).expect("signatures");
        }),
    }
}

fn key() -> SoftKey {
    SoftKey::generate().expect("random bytes")
}

fn pinned(choice: EngineChoice, items: &[Item]) -> KeyTables {
    let engine = KeyTables::new(choice, KeyTableOptions::default()).expect("an engine");
    let keys: Vec<_> = items.iter().map(|item| item.key).collect();
    engine.pin(&keys).expect("tables");
    engine
}

fn verify<B: BatchVerifier>(engine: &B, items: &[Item]) {
    assert!(engine.verify_batch(items).expect("verdicts").all_valid());
}

fn report<T>(make: impl FnOnce() -> T, work: impl Fn(&T)) {
    let before = resident();
    let started = Instant::now();
    let subject = make();
    work(&subject);
    let first = started.elapsed();
    let grown = resident().saturating_sub(before);
    let mut again: Vec<_> = (0..21)
        .map(|_| {
            let started = Instant::now();
            work(&subject);
            started.elapsed()
        })
        .collect();
    again.sort_unstable();
    let micros = |duration: std::time::Duration| duration.as_secs_f64() * 1e6;
    println!("{} {} {grown}", micros(first), micros(again[10]));
}

/// Resident memory in KiB, 0 where the system does not tell.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
