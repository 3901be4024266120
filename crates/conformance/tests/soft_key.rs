//! The suite against `sm-soft`, with no card anywhere.

#[path = "support/conforms.rs"]
mod conforms;
#[path = "support/oracle.rs"]
mod oracle;
#[path = "support/outcome.rs"]
mod outcome;
#[path = "support/soft.rs"]
mod soft;

use conformance::Suite;

#[test]
fn soft_key_conforms() {
    let oracle = oracle::Oracle::new();
    let report = Suite::new().oracle(&oracle).run(&soft::Soft::new());
    let without = [
        "device information",
        "key-encryption key: round trip",
        "sign: its own key verifies",
        "file: round trip",
        "file: wrong use is refused",
    ];
    conforms::conforms(&report, &without);
}
