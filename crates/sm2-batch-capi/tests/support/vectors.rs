//! Signatures, valid and not, as C text.

use std::fmt::Write as _;

use sm2_arith::SigningKey;
use sm2_signing::{Prehash, PublicKey, UserId};

const ITEMS: usize = 300;
const MESSAGES: usize = 150;

/// A header with items, messages, and what is to be said about them.
pub(crate) fn header() -> String {
    let keys = [1, 2, 3].map(|byte| SigningKey::from_bytes(&[byte; 32]).unwrap());
    let mut c = "#include \"sm2_batch.h\"\n".to_owned();
    let publics: Vec<_> = keys.iter().map(|key| bytes(&key.public_key())).collect();
    array(&mut c, "uint8_t KEYS[][64]", &publics);
    array(&mut c, "uint8_t OFF_CURVE[64]", &[bytes(&[1; 64])]);
    items(&mut c, &keys);
    messages(&mut c, &keys);
    let ifma = u8::from(sm2_batch::Ifma::new().is_some());
    writeln!(c, "enum {{ IFMA = {ifma} }};").unwrap();
    c
}

fn items(c: &mut String, keys: &[SigningKey]) {
    let (mut items, mut expected) = (Vec::new(), Vec::new());
    for index in 0..ITEMS {
        let key = &keys[index % keys.len()];
        let (mut public, mut digest) = (key.public_key(), [0x40; 32]);
        digest[..8].copy_from_slice(&index.to_be_bytes());
        let mut signature = sign(key, &digest, index);
        match index % 7 {
            1 => digest[31] ^= 1,
            2 => public = keys[(index + 1) % keys.len()].public_key(),
            3 => public[63] ^= 1,            // not a point
            4 => signature[..32].fill(0),    // r = 0
            5 => signature[32..].fill(0xff), // s > n
            _ => {}
        }
        items.push(format!(
            "{{ {}, {}, {} }}",
            bytes(&public),
            bytes(&digest),
            bytes(&signature)
        ));
        expected.push(u8::from(matches!(index % 7, 0 | 6)).to_string());
    }
    array(c, "sm2_batch_item ITEMS[]", &items);
    array(c, "uint8_t ITEM_VERDICTS[]", &expected);
}

fn messages(c: &mut String, keys: &[SigningKey]) {
    let (mut messages, mut expected) = (Vec::new(), Vec::new());
    for index in 0..MESSAGES {
        let key = &keys[index % keys.len()];
        let mut message = vec![0x61; index * 3];
        let user = match index % 5 {
            0..=2 => UserId::DEFAULT,
            3 => UserId::new(*b"ALICE123@YAHOO.COM").unwrap(),
            _ => UserId::new(Vec::new()).unwrap(),
        };
        let public = PublicKey::from_bytes(&key.public_key());
        let signature = sign(key, Prehash::of(&public, &user, &message).as_bytes(), index);
        let valid = index % 4 != 3;
        if !valid {
            message.push(0);
        }
        if !message.is_empty() {
            array(c, &format!("uint8_t MESSAGE_{index}[]"), &[bytes(&message)]);
        }
        let (pointer, length) = match message.len() {
            0 => ("NULL".to_owned(), 0),
            length => (format!("MESSAGE_{index}"), length),
        };
        let user = match index % 5 {
            0..=2 => "NULL, 0".to_owned(),
            3 => "(const uint8_t *)\"ALICE123@YAHOO.COM\", 18".to_owned(),
            _ => "(const uint8_t *)\"\", 0".to_owned(),
        };
        let (public, signature) = (bytes(public.as_bytes()), bytes(&signature));
        messages.push(format!(
            "{{ {public}, {signature}, {user}, {pointer}, {length} }}"
        ));
        expected.push(u8::from(valid).to_string());
    }
    array(c, "sm2_batch_message MESSAGES[]", &messages);
    array(c, "uint8_t MESSAGE_VERDICTS[]", &expected);
}

fn sign(key: &SigningKey, digest: &[u8; 32], index: usize) -> [u8; 64] {
    let mut nonce = [0x50; 32];
    nonce[..8].copy_from_slice(&index.to_be_bytes());
    key.sign_with_nonce(digest, &nonce).unwrap()
}

fn bytes(bytes: &[u8]) -> String {
    let bytes: Vec<_> = bytes.iter().map(u8::to_string).collect();
    format!("{{ {} }}", bytes.join(","))
}

/// One element that is an initialiser by itself, or several.
fn array(c: &mut String, declaration: &str, elements: &[String]) {
    match elements {
        [one] => writeln!(c, "static const {declaration} = {one};"),
        _ => writeln!(
            c,
            "static const {declaration} = {{ {} }};",
            elements.join(",\n")
        ),
    }
    .unwrap();
}
