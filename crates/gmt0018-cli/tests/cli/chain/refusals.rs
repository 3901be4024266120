//! What is refused, and that nothing is left behind.

use std::fs;

use fisco_node::identity::NodePem;
use sm_soft::{SecretKey, keyfile};

use super::{left_over, place, set_mode, write_program};
use crate::support::{Place, soft_library};

#[test]
fn what_is_not_a_chain() {
    let place = place();
    fs::create_dir(place.path("directory")).unwrap();
    place.write("text", "no program");
    for (arguments, code, parts) in NO_CHAINS {
        place
            .run(&format!("chain build {arguments}"))
            .refused(code, &parts);
    }
    place.run("chain build -e ./node").exits(2);
    place.run("chain build -l 127.0.0.1:4").exits(2);
    assert_eq!(fs::read_dir(place.path("directory")).unwrap().count(), 0);
    nothing_left(&place, &["directory", "text"]);
}

#[test]
fn keys_in_files_that_no_node_can_have() {
    let place = place();
    let key = || SecretKey::generate().unwrap();
    let pem = |key: &SecretKey| NodePem::Private(key.clone()).to_pem().unwrap();
    for directory in [
        "one",
        "same",
        "encrypted",
        "public",
        "stub",
        "text",
        "empty",
    ] {
        fs::create_dir(place.path(directory)).unwrap();
        if directory != "empty" {
            place.write(&format!("{directory}/a"), &pem(&key()));
        }
    }
    fs::copy(place.path("same/a"), place.path("same/b")).unwrap();
    let encrypted = keyfile::to_encrypted_pkcs8_pem(&key(), b"password", &Default::default());
    place.write("encrypted/b", &encrypted.unwrap());
    let public = NodePem::Public(key().public_key());
    place.write("public/b", &public.to_pem().unwrap());
    let stub = NodePem::Stub(key().public_key());
    place.write("stub/b", &stub.to_pem().unwrap());
    place.write("text/b", "not a key\n");
    for (keys, parts) in NO_KEYS_IN_FILES {
        place
            .run(&format!("chain build -l 127.0.0.1:2 -e ./node -s {keys}"))
            .refused(5, &parts);
    }
    for (keys, part) in [
        ("-H", "neither --node-keys nor --key-indexes"),
        ("-n one --node-pem stub", "--node-pem is for keys in a card"),
        ("--node-pem public", "--node-pem is for keys in a card"),
    ] {
        place
            .run(&format!("chain build -l 127.0.0.1:2 -e ./node -s {keys}"))
            .refused(2, &[part]);
    }
    for keys in [
        "-n one --key-indexes 1,2",
        "--hsm-lib x.so",
        "--password-file pin",
        "--create-keys",
    ] {
        let build = format!("chain build -l 127.0.0.1:2 -e ./node {keys}");
        assert!(place.run(&build).exits(2).stderr().contains("Usage:"));
    }
    let known = [
        "one",
        "same",
        "encrypted",
        "public",
        "stub",
        "text",
        "empty",
    ];
    nothing_left(&place, &known);
}

#[test]
fn keys_in_a_card_that_no_node_can_use() {
    let place = Place::with_key();
    write_program(&place.path("node"), "#!/bin/sh\n");
    let library = soft_library();
    let library = library.to_str().unwrap();
    place.write("pins", "one-password\ntwo-passwords\nthree-passwords\n");
    fs::copy("/bin/true", place.path("true.so")).unwrap();
    for (keys, code, parts) in NO_KEYS_IN_A_CARD {
        place
            .run(&format!(
                "chain build -l 127.0.0.1:2 -e ./node {keys} --password-file pin"
            ))
            .refused(code, &parts);
    }
    for card in ["", &format!("--hsm-lib {library}")] {
        for (password, parts) in [
            (
                "--password-file wrong",
                [
                    "the password of key index 1 was refused",
                    "check the password",
                ],
            ),
            (
                "--password-file pins",
                ["3 lines for 1 keys", "one for each"],
            ),
            (
                "--password-file absent",
                ["password file absent", "check the path"],
            ),
            ("", ["a password is needed", "--password-file"]),
        ] {
            place
                .run(&format!(
                    "chain build -l 127.0.0.1:1 -e ./node --key-indexes 1 {card} {password}"
                ))
                .refused(5, &parts);
        }
        place
            .run(&format!(
                "chain build -l 127.0.0.1:1 -e ./node --key-indexes 1 {card} --no-password"
            ))
            .refused(5, &["cannot sign with key index 1"]);
    }
    nothing_left(&place, &["store", "pins", "true.so"]);
}

