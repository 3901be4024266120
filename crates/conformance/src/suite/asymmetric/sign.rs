//! Signing, and the properties that signatures must have.

use std::{collections::HashSet, thread};

use sm2_signing::{Error, Item, Prehash, PublicKey, Signature, Signer, UserId, Verdict, Verifier};

use super::verify::expect;
use crate::{
    Chapter::Asymmetric,
    check::{CaseResult, Check},
    random::Random,
    scalar::{ORDER, PRIME, add, subtract, subtract_mod_order},
    suite::{Case, Context},
};

pub(in crate::suite) const CASES: &[Case] = &[
    Case::new(Asymmetric, "sign: verifies", verifies),
    Case::new(Asymmetric, "sign: its own key verifies", own_key_verifies),
    Case::new(Asymmetric, "sign: the oracle verifies", oracle_verifies),
    Case::new(Asymmetric, "sign: the oracle signs", oracle_signs),
    Case::new(Asymmetric, "sign: given private keys", given_private_keys),
    Case::new(Asymmetric, "sign: extreme digests", extreme_digests),
    Case::new(Asymmetric, "sign: no nonce comes twice", nonces_differ),
    Case::new(Asymmetric, "sign: many threads", many_threads),
    Case::new(Asymmetric, "sign: mutations are invalid", mutations),
];

fn verifies(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let signer = context.backend.signer()?;
    messages(check, &*signer, context.verifier()?, context)?;
    Ok(())
}

/// `InternalVerify`: its own signature is valid, everything else is not.
fn own_key_verifies(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let backend = context.backend;
    let signer = backend.signer()?;
    let mut random = context.random();
    for _ in 0..context.rounds() {
        let Item { e, signature, .. } = sign(&*signer, Prehash::from_bytes(&random.array()))?;
        let found = backend.verify_own(&e, &signature);
        check.verdict("its own signature", &found, Verdict::Valid);
        let wrong_e = Prehash::from_bytes(&random.flip(*e.as_bytes()));
        let found = backend.verify_own(&wrong_e, &signature);
        check.verdict("a bit of e", &found, Verdict::Invalid);
        let wrong = Signature::from_bytes(&random.flip(*signature.as_bytes()));
        let found = backend.verify_own(&e, &wrong);
        check.verdict("a bit of the signature", &found, Verdict::Invalid);
    }
    let foreign = context.vectors.standard.sign.item();
    let found = backend.verify_own(&foreign.e, &foreign.signature);
    check.verdict("the signature of another key", &found, Verdict::Invalid);
    Ok(())
}

fn oracle_verifies(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let judge = context.judge()?;
    let signer = context.backend.signer()?;
    messages(check, &*signer, judge, context)?;
    Ok(())
}

fn oracle_signs(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let oracle = context.oracle()?;
    let verifier = context.verifier()?;
    for _ in 0..4 {
        let signer = oracle.signer()?;
        messages(check, &*signer, verifier, context)?;
    }
    Ok(())
}

/// Every private key of the vectors that is in range, the extremes included.
fn given_private_keys(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let verifier = context.judge().or_else(|_| context.verifier())?;
    let mut private_keys = Vec::new();
    for case in &context.vectors.private_range {
        if case.expected() == Verdict::Valid {
            private_keys.push(case.private_key());
        }
    }
    for answer in &context.vectors.known.sm2 {
        private_keys.push(answer.private_key());
    }
    for private_key in private_keys {
        let signer = context.backend.signer_for(private_key)?;
        let e = Prehash::of(signer.public_key(), &UserId::DEFAULT, b"given private key");
        let item = sign(&*signer, e)?;
        let what = base16ct::lower::encode_string(private_key);
        expect(
            check,
            verifier,
            &format!("signature by {what}"),
            &item,
            Verdict::Valid,
        );
    }
    Ok(())
}

/// e = 0, 1, n-1, n, n+1 and 2^256-1: each is signed, and e + n is the same e.
fn extreme_digests(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let signer = context.backend.signer()?;
    let verifier = context.judge().or_else(|_| context.verifier())?;
    let mut one = [0; 32];
    one[31] = 1;
    let below = subtract(&ORDER, &one).0;
    let above = add(&ORDER, &one).0;
    for e in [[0; 32], one, below, ORDER, above, [0xff; 32]] {
        let what = format!("e = {}", base16ct::lower::encode_string(&e));
        let item = sign(&*signer, Prehash::from_bytes(&e))?;
        expect(check, verifier, &what, &item, Verdict::Valid);
        let (congruent, carry) = add(&e, &ORDER);
        if !carry {
            let item = Item {
                e: Prehash::from_bytes(&congruent),
                ..item
            };
            expect(
                check,
                verifier,
                &format!("{what} + n"),
                &item,
                Verdict::Valid,
            );
        }
    }
    Ok(())
}

/// r - e = x1 mod n belongs to the nonce alone: seen twice, it gives the private key away.
fn nonces_differ(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let signer = context.backend.signer()?;
    let mut random = context.random();
    let mut seen = HashSet::new();
    for _ in 0..context.rounds().max(2) {
        let item = sign(&*signer, Prehash::from_bytes(&random.array()))?;
        let x1 = subtract_mod_order(item.signature.r(), item.e.as_bytes());
        check.that(seen.insert(x1), || {
            "two signatures were made with one nonce".to_owned()
        });
    }
    Ok(())
}

