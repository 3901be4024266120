//! `gmt0018 report`.

mod document;
mod performance;
mod tests_of_others;

use std::{
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use gmt0018::{
    Module, Session,
    sm2_signing::{Prehash, Signature, Signer as _, VerifyError},
};
use serde::Serialize;
use sm_soft::{
    SoftKey,
    hash::{Digest as _, Sm3},
};

use super::{
    bench, hex,
    probe::{InfoReport, checks::Checks, functions::Functions},
};
use crate::{
    arguments::ReportArguments,
    device::{Card, DeviceReport, Unnamed},
    error::Error,
    exit::Exit,
    input,
    machine::Machine,
    output::Output,
    randomness::{self, Outcome},
};
use document::Document;

#[derive(Serialize)]
struct Report {
    html: Option<String>,
    md: Option<String>,
    /// Of the known answers, the quick checks and the random numbers.
    checks_failed: usize,
    device: DeviceReport,
}

pub(crate) fn run(arguments: &ReportArguments, output: Output) -> Result<Exit, Error> {
    for path in [&arguments.html, &arguments.md].into_iter().flatten() {
        // Known before minutes of measuring.
        if path.exists() {
            let cause = std::io::ErrorKind::AlreadyExists.into();
            return Err(Error::not_written(path, &cause));
        }
    }
    let results = match &arguments.test_json {
        Some(path) => Some(tests_of_others::read(path)?),
        None => None,
    };
    let unnamed = match arguments.key_index {
        Some(_) => Unnamed::Store,
        None => Unnamed::Memory,
    };
    let card = Card::open(&arguments.device, unnamed, output)?;
    // First, so that a wrong password ends the command before anything is measured.
    let sign = match (arguments.key_index, card.memory()) {
        (None, None) => None,
        (index, _) => Some(bench::signing_key(
            &card,
            index,
            &arguments.password,
            output,
        )?),
    };
    let measured = performance::measure(&card, sign, arguments, output)?;
    let mut failed = 0;
    let mut document = Document::new("Report on a cryptographic card (GM/T 0018)");
    introduction(&mut document);
    environment(&mut document, &card)?;
    let session = card.session()?;
    identity(&mut document, &session);
    functions(&mut document, card.module());
    failed += conformance(&mut document, &session, results);
    failed += known_answers(&mut document, &session);
    failed += random_numbers(&mut document, &session);
    performance::write(&mut document, &measured, arguments);
    if let Some(path) = &arguments.html {
        bench::write_new(path, document.html().as_bytes())?;
    }
    if let Some(path) = &arguments.md {
        bench::write_new(path, document.markdown().as_bytes())?;
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

fn environment(document: &mut Document, card: &Card) -> Result<(), Error> {
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
        input::stream(Path::new(library), |part| {
            hash.update(part);
            Ok::<(), Error>(())
        })?;
        rows.push([
            "SM3 of the library's file".to_owned(),
            hex(&hash.finalize()),
        ]);
    }
    document.table(&["", ""], rows.into_iter().map(Vec::from).collect());
    Ok(())
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

/// Gives how many checks failed; those of `gmt0018 test` were counted by that command.
fn conformance(
    document: &mut Document,
    session: &Session,
    results: Option<Vec<Vec<String>>>,
) -> usize {
    document.heading("Conformance: quick checks");
    let checks = Checks::run(session);
    document.table(
        &["check", "outcome", "detail"],
        checks.rows().into_iter().map(Vec::from).collect(),
    );
    document.heading("Conformance: results of `gmt0018 test`");
    match results {
        Some(rows) => document.table(&["chapter", "case", "status", "detail"], rows),
        None => document.text("Not included; `gmt0018 report --test-json FILE` includes them."),
    }
    usize::from(checks.any_failed())
}

fn known_answers(document: &mut Document, session: &Session) -> usize {
    document.heading("Algorithms: known answers");
    let mut failed = 0;
    let mut rows = Vec::new();
    let mut add = |name: &str, outcome: Result<bool, String>| {
        let text = match outcome {
            Ok(true) => "ok".to_owned(),
            Ok(false) => {
                failed += 1;
                "FAILED".to_owned()
            }
            Err(why) => format!("not done: {why}"),
        };
        rows.push(vec![name.to_owned(), text]);
    };
    for (name, message, digest) in [
        ("SM3 of \"abc\" (GB/T 32905 A.1)", "abc".to_owned(), SM3_ABC),
        (
            "SM3 of 16 times \"abcd\" (GB/T 32905 A.2)",
            "abcd".repeat(16),
            SM3_ABCD,
        ),
    ] {
        let answer = session.sm3(message.as_bytes());
        add(
            name,
            answer
                .map(|answer| hex(&answer) == digest)
                .map_err(|cause| cause.to_string()),
        );
    }
    match SoftKey::generate()
        .map_err(|cause| cause.to_string())
        .and_then(|key| {
            let signature = key.sign(&E).map_err(|cause| cause.to_string())?;
            Ok((*key.public_key(), signature))
        }) {
        Ok((key, signature)) => {
            let verify = |e: &Prehash, signature: &Signature| match session
                .verify_external(&key, e, signature)
            {
                Ok(()) => Ok(true),
                Err(VerifyError::Invalid) => Ok(false),
                Err(VerifyError::Backend(cause)) => Err(cause.to_string()),
            };
            let other = Prehash::from_bytes(&[0xe6; 32]);
            let accepted = verify(&E, &signature);
            let zeros = verify(&E, &Signature::from_bytes(&[0; 64])).map(|valid| !valid);
            // A device that verifies may answer with an error for what is no signature.
            let zeros = if accepted.is_ok() {
                zeros.or(Ok(true))
            } else {
                zeros
            };
            add("SM2: a valid signature is accepted", accepted);
            add(
                "SM2: the signature of another e is refused",
                verify(&other, &signature).map(|valid| !valid),
            );
            add("SM2: r = s = 0 is refused", zeros);
        }
        Err(why) => add("SM2", Err(why)),
    }
    document.table(&["answer", "outcome"], rows);
    failed
}

fn random_numbers(document: &mut Document, session: &Session) -> usize {
    document.heading("Random numbers: health");
    document.text(format!(
        "Four of the tests that GM/T 0005 describes, on one sample of {} bits, at a level of significance of {}. This is no \
         certification: that takes 1000 samples and all tests. One good sample in a hundred is below the level in one test; \
         then a second sample is drawn, and a test counts as failed if both are below.",
        randomness::SAMPLE_BYTES * 8,
        randomness::LEVEL
    ));
    let draw = || {
        session
            .random(randomness::SAMPLE_BYTES)
            .map(|sample| randomness::test(&sample))
    };
    let first = match draw() {
        Ok(outcomes) => outcomes,
        Err(cause) => {
            document.text(format!("The device gave no sample: {cause}"));
            return 1;
        }
    };
    let second = if first.iter().all(Outcome::passes) {
        Vec::new()
    } else {
        draw().unwrap_or_default()
    };
    let mut failed = 0;
    let mut rows = Vec::new();
    for (place, outcome) in first.iter().enumerate() {
        let again = second.get(place);
        let passes = outcome.passes() || again.is_some_and(Outcome::passes);
        failed += usize::from(!passes);
        rows.push(vec![
            outcome.test.to_owned(),
            format!("{:.6}", outcome.p_value),
            again.map_or_else(|| "-".to_owned(), |again| format!("{:.6}", again.p_value)),
            if passes { "ok" } else { "FAILED" }.to_owned(),
        ]);
    }
    document.table(&["test", "P", "P of the second sample", "outcome"], rows);
    failed
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

const E: Prehash = Prehash::from_bytes(&[0xe5; 32]);
const SM3_ABC: &str = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
const SM3_ABCD: &str = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732";

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
