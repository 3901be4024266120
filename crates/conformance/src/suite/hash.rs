//! Hash operations: SM3, Z and e, HMAC-SM3.

use sm2_signing::{Prehash, UserId};

use super::{Case, Context, asymmetric::verify::user, symmetric::read};
use crate::{
    Chapter::Hash,
    check::{CaseResult, Check, Stop},
    vectors::{MacTest, Stanza, TestFile, WycheproofVerdict, pairs},
};

pub(super) const CASES: &[Case] = &[
    Case::new(Hash, "SM3: known answers", known_answers),
    Case::new(Hash, "SM3: pieces", pieces),
    Case::new(Hash, "SM3: OpenSSL's tests", openssl),
    Case::new(Hash, "SM3: RustCrypto's tests", rustcrypto),
    Case::new(Hash, "SM3 with Z: worked examples", prehash_examples),
    Case::new(Hash, "SM3 with Z: random keys and ids", prehash_random),
    Case::new(Hash, "HMAC-SM3: known answers", hmac_known_answers),
    Case::new(Hash, "HMAC-SM3: pieces", hmac_pieces),
    Case::new(Hash, "HMAC-SM3: OpenSSL's tests", hmac_openssl),
    Case::new(Hash, "HMAC-SM3: Wycheproof", hmac_wycheproof),
];

fn known_answers(context: &Context<'_>, check: &mut Check) -> CaseResult {
    for answer in &context.vectors.known.sm3 {
        let found = context.backend.sm3(&[&answer.message.0])?;
        check.equal(&answer.origin, found, &answer.digest.0);
    }
    Ok(())
}

/// Every length around the block boundaries, cut anywhere.
fn pieces(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let mut random = context.random();
    let data = random.bytes(200);
    for length in 0..data.len() {
        let data = &data[..length];
        let whole = context.backend.sm3(&[data])?;
        let cut = random.cut(data);
        check.equal(
            &format!("{length} bytes in pieces"),
            context.backend.sm3(&cut)?,
            whole,
        );
    }
    Ok(())
}

fn openssl(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let file = "openssl-evp/evpmd_sm3.txt";
    for stanza in Stanza::all(&context.extra().text(file)?) {
        if stanza.value("Digest") != Some("SM3") {
            continue;
        }
        let what = stanza.what(file);
        let (Some(input), Some(output)) = (stanza.bytes("Input"), stanza.bytes("Output")) else {
            return Err(Stop::Failed(format!("{what}: malformed")));
        };
        check.equal(&what, context.backend.sm3(&[&input])?, output);
    }
    Ok(())
}

fn rustcrypto(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let file = "rustcrypto/sm3_kat.blb";
    let blob = context.extra().bytes(file)?;
    let pairs = pairs(&blob).ok_or_else(|| Stop::Failed(format!("{file}: malformed")))?;
    for (number, (input, output)) in pairs.into_iter().enumerate() {
        let found = context.backend.sm3(&[input])?;
        check.equal(&format!("{file} pair {number}"), found, output);
    }
    Ok(())
}

fn prehash_examples(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let example = &context.vectors.standard.sign;
    let (item, id) = (example.item(), user(&example.id)?);
    let found = context
        .backend
        .prehash(&item.key, &id, &[example.message.as_bytes()])?;
    check.equal("GB/T 32918.5 annex A", found, item.e.as_bytes());
    for answer in &context.vectors.known.sm2 {
        let Some(signed) = &answer.signed else {
            continue;
        };
        let key = answer.public_key();
        let found = context
            .backend
            .prehash(&key, &UserId::DEFAULT, &[&signed.message.0])?;
        check.equal(&answer.origin, found, &signed.e.0);
    }
    Ok(())
}

