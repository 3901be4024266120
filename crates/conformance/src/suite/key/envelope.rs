//! Session keys that travel: SM2 envelopes and key-encryption keys.

use sm2_signing::{Ciphertext, PublicKey};

use crate::{
    Backend, Block, Direction, Mode,
    check::{CaseResult, Check},
    suite::Context,
    vectors::Sm4Answer,
};

pub(super) fn to_itself(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let backend = context.backend;
    let probe = context.random().array();
    let (first, made) = backend.envelope_to_itself(&probe)?;
    check.equal(
        "the session key, opened",
        backend.open_envelope(&first, &probe)?,
        made,
    );
    check.that(first.c2().len() == 16, || {
        format!("C2 is {} bytes", first.c2().len())
    });
    let (_, other) = backend.envelope_to_itself(&probe)?;
    check.that(made != other, || "two session keys are the same".to_owned());
    check.equal(
        "the first, opened again",
        backend.open_envelope(&first, &probe)?,
        made,
    );

    let own = backend.encryption_key()?;
    let (envelope, made) = backend.envelope_to(&own, &probe)?;
    check.equal(
        "sealed to its exported key",
        backend.open_envelope(&envelope, &probe)?,
        made,
    );
    Ok(())
}

/// The other party decrypts the session key and comes to the same cipher.
pub(super) fn oracle_opens(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let oracle = context.oracle()?;
    let example = &context.vectors.standard;
    let probe = context.random().array();
    let (envelope, made) = context
        .backend
        .envelope_to(&example.sign.item().key, &probe)?;
    opened_by(oracle, context, check, &envelope, &probe, made)
}

/// An envelope to the card becomes one to the other party, and the session key stays the same.
pub(super) fn exchanged(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let oracle = context.oracle()?;
    let receiver = context.vectors.standard.sign.item().key;
    let probe = context.random().array();
    let (envelope, made) = context.backend.envelope_to_itself(&probe)?;
    let envelope = context.backend.exchange_envelope(&envelope, &receiver)?;
    opened_by(oracle, context, check, &envelope, &probe, made)
}

/// A session key that the other party chose gives the standard's ciphertext.
pub(super) fn oracle_seals(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let oracle = context.oracle()?;
    let own = context.backend.encryption_key()?;
    for answer in context
        .vectors
        .known
        .sm4
        .iter()
        .filter(|answer| is_one_block(answer))
    {
        let envelope = oracle.encrypt(&own, answer.key())?;
        let mut probe = [0; 16];
        probe.copy_from_slice(&answer.plaintext.0);
        let found = context.backend.open_envelope(&envelope, &probe)?;
        check.equal(&answer.origin, found, &answer.ciphertext.0);
    }
    Ok(())
}

pub(super) fn mutations(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let backend = context.backend;
    let mut random = context.random();
    let probe = random.array();
    let (good, made) = backend.envelope_to_itself(&probe)?;
    check.equal("unchanged", backend.open_envelope(&good, &probe)?, made);
    let (c1, c3, c2) = (*good.c1(), *good.c3(), good.c2());
    let mut flipped = c2.to_vec();
    flipped[0] ^= 1;
    let off_curve = PublicKey::from_bytes(&random.flip(*c1.as_bytes()));
    for (what, wrong) in [
        (
            "C1 off the curve",
            Ciphertext::new(off_curve, c3, c2.to_vec()),
        ),
        (
            "C1 = (0, 0)",
            Ciphertext::new(PublicKey::from_bytes(&[0; 64]), c3, c2.to_vec()),
        ),
        (
            "a bit of C3",
            Ciphertext::new(c1, random.flip(c3), c2.to_vec()),
        ),
        ("a bit of C2", Ciphertext::new(c1, c3, flipped)),
        ("C2 cut", Ciphertext::new(c1, c3, c2[..15].to_vec())),
    ] {
        check.refused(what, backend.open_envelope(&wrong, &probe));
    }
    check.refused(
        "a receiver off the curve",
        backend.envelope_to(&off_curve, &probe),
    );
    Ok(())
}

pub(super) fn key_encryption_key(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let backend = context.backend;
    let probe = context.random().array();
    let (wrapped, made) = backend.wrap_with_kek(&probe)?;
    check.equal(
        "unwrapped",
        backend.unwrap_with_kek(&wrapped, &probe)?,
        made,
    );
    let (other_wrapped, other) = backend.wrap_with_kek(&probe)?;
    check.that(made != other, || "two session keys are the same".to_owned());
    check.equal(
        "the other",
        backend.unwrap_with_kek(&other_wrapped, &probe)?,
        other,
    );
    check.refused("nothing", backend.unwrap_with_kek(&[], &probe));
    check.refused(
        "half a block",
        backend.unwrap_with_kek(&wrapped[..8], &probe),
    );
    Ok(())
}

/// The oracle opens an envelope to the key of the worked example.
fn opened_by(
    oracle: &dyn Backend,
    context: &Context<'_>,
    check: &mut Check,
    envelope: &Ciphertext,
    probe: &Block,
    made: Block,
) -> CaseResult {
    let private_key = context.vectors.standard.encrypt.private_key();
    let key = oracle.decrypt_with(private_key, envelope)?;
    check.that(key.len() == 16, || {
        format!("a session key of {} bytes", key.len())
    });
    if let Ok(key) = key.try_into() {
        let found = oracle.sm4(Mode::Ecb, Direction::Encrypt, &key, &mut [0; 16], probe)?;
        check.equal("the oracle's cipher", found, made);
    }
    Ok(())
}

fn is_one_block(answer: &Sm4Answer) -> bool {
    answer.mode == Mode::Ecb && answer.plaintext.0.len() == 16
}
