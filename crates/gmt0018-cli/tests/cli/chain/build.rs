//! The tree that is built, with keys in files.

use std::fs;

use fisco_node::{
    config::{Genesis, KeySource, NodeConfig, ini::Ini},
    identity::{NodeId, NodePem},
};

use super::{files, mode, place, sealers, text};
use crate::support::Place;

/// Writes as many key files as there are names, and gives the node ids in the same order.
fn write_keys(place: &Place, directory: &str, names: &[&str], form: Form) -> Vec<String> {
    fs::create_dir(place.path(directory)).unwrap();
    let write = |name: &&str| {
        let key = sm_soft::SecretKey::generate().unwrap();
        let id = NodeId::new(key.public_key()).to_string();
        let text = match form {
            Form::Pkcs8 => NodePem::Private(key).to_pem().unwrap(),
            Form::Sec1 => sm_soft::keyfile::to_sec1_pem(&key).unwrap(),
            Form::Public => NodePem::Public(key.public_key()).to_pem().unwrap(),
            Form::Stub => NodePem::Stub(key.public_key()).to_pem().unwrap(),
        };
        place.write(&format!("{directory}/{name}"), &text);
        id
    };
    names.iter().map(write).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Pkcs8,
    Sec1,
    Public,
    Stub,
}

#[test]
fn the_tree_has_the_files_and_modes_of_the_script() {
    let place = place();
    let answer = place
        .run("chain build -l 127.0.0.1:2 -e ./node -s -v v3.16.0")
        .succeeds();
    // The umask takes away from what is public.
    let public = mode(&place.path("message"));
    let script = public | 0o100;
    let mut expected = std::collections::BTreeMap::new();
    let mut expect = |directory: &str, names: &str, mode: u32| {
        for name in names.split_whitespace() {
            expected.insert(format!("{directory}{name}"), mode);
        }
    };
    for ca in ["ca/", "127.0.0.1/ca/"] {
        expect(ca, "sm_ca.key", 0o600);
        expect(ca, "sm_ca.crt sm_cert.cnf sm_sm2.param", public);
    }
    expect("ca/", "sm_ca.srl", public);
    expect("127.0.0.1/", "fisco-bcos", 0o755);
    expect("127.0.0.1/", "start_all.sh stop_all.sh", script);
    expect("127.0.0.1/sdk/", "sm_sdk.key sm_ensdk.key", 0o600);
    let certificates = "sm_ca.crt sm_sdk.crt sm_ensdk.crt sm_sdk.nodeid";
    expect("127.0.0.1/sdk/", certificates, public);
    for node in ["127.0.0.1/node0/", "127.0.0.1/node1/"] {
        let conf = format!("{node}conf/");
        expect(&conf, "node.pem sm_ssl.key sm_enssl.key", 0o600);
        let certificates = "sm_ca.crt sm_ssl.crt sm_enssl.crt sm_ssl.nodeid node.nodeid";
        expect(&conf, certificates, public);
        expect(node, "config.ini config.genesis nodes.json", public);
        expect(node, "start.sh stop.sh", script);
    }
    let admin = admin_of(&answer.text());
    expect("ca/accounts_gm/", &format!("{admin}.pem"), 0o600);
    assert_eq!(files(&place.path("nodes")), expected);

    let account = NodePem::read(
        place.path(&format!("nodes/ca/accounts_gm/{admin}.pem")),
        None,
    );
    assert_eq!(account.unwrap().node_id().address().to_string(), admin);
    assert_eq!(
        answer.text(),
        format!(
            "\
[INFO] Use binary ./node
Processing IP 127.0.0.1 Total:2
[INFO] Admin account: {admin}
==============================================================
[INFO] GroupID              : group0
[INFO] ChainID              : chain0
[INFO] fisco-bcos path      : ./node
[INFO] Auth mode            : false
[INFO] Start port           : 30300 20200
[INFO] Server IP            : 127.0.0.1:2
[INFO] SM model             : true
[INFO] enable HSM           : false
[INFO] nodes.json           : 127.0.0.1:30300,127.0.0.1:30301,
[INFO] Output dir           : nodes
[INFO] All completed. Files in nodes"
        )
    );
    assert_eq!(answer.stderr(), "");
}

