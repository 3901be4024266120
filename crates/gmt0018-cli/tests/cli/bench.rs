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
    assert_eq!(table.lines().count(), 2, "{table}");
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

#[test]
fn the_knee_is_named_and_bars_are_drawn_only_when_asked() {
    let place = Place::new();
    let bench = "bench session --sessions 1,2,4 --seconds 0.05";
    let report = place.run(&format!("{bench} --json")).succeeds().json();
    let knee = &report["knee_sessions"];
    assert!(
        knee.is_null() || [1, 2].contains(&knee.as_u64().unwrap()),
        "{knee}"
    );
    for row in report["rows"].as_array().unwrap() {
        let latency = |field: &str| row[field].as_f64().unwrap();
        assert!(
            latency("p99_microseconds") <= latency("p99_9_microseconds"),
            "{row}"
        );
    }
    let plain = place.run(bench).succeeds().text();
    assert_eq!(plain.lines().count(), 5, "{plain}");
    assert!(plain.contains("p99.9 µs") && !plain.contains('█'));
    assert!(plain.lines().last().unwrap().starts_with("knee: "));
    let drawn = place.run(&format!("{bench} --plot")).succeeds().text();
    assert_eq!(drawn.lines().count(), 9, "{drawn}");
    let bars = drawn.lines().filter(|line| line.ends_with("/s"));
    assert_eq!(bars.count(), 3, "{drawn}");
    assert!(drawn.contains(&"█".repeat(40)), "{drawn}");
    place.run(&format!("{bench} --plot --json")).exits(2);
}

#[test]
fn a_chart_is_written_to_a_new_file() {
    let place = Place::new();
    let bench = "bench sm3 --size 64 --sessions 1,2 --seconds 0.02 --svg";
    let answer = place.run(&format!("{bench} chart.svg --json")).succeeds();
    assert!(answer.stderr().contains("wrote chart.svg"));
    assert_eq!(answer.json()["rows"].as_array().unwrap().len(), 2);
    let svg = std::fs::read_to_string(place.path("chart.svg")).unwrap();
    assert!(
        svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" ") && svg.ends_with("</svg>\n")
    );
    assert_eq!(svg.matches("<circle").count(), 2);
    assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
    for part in [
        "gmt0018 bench sm3, 64 bytes",
        "in memory only",
        ">sessions<",
    ] {
        assert!(svg.contains(part), "{part} is not in\n{svg}");
    }
    assert!(!svg.contains("href") && !svg.contains("<script"));
    // Nothing is measured for a file that is there already.
    place
        .run(&format!("{bench} message"))
        .refused(2, &["message was not written", "never overwritten"]);
    let measured = place.run(&format!("{bench} absent/chart.svg")).exits(6);
    assert!(measured.text().contains("ops/s"), "{}", measured.text());
}

#[test]
fn the_name_of_a_library_is_escaped_in_a_chart() {
    let place = Place::with_key();
    std::fs::copy(soft_library(), place.path("a&b<c>.so")).unwrap();
    let bench = "bench session --lib ./a&b<c>.so --sessions 1 --seconds 0.02 --svg chart.svg";
    place.run(bench).succeeds();
    let svg = std::fs::read_to_string(place.path("chart.svg")).unwrap();
    assert!(svg.contains("library ./a&amp;b&lt;c&gt;.so"), "{svg}");
}
