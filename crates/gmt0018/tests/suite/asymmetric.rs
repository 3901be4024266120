use gmt0018::sm2_signing::{
    Ciphertext, ErrorKind, Prehash, PublicKey, Signature, UserId, Verifier, VerifyError,
};
use sm_soft::{SecretKey, SoftVerifier, encryption};

use crate::support::{Card, ONE, pin};

#[test]
fn a_signature_of_the_card_verifies_in_software_and_on_the_card() {
    let card = Card::new();
    let session = card.device().session().unwrap();
    let key = session.sign_public_key(ONE).unwrap();
    let e = Prehash::of(&key, &UserId::DEFAULT, b"message");
    let _access = session.access(ONE, &pin()).unwrap();
    let signature = session.sign(ONE, &e).unwrap();
    SoftVerifier::new().verify(&key, &e, &signature).unwrap();
    session.verify_external(&key, &e, &signature).unwrap();
    session.verify_internal(ONE, &e, &signature).unwrap();
    let other = Prehash::from_bytes(&[1; 32]);
    assert!(matches!(
        session.verify_external(&key, &other, &signature),
        Err(VerifyError::Invalid)
    ));
    assert!(matches!(
        session.verify_internal(ONE, &other, &signature),
        Err(VerifyError::Invalid)
    ));
}

#[test]
fn no_verdict_is_made_of_nonsense() {
    let card = Card::new();
    let session = card.device().session().unwrap();
    let key = session.sign_public_key(ONE).unwrap();
    let e = Prehash::from_bytes(&[1; 32]);
    for signature in [[0; 64], [0xff; 64]] {
        let signature = Signature::from_bytes(&signature);
        assert!(matches!(
            session.verify_external(&key, &e, &signature),
            Err(VerifyError::Invalid)
        ));
    }
    let off_the_curve = PublicKey::from_bytes(&[5; 64]);
    let signature = Signature::from_bytes(&[1; 64]);
    assert!(matches!(
        session.verify_external(&off_the_curve, &e, &signature),
        Err(VerifyError::Invalid)
    ));
    let absent = session.verify_internal(gmt0018::KeyIndex::new(99), &e, &signature);
    assert!(matches!(absent, Err(VerifyError::Backend(error)) if error.kind() == ErrorKind::Input));
}

#[test]
fn nothing_is_encrypted_to_a_key_off_the_curve() {
    let card = Card::new();
    let session = card.device().session().unwrap();
    let off_the_curve = PublicKey::from_bytes(&[5; 64]);
    let error = session.sm2_encrypt(&off_the_curve, b"message").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    let error = session
        .generate_key_with_external_key(&off_the_curve, 128)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    let _access = session.access(ONE, &pin()).unwrap();
    let ciphertext = Ciphertext::new(off_the_curve, [1; 32], vec![1; 16]);
    let error = session.sm2_decrypt(ONE, &ciphertext).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    let error = session
        .import_key_with_internal_key(ONE, &ciphertext)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
}

#[test]
fn encryption_to_the_card_and_from_it() {
    let card = Card::new();
    let session = card.device().session().unwrap();
    let key = session.encryption_public_key(ONE).unwrap();
    let in_software = encryption::encrypt(&key, b"from software").unwrap();
    let on_card = session.sm2_encrypt(&key, b"on the card").unwrap();
    let internal = session.sm2_encrypt_internal(ONE, b"internal").unwrap();
    assert_eq!(
        session.sm2_decrypt(ONE, &in_software).unwrap_err().kind(),
        ErrorKind::Access
    );
    let _access = session.access(ONE, &pin()).unwrap();
    assert_eq!(
        *session.sm2_decrypt(ONE, &in_software).unwrap(),
        b"from software"
    );
    assert_eq!(*session.sm2_decrypt(ONE, &on_card).unwrap(), b"on the card");
    assert_eq!(*session.sm2_decrypt(ONE, &internal).unwrap(), b"internal");
    let mut c2 = on_card.c2().to_vec();
    c2[0] ^= 1;
    let changed = Ciphertext::new(*on_card.c1(), *on_card.c3(), c2);
    assert_eq!(
        session.sm2_decrypt(ONE, &changed).unwrap_err().kind(),
        ErrorKind::Input
    );
    assert_eq!(
        session.sm2_encrypt(&key, b"").unwrap_err().kind(),
        ErrorKind::Input
    );
}

#[test]
fn external_private_keys_for_tests() {
    let card = Card::new();
    let session = card.device().session().unwrap();
    let (scalar, key) = session.generate_key_pair().unwrap();
    assert_eq!(SecretKey::from_bytes(&scalar).unwrap().public_key(), key);
    let e = Prehash::from_bytes(&[9; 32]);
    let signature = session.sign_external(&scalar, &e).unwrap();
    SoftVerifier::new().verify(&key, &e, &signature).unwrap();
    let ciphertext = encryption::encrypt(&key, b"secret").unwrap();
    assert_eq!(
        *session.sm2_decrypt_external(&scalar, &ciphertext).unwrap(),
        b"secret"
    );
}
