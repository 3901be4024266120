//! `gmt0018 chain expand`.

use std::fs;

use fisco_node::{
    config::{KeySource, NodeConfig},
    identity::NodePem,
};

use super::{mode, place, text, write_program};
use crate::support::{Place, tool};

const NEW: &str = "chain expand -d nodes/ca -c nodes/127.0.0.1/node0 -o nodes/127.0.0.1/node2";
const NODE0: &str = "nodes/127.0.0.1/node0";
const NODE2: &str = "nodes/127.0.0.1/node2";

/// A chain of two nodes with keys in the card at the indexes 1 and 2; 3 is free.
fn with_card() -> Place {
    let place = place();
    place
        .run(
            "soft init --key-index 1 --key-index 2 --key-index 3 --kdf-iterations 1000 --password-file pin",
        )
        .succeeds();
    place
        .run("chain build -l 127.0.0.1:2 -e ./node --key-indexes 1,2 --password-file pin")
        .succeeds();
    place
}

/// The lines of one text that are not in another, in order.
fn changed(one: &str, other: &str) -> Vec<String> {
    let known: Vec<&str> = other.lines().collect();
    one.lines()
        .filter(|line| !known.contains(line))
        .map(|line| line.trim().to_owned())
        .collect()
}

#[test]
fn a_node_with_a_new_key() {
    let place = place();
    place.run("chain build -l 127.0.0.1:2 -e ./node").succeeds();
    let answer = place.run(NEW).succeeds();
    let (old, new) = (
        text(&place, &format!("{NODE0}/config.ini")),
        text(&place, &format!("{NODE2}/config.ini")),
    );
    assert_eq!(
        changed(&new, &old),
        ["listen_port=30302", "listen_port=20202"]
    );
    assert_eq!(new.len(), old.len());
    let genesis = |node: &str| text(&place, &format!("{node}/config.genesis"));
    assert_eq!(genesis(NODE2), genesis(NODE0));
    assert_eq!(
        text(&place, &format!("{NODE2}/nodes.json")),
        r#"{"nodes":["127.0.0.1:30300","127.0.0.1:30301","127.0.0.1:30302"]}"#
    );
    let old_list = r#"{"nodes":["127.0.0.1:30300","127.0.0.1:30301"]}"#;
    assert_eq!(text(&place, &format!("{NODE0}/nodes.json")), old_list);
    let pem = NodePem::read(place.path(&format!("{NODE2}/conf/node.pem")), None).unwrap();
    let id = pem.node_id();
    assert_eq!(
        text(&place, &format!("{NODE2}/conf/node.nodeid")),
        format!("{id}\n")
    );
    for part in [
        format!("addSealer {id} 1"),
        "nodes.json of the other nodes needs \"127.0.0.1:30302\" too".to_owned(),
    ] {
        assert!(answer.text().contains(&part), "{}", answer.text());
    }
    let mut names: Vec<_> = super::files(&place.path(NODE2)).into_iter().collect();
    let expected: Vec<_> = super::files(&place.path(NODE0)).into_iter().collect();
    names.sort();
    assert_eq!(names, expected);

    // The next one counts on, and takes no key twice.
    let again = NEW.replace("node2", "node3");
    place
        .run(&format!("{again} -n {NODE2}/conf/node.pem"))
        .refused(5, &["the key of another", "node2 has the node id"]);
    place
        .run(&format!("{again} -n {NODE0}/conf/node.pem"))
        .refused(5, &["the key of another", "config.genesis has"]);
    let report = place.run(&format!("{again} --json")).succeeds().json();
    assert_eq!(report["p2p_port"], 30303);
}

#[test]
fn openssl_verifies_the_new_certificates() {
    let place = place();
    place.run("chain build -l 127.0.0.1:1 -e ./node").succeeds();
    place.run(&NEW.replace("node2", "node1")).succeeds();
    for name in ["sm_ssl", "sm_enssl"] {
        verify(&place, &format!("nodes/127.0.0.1/node1/conf/{name}.crt"));
    }
}

/// Asks OpenSSL, where there is one, about a certificate.
fn verify(place: &Place, certificate: &str) {
    let arguments =
        "verify -x509_strict -vfyopt distid:1234567812345678 -CAfile nodes/ca/sm_ca.crt";
    let arguments: Vec<&str> = arguments.split(' ').chain([certificate]).collect();
    if let Some(output) = tool("openssl", &arguments, &place.path("")) {
        assert!(output.status.success(), "{output:?}");
    }
}

