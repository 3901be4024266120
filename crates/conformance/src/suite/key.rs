//! Key management: private keys, envelopes, key-encryption keys, key agreement.

mod agreement;
mod envelope;

use sm2_signing::{PublicKey, Verdict};

use super::{Case, Context};
use crate::{
    Chapter::Key,
    check::{CaseResult, Check, Stop},
    vectors::private_key,
};

pub(super) const CASES: &[Case] = &[
    Case::new(Key, "private key: range", private_key_range),
    Case::new(Key, "private key: its public key", public_keys),
    Case::new(Key, "private key: OpenSSL's bad PEM files", bad_pem),
    Case::new(Key, "private key: RustCrypto's PEM files", good_pem),
    Case::new(Key, "envelope: to itself", envelope::to_itself),
    Case::new(Key, "envelope: the oracle opens", envelope::oracle_opens),
    Case::new(Key, "envelope: the oracle seals", envelope::oracle_seals),
    Case::new(Key, "envelope: exchanged", envelope::exchanged),
    Case::new(Key, "envelope: mutations are refused", envelope::mutations),
    Case::new(
        Key,
        "key-encryption key: round trip",
        envelope::key_encryption_key,
    ),
    Case::new(Key, "agreement: worked example", agreement::worked_example),
    Case::new(Key, "agreement: with itself", agreement::with_itself),
    Case::new(Key, "agreement: with the oracle", agreement::with_oracle),
    Case::new(
        Key,
        "agreement: bad halves are refused",
        agreement::bad_halves,
    ),
];

/// 1 and n-2 are taken; 0, n-1 (1 + d has no inverse), n and beyond are not.
fn private_key_range(context: &Context<'_>, check: &mut Check) -> CaseResult {
    for case in &context.vectors.private_range {
        let answer = context.backend.signer_for(case.private_key()).map(drop);
        match case.expected() {
            Verdict::Valid => check.accepted(&case.what(), answer),
            Verdict::Invalid => check.refused(&case.what(), answer),
        }
    }
    Ok(())
}

fn public_keys(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let mut known = Vec::new();
    for answer in &context.vectors.known.sm2 {
        known.push((
            answer.origin.clone(),
            *answer.private_key(),
            answer.public_key(),
        ));
    }
    let example = &context.vectors.standard.sign;
    known.push((
        "annex A".to_owned(),
        *example.private_key(),
        example.item().key,
    ));
    let exchange = context.vectors.standard.exchange();
    let pairs = exchange
        .private_keys()
        .into_iter()
        .zip(exchange.public_keys());
    for (private, public) in pairs.flat_map(|(d, p)| d.into_iter().zip(p)) {
        known.push(("annex B".to_owned(), *private, point(public)?));
    }
    for (what, private, public) in known {
        let signer = context.backend.signer_for(&private)?;
        check.equal(&what, signer.public_key().as_bytes(), public.as_bytes());
    }
    Ok(())
}

/// 0, n and n-1 (the file is called neg1) are no private keys.
fn bad_pem(context: &Context<'_>, check: &mut Check) -> CaseResult {
    for name in ["sm2_bad_0.pem", "sm2_bad_1.pem", "sm2_bad_neg1.pem"] {
        let pem = context.extra().text(&format!("openssl-pem/{name}"))?;
        check.refused(name, context.backend.signer_from_pem(&pem).map(drop));
        if let Some(value) = private_key(&pem) {
            let what = format!("{name}, as 32 bytes");
            check.refused(&what, context.backend.signer_for(&value).map(drop));
        }
    }
    Ok(())
}

fn good_pem(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let private = context
        .extra()
        .text("rustcrypto/sm2-pkcs8-private-key.pem")?;
    let public = context
        .extra()
        .text("rustcrypto/sm2-pkcs8-public-key.pem")?;
    let expected =
        PublicKey::from_spki_pem(&public).map_err(|error| Stop::Failed(error.to_string()))?;
    let signer = context.backend.signer_from_pem(&private)?;
    check.equal(
        "the public key",
        signer.public_key().as_bytes(),
        expected.as_bytes(),
    );
    check.equal(
        "SPKI written again",
        expected.to_spki_pem().trim(),
        public.trim(),
    );
    Ok(())
}

/// A public key out of a test vector, with its prefix 04.
fn point(sec1: &[u8; 65]) -> Result<PublicKey, Stop> {
    PublicKey::from_slice(sec1).map_err(|error| Stop::Failed(error.to_string()))
}
