//! Says something that is seen although the test passes.

use std::io::Write;

use conformance::Report;

/// The harness keeps back what `println!` writes, so this goes to the terminal itself.
pub(crate) fn aloud(text: &str) {
    let mut terminal = std::io::stderr().lock();
    writeln!(terminal, "{text}").expect("standard error takes text");
}

/// The first line of a report, and every reason for which cases were skipped.
pub(crate) fn summary(report: &Report) {
    let table = report.to_string();
    aloud(table.lines().next().unwrap_or_default());
    let mut reasons: Vec<String> = report
        .skipped()
        .filter_map(|case| match &case.outcome {
            conformance::Outcome::Skipped { why } => Some(format!("skipped: {why}")),
            _ => None,
        })
        .collect();
    reasons.sort();
    reasons.dedup();
    reasons.iter().for_each(|reason| aloud(reason));
    println!("{table}");
}
