//! RustCrypto's `sm2`, one by one: the base line.

use sm2::{
    PublicKey,
    dsa::{
        Signature, SigningKey, VerifyingKey,
        signature::{Verifier as _, hazmat::PrehashVerifier as _},
    },
};
use sm2_signing::Item;

use crate::items::{self, Message};

/// From bytes to verdict.
pub(crate) fn verify(item: &Item) -> bool {
    let verify = |key: VerifyingKey, signature: Signature| {
        key.verify_prehash(item.e.as_bytes(), &signature).is_ok()
    };
    parsed(&item.key, &item.signature).is_some_and(|(key, signature)| verify(key, signature))
}

/// From bytes to verdict, Z and e included.
pub(crate) fn verify_message(message: &Message) -> bool {
    parsed(&message.key, &message.signature)
        .is_some_and(|(key, signature)| key.verify(&message.message, &signature).is_ok())
}

/// The key of the i-th item.
pub(crate) fn signing_key(index: usize) -> SigningKey {
    SigningKey::from_slice(USER_ID, &items::secret(index)).expect("a digest is a private key")
}

/// The key of an item, with its Z.
pub(crate) fn verifying_key(key: &sm2_signing::PublicKey) -> Option<VerifyingKey> {
    let key = PublicKey::from_sec1_bytes(&key.to_sec1()).ok()?;
    VerifyingKey::new(USER_ID, key).ok()
}

fn parsed(
    key: &sm2_signing::PublicKey,
    signature: &sm2_signing::Signature,
) -> Option<(VerifyingKey, Signature)> {
    let signature = Signature::from_slice(signature.as_bytes()).ok()?;
    Some((verifying_key(key)?, signature))
}

const USER_ID: &str = "1234567812345678";
