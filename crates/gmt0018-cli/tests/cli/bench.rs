//! `gmt0018 bench`.

use crate::support::{Place, soft_library};

#[test]
fn every_operation_runs_without_set_up() {
    let place = Place::new();
    for (operation, calls) in [
        ("sign", 1.0),
        ("verify", 1.0),
        ("session", 2.0),
        ("sm3", 3.0),
        ("sm4", 1.0),
    ] {
        let command = format!("bench {operation} --sessions 1,2 --seconds 0.05 --json");
        let answer = place.run(&command).succeeds();
        assert!(
            answer.stderr().contains("in memory only"),
            "{}",
            answer.stderr()
        );
        let report = answer.json();
        assert_eq!(report["operation"], operation);
        assert_eq!(report["device"]["kind"], "software-card-in-memory");
        let rows = report["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 2);
        for row in rows {
            assert!(row["operations"].as_u64().unwrap() > 0, "{row}");
            assert_eq!(row["errors"], 0);
            assert_eq!(row["library_calls_per_operation"], calls, "{operation}");
            let latency = |field: &str| row[field].as_f64().unwrap();
            assert!(
                latency("p50_microseconds") <= latency("p99_microseconds"),
                "{row}"
            );
        }
        assert_eq!(rows[0]["speed_up"], 1.0);
        assert_eq!(report["size"].is_null(), !operation.starts_with("sm"));
    }
    assert!(!place.path("store").exists());
}

#[test]
fn a_named_key_is_used_through_the_library() {
    let place = Place::with_key();
    let library = soft_library();
    let library = library.to_str().unwrap();
    let bench = format!("bench sign --lib {library} --sessions 2 --seconds 0.05");
    place
        .run(&bench)
        .refused(2, &["needs a key", "--key-index"]);
    let table = place
        .run(&format!("{bench} --key-index 1 --password-file pin"))
        .succeeds()
        .text();
    assert!(
        table.contains("ops/s") && table.contains("calls/op"),
        "{table}"
    );
    assert_eq!(table.lines().count(), 3, "{table}");
    let none = place
        .run(&format!("{bench} --key-index 9 --password-file pin"))
        .exits(5);
    assert!(
        none.stderr().contains("no key at index 9"),
        "{}",
        none.stderr()
    );
    let wrong = place
        .run(&format!("{bench} --key-index 1 --password-file wrong"))
        .exits(5);
    assert!(
        wrong.stderr().contains("password of key index 1"),
        "{}",
        wrong.stderr()
    );
}
