//! `gmt0018 keys check`, `keys export`, and what no card can do.

use std::{ffi::OsStr, fs};

use crate::{
    readme::assert_in_readme,
    support::{PASSWORD, Place, WRONG, tool},
};

/// How many wrong passwords the store has counted for index 1.
fn wrong_passwords(place: &Place) -> u64 {
    let status = place.run("soft status --json").succeeds().json();
    status["keys"][0]["failed_passwords"].as_u64().unwrap()
}

/// A place whose index 1 has only the key of a role.
fn with_one_role(role: &str) -> Place {
    let place = Place::new();
    place.write("key.hex", &"1".repeat(64));
    place.run("soft init --kdf-iterations 1000").succeeds();
    let import =
        format!("soft import --key-index 1 --role {role} --pem key.hex --password-file pin");
    place.run(&import).succeeds();
    place
}

#[test]
fn a_good_key_without_and_with_its_password() {
    let place = Place::with_key();
    let shown = place
        .run("keys show --key-index 1 --json")
        .succeeds()
        .json();
    let answer = place.run("keys check --key-index 1 --json").succeeds();
    let report = answer.json();
    assert_in_readme(&report);
    assert_eq!(report["sign"]["public_key"], shown["public_key"]);
    assert_eq!(report["sign"]["node_id"], shown["node_id"]);
    assert_eq!(report["sign"]["address"], shown["address"]);
    assert_eq!(report["sign"]["on_curve"], true);
    assert_eq!(
        report["encrypt"]["public_key"],
        shown["encryption_public_key"]
    );
    assert_eq!(report["encrypt"]["on_curve"], true);
    assert!(report["encrypt"]["node_id"].is_null());
    assert_eq!(report["password"], "not-tried");
    assert_eq!(report["test_signature"], "not-made");
    assert!(!answer.stderr().contains("password"), "{}", answer.stderr());

    let variable = [("GMT0018_PASSWORD", OsStr::new(PASSWORD))];
    for answer in [
        place.run("keys check --key-index 1 --password-file pin --json"),
        place.run_with(
            "keys check --key-index 1 --check-password --json",
            &variable,
            b"",
        ),
    ] {
        let answer = answer.succeeds();
        let remark = "remark: the password is tried once; many cards count wrong ones and lock";
        assert!(answer.stderr().contains(remark), "{}", answer.stderr());
        let report = answer.json();
        assert_eq!(report["password"], "accepted");
        assert_eq!(report["test_signature"], "valid");
    }
    let text = place
        .run("keys check --key-index 1 --password-file pin")
        .succeeds()
        .text();
    for part in [
        shown["node_id"].as_str().unwrap(),
        shown["address"].as_str().unwrap(),
        report["sign"]["fingerprint"].as_str().unwrap(),
        report["encrypt"]["fingerprint"].as_str().unwrap(),
        "on the curve  yes",
        "password        accepted",
        "test signature  valid",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn the_fingerprint_is_the_head_of_the_digest_everywhere() {
    let place = Place::with_key();
    let report = place
        .run("keys check --key-index 1 --json")
        .succeeds()
        .json();
    let list = place.run("keys list --json").succeeds().json();
    assert_in_readme(&list);
    let table = place.run("keys list").succeeds().text();
    for key in ["sign", "encrypt"] {
        let digits = report[key]["public_key"].as_str().unwrap();
        let bytes: Vec<u8> = (0..64)
            .map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap())
            .collect();
        fs::write(place.path("key"), bytes).unwrap();
        let digest = place.run("hash key").succeeds().text();
        assert_eq!(report[key]["fingerprint"], digest[..16]);
        if key == "sign" {
            assert_eq!(list["keys"][0]["fingerprint"], digest[..16]);
            assert!(table.lines().next().unwrap().ends_with("  fingerprint"));
            assert!(table.ends_with(&digest[..16]), "{table}");
        }
    }
}

#[test]
fn a_wrong_password_is_tried_once_and_only_when_asked() {
    let place = Place::with_key();
    let variable = [("GMT0018_PASSWORD", OsStr::new(WRONG))];
    // A password that lies about is not tried.
    let quiet = place.run_with("keys check --key-index 1 --json", &variable, b"");
    assert_eq!(quiet.succeeds().json()["password"], "not-tried");
    assert_eq!(wrong_passwords(&place), 0);

    let answer = place
        .run("keys check --key-index 1 --password-file wrong --json")
        .exits(5);
    assert!(
        answer
            .stderr()
            .contains("password of key index 1 was refused"),
        "{}",
        answer.stderr()
    );
    let report = answer.json();
    assert_eq!(report["password"], "refused");
    assert_eq!(report["test_signature"], "not-made");
    assert_eq!(report["sign"]["on_curve"], true);
    assert_eq!(wrong_passwords(&place), 1);
    place
        .run_with("keys check --key-index 1 --check-password", &variable, b"")
        .exits(5);
    assert_eq!(wrong_passwords(&place), 2);
}

#[test]
fn keys_that_are_missing() {
    Place::new()
        .run("keys check --key-index 1")
        .refused(6, &["gmt0018 soft init"]);
    let place = Place::with_key();
    for command in [
        "keys check --key-index 2",
        "keys check --key-index 2 --password-file pin",
        "keys check --key-index 4294967295",
        "keys export --key-index 2",
        "keys export --key-index 2 --role encrypt -o out",
    ] {
        let answer = place.run(command).exits(5);
        assert_eq!(answer.text(), "", "{command}");
        assert!(!answer.stderr().contains("tried once"), "{command}");
    }
    assert!(!place.path("out").exists());

    let place = with_one_role("sign");
    let answer = place
        .run("keys check --key-index 1 --password-file pin --json")
        .succeeds();
    assert!(
        answer
            .stderr()
            .contains("remark: there is no encryption key at index 1")
    );
    assert!(answer.json()["encrypt"].is_null());
    assert_eq!(answer.json()["test_signature"], "valid");
    place
        .run("keys export --key-index 1 --role encrypt")
        .refused(5, &["no encryption key at index 1", "--role"]);

    let place = with_one_role("encrypt");
    let answer = place
        .run("keys check --key-index 1 --password-file pin --json")
        .exits(5);
    assert!(
        answer
            .stderr()
            .contains("there is no signing key at index 1")
    );
    let report = answer.json();
    assert!(report["sign"].is_null());
    assert_eq!(report["password"], "not-tried");
    let list = place.run("keys list --json").succeeds().json();
    assert!(list["keys"][0]["fingerprint"].is_null());
    place
        .run("keys export --key-index 1")
        .refused(5, &["no signing key at index 1", "--role"]);
}

#[test]
fn a_password_that_is_not_there_or_not_needed() {
    let place = Place::with_key();
    for (options, parts) in [
        ("--check-password", "a password is needed"),
        (
            "--password-file absent",
            "cannot read the password file absent",
        ),
    ] {
        let answer = place
            .run(&format!("keys check --key-index 1 {options} --json"))
            .exits(5);
        assert!(answer.stderr().contains(parts), "{}", answer.stderr());
        assert!(!answer.stderr().contains("tried once"));
        assert_eq!(answer.json()["password"], "not-tried");
    }
    // The software card has no keys without a password.
    let answer = place
        .run("keys check --key-index 1 --no-password --json")
        .exits(5);
    assert_eq!(answer.json()["password"], "none");
    assert_eq!(answer.json()["test_signature"], "not-made");
    assert_eq!(wrong_passwords(&place), 0);
    for command in [
        "keys check",
        "keys check --key-index x",
        "keys check --key-index -1",
        "keys check --key-index 4294967296",
        "keys check --key-index 1 --check-password --password-file pin",
        "keys check --key-index 1 --no-password --password-file pin",
        "keys check --key-index 1 --password secret",
        "keys export",
        "keys export --key-index 1 --form private",
        "keys export --key-index 1 --role both",
    ] {
        assert_eq!(place.run(command).exits(2).text(), "", "{command}");
    }
    assert_eq!(wrong_passwords(&place), 0);
}

#[test]
fn a_device_that_lies_is_found_out() {
    let place = Place::new();
    let source = include_str!("lying_device.c");
    place.write("device.c", source);
    // y of the key at index 1 with another last byte.
    place.write("off.c", &source.replace("0xad, 0x13}", "0xad, 0x14}"));
    let shown = "(void)session, (void)index, (void)password, (void)length;\n    return ";
    let broken = source.replace(&format!("{shown}0;"), &format!("{shown}0x01000003;"));
    assert_ne!(broken, source);
    place.write("broken.c", &broken);
    for name in ["device", "off", "broken"] {
        let (library, file) = (format!("{name}.so"), format!("{name}.c"));
        let arguments = ["-shared", "-fPIC", "-o", &library, &file];
        let Some(output) = tool("cc", &arguments, &place.path("")) else {
            return;
        };
        assert!(output.status.success());
    }
    let check = "keys check --json --key-index 1 --password-file pin --lib";
    let answer = place.run(&format!("{check} ./device.so")).exits(4);
    assert!(answer.stderr().contains("test signature of key index 1"));
    assert_eq!(answer.json()["password"], "accepted");
    assert_eq!(answer.json()["test_signature"], "invalid");

    // SDR_COMMFAIL says nothing about the password.
    let answer = place.run(&format!("{check} ./broken.so")).exits(4);
    assert_eq!(answer.json()["password"], "no-answer");
    assert_eq!(answer.json()["test_signature"], "not-made");

    let answer = place.run(&format!("{check} ./off.so")).exits(1);
    assert_eq!(answer.json()["sign"]["on_curve"], false);
    assert_eq!(answer.json()["password"], "not-tried");
    let text = place
        .run("keys check --key-index 1 --lib ./off.so")
        .exits(1);
    assert!(text.text().contains("on the curve  NO"), "{}", text.text());
}

#[test]
fn every_form_is_exported_to_stdout_and_to_a_file() {
    let place = Place::with_key();
    let shown = place
        .run("keys show --key-index 1 --json")
        .succeeds()
        .json();
    let text = |field: &str| shown[field].as_str().unwrap().trim_end().to_owned();
    for (options, expected) in [
        ("", text("pem")),
        ("--form pem", text("pem")),
        ("--form hex", text("public_key")),
        ("--form node-id", text("node_id")),
        ("--form address", text("address")),
        ("--role encrypt --form hex", text("encryption_public_key")),
    ] {
        let export = format!("keys export --key-index 1 {options}");
        let answer = place.run(&export).succeeds();
        assert_eq!(answer.text(), expected, "{options}");
        let report = place.run(&format!("{export} --json")).succeeds().json();
        assert_in_readme(&report);
        assert_eq!(report["value"], expected, "{options}");
        assert!(report["output"].is_null());
        let written = place.run(&format!("{export} -o out")).succeeds();
        assert!(written.text().ends_with(" key of index 1 to out"));
        assert_eq!(fs::read(place.path("out")).unwrap(), answer.stdout());
        fs::remove_file(place.path("out")).unwrap();
    }
    let der = place.run("keys export --key-index 1 --form der").succeeds();
    place
        .run("keys export --key-index 1 --form der -o key.der")
        .succeeds();
    assert_eq!(fs::read(place.path("key.der")).unwrap(), der.stdout());
    let id = place.run("node-id key.der").succeeds().text();
    assert_eq!(id, text("node_id"));
    let report = place
        .run("keys export --key-index 1 --form der --json")
        .succeeds()
        .json();
    let digits: String = der
        .stdout()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(report["value"], digits);
}

#[test]
fn a_file_is_never_overwritten() {
    let place = Place::with_key();
    place
        .run("keys export --key-index 1 -o message")
        .refused(2, &["message was not written", "never overwritten"]);
    let content = fs::read_to_string(place.path("message")).unwrap();
    assert_eq!(content, "message digest");
    place
        .run("keys export --key-index 1 -o absent/out")
        .refused(6, &["absent/out was not written"]);
    for form in ["node-id", "address"] {
        place
            .run(&format!(
                "keys export --key-index 1 --role encrypt --form {form}"
            ))
            .refused(2, &["signing key", "--form hex"]);
    }
}

#[test]
fn no_card_makes_or_imports_a_pair_whatever_is_asked() {
    let place = Place::with_key();
    for (command, parts) in [
        (
            "keys generate",
            ["no key pair was made", "gmt0018 soft generate"],
        ),
        (
            "keys import",
            ["no key pair was imported", "gmt0018 soft import"],
        ),
    ] {
        for options in [
            "",
            "--key-index 2 --password-file pin",
            "key.pem --lib ./absent.so",
        ] {
            place.run(&format!("{command} {options}")).refused(
                2,
                &[parts[0], parts[1], "GM/T 0018 has no call", "vendor's"],
            );
        }
    }
    let error = place.run("keys generate --json").exits(2);
    assert!(error.stderr().starts_with("{\"error\":{\"exit_code\":2,"));
}
