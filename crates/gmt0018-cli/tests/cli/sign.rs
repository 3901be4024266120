//! `gmt0018 sign`, `verify`, `keys`, `hash`, `random` and `probe` on the software card.

use std::ffi::OsStr;

use crate::support::{PASSWORD, Place};

#[test]
fn init_sign_verify() {
    let place = Place::with_key();
    let key = place
        .run("soft export-public --key-index 1")
        .succeeds()
        .text();
    place.write("key.pem", &key);
    for format in ["raw", "der"] {
        let command = format!("sign --key-index 1 --password-file pin --format {format} message");
        let signature = place.run(&command).succeeds().text();
        let verify = |options: &str| {
            place.run(&format!(
                "verify --public-key @key.pem --signature {signature} {options}"
            ))
        };
        assert_eq!(verify("message").succeeds().text(), "valid");
        assert_eq!(verify("--on-card message").succeeds().text(), "valid");
        place.write("other", "message digesu");
        assert_eq!(verify("other").exits(1).text(), "invalid");
        assert_eq!(verify("--on-card other").exits(1).text(), "invalid");
        assert_eq!(
            verify("--user-id ALICE123@YAHOO.COM message")
                .exits(1)
                .text(),
            "invalid"
        );
    }
}

#[test]
fn the_report_has_what_is_needed_to_check_it() {
    let place = Place::with_key();
    let password = [("GMT0018_PASSWORD", OsStr::new(PASSWORD))];
    let command = "sign --key-index 1 --user-id ALICE123@YAHOO.COM - --json";
    let report = place
        .run_with(command, &password, b"message digest")
        .succeeds()
        .json();
    assert_eq!(report["user_id"], "ALICE123@YAHOO.COM");
    assert_eq!(report["device"]["kind"], "software-card");
    assert_eq!(
        report["device"]["store"],
        place.path("store").to_str().unwrap()
    );
    let text = |field: &str| report[field].as_str().unwrap().to_owned();
    let verify = format!(
        "verify --public-key {} --signature {} --digest {} --json",
        text("public_key"),
        text("signature"),
        text("e")
    );
    let verdict = place.run(&verify).succeeds().json();
    assert_eq!(verdict["valid"], true);
    assert_eq!(verdict["user_id"], serde_json::Value::Null);
    // The digest is signed as it is: the same e gives the same verdict, whichever way it came.
    let signed = format!("sign --key-index 1 --digest {} --json", text("e"));
    let signed = place.run_with(&signed, &password, b"").succeeds().json();
    assert_eq!(signed["e"], report["e"]);
    assert_ne!(signed["signature"], report["signature"]);
}

#[test]
fn a_wrong_password_exits_with_5_and_the_key_still_works() {
    let place = Place::with_key();
    let sign = |file: &str| {
        place.run(&format!(
            "sign --key-index 1 --password-file {file} message"
        ))
    };
    sign("wrong").refused(
        5,
        &["the password of key index 1 was refused", "SDR_PRKRERR"],
    );
    sign("pin").succeeds();
}

#[test]
fn a_file_larger_than_any_buffer_is_hashed_in_pieces() {
    let place = Place::with_key();
    let message = "0123456789abcde\n".repeat(100_000);
    place.write("large", &message);
    let from_file = place.run("hash large").succeeds().text();
    assert_eq!(
        place.run("hash --on-card large").succeeds().text(),
        from_file
    );
    assert_eq!(
        place
            .run_with("hash -", &[], message.as_bytes())
            .succeeds()
            .text(),
        from_file
    );
    let report = place
        .run("sign --key-index 1 --password-file pin large --json")
        .succeeds()
        .json();
    let verify = format!(
        "verify --public-key {} --signature {} large",
        report["public_key"].as_str().unwrap(),
        report["signature"].as_str().unwrap()
    );
    assert_eq!(place.run(&verify).succeeds().text(), "valid");
}

