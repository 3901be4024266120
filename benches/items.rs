//! Signatures to verify: valid ones by as many keys as asked for, and what an attacker can send.

use sm_soft::{SecretKey, SoftKey, hash::sm3};
use sm2_arith::{Scalar, SigningKey, secret};
use sm2_signing::{Item, Prehash, PublicKey, Signature, UserId};

/// Valid signatures, by the keys in turn, each over an e of its own.
pub(crate) fn valid(count: usize, keys: usize) -> Vec<Item> {
    let keys: Vec<_> = (0..keys).map(signing_key).collect();
    let by_turns = keys.iter().cycle().take(count).enumerate();
    by_turns
        .map(|(index, key)| {
            let e = bytes("digest", index);
            signed(key, index, e)
        })
        .collect()
}

/// A signature over a message, not over its e.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) key: PublicKey,
    pub(crate) message: [u8; 32],
    pub(crate) signature: Signature,
}

/// Valid signatures over messages of 32 bytes under this user id, every key different.
pub(crate) fn messages(count: usize, user_id: &UserId) -> Vec<Message> {
    (0..count)
        .map(|index| {
            let key = signing_key(index);
            let public_key = PublicKey::from_bytes(&key.public_key());
            let message = bytes("message", index);
            let e = Prehash::of(&public_key, user_id, &message);
            let signature = signed(&key, index, *e.as_bytes()).signature;
            Message {
                key: public_key,
                message,
                signature,
            }
        })
        .collect()
}

/// The key of the i-th item.
pub(crate) fn soft_key(index: usize) -> SoftKey {
    SoftKey::new(SecretKey::from_bytes(&secret(index)).expect("a digest is a private key"))
}

/// d of the i-th item's key.
pub(crate) fn secret(index: usize) -> [u8; 32] {
    bytes("key", index)
}

/// Signatures whose additions meet equal points, which takes a signer who knows d; none is valid.
///
/// Formulas for points that differ cannot add these. Who notices that late and begins again in another way pays twice.
pub(crate) fn exceptional() -> [(&'static str, Item); 3] {
    let long = |label| {
        let mut long = bytes("scalar", label);
        long[..2].fill(0);
        Scalar::from_bytes_reduced(&long)
    };
    let small = |value| Scalar::from_limbs(&[value, 0, 0, 0]);
    let (s, t) = (long(1), long(2));
    // 5 is the lowest digit of s, for digits of up to 11 bits: d = (10 - s) / t.
    let s_5 = s.multiply(&small(1 << 11)).add(&small(5));
    let d_5 = small(10).subtract(&s_5).multiply(&t.invert());
    [
        ("5G at the end", by_scalars(&d_5, &s_5, &t)),
        ("[s]G = [t]P", by_scalars(&s.multiply(&t.invert()), &s, &t)),
        ("P = G", by_scalars(&small(1), &s, &s.add(&small(1)))),
    ]
}

/// The item with r = 0, which step B1 refuses.
pub(crate) fn without_r(item: &Item) -> Item {
    Item {
        signature: Signature::from_r_s(&[0; 32], item.signature.s()),
        ..*item
    }
}

/// The item with a key that is no point of the curve.
pub(crate) fn off_the_curve(item: &Item) -> Item {
    Item {
        key: PublicKey::from_x_y(item.key.x(), item.key.x()),
        ..*item
    }
}

fn signing_key(index: usize) -> SigningKey {
    SigningKey::from_bytes(&secret(index)).expect("a digest is a private key")
}

fn signed(key: &SigningKey, index: usize, e: [u8; 32]) -> Item {
    let signature = key.sign_with_nonce(&e, &bytes("nonce", index));
    Item {
        key: PublicKey::from_bytes(&key.public_key()),
        e: Prehash::from_bytes(&e),
        signature: Signature::from_bytes(&signature.expect("a digest is a nonce")),
    }
}

/// The signature with this t = r + s, of the key d.
fn by_scalars(d: &Scalar, s: &Scalar, t: &Scalar) -> Item {
    let key = secret::multiply_generator(d).into_option();
    Item {
        key: PublicKey::from_bytes(&key.expect("d is not 0").to_bytes()),
        e: Prehash::from_bytes(&[7; 32]),
        signature: Signature::from_r_s(&t.subtract(s).to_bytes(), &s.to_bytes()),
    }
}

/// The same in every run.
fn bytes(label: &str, index: usize) -> [u8; 32] {
    sm3(format!("{label} {index}").as_bytes())
}