#[test]
fn a_chain_whose_authority_openssl_made() {
    let place = place();
    place.run("chain build -l 127.0.0.1:1 -e ./node").succeeds();
    let ca = place.path("nodes/ca");
    for arguments in [
        "genpkey -paramfile sm_sm2.param -out sm_ca.key",
        "req -new -x509 -days 36500 -key sm_ca.key -config sm_cert.cnf -extensions v3_ca -subj /CN=x/O=y/OU=chain -sm3 \
         -sigopt distid:1234567812345678 -text -out sm_ca.crt",
    ] {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let Some(output) = tool("openssl", &arguments, &ca) else {
            return;
        };
        assert!(output.status.success(), "{output:?}");
    }
    place
        .run(&NEW.replace("node2", "node1"))
        .refused(6, &["would refuse the new node"]);
    fs::copy(
        ca.join("sm_ca.crt"),
        place.path(&format!("{NODE0}/conf/sm_ca.crt")),
    )
    .unwrap();
    place.run(&NEW.replace("node2", "node1")).succeeds();
    verify(&place, "nodes/127.0.0.1/node1/conf/sm_ssl.crt");
}

#[test]
fn a_node_with_its_key_in_the_card_of_the_others() {
    let place = with_card();
    let report = place
        .run(&format!(
            "{NEW} --key-indexes 3 --password-file pin --update-peers --json"
        ))
        .succeeds()
        .json();
    assert_eq!(report["key_index"], 3);
    let updated: Vec<_> = ["node0", "node1"]
        .map(|node| format!("nodes/127.0.0.1/{node}/nodes.json"))
        .into();
    assert_eq!(report["updated"], serde_json::json!(updated));
    let config = text(&place, &format!("{NODE2}/config.ini"));
    let changes = changed(&config, &text(&place, &format!("{NODE0}/config.ini")));
    assert_eq!(
        changes,
        ["listen_port=30302", "listen_port=20202", "key_index=3"]
    );
    assert_eq!(mode(&place.path(&format!("{NODE2}/config.ini"))), 0o600);
    let list = text(&place, &format!("{NODE2}/nodes.json"));
    for node in ["node0", "node1"] {
        let path = format!("nodes/127.0.0.1/{node}/nodes.json");
        assert_eq!(text(&place, &path), list);
        assert_eq!(mode(&place.path(&path)), mode(&place.path("message")));
    }
    let config = NodeConfig::read(place.path(&format!("{NODE2}/config.ini"))).unwrap();
    assert_eq!(config.warnings(), []);
    assert!(matches!(config.key(), KeySource::Card(card) if card.index() == 3));
    // A key in a file, though the others have theirs in a card.
    place.run(&NEW.replace("node2", "node3")).succeeds();
    let config = NodeConfig::read(place.path("nodes/127.0.0.1/node3/config.ini")).unwrap();
    assert_eq!(config.warnings(), []);
    assert!(matches!(config.key(), KeySource::File(_)));
}

#[test]
fn other_ways_to_keep_keys_are_undone_or_refused() {
    let place = with_card();
    let path = format!("{NODE0}/config.ini");
    let config = text(&place, &path);
    let with = |kms: &str| config.replace("    enable_hsm=true\n", kms);
    place.write(&path, &with("    kms_type=HSM\n"));
    place.run(NEW).succeeds();
    let read = |node: &str| NodeConfig::read(place.path(&format!("{node}/config.ini"))).unwrap();
    assert!(matches!(read(NODE2).key(), KeySource::File(_)));
    assert!(text(&place, &format!("{NODE2}/config.ini")).contains("    kms_type=LEGACY\n"));
    let in_card = NEW.replace("node2", "node3") + " --key-indexes 3 --password-file pin";
    place.run(&in_card).succeeds();
    let config = read("nodes/127.0.0.1/node3");
    assert!(matches!(config.key(), KeySource::Card(card) if card.index() == 3));

    place.write(
        &path,
        &with("    kms_type=CLOUDKMS\n    cloud_kms_type=AWS\n"),
    );
    place
        .run(
            &in_card
                .replace("node3", "node4")
                .replace("indexes 3", "indexes 2"),
        )
        .refused(5, &["the key of another"]);
    fs::remove_dir_all(place.path("nodes/127.0.0.1/node3")).unwrap();
    place
        .run(&in_card)
        .refused(6, &["kms_type", "kept in another way"]);
}

