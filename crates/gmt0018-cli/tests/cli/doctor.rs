//! `doctor`: a healthy card, and every line that can go wrong.

mod chinese;
mod library;

use std::{ffi::OsStr, fs, time::Instant};

use serde_json::Value;

use crate::{
    readme::assert_in_readme,
    support::{Answer, PASSWORD, Place, WRONG, soft_library},
};

/// The lines of a page that are not `ok`: id and status; those that name what is wrong have a why and a try.
fn lines(answer: &Answer, status: &str) -> Vec<String> {
    let report = answer.json();
    assert_in_readme(&report);
    let checks = report["checks"].as_array().unwrap();
    for check in checks {
        let is_ok = check["status"] == "ok";
        assert_eq!(check["why"].is_null(), is_ok, "{check}");
        if check["status"] == "warn" || check["status"] == "error" {
            assert!(!check["try"].as_str().unwrap().is_empty(), "{check}");
        }
    }
    let found = checks.iter().filter(|check| check["status"] == status);
    found
        .map(|check| check["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Runs it and finds the one line that is wrong, with these words in it.
fn wrong(place: &Place, arguments: &str, exit: i32, id: &str, parts: &[&str]) -> Value {
    let answer = place.run(&format!("doctor {arguments} --json")).exits(exit);
    assert_eq!(lines(&answer, "error"), [id], "{arguments}");
    let report = answer.json();
    assert_eq!(report["exit_code"], exit);
    let checks = report["checks"].as_array().unwrap();
    let check = checks
        .iter()
        .find(|check| check["status"] == "error")
        .unwrap();
    let words = check.to_string();
    for part in parts {
        assert!(words.contains(part), "{part} is not in {words}");
    }
    chinese::assert_translated(&report, place, arguments, exit);
    let text = place.run(&format!("doctor {arguments}")).exits(exit).text();
    for part in [format!("error  {id}"), "  why: ".into(), "  try: ".into()] {
        assert!(text.contains(&part), "{part} is not in\n{text}");
    }
    report
}

/// The directory of a node whose key is in the software card, loaded as a library.
fn node() -> Place {
    let place = Place::with_key();
    fs::create_dir(place.path("conf")).unwrap();
    config(&place, &format!("key_index=1\npassword={PASSWORD}\n"));
    let id = place.run("node-id --key-index 1").succeeds().text();
    genesis(&place, &id);
    place.write("conf/node.nodeid", &format!("{id}\n"));
    place
        .run("node-pem --stub --key-index 1 -o conf/node.pem")
        .succeeds();
    place
}

fn config(place: &Place, rest: &str) {
    let library = soft_library();
    let security = format!(
        "[security]\nprivate_key_path=conf/node.pem\nenable_hsm=true\nhsm_lib_path={}\n{rest}",
        library.display()
    );
    place.write("config.ini", &security);
}

fn genesis(place: &Place, id: &str) {
    let text = format!(
        "[chain]\nsm_crypto=true\ngroup_id=group0\nchain_id=chain0\n[version]\n\
         compatibility_version=3.16.0\n[executor]\nauth_admin_account=0x01\n[consensus]\nnode.0={id}: 1\n"
    );
    place.write("config.genesis", &text);
}

/// A node id that is nobody's here.
fn stranger() -> String {
    let key = sm_soft::keyfile::parse_private("1".repeat(64).as_bytes(), None).unwrap();
    key.public_key().to_string()
}

#[test]
fn with_nothing_named_the_software_card_is_examined() {
    let place = Place::new();
    let start = Instant::now();
    let answer = place.run("doctor --json").succeeds();
    assert!(start.elapsed().as_secs_f64() < 2.0);
    assert!(
        answer
            .stderr()
            .contains("software card in this process, in memory")
    );
    assert_eq!(lines(&answer, "warn"), [""; 0]);
    let ok = lines(&answer, "ok");
    assert_eq!(ok.first().unwrap(), "library.symbols");
    assert_eq!(ok.last().unwrap(), "speed");
    assert_eq!(ok.len(), 11, "{ok:?}");
    assert_eq!(answer.json()["device"]["kind"], "software-card-in-memory");
    assert!(!place.path("store").exists());
    // The default store, if it is there; its password is not asked for.
    let place = Place::with_key();
    let answer = place.run("doctor --json").succeeds();
    assert_eq!(answer.json()["device"]["kind"], "software-card");
    assert!(lines(&answer, "skip").contains(&"password".to_owned()));
    let answer = place.run("doctor --password-file pin --json").succeeds();
    assert!(lines(&answer, "ok").contains(&"speed".to_owned()));
    // The environment's library.
    let library = soft_library();
    let answer = place.run_with(
        "doctor --json --no-password",
        &[("GMT0018_LIB", library.as_os_str())],
        b"",
    );
    assert_eq!(answer.json()["device"]["kind"], "library");
    // A key with a password is not used without one.
    assert_eq!(lines(&answer, "error"), ["signature"]);
    answer.exits(5);
}

#[test]
fn all_is_well_with_a_node_and_its_card() {
    let place = node();
    let start = Instant::now();
    let answer = place.run("doctor --config . --json").succeeds();
    assert!(start.elapsed().as_secs_f64() < 2.0);
    assert_eq!(lines(&answer, "ok").len(), 20, "{}", answer.text());
    let text = place.run("doctor --config config.ini").succeeds().text();
    assert!(
        text.ends_with("20 ok, 0 to be warned of, 0 wrong, 0 not checked"),
        "{text}"
    );
    assert!(
        text.contains("config.ini is right; it was shown once"),
        "{text}"
    );
    assert!(text.contains("the node is consensus node 1 of 1"), "{text}");
    // Another library than the node's is worth a warning, which is no error.
    let other = format!(
        "{}/./libgmt0018_soft.so",
        soft_library().parent().unwrap().display()
    );
    fs::copy(&other, place.path("other.so")).unwrap();
    let answer = place
        .run("doctor --config . --lib ./other.so --json")
        .succeeds();
    assert_eq!(lines(&answer, "warn"), ["config.library"]);
    let text = place
        .run("doctor --config . --lib ./other.so")
        .succeeds()
        .text();
    assert!(text.ends_with("warnings leave the exit code 0"), "{text}");
}

#[test]
fn a_password_file_that_is_not_there_is_a_line() {
    let place = Place::with_key();
    wrong(
        &place,
        "--password-file absent",
        5,
        "password",
        &["cannot read the password file absent"],
    );
}

#[test]
fn key_and_password() {
    let place = node();
    let report = wrong(
        &place,
        "--config . --key-index 9 --password-file pin",
        5,
        "key.present",
        &["there is no key at index 9"],
    );
    let text = report.to_string();
    assert!(text.contains("because there is no key for it"), "{text}");
    wrong(
        &place,
        "--key-index 1 --password-file wrong",
        5,
        "password",
        &["was refused", "shown once", "may lock the card"],
    );
    // A run shows a wrong password once.
    let failed = |place: &Place| {
        let status = place.run("soft status --json").succeeds().json();
        status["keys"][0]["failed_passwords"].as_u64().unwrap()
    };
    let before = failed(&place);
    config(&place, &format!("key_index=1\npassword={WRONG}\n"));
    place.run("doctor --config .").exits(5);
    assert_eq!(failed(&place), before + 1);
    let empty = Place::new();
    empty.run("soft init").succeeds();
    let answer = empty.run("doctor --json").succeeds();
    assert_eq!(lines(&answer, "warn"), ["key.present"]);
}

#[test]
fn the_nodes_files() {
    let place = node();
    config(&place, &format!("key_id=1\npassword={PASSWORD}\n"));
    wrong(
        &place,
        "--config .",
        6,
        "config",
        &["key_id is not the name"],
    );
    wrong(
        &place,
        "--config absent",
        6,
        "config",
        &["cannot read absent"],
    );
    let place = node();
    place.write("conf/node.pem", include_str!("../cmd/node.in/node.pem"));
    wrong(
        &place,
        "--config .",
        6,
        "node.pem",
        &["is of another key", "b84dbe27", "gmt0018 node-pem"],
    );
    let place = node();
    place.write("conf/node.nodeid", &stranger());
    wrong(
        &place,
        "--config .",
        6,
        "node.nodeid",
        &["is of another key"],
    );
    place.write("conf/node.nodeid", "nothing");
    let answer = place.run("doctor --config . --json").succeeds();
    assert_eq!(lines(&answer, "warn"), ["node.nodeid"]);
    let place = node();
    genesis(&place, &stranger());
    wrong(
        &place,
        "--config .",
        6,
        "genesis.key",
        &["this is none of them", "--observer"],
    );
    place.run("doctor --config . --observer").succeeds();
    genesis(&place, &"0a".repeat(64));
    let answer = place.run("doctor --config . --json").exits(6);
    assert_eq!(lines(&answer, "error"), ["genesis", "genesis.key"]);
    place.write("config.genesis", "[chain\n");
    wrong(&place, "--config .", 6, "genesis", &["config.genesis"]);
    let other = "--genesis absent --key-index 1 --password-file pin";
    wrong(&place, other, 6, "genesis", &["cannot read absent"]);
}

#[test]
fn a_key_in_a_file_needs_no_card() {
    let place = node();
    let pem = include_str!("../cmd/node.in/node.pem");
    place.write("conf/node.pem", pem);
    place.write(
        "config.ini",
        "[security]\nenable_hsm=false\nprivate_key_path=conf/node.pem\n",
    );
    let id = place.run("node-id conf/node.pem").succeeds().text();
    genesis(&place, &id);
    place.write("conf/node.nodeid", &id);
    let answer = place.run("doctor --config . --json").succeeds();
    let ok = [
        "config",
        "genesis",
        "node.pem",
        "node.nodeid",
        "genesis.key",
    ];
    assert_eq!(lines(&answer, "ok"), ok);
    assert!(answer.text().contains("the node's key is in no card"));
    // A card that is examined beside it is not the node's.
    let other = "doctor --config . --soft-dir store --key-index 1 --password-file pin --json";
    let answer = place.run(other).succeeds();
    assert!(lines(&answer, "ok").contains(&"genesis.key".to_owned()));
    fs::remove_file(place.path("conf/node.pem")).unwrap();
    wrong(
        &place,
        "--config .",
        5,
        "node.pem",
        &["conf/node.pem", "No such file"],
    );
}

#[test]
fn no_password_in_any_line() {
    // Every run looks for it in what is written; this one has it in the environment.
    let place = node();
    let variable = [("GMT0018_PASSWORD", OsStr::new(WRONG))];
    let answer = place.run_with("doctor --config . --json", &variable, b"");
    assert_eq!(lines(&answer, "error"), ["password"]);
    answer.exits(5);
}