/// One signer, several threads: every signature is for its own digest.
fn many_threads(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let verifier = context.judge().or_else(|_| context.verifier())?;
    let signer = context.backend.signer()?;
    let signer = &*signer;
    let work = |thread: usize| {
        let mut random = Random::new(context.suite.seed.wrapping_add(thread as u64));
        let items =
            (0..context.rounds()).map(|_| sign(signer, Prehash::from_bytes(&random.array())));
        items.collect::<Result<Vec<Item>, Error>>()
    };
    let results: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|i| scope.spawn(move || work(i))).collect();
        threads
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect()
    });
    for result in results {
        check.that(result.is_ok(), || "a signing thread panicked".to_owned());
        let Ok(items) = result else { continue };
        for item in check.answer("a signing thread", items).unwrap_or_default() {
            expect(
                check,
                verifier,
                "signature made beside others",
                &item,
                Verdict::Valid,
            );
        }
    }
    Ok(())
}

/// Good signatures, then the same with one thing wrong.
fn mutations(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let verifier = context.verifier()?;
    let source = match (context.suite.oracle, context.backend.signer()) {
        (_, Ok(signer)) => signer,
        (Some(oracle), Err(_)) => oracle.signer()?,
        (None, Err(error)) => return Err(error.into()),
    };
    let mut random = context.random();
    for _ in 0..context.rounds() {
        let item = sign(&*source, Prehash::from_bytes(&random.array()))?;
        expect(check, verifier, "unchanged", &item, Verdict::Valid);
        for (what, wrong) in wrong_items(&item, &mut random) {
            let what = format!("{what}: {wrong:?}");
            expect(check, verifier, &what, &wrong, Verdict::Invalid);
        }
    }
    Ok(())
}

fn wrong_items(item: &Item, random: &mut Random) -> Vec<(&'static str, Item)> {
    let (r, s) = (item.signature.r(), item.signature.s());
    let (x, y) = (item.key.x(), item.key.y());
    let e = *item.e.as_bytes();
    let signature = |r: &[u8; 32], s: &[u8; 32]| Item {
        signature: Signature::from_r_s(r, s),
        ..*item
    };
    let key = |x: &[u8; 32], y: &[u8; 32]| Item {
        key: PublicKey::from_x_y(x, y),
        ..*item
    };
    let zero = [0; 32];
    let mut wrong = vec![
        ("a bit of r", signature(&random.flip(*r), s)),
        ("a bit of s", signature(r, &random.flip(*s))),
        (
            "a bit of e",
            Item {
                e: Prehash::from_bytes(&random.flip(e)),
                ..*item
            },
        ),
        ("a bit of x", key(&random.flip(*x), y)),
        ("a bit of y", key(x, &random.flip(*y))),
        ("x and y swapped", key(y, x)),
        ("the negative key", key(x, &subtract(&PRIME, y).0)),
        ("no key", key(&zero, &zero)),
        ("r and s swapped", signature(s, r)),
        ("n - s", signature(r, &subtract(&ORDER, s).0)),
        ("n - r", signature(&subtract(&ORDER, r).0, s)),
        (
            "s = n - r, so that t = 0",
            signature(r, &subtract(&ORDER, r).0),
        ),
        ("r = 0", signature(&zero, s)),
        ("s = 0", signature(r, &zero)),
        ("r = n", signature(&ORDER, s)),
        ("s = n", signature(r, &ORDER)),
        ("all zero", signature(&zero, &zero)),
        ("all ones", signature(&[0xff; 32], &[0xff; 32])),
    ];
    for (what, (r, carry_r), (s, carry_s)) in [
        ("r + n", add(r, &ORDER), (*s, false)),
        ("s + n", (*r, false), add(s, &ORDER)),
    ] {
        if !carry_r && !carry_s {
            wrong.push((what, signature(&r, &s)));
        }
    }
    wrong
}

/// Signs messages of many lengths; each signature must hold for its message and for no other.
fn messages(
    check: &mut Check,
    signer: &dyn Signer,
    verifier: &dyn Verifier,
    context: &Context<'_>,
) -> Result<(), Error> {
    let mut random = context.random();
    let mut previous: Option<Item> = None;
    for length in [0, 1, 31, 32, 33, 64, 1000] {
        let message = random.bytes(length);
        let item = sign(
            signer,
            Prehash::of(signer.public_key(), &UserId::DEFAULT, &message),
        )?;
        expect(
            check,
            verifier,
            &format!("message of {length} bytes"),
            &item,
            Verdict::Valid,
        );
        if let Some(previous) = previous.replace(item) {
            let mixed = Item {
                e: previous.e,
                ..item
            };
            expect(
                check,
                verifier,
                "another message's e",
                &mixed,
                Verdict::Invalid,
            );
        }
    }
    Ok(())
}

fn sign(signer: &dyn Signer, e: Prehash) -> Result<Item, Error> {
    Ok(Item {
        key: *signer.public_key(),
        e,
        signature: signer.sign(&e)?,
    })
}

const THREADS: usize = 4;
