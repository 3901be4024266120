use gmt0018::{Aead, Error, Function, InputError, Mode, Session, SessionKey};

use crate::support::Card;

const KEY: [u8; 16] = [
    0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10,
];
const IV: [u8; 16] = [9; 16];
const MODES: [Mode; 5] = [
    Mode::Ecb,
    Mode::Cbc(IV),
    Mode::Cfb(IV),
    Mode::Ofb(IV),
    Mode::Ctr([0xff; 16]),
];

fn start(card: &Card) -> (Session, SessionKey) {
    let session = card.device().session().unwrap();
    let key = session.import_key(&KEY).unwrap();
    (session, key)
}

fn data(length: usize) -> Vec<u8> {
    (0..=255).cycle().take(length).collect()
}

#[test]
fn the_example_of_the_standard() {
    // GB/T 32907-2016, annex A.1: the key is also the plaintext.
    let card = Card::new();
    let (session, key) = start(&card);
    let ciphertext = session.sm4_encrypt(&key, Mode::Ecb, &KEY).unwrap();
    assert_eq!(ciphertext[..4], [0x68, 0x1e, 0xdf, 0x34]);
    assert_eq!(ciphertext[12..], [0x53, 0x6e, 0x42, 0x46]);
}

#[test]
fn every_mode_in_one_call_in_chunks_in_pieces_and_in_parts() {
    let mut card = Card::new();
    let (session, key) = start(&card);
    let message = data(1024);
    let whole: Vec<_> = MODES
        .map(|mode| session.sm4_encrypt(&key, mode, &message).unwrap())
        .into();
    drop((session, key));
    card.dialect.data_chunk = 48;
    let (mut session, key) = start(&card);
    for (mode, whole) in MODES.into_iter().zip(&whole) {
        assert_eq!(
            session.sm4_encrypt(&key, mode, &message).unwrap(),
            *whole,
            "{mode:?} in chunks"
        );
        assert_eq!(
            session.sm4_decrypt(&key, mode, whole).unwrap(),
            message,
            "{mode:?} back"
        );
        let (mut forth, mut back) = (mode, mode);
        for (plain, cipher) in message.chunks(160).zip(whole.chunks(160)) {
            assert_eq!(
                session
                    .sm4_encrypt_chained(&key, &mut forth, plain)
                    .unwrap(),
                cipher,
                "{mode:?} chained"
            );
            assert_eq!(
                session
                    .sm4_decrypt_chained(&key, &mut back, cipher)
                    .unwrap(),
                plain,
                "{mode:?} chained"
            );
        }
        let mut stream = session.sm4_encrypt_stream(&key, mode).unwrap();
        let mut parts: Vec<_> = message
            .chunks(37)
            .flat_map(|part| stream.update(part).unwrap())
            .collect();
        parts.extend(stream.finish().unwrap());
        assert_eq!(parts, *whole, "{mode:?} in parts");
        let mut stream = session.sm4_decrypt_stream(&key, mode).unwrap();
        let mut parts: Vec<_> = whole
            .chunks(37)
            .flat_map(|part| stream.update(part).unwrap())
            .collect();
        parts.extend(stream.finish().unwrap());
        assert_eq!(parts, message, "{mode:?} in parts");
    }
}

