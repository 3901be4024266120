//! What must work when a node starts.

use std::{ffi::OsStr, fs};

use sm_soft::keyfile::{self, Encryption};

use super::{RIGHT, genesis, node, stranger};
use crate::{
    readme::assert_in_readme,
    support::{PASSWORD, Place, WRONG, soft_library},
};

/// A node with its key in the software card, loaded as a library.
fn node_with_card(index: u32, password: &str) -> Place {
    let place = Place::with_key();
    let library = soft_library();
    let security = format!(
        "[security]\nenable_hsm=true\nhsm_lib_path={}\n",
        library.display()
    );
    place.write(
        "config.ini",
        &format!("{security}key_index={index}\npassword={password}\n"),
    );
    let id = place.run("node-id --key-index 1").succeeds().text();
    place.write("config.genesis", &genesis(&[&id, &stranger()]));
    place
}

#[test]
fn the_start_checks_use_the_card() {
    let place = node_with_card(1, PASSWORD);
    let answer = place.run("config check . --card").succeeds();
    assert!(
        answer.text().contains("start checks: ok, node id "),
        "{}",
        answer.text()
    );
    let report = place.run("config check . --card --json").succeeds().json();
    assert_in_readme(&report);
    assert_eq!(report["start"]["in_card"], true);
    let id = place.run("node-id --key-index 1").succeeds().text();
    assert_eq!(report["start"]["node_id"], id.as_str());
    // A chain of others.
    place.write("config.genesis", &genesis(&[&stranger()]));
    let answer = place.run("config check . --card").exits(6);
    assert!(answer.text().ends_with("no problems"));
    assert!(
        answer.stderr().contains("none of the 1 consensus nodes'"),
        "{}",
        answer.stderr()
    );
    place.run("config check . --card --observer").succeeds();
    // node.pem of somebody else beside it.
    place.write("node.pem", include_str!("../../cmd/node.in/node.pem"));
    let answer = place.run("config check . --card --observer").exits(6);
    assert!(
        answer.stderr().contains("has the key of node b84dbe27"),
        "{}",
        answer.stderr()
    );
}

const CHECK: &str = "config check . --card";

/// The report is on stdout, and the error on stderr.
fn refused(place: &Place, command: &str, code: i32, parts: &[&str]) {
    let answer = place.run(command).exits(code);
    for part in parts.iter().chain(&["error: ", "  why: ", "  try: "]) {
        let error = answer.stderr();
        assert!(error.contains(part), "{part} is not in\n{error}");
    }
}

#[test]
fn what_is_wrong_with_the_card_has_its_exit_code() {
    let check = CHECK;
    refused(
        &node_with_card(1, WRONG),
        check,
        5,
        &["the password of key index 1 was refused"],
    );
    refused(
        &node_with_card(2, PASSWORD),
        check,
        5,
        &["there is no key at index 2"],
    );
    refused(
        &node(RIGHT),
        check,
        3,
        &["the library cannot be used", "/nonexistent/card.so"],
    );
    let doubt = "[security]\nenable_hsm=True\n";
    refused(
        &node(doubt),
        check,
        6,
        &["not clear whether a card is meant"],
    );
    refused(
        &node("[security]\nkms_type=CLOUDKMS\n"),
        check,
        6,
        &["CLOUDKMS cannot be used here"],
    );
    // The password in a file of its own.
    let place = node_with_card(1, WRONG);
    place
        .run("config check . --card --password-file pin")
        .succeeds();
    refused(
        &place,
        "config check . --card --password-file absent",
        5,
        &["password file absent"],
    );
    // In the environment, for who has none in config.ini.
    let variable = [("GMT0018_PASSWORD", OsStr::new(PASSWORD))];
    place.run_with(check, &variable, b"").exits(5);
    let place = node_with_card(1, "");
    let answer = place.run_with(check, &variable, b"").exits(6);
    assert!(
        answer.text().contains("start checks: ok"),
        "{}",
        answer.text()
    );
    refused(&place, check, 5, &["pass the access password"]);
}

#[test]
fn what_is_wrong_with_the_key_file_has_its_exit_code() {
    let check = CHECK;
    let place = node("[security]\nprivate_key_path=node.pem\n");
    refused(&place, check, 5, &["node.pem"]);
    place.write("node.pem", include_str!("../../cmd/node.in/node.pem"));
    refused(&place, check, 6, &["none of the 1 consensus nodes'"]);
    let report = place
        .run("config check . --card --observer --json")
        .succeeds()
        .json();
    assert_eq!(report["start"]["in_card"], false);
    place
        .run("node-pem --public node.pem -o public.pem")
        .succeeds();
    fs::rename(place.path("public.pem"), place.path("node.pem")).unwrap();
    refused(&place, check, 5, &["holds no private key"]);
    let key = keyfile::parse_private("1".repeat(64).as_bytes(), None).unwrap();
    let encryption = Encryption::default().with_iterations(1000).unwrap();
    let pem = keyfile::to_encrypted_pkcs8_pem(&key, PASSWORD.as_bytes(), &encryption).unwrap();
    place.write("node.pem", &pem);
    refused(&place, check, 5, &["the private key is encrypted"]);
    let variable = [("GMT0018_PEM_PASSWORD", OsStr::new(PASSWORD))];
    place.run_with(check, &variable, b"").succeeds();
    // With a file that no node starts with there is nothing to start.
    let place = node("[security]\nenable_hsm=true\npassword=p\n");
    let answer = place.run(check).exits(6);
    assert!(
        answer.stderr().contains("start checks were not done"),
        "{}",
        answer.stderr()
    );
    node(RIGHT)
        .run("config check . --password-file pin")
        .exits(2);
}
