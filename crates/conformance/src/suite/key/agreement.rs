//! The SM2 key exchange (GB/T 32918.3).

use sm2_signing::{PublicKey, UserId};

use super::point;
use crate::{
    Answer, Backend, Block, Half, Role,
    check::{CaseResult, Check},
    suite::{Context, asymmetric::verify::user},
};

/// GB/T 32918.5 annex B, from both sides.
pub(super) fn worked_example(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let example = context.vectors.standard.exchange();
    let [a, b] = example.ids();
    let (a, b) = (user(a)?, user(b)?);
    let [private_a, private_b] = example.private_keys();
    let [[key_a, ephemeral_a], [key_b, ephemeral_b]] = example.public_keys();
    let half_a = Half {
        key: point(key_a)?,
        ephemeral: point(ephemeral_a)?,
    };
    let half_b = Half {
        key: point(key_b)?,
        ephemeral: point(ephemeral_b)?,
    };
    for (role, private, ids, peer) in [
        (Role::Sponsor, private_a, [&a, &b], half_b),
        (Role::Responder, private_b, [&b, &a], half_a),
    ] {
        let shared = example.shared();
        let found = context
            .backend
            .agree_with(role, private, ids, &peer, shared.len())?;
        check.equal(&format!("annex B, {role:?}"), found, shared);
    }
    Ok(())
}

pub(super) fn with_itself(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let (a, b) = (user("sponsor")?, user("responder")?);
    let probe = context.random().array();
    let backend = context.backend;
    let (first, second) = agree(backend, backend, [&a, &b], [&a, &b], &probe)?;
    check.equal("both sides", first, second);
    let (again, _) = agree(backend, backend, [&a, &b], [&a, &b], &probe)?;
    check.that(again != first, || "two agreements gave one key".to_owned());
    // The parties disagree about who they are, so their keys must differ.
    let (first, second) = agree(backend, backend, [&a, &b], [&b, &b], &probe)?;
    check.that(first != second, || {
        "the ids do not enter the key".to_owned()
    });
    Ok(())
}

pub(super) fn with_oracle(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let oracle = context.oracle()?;
    let (a, b) = (user("a card")?, UserId::DEFAULT);
    let probe = context.random().array();
    let (first, second) = agree(context.backend, oracle, [&a, &b], [&a, &b], &probe)?;
    check.equal("the back end as the sponsor", first, second);
    let (first, second) = agree(oracle, context.backend, [&b, &a], [&b, &a], &probe)?;
    check.equal("the back end as the responder", second, first);
    Ok(())
}

/// A point off the curve must not come near the private key.
pub(super) fn bad_halves(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let backend = context.backend;
    let id = UserId::DEFAULT;
    let mut random = context.random();
    let probe = random.array();
    let mut good = None;
    let agreed = backend.agree_as_sponsor(
        &id,
        &id,
        &mut |sponsor| {
            good = Some(*sponsor);
            backend
                .agree_as_responder(&id, &id, sponsor, &probe)
                .map(|(half, _)| half)
        },
        &probe,
    );
    check.accepted("two good halves", agreed);
    let Some(good) = good else { return Ok(()) };
    let off_curve = PublicKey::from_bytes(&random.flip(*good.ephemeral.as_bytes()));
    let infinity = PublicKey::from_bytes(&[0; 64]);
    for (what, bad) in [
        (
            "R off the curve",
            Half {
                ephemeral: off_curve,
                ..good
            },
        ),
        (
            "R = (0, 0)",
            Half {
                ephemeral: infinity,
                ..good
            },
        ),
        (
            "P off the curve",
            Half {
                key: off_curve,
                ..good
            },
        ),
        (
            "P = (0, 0)",
            Half {
                key: infinity,
                ..good
            },
        ),
    ] {
        let answer = backend.agree_as_responder(&id, &id, &bad, &probe);
        check.refused(&format!("responder, {what}"), answer);
        let answer = backend.agree_as_sponsor(&id, &id, &mut |_| Ok(bad), &probe);
        check.refused(&format!("sponsor, {what}"), answer);
    }
    Ok(())
}

/// Runs both sides; each has its own idea of the ids of sponsor and responder.
fn agree(
    sponsor: &dyn Backend,
    responder: &dyn Backend,
    [a, b]: [&UserId; 2],
    [a_there, b_there]: [&UserId; 2],
    probe: &Block,
) -> Answer<(Block, Block)> {
    let mut there = [0; 16];
    let here = sponsor.agree_as_sponsor(
        a,
        b,
        &mut |half| {
            let (reply, key) = responder.agree_as_responder(b_there, a_there, half, probe)?;
            there = key;
            Ok(reply)
        },
        probe,
    )?;
    Ok((here, there))
}