#[test]
fn the_first_node_of_another_machine() {
    let place = with_card();
    fs::create_dir(place.path("nodes/10.0.0.2")).unwrap();
    let new = "chain expand -d nodes/ca -c nodes/127.0.0.1/node0 -o nodes/10.0.0.2/node0";
    place
        .run(new)
        .refused(2, &["nodes/10.0.0.2/fisco-bcos", "--binary"]);
    assert_eq!(
        fs::read_dir(place.path("nodes/10.0.0.2")).unwrap().count(),
        0
    );
    let report = place
        .run(&format!("{new} -e ./node --json"))
        .succeeds()
        .json();
    assert_eq!(
        (&report["p2p_port"], &report["ip"]),
        (&30300.into(), &"10.0.0.2".into())
    );
    for name in [
        "fisco-bcos",
        "start_all.sh",
        "stop_all.sh",
        "node0/config.ini",
    ] {
        assert!(place.path("nodes/10.0.0.2").join(name).exists(), "{name}");
    }
}

#[test]
fn what_is_refused_leaves_the_chain_as_it_was() {
    let place = with_card();
    place
        .run("chain build -l 127.0.0.1:1 -e ./node -o others")
        .succeeds();
    fs::create_dir(place.path("mixed")).unwrap();
    fs::copy(
        place.path("nodes/ca/sm_ca.crt"),
        place.path("mixed/sm_ca.crt"),
    )
    .unwrap();
    fs::copy(
        place.path("others/ca/sm_ca.key"),
        place.path("mixed/sm_ca.key"),
    )
    .unwrap();
    write_program(&place.path("nodes/127.0.0.1/fisco-bcos"), "#!/bin/sh\n");
    let before = super::files(&place.path("nodes"));
    for (change, more, code, parts) in REFUSED {
        let (from, to) = change.split_once(" to ").unwrap_or_default();
        place
            .run(&format!("{} {more}", NEW.replace(from, to)))
            .refused(code, &parts);
    }
    place.write("nodes/127.0.0.1/node0/nodes.json", "{\"nodes\":\"none\"}");
    place
        .run(NEW)
        .refused(6, &["list of nodes", "no list `nodes`"]);
    assert_eq!(super::files(&place.path("nodes")), before);
    let left = super::left_over(&place, &["nodes", "others", "mixed", "store"]);
    assert!(left.is_empty(), "{left:?}");
}

/// A change of the command, what is added to it, and what is said.
const REFUSED: [(&str, &str, i32, [&str; 2]); 14] = [
    (
        "node2 to node1",
        "",
        6,
        ["nothing was built", "exists already"],
    ),
    (
        "nodes/ca to others/ca",
        "",
        6,
        ["would refuse the new node", "not the one in"],
    ),
    (
        "nodes/ca to mixed",
        "",
        6,
        ["cannot sign for this chain", "not the key of"],
    ),
    ("nodes/ca to nodes", "", 6, ["nodes/sm_ca.crt", "--ca"]),
    (
        "-c nodes/127.0.0.1/node0 to -c nodes",
        "",
        6,
        ["the node in nodes", "config.ini"],
    ),
    (SAME, "-p 30300,1", 2, ["--ports", "node0 has one of them"]),
    (SAME, "-p 1,30300", 2, ["--ports", "node0 has one of them"]),
    (SAME, "-p 1,1", 2, ["--ports", "the same"]),
    (SAME, "-p 65536,1", 2, ["--ports", "not two numbers"]),
    (
        SAME,
        "--address here",
        2,
        ["--address", "not an IP address"],
    ),
    (
        SAME,
        "--key-indexes 1 --password-file pin",
        5,
        ["the key of another", "config.genesis"],
    ),
    (
        SAME,
        "--key-indexes 3 --password-file wrong",
        5,
        ["key index 3 was refused", "check the password"],
    ),
    (
        SAME,
        "--key-indexes 9 --password-file pin",
        5,
        ["no key at index 9", "keys list"],
    ),
    (
        SAME,
        "--key-indexes 3,4 --password-file pin",
        2,
        ["2 of them for 1 nodes", "--key-indexes"],
    ),
];
const SAME: &str = "chain to chain";
