//! A short run of the example `differential`: all back ends and others on all kinds of signatures.

#![expect(clippy::print_stdout, reason = "a skipped part says so")]

use std::io;

use sm2_arith::batch::Ifma;

use suite::{Backends, OpenSsl, Oracle, Plan, Summary};

#[path = "../examples/differential/suite.rs"]
mod suite;

#[test]
fn agrees_with_rustcrypto() {
    let summary = run(1, 6_000, 4, || Ok(Oracle::RustCrypto));
    assert!(summary.oracle_items >= summary.items / 4);
    assert!(summary.batches > 0 && summary.known_keys > 0);
    assert!(summary.unusable_nonces > 0 && summary.signatures > 5 * summary.unusable_nonces);
    assert_eq!((summary.kinds.len(), summary.changes.len()), (14, 18));
    let valid: u64 = summary.kinds.values().map(|counts| counts[0]).sum();
    assert!(valid > summary.items / 3, "{valid} of {}", summary.items);
}

#[test]
fn agrees_with_how_it_was_made() {
    let summary = run(3, 6_000, 1, || Ok(Oracle::None));
    assert_eq!(summary.oracle_items, 0);
}

#[test]
fn agrees_with_openssl() {
    let openssl = match OpenSsl::build() {
        Ok(openssl) => openssl,
        Err(reason) => {
            println!("skipped: {reason}");
            return;
        }
    };
    let summary = run(2, 2_000, 1, || openssl.start());
    assert_eq!(summary.oracle_items, summary.items);
}

fn run(
    seed: u64,
    count: u64,
    oracle_every: u64,
    oracle: impl Fn() -> io::Result<Oracle> + Sync,
) -> Summary {
    let ifma = Ifma::new();
    if ifma.is_none() {
        println!("skipped: no AVX-512 IFMA, only the portable back end is compared");
    }
    let plan = Plan {
        seed,
        from: 0,
        count,
        threads: 1,
        backends: Backends {
            portable: true,
            ifma,
        },
        oracle_every,
    };
    let summary = suite::run(&plan, oracle, |_| ());
    summary.unwrap_or_else(|message| panic!("{message}"))
}
