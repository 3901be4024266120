//! Node ids and node.pem files.

use std::{ffi::OsStr, fs, time::Instant};

use sm_soft::{
    SecretKey,
    keyfile::{self, Encryption},
};

use crate::{
    readme::assert_in_readme,
    support::{PASSWORD, Place, tool},
};

/// What `build_chain.sh` wrote, a key made for this test.
const PKCS8: &str = include_str!("../cmd/node.in/node.pem");
const NODE_ID: &str = "b84dbe275d3288a30789860018a5418f2ee7e7b17242be94b6bdc5b2f5cf81452a81e1aea3841f655cf89b28d87bdc2997924180e84923bc1895e2e864d69ecb";

fn key() -> SecretKey {
    keyfile::parse_private(PKCS8.as_bytes(), None).unwrap()
}

/// A place with the key in every form, and the form's name.
fn place_with_forms() -> (Place, Vec<(&'static str, &'static str)>) {
    let place = Place::new();
    let (key, cheap) = (key(), Encryption::default().with_iterations(1000).unwrap());
    let password = PASSWORD.as_bytes();
    let public = key.public_key();
    let files: [(&str, &str, Vec<u8>); 11] = [
        ("pkcs8.pem", "private", PKCS8.into()),
        (
            "pkcs8.der",
            "private",
            keyfile::to_pkcs8_der(&key).unwrap().to_vec(),
        ),
        (
            "sec1.pem",
            "private",
            keyfile::to_sec1_pem(&key).unwrap().as_bytes().into(),
        ),
        ("hex", "private", keyfile::to_hex(&key).as_bytes().into()),
        (
            "encrypted.pem",
            "private",
            keyfile::to_encrypted_pkcs8_pem(&key, password, &cheap)
                .unwrap()
                .into(),
        ),
        (
            "encrypted.der",
            "private",
            keyfile::to_encrypted_pkcs8_der(&key, password, &cheap).unwrap(),
        ),
        ("spki.pem", "public", public.to_spki_pem().into()),
        ("spki.der", "public", public.to_spki_der().to_vec()),
        ("node.nodeid", "public", format!("{NODE_ID}\n").into()),
        (
            "upper",
            "public",
            format!("04{}", NODE_ID.to_uppercase()).into(),
        ),
        ("crlf.pem", "private", PKCS8.replace('\n', "\r\n").into()),
    ];
    for (name, _, content) in &files {
        fs::write(place.path(name), content).unwrap();
    }
    place.run("node-pem --stub spki.pem -o stub.pem").succeeds();
    let mut forms: Vec<_> = files.map(|(name, form, _)| (name, form)).into();
    forms.push(("stub.pem", "stub"));
    (place, forms)
}

#[test]
fn every_form_has_the_same_node_id() {
    let (place, forms) = place_with_forms();
    for (file, form) in &forms {
        let command = format!("node-id {file} --pem-password-file pin");
        assert_eq!(place.run(&command).succeeds().text(), NODE_ID, "{file}");
        let report = place.run(&format!("{command} --json")).succeeds().json();
        assert_eq!(report["form"], *form, "{file}");
        assert_eq!(report["node_id"], NODE_ID);
        assert_eq!(report["public_key"], NODE_ID);
        assert_eq!(
            report["address"],
            "0xd59fd466e1cae564ac3b1b1442a7b4997acf3cbb"
        );
        assert_eq!(report["file"], *file);
        assert_in_readme(&report);
    }
    // All at once: one line each, in their order.
    let names: Vec<_> = forms.iter().map(|(file, _)| *file).collect();
    let all = format!("node-id --pem-password-file pin {}", names.join(" "));
    let expected: Vec<_> = names
        .iter()
        .map(|name| format!("{NODE_ID}  {name}"))
        .collect();
    assert_eq!(place.run(&all).succeeds().text(), expected.join("\n"));
    let json = place.run(&format!("{all} --json")).succeeds().text();
    assert_eq!(json.lines().count(), names.len());
}

#[test]
fn the_password_of_an_encrypted_file() {
    let (place, _) = place_with_forms();
    let command = "node-id encrypted.pem";
    place
        .run(command)
        .refused(5, &["a password is needed", "--pem-password-file"]);
    place
        .run("node-id encrypted.pem --pem-password-file wrong")
        .refused(
            5,
            &[
                "encrypted.pem",
                "the password is wrong",
                "--pem-password-file",
            ],
        );
    let variable = [("GMT0018_PEM_PASSWORD", OsStr::new(PASSWORD))];
    let answer = place.run_with(command, &variable, b"").succeeds();
    assert_eq!(answer.text(), NODE_ID);
}

#[test]
fn a_file_that_is_no_key_stops_no_other() {
    let (place, _) = place_with_forms();
    let answer = place
        .run("node-id pkcs8.pem message absent spki.pem")
        .exits(5);
    assert_eq!(
        answer.text(),
        format!("{NODE_ID}  pkcs8.pem\n{NODE_ID}  spki.pem")
    );
    assert!(answer.stderr().contains("cannot use the key file message"));
    assert!(answer.stderr().contains("cannot read absent"));
    place.run("node-id absent message spki.pem").exits(2);
}

