//! What a test does with a report; what it says is seen although the test passes.

use std::io::Write;

use conformance::{Outcome, Report};

/// The harness keeps back what `println!` writes, so this goes to the terminal itself.
pub(crate) fn aloud(text: &str) {
    let mut terminal = std::io::stderr().lock();
    writeln!(terminal, "{text}").expect("standard error takes text");
}

/// Says the first line of a report, and every reason for which cases were skipped.
#[expect(
    clippy::print_stdout,
    reason = "the table shows when the test fails, or with --nocapture"
)]
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
