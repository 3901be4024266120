//! ECB, CBC, CFB, OFB and CTR.

use crate::{
    Block,
    Direction::{Decrypt, Encrypt},
    Mode,
    check::{CaseResult, Check, Stop},
    suite::Context,
    vectors::Stanza,
};

pub(super) fn known_answers(context: &Context<'_>, check: &mut Check) -> CaseResult {
    for answer in &context.vectors.known.sm4 {
        let (plaintext, ciphertext) = (&answer.plaintext.0, &answer.ciphertext.0);
        both_ways(
            context,
            check,
            &answer.origin,
            (answer.mode, *answer.key(), answer.iv()),
            (plaintext, ciphertext),
        );
    }
    Ok(())
}

/// GB/T 32907 annex A, example 2. CBC over zeros feeds each ciphertext block into the cipher again,
/// so a million blocks of zeros with the plaintext as IV are the million encryptions.
pub(super) fn million(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let answer = &context.vectors.known.sm4_million;
    let (mut iv, mut last) = (*answer.plaintext(), Vec::new());
    for _ in 0..MILLION / BLOCKS_A_CALL {
        let zeros = vec![0; BLOCKS_A_CALL * 16];
        last = context
            .backend
            .sm4(Mode::Cbc, Encrypt, answer.key(), &mut iv, &zeros)?;
    }
    let last = last.last_chunk::<16>().copied().unwrap_or_default();
    check.equal("GB/T 32907 annex A, example 2", last, &answer.ciphertext.0);
    Ok(())
}

/// The IV that a call leaves behind is the one with which the next goes on.
pub(super) fn chaining(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let mut random = context.random();
    for (mode, direction) in ways() {
        let (key, iv): (Block, Block) = (random.array(), random.array());
        let data = random.bytes(16 * 12);
        let what = format!("{mode:?} {direction:?}");
        let sm4 =
            |iv: &mut Block, data: &[u8]| context.backend.sm4(mode, direction, &key, iv, data);
        let mut last = iv;
        let Some(whole) = check.answer(&what, sm4(&mut last, &data)) else {
            continue;
        };
        let (mut running, mut joined) = (iv, Vec::new());
        for call in [0..16, 16..64, 64..192] {
            joined.extend(
                check
                    .answer(&what, sm4(&mut running, &data[call]))
                    .unwrap_or_default(),
            );
        }
        check.equal(&format!("{what} in three calls"), joined, whole);
        check.equal(&format!("{what}, the last IV"), running, last);
    }
    Ok(())
}

/// Updates of any length give what one call gives.
pub(super) fn pieces(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let mut random = context.random();
    for round in 0..context.rounds() {
        for (mode, direction) in ways() {
            let (key, iv) = (random.array(), random.array());
            let blocks = random.below(12) + 1;
            let extra = if mode.needs_whole_blocks() {
                0
            } else {
                random.below(16)
            };
            let data = random.bytes(blocks * 16 + extra);
            let cut = match round {
                0 => data.chunks(1).collect(),
                1 => data.chunks(16).collect(),
                _ => random.cut(&data),
            };
            let backend = context.backend;
            let whole = backend.sm4(mode, direction, &key, &mut iv.clone(), &data);
            let what = format!("{mode:?} {direction:?}");
            let Some(whole) = check.answer(&what, whole) else {
                continue;
            };
            let what = format!("{what} in pieces");
            let joined = backend.sm4_in_pieces(mode, direction, &key, &iv, &cut);
            if let Some(joined) = check.answer(&what, joined) {
                check.equal(&what, joined, whole);
            }
        }
    }
    Ok(())
}

/// ECB and CBC without padding take whole blocks only.
pub(super) fn partial_blocks(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let data = [7; 33];
    let (key, iv) = ([1; 16], [2; 16]);
    for (mode, direction) in ways()
        .into_iter()
        .filter(|(mode, _)| mode.needs_whole_blocks())
    {
        let what = format!("{mode:?} {direction:?}");
        let backend = context.backend;
        for length in [1, 15, 17, 33] {
            let answer = backend.sm4(mode, direction, &key, &mut iv.clone(), &data[..length]);
            check.refused(&format!("{what}, {length} bytes"), answer);
            let cut = [&data[..1], &data[1..length]];
            let answer = backend.sm4_in_pieces(mode, direction, &key, &iv, &cut);
            check.refused(&format!("{what}, {length} bytes in pieces"), answer);
        }
    }
    Ok(())
}

pub(super) fn as_oracle(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let oracle = context.oracle()?;
    let mut random = context.random();
    for _ in 0..context.rounds() {
        for (mode, direction) in ways() {
            let (key, iv) = (random.array(), random.array());
            let extra = if mode.needs_whole_blocks() {
                0
            } else {
                random.below(16)
            };
            let length = (random.below(40) + 1) * 16 + extra;
            let data = random.bytes(length);
            let expected = oracle.sm4(mode, direction, &key, &mut iv.clone(), &data)?;
            let found = context
                .backend
                .sm4(mode, direction, &key, &mut iv.clone(), &data);
            let what = format!("{mode:?} {direction:?}, {length} bytes");
            if let Some(found) = check.answer(&what, found) {
                check.equal(&what, found, expected);
            }
        }
    }
    Ok(())
}

pub(super) fn openssl(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let file = "openssl-evp/evpciph_sm4.txt";
    for stanza in Stanza::all(&context.extra().text(file)?) {
        let Some(cipher) = stanza.value("Cipher") else {
            continue;
        };
        let mode = match cipher {
            "SM4-ECB" => Mode::Ecb,
            "SM4-CBC" => Mode::Cbc,
            "SM4-CFB" => Mode::Cfb,
            "SM4-OFB" => Mode::Ofb,
            "SM4-CTR" => Mode::Ctr,
            _ => continue, // GCM and CCM have a case of their own; GM/T 0018 has no XTS
        };
        let what = stanza.what(file);
        let read = || {
            let key = stanza.bytes("Key")?.try_into().ok()?;
            let iv = stanza
                .bytes("IV")
                .unwrap_or_else(|| vec![0; 16])
                .try_into()
                .ok()?;
            Some((
                (mode, key, iv),
                stanza.bytes("Plaintext")?,
                stanza.bytes("Ciphertext")?,
            ))
        };
        let malformed = || Stop::Failed(format!("{what}: malformed"));
        let (parameters, plaintext, ciphertext) = read().ok_or_else(malformed)?;
        both_ways(context, check, &what, parameters, (&plaintext, &ciphertext));
    }
    Ok(())
}

fn both_ways(
    context: &Context<'_>,
    check: &mut Check,
    what: &str,
    (mode, key, iv): (Mode, Block, Block),
    (plaintext, ciphertext): (&[u8], &[u8]),
) {
    let ways = [
        (Encrypt, plaintext, ciphertext),
        (Decrypt, ciphertext, plaintext),
    ];
    for (direction, data, expected) in ways {
        let what = format!("{mode:?} {direction:?}, {what}");
        let found = context
            .backend
            .sm4(mode, direction, &key, &mut iv.clone(), data);
        if let Some(found) = check.answer(&what, found) {
            check.equal(&what, found, expected);
        }
    }
}

fn ways() -> Vec<(Mode, crate::Direction)> {
    Mode::ALL
        .iter()
        .flat_map(|mode| [(*mode, Encrypt), (*mode, Decrypt)])
        .collect()
}

const MILLION: usize = 1_000_000;
/// 16 KiB a call; it divides a million.
const BLOCKS_A_CALL: usize = 1_000;
