//! The votes of a validator set: its keys are known, so the verifier keeps tables of them.
//!
//! Each round every validator signs the same block. The votes are verified with and without tables, to see what these
//! cost and bring; one bad vote is singled out; then the set changes, and the tables with it. Tables decide how fast a
//! verdict comes and never what it is: who may vote is for the chain to know.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output is the point"
)]

use std::{
    error::Error,
    num::NonZero,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser;
use sm_soft::SoftKey;
use sm2_batch::{EngineChoice, KeyTableOptions, KeyTables};
use sm2_signing::{BatchVerifier, Item, Prehash, PublicKey, Signer as _, UserId};

/// Verify the votes of validators whose keys are known, with tables and without.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many validators there are, at least 2; each number is a set of its own.
    #[arg(long, value_name = "N,...", value_delimiter = ',', default_value = "4,100",
        value_parser = clap::value_parser!(u16).range(2..=10_000))]
    validators: Vec<u16>,

    /// How many rounds they vote.
    #[arg(long, value_name = "N", default_value = "100")]
    rounds: NonZero<u16>,

    /// What verifies: auto, ifma or portable. Without it: what `SM2_BATCH_ENGINE` names, else auto.
    #[arg(long, value_name = "NAME")]
    engine: Option<EngineChoice>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("validators failed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let choice = match arguments.engine {
        Some(choice) => choice,
        None => EngineChoice::from_environment()?,
    };
    for &validators in &arguments.validators {
        let keys: Result<Vec<SoftKey>, _> = (0..validators).map(|_| SoftKey::generate()).collect();
        with_validators(keys?, choice, arguments.rounds.get())?;
    }
    Ok(())
}

/// The life of one set.
fn with_validators(
    mut validators: Vec<SoftKey>,
    choice: EngineChoice,
    rounds: u16,
) -> Result<(), Box<dyn Error>> {
    let count = validators.len();
    let engine = KeyTables::new(choice, KeyTableOptions::default())?;
    println!("validators:  {count}, engine {}", engine.choice());

    let started = Instant::now();
    engine.pin(&public_keys(&validators))?;
    let making = started.elapsed();
    println!(
        "tables:      {:.0} KiB for each key, {:.0} KiB in all, made in {making:.2?}",
        kibibytes(engine.table_bytes()),
        kibibytes(engine.statistics().bytes)
    );

    let rounds: Result<Vec<Vec<Item>>, _> = (0..rounds)
        .map(|height| votes(&validators, height, "block"))
        .collect();
    compare(&engine, &*choice.engine()?, &rounds?, making)?;
    single_out(&engine, &validators)?;

    let removed = validators.remove(0);
    validators.push(SoftKey::generate()?);
    change(&engine, &validators, &removed)
}

/// Verifies the same rounds with tables and without.
fn compare(
    with: &KeyTables,
    without: &dyn BatchVerifier,
    rounds: &[Vec<Item>],
    making: Duration,
) -> Result<(), Box<dyn Error>> {
    let votes: usize = rounds.iter().map(Vec::len).sum();
    let each = |engine: &dyn BatchVerifier| -> Result<f64, Box<dyn Error>> {
        // The first use of an engine checks it.
        drop(engine.verify_batch(&rounds[0])?);
        let started = Instant::now();
        for (height, round) in rounds.iter().enumerate() {
            if let Some(index) = engine.verify_batch(round)?.invalid().next() {
                return Err(format!(
                    "the vote of validator {index} at height {height} was found invalid"
                )
                .into());
            }
        }
        Ok(started.elapsed().as_secs_f64() / votes as f64)
    };
    let (without, with) = (each(without)?, each(with)?);
    println!(
        "votes:       {votes} valid in {} rounds, one batch each, on one thread",
        rounds.len()
    );
    println!(
        "speed:       {:.0} per second without tables, {:.0} with them: {:.2} times as fast",
        1.0 / without,
        1.0 / with,
        without / with
    );
    if with < without {
        let votes = (making.as_secs_f64() / (without - with)).ceil();
        println!("paid back:   after {votes} votes");
    }
    Ok(())
}

/// One validator signs another block than the one that the others vote for.
fn single_out(engine: &KeyTables, validators: &[SoftKey]) -> Result<(), Box<dyn Error>> {
    let culprit = validators.len() / 2;
    let mut round = votes(validators, 1000, "block")?;
    let other = vote(&validators[culprit], 1000, "another block")?;
    round[culprit].signature = other.signature;
    let invalid: Vec<usize> = engine.verify_batch(&round)?.invalid().collect();
    if invalid != [culprit] {
        return Err(format!("validator {culprit} cheated, and {invalid:?} were found").into());
    }
    println!(
        "bad vote:    of validator {culprit}, found; the other {} of the round are valid",
        validators.len() - 1
    );
    Ok(())
}

/// The set changes by one validator: one new table, and the votes go on.
fn change(
    engine: &KeyTables,
    validators: &[SoftKey],
    removed: &SoftKey,
) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    engine.set_pinned(&public_keys(validators))?;
    println!(
        "new set:     one validator left and one came, in {:.2?}",
        started.elapsed()
    );

    let before = engine.statistics();
    let mut round = votes(validators, 1001, "block")?;
    round.push(vote(removed, 1001, "block")?);
    let verdicts = engine.verify_batch(&round)?;
    let after = engine.statistics();
    let (known, unknown) = (after.known - before.known, after.unknown - before.unknown);
    println!(
        "next round:  {known} votes by keys with tables, {unknown} by the validator that left: all are valid signatures"
    );
    let expected = (validators.len(), validators.len() as u64, 1);
    if !verdicts.all_valid() || (after.pinned, known, unknown) != expected {
        return Err(format!(
            "the set has {} validators and the engine has {after:?}",
            validators.len()
        )
        .into());
    }
    Ok(())
}

/// The votes of one round, one of each validator.
fn votes(
    validators: &[SoftKey],
    height: u16,
    block: &str,
) -> Result<Vec<Item>, sm2_signing::Error> {
    let votes = validators
        .iter()
        .map(|validator| vote(validator, height, block));
    votes.collect()
}

fn vote(validator: &SoftKey, height: u16, block: &str) -> Result<Item, sm2_signing::Error> {
    let key = *validator.public_key();
    let vote = format!("height {height}: {block}");
    let e = Prehash::of(&key, &UserId::DEFAULT, vote.as_bytes());
    let signature = validator.sign(&e)?;
    Ok(Item { key, e, signature })
}

fn public_keys(validators: &[SoftKey]) -> Vec<PublicKey> {
    let keys = validators.iter().map(|validator| *validator.public_key());
    keys.collect()
}

fn kibibytes(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}
