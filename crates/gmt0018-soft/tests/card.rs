//! The card through its Rust interface: what the C shell relies on.

#![expect(clippy::unwrap_used, reason = "a failed set-up ends the test")]

use gmt0018_softcard::store::{Options, Store};
use gmt0018_softcard::{
    AgreementKeys, Card, CardError, Direction, KekWrap, KeyHandle, Mode, Prehash, Role, SecretKey,
    Session,
};

const PASSWORD: &[u8] = b"canary-password";

fn card() -> (Card, Session) {
    let card = Card::ephemeral().unwrap();
    card.generate_key_pair(1, PASSWORD).unwrap();
    let session = card.session().unwrap();
    (card, session)
}

#[test]
fn a_card_is_opened_again_with_its_keys() {
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("store");
    let options = Options::default().with_iterations(1000);
    let made = {
        let card = Card::start(Store::create(&directory, options).unwrap()).unwrap();
        card.generate_key_pair(7, PASSWORD).unwrap()
    };
    let card = Card::open(&directory).unwrap();
    assert_eq!(card.export_public_keys(7).unwrap(), made);
    let mut session = card.session().unwrap();
    session.acquire_access_right(7, PASSWORD).unwrap();
    let e = Prehash::from_bytes(&[1; 32]);
    let signature = session.sign(7, Role::Sign, &e).unwrap();
    session.verify(&made.sign.unwrap(), &e, &signature).unwrap();
    let missing = Card::open(place.path().join("nowhere")).unwrap_err();
    assert_eq!(missing.code(), 0x0100_0005);
}

#[test]
fn one_half_of_a_pair_does_not_stand_in_for_the_other() {
    let card = Card::ephemeral().unwrap();
    let key = SecretKey::generate().unwrap();
    card.import_key(5, Role::Encrypt, key, PASSWORD).unwrap();
    let mut session = card.session().unwrap();
    session.acquire_access_right(5, PASSWORD).unwrap();
    let e = Prehash::from_bytes(&[1; 32]);
    let error = session.sign(5, Role::Sign, &e).unwrap_err();
    assert!(
        matches!(error, CardError::NoSuchKey { index: 5, .. }),
        "{error}"
    );
    let error = session.export_public_key(5, Role::Sign).unwrap_err();
    assert_eq!(error.code(), 0x0100_0008);
}

#[test]
fn a_key_removed_elsewhere_is_not_unlocked_from_memory() {
    let (card, mut session) = card();
    session.acquire_access_right(1, PASSWORD).unwrap();
    card.remove_key_pair(1, PASSWORD).unwrap();
    let error = session.acquire_access_right(1, PASSWORD).unwrap_err();
    assert_eq!(error.code(), 0x0100_0008);
    card.generate_key_pair(1, b"another password").unwrap();
    let error = session.acquire_access_right(1, PASSWORD).unwrap_err();
    assert_eq!(error.code(), 0x0100_0018);
    session
        .acquire_access_right(1, b"another password")
        .unwrap();
}

/// Threads that start together with the right password all get the right, and are not counted as
/// guesses.
#[test]
fn a_cold_start_of_many_threads() {
    let card = Card::ephemeral().unwrap();
    card.generate_key_pair(1, PASSWORD).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                let mut session = card.session().unwrap();
                session.acquire_access_right(1, PASSWORD).unwrap();
            });
        }
    });
    assert_eq!(card.status().unwrap().keys[0].failed_attempts, 0);
}

#[test]
fn the_error_state_is_final_for_this_card_only() {
    let (broken, mut session) = card();
    let key = session.import_key(&[1; 16]).unwrap();
    broken.enter_error_state("first");
    broken.enter_error_state("second");
    let e = Prehash::from_bytes(&[1; 32]);
    let refused = [
        session.sign(1, Role::Sign, &e).map(drop),
        session.hash_init(None),
        session.random(&mut [0; 8]),
        session.import_key(&[1; 16]).map(drop),
        session.generate_key_pair().map(drop),
        session
            .cipher(Direction::Encrypt, key, Mode::Ecb, &mut [0; 16], &[0; 16])
            .map(drop),
        session.acquire_access_right(1, PASSWORD),
        session.kek_handle(8).map(drop),
        broken.session().map(drop),
        broken.generate_key_pair(2, PASSWORD).map(drop),
        broken.generate_kek(2),
    ];
    for outcome in refused {
        assert!(
            matches!(outcome, Err(CardError::ErrorState("first"))),
            "{outcome:?}"
        );
    }
    let (_, healthy) = card();
    healthy.random(&mut [0; 8]).unwrap();
}

