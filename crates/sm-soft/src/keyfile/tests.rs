use super::*;
use crate::KeyError;
use crate::testing::hex;

/// Made with OpenSSL 3.0.19: `openssl genpkey -algorithm SM2`.
const PKCS8: &str = include_str!("tests/pkcs8.pem");
/// The same key: `openssl ec`, whose label is its own.
const SEC1: &str = include_str!("tests/sec1.pem");
/// The same key: `openssl pkcs8 -topk8 -v2 sm4-cbc`, password "password".
const SM4_SHA256: &str = include_str!("tests/sm4-cbc.pem");
/// The same key: `openssl pkcs8 -topk8 -v2 aes-128-cbc`, password "password".
const AES128: &str = include_str!("tests/aes-128-cbc.pem");
/// The same key: `openssl pkcs8 -topk8 -scrypt`, password "password".
const SCRYPT: &str = include_str!("tests/scrypt.pem");
/// The same key: `openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA1`, password "password".
const SHA1: &str = include_str!("tests/sha1.pem");
/// The same key: `openssl pkey -pubout`.
const SPKI: &str = include_str!("tests/spki.pem");
/// `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`.
const P256: &str = include_str!("tests/p256.pem");

const FEW: u32 = 10;

fn key() -> SecretKey {
    parse_private(PKCS8.as_bytes(), None).unwrap()
}

fn few(encryption: Encryption) -> Encryption {
    encryption.with_iterations(FEW).unwrap()
}

fn decode(pem: &str) -> Vec<u8> {
    pem::first(pem.as_bytes(), &PRIVATE_LABELS)
        .unwrap()
        .1
        .to_vec()
}

#[test]
fn files_of_openssl() {
    let public = parse_public(SPKI.as_bytes()).unwrap();
    assert_eq!(key().public_key(), public);
    for (file, password) in [
        (SEC1, None),
        (SM4_SHA256, Some("password")),
        (AES128, Some("password")),
    ] {
        let password = password.map(str::as_bytes);
        assert_eq!(
            parse_private(file.as_bytes(), password)
                .unwrap()
                .public_key(),
            public
        );
        // DER of the same, without a label to tell the structures apart.
        assert_eq!(
            parse_private(&decode(file), password).unwrap().public_key(),
            public
        );
    }
}

#[test]
fn own_files() {
    let key = key();
    let read = |bytes: &[u8], password| {
        let read = parse_private(bytes, password).unwrap();
        assert_eq!(read.to_bytes(), key.to_bytes());
    };
    read(&to_pkcs8_der(&key).unwrap(), None);
    read(to_pkcs8_pem(&key).unwrap().as_bytes(), None);
    read(to_sec1_pem(&key).unwrap().as_bytes(), None);
    read(to_hex(&key).as_bytes(), None);
    read(
        format!("  0x{}\r\n", to_hex(&key).to_uppercase()).as_bytes(),
        None,
    );
    for encryption in [few(Encryption::SM), few(Encryption::AES)] {
        let der = to_encrypted_pkcs8_der(&key, b"password", &encryption).unwrap();
        read(&der, Some(b"password"));
        let pem = to_encrypted_pkcs8_pem(&key, b"password", &encryption).unwrap();
        read(pem.as_bytes(), Some(b"password"));
    }
}

/// The object identifiers, and the order and presence of every field, as GmSSL 3 writes them
/// (`sm2_private_key_info_encrypt_to_der`).
#[test]
fn encrypted_structure() {
    let der = pbes2::tests_to_der(&Encryption::SM, 65536);
    let expected = [
        hex("30820106 3061"),
        hex("06092A864886F70D01050D 3054"),
        hex("3034 06092A864886F70D01050C 3027 0410"),
        vec![1; 16],
        hex("0203010000 020110 300B 0609 2A811CCF5501831102"),
        hex("301C 0608 2A811CCF55016802 0410"),
        vec![2; 16],
        hex("0481A0"),
        vec![3; 160],
    ];
    let text = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect::<String>()
    };
    assert_eq!(text(&der), text(&expected.concat()));
}

#[test]
fn passwords() {
    for file in [SM4_SHA256, AES128] {
        let parse = |password| parse_private(file.as_bytes(), password).unwrap_err();
        assert!(matches!(parse(None), Error::PasswordNeeded));
        assert!(matches!(
            parse(Some(b"passwor".as_slice())),
            Error::WrongPassword
        ));
        assert!(matches!(parse(Some(b"".as_slice())), Error::WrongPassword));
    }
    let empty = to_encrypted_pkcs8_der(&key(), b"", &Encryption::SM);
    assert!(matches!(empty, Err(Error::EmptyPassword)));
}

/// One wrong password in 256 leaves valid padding: it must still be a wrong password.
#[test]
fn many_wrong_passwords() {
    let encryption = Encryption::SM.with_iterations(1).unwrap();
    let der = to_encrypted_pkcs8_der(&key(), b"password", &encryption).unwrap();
    for wrong in 0..1000_u32 {
        let error = parse_private(&der, Some(&wrong.to_be_bytes())).unwrap_err();
        assert!(matches!(error, Error::WrongPassword), "{wrong}: {error}");
    }
}

#[test]
fn unsupported_encryption() {
    for (file, wanted) in [(SCRYPT, "key derivation"), (SHA1, "pseudo-random function")] {
        match parse_private(file.as_bytes(), Some(b"password")).unwrap_err() {
            Error::UnsupportedEncryption { part, .. } => assert_eq!(part, wanted),
            error => panic!("{error}"),
        }
    }
}

