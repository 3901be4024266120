//! `gmt0018 bench`.

mod knee;
mod measure;
mod operation;
mod plot;

use std::{fmt::Write as _, io, path::Path, time::Duration};

use comfy_table::{CellAlignment, Table, presets};
use gmt0018::{KeyIndex, Pin};
use serde::Serialize;

use super::node_pem::write_new;
use crate::{
    arguments::{BenchArguments, Operation},
    device::{Card, DeviceReport, Unnamed},
    error::Error,
    exit::Exit,
    output::{self, Output},
    password,
    svg::LineChart,
};
use measure::Measurement;
use operation::{Plan, Worker};

#[derive(Serialize)]
struct Report {
    operation: Operation,
    /// Bytes per operation; `null` where the operation has no data.
    size: Option<u32>,
    seconds: f64,
    /// The processors that this process may use.
    processors: Option<usize>,
    rows: Vec<Row>,
    /// The sessions after which another doubling brings less than 10 %; `null` if there is no such number.
    knee_sessions: Option<usize>,
    device: DeviceReport,
}

#[derive(Serialize)]
struct Row {
    sessions: usize,
    operations: u64,
    errors: u64,
    operations_per_second: f64,
    p50_microseconds: Option<f64>,
    p99_microseconds: Option<f64>,
    p99_9_microseconds: Option<f64>,
    library_calls_per_operation: f64,
    /// Against the first row.
    speed_up: f64,
    /// `null` where the operation has no data.
    mebibytes_per_second: Option<f64>,
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
        not_there(path)?;
    }
    let unnamed = match arguments.key_index {
        Some(_) => Unnamed::Store,
        None => Unnamed::Memory,
    };
    let card = Card::open(&arguments.device, unnamed, output)?;
    let plan = plan(&card, arguments, output)?;
    let (rows, failure) = measure_all(&card, &plan, arguments, output);
    let report = Report {
        operation: arguments.operation,
        size: bytes(arguments),
        seconds: arguments.seconds.as_secs_f64(),
        processors: std::thread::available_parallelism().ok().map(usize::from),
        knee_sessions: knee::knee(&points(&rows)),
        rows,
        device: card.report(),
    };
    let mut text = text(&report);
    if arguments.plot || output::stdout_is_terminal() {
        let _ = write!(text, "\n\n{}", plot::bars(&points(&report.rows)));
    }
    output.result(&report, &text)?;
    if let Some(path) = arguments.svg.as_deref().filter(|_| !report.rows.is_empty()) {
        write_chart(path, &report, &card, output)?;
    }
    failure.map_or(Ok(Exit::Ok), Err)
}

fn plan(card: &Card, arguments: &BenchArguments, output: Output) -> Result<Plan, Error> {
    let data = || vec![0xa5; usize::try_from(arguments.size).unwrap_or(usize::MAX)];
    Ok(match arguments.operation {
        Operation::Sign => signing_key(card, arguments, output)?,
        Operation::Verify => Plan::verify()?,
        Operation::Session => Plan::Session,
        Operation::Sm3 => Plan::Sm3 { data: data() },
        Operation::Sm4 => Plan::Sm4 { data: data() },
    })
}

