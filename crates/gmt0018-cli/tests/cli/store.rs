//! `gmt0018 soft`.

use std::{ffi::OsStr, fs};

use crate::support::{PASSWORD, Place, WRONG};

#[test]
fn init_refuses_a_second_time_and_changes_nothing() {
    let place = Place::with_key();
    let status = place.run("soft status --json").succeeds().json();
    place
        .run("soft init --key-index 2 --password-file pin")
        .refused(
            6,
            &["holds a store already", "soft generate", "--if-missing"],
        );
    assert_eq!(place.run("soft status --json").succeeds().json(), status);
}

#[test]
fn init_if_missing_makes_only_what_is_missing() {
    let place = Place::with_key();
    let before = place
        .run("keys show --key-index 1 --json")
        .succeeds()
        .json();
    let made = place
        .run("soft init --if-missing --key-index 1 --key-index 3 --kek-index 1 --password-file pin --json")
        .succeeds()
        .json();
    assert_eq!(made["created"], false);
    assert_eq!(made["keys"].as_array().unwrap().len(), 1);
    assert_eq!(made["keys"][0]["key_index"], 3);
    assert_eq!(made["keks"], serde_json::json!([1]));
    assert_eq!(
        place
            .run("keys show --key-index 1 --json")
            .succeeds()
            .json(),
        before
    );
    // The second time there is nothing to do, so no password is asked for either.
    let again = "soft init --if-missing --key-index 1 --key-index 3 --kek-index 1 --json";
    assert_eq!(
        place.run(again).succeeds().json()["keys"],
        serde_json::json!([])
    );
}

#[test]
fn init_without_a_password_leaves_no_store_behind() {
    let place = Place::new();
    place
        .run("soft init --key-index 1")
        .refused(5, &["a password is needed", "--password-file"]);
    place.write("short", "1234567");
    place
        .run("soft init --key-index 1 --password-file short")
        .refused(5, &["no key was made", "this one has 7"]);
    place
        .run("soft init --key-index 4097 --password-file pin")
        .refused(2, &["out of range"]);
    place
        .run("soft init --kdf-iterations 10")
        .refused(2, &["no store was created", "1000 to 10000000"]);
    assert!(!place.path("store").exists());
}

#[test]
fn init_refuses_a_directory_with_other_things_in_it() {
    let place = Place::new();
    fs::create_dir(place.path("store")).unwrap();
    place.write("store/thesis.txt", "years of work");
    place.run("soft init").refused(6, &["not a key store"]);
    assert_eq!(
        fs::read_to_string(place.path("store/thesis.txt")).unwrap(),
        "years of work"
    );
}

#[test]
fn the_directory_of_the_option_wins_over_the_environment() {
    let place = Place::new();
    place.run("soft init --dir elsewhere").succeeds();
    assert!(place.path("elsewhere").exists() && !place.path("store").exists());
    place.run("soft status --soft-dir elsewhere").succeeds();
    place
        .run("soft status")
        .refused(6, &["holds no key store", "soft init"]);
}

#[test]
fn argon2_and_the_iterations_are_what_status_says() {
    let place = Place::new();
    place.run("soft init --argon2").succeeds();
    let kdf = place.run("soft status --json").succeeds().json()["kdf"].clone();
    assert_eq!(kdf, "Argon2id, 65536 KiB, 3 passes, 1 lanes");
    let status = Place::with_key()
        .run("soft status --json")
        .succeeds()
        .json();
    assert_eq!(status["kdf"], "PBKDF2-HMAC-SM3, 1000 iterations");
    assert_eq!(status["keys"][0]["key_index"], 1);
    assert_eq!(status["damaged"], serde_json::json!([]));
}

#[test]
fn generate_refuses_an_index_in_use_before_it_makes_anything() {
    let place = Place::with_key();
    place
        .run("soft generate --key-index 2 --key-index 1 --password-file pin")
        .refused(5, &["a key pair at index 1 already", "never overwritten"]);
    let status = place.run("soft status --json").succeeds().json();
    assert_eq!(status["keys"].as_array().unwrap().len(), 1);
    place
        .run("soft generate --key-index 2 --kek-index 7 --password-file pin")
        .succeeds();
    place
        .run("soft generate --kek-index 7")
        .refused(5, &["a key-encryption key at index 7"]);
    let status = place.run("soft status --json").succeeds().json();
    assert_eq!(status["keys"].as_array().unwrap().len(), 2);
    assert_eq!(status["keks"], serde_json::json!([7]));
}

