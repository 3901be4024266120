//! Verdicts of the installed `openssl` command (3.0 or later, with SM2) on our signatures.
//!
//! It hashes the messages itself and reads keys and signatures from files. Many signatures of
//! digests are compared with its library in `differential.rs`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;
use std::process::Command;

use sm2_arith::{AffinePoint, SigningKey, verify};
use sm3::{Digest, Sm3};

const MESSAGES: u64 = 200;

#[test]
fn verdicts_are_the_same() {
    let known = Command::new("openssl")
        .args(["genpkey", "-algorithm", "SM2"])
        .output();
    if !known.is_ok_and(|output| output.status.success()) {
        println!("skipped: no openssl with SM2");
        return;
    }
    let directory = Directory::new();
    let mut valid = 0;
    for number in 0..MESSAGES {
        let case = Case::new(number);
        let e = case.digest();
        let ours = verify(&case.public_key, &e, &case.signature);
        let theirs = directory.openssl_says(&case);
        assert_eq!(ours, theirs, "message {number}");
        valid += u64::from(ours);
    }
    assert_eq!(valid, MESSAGES / 2, "every second one was changed");
}

/// A signed message, changed after signing if its number is odd.
struct Case {
    id: &'static str,
    message: Vec<u8>,
    public_key: [u8; 64],
    signature: [u8; 64],
}

impl Case {
    fn new(number: u64) -> Self {
        let bytes = |purpose: &str| -> [u8; 32] {
            let mut hash = Sm3::new();
            hash.update(purpose);
            hash.update(number.to_be_bytes());
            hash.finalize().into()
        };
        let key = SigningKey::from_bytes(&bytes("d")).unwrap();
        let message = bytes("message").repeat(9);
        let length = usize::try_from(number).unwrap() % message.len();
        let mut case = Self {
            id: ["1234567812345678", "ALICE123@YAHOO.COM", "A"][length % 3],
            message: message[..length].to_vec(),
            public_key: key.public_key(),
            signature: [0; 64],
        };
        case.signature = key.sign_with_nonce(&case.digest(), &bytes("k")).unwrap();
        if number % 2 == 1 {
            case.change(number / 2);
        }
        case
    }

    fn change(&mut self, way: u64) {
        let bit = usize::try_from(way * 37).unwrap() % 512;
        match way % 5 {
            0 => self.message.push(0),
            1 => self.signature[bit / 8] ^= 1 << (bit % 8),
            2 => self.public_key = AffinePoint::GENERATOR.to_bytes(),
            3 => self.signature.rotate_left(32),
            _ => self.signature[bit / 256 * 32..][..32].fill(0),
        }
    }

    /// SM3(Z ‖ M), with Z of GB/T 32918.2, 5.5.
    fn digest(&self) -> [u8; 32] {
        let id = self.id.as_bytes();
        let mut z = Sm3::new();
        z.update(u16::try_from(8 * id.len()).unwrap().to_be_bytes());
        z.update(id);
        z.update(hex(A));
        z.update(hex(B));
        z.update(AffinePoint::GENERATOR.to_bytes());
        z.update(self.public_key);
        Sm3::new()
            .chain_update(z.finalize())
            .chain_update(&self.message)
            .finalize()
            .into()
    }

    /// The key as a SubjectPublicKeyInfo.
    fn spki(&self) -> Vec<u8> {
        [&hex(SPKI)[..], &self.public_key].concat()
    }

    /// The signature as a SEQUENCE of two INTEGERs.
    fn der(&self) -> Vec<u8> {
        let mut integers = Vec::new();
        for half in self.signature.chunks(32) {
            let zeros = half.iter().take(31).take_while(|byte| **byte == 0).count();
            let digits = &half[zeros..];
            let sign = usize::from(digits[0] >> 7);
            integers.extend([2, u8::try_from(digits.len() + sign).unwrap()]);
            integers.extend(&[0][..sign]);
            integers.extend(digits);
        }
        let mut der = vec![0x30, u8::try_from(integers.len()).unwrap()];
        der.append(&mut integers);
        der
    }
}

/// A directory of this test's own, removed at the end.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("sm2-arith-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, content: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn openssl_says(&self, case: &Case) -> bool {
        let output = Command::new("openssl")
            .args(["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey"])
            .arg(self.write("key.der", &case.spki()))
            .arg("-in")
            .arg(self.write("message", &case.message))
            .arg("-sigfile")
            .arg(self.write("signature.der", &case.der()))
            .args(["-rawin", "-digest", "sm3", "-pkeyopt"])
            .arg(format!("distid:{}", case.id))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let verdict = text.contains("Signature Verified Successfully");
        let refused = text.contains("Signature Verification Failure");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            verdict != refused,
            "neither valid nor invalid: {text}{error}"
        );
        assert_eq!(verdict, output.status.success());
        verdict
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| u8::try_from(char::from(byte).to_digit(16).unwrap()).unwrap();
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}

/// a and b (GB/T 32918.5, 3).
const A: &str = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC";
const B: &str = "28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93";

/// All of a SubjectPublicKeyInfo (ecPublicKey on the SM2 curve) but x and y.
const SPKI: &str = "3059301306072A8648CE3D020106082A811CCF5501822D03420004";
