//! Many threads, few sessions, one card: every thread signs, and the pool lends the sessions.
//!
//! A session is used by one thread at a time and cards have few of them. The pool opens no more than it may, lends them
//! in the order of asking, keeps the access right on each, and never lets a caller wait longer than a limit.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output is the point"
)]

use std::{
    error::Error,
    num::NonZero,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use clap::Parser;
use gmt0018::{CardKey, Device, Function, PoolError, PoolOptions, SessionPool};
use sm_soft::SoftVerifier;
use sm2_signing::{Item, Signer as _, UserId, Verifier as _, Z};

use support::{Card, CardArguments};

mod support;

/// Sign from many threads with few sessions of one card.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    card: CardArguments,

    /// How many threads sign.
    #[arg(long, value_name = "N", default_value = "64")]
    threads: NonZero<usize>,

    /// How many sessions the pool may open.
    #[arg(long, value_name = "N", default_value = "8")]
    sessions: NonZero<usize>,

    /// How many signatures each thread makes.
    #[arg(long, value_name = "N", default_value = "50")]
    signatures: NonZero<usize>,
}

fn main() -> ExitCode {
    support::exit("session_pool", run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let card = Card::open(&arguments.card)?;
    let module = card.device.module().clone();
    println!("card:       {card}");
    let sessions = arguments.sessions.get();

    let options = PoolOptions::default()
        .with_max_sessions(sessions)
        .with_wait(PATIENCE);
    let pool = SessionPool::new(card.device.clone(), options);
    let key = CardKey::new(pool.clone(), card.index, card.pin.clone())?;
    println!("public key: {}", key.public_key());

    let started = Instant::now();
    let work = sign_from_threads(&key, arguments)?;
    report(&work, started.elapsed(), arguments);
    verify_all(&work)?;

    let status = pool.status();
    println!(
        "sessions:   {} opened of {sessions} allowed, {} still lent",
        status.open, status.lent
    );
    if status.lent != 0 || status.open > sessions {
        return Err("a session leaked, or the pool opened more than it may".into());
    }
    let rights = module.call_count(Function::GetPrivateKeyAccessRight);
    println!(
        "passwords:  shown to the card {rights} times for {} signatures",
        work.len()
    );

    time_out(card.device.clone(), sessions)?;

    drop((key, pool));
    let opened = module.call_count(Function::OpenSession);
    let closed = module.call_count(Function::CloseSession);
    println!("closed:     {closed} of {opened} sessions");
    match opened == closed {
        true => Ok(()),
        false => Err("a session was not closed".into()),
    }
}

/// A signature, and how long its thread waited for a session.
struct Signed {
    item: Item,
    waited: Duration,
}

/// Every thread signs messages of its own.
fn sign_from_threads(key: &CardKey, arguments: &Arguments) -> Result<Vec<Signed>, Box<dyn Error>> {
    let z = Z::new(key.public_key(), &UserId::DEFAULT);
    let sign = |thread: usize, number: usize| -> Result<Signed, gmt0018::Error> {
        let e = z.prehash(format!("message {number} of thread {thread}").as_bytes());
        // `key.sign(&e)` is these two steps; they are apart here to measure the wait.
        let asked = Instant::now();
        let session = key.session()?;
        let waited = asked.elapsed();
        let signature = session.sign(key.index(), &e)?;
        Ok(Signed {
            item: Item {
                key: *key.public_key(),
                e,
                signature,
            },
            waited,
        })
    };
    let sign = &sign;
    let signatures = arguments.signatures.get();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..arguments.threads.get())
            .map(|thread| {
                scope.spawn(move || -> Result<Vec<Signed>, gmt0018::Error> {
                    (0..signatures).map(|number| sign(thread, number)).collect()
                })
            })
            .collect();
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().map_err(|_| "a thread panicked")??);
        }
        Ok(all)
    })
}

fn report(work: &[Signed], elapsed: Duration, arguments: &Arguments) {
    let mut waits: Vec<Duration> = work.iter().map(|signed| signed.waited).collect();
    waits.sort_unstable();
    let median = waits.get(waits.len() / 2).copied().unwrap_or_default();
    let longest = waits.last().copied().unwrap_or_default();
    let rate = work.len() as f64 / elapsed.as_secs_f64();
    println!(
        "signed:     {} signatures by {} threads in {elapsed:.2?}, {rate:.0} per second",
        work.len(),
        arguments.threads,
    );
    println!("waits:      {median:.1?} for a session at the median, {longest:.1?} at the longest");
}

/// Verifies every signature in software.
fn verify_all(work: &[Signed]) -> Result<(), Box<dyn Error>> {
    let verifier = SoftVerifier::new();
    for Signed { item, .. } in work {
        verifier.verify(&item.key, &item.e, &item.signature)?;
    }
    println!(
        "verified:   {} of {} in software: valid",
        work.len(),
        work.len()
    );
    Ok(())
}

/// Holds every session, asks for one more, and gets an error that says so in good time.
fn time_out(device: Device, sessions: usize) -> Result<(), Box<dyn Error>> {
    let wait = Duration::from_millis(100);
    let options = PoolOptions::default()
        .with_max_sessions(sessions)
        .with_wait(wait);
    let pool = SessionPool::new(device, options);
    let mut held = Vec::new();
    loop {
        let asked = Instant::now();
        match pool.session() {
            Ok(session) => held.push(session),
            Err(gmt0018::Error::Pool(error @ PoolError::Timeout { .. })) => {
                println!("time-out:   after {:.0?}: {error}", asked.elapsed());
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        if held.len() > sessions {
            return Err(format!("the pool lent {} sessions of {sessions}", held.len()).into());
        }
    }
}

/// The longest that a thread waits for a session.
const PATIENCE: Duration = Duration::from_secs(60);