#[test]
fn a_disk_that_is_full_and_a_directory_that_is_not_ours() {
    let place = place();
    // A small file system of one's own needs no rights where user name spaces are allowed.
    let script = "mount -t tmpfs -o size=64k none full && \"$0\" chain build -l 127.0.0.1:9 -e ./node -o full/nodes; \
                  code=$?; ls -A full; exit $code";
    fs::create_dir(place.path("full")).unwrap();
    let program = env!("CARGO_BIN_EXE_gmt0018");
    let arguments = [
        "--user",
        "--map-root-user",
        "--mount",
        "bash",
        "-c",
        script,
        program,
    ];
    if let Some(output) = crate::support::tool("unshare", &arguments, &place.path("")) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let error = text(&output.stderr);
        if error.contains("error: ") {
            assert!(error.contains("No space left on device"), "{error}");
            assert!(error.contains("cannot write full/nodes"), "{error}");
            assert_eq!(output.status.code(), Some(6), "{error}");
            assert_eq!(text(&output.stdout), "");
        } else {
            eprintln!("skipped: no file system of one's own here: {error}");
        }
    }
    fs::create_dir(place.path("closed")).unwrap();
    set_mode(&place.path("closed"), 0o555);
    if fs::write(place.path("closed/file"), "").is_ok() {
        eprintln!("skipped: this user may write into every directory");
        fs::remove_file(place.path("closed/file")).unwrap();
    } else {
        place
            .run("chain build -l 127.0.0.1:1 -e ./node -o closed/nodes")
            .refused(6, &["cannot write closed/nodes", "permissions"]);
    }
    assert_eq!(fs::read_dir(place.path("closed")).unwrap().count(), 0);
    nothing_left(&place, &["full", "closed"]);
}

fn nothing_left(place: &Place, known: &[&str]) {
    let left = left_over(place, known);
    assert!(left.is_empty(), "{left:?}");
}

