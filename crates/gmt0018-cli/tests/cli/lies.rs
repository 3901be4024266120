//! A device that reports success and lies.

use crate::support::{Place, compiled};

/// A place with the lying library; `None` without a compiler, which is said aloud.
fn place() -> Option<Place> {
    compiled(include_str!("lying_device.c"))
}

#[test]
fn a_signature_that_is_none_is_not_printed() {
    let Some(place) = place() else { return };
    place
        .run("sign --lib ./device.so --key-index 1 --password-file pin message")
        .refused(
            4,
            &["key index 1 is not printed", "does not verify", "--dialect"],
        );
}

#[test]
fn probe_finds_the_wrong_answers() {
    let Some(place) = place() else { return };
    let report = place.run("probe --lib ./device.so --json").exits(1).json();
    assert_eq!(report["checks"]["random"]["outcome"], "failed");
    assert_eq!(report["checks"]["sm3"]["outcome"], "failed");
    let text = place.run("probe --lib ./device.so").exits(1).text();
    assert!(text.contains("FAILED"), "{text}");
}

#[test]
fn keys_of_zeros_are_no_keys_and_are_remarked_on() {
    let Some(place) = place() else { return };
    let answer = place.run("keys list --lib ./device.so --json").succeeds();
    assert!(
        answer
            .stderr()
            .contains("at index 2 first: SDF_ExportSignPublicKey_ECC reported success")
    );
    let list = answer.json();
    assert_eq!(list["keys"].as_array().unwrap().len(), 1, "{list}");
    assert_eq!(list["keys"][0]["index"], 1);
    assert_eq!(list["malformed"]["index"], 2);
    assert!(list["stopped"].is_null());
}

#[test]
fn errors_under_load_are_counted_and_end_the_bench() {
    let Some(place) = place() else { return };
    let bench = "bench verify --lib ./device.so --sessions 1,2 --seconds 0.05 --json";
    let answer = place.run(bench).exits(1);
    assert!(
        answer.stderr().contains("calls a valid signature invalid"),
        "{}",
        answer.stderr()
    );
    let rows = answer.json()["rows"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    let number = |field: &str| rows[0][field].as_u64().unwrap();
    assert!(
        number("errors") > 0 && number("operations") >= number("errors"),
        "{rows}"
    );
    assert_eq!(rows[0]["library_calls_per_operation"], 1.0);
}

#[test]
fn a_report_counts_the_wrong_answers() {
    let Some(place) = place() else { return };
    let command = "report --md r.md --lib ./device.so --seconds 0.01 --sessions 1 --json";
    let report = place.run(command).exits(1).json();
    // Random numbers and SM3 of the quick checks, SM3 twice, another e, four tests of random numbers, and under load a valid
    // signature that is refused.
    assert_eq!(report["checks_failed"], 2 + 2 + 1 + 4 + 1, "{report}");
    let page = std::fs::read_to_string(place.path("r.md")).unwrap();
    assert!(page.contains("calls a valid signature invalid"), "{page}");
    assert!(page.contains("The device gave none"), "{page}");
    assert!(page.contains("at index 2 first"), "{page}");
}
