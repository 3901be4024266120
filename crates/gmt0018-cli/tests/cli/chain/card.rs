//! Chains whose keys are in a card.

use std::{ffi::OsStr, fs};

use fisco_node::{
    config::{Genesis, KeySource, NodeConfig},
    crypto::{CryptoOptions, NodeCrypto},
    identity::NodePem,
};
use gmt0018::{Dialect, Open};

use super::{files, left_over, mode, place, sealers, text};
use crate::support::{PASSWORD, Place, soft_library};

/// A place with keys at the indexes 1 and 2.
fn with_keys() -> Place {
    let place = place();
    place
        .run("soft init --key-index 1 --key-index 2 --kdf-iterations 1000 --password-file pin")
        .succeeds();
    place
}

/// Starts the signer of a node as a node does.
fn crypto(place: &Place, node: &str) -> NodeCrypto {
    let config = NodeConfig::read(place.path(&format!("{node}/config.ini"))).unwrap();
    assert_eq!(config.warnings(), []);
    assert!(matches!(config.key(), KeySource::Card(_)));
    let genesis = Genesis::read(place.path(&format!("{node}/config.genesis"))).unwrap();
    // What start.sh says with GMT0018_SOFT_DIR.
    let open = Open::WithPath(place.path("store"));
    let options = CryptoOptions::default().with_dialect(Dialect::STANDARD.with_open(open));
    NodeCrypto::from_config(&config, Some(&genesis), &options).unwrap()
}

#[test]
fn security_is_filled_in_and_works() {
    let place = with_keys();
    let build =
        "chain build -l 127.0.0.1:2 -e ./node -H --key-indexes 2,1 --password-file pin --json";
    let report = place.run(build).succeeds().json();
    let library = soft_library().canonicalize().unwrap();
    let library = library.to_str().unwrap().replace("/deps/", "/");
    for (number, index) in [(0, 2), (1, 1)] {
        let node = format!("nodes/127.0.0.1/node{number}");
        assert_eq!(report["nodes"][number]["key_index"], index);
        let config = text(&place, &format!("{node}/config.ini"));
        let (_, security) = config.split_once("    enable_hsm=true\n").unwrap();
        let lines: Vec<&str> = security.lines().take(4).map(str::trim).collect();
        let (key, path) = lines[0].split_once('=').unwrap();
        assert_eq!(key, "hsm_lib_path");
        assert_eq!(path.replace("/deps/", "/"), library);
        let rest = [
            format!("key_index={index}"),
            format!("password={PASSWORD}"),
            String::new(),
        ];
        assert_eq!(lines[1..], rest);
        let crypto = crypto(&place, &node);
        assert_eq!(
            report["nodes"][number]["node_id"],
            crypto.node_id().to_string()
        );
        let pem = NodePem::read(place.path(&format!("{node}/conf/node.pem")), None).unwrap();
        assert!(matches!(pem, NodePem::Public(_)));
        let id = text(&place, &format!("{node}/conf/node.nodeid"));
        assert_eq!(id, format!("{}\n", crypto.node_id()));
        let start = text(&place, &format!("{node}/start.sh"));
        let store = place.path("store").canonicalize().unwrap();
        assert!(start.contains(&format!(
            "\nexport GMT0018_SOFT_DIR='{}'\n",
            store.display()
        )));
    }
    let genesis = text(&place, "nodes/127.0.0.1/node0/config.genesis");
    let ids: Vec<_> = [0, 1].map(|n| report["nodes"][n]["node_id"].clone()).into();
    assert_eq!(serde_json::json!(sealers(&genesis)), serde_json::json!(ids));
}

#[test]
fn a_password_is_in_private_files_only() {
    let place = with_keys();
    for (output, password, variable) in [
        ("by-file", "--password-file pin", None),
        (
            "by-variable",
            "",
            Some(("GMT0018_PASSWORD", OsStr::new(PASSWORD))),
        ),
    ] {
        let build = format!(
            "chain build -l 127.0.0.1:2 -e ./node --key-indexes 1,2 {password} -o {output}"
        );
        // That no password is in an output is checked there for every run.
        place.run_with(&build, variable.as_slice(), b"").succeeds();
        let mut found = 0;
        for (name, mode) in files(&place.path(output)) {
            let bytes = fs::read(place.path(output).join(&name)).unwrap();
            let password = PASSWORD.as_bytes();
            if bytes.windows(password.len()).any(|part| part == password) {
                assert_eq!(mode, 0o600, "{name}");
                assert!(name.ends_with("/config.ini"), "{name}");
                found += 1;
            }
        }
        assert_eq!(found, 2);
    }
}

