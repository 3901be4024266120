//! `gmt0018 report`.

use std::fs;

use crate::{
    readme::assert_in_readme,
    support::{PASSWORD, Place, soft_library},
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
        r#"{"results":[{"chapter":"<script>","case":"<img src=x>","status":"ok","detail":"d"}]}"#,
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
        assert!(page.contains("sign. "), "{page}");
        assert!(page.contains("SM3 of the library"), "{page}");
        assert!(!page.contains(PASSWORD));
    }
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
        .refused(2, &["test.json", "case and status"]);
    assert!(!place.path("r.html").exists());
    // Without a key everything else is measured.
    place
        .run(&format!("report --md r.md {QUICK} --lib {library}"))
        .succeeds();
    let page = fs::read_to_string(place.path("r.md")).unwrap();
    assert!(page.contains("Signing was not measured"), "{page}");
}
