//! RustCrypto's `sm2`.

use sm2::dsa::{
    Signature,
    signature::hazmat::{PrehashSigner, PrehashVerifier as _},
};
use sm2_signing::Item;

use crate::{
    implementation::{Candidate, Implementation, Material, Operation, version},
    rustcrypto,
};

pub(crate) fn implementations(material: &'static Material) -> Vec<Candidate> {
    let name = name();
    let read = |items: &[Item]| -> Vec<_> {
        let read = |item: &Item| (rustcrypto::verifying_key(&item.key), *item);
        items.iter().map(read).collect()
    };
    let key = rustcrypto::signing_key(0);
    let sign = move |e: &sm2_signing::Prehash| {
        let signature: Signature = key.sign_prehash(e.as_bytes()).expect("a signature");
        sm2_signing::Signature::from_bytes(&signature.to_bytes().into())
    };
    vec![
        Implementation::verifier(
            Operation::Verify,
            &name,
            1,
            material.items.clone(),
            &material.forged_items,
            rustcrypto::verify,
        ),
        Implementation::verifier(
            Operation::VerifyRead,
            &name,
            1,
            read(&material.items),
            &read(&material.forged_items),
            |(key, item)| {
                let signature = Signature::from_slice(item.signature.as_bytes());
                let valid = |signature: Signature| {
                    let key = key.as_ref()?;
                    key.verify_prehash(item.e.as_bytes(), &signature).ok()
                };
                signature.ok().and_then(valid).is_some()
            },
        ),
        Implementation::verifier(
            Operation::VerifyMessage,
            &name,
            1,
            material.messages.clone(),
            &material.forged_messages,
            rustcrypto::verify_message,
        ),
        // Its nonce is of d and e alone.
        Implementation::signer(&name, 1, material, move |prehashes| {
            prehashes.iter().map(&sign).collect()
        }),
    ]
}

/// That of the base line.
pub(crate) fn name() -> String {
    format!("RustCrypto sm2 {}", version("sm2"))
}