#[test]
fn import_takes_hex_and_never_overwrites() {
    let place = Place::with_key();
    // GB/T 32918.5-2017 annex A: the key of the signature example.
    let scalar = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
    let public = concat!(
        "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020",
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
    );
    place.write("key.hex", &format!("{scalar}\n"));
    let import = "soft import --key-index 43 --pem key.hex --password-file pin";
    let answer = place.run(&format!("{import} --json")).succeeds();
    assert_eq!(answer.json()["public_key"], public);
    assert!(!answer.text().contains(scalar) && !answer.stderr().contains(scalar));
    let exported = place
        .run("soft export-public --key-index 43 --hex")
        .succeeds();
    assert_eq!(exported.text(), public);
    place.run(import).refused(
        5,
        &["the key was not imported", "has a signing key already"],
    );
    place
        .run("soft import --key-index 1 --pem key.hex --password-file pin")
        .refused(5, &["has a signing key already"]);
    // The other half needs the password of the first.
    let other = "soft import --key-index 43 --pem key.hex --role encrypt --password-file";
    place
        .run(&format!("{other} wrong"))
        .refused(5, &["wrong password for index 43"]);
    place.run(&format!("{other} pin")).succeeds();
}

#[test]
fn import_says_what_a_file_is_not() {
    let place = Place::with_key();
    place.write("text", "this is no key");
    place.write("zero", &"0".repeat(64));
    place.write("long", &"a".repeat(70_000));
    for (file, part) in [
        ("text", "no key file"),
        ("zero", "cannot use the key file"),
        ("long", "more than 65536 bytes"),
    ] {
        let command = format!("soft import --key-index 9 --pem {file} --password-file pin");
        place.run(&command).refused(5, &[part]);
    }
    place
        .run("soft import --key-index 9 --pem absent")
        .refused(2, &["cannot read absent"]);
}

#[test]
fn export_public_tells_a_missing_key_from_a_missing_role() {
    let place = Place::with_key();
    let pem = place
        .run("soft export-public --key-index 1")
        .succeeds()
        .text();
    assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----"), "{pem}");
    place
        .run("soft export-public --key-index 8")
        .refused(5, &["there is no key at index 8"]);
    place.write("key.hex", &"1".repeat(64));
    place
        .run("soft import --key-index 2 --pem key.hex --password-file pin")
        .succeeds();
    place
        .run("soft export-public --key-index 2 --role encrypt")
        .refused(5, &["there is no encryption key at index 2"]);
}

#[test]
fn passwd_changes_the_password_or_nothing() {
    let place = Place::with_key();
    let sign = |file: &str| {
        place.run(&format!(
            "sign --key-index 1 --password-file {file} message"
        ))
    };
    place
        .run("soft passwd --key-index 1 --password-file wrong --new-password-file pin")
        .refused(5, &["was not changed", "wrong password"]);
    place
        .run("soft passwd --key-index 1 --password-file pin")
        .refused(5, &["a password is needed", "--new-password-file"]);
    sign("pin").succeeds();
    place
        .run("soft passwd --key-index 1 --password-file pin --new-password-file wrong")
        .succeeds();
    sign("pin").refused(5, &["was refused"]);
    sign("wrong").succeeds();
    let back = [
        ("GMT0018_PASSWORD", OsStr::new(WRONG)),
        ("GMT0018_NEW_PASSWORD", OsStr::new(PASSWORD)),
    ];
    place
        .run_with("soft passwd --key-index 1", &back, b"")
        .succeeds();
    sign("pin").succeeds();
    place
        .run("soft passwd --key-index 5 --password-file pin")
        .refused(5, &["no key pair at index 5"]);
}

#[test]
fn remove_needs_the_password_and_a_confirmation() {
    let place = Place::with_key();
    place
        .run("soft remove --key-index 1 --password-file pin")
        .exits(2);
    place
        .run("soft remove --key-index 1 --yes --password-file wrong")
        .refused(5, &["were not removed", "wrong password"]);
    place
        .run("sign --key-index 1 --password-file pin message")
        .succeeds();
    place
        .run("soft remove --key-index 1 --yes --password-file pin")
        .succeeds();
    place
        .run("soft remove --key-index 1 --yes --password-file pin")
        .refused(5, &["no key pair at index 1"]);
    place
        .run("soft generate --key-index 1 --password-file pin")
        .succeeds();
}

#[test]
fn a_backup_is_a_store_and_is_not_overwritten() {
    let place = Place::with_key();
    place.run("soft backup copy").succeeds();
    place
        .run("soft backup copy")
        .refused(6, &["no backup was made", "exists already"]);
    place
        .run("sign --key-index 1 --password-file pin --soft-dir copy message")
        .succeeds();
    let shown = |options: &str| {
        place
            .run(&format!("keys show --key-index 1 --json {options}"))
            .json()["node_id"]
            .clone()
    };
    assert_eq!(shown("--soft-dir copy"), shown(""));
}

#[test]
fn damage_is_named_and_ends_with_1() {
    let place = Place::with_key();
    let files = fs::read_dir(place.path("store"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let key = files
        .filter(|path| fs::read_to_string(path).is_ok_and(|text| text.contains("PBKDF2")))
        .find(|path| path.file_name().unwrap().to_str().unwrap().contains('1'))
        .expect("the file of key pair 1");
    let damaged = fs::read_to_string(&key).unwrap().replace("1000", "1001");
    fs::write(&key, damaged).unwrap();
    let status = place.run("soft status --json").exits(1).json();
    assert_eq!(status["damaged"].as_array().unwrap().len(), 1, "{status}");
    place.run("soft backup copy").exits(1);
}