/// The key to sign with: the one named, or a fresh one in a card in memory.
fn signing_key(card: &Card, arguments: &BenchArguments, output: Output) -> Result<Plan, Error> {
    if let Some(number) = arguments.key_index {
        let pin = password::of_card_key(&arguments.password, output)?;
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
fn measure_all(
    card: &Card,
    plan: &Plan,
    arguments: &BenchArguments,
    output: Output,
) -> (Vec<Row>, Option<Error>) {
    let mut rows: Vec<Row> = Vec::new();
    for &sessions in &arguments.sessions {
        let workers = (0..sessions)
            .map(|_| Worker::new(card, plan))
            .collect::<Result<Vec<_>, _>>();
        let mut measurement = match workers {
            Ok(workers) => Measurement::run(workers, card, arguments.seconds, output),
            Err(error) => return (rows, Some(error)),
        };
        let failure = measurement.first_error.take();
        rows.push(Row::new(
            sessions,
            &measurement,
            bytes(arguments),
            rows.first(),
        ));
        if failure.is_some() {
            return (rows, failure);
        }
    }
    (rows, None)
}

impl Row {
    fn new(
        sessions: usize,
        measured: &Measurement,
        size: Option<u32>,
        first: Option<&Self>,
    ) -> Self {
        let operations = measured.latencies.total();
        let rate = operations as f64 / measured.elapsed.as_secs_f64();
        let attempts = operations + measured.errors;
        let latency = |per_mille| measured.latencies.quantile(per_mille).map(microseconds);
        Self {
            sessions,
            operations,
            errors: measured.errors,
            operations_per_second: round(rate),
            p50_microseconds: latency(500),
            p99_microseconds: latency(990),
            p99_9_microseconds: latency(999),
            library_calls_per_operation: round(measured.calls as f64 / attempts.max(1) as f64),
            speed_up: first.map_or(1.0, |first| round(rate / first.operations_per_second)),
            mebibytes_per_second: size.map(|size| round(rate * f64::from(size) / 1_048_576.0)),
        }
    }
}

fn text(report: &Report) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let mut header = vec![
        "sessions",
        "ops/s",
        "p50 µs",
        "p99 µs",
        "p99.9 µs",
        "errors",
        "calls/op",
        "speed-up",
    ];
    if report.size.is_some() {
        header.push("MiB/s");
    }
    table.set_header(header);
    let optional = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| format!("{v:.1}"));
    for row in &report.rows {
        let mut cells = vec![
            row.sessions.to_string(),
            format!("{:.0}", row.operations_per_second),
            optional(row.p50_microseconds),
            optional(row.p99_microseconds),
            optional(row.p99_9_microseconds),
            row.errors.to_string(),
            format!("{:.2}", row.library_calls_per_operation),
            format!("{:.2}", row.speed_up),
        ];
        cells.extend(row.mebibytes_per_second.map(|rate| format!("{rate:.1}")));
        table.add_row(cells);
    }
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = table.trim_fmt();
    if report.rows.len() > 1 {
        // Writing to a String does not fail.
        let _ = match report.knee_sessions {
            Some(sessions) => write!(
                text,
                "\nknee: {}; another doubling brings less than 10 %",
                counted(sessions)
            ),
            None => write!(text, "\nknee: none among these numbers of sessions"),
        };
    }
    text
}

/// Sessions and operations per second of the rows, ascending and each number once; its best row counts.
fn points(rows: &[Row]) -> Vec<(usize, f64)> {
    let mut points = std::collections::BTreeMap::new();
    for row in rows {
        let best = points.entry(row.sessions).or_insert(0.0_f64);
        *best = best.max(row.operations_per_second);
    }
    points.into_iter().collect()
}

fn counted(sessions: usize) -> String {
    let end = if sessions == 1 { "" } else { "s" };
    format!("{sessions} session{end}")
}

/// Nobody waits for a measurement whose file cannot be made.
fn not_there(path: &Path) -> Result<(), Error> {
    match path.symlink_metadata() {
        Ok(_) => Err(Error::not_written(
            path,
            &io::ErrorKind::AlreadyExists.into(),
        )),
        Err(_) => Ok(()),
    }
}

fn write_chart(path: &Path, report: &Report, card: &Card, output: Output) -> Result<(), Error> {
    let size = report.size.map(|size| format!(", {size} bytes"));
    let operation = report.operation.name();
    let title = format!("gmt0018 bench {operation}{}", size.unwrap_or_default());
    let knee = report
        .knee_sessions
        .map(|sessions| (sessions, format!("knee: {}", counted(sessions))));
    let chart = LineChart {
        title: &title,
        subtitle: &card.name(),
        x_label: "sessions",
        y_label: "operations per second",
        points: &points(&report.rows),
        mark: knee
            .as_ref()
            .map(|(sessions, words)| (*sessions, words.as_str())),
    };
    write_new(path, chart.to_svg().as_bytes()).map_err(|cause| Error::not_written(path, &cause))?;
    output.note(&format!("wrote {}", path.display()));
    Ok(())
}

fn bytes(arguments: &BenchArguments) -> Option<u32> {
    matches!(arguments.operation, Operation::Sm3 | Operation::Sm4).then_some(arguments.size)
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
