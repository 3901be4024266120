use gmt0018::sm2_signing::{ErrorKind, Prehash};
use gmt0018::{Function, KeyIndex, Pin};

use crate::support::{Card, ONE, pin};

#[test]
fn random_comes_in_chunks_of_at_most_256_bytes() {
    let card = Card::new();
    let session = card.device().session().unwrap();
    let bytes = session.random(1000).unwrap();
    assert_eq!(card.module.call_count(Function::GenerateRandom), 4);
    assert!(
        bytes
            .chunks(100)
            .all(|part| part.iter().any(|byte| *byte != 0))
    );
    assert_ne!(bytes, session.random(1000).unwrap());
    assert!(
        session.random(0).unwrap().is_empty(),
        "nothing is asked for, and no call is made"
    );
    assert_eq!(card.module.call_count(Function::GenerateRandom), 8);
}

#[test]
fn a_private_key_needs_the_right_and_the_guard_gives_it_back() {
    let card = Card::new();
    let session = card.device().session().unwrap();
    let e = Prehash::from_bytes(&[7; 32]);
    let denied = session.sign(ONE, &e).unwrap_err();
    assert_eq!(denied.kind(), ErrorKind::Access);
    assert_eq!(
        denied.to_string(),
        "SDF_InternalSign_ECC returned 0x01000007 (SDR_PARDENY: no access right to the private key); \
         try: pass the access password of this key index"
    );
    {
        let access = session.access(ONE, &pin()).unwrap();
        assert_eq!(access.index(), ONE);
        let inner = session.access(ONE, &pin()).unwrap();
        drop(access);
        assert!(
            session.sign(ONE, &e).is_ok(),
            "the inner guard still stands"
        );
        drop(inner);
    }
    assert_eq!(
        card.module
            .call_count(Function::ReleasePrivateKeyAccessRight),
        1
    );
    assert_eq!(session.sign(ONE, &e).unwrap_err().kind(), ErrorKind::Access);
}

#[test]
fn a_wrong_password_and_a_missing_key_are_told_apart() {
    let card = Card::new();
    let session = card.device().session().unwrap();
    let wrong = session
        .access(ONE, &Pin::new("not the password").unwrap())
        .unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::Access, "{wrong}");
    assert!(wrong.to_string().contains("at least 8 bytes"), "{wrong}");
    let missing = session.sign_public_key(KeyIndex::new(99)).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Input, "{missing}");
    assert!(
        missing.to_string().contains("another key index"),
        "{missing}"
    );
}

#[test]
fn closing_gives_up_what_is_held_in_the_standards_order() {
    let card = Card::new();
    let session = card.device().session().unwrap();
    let key = session.import_key(&[1; 16]).unwrap();
    session.keep_access(ONE, Some(&pin())).unwrap();
    session.keep_access(ONE, Some(&pin())).unwrap();
    assert_eq!(
        card.module.call_count(Function::GetPrivateKeyAccessRight),
        1,
        "kept, so not asked for again"
    );
    drop(key);
    assert_eq!(card.module.call_count(Function::DestroyKey), 0);
    drop(session);
    for function in [
        Function::DestroyKey,
        Function::ReleasePrivateKeyAccessRight,
        Function::CloseSession,
    ] {
        assert_eq!(card.module.call_count(function), 1, "{function}");
    }
}

#[test]
fn a_session_moves_between_threads() {
    let card = Card::new();
    let session = card.device().session().unwrap();
    let session = std::thread::spawn(move || session.sm3(b"abc").map(|_| session).unwrap())
        .join()
        .unwrap();
    assert!(session.sm3(b"abc").is_ok());
}
