//! A node's config.ini and config.genesis: what is said of them.

mod fix;
mod start;

use std::{fs, time::Instant};

use serde_json::Value;
use sm_soft::keyfile;

use crate::{
    readme::assert_in_readme,
    support::{Answer, PASSWORD, Place},
};

const RIGHT: &str =
    "[security]\nenable_hsm=true\nhsm_lib_path=/nonexistent/card.so\nkey_index=1\npassword=p\n";

fn genesis(nodes: &[&str]) -> String {
    let mut text = "[chain]\nsm_crypto=true\ngroup_id=group0\nchain_id=chain0\n\
        [version]\ncompatibility_version=3.16.0\n[executor]\nauth_admin_account=0x01\n[consensus]\n"
        .to_owned();
    for (index, node) in nodes.iter().enumerate() {
        text += &format!("node.{index}={node}: 1\n");
    }
    text
}

/// A node id that is nobody's here.
fn stranger() -> String {
    let key = keyfile::parse_private("1".repeat(64).as_bytes(), None).unwrap();
    key.public_key().to_string()
}

/// A place with a config.ini and the genesis file of another node's chain.
fn node(config: &str) -> Place {
    let place = Place::new();
    place.write("config.ini", config);
    place.write("config.genesis", &genesis(&[&stranger()]));
    place
}

/// What, severity and line of each problem.
fn problems(answer: &Answer) -> Vec<(String, String, u64)> {
    let report = answer.json();
    assert_in_readme(&report);
    let problems = report["problems"].as_array().unwrap().iter();
    problems
        .map(|problem| {
            for part in ["why", "try", "file"] {
                assert!(!problem[part].as_str().unwrap().is_empty(), "{problem}");
            }
            let text = |field: &str| problem[field].as_str().unwrap().to_owned();
            (
                text("what"),
                text("severity"),
                problem["line"].as_u64().unwrap_or(0),
            )
        })
        .collect()
}

#[test]
fn a_right_configuration_has_no_problem_and_no_card_is_touched() {
    let place = node(RIGHT);
    for command in ["config check .", "config check config.ini"] {
        let answer = place.run(command).succeeds();
        assert!(answer.text().ends_with("no problems"), "{}", answer.text());
        assert!(
            answer.text().contains("in a card, index 1"),
            "{}",
            answer.text()
        );
    }
    let report = place.run("config check . --json").succeeds().json();
    assert_in_readme(&report);
    assert_eq!(report["key"]["kept"], "card");
    assert_eq!(report["sealers"], 1);
    assert_eq!(report["start"], Value::Null);
    // Without a genesis file, and with one that is elsewhere.
    fs::create_dir(place.path("apart")).unwrap();
    place.write("apart/config.ini", RIGHT);
    let answer = place.run("config check apart").succeeds();
    assert!(
        answer.stderr().contains("no config.genesis"),
        "{}",
        answer.stderr()
    );
    let named = "config check apart --genesis config.genesis --json";
    assert_eq!(place.run(named).succeeds().json()["sealers"], 1);
    place.write(
        "file.ini",
        "[security]\nenable_hsm=false\nprivate_key_path=conf/node.pem\n",
    );
    let answer = place.run("config check file.ini").succeeds();
    assert!(
        answer.text().contains("in the file conf/node.pem"),
        "{}",
        answer.text()
    );
    place.write("service.ini", "[security]\nkms_type=CLOUDKMS\n");
    let answer = place.run("config check service.ini").succeeds();
    assert!(
        answer.text().contains("with a key service"),
        "{}",
        answer.text()
    );
}

#[test]
fn every_kind_of_warning() {
    for (security, what, severity, line, fixable) in WARNINGS {
        let security = security.replace("SECRET", PASSWORD);
        let config = format!("[security]\n{security}\n");
        let place = node(&config);
        let answer = place.run("config check config.ini --json").exits(6);
        let found = problems(&answer);
        assert_eq!(found, [(what.into(), severity.into(), line)], "{config}");
        assert_eq!(answer.json()["problems"][0]["fixable"], fixable, "{config}");
        let text = place.run("config check .").exits(6).text();
        let place_of_it = format!("config.ini:{line}: [");
        assert!(text.contains(what) && text.contains(&place_of_it), "{text}");
        // What is said to be fixable is gone afterwards.
        let fixed = place.run("config fix . --json");
        assert_in_readme(&fixed.json());
        assert_eq!(fixed.json()["written"], fixable, "{config}");
        let left = problems(&fixed);
        assert_eq!(left.iter().any(|one| one.0 == what), !fixable, "{config}");
        fixed.exits(if left.is_empty() { 0 } else { 6 });
    }
}

