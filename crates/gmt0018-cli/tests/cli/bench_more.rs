//! `gmt0018 bench`: batches, the knee, plots and the comparison.

use std::ffi::OsStr;

use crate::{
    readme::assert_in_readme,
    support::{Place, compiled, soft_library},
};

#[test]
fn the_other_operations_run_without_set_up() {
    let place = Place::new();
    for operation in ["random", "encrypt", "batch-verify"] {
        let command = format!("bench {operation} --sessions 1,2 --seconds 0.05 --batch 16 --json");
        let report = place.run(&command).succeeds().json();
        assert_in_readme(&report);
        assert_eq!(report["operation"], operation);
        let is_batch = operation == "batch-verify";
        assert_eq!(report["device"].is_null(), is_batch);
        assert_eq!(report["engine"].is_string(), is_batch);
        assert_eq!(report["batch"].is_null(), !is_batch);
        for row in report["rows"].as_array().unwrap() {
            let operations = row["operations"].as_u64().unwrap();
            assert!(operations > 0, "{row}");
            assert!(!is_batch || operations % 16 == 0, "{row}");
            // Random bytes are drawn 256 at a time.
            let calls = match operation {
                "batch-verify" => 0.0,
                "random" => 64.0,
                _ => 1.0,
            };
            assert_eq!(row["library_calls_per_operation"], calls, "{row}");
            let latency = |field: &str| row[field].as_f64().unwrap();
            assert!(latency("p99_microseconds") <= latency("p999_microseconds"));
        }
        assert!(report["machine"]["architecture"].is_string(), "{report}");
    }
}

#[test]
fn the_text_has_bars_a_knee_and_the_processor() {
    let place = Place::new();
    let bench = "bench sm3 --sessions 1,2 --seconds 0.05";
    let utf8 = [("LC_ALL", OsStr::new("C.UTF-8"))];
    let text = place.run_with(bench, &utf8, b"").succeeds().text();
    assert!(text.contains('█') && !text.contains('#'), "{text}");
    assert!(text.contains("knee: ") && text.contains("cpu "), "{text}");
    assert!(text.contains("p99.9 µs"), "{text}");
    for (arguments, locale) in [(" --ascii", "C.UTF-8"), ("", "C")] {
        let locale = [("LC_ALL", OsStr::new(locale))];
        let text = place
            .run_with(&format!("{bench}{arguments}"), &locale, b"")
            .succeeds()
            .text();
        assert!(text.contains('#') && !text.contains('█'), "{text}");
    }
}

#[test]
fn the_svg_is_well_formed_and_overwrites_nothing() {
    let place = Place::new();
    let bench = "bench session --sessions 1,2 --seconds 0.02 --svg plot.svg";
    place.run(bench).succeeds();
    let svg = std::fs::read_to_string(place.path("plot.svg")).unwrap();
    assert_well_formed(&svg);
    assert!(svg.contains("<polyline") && !svg.contains("<script") && !svg.contains("href"));
    // Known before anything is measured.
    place
        .run(&format!("{bench} --timeout 20").replace("0.02", "3600"))
        .refused(2, &["plot.svg", "never overwritten"]);
}

/// Every element is closed in order, and every attribute has its quotes.
fn assert_well_formed(xml: &str) {
    let mut open = Vec::new();
    let mut rest = xml;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').unwrap();
        let tag = &rest[start + 1..end];
        assert!(
            tag.matches('"').count().is_multiple_of(2) && !tag.contains('<'),
            "{tag}"
        );
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
}

#[cfg(unix)]
fn fake_openssl(place: &Place, script: &str) -> std::ffi::OsString {
    use std::os::unix::fs::PermissionsExt as _;

    let directory = place.path("bin");
    std::fs::create_dir_all(&directory).unwrap();
    let program = directory.join("openssl");
    std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    directory.into_os_string()
}