#[test]
fn handles_are_unique_among_sessions() {
    let (card, mut first) = card();
    let mut second = card.session().unwrap();
    let (a, b) = (
        first.import_key(&[1; 16]).unwrap(),
        second.import_key(&[1; 16]).unwrap(),
    );
    assert_ne!(a, b);
    assert!(matches!(second.destroy_key(a), Err(CardError::KeyHandle)));
    assert!(matches!(
        first.destroy_key(KeyHandle::from_id(0)),
        Err(CardError::KeyHandle)
    ));
    assert_eq!(KeyHandle::from_id(a.id()), a);
}

#[test]
fn a_kek_is_kept_and_wraps() {
    let (card, mut session) = card();
    card.generate_kek(3).unwrap();
    for wrap in [KekWrap::Ecb, KekWrap::CbcPadded] {
        let (wrapped, made) = session.generate_key_with_kek(3, wrap, 128).unwrap();
        let got = session.import_key_with_kek(3, wrap, &wrapped).unwrap();
        let encrypt = |key| {
            let iv = &mut [0; 16];
            session
                .cipher(Direction::Encrypt, key, Mode::Ecb, iv, &[7; 16])
                .unwrap()
                .to_vec()
        };
        assert_eq!(encrypt(made), encrypt(got));
    }
    card.remove_kek(3).unwrap();
    assert_eq!(session.kek_handle(3).unwrap_err().code(), 0x0100_0008);
}

#[test]
fn an_agreement_with_a_point_off_the_curve_is_refused_and_used_up() {
    let (_card, mut session) = card();
    session.acquire_access_right(1, PASSWORD).unwrap();
    let (keys, agreement) = session.sponsor_agreement(1, 128, b"A").unwrap();
    let off = gmt0018_softcard::PublicKey::from_bytes(&[1; 64]);
    let peer = AgreementKeys::new(off, keys.temporary);
    let error = session
        .complete_agreement(agreement, &peer, b"B")
        .unwrap_err();
    assert!(matches!(error, CardError::PublicKey), "{error}");
    let error = session
        .complete_agreement(agreement, &keys, b"B")
        .unwrap_err();
    assert!(matches!(error, CardError::KeyHandle), "{error}");
}

/// No secret is in a Debug form or in a message.
#[test]
fn debug_forms_are_blind() {
    let (card, mut session) = card();
    let canary = *b"canary-of-16-byt";
    let key = session.import_key(&canary).unwrap();
    session.acquire_access_right(1, PASSWORD).unwrap();
    session.hmac_init(key).unwrap();
    session
        .cipher_init(Direction::Encrypt, key, Mode::Cbc, &[0; 16])
        .unwrap();
    let wrong = session
        .acquire_access_right(1, b"canary-wrong-password")
        .unwrap_err();
    let text = format!("{card:?} {session:?} {wrong:?} {wrong}");
    for secret in ["canary", "99, 97, 110", "63616e617279"] {
        assert!(!text.to_lowercase().contains(secret), "{text}");
    }
}

/// Thousands of sessions are meant to be open at a time.
#[test]
fn a_session_is_small() {
    assert!(size_of::<Session>() <= 160, "{}", size_of::<Session>());
}

#[test]
fn a_right_password_forgets_the_wrong_ones_also_when_it_is_recognised() {
    let (card, mut session) = card();
    let failed = || card.status().unwrap().keys[0].failed_attempts;
    session.acquire_access_right(1, PASSWORD).unwrap();
    session
        .acquire_access_right(1, b"wrong password")
        .unwrap_err();
    assert_eq!(failed(), 1);
    session.acquire_access_right(1, PASSWORD).unwrap();
    assert_eq!(failed(), 0);
}
