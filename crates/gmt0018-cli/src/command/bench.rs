//! `gmt0018 bench`.

mod compare;
mod measure;
mod openssl;
mod operation;
mod show;

use std::time::Duration;

use clap::ValueEnum as _;
use gmt0018::{KeyIndex, Pin};
use serde::Serialize;

use crate::{
    arguments::{BenchArguments, Operation, PasswordArguments},
    device::{Card, DeviceReport, Unnamed},
    error::Error,
    exit::Exit,
    machine::Machine,
    new_file::{Readers, must_not_exist, write_new},
    output::Output,
    password,
    plot::{self, Characters},
    statistics, svg,
};
use compare::Comparison;
use measure::Measurement;
pub(super) use operation::Plan;
use operation::Worker;
use show::{aligned, optional, table};
pub(super) use show::{charts, header, knee_text};

#[derive(Serialize)]
struct Report {
    operation: Operation,
    /// Bytes per operation; `null` where the operation has no data.
    size: Option<u32>,
    /// Signatures in a call; `null` where one is.
    batch: Option<u32>,
    /// What verifies batches; `null` for a card.
    engine: Option<String>,
    seconds: f64,
    /// The processors that this process may use.
    processors: Option<usize>,
    machine: Machine,
    rows: Vec<Row>,
    /// `null` if there is none.
    knee_sessions: Option<usize>,
    /// `null` without --compare.
    comparison: Option<Comparison>,
    /// `null` for batch-verify.
    device: Option<DeviceReport>,
}

/// What was measured with one number of sessions.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) sessions: usize,
    pub(super) operations: u64,
    pub(super) errors: u64,
    pub(super) operations_per_second: f64,
    pub(super) p50_microseconds: Option<f64>,
    pub(super) p99_microseconds: Option<f64>,
    pub(super) p999_microseconds: Option<f64>,
    pub(super) library_calls_per_operation: f64,
    /// Against the first row.
    pub(super) speed_up: f64,
    /// `null` where the operation has no data.
    pub(super) mebibytes_per_second: Option<f64>,
}

pub(crate) fn run(arguments: &BenchArguments, output: Output) -> Result<Exit, Error> {
    if arguments.operation == Operation::Sm4 && !arguments.size.is_multiple_of(16) {
        let why = format!("{} is no multiple of 16", arguments.size);
        return Err(Error::bad_value(
            "--size",
            why,
            "SM4-CBC takes whole blocks of 16 bytes",
        ));
    }
    if let Some(path) = &arguments.svg {
        must_not_exist(path)?;
    }
    let card = card(arguments, output)?;
    let plan = plan(card.as_ref(), arguments, output)?;
    let mut report = Report {
        operation: arguments.operation,
        size: bytes(arguments.operation, arguments.size),
        batch: plan.engine().map(|_| arguments.batch),
        engine: plan.engine().map(str::to_owned),
        seconds: arguments.seconds.as_secs_f64(),
        processors: std::thread::available_parallelism().ok().map(usize::from),
        machine: Machine::new(),
        rows: Vec::new(),
        knee_sessions: None,
        comparison: None,
        device: card.as_ref().map(Card::report),
    };
    if arguments.compare {
        let (comparison, failure) = Comparison::run(card.as_ref(), &plan, arguments, output)?;
        report.comparison = Some(comparison);
        output.result(&report, &text(&report, arguments))?;
        return failure.map_or(Ok(Exit::Ok), Err);
    }
    let (rows, failure) = measure_all(
        card.as_ref(),
        &plan,
        &arguments.sessions,
        arguments.seconds,
        report.size,
        output,
    );
    report.knee_sessions = knee(&rows);
    report.rows = rows;
    output.result(&report, &text(&report, arguments))?;
    if let Some(path) = &arguments.svg
        && !report.rows.is_empty()
    {
        let (name, sessions) = (name(arguments), sessions(&report.rows));
        let page = svg::page(&charts(&name, &sessions, &report.rows));
        write_new(path, page.as_bytes(), Readers::Usual)?;
    }
    failure.map_or(Ok(Exit::Ok), Err)
}

/// The card to measure; none for an operation of this processor.
fn card(arguments: &BenchArguments, output: Output) -> Result<Option<Card>, Error> {
    if arguments.operation == Operation::BatchVerify && !arguments.compare {
        return Ok(None);
    }
    let unnamed = match arguments.key_index {
        Some(_) => Unnamed::Store,
        None => Unnamed::Memory,
    };
    Card::open(&arguments.device, unnamed, output).map(Some)
}

fn plan(card: Option<&Card>, arguments: &BenchArguments, output: Output) -> Result<Plan, Error> {
    let size = usize::try_from(arguments.size).unwrap_or(usize::MAX);
    let data = || vec![0xa5; size];
    Ok(match (arguments.operation, card) {
        (Operation::Sign, Some(card)) => {
            signing_key(card, arguments.key_index, &arguments.password, output)?
        }
        (Operation::Sign, None) => return Err(Error::bench_needs_key()),
        (Operation::Verify, _) => Plan::verify()?,
        (Operation::Session, _) => Plan::Session,
        (Operation::Sm3, _) => Plan::Sm3 { data: data() },
        (Operation::Sm4, _) => Plan::Sm4 { data: data() },
        // Compared with the card's verification.
        (Operation::BatchVerify, Some(_)) => Plan::verify()?,
        (Operation::BatchVerify, None) => Plan::batch(batch_size(arguments))?,
        (Operation::Random, _) => Plan::Random { length: size },
        (Operation::Encrypt, _) => Plan::encrypt()?,
    })
}

