use gmt0018::sm2_signing::{Prehash, UserId};
use gmt0018::{Error, Function, InputError};
use sm_soft::hash::{HmacSm3, sm3};

use crate::support::{Card, ONE};

#[test]
fn sm3_of_anything_is_that_of_software() {
    let mut card = Card::new();
    card.dialect.data_chunk = 64;
    let mut session = card.device().session().unwrap();
    for length in [0, 1, 63, 64, 65, 1000] {
        let message = vec![0x5a; length];
        assert_eq!(session.sm3(&message).unwrap(), sm3(&message), "{length}");
        let mut stream = session.sm3_stream().unwrap();
        message
            .chunks(7)
            .for_each(|part| stream.update(part).unwrap());
        stream.update(&[]).unwrap();
        assert_eq!(stream.finish().unwrap(), sm3(&message), "{length}");
    }
}

#[test]
fn nothing_is_passed_for_empty_data() {
    let card = Card::new();
    let session = card.device().session().unwrap();
    session.sm3(&[]).unwrap();
    assert_eq!(card.module.call_count(Function::HashUpdate), 0);
}

#[test]
fn e_on_the_card_is_e_on_the_host() {
    let card = Card::new();
    let mut session = card.device().session().unwrap();
    let key = session.sign_public_key(ONE).unwrap();
    let user = UserId::new("someone@example.org").unwrap();
    let e = Prehash::of(&key, &user, b"message");
    assert_eq!(session.sm3_with_z(&key, &user, b"message").unwrap(), e);
    let mut stream = session.sm3_stream_with_z(&key, &user).unwrap();
    stream.update(b"mess").unwrap();
    stream.update(b"age").unwrap();
    assert_eq!(stream.finish().unwrap(), *e.as_bytes());
    let nobody = UserId::new("").unwrap();
    let error = session.sm3_with_z(&key, &nobody, b"message").unwrap_err();
    assert!(matches!(
        error,
        Error::Input(InputError::Empty { what: "user id" })
    ));
}

#[test]
fn hmac_is_that_of_software() {
    let card = Card::new();
    let mut session = card.device().session().unwrap();
    let key = session.import_key(&[0x0b; 16]).unwrap();
    for length in [0, 1, 64, 200] {
        let message = vec![3; length];
        let mut mac = HmacSm3::new(&[0x0b; 16]);
        mac.update(&message);
        let expected = mac.finalize();
        assert_eq!(
            session.hmac_sm3(&key, &message).unwrap(),
            expected,
            "{length}"
        );
        let mut stream = session.hmac_sm3_stream(&key).unwrap();
        message
            .chunks(9)
            .for_each(|part| stream.update(part).unwrap());
        assert_eq!(stream.finish().unwrap(), expected, "{length}");
    }
}
