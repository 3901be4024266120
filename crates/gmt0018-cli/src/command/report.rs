//! `gmt0018 report`.

mod answers;
mod document;
mod performance;
mod test_results;

use std::{
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use gmt0018::{Module, Session};
use serde::Serialize;
use sm_soft::hash::{Digest as _, Sm3};

use super::{
    bench, hex,
    keys::Scan,
    probe::{InfoReport, checks::Checks, functions::Functions},
};
use crate::{
    arguments::{Range, ReportArguments},
    device::{Card, DeviceReport, Unnamed},
    error::Error,
    exit::Exit,
    input,
    machine::Machine,
    new_file::{Readers, must_not_exist, write_new},
    output::Output,
};
use document::Document;
use test_results::Results;

#[derive(Serialize)]
struct Report {
    html: Option<String>,
    md: Option<String>,
    /// Of the known answers, the quick checks, the random numbers, and of the operations with a wrong answer under load.
    checks_failed: usize,
    device: DeviceReport,
}

pub(crate) fn run(arguments: &ReportArguments, output: Output) -> Result<Exit, Error> {
    for path in [&arguments.html, &arguments.md].into_iter().flatten() {
        must_not_exist(path)?;
    }
    if arguments.html == arguments.md {
        return Err(Error::options(
            "--html and --md name the same file",
            "name two files",
        ));
    }
    let results = match &arguments.test_json {
        Some(path) => Some(test_results::read(path)?),
        None => None,
    };
    let unnamed = match arguments.key_index {
        Some(_) => Unnamed::Store,
        None => Unnamed::Memory,
    };
    let card = Card::open(&arguments.device, unnamed, output)?;
    // First, so that nobody is asked for a password in the middle.
    let sign = match (arguments.key_index, card.memory()) {
        (None, None) => None,
        (index, _) => Some(bench::signing_key(
            &card,
            index,
            &arguments.password,
            output,
        )?),
    };
    let mut document = Document::new("Report on a cryptographic card (GM/T 0018)");
    introduction(&mut document);
    environment(&mut document, &card);
    // Before the load, which a device may not survive, and with no session left open during it.
    let mut failed = examine(&mut document, &card, arguments, results)?;
    let measured = performance::measure(&card, sign, arguments, output)?;
    failed += performance::write(&mut document, &measured, arguments);
    if let Some(path) = &arguments.html {
        write_new(path, document.html().as_bytes(), Readers::Usual)?;
    }
    if let Some(path) = &arguments.md {
        write_new(path, document.markdown().as_bytes(), Readers::Usual)?;
    }
    let name =
        |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let report = Report {
        html: name(&arguments.html),
        md: name(&arguments.md),
        checks_failed: failed,
        device: card.report(),
    };
    let files: Vec<String> = [&report.html, &report.md]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    output.result(
        &report,
        &format!("written: {}; checks failed: {failed}", files.join(", ")),
    )?;
    Ok(if failed > 0 {
        Exit::CheckFailed
    } else {
        Exit::Ok
    })
}

fn introduction(document: &mut Document) {
    document.notice(
        "This page is no certificate and takes the place of none. It was made by a program on the integrator's machine; the \
         tests of an accredited laboratory are others and more.",
    );
    document.text(
        "The headings follow the themes of the conformance tests of cryptographic devices (GM/T 0102, GM/T 0121, GM/T 0122). \
         They are themes, and no clauses of these standards.",
    );
}

fn environment(document: &mut Document, card: &Card) {
    document.heading("Subject and environment");
    let machine = Machine::new();
    let device = card.report();
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |now| now.as_secs());
    let mut rows = vec![
        ["date (UTC)".to_owned(), date(seconds)],
        [
            "program".to_owned(),
            format!("gmt0018 {}", env!("CARGO_PKG_VERSION")),
        ],
        [
            "host".to_owned(),
            format!("{}, {}", machine.operating_system, machine.text()),
        ],
        ["device".to_owned(), device.text()],
    ];
    if let Some(library) = device.library() {
        let mut hash = Sm3::new();
        let read = input::stream(Path::new(library), |part| {
            hash.update(part);
            Ok(())
        });
        // A name without a directory is looked for where the system looks for libraries.
        let value = read.map_or_else(
            |_| "the file cannot be read by this name".to_owned(),
            |()| hex(&hash.finalize()),
        );
        rows.push(["SM3 of the library's file".to_owned(), value]);
    }
    document.table(&["", ""], rows.into_iter().map(Vec::from).collect());
}

