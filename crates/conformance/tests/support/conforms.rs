//! How a test of one of our own back ends ends.

use conformance::Report;

use crate::outcome::summary;

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
