//! What `build_chain.sh` reads from a stub with the installed `openssl` command.
#![cfg(feature = "soft")]

use std::process::Command;

use fisco_node::identity::{NodeId, NodePem};

/// The script takes lines 7 to 11 of `openssl ec -text`, removes colons and blanks, and the leading 04.
#[test]
fn build_chain_reads_the_node_id_from_a_stub() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("node.pem");
    let id: NodeId = "f7dee65e76603ed7cd4c598d53cabe875c459e0fae4c6fd7b858189fd4741081\
                      e970bca0d5cb571a7ac30586aec71b23187d4b25e59143812f74a2744604d42b"
        .parse()
        .unwrap();
    let stub = NodePem::Stub(*id.public_key()).to_pem().unwrap();
    std::fs::write(&path, stub.as_bytes()).unwrap();
    let output = Command::new("openssl")
        .args(["ec", "-text", "-noout", "-in"])
        .arg(&path)
        .output();
    let Ok(output) = output else {
        println!("skipped: there is no openssl command");
        return;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().skip(6).take(5);
    let digits: String = lines
        .flat_map(str::chars)
        .filter(char::is_ascii_hexdigit)
        .collect();
    assert_eq!(
        digits.strip_prefix("04"),
        Some(id.to_string().as_str()),
        "{text}"
    );
}
