//! Interoperability with the installed `openssl` command (3.0 or later, with SM2).

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests, outside test functions"
)]

use std::path::PathBuf;
use std::process::{Command, Output};

use sm_soft::keyfile::{self, Encryption};
use sm_soft::{SecretKey, SoftKey, SoftVerifier, encryption};
use sm2_signing::{Prehash, Signature, Signer, UserId, Verifier};

const PASSWORD: &str = "correct horse";

/// A directory of this test's own, removed at the end.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sm-soft-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(arguments: &[&str]) -> Output {
    Command::new("openssl").args(arguments).output().unwrap()
}

fn openssl(arguments: &[&str]) -> Vec<u8> {
    let output = run(arguments);
    assert!(
        output.status.success(),
        "openssl {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// Whether there is an `openssl` that knows SM2; says so if not.
fn available() -> bool {
    let known = Command::new("openssl")
        .args(["genpkey", "-algorithm", "SM2"])
        .output();
    let known = known.is_ok_and(|output| output.status.success());
    if !known {
        println!("skipped: no openssl with SM2");
    }
    known
}

#[test]
fn openssl_reads_our_keys() {
    if !available() {
        return;
    }
    let directory = Directory::new("read");
    let key = SecretKey::generate().unwrap();
    let aes = Encryption::AES.with_iterations(1000).unwrap();
    let files = [
        keyfile::to_pkcs8_pem(&key).unwrap().to_string(),
        keyfile::to_sec1_pem(&key).unwrap().to_string(),
        keyfile::to_encrypted_pkcs8_pem(&key, PASSWORD.as_bytes(), &aes).unwrap(),
    ];
    for (index, file) in files.iter().enumerate() {
        let path = directory.write(&format!("{index}.pem"), file);
        let pass = format!("pass:{PASSWORD}");
        let public = openssl(&["pkey", "-in", &path, "-passin", &pass, "-pubout"]);
        assert_eq!(keyfile::parse_public(&public).unwrap(), key.public_key());
    }
    let path = directory.write("public.pem", key.public_key().to_spki_pem());
    openssl(&["pkey", "-pubin", "-in", &path, "-pubcheck", "-noout"]);
}

#[test]
fn we_read_keys_of_openssl() {
    if !available() {
        return;
    }
    let directory = Directory::new("write");
    let plain = directory.write("plain.pem", openssl(&["genpkey", "-algorithm", "SM2"]));
    let public = openssl(&["pkey", "-in", &plain, "-pubout"]);
    let public = keyfile::parse_public(&public).unwrap();
    let pass = format!("pass:{PASSWORD}");
    for form in [
        &["pkey", "-in", &plain][..],
        &["pkey", "-in", &plain, "-outform", "DER"],
        &["ec", "-in", &plain],
        &["ec", "-in", &plain, "-outform", "DER"],
        &["pkcs8", "-topk8", "-in", &plain, "-passout", &pass],
        &[
            "pkcs8", "-topk8", "-in", &plain, "-passout", &pass, "-outform", "DER",
        ],
        &[
            "pkcs8", "-topk8", "-in", &plain, "-passout", &pass, "-v2", "sm4-cbc",
        ],
        &[
            "pkcs8",
            "-topk8",
            "-in",
            &plain,
            "-passout",
            &pass,
            "-v2",
            "aes-192-cbc",
        ],
    ] {
        let file = openssl(form);
        let key = keyfile::parse_private(&file, Some(PASSWORD.as_bytes())).unwrap();
        assert_eq!(key.public_key(), public, "{form:?}");
    }
}

#[test]
fn signatures_both_ways() {
    if !available() {
        return;
    }
    let directory = Directory::new("sign");
    let key = SoftKey::generate().unwrap();
    let private = directory.write(
        "key.pem",
        keyfile::to_pkcs8_pem(key.secret_key()).unwrap().as_str(),
    );
    let public = directory.write("public.pem", key.public_key().to_spki_pem());
    let message = directory.write("message", b"signed by one, verified by the other");
    let id = "distid:1234567812345678";
    let options = ["-rawin", "-digest", "sm3", "-pkeyopt", id];
    let e = Prehash::of(
        key.public_key(),
        &UserId::DEFAULT,
        b"signed by one, verified by the other",
    );

    let signature = directory.write("ours.der", key.sign(&e).unwrap().to_der());
    let verify = [
        "pkeyutl", "-verify", "-pubin", "-inkey", &public, "-in", &message, "-sigfile",
    ];
    openssl(&[&verify[..], &[signature.as_str()], &options].concat());

    let theirs = directory.path("theirs.der");
    let sign = [
        "pkeyutl", "-sign", "-inkey", &private, "-in", &message, "-out", &theirs,
    ];
    openssl(&[&sign[..], &options].concat());
    let signature = Signature::from_der(&std::fs::read(&theirs).unwrap()).unwrap();
    SoftVerifier::new()
        .verify(key.public_key(), &e, &signature)
        .unwrap();
}

#[test]
fn encryption_both_ways() {
    if !available() {
        return;
    }
    let directory = Directory::new("encrypt");
    let key = SecretKey::generate().unwrap();
    let private = directory.write("key.pem", keyfile::to_pkcs8_pem(&key).unwrap().as_str());
    let public = directory.write("public.pem", key.public_key().to_spki_pem());
    for length in [1, 16, 32, 100] {
        let message = vec![0x5A; length];
        let ours = encryption::encrypt(&key.public_key(), &message).unwrap();
        let ours = directory.write("ours.der", ours.to_der());
        let opened = openssl(&["pkeyutl", "-decrypt", "-inkey", &private, "-in", &ours]);
        assert_eq!(opened, message);

        let plain = directory.write("plain", &message);
        let theirs = openssl(&[
            "pkeyutl", "-encrypt", "-pubin", "-inkey", &public, "-in", &plain,
        ]);
        let theirs = sm2_signing::Ciphertext::from_der(&theirs).unwrap();
        assert_eq!(*encryption::decrypt(&key, &theirs).unwrap(), message);
    }
}