#[test]
fn a_key_in_a_card() {
    let place = Place::with_key();
    let shown = place
        .run("keys show --key-index 1 --json")
        .succeeds()
        .json();
    let report = place.run("node-id --key-index 1 --json").succeeds().json();
    for field in ["node_id", "address", "public_key", "key_index", "device"] {
        assert_eq!(report[field], shown[field], "{field}");
    }
    assert_eq!(report["form"], "card");
    let id = shown["node_id"].as_str().unwrap();
    assert_eq!(place.run("node-id --key-index 1").succeeds().text(), id);
    for form in ["stub", "public"] {
        let command = format!("node-pem --{form} --key-index 1 -o {form}.pem");
        let answer = place.run(&format!("{command} --json")).succeeds();
        assert_in_readme(&answer.json());
        let read = place
            .run(&format!("node-id {form}.pem --json"))
            .succeeds()
            .json();
        assert_eq!(
            (&read["node_id"], &read["form"]),
            (&id.into(), &form.into())
        );
    }
    place
        .run("node-id --key-index 2")
        .refused(5, &["no key at index 2", "keys list"]);
    place
        .run("node-pem --stub --key-index 2")
        .refused(5, &["no key at index 2"]);
    place
        .run("node-id --key-index 1 --lib ./absent.so")
        .refused(3, &["./absent.so does not exist"]);
    for command in [
        "node-id",
        "node-id --key-index 1 message",
        "node-pem --stub",
        "node-pem message",
        "node-pem --stub --public message",
        "node-pem --stub --key-index 1 message",
    ] {
        place.run(command).exits(2);
    }
}

#[test]
fn no_private_key_is_written_and_no_file_overwritten() {
    let (place, forms) = place_with_forms();
    let d = key().to_bytes();
    let hex = keyfile::to_hex(&key());
    for (file, _) in forms {
        for (form, label) in [("stub", "PRIVATE KEY"), ("public", "PUBLIC KEY")] {
            let command = format!("node-pem --{form} {file} --pem-password-file pin");
            let text = place.run(&command).succeeds().text();
            assert!(
                text.starts_with(&format!("-----BEGIN {label}-----\n")),
                "{text}"
            );
            let (_, der) = der::pem::decode_vec(text.as_bytes()).unwrap();
            assert!(!der.windows(32).any(|part| part == d.as_slice()), "{file}");
            assert!(!text.contains(hex.as_str()));
        }
    }
    let before = fs::read(place.path("pkcs8.pem")).unwrap();
    place
        .run("node-pem --stub spki.pem -o pkcs8.pem")
        .refused(2, &["pkcs8.pem was not written", "never overwritten"]);
    assert_eq!(fs::read(place.path("pkcs8.pem")).unwrap(), before);
    place
        .run("node-pem --stub spki.pem --output no/such/directory")
        .refused(6, &["no/such/directory was not written"]);
    place
        .run("node-pem --stub spki.pem --output .")
        .refused(2, &[". was not written"]);
    // And one that is written is whole.
    place.run("node-pem --stub spki.pem -o new.pem").succeeds();
    let stub = place.run("node-pem --stub spki.pem").succeeds();
    assert_eq!(fs::read(place.path("new.pem")).unwrap(), stub.stdout());
}

#[test]
fn build_chain_reads_the_node_id_from_a_stub() {
    let (place, _) = place_with_forms();
    // The pipeline of build_chain.sh.
    let script = r#"openssl ec -text -noout -in stub.pem 2>/dev/null | sed -n '7,11p' | tr -d ': \n' | awk '{print substr($0,3);}'"#;
    if tool("openssl", &["version"], &place.path("")).is_none() {
        return;
    }
    let output = tool("sh", &["-c", script], &place.path("")).unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), NODE_ID);
}

#[test]
fn bad_files_have_a_clear_error_at_once() {
    let place = Place::new();
    let certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let off = format!("{:0128}", 1);
    let cut = &PKCS8[..PKCS8.len() / 2];
    let files: [(&str, &[u8], &str); 9] = [
        ("empty", b"", "cannot use the key file empty"),
        (
            "binary",
            b"\x7FELF\x02\x01\x01\0\0\0",
            "cannot use the key file binary",
        ),
        ("zeros", &[0; 300], "cannot use the key file zeros"),
        ("latin", b"\xFF\xFEkey", "cannot use the key file latin"),
        ("der", &[0x30; 300], "cannot use the key file der"),
        ("certificate", certificate.as_bytes(), "CERTIFICATE"),
        ("cut", cut.as_bytes(), "cannot use the key file cut"),
        ("off", off.as_bytes(), "not a point of the SM2 curve"),
        ("odd", b"123", "hex"),
    ];
    for (name, content, _) in files {
        fs::write(place.path(name), content).unwrap();
    }
    let sparse = fs::File::create(place.path("sparse")).unwrap();
    sparse.set_len(100 << 20).unwrap();
    let keys = files.map(|(name, _, part)| (name, 5, part));
    let others = [
        ("absent", 2, "cannot read absent"),
        (".", 2, "cannot read ."),
        ("sparse", 5, "more than 65536 bytes"),
    ];
    for (name, code, part) in keys.into_iter().chain(others) {
        for command in ["node-id", "node-pem --stub", "node-pem --public"] {
            let start = Instant::now();
            place
                .run(&format!("{command} {name}"))
                .refused(code, &[part]);
            let elapsed = start.elapsed();
            assert!(elapsed.as_secs_f64() < 1.0, "{command} {name}: {elapsed:?}");
        }
    }
}
