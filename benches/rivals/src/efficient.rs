//! `efficient-sm2`.

use efficient_sm2::{DefaultRand, KeyPair, PublicKey, Signature};
use sm2_signing::Item;

use crate::{
    implementation::{Candidate, Implementation, Material, Operation, version},
    items::Message,
};

pub(crate) fn implementations(material: &'static Material) -> Vec<Candidate> {
    let name = format!("efficient-sm2 {}", version("efficient-sm2"));
    let mut random = DefaultRand(rand::rng());
    let key = KeyPair::new(&material.secret).expect("a private key");
    vec![
        Implementation::verifier(
            Operation::Verify,
            &name,
            1,
            material.items.clone(),
            &material.forged_items,
            verify,
        ),
        Implementation::verifier(
            Operation::VerifyMessage,
            &name,
            1,
            material.messages.clone(),
            &material.forged_messages,
            verify_message,
        ),
        Implementation::signer(&name, 1, material, move |prehashes| {
            let sign = |e: &sm2_signing::Prehash| {
                let signature = key.sign_digest(&mut random, e.as_bytes());
                let signature = signature.expect("a signature");
                sm2_signing::Signature::from_r_s(&signature.r(), &signature.s())
            };
            prehashes.iter().map(sign).collect()
        }),
    ]
}

fn verify(item: &Item) -> bool {
    let key = PublicKey::from_slice(item.key.as_bytes());
    let signature = Signature::from_slice(item.signature.as_bytes());
    signature.is_ok_and(|signature| signature.verify_digest(&key, item.e.as_bytes()).is_ok())
}

fn verify_message(message: &Message) -> bool {
    let key = PublicKey::from_slice(message.key.as_bytes());
    let signature = Signature::from_slice(message.signature.as_bytes());
    signature.is_ok_and(|signature| signature.verify(&key, &message.message).is_ok())
}
