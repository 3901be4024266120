//! What a test does with a report; what it says is seen although the test passes.

use std::io::Write;

use conformance::{Outcome, Report};

/// The harness keeps back what `println!` writes, so this goes to the terminal itself.
pub(crate) fn aloud(text: &str) {
    let mut terminal = std::io::stderr().lock();
    writeln!(terminal, "{text}").expect("standard error takes text");
}

/// Ends a test: nothing failed, and exactly these cases have no operation behind them.
///
/// Cases that need vectors which are not here are skipped, and then nothing is known of them.
#[track_caller]
pub(crate) fn conforms(report: &Report, without: &[&str]) {
    summary(report);
    report.assert();
    let skipped = |name: &str| report.skipped().any(|case| case.name == name);
    let expected: Vec<&str> = without
        .iter()
        .copied()
        .filter(|name| !skipped(name))
        .collect();
    let found: Vec<&str> = report.not_supported().map(|case| case.name).collect();
    assert_eq!(found, expected, "cases without an operation behind them");
}

/// Says the first line of a report, and every reason for which cases were skipped.
pub(crate) fn summary(report: &Report) {
    let table = report.to_string();
    aloud(table.lines().next().unwrap_or_default());
    let mut reasons: Vec<String> = report
        .skipped()
        .filter_map(|case| match &case.outcome {
            Outcome::Skipped { why } => Some(format!("skipped: {why}")),
            _ => None,
        })
        .collect();
    reasons.sort();
    reasons.dedup();
    reasons.iter().for_each(|reason| aloud(reason));
    println!("{table}");
}
