//! Completions and manual pages.

use std::{collections::BTreeSet, fs};

use crate::{
    readme::assert_in_readme,
    support::{Place, tool},
};

#[test]
fn completions_name_every_command_and_are_read_by_their_shells() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = place.run(&format!("completions {shell}")).succeeds().text();
        for word in ["probe", "explain", "node-id", "password-file", "timeout"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        place.write(shell, &script);
    }
    for (shell, option) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        if let Some(output) = tool(shell, &[option, shell], &place.path("")) {
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{shell}: {stderr}");
        }
    }
    // bash completes a command and one of its options.
    let script = "source ./bash; COMP_WORDS=(gmt0018 expl); COMP_CWORD=1; _gmt0018 gmt0018 expl gmt0018; echo ${COMPREPLY[@]}";
    if let Some(output) = tool("bash", &["-c", script], &place.path("")) {
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "explain");
    }
    place.run("completions tcsh").exits(2);
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let place = Place::new();
    fs::create_dir(place.path("man1")).unwrap();
    let report = place.run("man --dir man1 --json").succeeds().json();
    assert_in_readme(&report);
    let pages: BTreeSet<String> = fs::read_dir(place.path("man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let listed = report["pages"].as_array().unwrap().iter();
    let listed: BTreeSet<String> = listed
        .map(|page| page.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(pages, listed);
    for page in [
        "gmt0018.1",
        "gmt0018-probe.1",
        "gmt0018-keys-list.1",
        "gmt0018-config-fix.1",
    ] {
        assert!(pages.contains(page), "{pages:?}");
    }
    for page in &pages {
        let text = fs::read_to_string(place.path(&format!("man1/{page}"))).unwrap();
        let name = page.trim_end_matches(".1");
        assert!(text.contains(&format!(".TH {name} 1")), "{page}: {text}");
        // The global options are in every page.
        assert!(text.contains("\\-\\-timeout"), "{page}");
        assert!(!text.contains("[ERROR]"));
    }
    let first = place.run("man").succeeds().text();
    let written = fs::read_to_string(place.path("man1/gmt0018.1")).unwrap();
    assert_eq!(first, written.trim_end());
    if let Some(output) = tool(
        "groff",
        &["-man", "-Tutf8", "-ww", "man1/gmt0018.1"],
        &place.path(""),
    ) {
        assert!(output.status.success());
        assert!(String::from_utf8_lossy(&output.stdout).contains("gmt0018"));
    }
    place
        .run("man --dir absent")
        .refused(6, &["was not written", "check the directory"]);
}