#[test]
fn absurd_iterations() {
    let der = to_encrypted_pkcs8_der(&key(), b"password", &few(Encryption::SM)).unwrap();
    let at = der
        .windows(6)
        .position(|window| window == hex("02010A020110"))
        .unwrap();
    // 0 iterations, and a negative number of them.
    for (value, absurd) in [(0_u8, true), (0xFF, false)] {
        let mut changed = der.clone();
        changed[at + 2] = value;
        let error = parse_private(&changed, Some(b"password")).unwrap_err();
        assert_eq!(matches!(error, Error::Iterations(0)), absurd, "{error}");
    }
    assert!(matches!(
        Encryption::SM.with_iterations(0),
        Err(Error::Iterations(0))
    ));
    assert!(Encryption::SM.with_iterations(10_000_000).is_ok());
    assert!(matches!(
        Encryption::SM.with_iterations(10_000_001),
        Err(Error::Iterations(_))
    ));
}

/// Billions of iterations would take hours: the file is refused before the first.
#[test]
fn billions_of_iterations() {
    for iterations in [10_000_001, 1 << 31, u32::MAX] {
        let der = pbes2::tests_to_der(&Encryption::SM, iterations);
        let error = parse_private(&der, Some(b"password")).unwrap_err();
        assert!(
            matches!(error, Error::Iterations(n) if n == u64::from(iterations)),
            "{error}"
        );
    }
}

#[test]
fn other_curves_and_kinds() {
    let parse = |text: &str| parse_private(text.as_bytes(), None).unwrap_err();
    assert!(matches!(parse(P256), Error::NotSm2 { .. }));
    assert!(parse(P256).to_string().contains("1.2.840.10045.3.1.7"));
    assert!(matches!(parse(SPKI), Error::Label { .. }));
    assert!(matches!(
        parse_public(PKCS8.as_bytes()),
        Err(Error::Label { .. })
    ));
    let legacy = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: X,00\n\nAAAA\n\
                  -----END EC PRIVATE KEY-----\n";
    assert!(matches!(parse(legacy), Error::LegacyEncryption));
}

#[test]
fn damaged_files() {
    let parse = |bytes: &[u8]| parse_private(bytes, None).unwrap_err();
    for text in ["", " ", "hello", "0x", "-----", "zz"] {
        assert!(
            matches!(parse(text.as_bytes()), Error::Unrecognised),
            "{text:?}"
        );
    }
    assert!(matches!(parse(b"abcd"), Error::Key(KeyError::Length(2))));
    assert!(matches!(parse(b"abc"), Error::HexLength(3)));
    assert!(matches!(parse(&[b'a'; 1 << 20]), Error::HexLength(_)));
    assert!(matches!(
        parse(&[b'0'; 64]),
        Error::Key(KeyError::OutOfRange)
    ));
    assert!(matches!(
        parse(&[b'f'; 64]),
        Error::Key(KeyError::OutOfRange)
    ));
    let der = decode(PKCS8);
    // From 2 on: the first byte alone is the digit 0.
    for length in 2..der.len() {
        assert!(
            matches!(parse(&der[..length]), Error::Truncated(_)),
            "{length}"
        );
    }
    let mut longer = der.clone();
    longer.push(0);
    assert!(matches!(parse(&longer), Error::Der { .. }));
    let cut = PKCS8.split_once("-----END").unwrap().0;
    assert!(matches!(parse(cut.as_bytes()), Error::Pem(_)));
    assert!(matches!(parse(b"-----BEGIN PRIVATE KEY"), Error::Pem(_)));
    let noise = PKCS8.replacen('M', "*", 1);
    assert!(matches!(parse(noise.as_bytes()), Error::Pem(_)));
}

#[test]
fn foreign_public_key() {
    let mut der = decode(PKCS8);
    // The public key is at the end of the structure: another point must be noticed.
    let other = SecretKey::from_bytes(&[7; 32]).unwrap().public_key();
    let start = der.len() - 64;
    der[start..].copy_from_slice(other.as_bytes());
    assert!(matches!(
        parse_private(&der, None),
        Err(Error::PublicKeyMismatch)
    ));
}

#[test]
fn text_around_the_key() {
    let noisy = format!(
        "Bag Attributes\n-----BEGIN SM2 PARAMETERS-----\nBggqgRzPVQGCLQ==\n\
         -----END SM2 PARAMETERS-----\n{}\ntrailing words\n",
        SEC1.replace('\n', "\r\n")
    );
    assert_eq!(
        parse_private(noisy.as_bytes(), None).unwrap().public_key(),
        key().public_key()
    );
    let one_line = PKCS8
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect::<String>();
    let one_line = format!("-----BEGIN PRIVATE KEY-----\n{one_line}\n-----END PRIVATE KEY-----");
    assert!(parse_private(one_line.as_bytes(), None).is_ok());
}

#[test]
fn public_keys() {
    let public = key().public_key();
    for text in [
        public.to_string(),
        format!("04{public}"),
        public.to_spki_pem(),
    ] {
        assert_eq!(parse_public(text.as_bytes()).unwrap(), public);
    }
    assert_eq!(parse_public(&public.to_spki_der()).unwrap(), public);
    assert!(matches!(
        parse_public("11".repeat(64).as_bytes()),
        Err(Error::NotOnCurve)
    ));
    assert!(matches!(
        parse_public("11".repeat(63).as_bytes()),
        Err(Error::PublicKey(_))
    ));
}

/// The canary: no error and no Debug shows the key.
#[test]
fn errors_are_blind() {
    let secret = "c5".repeat(31);
    let error = parse_private(secret.as_bytes(), None).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("c5c5"));
}
