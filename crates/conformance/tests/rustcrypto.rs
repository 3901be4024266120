//! The suite against its own oracle: what judges the others must pass itself.
//!
//! One finding stands: `sm2` 0.14 makes a key of d = n-1, for which 1 + d has no inverse. That is
//! why `sm-soft` checks the range itself; when a release of `sm2` does, this test says so.

#[path = "support/oracle.rs"]
mod oracle;
#[path = "support/outcome.rs"]
mod outcome;

use conformance::{Report, Suite};

#[test]
fn oracle_conforms() {
    let report = Suite::new().run(&oracle::Oracle::new());
    outcome::summary(&report);
    let failed: Vec<&str> = report.failed().map(|case| case.name).collect();
    let found = ["private key: range", "private key: OpenSSL's bad PEM files"];
    let found = found.into_iter().filter(|name| !is_skipped(&report, name));
    assert_eq!(failed, found.collect::<Vec<_>>(), "{report}");
}

fn is_skipped(report: &Report, name: &str) -> bool {
    report.skipped().any(|case| case.name == name)
}
