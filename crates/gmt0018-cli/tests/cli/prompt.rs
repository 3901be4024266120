//! A password typed at a terminal.

use std::{
    io::{Read as _, Write as _},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::support::{PASSWORD, Place, WRONG, tool};

/// Runs the command under a terminal and types lines.
fn typed(place: &Place, arguments: &str, lines: &[&str]) -> (bool, String) {
    let command = format!("{} {arguments}", env!("CARGO_BIN_EXE_gmt0018"));
    let mut child = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .current_dir(place.path(""))
        .env_remove("GMT0018_LIB")
        .env_remove("GMT0018_PASSWORD")
        .env("GMT0018_SOFT_DIR", place.path("store"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut keyboard = child.stdin.take().unwrap();
    let mut screen = child.stdout.take().unwrap();
    let mut seen = Vec::new();
    let mut chunk = [0; 1024];
    let mut lines = lines.iter();
    loop {
        match screen.read(&mut chunk).unwrap() {
            0 => break,
            length => seen.extend_from_slice(&chunk[..length]),
        }
        // A prompt ends without a line end.
        if seen.ends_with(b": ") {
            let Some(line) = lines.next() else { break };
            // The echo is switched off about when the prompt is written.
            thread::sleep(Duration::from_millis(100));
            writeln!(keyboard, "{line}").unwrap();
            keyboard.flush().unwrap();
            seen.push(b'\n');
        }
    }
    drop(keyboard);
    let succeeded = child.wait().unwrap().success();
    let seen = String::from_utf8(seen).unwrap();
    for canary in [PASSWORD, WRONG] {
        assert!(
            !seen.contains(canary),
            "the password is on the screen: {seen}"
        );
    }
    (succeeded, seen)
}

#[test]
fn a_password_is_asked_for_at_a_terminal_and_not_shown() {
    let place = Place::new();
    let init = "soft init --key-index 1 --kdf-iterations 1000";
    // Util-linux has it; the test drives a terminal through it.
    if tool("script", &["--version"], &place.path("")).is_none() {
        return;
    }
    let (succeeded, seen) = typed(&place, init, &[PASSWORD, WRONG]);
    assert!(
        !succeeded && seen.contains("the two that were typed differ"),
        "{seen}"
    );
    assert!(!place.path("store").exists());
    let (succeeded, seen) = typed(&place, init, &[PASSWORD, PASSWORD]);
    assert!(succeeded && seen.contains("made a signing"), "{seen}");
    let sign = "sign --key-index 1 message";
    let (succeeded, seen) = typed(&place, sign, &[WRONG]);
    assert!(!succeeded && seen.contains("was refused"), "{seen}");
    let (succeeded, seen) = typed(&place, sign, &[PASSWORD]);
    assert!(succeeded, "{seen}");
}

#[test]
fn bars_are_drawn_on_a_terminal_and_der_is_not_written_to_it() {
    let place = Place::with_key();
    if tool("script", &["--version"], &place.path("")).is_none() {
        return;
    }
    let bench = "bench session --sessions 1,2 --seconds 0.02 --quiet";
    let (succeeded, seen) = typed(&place, bench, &[]);
    assert!(succeeded && seen.contains('█'), "{seen}");
    let (succeeded, seen) = typed(&place, &format!("{bench} --json"), &[]);
    assert!(succeeded && !seen.contains('█'), "{seen}");
    let (succeeded, seen) = typed(&place, "keys export --key-index 1 --form der", &[]);
    assert!(
        !succeeded && seen.contains("DER is not written to a terminal"),
        "{seen}"
    );
    let check = "keys check --key-index 1 --check-password";
    let (succeeded, seen) = typed(&place, check, &[PASSWORD]);
    assert!(succeeded && seen.contains("accepted"), "{seen}");
}

#[test]
fn bytes_are_not_written_to_a_terminal_and_long_work_shows_how_far_it_is() {
    let place = Place::with_key();
    if tool("script", &["--version"], &place.path("")).is_none() {
        return;
    }
    for command in [
        "random 16 --raw",
        "sign --key-index 1 --password-file pin --binary message",
        "encrypt --key-index 1 --binary message",
    ] {
        let (succeeded, seen) = typed(&place, command, &[]);
        assert!(
            !succeeded && seen.contains("is not written to a terminal"),
            "{command}: {seen}"
        );
    }
    let decrypt = "decrypt --key-index 1 --password-file pin secret";
    place
        .run("encrypt --key-index 1 -o secret message")
        .succeeds();
    let (succeeded, seen) = typed(&place, decrypt, &[]);
    assert!(succeeded && seen.contains("message digest"), "{seen}");
    std::fs::remove_file(place.path("secret")).unwrap();
    place.write("clear", "\u{1b}[2J");
    place
        .run("encrypt --key-index 1 -o secret clear")
        .succeeds();
    let (succeeded, seen) = typed(&place, decrypt, &[]);
    assert!(!succeeded && !seen.contains("[2J"), "{seen}");
    let large = std::fs::File::create(place.path("large")).unwrap();
    large.set_len(64 << 20).unwrap();
    let (succeeded, seen) = typed(&place, "hash large", &[]);
    assert!(succeeded && seen.contains("of 64.00 MiB"), "{seen}");
    let (succeeded, seen) = typed(&place, "hash message", &[]);
    assert!(succeeded && !seen.contains(" of "), "{seen}");
}