#[test]
fn every_key_may_have_a_password_of_its_own() {
    let place = with_keys();
    place.write("one-more", "another password\n");
    place
        .run("soft generate --key-index 3 --password-file one-more")
        .succeeds();
    place.write("pins", &format!("{PASSWORD}\nanother password\n"));
    let build =
        "chain build -l 127.0.0.1:2 -e ./node --key-indexes 2,3 --node-pem stub --password-file";
    place
        .run(&format!("{build} pin"))
        .refused(5, &["the password of key index 3 was refused"]);
    place.run(&format!("{build} pins")).succeeds();
    crypto(&place, "nodes/127.0.0.1/node0");
    crypto(&place, "nodes/127.0.0.1/node1");
    let pem = place.path("nodes/127.0.0.1/node1/conf/node.pem");
    assert!(matches!(
        NodePem::read(&pem, None).unwrap(),
        NodePem::Stub(_)
    ));
    assert_eq!(mode(&pem), 0o600);
}

#[test]
fn a_library_is_used_as_the_nodes_will_use_it() {
    let place = with_keys();
    let library = soft_library();
    std::os::unix::fs::symlink(&library, place.path("libcard.so")).unwrap();
    for (output, option, variable) in [
        ("by-option", "--hsm-lib ./libcard.so --soft-dir store", None),
        (
            "by-variable",
            "",
            Some(("GMT0018_LIB", OsStr::new("./libcard.so"))),
        ),
    ] {
        let build = format!(
            "chain build -l 127.0.0.1:2 -e ./node --key-indexes 1,2 {option} --password-file pin -o {output} --json"
        );
        let report = place
            .run_with(&build, variable.as_slice(), b"")
            .succeeds()
            .json();
        assert_eq!(report["device"]["kind"], "library");
        let node = format!("{output}/127.0.0.1/node0");
        let config = text(&place, &format!("{node}/config.ini"));
        // From the root on, and the link that was named and not its target.
        let expected = place.path("").canonicalize().unwrap().join("libcard.so");
        assert!(
            config.contains(&format!("\n    hsm_lib_path={}\n", expected.display())),
            "{config}"
        );
        crypto(&place, &node);
        assert!(text(&place, &format!("{node}/start.sh")).contains("export GMT0018_SOFT_DIR="));
    }
}

#[test]
fn keys_are_made_in_the_software_card_and_never_twice() {
    let place = place();
    let library = soft_library();
    let build = "chain build -l 127.0.0.1:2 -e ./node --create-keys --password-file pin";
    place.run(&format!("{build} --key-indexes 1,2")).succeeds();
    crypto(&place, "nodes/127.0.0.1/node1");
    let status = place.run("soft status --json").succeeds().json();
    assert_eq!(status["keys"].as_array().unwrap().len(), 2);

    place
        .run(&format!("{build} --key-indexes 3,2 -o more"))
        .refused(
            5,
            &["key pair at index 2 already", "leave --create-keys out"],
        );
    assert_eq!(place.run("soft status --json").succeeds().json(), status);
    place
        .run(&format!(
            "{build} --key-indexes 3,4 -o more --hsm-lib {}",
            library.to_str().unwrap()
        ))
        .succeeds();
    crypto(&place, "more/127.0.0.1/node0");
    place
        .run(&format!(
            "{build} --key-indexes 1,2 --soft-dir other -o other-nodes"
        ))
        .succeeds();
    assert!(place.path("other").is_dir());
}

#[test]
fn nothing_is_made_in_a_card_for_a_chain_that_cannot_be() {
    let place = place();
    let keys = "--key-indexes 1,2 --create-keys --password-file";
    fs::create_dir(place.path("nodes")).unwrap();
    for (rest, code, part) in [
        ("-l 127.0.0.1:2 pin", 6, "exists already"),
        ("-l 127.0.0.1:3 -o x pin", 2, "2 of them for 3 nodes"),
        ("-l 127.0.0.1:2 -o x -p 1,1 pin", 2, "overlap"),
        ("-l 127.0.0.1:2 -o x -a 0x12 pin", 2, "40 hex digits"),
    ] {
        let (rest, file) = rest.rsplit_once(' ').unwrap();
        place
            .run(&format!("chain build -e ./node {rest} {keys} {file}"))
            .refused(code, &[part]);
    }
    place.write("short", "1234567\n");
    place.write("blank", "a password with a blank at its end \n");
    for (file, part) in [
        ("short", "this one has 7"),
        ("blank", "without blanks at its ends"),
    ] {
        place
            .run(&format!(
                "chain build -l 127.0.0.1:2 -o x -e ./node {keys} {file}"
            ))
            .refused(5, &[part]);
    }
    assert_eq!(
        left_over(&place, &["nodes", "short", "blank"]),
        [] as [std::path::PathBuf; 0]
    );
}