#[test]
fn lengths_that_a_mode_does_not_take() {
    let card = Card::new();
    let (mut session, key) = start(&card);
    for mode in MODES {
        let outcome = session.sm4_encrypt(&key, mode, &data(17));
        let blocks = matches!(mode, Mode::Ecb | Mode::Cbc(_));
        assert_eq!(
            matches!(
                outcome,
                Err(Error::Input(InputError::NotBlocks { found: 17 }))
            ),
            blocks,
            "{mode:?}"
        );
        assert!(session.sm4_encrypt(&key, mode, &[]).unwrap().is_empty());
    }
    let mut stream = session.sm4_encrypt_stream(&key, Mode::Ecb).unwrap();
    stream.update(&data(17)).unwrap();
    assert!(matches!(
        stream.finish(),
        Err(Error::Input(InputError::NotBlocks { found: 17 }))
    ));
    assert!(
        session
            .sm4_encrypt_stream(&key, Mode::Ecb)
            .unwrap()
            .finish()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn the_mac_is_the_last_block_of_cbc() {
    let mut card = Card::new();
    card.dialect.data_chunk = 32;
    let (mut session, key) = start(&card);
    let message = data(160);
    let cbc = session.sm4_encrypt(&key, Mode::Cbc(IV), &message).unwrap();
    let mac = session.sm4_mac(&key, &IV, &message).unwrap();
    assert_eq!(mac[..], cbc[144..]);
    assert_eq!(card.module.call_count(Function::CalculateMac), 5);
    let mut stream = session.sm4_mac_stream(&key, &IV).unwrap();
    message
        .chunks(33)
        .for_each(|part| stream.update(part).unwrap());
    assert_eq!(stream.finish().unwrap(), mac);
    assert!(matches!(
        session.sm4_mac(&key, &IV, &[]),
        Err(Error::Input(InputError::Empty { .. }))
    ));
    assert!(matches!(
        session.sm4_mac(&key, &IV, &[1; 8]),
        Err(Error::Input(InputError::NotBlocks { .. }))
    ));
}

#[test]
fn authenticated_encryption_and_what_it_refuses() {
    let card = Card::new();
    let (mut session, key) = start(&card);
    let nonce = [4; 12];
    for (aead, tag_length) in [
        (Aead::Gcm, 16),
        (Aead::Gcm, 12),
        (Aead::Ccm, 16),
        (Aead::Ccm, 8),
    ] {
        for length in [0, 5, 16, 100] {
            let message = data(length);
            let (ciphertext, tag) = session
                .sm4_auth_encrypt(&key, aead, &nonce, b"header", &message, tag_length)
                .unwrap();
            assert_eq!((ciphertext.len(), tag.len()), (length, tag_length));
            let plain = session
                .sm4_auth_decrypt(&key, aead, &nonce, b"header", &ciphertext, &tag)
                .unwrap();
            assert_eq!(plain, message);
            let changed =
                session.sm4_auth_decrypt(&key, aead, &nonce, b"Header", &ciphertext, &tag);
            assert!(
                matches!(changed, Err(Error::TagMismatch)),
                "{aead:?} {changed:?}"
            );
        }
    }
    let error = session
        .sm4_auth_encrypt(&key, Aead::Ccm, &[0; 14], b"", b"x", 16)
        .unwrap_err();
    assert!(matches!(
        error,
        Error::Input(InputError::Length { what: "nonce", .. })
    ));
    let error = session
        .sm4_auth_encrypt(&key, Aead::Gcm, &nonce, b"", b"x", 3)
        .unwrap_err();
    assert!(matches!(
        error,
        Error::Input(InputError::Length { what: "tag", .. })
    ));

    let message = data(100);
    let whole = session
        .sm4_auth_encrypt(&key, Aead::Gcm, &nonce, b"header", &message, 16)
        .unwrap();
    let mut stream = session
        .sm4_auth_encrypt_stream(&key, Aead::Gcm, &nonce, b"header", 100, 16)
        .unwrap();
    let mut parts: Vec<_> = message
        .chunks(33)
        .flat_map(|part| stream.update(part).unwrap())
        .collect();
    let (rest, tag) = stream.finish().unwrap();
    parts.extend(rest);
    assert_eq!((&parts, &tag), (&whole.0, &whole.1));
    let mut stream = session
        .sm4_auth_decrypt_stream(&key, Aead::Gcm, &nonce, b"header", &tag, 100)
        .unwrap();
    let mut plain: Vec<_> = parts
        .chunks(33)
        .flat_map(|part| stream.update(part).unwrap())
        .collect();
    plain.extend(stream.finish().unwrap());
    assert_eq!(plain, message);
    let mut stream = session
        .sm4_auth_decrypt_stream(&key, Aead::Gcm, &nonce, b"", &tag, 100)
        .unwrap();
    stream.update(&parts).unwrap();
    assert!(matches!(stream.finish(), Err(Error::TagMismatch)));
}

#[test]
fn a_stream_that_is_dropped_leaves_the_session_usable() {
    let card = Card::new();
    let (mut session, key) = start(&card);
    let mut stream = session.sm4_encrypt_stream(&key, Mode::Cbc(IV)).unwrap();
    stream.update(&[1; 5]).unwrap();
    drop(stream);
    let mut stream = session.sm3_stream().unwrap();
    stream.update(b"abc").unwrap();
    drop(stream);
    assert_eq!(session.sm3(b"abc").unwrap()[..2], [0x66, 0xc7]);
    assert!(
        session
            .sm4_encrypt_stream(&key, Mode::Cbc(IV))
            .unwrap()
            .finish()
            .is_ok()
    );
}