/// Lines of `[security]`, what is said of them, how bad it is, the line, and whether it is mended.
const WARNINGS: [(&str, &str, &str, u64, bool); 14] = [
    (
        "enable_hsm=true\nkey_id=1\npassword=p",
        KEY_ID,
        "error",
        3,
        true,
    ),
    (
        "enable_hsm=1\nkey_id=1\nkey_index=1\npassword=p",
        KEY_ID,
        "warning",
        3,
        true,
    ),
    (
        "enable_hsm=True",
        "\"True\" is not a boolean",
        "warning",
        2,
        true,
    ),
    (
        "enable_hsm=maybe",
        "\"maybe\" is not a boolean",
        "warning",
        2,
        false,
    ),
    (
        "private_key_path=node.pem # the key",
        COMMENT,
        "warning",
        2,
        true,
    ),
    (
        "enable_hsm=1\nkey_index=1\npassword=SECRET ; SECRET",
        COMMENT,
        "warning",
        4,
        false,
    ),
    ("enable_hsm=0\nkey_indx=1", UNKNOWN, "warning", 3, false),
    (
        "enable_hsm=0\nzzzzzzzzzzzzzzzz=SECRET",
        UNKNOWN,
        "warning",
        3,
        false,
    ),
    (
        "enable_hsm=0\nenc_key_index=1",
        "the setting has no effect",
        "warning",
        3,
        true,
    ),
    (
        "key_index=1\npassword=SECRET",
        "a card is described but not switched on",
        "warning",
        2,
        false,
    ),
    (
        "enable_hsm=1\nkms_type=BCOSKMS",
        "enable_hsm=true has no effect here",
        "warning",
        2,
        false,
    ),
    (
        "enable_hsm=1\nkey_index=1",
        NO_PASSWORD,
        "warning",
        2,
        false,
    ),
    (
        "enable_hsm=1\nkey_index=1\npassword=",
        NO_PASSWORD,
        "warning",
        4,
        false,
    ),
    (
        "enable_hsm=1\nkey_index=1\npassword=p\n[chain]\nsm_crypto=false",
        "the card is on and sm_crypto is not true",
        "error",
        6,
        false,
    ),
];
const KEY_ID: &str = "key_id is not the name of a setting";
const COMMENT: &str = "the value seems to end with a comment";
const UNKNOWN: &str = "there is no setting of this name";
const NO_PASSWORD: &str = "the key in the card has no password here";

#[test]
fn what_a_node_does_not_start_with() {
    for (config, line, part) in ERRORS {
        let place = node(&config.replace("SECRET", PASSWORD));
        let found = problems(&place.run("config check . --json").exits(6));
        let (what, severity, at) = found.last().unwrap();
        assert!(what.contains(part), "{config}: {what}");
        assert_eq!((severity.as_str(), *at), ("error", line), "{config}");
    }
}

const ERRORS: [(&str, u64, &str); 12] = [
    (
        "[security]\nenable_hsm=true\npassword=SECRET\n",
        1,
        "missing or empty",
    ),
    (
        "[security]\nenable_hsm=1\nkey_index=one\n",
        3,
        "\"one\" is not a number",
    ),
    (
        "[security]\nenable_hsm=1\nkey_index=-1\n",
        3,
        "\"-1\" is not an index of 0 or more",
    ),
    (
        "[security]\nenable_hsm=1\nhsm_lib_path=\n",
        3,
        "\"\" is not a path",
    ),
    ("[security]\nkms_type=CARD\n", 2, "\"CARD\" is not LEGACY"),
    ("[storage_security]\nenable=true\n", 1, "missing or empty"),
    (
        "[security]\npassword=SECRET\npassword=SECRET\n",
        3,
        "there already, at line 2",
    ),
    (
        "[security]\na=1\n[p2p]\na=1\n[security]\nb=1\n",
        5,
        "there already, at line 1",
    ),
    ("[security]\nkey_index 1\n", 2, "the line has no '='"),
    ("[security]\n=1\n", 2, "no key before the '='"),
    ("[security\nkey_index=1\n", 1, "not closed"),
    ("\u{feff}[security]\nkey_index=1\n", 1, "byte order mark"),
];