const NO_CHAINS: [(&str, i32, [&str; 2]); 21] = [
    ("-l 127.0.0.1 -e ./node", 2, ["--nodes", "127.0.0.1:4"]),
    (
        "-l localhost:4 -e ./node",
        2,
        ["--nodes", "not an IP address"],
    ),
    ("-l ::1:4 -e ./node", 2, ["--nodes", "[::1]:4"]),
    (
        "-l 127.0.0.1:0 -e ./node",
        2,
        ["--nodes", "number of nodes"],
    ),
    (
        "-l 127.0.0.1:1,127.0.0.1:2 -e ./node",
        2,
        ["--nodes", "twice"],
    ),
    (
        "-l 127.0.0.1:4 -p 30300 -e ./node",
        2,
        ["--ports", "not two numbers"],
    ),
    (
        "-l 127.0.0.1:4 -p 0,20200 -e ./node",
        2,
        ["--ports", "1 to 65535"],
    ),
    (
        "-l 127.0.0.1:4 -p 65533,20200 -e ./node",
        2,
        ["--ports", "beyond 65535"],
    ),
    (
        "-l 127.0.0.1:4 -p 20201,20200 -e ./node",
        2,
        ["--ports", "overlap"],
    ),
    (
        "-l 127.0.0.1:4 -g group_0 -e ./node",
        2,
        ["--group", "letters and digits"],
    ),
    (
        "-l 127.0.0.1:4 -I chain-0 -e ./node",
        2,
        ["--chain", "letters and digits"],
    ),
    (
        "-l 127.0.0.1:4 -v 3.0.1 -e ./node",
        2,
        ["--compatibility", "3.1.0"],
    ),
    (
        "-l 127.0.0.1:4 -a 1b006263 -e ./node",
        2,
        ["--admin", "40 hex digits"],
    ),
    (
        "-l 127.0.0.1:4 -e ./absent",
        2,
        ["./absent", "nothing is downloaded"],
    ),
    ("-l 127.0.0.1:4 -e ./text", 2, ["./text", "not executable"]),
    (
        "-l 127.0.0.1:4 -e ./directory",
        2,
        ["./directory", "not a file"],
    ),
    (
        "-l 127.0.0.1:4 -e ./node -o directory",
        6,
        ["nothing was built", "exists already"],
    ),
    (
        "-l 127.0.0.1:4 -e ./node -o text",
        6,
        ["nothing was built", "exists already"],
    ),
    (
        "-l 127.0.0.1:4 -e ./node -o absent/nodes",
        6,
        ["no directory absent", "make that directory"],
    ),
    (
        "-l 127.0.0.1:4 -e ./node -o text/nodes",
        6,
        ["no directory text", "make that directory"],
    ),
    (
        "-l 127.0.0.1:4 -e ./node -o ..",
        6,
        ["nothing was built", "exists already"],
    ),
];

const NO_KEYS_IN_FILES: [(&str, [&str; 2]); 10] = [
    (
        "-n one",
        [
            "2 nodes need 2 keys",
            "one has 1; counted from 0, what is missing is number 1",
        ],
    ),
    ("-n empty", ["2 nodes need 2 keys", "number 0, number 1"]),
    (
        "-n same",
        ["two nodes would have one key", "same/a and same/b"],
    ),
    (
        "-H -n same",
        ["two nodes would have one key", "same/a and same/b"],
    ),
    (
        "-n encrypted",
        ["encrypted/b", "openssl pkcs8 -in encrypted/b"],
    ),
    ("-H -n encrypted", ["encrypted/b", "openssl pkcs8"]),
    ("-n public", ["public/b", "pass --hsm"]),
    ("-n stub", ["stub/b", "pass --hsm"]),
    ("-n text", ["text/b", "PKCS#8 or SEC 1"]),
    ("-n absent", ["absent", "--node-keys"]),
];

const NO_KEYS_IN_A_CARD: [(&str, i32, [&str; 2]); 10] = [
    ("--key-indexes 1,1", 2, ["--key-indexes", "twice"]),
    (
        "--key-indexes 1",
        2,
        ["--key-indexes", "1 of them for 2 nodes"],
    ),
    ("--key-indexes 1,2", 5, ["no key at index 2", "keys list"]),
    (
        "--key-indexes 1,2 --soft-dir absent",
        6,
        ["no key store", "soft init"],
    ),
    (
        "--key-indexes 1,2 --hsm-lib ./absent.so",
        3,
        ["library cannot be used", "absent.so"],
    ),
    (
        "--key-indexes 1,2 --hsm-lib ./true.so",
        3,
        ["library cannot be used", "true.so"],
    ),
    (
        "--key-indexes 1,2 --hsm-lib ./true.so --create-keys",
        2,
        ["./true.so is another", "vendor's tool"],
    ),
    (
        "--key-indexes 1,2 --hsm-lib ./true.so --soft-dir store",
        2,
        ["./true.so is another", "vendor's tool"],
    ),
    (
        "--key-indexes 1,2 --dialect softsdf",
        2,
        ["--dialect", "--hsm-lib"],
    ),
    (
        "--key-indexes 1,5000 --create-keys",
        2,
        ["out of range", "no key was made"],
    ),
];