fn admin_of(console: &str) -> String {
    let mark = "[INFO] Admin account: ";
    let line = console.lines().find_map(|line| line.strip_prefix(mark));
    line.unwrap().to_owned()
}

#[test]
fn a_node_accepts_what_is_written() {
    let place = place();
    let admin = "0x1B006263a5566083ce0db1a420ee6bb9898daa77";
    let build = format!(
        "chain build --nodes 127.0.0.1:2,[::1]:1 --ports 100,200 --output out --binary ./node --group g1 --chain c2 \
         --admin {admin} --compatibility 3.9.0 --json"
    );
    let report = place.run(&build).succeeds().json();
    assert_eq!(report["admin"]["address"], admin);
    assert!(report["admin"]["key_file"].is_null());
    assert!(!place.path("out/ca/accounts_gm").exists());
    let nodes = report["nodes"].as_array().unwrap();
    let expected = [
        ("out/127.0.0.1/node0", "0.0.0.0", "100", "200"),
        ("out/127.0.0.1/node1", "0.0.0.0", "101", "201"),
        ("out/::1/node0", "::", "100", "200"),
    ];
    assert_eq!(nodes.len(), expected.len());
    let genesis = text(&place, "out/127.0.0.1/node0/config.genesis");
    let endpoints = r#"{"nodes":["127.0.0.1:100","127.0.0.1:101","[::1]:100"]}"#;
    for (node, (directory, ip, p2p, rpc)) in nodes.iter().zip(expected) {
        assert_eq!(node["directory"], directory);
        let path = |name: &str| format!("{directory}/{name}");
        let config = Ini::read(place.path(&path("config.ini"))).unwrap();
        let value = |section, key| config.entry(section, key).unwrap().value().to_owned();
        assert_eq!(value("p2p", "listen_ip"), ip);
        assert_eq!(value("p2p", "listen_port"), p2p);
        assert_eq!(value("rpc", "listen_port"), rpc);
        for section in ["p2p", "rpc"] {
            assert_eq!(value(section, "sm_ssl"), "true");
        }
        let config = NodeConfig::from_ini(&config).unwrap();
        assert_eq!(config.warnings(), []);
        assert!(matches!(config.key(), KeySource::File(path) if path.ends_with("conf/node.pem")));
        let pem = NodePem::read(place.path(&path("conf/node.pem")), None).unwrap();
        assert!(matches!(pem, NodePem::Private(_)));
        let id = pem.node_id().to_string();
        assert_eq!(text(&place, &path("conf/node.nodeid")), format!("{id}\n"));
        assert_eq!(node["node_id"], id);
        assert_eq!(node["address"], pem.node_id().address().to_string());
        assert_eq!(text(&place, &path("config.genesis")), genesis);
        assert_eq!(text(&place, &path("nodes.json")), endpoints);
    }
    let ids: Vec<_> = nodes.iter().map(|node| node["node_id"].clone()).collect();
    assert_eq!(serde_json::json!(sealers(&genesis)), serde_json::json!(ids));
    assert!(genesis.contains(&format!("\n    auth_admin_account={admin}\n")));
    assert!(genesis.contains("\n    is_auth_check=true\n"));
    let genesis = Genesis::read(place.path("out/::1/node0/config.genesis")).unwrap();
    assert_eq!(genesis.sm_crypto(), Some(true));
    assert_eq!(
        (genesis.group_id(), genesis.chain_id()),
        (Some("g1"), Some("c2"))
    );
    assert_eq!(genesis.sealers().as_slice().len(), 3);
    assert_eq!(
        genesis.compatibility_version().unwrap().to_string(),
        "3.9.0"
    );
}

