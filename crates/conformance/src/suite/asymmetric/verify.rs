//! Verification: worked examples, edge cases, encodings, batches.

use sm2_signing::{Item, Prehash, PublicKey, Signature, UserId, Verdict, Verifier};

use crate::{
    Chapter::Asymmetric,
    check::{CaseResult, Check, Stop},
    suite::{Case, Context},
    vectors::{Stanza, private_key, public_key},
};

pub(in crate::suite) const CASES: &[Case] = &[
    Case::new(Asymmetric, "verify: worked examples", worked_examples),
    Case::new(Asymmetric, "verify: edge cases", edge_cases),
    Case::new(Asymmetric, "verify: DER encodings", der_encodings),
    Case::new(Asymmetric, "verify: batches", batches),
    Case::new(Asymmetric, "verify: OpenSSL's tests", openssl),
];

/// GB/T 32918.5 annex A and a node's signature; e must not be the plain hash.
fn worked_examples(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let verifier = context.verifier()?;
    let example = &context.vectors.standard.sign;
    expect(
        check,
        verifier,
        "GB/T 32918.5 annex A",
        &example.item(),
        Verdict::Valid,
    );
    let user = user(&example.id)?;
    let e = Prehash::of(&example.item().key, &user, example.message.as_bytes());
    check.equal(
        "e of GB/T 32918.5 annex A",
        e.as_bytes(),
        example.item().e.as_bytes(),
    );

    for answer in &context.vectors.known.sm2 {
        let Some(signed) = &answer.signed else {
            continue;
        };
        let (key, message) = (answer.public_key(), &signed.message.0);
        let e = Prehash::of(&key, &UserId::DEFAULT, message);
        check.equal(&answer.origin, e.as_bytes(), &signed.e.0);
        let item = Item {
            key,
            e,
            signature: signed.signature(),
        };
        expect(check, verifier, &answer.origin, &item, Verdict::Valid);
        let hash = Prehash::from_slice(message).map_err(|error| Stop::Failed(error.to_string()))?;
        let item = Item { e: hash, ..item };
        expect(
            check,
            verifier,
            "the hash in place of e",
            &item,
            Verdict::Invalid,
        );
    }
    Ok(())
}

fn edge_cases(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let verifier = context.verifier()?;
    for case in &context.vectors.edge {
        match case.item() {
            Some(item) => expect(check, verifier, &case.what(), &item, case.expected()),
            None => check.that(case.expected() == Verdict::Invalid, || case.what()),
        }
    }
    Ok(())
}

/// Strict DER, and what passes the decoder must then be judged by its value.
fn der_encodings(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let verifier = context.verifier()?;
    let cases = &context.vectors.der;
    let key =
        PublicKey::from_slice(&cases.key.0).map_err(|error| Stop::Failed(error.to_string()))?;
    let e =
        Prehash::from_slice(&cases.digest.0).map_err(|error| Stop::Failed(error.to_string()))?;
    for case in &cases.tests {
        match Signature::from_der(&case.signature.0) {
            Ok(signature) => {
                let item = Item { key, e, signature };
                expect(check, verifier, &case.what(), &item, case.expected());
            }
            Err(_) => check.that(case.expected() == Verdict::Invalid, || case.what()),
        }
    }
    Ok(())
}

/// A batch says of each item what a single verification says, at every size and in every order.
fn batches(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let unsupported = || Stop::NotSupported("verification in batches".to_owned());
    let engine = context.backend.batch_verifier().ok_or_else(unsupported)?;
    let edge = context.vectors.edge.iter();
    let mut all: Vec<_> = edge
        .filter_map(|case| Some((case.item()?, case.expected(), case.what())))
        .collect();
    let mut random = context.random();
    for size in [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, all.len()] {
        for i in (1..all.len()).rev() {
            all.swap(i, random.below(i + 1));
        }
        let items: Vec<Item> = all.iter().take(size).map(|(item, ..)| *item).collect();
        let Some(verdicts) = check.answer("a batch", engine.verify_batch(&items)) else {
            continue;
        };
        check.that(verdicts.len() == items.len(), || {
            format!("{} verdicts on {} items", verdicts.len(), items.len())
        });
        for (found, (_, expected, what)) in verdicts.iter().zip(&all) {
            check.that(found == *expected, || {
                format!("batch of {size}: {what}: found {found:?}")
            });
        }
    }
    Ok(())
}

/// `Verify` stanzas over a 32-byte digest; the others concern OpenSSL's own interface.
fn openssl(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let file = "openssl-evp/evppkey_sm2.txt";
    let stanzas = Stanza::all(&context.extra().text(file)?);
    let verifier = context.verifier()?;
    for stanza in stanzas
        .iter()
        .filter(|stanza| stanza.value("Result").is_none())
    {
        let Some(name) = stanza.value("Verify") else {
            continue;
        };
        let what = stanza.what(file);
        let pem = key_pem(&stanzas, name).ok_or_else(|| Stop::Failed(format!("{what}: no key")))?;
        let read = || {
            let item = Item {
                key: PublicKey::from_bytes(&public_key(pem)?),
                e: Prehash::from_slice(&stanza.bytes("Input")?).ok()?,
                signature: Signature::from_der(&stanza.bytes("Output")?).ok()?,
            };
            Some((item, private_key(pem)?))
        };
        let (item, _) = read().ok_or_else(|| Stop::Failed(format!("{what}: malformed")))?;
        expect(check, verifier, &what, &item, Verdict::Valid);
    }
    Ok(())
}

/// The PEM text of the key that other stanzas call `name`.
pub(super) fn key_pem<'a>(stanzas: &'a [Stanza], name: &str) -> Option<&'a str> {
    stanzas
        .iter()
        .find(|stanza| stanza.value("PrivateKey") == Some(name))?
        .pem()
}

/// Verifies one item and records whether the verdict is the expected one.
pub(super) fn expect(
    check: &mut Check,
    verifier: &dyn Verifier,
    what: &str,
    item: &Item,
    expected: Verdict,
) {
    let found = verifier.verify(&item.key, &item.e, &item.signature);
    check.verdict(what, &found, expected);
}

/// An identity out of a test vector.
pub(in crate::suite) fn user(id: &str) -> Result<UserId, Stop> {
    UserId::new(id).map_err(|error| Stop::Failed(error.to_string()))
}
