//! Published test vectors, where they are: nothing in the repository depends on them.
//!
//! Wycheproof (C2SP), OpenSSL's EVP tests and RustCrypto's examples are looked for in
//! `shared/vectors` beside the repository.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests, outside test functions"
)]

use std::path::Path;

use serde_json::Value;
use sm_soft::cipher::{self, AeadMode, Mode, Sm4Key, aead_decrypt, aead_encrypt};
use sm_soft::hash::{HmacSm3, sm3};
use sm_soft::{KeyError, SecretKey, SoftVerifier, encryption, keyfile};
use sm2_signing::{Ciphertext, Prehash, PublicKey, Signature, Verifier, VerifyError};

fn read(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/vectors")
        .join(name);
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        println!("skipped: no shared/vectors/{name} beside the repository");
    }
    text
}

fn hex(text: &str) -> Vec<u8> {
    let text = text.as_bytes();
    let digit = |index: usize| char::from(text[index]).to_digit(16).unwrap();
    (0..text.len() / 2)
        .map(|index| u8::try_from(digit(2 * index) * 16 + digit(2 * index + 1)).unwrap())
        .collect()
}

fn field(test: &Value, name: &str) -> Vec<u8> {
    hex(test[name].as_str().unwrap())
}

/// Every test of a Wycheproof file, with its group.
fn wycheproof(name: &str, check: impl Fn(&Value, &Value, bool)) {
    let Some(text) = read(&format!("wycheproof/{name}")) else {
        return;
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    let mut count = 0;
    for group in file["testGroups"].as_array().unwrap() {
        for test in group["tests"].as_array().unwrap() {
            check(group, test, test["result"] == "valid");
            count += 1;
        }
    }
    assert_eq!(count, file["numberOfTests"].as_u64().unwrap());
}

fn aead(mode: AeadMode, test: &Value, valid: bool) {
    let key = Sm4Key::from_slice(&field(test, "key")).unwrap();
    let [nonce, header, text, sealed, tag] =
        ["iv", "aad", "msg", "ct", "tag"].map(|name| field(test, name));
    let opened = aead_decrypt(mode, &key, &nonce, &header, &sealed, &tag);
    assert_eq!(opened.is_ok(), valid, "{test}");
    if valid {
        assert_eq!(opened.unwrap(), text, "{test}");
        let (made, made_tag) = aead_encrypt(mode, &key, &nonce, &header, &text, tag.len()).unwrap();
        assert_eq!(
            (made, made_tag.as_bytes()),
            (sealed, tag.as_slice()),
            "{test}"
        );
    }
}

#[test]
fn wycheproof_gcm() {
    wycheproof("sm4_gcm_test.json", |_, test, valid| {
        aead(AeadMode::Gcm, test, valid);
    });
}

#[test]
fn wycheproof_ccm() {
    wycheproof("sm4_ccm_test.json", |_, test, valid| {
        aead(AeadMode::Ccm, test, valid);
    });
}

#[test]
fn wycheproof_hmac() {
    wycheproof("hmac_sm3_test.json", |group, test, valid| {
        let length = usize::try_from(group["tagSize"].as_u64().unwrap() / 8).unwrap();
        let mut mac = HmacSm3::new(&field(test, "key"));
        mac.update(&field(test, "msg"));
        let tag = field(test, "tag");
        assert_eq!(mac.clone().finalize()[..length] == tag, valid, "{test}");
        if length == HmacSm3::TAG_LENGTH {
            assert_eq!(mac.verify(&tag).is_ok(), valid, "{test}");
        }
    });
}

/// The records of an OpenSSL EVP test file: `name = value` lines between blank lines.
fn records(text: &str) -> Vec<Vec<(String, String)>> {
    text.split("\n\n")
        .map(|record| {
            record
                .lines()
                .filter(|line| !line.starts_with('#'))
                .filter_map(|line| line.split_once('='))
                .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
                .collect()
        })
        .collect()
}

fn value<'a>(record: &'a [(String, String)], name: &str) -> Option<&'a str> {
    record
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// Hexadecimal digits, or text between quotation marks.
fn bytes(text: &str) -> Vec<u8> {
    match text.strip_prefix('"') {
        Some(text) => text.trim_end_matches('"').into(),
        None => hex(text),
    }
}

#[test]
fn openssl_ciphers() {
    let Some(text) = read("openssl-evp/evpciph_sm4.txt") else {
        return;
    };
    let mut count = 0;
    for record in records(&text) {
        let mode = match value(&record, "Cipher") {
            Some("SM4-ECB") => Mode::Ecb,
            Some("SM4-CBC") => Mode::Cbc,
            Some("SM4-CFB") => Mode::Cfb,
            Some("SM4-OFB") => Mode::Ofb,
            Some("SM4-CTR") => Mode::Ctr,
            _ => continue,
        };
        let get = |name| value(&record, name).map(hex).unwrap_or_default();
        let (key, iv) = (Sm4Key::from_slice(&get("Key")).unwrap(), get("IV"));
        let (plaintext, ciphertext) = (get("Plaintext"), get("Ciphertext"));
        assert_eq!(
            cipher::encrypt(mode, &key, &iv, &plaintext).unwrap(),
            ciphertext
        );
        assert_eq!(
            cipher::decrypt(mode, &key, &iv, &ciphertext).unwrap(),
            plaintext
        );
        count += 1;
    }
    assert!(count >= 7, "{count}");
}

