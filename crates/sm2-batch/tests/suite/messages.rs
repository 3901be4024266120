//! Messages instead of digests: e is what `Prehash::of` gives, one by one.

use std::sync::Mutex;

use proptest::prelude::*;
use sm2_batch::{Parallel, Portable, SignedMessage, best, verify_messages};
use sm2_signing::{BatchVerifier, Item, Prehash, PublicKey, Signature, UserId};

use crate::support::{Busy, Engine, accept, broken};

/// The items that an engine gets for these messages.
fn items(messages: &[SignedMessage<'_>]) -> Vec<Item> {
    let asked = Mutex::new(Vec::new());
    let engine = Engine::new(|_, items: &[Item]| {
        asked.lock().unwrap().push(items.to_vec());
        Ok(accept(items))
    });
    let verdicts = verify_messages(&engine, messages).unwrap();
    assert_eq!(verdicts.len(), messages.len());
    let mut asked = asked.into_inner().unwrap();
    assert_eq!(asked.len(), 1, "all at once");
    asked.remove(0)
}

fn expected(messages: &[SignedMessage<'_>]) -> Vec<Item> {
    let item = |message: &SignedMessage<'_>| Item {
        key: message.key,
        e: Prehash::of(&message.key, message.user_id, message.message),
        signature: message.signature,
    };
    messages.iter().map(item).collect()
}

fn key(index: u8) -> PublicKey {
    PublicKey::from_bytes(&[index; 64])
}

fn message<'a>(key: PublicKey, user_id: &'a UserId, message: &'a [u8]) -> SignedMessage<'a> {
    SignedMessage {
        key,
        user_id,
        message,
        signature: Signature::from_bytes(&[3; 64]),
    }
}

#[test]
fn user_ids_of_all_lengths() {
    let lengths = [
        0, 1, 16, 17, 55, 56, 63, 64, 65, 117, 118, 119, 1000, 8190, 8191,
    ];
    let ids = lengths.map(|length| UserId::new(vec![0x5a; length]).unwrap());
    let messages: Vec<_> = ids.iter().map(|id| message(key(7), id, b"m")).collect();
    assert_eq!(items(&messages), expected(&messages));
    for id in &ids {
        let messages = vec![message(key(7), id, b"m"); 20];
        assert_eq!(items(&messages), expected(&messages));
    }
}

#[test]
fn empty_and_long_messages() {
    let bytes: Vec<u8> = (0..300_000_u32)
        .map(|index| index.to_le_bytes()[0])
        .collect();
    let ends = (0..=130).chain([1000, 4096, 65_535, 65_536, 65_537, 300_000]);
    let lengths: Vec<usize> = ends.collect();
    let messages: Vec<_> = lengths
        .iter()
        .map(|length| message(key(1), &UserId::DEFAULT, &bytes[..*length]))
        .collect();
    assert_eq!(items(&messages), expected(&messages));
    let long = vec![message(key(1), &UserId::DEFAULT, &bytes); 40];
    assert_eq!(items(&long), expected(&long));
    assert!(items(&[]).is_empty());
}

#[test]
fn signers_that_alternate_and_signers_that_repeat() {
    let other = UserId::new(*b"node-1").unwrap();
    let same = UserId::new(*b"1234567812345678").unwrap();
    let ids = [&UserId::DEFAULT, &other, &same];
    for period in [1, 2, 3, 5, 40] {
        let messages: Vec<_> = (0..200_usize)
            .map(|index| {
                let key = key(u8::try_from(index / period % 3).unwrap());
                message(key, ids[index / period % 7 % 3], b"vote")
            })
            .collect();
        assert_eq!(items(&messages), expected(&messages), "{period}");
    }
}

#[test]
fn real_signatures_over_messages() {
    let text = |index: u32| format!("transfer {index}").into_bytes();
    let signers: Vec<_> = (0..5).map(Busy::new).collect();
    let texts: Vec<_> = (0..100).map(text).collect();
    let mut messages: Vec<_> = texts
        .iter()
        .zip(signers.iter().cycle())
        .map(|(text, signer)| {
            let e = Prehash::of(&signer.key, &UserId::DEFAULT, text);
            SignedMessage {
                signature: signer.sign_digest(&e).signature,
                ..message(signer.key, &UserId::DEFAULT, text)
            }
        })
        .collect();
    messages[17].message = b"transfer 17000";
    messages[80].key = signers[1].key;
    let engines: [Box<dyn BatchVerifier>; 3] = [
        Box::new(Portable::new()),
        best().unwrap(),
        Box::new(Parallel::new(best().unwrap()).with_chunks(8, 8)),
    ];
    for engine in engines {
        let verdicts = verify_messages(&*engine, &messages).unwrap();
        assert_eq!(verdicts.invalid().collect::<Vec<_>>(), [17, 80]);
    }
}

#[test]
fn an_engine_that_fails_gives_its_error() {
    let engine = Engine::new(|_, _: &[Item]| Err(broken()));
    let error = verify_messages(&engine, &[message(key(1), &UserId::DEFAULT, b"")]).unwrap_err();
    assert_eq!(error.to_string(), broken().to_string());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_e_is_what_one_by_one_gives(
        parts in prop::collection::vec(
            (0_u8..3, prop::collection::vec(any::<u8>(), 0..40), prop::collection::vec(any::<u8>(), 0..200)),
            0..150,
        ),
        chunk in 1_usize..100,
    ) {
        let ids: Vec<_> = parts.iter().map(|(_, id, _)| UserId::new(id.clone()).unwrap()).collect();
        let messages: Vec<_> = parts
            .iter()
            .zip(&ids)
            .map(|((index, _, text), id)| message(key(*index), id, text))
            .collect();
        for messages in messages.chunks(chunk) {
            prop_assert_eq!(items(messages), expected(messages));
        }
    }
}