#[test]
fn what_no_chain_works_with() {
    let id = stranger();
    let one = genesis(&[&id]);
    for (genesis, part) in [
        (genesis(&[]), "there is no consensus node"),
        (genesis(&[&id, &id]), "there twice"),
        (genesis(&[""]), "not a node id"),
        (genesis(&[&id[1..]]), "not a node id"),
        (genesis(&[&"0a".repeat(64)]), "not a public key of SM2"),
        (one.replace(": 1", ": 0"), "has the weight 0"),
        (one.replace("3.16.0", "three"), "\"three\" is not a version"),
        (one.replace("0x01", ""), "missing or empty"),
        (
            one.replace("group0", "group 0"),
            "not a name of letters and digits",
        ),
        (
            one.replace("sm_crypto=true", "sm_crypto=false"),
            "sm_crypto is not true here",
        ),
        (
            one.replace("sm_crypto=true\n", ""),
            "sm_crypto is not true here",
        ),
    ] {
        let place = node(RIGHT);
        place.write("config.genesis", &genesis);
        let answer = place.run("config check . --json").exits(6);
        let found = problems(&answer);
        assert!(
            found.last().unwrap().0.contains(part),
            "{genesis}\n{found:?}"
        );
        let report = answer.json();
        let last = report["problems"].as_array().unwrap().last().unwrap();
        assert!(last["file"].as_str().unwrap().ends_with("config.genesis"));
        assert_eq!(
            (&last["severity"], &last["fixable"]),
            (&"error".into(), &false.into())
        );
    }
    for command in ["config check config.genesis", "config fix config.genesis"] {
        let answer = node(RIGHT).run(command);
        answer.refused(2, &["config.genesis is a config.genesis", "all nodes"]);
    }
    // What mending config.genesis in one place would do to the chain is not certain.
    let place = node(RIGHT);
    place.write(
        "config.genesis",
        &one.replace("sm_crypto=true", "sm_crypto=True"),
    );
    let report = place.run("config check . --json").exits(6).json();
    assert_eq!(report["problems"][0]["fixable"], false);
}

#[test]
fn bad_files_have_a_clear_error_at_once() {
    let place = Place::new();
    let utf16: Vec<u8> = "[security]\nk=v\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let files: [(&str, &[u8], &str); 6] = [
        ("empty", b"", "no setting in it"),
        ("comments", b"[security]\n; nothing\n", "no setting in it"),
        ("binary", b"\x7FELF\x02\x01\x01\0\0\0", "binary or UTF-16"),
        ("utf16", &utf16, "binary or UTF-16"),
        (
            "latin",
            b"[security]\nkms_type=\xFF\n",
            "the value is not UTF-8",
        ),
        ("gbk", b"[security]\n\xD6\xD0=1\n", "the key is not UTF-8"),
    ];
    for (name, content, _) in files {
        fs::write(place.path(name), content).unwrap();
    }
    let sparse = fs::File::create(place.path("sparse")).unwrap();
    sparse.set_len(100 << 20).unwrap();
    let within_a_second = |command: &str| {
        let start = Instant::now();
        let answer = place.run(command).exits(6);
        let elapsed = start.elapsed();
        assert!(elapsed.as_secs_f64() < 1.0, "{command}: {elapsed:?}");
        answer
    };
    for (name, part) in files
        .map(|(name, _, part)| (name, part))
        .into_iter()
        .chain([("sparse", "more than 4194304 bytes")])
    {
        let text = within_a_second(&format!("config check {name}")).text();
        assert!(text.starts_with(name) && text.contains(part), "{text}");
        within_a_second(&format!("config fix {name}"))
            .refused(6, &["nothing was changed", name, part]);
        place.write("right", RIGHT);
        let text = within_a_second(&format!("config check right --genesis {name}")).text();
        assert!(text.starts_with(name) && text.contains(part), "{text}");
    }
    fs::create_dir(place.path("directory")).unwrap();
    fs::create_dir(place.path("directory/config.ini")).unwrap();
    for (path, part) in [
        ("absent", "cannot read absent"),
        (".", "cannot read ./config.ini"),
        ("directory", "cannot read directory/config.ini"),
    ] {
        for command in ["check", "fix"] {
            within_a_second(&format!("config {command} {path}")).refused(6, &[part]);
        }
    }
    within_a_second("config check right --genesis absent").refused(6, &["cannot read absent"]);
    within_a_second("config check right --genesis .").refused(6, &["cannot read ."]);
}