/// The keys are those of the edge cases, so that every one lies on the curve.
fn prehash_random(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let mut random = context.random();
    let valid = context
        .vectors
        .edge
        .iter()
        .filter(|case| case.expected() == sm2_signing::Verdict::Valid);
    let keys: Vec<_> = valid.filter_map(|case| Some(case.item()?.key)).collect();
    for length in [0, 1, 63, 64, 65, 500]
        .into_iter()
        .cycle()
        .take(context.rounds().max(6))
    {
        let key = keys[random.below(keys.len())];
        let id = random.below(100) + 1;
        let id = UserId::new(random.bytes(id)).map_err(|error| Stop::Failed(error.to_string()))?;
        let message = random.bytes(length);
        let expected = Prehash::of(&key, &id, &message);
        let found = context.backend.prehash(&key, &id, &random.cut(&message))?;
        check.equal(
            &format!("message of {length} bytes"),
            found,
            expected.as_bytes(),
        );
    }
    Ok(())
}

/// A card may take keys of 16 bytes only, which is what SM4 needs; it must then say so.
fn hmac_known_answers(context: &Context<'_>, check: &mut Check) -> CaseResult {
    for answer in &context.vectors.known.hmac_sm3 {
        hmac(
            context,
            check,
            "known answer",
            (&answer.key.0, &answer.message.0),
            &answer.tag.0,
        );
    }
    Ok(())
}

fn hmac_pieces(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let mut random = context.random();
    for _ in 0..context.rounds() {
        let key: [u8; 16] = random.array();
        let length = random.below(300);
        let message = random.bytes(length);
        let whole = context.backend.hmac_sm3(&key, &[&message])?;
        let found = context.backend.hmac_sm3(&key, &random.cut(&message))?;
        check.equal(&format!("{length} bytes in pieces"), found, whole);
    }
    Ok(())
}

fn hmac_openssl(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let file = "openssl-evp/evpmac_sm3.txt";
    for stanza in Stanza::all(&context.extra().text(file)?) {
        if stanza.value("Algorithm") != Some("SM3") {
            continue;
        }
        let what = stanza.what(file);
        let read = || {
            Some((
                stanza.bytes("Key")?,
                stanza.bytes("Input")?,
                stanza.bytes("Output")?,
            ))
        };
        let malformed = || Stop::Failed(format!("{what}: malformed"));
        let (key, message, tag) = read().ok_or_else(malformed)?;
        hmac(context, check, &what, (&key, &message), &tag);
    }
    Ok(())
}

/// A test with a bad tag passes if the computed tag differs; short tags are prefixes.
fn hmac_wycheproof(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let file = "wycheproof/hmac_sm3_test.json";
    let tests: TestFile<MacTest> = read(&context.extra().text(file)?)?;
    let mut count = 0;
    for (tag_length, test) in tests.tests() {
        count += 1;
        let what = format!("{file} {}", test.what());
        let answer = context.backend.hmac_sm3(&test.key.0, &[&test.message.0]);
        let Some(found) = key_taken(check, &what, &test.key.0, answer) else {
            continue;
        };
        let found = &found[..tag_length.min(found.len())];
        match test.result {
            WycheproofVerdict::Invalid => {
                check.that(found != test.tag.0, || {
                    format!("{what}: the bad tag was computed")
                });
            }
            _ => check.equal(&what, found, &test.tag.0),
        }
    }
    tests.complete(file, count)
}

fn hmac(
    context: &Context<'_>,
    check: &mut Check,
    what: &str,
    (key, message): (&[u8], &[u8]),
    tag: &[u8],
) {
    let what = format!("{what}, key of {} bytes", key.len());
    let answer = context.backend.hmac_sm3(key, &[message]);
    if let Some(found) = key_taken(check, &what, key, answer) {
        check.equal(&what, found, tag);
    }
}

fn key_taken(
    check: &mut Check,
    what: &str,
    key: &[u8],
    answer: crate::Answer<[u8; 32]>,
) -> Option<[u8; 32]> {
    match key.len() {
        16 => check.answer(what, answer),
        _ => check.optional(what, answer),
    }
}
