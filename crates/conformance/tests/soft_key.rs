//! The suite against `sm-soft`, with no card anywhere.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/aloud.rs"]
mod aloud;
#[path = "support/oracle.rs"]
mod oracle;
#[path = "support/soft.rs"]
mod soft;

use conformance::Suite;

#[test]
fn soft_key_conforms() {
    let oracle = oracle::Oracle::new();
    let report = Suite::new().oracle(&oracle).run(&soft::Soft::new());
    aloud::summary(&report);
    report.assert();

    let missing: Vec<&str> = report.not_supported().map(|case| case.name).collect();
    let expected = [
        "device information",
        "key-encryption key: round trip",
        "file: round trip",
        "file: wrong use is refused",
    ];
    assert_eq!(missing, expected);
}