#[test]
fn keys_are_listed_and_shown() {
    let place = Place::with_key();
    place
        .run("soft generate --key-index 64 --key-index 65 --password-file pin")
        .succeeds();
    let list = |options: &str| {
        place
            .run(&format!("keys list --json {options}"))
            .succeeds()
            .json()
    };
    let indexes = |list: &serde_json::Value| {
        let keys = list["keys"].as_array().unwrap().iter();
        keys.map(|key| key["index"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(indexes(&list("")), [1, 64]);
    assert_eq!(indexes(&list("--range 64-70")), [64, 65]);
    // The card has no index this high; the list ends there without an error.
    assert_eq!(indexes(&list("--range 4090-4200")), [0; 0]);
    let shown = place
        .run("keys show --key-index 64 --json")
        .succeeds()
        .json();
    let node_id = shown["node_id"].as_str().unwrap();
    assert_eq!(node_id.len(), 128);
    assert_eq!(shown["public_key"], node_id);
    assert_eq!(list("")["keys"][1]["sign"], node_id);
    assert_eq!(
        shown["encryption_public_key"],
        list("")["keys"][1]["encrypt"]
    );
    assert_eq!(shown["address"].as_str().unwrap().len(), 42);
    assert!(
        place
            .run("keys show --key-index 64")
            .succeeds()
            .text()
            .contains(node_id)
    );
}

#[test]
fn random_bytes_have_the_length_asked_for() {
    let place = Place::new();
    let hex = place.run("random 33").succeeds().text();
    assert_eq!(hex.len(), 66);
    assert_ne!(place.run("random 33 --hex").succeeds().text(), hex);
    assert_eq!(
        place.run("random 100000 --raw").succeeds().stdout().len(),
        100_000
    );
    place.run("random 16 --raw -o sm4.key").succeeds();
    assert_eq!(std::fs::read(place.path("sm4.key")).unwrap().len(), 16);
    place.run("random 16 -o hex.key --json").succeeds();
    assert_eq!(std::fs::read(place.path("hex.key")).unwrap().len(), 33);
    place
        .run("random 16 --raw -o sm4.key")
        .refused(2, &["sm4.key was not written"]);
    place.run("random 16 --raw --json").exits(2);
    let report = place.run("random 16 --json").succeeds().json();
    assert_eq!(report["random"].as_str().unwrap().len(), 32);
    assert_eq!(report["device"]["kind"], "software-card-in-memory");
    assert!(!place.path("store").exists(), "a store was made in passing");
}

#[test]
fn probe_says_what_it_probed() {
    let place = Place::new();
    let answer = place.run("probe").succeeds();
    assert!(
        answer
            .stderr()
            .contains("software card in this process, in memory only")
    );
    assert!(answer.text().contains("no keys at indexes 1-64"));
    let place = Place::with_key();
    let report = place.run("probe --json").succeeds().json();
    assert_eq!(report["device"]["kind"], "software-card");
    assert_eq!(report["keys"]["keys"][0]["index"], 1);
    assert_eq!(report["device_info"]["standard"], "GM/T 0018-2023");
    assert_eq!(report["checks"]["random"]["outcome"], "ok");
    assert_eq!(report["checks"]["sm3"]["outcome"], "ok");
    let chapters = report["functions"]["chapters"].as_array().unwrap();
    let device = &chapters[0]["edition_2012"];
    assert_eq!(
        (device["present"].as_u64(), device["known"].as_u64()),
        (Some(8), Some(8))
    );
}

#[test]
fn quiet_says_nothing_but_the_result() {
    let place = Place::with_key();
    let answer = place.run("keys list --quiet").succeeds();
    assert_eq!(answer.stderr(), "");
    assert!(answer.text().contains("signing key"));
}

#[test]
fn a_signature_in_a_file_is_verified_from_the_file_in_every_form() {
    let place = Place::with_key();
    let key = place.run("keys export --key-index 1").succeeds().text();
    place.write("key.pem", &key);
    let sign = |options: &str| {
        place.run(&format!(
            "sign --key-index 1 --password-file pin {options} message"
        ))
    };
    let verify = |file: &str| {
        place.run(&format!(
            "verify --public-key @key.pem --signature @{file} message"
        ))
    };
    for (format, binary) in [("raw", false), ("raw", true), ("der", false), ("der", true)] {
        let file = format!("{format}{binary}");
        let binary = if binary { "--binary" } else { "" };
        let report = sign(&format!("--format {format} {binary} -o {file} --json"))
            .succeeds()
            .json();
        assert_eq!(report["output"], file);
        assert_eq!(verify(&file).succeeds().text(), "valid");
        let bytes = std::fs::read(place.path(&file)).unwrap();
        let digits = report["signature"].as_str().unwrap();
        match binary {
            "" => assert_eq!(bytes, format!("{digits}\n").as_bytes()),
            _ => assert_eq!(bytes.len() * 2, digits.len()),
        }
        sign(&format!("-o {file}")).refused(2, &["was not written", "never overwritten"]);
    }
    let raw = sign("--binary").succeeds();
    assert_eq!(raw.stdout().len(), 64);
    let mixed = sign("--binary --json").exits(2);
    assert!(mixed.stderr().contains("--binary and --json"));
    for bad in ["message", "pin", "key.pem"] {
        verify(bad).refused(2, &["the value of --signature cannot be used"]);
    }
    verify("nothing").refused(2, &["cannot read nothing"]);
}

#[test]
fn a_list_of_digests_is_written_and_checked() {
    let place = Place::new();
    place.write("other file", "abc");
    let one = place.run("hash message").succeeds().text();
    let list = place.run("hash message pin").succeeds().text();
    assert!(list.starts_with(&format!("{one}  message\n")), "{list}");
    place.write("list", &format!("{list}\n66C7F0F462EEEDD9D1F2D46BDC10E4E24167C4875CF2F7A2297DA02B8F4BA8E0 *other file\r\n"));
    for on_card in ["", "--on-card"] {
        let answer = place
            .run(&format!("hash --check list {on_card}"))
            .succeeds();
        assert_eq!(answer.text(), "ok  message\nok  pin\nok  other file");
        assert!(answer.stderr().contains("lines 3: ok 3"));
    }
    place.write("message", "message digesu");
    let answer = place.run("hash --check list --quiet").exits(1);
    assert_eq!(answer.text(), "changed  message\nok  pin\nok  other file");
    std::fs::remove_file(place.path("other file")).unwrap();
    place.write("list", &format!("{list}\nno digest\n{one}  other file\n"));
    place
        .run("hash --check -")
        .refused(2, &["stdin has no line with an SM3 digest"]);
    let list = std::fs::read(place.path("list")).unwrap();
    let answer = place
        .run_with("hash --check - --quiet", &[], &list)
        .exits(2);
    assert_eq!(
        answer.text(),
        "changed  message\nok  pin\nmalformed  line 3\nunreadable  other file"
    );
    assert!(answer.stderr().contains("cannot read other file"));
    let lines = place
        .run_with("hash --check - --quiet --json", &[], &list)
        .exits(2)
        .text();
    let line = |n: usize| serde_json::from_str::<serde_json::Value>(lines.lines().nth(n).unwrap());
    assert_eq!(line(0).unwrap()["unchanged"], false);
    assert_eq!(line(2).unwrap()["file"], serde_json::Value::Null);
    let several = place.run("hash nothing message").exits(2);
    assert!(several.text().ends_with("  message"));
    assert!(several.stderr().contains("cannot read nothing"));
}
