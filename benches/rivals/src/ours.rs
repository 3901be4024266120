//! This repository's.

use sm_soft::SoftVerifier;
use sm2_arith::{AffinePoint, Scalar, public};
use sm2_batch::{
    EngineChoice, Ifma, KeyTableOptions, KeyTables, Portable, SignedMessage, verify_messages,
};
use sm2_signing::{BatchVerifier, Item, Prehash, PublicKey, Signer as _, UserId, Verifier as _};

use crate::{
    implementation::{BATCH, Candidate, Implementation, Material, Operation},
    items::Message,
};

pub(crate) fn implementations(material: &'static Material) -> Vec<Candidate> {
    let mut candidates = one_by_one(material);
    candidates.push(batches(
        Operation::Verify,
        "Portable",
        Portable::new(),
        material,
    ));
    candidates.push(messages("Portable", Portable::new(), material));
    match (Ifma::new(), Ifma::new()) {
        (Some(ifma), Some(another)) => {
            candidates.push(batches(Operation::Verify, "Ifma", ifma, material));
            candidates.push(messages("Ifma", another, material));
        }
        _ => candidates.push(Err("Ifma: this processor has no AVX-512 IFMA".to_owned())),
    }
    for choice in [EngineChoice::Portable, EngineChoice::Ifma] {
        candidates.push(known_keys(choice, material));
    }
    candidates.push(Implementation::signer(
        format!("this repository, SoftKey, {BATCH} at a time"),
        BATCH,
        material,
        |prehashes| material.key.sign_batch(prehashes).expect("signatures"),
    ));
    candidates
}

fn one_by_one(material: &'static Material) -> Vec<Candidate> {
    let read = |items: &[Item]| -> Vec<_> {
        let read = |item: &Item| (AffinePoint::from_bytes(item.key.as_bytes()), *item);
        items.iter().map(read).collect()
    };
    vec![
        Implementation::verifier(
            Operation::Verify,
            "this repository, SoftVerifier",
            1,
            material.items.clone(),
            &material.forged_items,
            |item| is_valid(&item.key, &item.e, &item.signature),
        ),
        Implementation::verifier(
            Operation::VerifyRead,
            "this repository, sm2-arith",
            1,
            read(&material.items),
            &read(&material.forged_items),
            |(key, item)| {
                let scalar = |bytes| Scalar::from_bytes(bytes).into_option();
                let (r, s) = (scalar(item.signature.r()), scalar(item.signature.s()));
                let (Ok(key), Some(r), Some(s)) = (key, r, s) else {
                    return false;
                };
                public::verify(key, &Scalar::from_bytes_reduced(item.e.as_bytes()), &r, &s)
            },
        ),
        Implementation::verifier(
            Operation::VerifyMessage,
            "this repository, SoftVerifier",
            1,
            material.messages.clone(),
            &material.forged_messages,
            |signed: &Message| {
                let e = Prehash::of(&signed.key, &UserId::DEFAULT, &signed.message);
                is_valid(&signed.key, &e, &signed.signature)
            },
        ),
        Implementation::signer("this repository, SoftKey", 1, material, |prehashes| {
            let sign = |e| material.key.sign(e).expect("a signature");
            prehashes.iter().map(sign).collect()
        }),
    ]
}

fn is_valid(key: &PublicKey, e: &Prehash, signature: &sm2_signing::Signature) -> bool {
    SoftVerifier::new().verify(key, e, signature).is_ok()
}

fn batches(
    operation: Operation,
    name: &str,
    engine: impl BatchVerifier + 'static,
    material: &Material,
) -> Candidate {
    let forged = with_one_forged(&material.items, &material.forged_items);
    Implementation::verifier(
        operation,
        format!("this repository, {name}, {BATCH} at a time"),
        BATCH,
        vec![material.items.clone()],
        &forged,
        move |items| engine.verify_batch(items).expect("verdicts").all_valid(),
    )
}

fn known_keys(choice: EngineChoice, material: &Material) -> Candidate {
    let engine = KeyTables::new(choice, KeyTableOptions::default().with_cache_bytes(0));
    let engine = engine.map_err(|error| format!("KeyTables<{choice}>: {error}"))?;
    let keys: Vec<_> = material.items.iter().map(|item| item.key).collect();
    engine.pin(&keys).expect("points of the curve");
    batches(
        Operation::VerifyRead,
        &format!("KeyTables<{choice}>"),
        engine,
        material,
    )
}

fn messages(
    name: &str,
    engine: impl BatchVerifier + 'static,
    material: &'static Material,
) -> Candidate {
    let signed = |messages: &'static [Message]| -> Vec<_> {
        let signed = messages.iter().map(|message| SignedMessage {
            key: message.key,
            user_id: &UserId::DEFAULT,
            message: &message.message,
            signature: message.signature,
        });
        signed.collect()
    };
    let valid = signed(&material.messages);
    let forged = with_one_forged(&valid, &signed(&material.forged_messages));
    Implementation::verifier(
        Operation::VerifyMessage,
        format!("this repository, {name}, {BATCH} at a time"),
        BATCH,
        vec![valid],
        &forged,
        move |messages| {
            verify_messages(&engine, messages)
                .expect("verdicts")
                .all_valid()
        },
    )
}

/// Batches that are valid but for one, which is a different one in each.
fn with_one_forged<T: Clone>(valid: &[T], forged: &[T]) -> Vec<Vec<T>> {
    let with = |(index, forged): (usize, &T)| {
        let mut batch = valid.to_vec();
        batch[index] = forged.clone();
        batch
    };
    forged.iter().enumerate().step_by(17).map(with).collect()
}
