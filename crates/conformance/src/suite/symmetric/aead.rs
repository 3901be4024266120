//! GCM and CCM.

use serde::Deserialize;

use crate::{
    Aead, Block,
    check::{CaseResult, Check, Stop},
    random::Random,
    suite::Context,
    vectors::{AeadTest, Stanza, TestFile, WycheproofVerdict},
};

pub(super) fn known_answers(context: &Context<'_>, check: &mut Check) -> CaseResult {
    for answer in &context.vectors.known.sm4_aead {
        let message = Message {
            aead: answer.algorithm,
            key: *answer.key(),
            nonce: answer.nonce.0.clone(),
            aad: answer.aad.0.clone(),
            plaintext: answer.plaintext.0.clone(),
        };
        message.expect(
            context,
            check,
            &answer.origin,
            &answer.ciphertext.0,
            &answer.tag.0,
        );
    }
    Ok(())
}

/// Updates of any length give what one call gives.
pub(super) fn pieces(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let mut random = context.random();
    for aead in [Aead::Gcm, Aead::Ccm] {
        for _ in 0..context.rounds() {
            let m = Message::random(aead, &mut random);
            let what = format!("{aead:?}, {} bytes", m.plaintext.len());
            let seal = |pieces: &[&[u8]]| {
                context
                    .backend
                    .seal(aead, &m.key, &m.nonce, &m.aad, pieces, TAG)
            };
            let Some(whole) = check.answer(&what, seal(&[&m.plaintext])) else {
                continue;
            };
            let what = format!("{what} in pieces");
            let cut = random.cut(&m.plaintext);
            let Some(joined) = check.answer(&what, seal(&cut)) else {
                continue;
            };
            check.equal(&what, &joined.ciphertext, &whole.ciphertext);
            check.equal(&format!("{what}, tag"), &joined.tag, &whole.tag);
            let cut = random.cut(&joined.ciphertext);
            let opened = context
                .backend
                .open(aead, &m.key, &m.nonce, &m.aad, &cut, &joined.tag);
            if let Some(opened) = check.answer(&what, opened) {
                check.equal(&format!("{what}, opened"), opened, &m.plaintext);
            }
        }
    }
    Ok(())
}

pub(super) fn mutations(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let mut random = context.random();
    for aead in [Aead::Gcm, Aead::Ccm] {
        let Message {
            key, nonce, aad, ..
        } = Message::random(aead, &mut random);
        let plaintext = random.bytes(50);
        let sealed = context
            .backend
            .seal(aead, &key, &nonce, &aad, &[&plaintext], TAG);
        let Some(sealed) = check.answer(&format!("{aead:?}"), sealed) else {
            continue;
        };
        let (ciphertext, tag) = (&sealed.ciphertext, &sealed.tag);
        let open = |key: &Block, nonce: &[u8], aad: &[u8], pieces: &[&[u8]], tag: &[u8]| {
            context.backend.open(aead, key, nonce, aad, pieces, tag)
        };
        let opened = open(&key, &nonce, &aad, &[ciphertext], tag);
        if let Some(opened) = check.answer("unchanged", opened) {
            check.equal(&format!("{aead:?}, unchanged"), opened, &plaintext);
        }
        let flip = |bytes: &[u8], at: usize| {
            let mut bytes = bytes.to_vec();
            bytes[at] ^= 1;
            bytes
        };
        let (wrong_tag, wrong_text) = (flip(tag, TAG - 1), flip(ciphertext, 7));
        let (wrong_nonce, wrong_aad) = (flip(&nonce, 0), flip(&aad, 0));
        let (wrong_key, cut) = (random.flip(key), &ciphertext[..ciphertext.len() - 1]);
        for (what, answer) in [
            (
                "a bit of the tag",
                open(&key, &nonce, &aad, &[ciphertext], &wrong_tag),
            ),
            (
                "a bit of the ciphertext",
                open(&key, &nonce, &aad, &[&wrong_text], tag),
            ),
            (
                "the same in pieces",
                open(
                    &key,
                    &nonce,
                    &aad,
                    &[&wrong_text[..20], &wrong_text[20..]],
                    tag,
                ),
            ),
            (
                "another nonce",
                open(&key, &wrong_nonce, &aad, &[ciphertext], tag),
            ),
            (
                "other data beside it",
                open(&key, &nonce, &wrong_aad, &[ciphertext], tag),
            ),
            (
                "no data beside it",
                open(&key, &nonce, &[], &[ciphertext], tag),
            ),
            (
                "another key",
                open(&wrong_key, &nonce, &aad, &[ciphertext], tag),
            ),
            ("ciphertext cut", open(&key, &nonce, &aad, &[cut], tag)),
            ("an empty tag", open(&key, &nonce, &aad, &[ciphertext], &[])),
        ] {
            check.refused(&format!("{aead:?}, {what}"), answer);
        }
    }
    Ok(())
}

