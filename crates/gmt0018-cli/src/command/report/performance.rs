//! The performance of a card, with plots.

use std::time::Duration;

use super::document::Document;
use crate::{
    arguments::ReportArguments,
    command::bench::{self, Plan, Row},
    device::Card,
    error::Error,
    exit::Exit,
    output::Output,
    svg,
};

/// A measured operation, and why it was measured no further.
pub(super) struct Measured {
    name: &'static str,
    rows: Vec<Row>,
    failure: Option<Error>,
}

pub(super) fn measure(
    card: &Card,
    sign: Option<Plan>,
    arguments: &ReportArguments,
    output: Output,
) -> Result<Vec<Measured>, Error> {
    let data = || vec![0xa5; SIZE as usize];
    let mut plans: Vec<(&'static str, Plan, Option<u32>)> = Vec::new();
    plans.extend(sign.map(|plan| ("sign", plan, None)));
    plans.push(("verify", Plan::verify()?, None));
    plans.push(("session", Plan::Session, None));
    plans.push(("sm3", Plan::Sm3 { data: data() }, Some(SIZE)));
    plans.push(("sm4", Plan::Sm4 { data: data() }, Some(SIZE)));
    plans.push((
        "random",
        Plan::Random {
            length: SIZE as usize,
        },
        Some(SIZE),
    ));
    let mut all = Vec::new();
    for (name, plan, size) in plans {
        let (rows, failure) = bench::measure_all(
            Some(card),
            &plan,
            &arguments.sessions,
            arguments.seconds,
            size,
            output,
        );
        match failure {
            // The password or the key is wrong: nobody wants a page about that.
            Some(error) if error.exit() == Exit::Key => return Err(error),
            failure => all.push(Measured {
                name,
                rows,
                failure,
            }),
        }
    }
    Ok(all)
}

/// Writes what was measured, and gives how many operations had a wrong answer.
pub(super) fn write(
    document: &mut Document,
    measured: &[Measured],
    arguments: &ReportArguments,
) -> usize {
    document.heading("Performance");
    let seconds = Duration::as_secs_f64(&arguments.seconds);
    document.text(format!(
        "One thread a session; {seconds} s a row; sm3, sm4 (CBC) and random with {SIZE} bytes an operation. Nothing else should \
         have run on the machine."
    ));
    if !measured.iter().any(|part| part.name == "sign") {
        document.text("Signing was not measured: no --key-index was given.");
    }
    for part in measured {
        let Measured {
            name,
            rows,
            failure,
        } = part;
        if let Some(error) = failure {
            let why: Vec<String> = error
                .to_string()
                .lines()
                .take(2)
                .map(|line| line.trim().to_owned())
                .collect();
            document.text(format!(
                "{name}: not measured to the end. {}",
                why.join("; ")
            ));
        }
        if rows.is_empty() {
            continue;
        }
        let knee = bench::knee(rows);
        document.text(format!(
            "{name}. {}",
            bench::knee_text(rows, knee).unwrap_or_default()
        ));
        document.table(&bench::header(rows), rows.iter().map(Row::cells).collect());
        let sessions = bench::sessions(rows);
        document.plot(svg::page(&bench::charts(name, &sessions, rows)));
    }
    let is_wrong = |error: &Error| error.exit() == Exit::CheckFailed;
    let failures = measured.iter().filter_map(|part| part.failure.as_ref());
    failures.filter(|error| is_wrong(error)).count()
}

const SIZE: u32 = 16_384;