#[test]
fn openssl_digests_and_macs() {
    if let Some(text) = read("openssl-evp/evpmd_sm3.txt") {
        let answers = records(&text);
        let answers = answers
            .iter()
            .filter(|record| value(record, "Digest") == Some("SM3"));
        let mut count = 0;
        for record in answers {
            let get = |name| bytes(value(record, name).unwrap());
            assert_eq!(sm3(&get("Input")).to_vec(), get("Output"));
            count += 1;
        }
        assert!(count >= 3, "{count}");
    }
    if let Some(text) = read("openssl-evp/evpmac_sm3.txt") {
        let answers = records(&text);
        let answers = answers
            .iter()
            .filter(|record| value(record, "MAC") == Some("HMAC"));
        let mut count = 0;
        for record in answers {
            let get = |name| bytes(value(record, name).unwrap());
            let mut mac = HmacSm3::new(&get("Key"));
            mac.update(&get("Input"));
            assert_eq!(mac.verify(&get("Output")), Ok(()));
            count += 1;
        }
        assert!(count >= 4, "{count}");
    }
}

#[test]
fn openssl_sm2() {
    let Some(text) = read("openssl-evp/evppkey_sm2.txt") else {
        return;
    };
    let (_, pem) = text.split_once("PrivateKey=SM2_key1\n").unwrap();
    let key = keyfile::parse_private(pem.as_bytes(), None).unwrap();
    let (mut signatures, mut ciphertexts) = (0, 0);
    for record in records(&text) {
        let get = |name| bytes(value(&record, name).unwrap());
        if value(&record, "Result").is_some() {
            continue;
        }
        if value(&record, "Verify") == Some("SM2_key1") && get("Input").len() == 32 {
            let e = Prehash::from_slice(&get("Input")).unwrap();
            let signature = Signature::from_der(&get("Output")).unwrap();
            SoftVerifier::new()
                .verify(&key.public_key(), &e, &signature)
                .unwrap();
            signatures += 1;
        }
        let sm3 = value(&record, "Ctrl").is_none_or(|digest| digest == "digest:SM3");
        if value(&record, "Decrypt") == Some("SM2_key1") && sm3 {
            let ciphertext = Ciphertext::from_der(&get("Input")).unwrap();
            let plaintext = encryption::decrypt(&key, &ciphertext).unwrap();
            assert_eq!(*plaintext, get("Output"));
            ciphertexts += 1;
        }
    }
    assert!(
        signatures >= 2 && ciphertexts >= 4,
        "{signatures} {ciphertexts}"
    );
}

#[test]
fn refused_private_keys() {
    for name in ["sm2_bad_0.pem", "sm2_bad_1.pem", "sm2_bad_neg1.pem"] {
        let Some(text) = read(&format!("openssl-pem/{name}")) else {
            return;
        };
        let error = keyfile::parse_private(text.as_bytes(), None).unwrap_err();
        assert!(
            matches!(error, keyfile::Error::Key(KeyError::OutOfRange)),
            "{name}: {error}"
        );
    }
}

#[test]
fn rustcrypto_key_files() {
    let Some(private) = read("rustcrypto/sm2-pkcs8-private-key.pem") else {
        return;
    };
    let Some(public) = read("rustcrypto/sm2-pkcs8-public-key.pem") else {
        return;
    };
    let private = keyfile::parse_private(private.as_bytes(), None).unwrap();
    assert_eq!(
        private.public_key(),
        keyfile::parse_public(public.as_bytes()).unwrap()
    );
}

#[test]
fn private_key_range() {
    let Some(text) = read("sm2-edge/sm2_private_range.json") else {
        return;
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    for test in file["tests"].as_array().unwrap() {
        let key = SecretKey::from_slice(&field(test, "d"));
        assert_eq!(key.is_ok(), test["result"] == "valid", "{test}");
    }
}

#[test]
fn edges_of_verification() {
    let Some(text) = read("sm2-edge/sm2_verify_edge.json") else {
        return;
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    let tests = file["tests"].as_array().unwrap();
    assert_eq!(tests.len() as u64, file["numberOfTests"].as_u64().unwrap());
    for test in tests {
        let signature = [field(test, "r"), field(test, "s")].concat();
        // An encoding that is none never reaches the verifier.
        let verdict = PublicKey::from_slice(&field(test, "pub")).and_then(|key| {
            let signature = Signature::from_slice(&signature)?;
            let e = Prehash::from_slice(&field(test, "digest"))?;
            Ok(SoftVerifier::new().verify(&key, &e, &signature))
        });
        let valid = matches!(verdict, Ok(Ok(())));
        assert_eq!(valid, test["result"] == "valid", "{test}");
        assert!(
            !matches!(verdict, Ok(Err(VerifyError::Backend(_)))),
            "{test}"
        );
    }
}