fn batch_size(arguments: &BenchArguments) -> usize {
    usize::try_from(arguments.batch).unwrap_or(usize::MAX)
}

/// The key to sign with: the one named, or a fresh one in a card in memory.
pub(super) fn signing_key(
    card: &Card,
    key_index: Option<u32>,
    password: &PasswordArguments,
    output: Output,
) -> Result<Plan, Error> {
    if let Some(number) = key_index {
        let pin = password::of_card_key(password, output)?;
        return Ok(Plan::Sign {
            index: KeyIndex::new(number),
            pin,
        });
    }
    let memory = card.memory().ok_or_else(Error::bench_needs_key)?;
    memory
        .card()
        .generate_key_pair(1, PASSWORD_IN_MEMORY)
        .map_err(|cause| {
            Error::soft_card("no key was made in the software card in memory", &cause)
        })?;
    output.note("key: a fresh one at index 1 of the card in memory");
    let pin = Pin::new(PASSWORD_IN_MEMORY).map_err(|cause| Error::password_refused(&cause))?;
    Ok(Plan::Sign {
        index: KeyIndex::new(1),
        pin: Some(pin),
    })
}

/// Measures row by row, up to the first failure.
pub(super) fn measure_all(
    card: Option<&Card>,
    plan: &Plan,
    sessions: &[usize],
    duration: Duration,
    size: Option<u32>,
    output: Output,
) -> (Vec<Row>, Option<Error>) {
    let mut rows: Vec<Row> = Vec::new();
    for &sessions in sessions {
        let mut measurement = match measure(card, plan, sessions, duration, output) {
            Ok(measurement) => measurement,
            Err(error) => return (rows, Some(error)),
        };
        let failure = measurement.first_error.take();
        rows.push(Row::new(
            sessions,
            &measurement,
            plan.weight(),
            size,
            rows.first(),
        ));
        if failure.is_some() {
            return (rows, failure);
        }
    }
    (rows, None)
}

fn measure(
    card: Option<&Card>,
    plan: &Plan,
    sessions: usize,
    duration: Duration,
    output: Output,
) -> Result<Measurement, Error> {
    let workers = (0..sessions)
        .map(|_| Worker::new(card, plan))
        .collect::<Result<Vec<_>, _>>()?;
    Measurement::run(workers, card, duration, output)
}

impl Row {
    fn new(
        sessions: usize,
        measured: &Measurement,
        weight: u64,
        size: Option<u32>,
        first: Option<&Self>,
    ) -> Self {
        let operations = measured.latencies.total() * weight;
        let rate = operations as f64 / measured.elapsed.as_secs_f64();
        let attempts = operations + measured.errors * weight;
        let latency = |thousandths| measured.latencies.per_mille(thousandths).map(microseconds);
        Self {
            sessions,
            operations,
            errors: measured.errors,
            operations_per_second: round(rate),
            p50_microseconds: latency(500),
            p99_microseconds: latency(990),
            p999_microseconds: latency(999),
            library_calls_per_operation: round(measured.calls as f64 / attempts.max(1) as f64),
            speed_up: first.map_or(1.0, |first| round(rate / first.operations_per_second)),
            mebibytes_per_second: size.map(|size| round(rate * f64::from(size) / 1_048_576.0)),
        }
    }
}

/// Where the throughput stops growing; a row that ended with errors says nothing about that.
pub(super) fn knee(rows: &[Row]) -> Option<usize> {
    statistics::knee(&points(rows.iter().filter(|row| row.errors == 0)))
}

/// Numbers of sessions with their rates.
fn points<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<(usize, f64)> {
    rows.map(|row| (row.sessions, row.operations_per_second))
        .collect()
}

pub(super) fn sessions(rows: &[Row]) -> Vec<usize> {
    rows.iter().map(|row| row.sessions).collect()
}

fn name(arguments: &BenchArguments) -> String {
    arguments
        .operation
        .to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}

fn text(report: &Report, arguments: &BenchArguments) -> String {
    let mut text = match &report.comparison {
        Some(comparison) => comparison.text(),
        None => table(&report.rows),
    };
    text.push('\n');
    if report.rows.len() > 1 {
        let values: Vec<(String, f64)> = points(report.rows.iter())
            .into_iter()
            .map(|(sessions, rate)| (sessions.to_string(), rate))
            .collect();
        let characters = Characters::choose(arguments.ascii);
        text.push('\n');
        text.push_str(&plot::bars("ops/s by sessions", &values, characters));
    }
    for line in [
        knee_text(&report.rows, report.knee_sessions),
        report.engine.as_ref().map(|engine| {
            format!(
                "engine {engine}, {} signatures a call; latencies are of calls",
                arguments.batch
            )
        }),
        Some(report.machine.text()),
    ]
    .into_iter()
    .flatten()
    {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn bytes(operation: Operation, size: u32) -> Option<u32> {
    matches!(
        operation,
        Operation::Sm3 | Operation::Sm4 | Operation::Random
    )
    .then_some(size)
}

fn microseconds(latency: Duration) -> f64 {
    round(latency.as_nanos() as f64 / 1000.0)
}

/// Three digits after the point: more would be noise.
fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// Opens nothing: the card that it is for ends with this process.
const PASSWORD_IN_MEMORY: &[u8] = b"in memory only";
