//! A suite that cannot fail proves nothing: here every case catches a back end that is wrong in one
//! way, and catches nothing where nothing is wrong.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/oracle.rs"]
mod oracle;
#[path = "support/soft.rs"]
mod soft;
#[path = "support/wrong.rs"]
mod wrong;

use conformance::{Outcome, Report, Suite};
use oracle::Oracle;
use wrong::{Fault, Wrong};

/// A fault, which cases to run, and exactly those of them that must fail.
type Row = (Fault, &'static str, &'static [&'static str]);

fn run(fault: Fault, only: &str) -> Report {
    let oracle = Oracle::new();
    let suite = Suite::new()
        .oracle(&oracle)
        .extra_vectors("/nonexistent")
        .rounds(8)
        .only(only);
    suite.run(&Wrong::new(fault))
}

#[track_caller]
fn caught(rows: &[Row]) {
    for (fault, only, by) in rows {
        let report = run(*fault, only);
        let failed: Vec<&str> = report.failed().map(|case| case.name).collect();
        assert_eq!(failed, *by, "{fault:?}\n{report}");
    }
}

#[test]
fn every_case_catches_something_and_nothing_where_nothing_is_wrong() {
    let report = run(Fault::None, "");
    report.assert();
    let tables = [
        DEVICES, KEYS, VERIFIERS, SIGNERS, ENCRYPTION, CIPHERS, HASHES,
    ];
    let catching: Vec<&str> = tables
        .concat()
        .iter()
        .flat_map(|(.., by)| by.to_vec())
        .collect();
    // Cases with vectors that are not committed are skipped here.
    let idle = report
        .passed()
        .filter(|case| !catching.contains(&case.name));
    assert_eq!(idle.map(|case| case.name).collect::<Vec<_>>(), [""; 0]);
    assert_eq!(report.not_supported().count(), 0, "{report}");
}

#[test]
fn wrong_devices_are_caught() {
    caught(DEVICES);
}

#[test]
fn wrong_keys_are_caught() {
    caught(KEYS);
}

#[test]
fn wrong_verifiers_are_caught() {
    caught(VERIFIERS);
}

#[test]
fn wrong_signers_are_caught() {
    caught(SIGNERS);
}

#[test]
fn wrong_encryption_is_caught() {
    caught(ENCRYPTION);
}

#[test]
fn wrong_ciphers_are_caught() {
    caught(CIPHERS);
}

#[test]
fn wrong_hashes_are_caught() {
    caught(HASHES);
}

#[test]
fn a_panic_is_a_failure_and_the_suite_goes_on() {
    let report = run(Fault::Panics, "SM3");
    let case = report.case("SM3: known answers").unwrap();
    let Outcome::Fail { why } = &case.outcome else {
        panic!("{case:?}")
    };
    assert_eq!(why, "the back end panicked: out of cheese");
    assert_eq!(report.passed().count(), 4, "the others still run\n{report}");
}

#[test]
#[should_panic(expected = "verify: edge cases")]
fn an_assertion_shows_the_table() {
    run(Fault::AcceptsEverything, "verify: edge").assert();
}

#[test]
#[should_panic(expected = "no case")]
fn a_report_without_cases_proves_nothing() {
    run(Fault::None, "no such case").assert();
}

#[test]
fn a_report_is_data() {
    let report = run(Fault::Sm3OffByOne, "SM3:");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["cases"][0]["name"], "SM3: known answers");
    assert_eq!(json["cases"][0]["chapter"], "hash");
    assert_eq!(json["cases"][0]["outcome"], "fail");
    let why = json["cases"][0]["why"].as_str().unwrap();
    assert!(why.contains("expected 66c7f0f4"), "{why}");
    assert_eq!(json["cases"][1]["outcome"], "pass");
    assert_eq!(json["cases"][2]["outcome"], "skipped");
}

const DEVICES: &[Row] = &[
    (Fault::InfoChanges, "device", &["device information"]),
    (Fault::ConstantRandom, "random bytes", &["random bytes"]),
    (Fault::ShortRandom, "random bytes", &["random bytes"]),
    (Fault::WriteTruncates, "file:", &["file: round trip"]),
    (
        Fault::CreatesTwice,
        "file:",
        &["file: wrong use is refused"],
    ),
];

const KEYS: &[Row] = &[
    (
        Fault::ExchangesAnotherKey,
        "envelope:",
        &["envelope: exchanged"],
    ),
    (
        Fault::TakesAnyPrivateKey,
        "private key:",
        &["private key: range"],
    ),
    (
        Fault::WrongPublicKey,
        "private key: its",
        &["private key: its public key"],
    ),
    (
        Fault::EnvelopeReversesKey,
        "envelope:",
        &[
            "envelope: the oracle opens",
            "envelope: the oracle seals",
            "envelope: exchanged",
        ],
    ),
    (
        Fault::EnvelopeOfAnotherKey,
        "envelope: to",
        &["envelope: to itself"],
    ),
    (
        Fault::EnvelopeUnchecked,
        "envelope:",
        &["envelope: mutations are refused"],
    ),
    (
        Fault::KekTakesHalfBlocks,
        "key-enc",
        &["key-encryption key: round trip"],
    ),
    (
        Fault::RolesSwapped,
        "agreement:",
        &["agreement: worked example"],
    ),
    (
        Fault::AgreementWithoutIds,
        "agreement:",
        &["agreement: with itself", "agreement: with the oracle"],
    ),
    (
        Fault::AgreementUnchecked,
        "agreement:",
        &["agreement: bad halves are refused"],
    ),
];

const VERIFIERS: &[Row] = &[
    (Fault::AcceptsEverything, "verify:", VERIFY),
    (
        Fault::AcceptsEverything,
        "sign:",
        &[
            "sign: verifies",
            "sign: its own key verifies",
            "sign: the oracle signs",
            "sign: mutations are invalid",
        ],
    ),
    (Fault::RejectsEverything, "verify:", VERIFY),
    (Fault::CannotTell, "verify:", VERIFY),
    (Fault::NoVerdictOffCurve, "verify:", &["verify: edge cases"]),
    (
        Fault::NoVerdictOffCurve,
        "sign: mut",
        &["sign: mutations are invalid"],
    ),
    (Fault::ReducesR, "verify:", &["verify: edge cases"]),
    (Fault::BatchReversed, "verify: b", &["verify: batches"]),
    (Fault::BatchAllOrNothing, "verify: b", &["verify: batches"]),
    (Fault::BatchLosesLast, "verify: b", &["verify: batches"]),
];

const VERIFY: &[&str] = &[
    "verify: worked examples",
    "verify: edge cases",
    "verify: DER encodings",
];

const SIGNERS: &[Row] = &[
    (
        Fault::OwnKeyAcceptsEverything,
        "sign:",
        &["sign: its own key verifies"],
    ),
    (
        Fault::SignatureBit,
        "sign:",
        &[
            "sign: verifies",
            "sign: its own key verifies",
            "sign: the oracle verifies",
            "sign: extreme digests",
            "sign: many threads",
            "sign: mutations are invalid",
        ],
    ),
    (
        Fault::SignsHash,
        "sign: the oracle v",
        &["sign: the oracle verifies"],
    ),
    (Fault::SameNonce, "sign:", &["sign: no nonce comes twice"]),
    (Fault::RacesBetweenThreads, "sign:", &["sign: many threads"]),
    (
        Fault::GivenKeySignsAmiss,
        "sign:",
        &["sign: given private keys"],
    ),
];

const ENCRYPTION: &[Row] = &[
    (
        Fault::EncryptsToAnother,
        "encrypt:",
        &["encrypt: to itself"],
    ),
    (
        Fault::OwnCiphertextForm,
        "encrypt:",
        &[
            "encrypt: worked example",
            "encrypt: the oracle decrypts",
            "encrypt: the oracle encrypts",
        ],
    ),
    (Fault::SameC1, "encrypt:", &["encrypt: round trip"]),
    (
        Fault::IgnoresC3,
        "encrypt:",
        &["encrypt: mutations are refused"],
    ),
];

const CIPHERS: &[Row] = &[
    (Fault::CounterOf32Bits, "SM4: k", &["SM4: known answers"]),
    (
        Fault::IvNotUpdated,
        "SM4:",
        &["SM4: one million times", "SM4: calls continue each other"],
    ),
    (
        Fault::IvReversed,
        "SM4:",
        &[
            "SM4: known answers",
            "SM4: one million times",
            "SM4: as the oracle does it",
        ],
    ),
    (
        Fault::PadsBlocks,
        "SM4: p",
        &["SM4: partial blocks are refused"],
    ),
    (Fault::PiecesRestart, "SM4: p", &["SM4: pieces"]),
    (
        Fault::MacWithoutIv,
        "SM4-MAC:",
        &["SM4-MAC: last block of CBC"],
    ),
    (Fault::MacLosesPiece, "SM4-MAC:", &["SM4-MAC: pieces"]),
    (
        Fault::TagUnchecked,
        "AEAD:",
        &["AEAD: mutations are refused"],
    ),
    (
        Fault::AadIgnored,
        "AEAD:",
        &["AEAD: known answers", "AEAD: mutations are refused"],
    ),
    (Fault::AeadLosesPiece, "AEAD:", &["AEAD: pieces"]),
];

const HASHES: &[Row] = &[
    (Fault::Sm3OffByOne, "SM3:", &["SM3: known answers"]),
    (Fault::Sm3LosesPiece, "SM3:", &["SM3: pieces"]),
    (
        Fault::PrehashWithoutZ,
        "SM3 with Z",
        &[
            "SM3 with Z: worked examples",
            "SM3 with Z: random keys and ids",
        ],
    ),
    (
        Fault::IgnoresUserId,
        "SM3 with Z",
        &["SM3 with Z: random keys and ids"],
    ),
    (Fault::CutsLongHmacKey, "HMAC", &["HMAC-SM3: known answers"]),
    (Fault::HmacLosesPiece, "HMAC", &["HMAC-SM3: pieces"]),
];
