//! Vendors' dialects, against a C library that speaks them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{path::PathBuf, process::Command};

use gmt0018::sm2_signing::{Ciphertext, Prehash, PublicKey, VerifyError};
use gmt0018::{
    Aead, AlgorithmMap, Dialect, EccLayout, Error, InputError, InternalEccArguments, KeyIndex,
    Mode, Module, Session, TagLength,
};

const INDEX: KeyIndex = KeyIndex::new(9);

#[expect(clippy::print_stdout, reason = "what is skipped is said aloud")]
/// Compiles the make-believe card; `None`, said aloud, where there is no C compiler.
fn compile(name: &str, flag: &str) -> Option<PathBuf> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dialect/card.c");
    let library = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let outcome = Command::new("cc")
        .args(["-shared", "-fPIC", "-Wall", "-Werror", flag, "-o"])
        .arg(&library)
        .arg(source)
        .status();
    match outcome {
        Ok(status) => {
            assert!(status.success(), "cc failed");
            Some(library)
        }
        Err(error) => {
            println!("skipped: no C compiler `cc`: {error}");
            None
        }
    }
}

fn vendor(layout: EccLayout, algorithms: AlgorithmMap) -> Dialect {
    let mut dialect = Dialect::STANDARD;
    dialect.ecc_layout = layout;
    dialect.algorithms = algorithms;
    dialect.internal_ecc_arguments = InternalEccArguments::Five;
    dialect.auth_dec_tag_length = TagLength::ByPointer;
    dialect
}

fn sm2(session: &Session) {
    let key = session.sign_public_key(INDEX).unwrap();
    assert_eq!(key, PublicKey::from_x_y(&[0x11; 32], &[9; 32]));
    let e = Prehash::from_bytes(&[0x0f; 32]);
    let signature = session.sign(INDEX, &e).unwrap();
    assert_eq!((signature.r(), signature.s()), (&[0x55; 32], &[9; 32]));
    session.verify_external(&key, &e, &signature).unwrap();
    let other = Prehash::from_bytes(&[1; 32]);
    assert!(matches!(
        session.verify_external(&key, &other, &signature),
        Err(VerifyError::Invalid)
    ));

    let message = [0xf0; 136];
    let expected = Ciphertext::new(key, [0x44; 32], vec![0xc3; 136]);
    assert_eq!(session.sm2_encrypt(&key, &message).unwrap(), expected);
    assert_eq!(
        session.sm2_encrypt_internal(INDEX, &message).unwrap(),
        expected,
        "five arguments"
    );
    assert_eq!(
        *session.sm2_decrypt(INDEX, &expected).unwrap(),
        message,
        "five arguments"
    );
}

#[test]
fn structures_of_256_bits_five_arguments_and_the_tag_length_by_pointer() {
    let Some(library) = compile("libcard256.so", "-DPLAIN") else {
        return;
    };
    let module = Module::open(&library).unwrap();
    let session = module
        .device(&vendor(EccLayout::Bits256, AlgorithmMap::Standard))
        .unwrap()
        .session()
        .unwrap();
    sm2(&session);
    let key = session.import_key(&[0; 16]).unwrap();
    let plain = session
        .sm4_auth_decrypt(&key, Aead::Gcm, &[0; 12], b"", &[0x70; 20], &[0xab; 16])
        .unwrap();
    assert_eq!(plain, [0x07; 20]);
    let wrong = session.sm4_auth_decrypt(&key, Aead::Gcm, &[0; 12], b"", &[0x70; 20], &[0; 16]);
    assert!(matches!(wrong, Err(Error::TagMismatch)));
    assert!(matches!(session.random(1), Err(Error::MissingSymbol(_))));

    // The same library under the standard's layout is noticed, not misread.
    let standard = module
        .device(&Dialect::STANDARD)
        .unwrap()
        .session()
        .unwrap();
    assert!(matches!(
        standard.sign_public_key(INDEX),
        Err(Error::Malformed(_))
    ));
}

#[test]
fn the_2008_structures_and_the_old_numbers() {
    let Some(library) = compile("libcard2008.so", "-DLEGACY") else {
        return;
    };
    let module = Module::open(&library).unwrap();
    let session = module
        .device(&vendor(EccLayout::Legacy2008, AlgorithmMap::SansecLegacy))
        .unwrap()
        .session()
        .unwrap();
    sm2(&session);
    let key = session.import_key(&[0; 16]).unwrap();
    assert_eq!(
        session.sm4_encrypt(&key, Mode::Ecb, &[0x60; 32]).unwrap(),
        [0x06; 32]
    );
    let gcm = session.sm4_auth_decrypt(&key, Aead::Gcm, &[0; 12], b"", &[0; 4], &[0; 16]);
    assert!(matches!(
        gcm,
        Err(Error::Input(InputError::Unmapped { what: "SM4-GCM" }))
    ));
    let public = session.sign_public_key(INDEX).unwrap();
    let long = session.sm2_encrypt(&public, &[0; 137]);
    assert!(
        matches!(
            long,
            Err(Error::Input(InputError::Length { found: 137, .. }))
        ),
        "no room in the structure"
    );
}

#[test]
fn a_library_is_loaded_once() {
    let Some(library) = compile("libcardonce.so", "-DPLAIN") else {
        return;
    };
    let (first, second) = (
        Module::open(&library).unwrap(),
        Module::open(&library).unwrap(),
    );
    drop(first.device(&Dialect::STANDARD).unwrap());
    assert_eq!(first.calls(), 2);
    assert_eq!(second.calls(), 2, "the same module");
}
