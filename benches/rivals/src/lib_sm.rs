//! `libsm`.

use std::rc::Rc;

use libsm::sm2::signature::{SigCtx, Signature};
use sm2_signing::Item;

use crate::implementation::{Candidate, Implementation, Material, Operation, version};

pub(crate) fn implementations(material: &'static Material) -> Vec<Candidate> {
    let name = format!("libsm {}", version("libsm"));
    let context = Rc::new(SigCtx::new());
    let read = |items: &[Item]| -> Vec<_> {
        let read = |item: &Item| (context.load_pubkey(&item.key.to_sec1()).ok(), *item);
        items.iter().map(read).collect()
    };
    let [whole, once_read, message, sign] = [(); 4].map(|()| Rc::clone(&context));
    let secret = context
        .load_seckey(&material.secret)
        .expect("a private key");
    vec![
        Implementation::verifier(
            Operation::Verify,
            &name,
            1,
            material.items.clone(),
            &material.forged_items,
            move |item| {
                let Ok(key) = whole.load_pubkey(&item.key.to_sec1()) else {
                    return false;
                };
                let verdict = whole.verify_raw(item.e.as_bytes(), &key, &signature(item.signature));
                verdict.unwrap_or(false)
            },
        ),
        Implementation::verifier(
            Operation::VerifyRead,
            &name,
            1,
            read(&material.items),
            &read(&material.forged_items),
            move |(key, item)| {
                let signature = signature(item.signature);
                let verify = |key| once_read.verify_raw(item.e.as_bytes(), key, &signature);
                key.as_ref().is_some_and(|key| verify(key).unwrap_or(false))
            },
        ),
        Implementation::verifier(
            Operation::VerifyMessage,
            &name,
            1,
            material.messages.clone(),
            &material.forged_messages,
            move |signed| {
                let Ok(key) = message.load_pubkey(&signed.key.to_sec1()) else {
                    return false;
                };
                let verdict = message.verify(&signed.message, &key, &signature(signed.signature));
                verdict.unwrap_or(false)
            },
        ),
        Implementation::signer(&name, 1, material, move |prehashes| {
            let sign = |e: &sm2_signing::Prehash| {
                let signature = sign.sign_raw(e.as_bytes(), &secret).expect("a signature");
                sm2_signing::Signature::from_der(&signature.der_encode()).expect("DER")
            };
            prehashes.iter().map(sign).collect()
        }),
    ]
}

fn signature(signature: sm2_signing::Signature) -> Signature {
    Signature::new(signature.r(), signature.s())
}
