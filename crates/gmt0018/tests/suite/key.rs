use gmt0018::sm2_signing::{ErrorKind, UserId};
use gmt0018::{Error, Function, InputError, KeyIndex, Mode, Session, SessionKey};
use sm_soft::{SecretKey, encryption};

use crate::support::{Card, ONE, pin};

/// Whether two keys of two sessions are the same key.
fn same(left: (&Session, &SessionKey), right: (&Session, &SessionKey)) -> bool {
    let encrypt = |(session, key): (&Session, &SessionKey)| {
        session.sm4_encrypt(key, Mode::Ecb, &[3; 16]).unwrap()
    };
    encrypt(left) == encrypt(right)
}

#[test]
fn a_session_key_goes_to_another_session_in_every_form() {
    let card = Card::new();
    let (here, there) = (
        card.device().session().unwrap(),
        card.device().session().unwrap(),
    );
    let _access = there.access(ONE, &pin()).unwrap();

    let (key, wrapped) = here.generate_key_with_internal_key(ONE, 128).unwrap();
    assert!(same(
        (&here, &key),
        (
            &there,
            &there.import_key_with_internal_key(ONE, &wrapped).unwrap()
        )
    ));

    let recipient = here.encryption_public_key(ONE).unwrap();
    let (key, wrapped) = here
        .generate_key_with_external_key(&recipient, 128)
        .unwrap();
    assert!(same(
        (&here, &key),
        (
            &there,
            &there.import_key_with_internal_key(ONE, &wrapped).unwrap()
        )
    ));

    let (key, wrapped) = here.generate_key_with_kek(ONE, 128).unwrap();
    assert_eq!(wrapped.len(), 16, "ECB");
    assert!(same(
        (&here, &key),
        (&there, &there.import_key_with_kek(ONE, &wrapped).unwrap())
    ));

    let recipient = SecretKey::generate().unwrap();
    let (key, wrapped) = here
        .generate_key_with_external_key(&recipient.public_key(), 128)
        .unwrap();
    let plain = encryption::decrypt(&recipient, &wrapped).unwrap();
    assert!(same(
        (&here, &key),
        (&there, &there.import_key(&plain).unwrap())
    ));

    let handle = here.symmetric_key_handle(ONE).unwrap();
    assert!(same(
        (&here, &handle),
        (&there, &there.symmetric_key_handle(ONE).unwrap())
    ));
}

#[test]
fn the_envelope_is_turned_over_to_another_recipient() {
    let card = Card::new();
    let session = card.device().session().unwrap();
    let (key, wrapped) = session.generate_key_with_internal_key(ONE, 128).unwrap();
    let _access = session.access(ONE, &pin()).unwrap();
    let recipient = SecretKey::generate().unwrap();
    let turned = session
        .exchange_envelope(ONE, &recipient.public_key(), &wrapped)
        .unwrap();
    let plain = encryption::decrypt(&recipient, &turned).unwrap();
    assert!(same(
        (&session, &key),
        (&session, &session.import_key(&plain).unwrap())
    ));
}

#[test]
fn both_sides_of_a_key_agreement_get_the_same_key() {
    let (sponsor_card, responder_card) = (Card::new(), Card::new());
    let (a, b) = (
        sponsor_card.device().session().unwrap(),
        responder_card.device().session().unwrap(),
    );
    let (id_a, id_b) = (UserId::new("alice").unwrap(), UserId::new("bob").unwrap());
    let _rights = (
        a.access(ONE, &pin()).unwrap(),
        b.access(ONE, &pin()).unwrap(),
    );
    let agreement = a.start_agreement(ONE, 128, &id_a).unwrap();
    let sent = *agreement.keys();
    assert_eq!(sent.public, a.encryption_public_key(ONE).unwrap());
    let (key_b, answer) = b.answer_agreement(ONE, 128, &id_b, &id_a, &sent).unwrap();
    let key_a = a.finish_agreement(agreement, &id_b, &answer).unwrap();
    assert!(same((&a, &key_a), (&b, &key_b)));
    let elsewhere = b.start_agreement(ONE, 128, &id_b).unwrap();
    assert!(matches!(
        a.finish_agreement(elsewhere, &id_b, &answer),
        Err(Error::Input(InputError::ForeignKey))
    ));
}

#[test]
fn a_key_is_good_on_its_own_session_only() {
    let card = Card::new();
    let (here, there) = (
        card.device().session().unwrap(),
        card.device().session().unwrap(),
    );
    let key = here.import_key(&[1; 16]).unwrap();
    let calls = card.module.calls();
    let error = there.sm4_encrypt(&key, Mode::Ecb, &[0; 16]).unwrap_err();
    assert!(matches!(error, Error::Input(InputError::ForeignKey)));
    assert!(there.destroy_key(key).is_err());
    assert_eq!(card.module.calls(), calls, "no call is made with it");
}

#[test]
fn keys_are_destroyed_now_or_at_the_next_chance() {
    let card = Card::new();
    let session = card.device().session().unwrap();
    session
        .destroy_key(session.import_key(&[1; 16]).unwrap())
        .unwrap();
    assert_eq!(card.module.call_count(Function::DestroyKey), 1);
    drop(session.import_key(&[1; 16]).unwrap());
    let _next = session.import_key(&[2; 16]).unwrap();
    assert_eq!(card.module.call_count(Function::DestroyKey), 2);
}

#[test]
fn wrong_arguments_are_refused_with_a_reason() {
    let card = Card::new();
    let session = card.device().session().unwrap();
    for bits in [0, 7, 129, 80_000] {
        let error = session.generate_key_with_kek(ONE, bits).unwrap_err();
        assert!(
            matches!(
                error,
                Error::Input(InputError::Length {
                    what: "session key",
                    ..
                })
            ),
            "{error}"
        );
    }
    assert_eq!(
        session.import_key(&[]).unwrap_err().kind(),
        ErrorKind::Input
    );
    assert!(
        session
            .generate_key_with_kek(KeyIndex::new(77), 128)
            .is_err()
    );
    assert!(session.import_key_with_kek(ONE, &[1; 15]).is_err());
}

#[test]
fn the_padded_form_of_softsdf() {
    let mut card = Card::new();
    card.dialect.kek_wrap = gmt0018::KekWrap::SoftSdfCbc;
    let session = card.device().session().unwrap();
    let (key, wrapped) = session.generate_key_with_kek(ONE, 128).unwrap();
    assert_eq!(wrapped.len(), 48);
    assert!(same(
        (&session, &key),
        (
            &session,
            &session.import_key_with_kek(ONE, &wrapped).unwrap()
        )
    ));
}
