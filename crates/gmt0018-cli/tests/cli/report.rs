//! `gmt0018 report`.

use std::fs;

use crate::{
    readme::assert_in_readme,
    support::{PASSWORD, Place, compiled, soft_library},
};

const QUICK: &str = "--seconds 0.01 --sessions 1,2";

#[test]
fn a_page_about_the_card_in_memory() {
    let place = Place::new();
    let command = format!("report --html r.html --md r.md {QUICK} --json");
    let report = place.run(&command).succeeds().json();
    assert_in_readme(&report);
    assert_eq!(report["checks_failed"], 0, "{report}");
    let html = fs::read_to_string(place.path("r.html")).unwrap();
    let markdown = fs::read_to_string(place.path("r.md")).unwrap();
    for part in [
        "no certificate",
        "Device information",
        "GM/T 0018-2023",
        "monobit",
        "1000000 bits",
        "GB/T 32905 A.1",
        "results of",
        "p99.9",
        "sm4. ",
    ] {
        assert!(html.contains(part), "{part}");
        assert!(markdown.contains(part), "{part}");
    }
    assert_eq!(html.matches("<svg").count(), 6);
    assert!(
        !html.contains("<script") && !html.contains("FAILED"),
        "{html}"
    );
    assert!(
        !html.contains("http://")
            || html.matches("http://").count()
                == html.matches("http://www.w3.org/2000/svg").count()
    );
    place.run(&command).exits(2);
    assert_eq!(fs::read_to_string(place.path("r.html")).unwrap(), html);
}

#[test]
fn a_path_with_markup_stays_text() {
    let place = Place::with_key();
    let directory = place.path("<script>alert(1)<");
    fs::create_dir_all(directory.join("b>")).unwrap();
    let library = directory.join("b>").join("card.so");
    fs::copy(soft_library(), &library).unwrap();
    place.write(
        "test.json",
        r#"{"device":{"kind":"library","library":"<script>","store":null},"mode":"kat","gone":false,
            "cases":[{"chapter":"<script>","name":"<img src=x>","outcome":"pass","detail":"d"}]}"#,
    );
    let command = format!(
        "report --html r.html --md r.md {QUICK} --lib {} --key-index 1 --password-file pin --test-json test.json",
        library.to_str().unwrap()
    );
    place.run(&command).succeeds();
    for name in ["r.html", "r.md"] {
        let page = fs::read_to_string(place.path(name)).unwrap();
        assert!(
            !page.contains("<script") && !page.contains("<img"),
            "{page}"
        );
        assert!(
            page.contains("&lt;script&gt;") && page.contains("&lt;img src=x&gt;"),
            "{page}"
        );
        assert!(page.contains("name another device"), "{page}");
        assert!(page.contains("sign. "), "{page}");
        assert!(page.contains("SM3 of the library"), "{page}");
        assert!(!page.contains(PASSWORD));
    }
}

#[test]
fn the_results_of_a_test_are_included() {
    let place = Place::with_key();
    let library = soft_library();
    let device = format!(
        "--lib {} --key-index 1 --password-file pin",
        library.to_str().unwrap()
    );
    let run = place.run(&format!("test --kat {device} --json")).succeeds();
    place.write("test.json", &run.text());
    place
        .run(&format!(
            "report --md r.md {QUICK} {device} --test-json test.json"
        ))
        .succeeds();
    let page = fs::read_to_string(place.path("r.md")).unwrap();
    assert!(page.contains("Mode kat; device: library"), "{page}");
    assert!(!page.contains("another device"), "{page}");
    for case in run.json()["cases"].as_array().unwrap() {
        let row = format!(
            "| {} | {} | {} |",
            case["chapter"].as_str().unwrap(),
            case["name"].as_str().unwrap(),
            case["outcome"].as_str().unwrap()
        );
        assert!(page.contains(&row), "{row}\n{page}");
    }
    // And the keys, of the range that is asked for.
    assert!(page.contains("| 1 | "), "{page}");
    place
        .run(&format!("report --md none.md {QUICK} {device} --range 2-9"))
        .succeeds();
    let page = fs::read_to_string(place.path("none.md")).unwrap();
    assert!(page.contains("no keys at the indexes 2-9"), "{page}");
}

#[test]
fn what_cannot_be_reported_on() {
    let place = Place::with_key();
    let library = soft_library();
    let library = library.to_str().unwrap();
    place.run("report").exits(2);
    place
        .run(&format!(
            "report --html r.html {QUICK} --lib {library} --key-index 1 --password-file wrong"
        ))
        .refused(5, &["password of key index 1"]);
    place.write("test.json", "{}");
    place
        .run(&format!(
            "report --html r.html {QUICK} --test-json test.json"
        ))
        .refused(2, &["test.json", "missing field"]);
    place
        .run(&format!("report --html r.html --md r.html {QUICK}"))
        .refused(2, &["--html", "same file"]);
    assert!(!place.path("r.html").exists());
    // Without a key everything else is measured.
    place
        .run(&format!("report --md r.md {QUICK} --lib {library}"))
        .succeeds();
    let page = fs::read_to_string(place.path("r.md")).unwrap();
    assert!(page.contains("Signing was not measured"), "{page}");
}

#[test]
fn a_device_that_goes_away_gets_its_page() {
    let source = include_str!("dying_device.c");
    let source = source.replace(
        "*session = &there; return 0;",
        "*session = &there; return gone();",
    );
    let Some(place) = compiled(&source) else {
        return;
    };
    let command = format!("report --md r.md {QUICK} --lib ./device.so --json");
    let report = place.run(&command).exits(1).json();
    // SM3 and verification are not offered, which is no failure.
    assert_eq!(report["checks_failed"], 1, "{report}");
    let page = fs::read_to_string(place.path("r.md")).unwrap();
    assert!(page.contains("gave no sample"), "{page}");
    assert!(page.contains("| not offered"), "{page}");
    assert!(page.contains("session: not measured to the end"), "{page}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_library_that_the_system_finds_is_reported_on() {
    let place = Place::with_key();
    let directory = place.path("libraries");
    fs::create_dir(&directory).unwrap();
    fs::copy(soft_library(), directory.join("libcard_of_a_test.so")).unwrap();
    let path = [("LD_LIBRARY_PATH", directory.as_os_str())];
    let command = format!("report --md r.md {QUICK} --lib libcard_of_a_test.so");
    place.run_with(&command, &path, b"").succeeds();
    let page = fs::read_to_string(place.path("r.md")).unwrap();
    assert!(page.contains("cannot be read by this name"), "{page}");
}