/// Everything but the performance; gives how many checks failed.
fn examine(
    document: &mut Document,
    card: &Card,
    arguments: &ReportArguments,
    results: Option<Vec<Results>>,
) -> Result<usize, Error> {
    let session = card.session()?;
    identity(document, &session);
    functions(document, card.module());
    keys(document, &session, arguments.range);
    let failed = conformance(document, &session, &card.report(), results);
    Ok(failed
        + answers::known_answers(document, &session)
        + answers::random_numbers(document, &session))
}

fn identity(document: &mut Document, session: &Session) {
    document.heading("Device information");
    match session.device_info() {
        Ok(info) => {
            let mut text = String::new();
            InfoReport::from(&info).write(&mut text);
            let rows = text.lines().map(|line| {
                let (name, value) = line.split_at_checked(12).unwrap_or((line, ""));
                vec![name.trim().to_owned(), value.to_owned()]
            });
            document.table(&["field", "value"], rows.collect());
        }
        Err(cause) => document.text(format!("The device gave none: {cause}")),
    }
}

fn functions(document: &mut Document, module: &Module) {
    document.heading("Interface: functions by chapter and edition");
    let functions = Functions::of(module);
    let rows = functions.rows().into_iter().map(Vec::from).collect();
    document.table(
        &["chapter", "GM/T 0018-2012", "GM/T 0018-2023", "extensions"],
        rows,
    );
    let missing = functions.missing();
    if missing.is_empty() {
        document.text("No function is missing.");
    } else {
        document.text("Functions that the library does not export:");
        let rows = missing.into_iter().map(Vec::from).collect();
        document.table(&["function", "edition"], rows);
    }
}

fn keys(document: &mut Document, session: &Session, range: Range) {
    document.heading("Keys");
    let scan = Scan::run(session, range);
    let rows = scan.rows();
    if rows.is_empty() {
        document.text(format!("There are no keys at the indexes {range}."));
    } else {
        document.text(format!("Indexes {range}."));
        document.table(
            &["index", "signing key", "encryption key", "fingerprint"],
            rows.into_iter().map(Vec::from).collect(),
        );
    }
    for remark in scan.remarks() {
        document.text(remark);
    }
}

/// Gives how many checks failed; those of `gmt0018 test` were counted by that command.
fn conformance(
    document: &mut Document,
    session: &Session,
    device: &DeviceReport,
    results: Option<Vec<Results>>,
) -> usize {
    document.heading("Conformance: quick checks");
    let checks = Checks::run(session);
    document.table(
        &["check", "outcome", "detail"],
        checks.rows().into_iter().map(Vec::from).collect(),
    );
    document.heading("Conformance: results of `gmt0018 test`");
    match results {
        Some(runs) => runs.into_iter().for_each(|run| run.write(document, device)),
        None => document.text("Not included; `gmt0018 report --test-json FILE` includes them."),
    }
    let failed = |check: &&(_, Option<bool>, _)| check.1 == Some(false);
    checks.each().iter().filter(failed).count()
}

/// Year, month, day and time of seconds since 1970 (the Gregorian calendar, days counted from 0000-03-01).
fn date(seconds: u64) -> String {
    let (days, time) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month + 2) / 5 + 1;
    let calendar_month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u64::from(calendar_month <= 2);
    format!(
        "{year:04}-{calendar_month:02}-{day_of_month:02} {:02}:{:02}:{:02}",
        time / 3600,
        time / 60 % 60,
        time % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00:00"),
            (951_782_399, "2000-02-28 23:59:59"),
            (951_782_400, "2000-02-29 00:00:00"),
            (1_709_251_200, "2024-03-01 00:00:00"),
            (4_102_444_799, "2099-12-31 23:59:59"),
        ] {
            assert_eq!(date(seconds), expected);
        }
    }
}