#[test]
fn key_files_are_taken_in_the_order_of_their_numbers() {
    let place = place();
    let names = [
        "node0.pem",
        "node1.pem",
        "node2.pem",
        "node9.pem",
        "node10.pem",
        "node11.pem",
    ];
    for (directory, form) in [("pkcs8", Form::Pkcs8), ("sec1", Form::Sec1)] {
        let ids = write_keys(&place, directory, &names, form);
        place.write(&format!("{directory}/.hidden"), "no key");
        let build =
            format!("chain build -l 127.0.0.1:5 -e ./node -n {directory} -o out-{directory}");
        let answer = place.run(&build).succeeds();
        assert!(
            answer
                .stderr()
                .contains("1 are not used, the first of them node11.pem")
        );
        let host = format!("out-{directory}/127.0.0.1");
        let genesis = text(&place, &format!("{host}/node0/config.genesis"));
        assert_eq!(sealers(&genesis), ids[..5]);
        for (number, id) in ids[..5].iter().enumerate() {
            let conf = format!("{host}/node{number}/conf");
            assert_eq!(
                text(&place, &format!("{conf}/node.nodeid")),
                format!("{id}\n")
            );
            let pem = text(&place, &format!("{conf}/node.pem"));
            // The form that tools which take the lines of `openssl ec -text` expect.
            assert!(
                pem.starts_with("-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG"),
                "{pem}"
            );
            assert_eq!(pem.len(), 241);
        }
    }
}

#[test]
fn keys_whose_card_is_yet_to_be_filled_in() {
    let place = place();
    for (directory, form, option, label, expected_mode) in [
        ("private", Form::Pkcs8, "", "PRIVATE", 0o600),
        (
            "public",
            Form::Public,
            "",
            "PUBLIC",
            mode(&place.path("message")),
        ),
        ("stub", Form::Stub, "", "PRIVATE", 0o600),
        (
            "made-public",
            Form::Pkcs8,
            "--node-pem public",
            "PUBLIC",
            mode(&place.path("message")),
        ),
        (
            "made-stub",
            Form::Public,
            "--node-pem stub",
            "PRIVATE",
            0o600,
        ),
    ] {
        let ids = write_keys(&place, directory, &["a", "b"], form);
        let build = format!(
            "chain build -s -H -n {directory} -l 127.0.0.1:2 -e ./node -o out-{directory} {option}"
        );
        let answer = place.run(&build).succeeds();
        assert!(
            answer
                .text()
                .contains("\n[INFO] enable HSM           : true\n")
        );
        let node = format!("out-{directory}/127.0.0.1/node1");
        assert_eq!(
            sealers(&text(&place, &format!("{node}/config.genesis"))),
            ids
        );
        assert_eq!(
            text(&place, &format!("{node}/conf/node.nodeid")),
            format!("{}\n", ids[1])
        );
        let pem = format!("{node}/conf/node.pem");
        assert!(text(&place, &pem).starts_with(&format!("-----BEGIN {label} KEY-----\n")));
        assert_eq!(mode(&place.path(&pem)), expected_mode, "{directory}");
        let read = NodePem::read(place.path(&pem), None).unwrap();
        assert_eq!(read.node_id().to_string(), ids[1]);
        assert_eq!(
            matches!(read, NodePem::Private(_)),
            directory == "private",
            "{directory}: a private key must not be where nobody asked for it"
        );
        let config = text(&place, &format!("{node}/config.ini"));
        let lines = "    enable_hsm=true\n    ; with a key in a card: the card's library, the key's index, the key's \
                     password\n    ;hsm_lib_path=\n    ;key_index=\n    ;password=\n";
        assert!(config.contains(lines), "{config}");
    }
}

#[test]
fn a_chain_of_a_hundred_nodes() {
    let place = place();
    let report = place
        .run("chain build -l 127.0.0.1:60,10.0.0.1:40 -e ./node --json")
        .succeeds()
        .json();
    assert_eq!(report["nodes"].as_array().unwrap().len(), 100);
    let genesis = text(&place, "nodes/10.0.0.1/node39/config.genesis");
    assert_eq!(sealers(&genesis).len(), 100);
    assert_eq!(
        genesis,
        text(&place, "nodes/127.0.0.1/node0/config.genesis")
    );
    assert_eq!(files(&place.path("nodes/127.0.0.1")).len(), 13 + 60 * 13);
}
