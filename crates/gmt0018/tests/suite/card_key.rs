use gmt0018::sm2_signing::{
    ErrorKind, Prehash, PublicKey, Signature, Signer, UserId, Verifier, VerifyError,
};
use gmt0018::{CardKey, CardVerifier, Error, Function, KeyIndex, Pin, PoolOptions, SessionPool};
use sm_soft::SoftVerifier;

use crate::support::{Card, ONE, PASSWORD, pin};

fn pool(card: &Card) -> SessionPool {
    SessionPool::new(card.device(), PoolOptions::default())
}

#[test]
fn a_warm_signature_and_a_verification_are_one_call_each() {
    let card = Card::new();
    let key = CardKey::new(pool(&card), ONE, Some(pin())).unwrap();
    let verifier = CardVerifier::new(key.pool().clone());
    let e = Prehash::of(key.public_key(), &UserId::DEFAULT, b"message");
    let before = card.module.calls();
    let signature = key.sign(&e).unwrap();
    assert_eq!(
        card.module.calls() - before,
        1,
        "the session that read the public key is warm already"
    );
    verifier.verify(key.public_key(), &e, &signature).unwrap();
    assert_eq!(card.module.calls() - before, 2);
    // A second session: opened, the right asked for, then the signature.
    let held = key.session().unwrap();
    let before = card.module.calls();
    key.sign(&e).unwrap();
    assert_eq!(card.module.calls() - before, 3);
    key.sign(&e).unwrap();
    assert_eq!(card.module.calls() - before, 4);
    drop(held);
    assert_eq!(
        card.module.call_count(Function::GetPrivateKeyAccessRight),
        2,
        "once per session"
    );
}

#[test]
fn a_wrong_password_fails_when_the_key_is_made() {
    let card = Card::new();
    let pool = pool(&card);
    let _warm = CardKey::new(pool.clone(), ONE, Some(pin())).unwrap();
    let wrong = Pin::new("not the password").unwrap();
    let error = CardKey::new(pool.clone(), ONE, Some(wrong)).unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::Access,
        "though the session holds the right already"
    );
    let error = CardKey::new(pool.clone(), KeyIndex::new(5), Some(pin())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    let without = CardKey::new(
        SessionPool::new(card.device(), PoolOptions::default()),
        ONE,
        None,
    )
    .unwrap();
    let error = without.sign(&Prehash::from_bytes(&[1; 32])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Access);
    assert!(
        error.to_string().contains("pass the access password"),
        "{error}"
    );
}

#[test]
fn a_refused_password_is_not_shown_again() {
    let card = Card::new();
    let key = CardKey::new(pool(&card), ONE, Some(pin())).unwrap();
    let e = Prehash::from_bytes(&[1; 32]);
    // One session holds the right, then somebody changes the password.
    let held = key.session().unwrap();
    let (old, new) = (PASSWORD.as_bytes(), b"another password");
    card.card.card().change_password(1, old, new).unwrap();
    assert_eq!(key.try_sign(&e).unwrap_err().kind(), ErrorKind::Access);
    let shown = card.module.call_count(Function::GetPrivateKeyAccessRight);
    for error in [
        key.try_sign(&e).unwrap_err(),
        key.clone().try_sign(&e).unwrap_err(),
    ] {
        assert!(matches!(error, Error::Refused { .. }), "{error}");
        assert_eq!(error.kind(), ErrorKind::Access);
    }
    assert_eq!(
        card.module.call_count(Function::GetPrivateKeyAccessRight),
        shown
    );
    drop(held);
    key.try_sign(&e)
        .expect("a session that holds the right goes on");
    let new = Pin::new(*new).unwrap();
    CardKey::new(pool(&card), ONE, Some(new))
        .unwrap()
        .try_sign(&e)
        .unwrap();
}

#[test]
fn a_test_signature_checks_that_the_exported_key_is_the_signing_one() {
    #[derive(Debug)]
    struct Never;
    impl Verifier for Never {
        fn verify(&self, _: &PublicKey, _: &Prehash, _: &Signature) -> Result<(), VerifyError> {
            Err(VerifyError::Invalid)
        }
    }
    let card = Card::new();
    CardKey::verified(pool(&card), ONE, Some(pin()), &SoftVerifier::new()).unwrap();
    let error = CardKey::verified(pool(&card), ONE, Some(pin()), &Never).unwrap_err();
    assert!(matches!(error, Error::Unverified(ONE)), "{error}");
}

#[test]
fn e_computed_on_the_card() {
    let card = Card::new();
    let key = CardKey::new(pool(&card), ONE, Some(pin())).unwrap();
    let user = UserId::DEFAULT;
    let e = Prehash::of(key.public_key(), &user, b"message");
    assert_eq!(key.prehash_on_card(&user, b"message").unwrap(), e);
    let verifier = CardVerifier::new(key.pool().clone());
    assert_eq!(
        verifier
            .prehash_on_card(key.public_key(), &user, b"message")
            .unwrap(),
        e
    );
}

#[test]
fn a_changed_signature_is_invalid_and_not_a_fault() {
    let card = Card::new();
    let key = CardKey::new(pool(&card), ONE, Some(pin())).unwrap();
    let e = Prehash::from_bytes(&[3; 32]);
    let mut bytes = key.sign(&e).unwrap().to_bytes();
    bytes[40] ^= 1;
    let verdict = CardVerifier::new(key.pool().clone()).verify(
        key.public_key(),
        &e,
        &Signature::from_bytes(&bytes),
    );
    assert!(matches!(verdict, Err(VerifyError::Invalid)));
}