pub(super) fn openssl(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let file = "openssl-evp/evpciph_sm4.txt";
    for stanza in Stanza::all(&context.extra().text(file)?) {
        let aead = match stanza.value("Cipher") {
            Some("SM4-GCM") => Aead::Gcm,
            Some("SM4-CCM") => Aead::Ccm,
            _ => continue,
        };
        let what = stanza.what(file);
        let read = || {
            let message = Message {
                aead,
                key: stanza.bytes("Key")?.try_into().ok()?,
                nonce: stanza.bytes("IV")?,
                aad: stanza.bytes("AAD")?,
                plaintext: stanza.bytes("Plaintext")?,
            };
            Some((message, stanza.bytes("Ciphertext")?, stanza.bytes("Tag")?))
        };
        let malformed = || Stop::Failed(format!("{what}: malformed"));
        let (message, ciphertext, tag) = read().ok_or_else(malformed)?;
        message.expect(context, check, &what, &ciphertext, &tag);
    }
    Ok(())
}

pub(super) fn wycheproof_gcm(context: &Context<'_>, check: &mut Check) -> CaseResult {
    wycheproof(context, check, Aead::Gcm, "wycheproof/sm4_gcm_test.json")
}

pub(super) fn wycheproof_ccm(context: &Context<'_>, check: &mut Check) -> CaseResult {
    wycheproof(context, check, Aead::Ccm, "wycheproof/sm4_ccm_test.json")
}

/// A GCM nonce of other than 12 bytes, and an empty message, may be refused but not got wrong.
fn wycheproof(context: &Context<'_>, check: &mut Check, aead: Aead, file: &str) -> CaseResult {
    let tests: TestFile<AeadTest> = read(&context.extra().text(file)?)?;
    let mut count = 0;
    for (tag_length, test) in tests.tests() {
        count += 1;
        let what = format!("{file} {}", test.what());
        let Ok(key) = Block::try_from(&test.key.0[..]) else {
            continue;
        };
        let (nonce, aad) = (&test.nonce.0[..], &test.aad.0[..]);
        let backend = context.backend;
        let opened = backend.open(aead, &key, nonce, aad, &[&test.ciphertext.0], &test.tag.0);
        if test.result == WycheproofVerdict::Invalid {
            check.refused(&what, opened);
            continue;
        }
        let sealed = backend.seal(aead, &key, nonce, aad, &[&test.plaintext.0], tag_length);
        let obliged = aead == Aead::Ccm || nonce.len() == 12;
        let (opened, sealed) = if obliged && !test.plaintext.0.is_empty() {
            (check.answer(&what, opened), check.answer(&what, sealed))
        } else {
            (check.optional(&what, opened), check.optional(&what, sealed))
        };
        if let Some(opened) = opened {
            check.equal(&what, opened, &test.plaintext.0);
        }
        if let Some(sealed) = sealed {
            check.equal(&what, sealed.ciphertext, &test.ciphertext.0);
            check.equal(&what, sealed.tag, &test.tag.0);
        }
    }
    tests.complete(file, count)
}

/// Reads a Wycheproof file.
pub(in crate::suite) fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, Stop> {
    serde_json::from_str(json).map_err(|error| Stop::Failed(format!("malformed vectors: {error}")))
}

/// What is to be sealed.
struct Message {
    aead: Aead,
    key: Block,
    nonce: Vec<u8>,
    aad: Vec<u8>,
    plaintext: Vec<u8>,
}

impl Message {
    fn random(aead: Aead, random: &mut Random) -> Self {
        let (aad, plaintext) = (random.below(60) + 1, random.below(200) + 1);
        Self {
            aead,
            key: random.array(),
            nonce: random.bytes(12),
            aad: random.bytes(aad),
            plaintext: random.bytes(plaintext),
        }
    }

    fn expect(
        &self,
        context: &Context<'_>,
        check: &mut Check,
        what: &str,
        ciphertext: &[u8],
        tag: &[u8],
    ) {
        let Self {
            aead,
            key,
            nonce,
            aad,
            plaintext,
        } = self;
        let what = format!("{aead:?}, {what}");
        let sealed = context
            .backend
            .seal(*aead, key, nonce, aad, &[plaintext], tag.len());
        if let Some(sealed) = check.answer(&what, sealed) {
            check.equal(&what, sealed.ciphertext, ciphertext);
            check.equal(&format!("{what}, tag"), sealed.tag, tag);
        }
        let opened = context
            .backend
            .open(*aead, key, nonce, aad, &[ciphertext], tag);
        if let Some(opened) = check.answer(&what, opened) {
            check.equal(&format!("{what}, opened"), opened, plaintext);
        }
    }
}

const TAG: usize = 16;