#[cfg(unix)]
#[test]
fn the_comparison_has_ratios_and_reads_openssl() {
    let place = Place::new();
    let script = "echo \"$@\" >> calls\n\
        case \"$*\" in *sm2*) echo '+F7:0:256:CurveSM2:1000.0:2000.0';; \
        *sm3*) echo '+F:25:sm3:1638400.00';; \
        *) echo 'speed: x is an unknown cipher or digest' >&2; exit 1;; esac";
    let path = fake_openssl(&place, script);
    let compare = |operation: &str| {
        let command = format!(
            "bench {operation} --compare --rounds 2 --sessions 1,2 --seconds 0.1 --batch 8 --json"
        );
        let report = place
            .run_with(&command, &[("PATH", &path)], b"")
            .succeeds()
            .json();
        assert_in_readme(&report);
        report["comparison"]["contenders"].clone()
    };
    let of = |contenders: &serde_json::Value, name: &str| {
        let rows = contenders.as_array().unwrap();
        rows.iter().find(|row| row["name"] == name).unwrap().clone()
    };
    let verify = compare("verify");
    let names: Vec<&str> = verify
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    let each = ["card", "software", "batch", "openssl"];
    assert_eq!(names, [each, each].concat());
    assert_eq!(of(&verify, "card")["ratio"], 1.0);
    assert_eq!(of(&verify, "card")["rates"].as_array().unwrap().len(), 2);
    let openssl = of(&verify, "openssl");
    assert_eq!(openssl["operations_per_second"], 2000.0);
    let card = of(&verify, "card")["operations_per_second"]
        .as_f64()
        .unwrap();
    let ratio = openssl["ratio"].as_f64().unwrap();
    assert!((ratio - 2000.0 / card).abs() < 0.001, "{ratio} {card}");
    assert_eq!(
        of(&compare("sign"), "openssl")["operations_per_second"],
        1000.0
    );
    assert_eq!(
        of(&compare("sm3"), "openssl")["operations_per_second"],
        100.0
    );
    let sm4 = of(&compare("sm4"), "openssl");
    assert!(sm4["operations_per_second"].is_null() && sm4["ratio"].is_null());
    assert_eq!(sm4["remark"], "not offered");
    let calls = std::fs::read_to_string(place.path("calls")).unwrap();
    assert!(
        calls.contains("-multi 2 sm2") && calls.contains("-bytes 16384"),
        "{calls}"
    );
    // Asked once for each number of sessions.
    assert_eq!(calls.matches("sm4-cbc").count(), 2, "{calls}");
}

#[cfg(unix)]
#[test]
fn a_failure_ends_the_comparison_with_its_own_exit_code() {
    let nowhere = [("PATH", OsStr::new("/nowhere"))];
    let compare = "--compare --sessions 1,2 --seconds 0.05";
    if let Some(place) = compiled(include_str!("dying_device.c")) {
        for rounds in [1, 3] {
            let bench = format!(
                "bench random --size 16 --rounds {rounds} {compare} --lib ./device.so --json"
            );
            let answer = place.run_with(&bench, &nowhere, b"").exits(4);
            assert!(
                answer.stderr().contains("no random bytes"),
                "{}",
                answer.stderr()
            );
            let card = answer.json()["comparison"]["contenders"][0].clone();
            assert!(card["errors"].as_u64().unwrap() > 0, "{card}");
            assert!(card["rates"][0].as_f64().unwrap() > 0.0, "{card}");
        }
    }
    // A wrong password is shown to the card once.
    let place = Place::with_key();
    let bench = format!(
        "bench sign {compare} --lib {} --key-index 1 --password-file wrong",
        soft_library().to_str().unwrap()
    );
    let answer = place.run_with(&bench, &nowhere, b"").exits(5);
    assert!(
        answer.stderr().contains("password of key index 1"),
        "{}",
        answer.stderr()
    );
    let status = place.run("soft status --json").succeeds().json();
    assert_eq!(status["keys"][0]["failed_passwords"], 1, "{status}");
}

#[cfg(unix)]
#[test]
fn a_machine_without_openssl_is_compared_all_the_same() {
    let place = Place::new();
    let command = "bench sm3 --compare --rounds 1 --sessions 1 --seconds 0.02";
    let nowhere = place.path("nowhere").into_os_string();
    let text = place
        .run_with(command, &[("PATH", &nowhere)], b"")
        .succeeds()
        .text();
    assert!(
        text.contains("not installed") && text.contains("software"),
        "{text}"
    );
    let nonsense = fake_openssl(&place, "echo '+F:25:sm3:nan'; exit 3");
    let text = place
        .run_with(command, &[("PATH", &nonsense)], b"")
        .succeeds()
        .text();
    assert!(text.contains("failed"), "{text}");
}
