//! Hash operations (GM/T 0018 clause 6.6): SM3, with Z, and HMAC-SM3, against software.

use gmt0018::{
    Function as F,
    sm2_signing::{Prehash, UserId},
};
use sm_soft::hash::{HmacSm3, sm3};

use super::case::{Case, Chapter, Subject, Verdict, ensure, failed, pattern};

pub(super) const CASES: &[Case] = &[
    case("hash/sm3-lengths", HASH, lengths),
    case("hash/sm3-long", HASH, long),
    case("hash/sm3-in-parts", HASH, in_parts),
    case("hash/two-sessions", HASH, two_sessions),
    case("hash/with-z", HASH, with_z),
    case("hash/with-z-in-parts", HASH, with_z_in_parts),
    case("hash/hmac", HMAC, hmac),
    case("hash/hmac-in-parts", HMAC, hmac_in_parts),
];

const fn case(name: &'static str, calls: &'static [F], run: fn(&Subject<'_>) -> Verdict) -> Case {
    Case::new(Chapter::Hash, name, calls, run)
}

fn lengths(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    for length in 0..=130 {
        let message = pattern(length);
        ensure(
            session.sm3(&message)? == sm3(&message),
            format!("the digest of {length} bytes is not that of software"),
        )?;
    }
    Ok("0 to 130 bytes, as in software".to_owned())
}

fn long(subject: &Subject<'_>) -> Verdict {
    let message = pattern(100_003);
    let digest = subject.session()?.sm3(&message)?;
    ensure(
        digest == sm3(&message),
        "the digest is not that of software",
    )?;
    Ok("100003 bytes, as in software".to_owned())
}

fn in_parts(subject: &Subject<'_>) -> Verdict {
    let mut session = subject.session()?;
    let message = pattern(500);
    for size in [1, 55, 63, 64, 65, 200] {
        let mut stream = session.sm3_stream()?;
        for part in message.chunks(size) {
            stream.update(part)?;
        }
        ensure(
            stream.finish()? == sm3(&message),
            format!("the digest in parts of {size} bytes is not that of software"),
        )?;
    }
    Ok("500 bytes in parts of 1, 55, 63, 64, 65 and 200".to_owned())
}

/// What one session hashes must not get into the other's digest.
fn two_sessions(subject: &Subject<'_>) -> Verdict {
    let (mut first, mut second) = (subject.session()?, subject.session()?);
    let (mut one, mut two) = (first.sm3_stream()?, second.sm3_stream()?);
    one.update(b"first")?;
    two.update(b"second")?;
    one.update(b" part")?;
    let (one, two) = (one.finish()?, two.finish()?);
    ensure(
        one == sm3(b"first part") && two == sm3(b"second"),
        "the hash of one session changes that of the other",
    )?;
    Ok("interleaved, each has its own state".to_owned())
}

fn with_z(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let public = subject.public_key();
    for text in ["1234567812345678", "a", "somebody@example.org"] {
        let user = UserId::new(text).map_err(|cause| failed(cause.to_string()))?;
        let e = session.sm3_with_z(&public, &user, b"message")?;
        ensure(
            e == Prehash::of(&public, &user, b"message"),
            format!("e with the user id {text} is not that of software"),
        )?;
    }
    Ok("three user ids, as in software".to_owned())
}

fn with_z_in_parts(subject: &Subject<'_>) -> Verdict {
    let mut session = subject.session()?;
    let public = subject.public_key();
    let message = pattern(200);
    let mut stream = session.sm3_stream_with_z(&public, &UserId::DEFAULT)?;
    for part in message.chunks(37) {
        stream.update(part)?;
    }
    let expected = Prehash::of(&public, &UserId::DEFAULT, &message);
    ensure(
        stream.finish()? == *expected.as_bytes(),
        "e is not that of software",
    )?;
    Ok("200 bytes in parts of 37".to_owned())
}

fn hmac(subject: &Subject<'_>) -> Verdict {
    let session = subject.session()?;
    let (key, bytes) = subject.known_key(&session)?;
    for length in [1, 63, 64, 65, 1000] {
        let message = pattern(length);
        let mut expected = HmacSm3::new(bytes.as_bytes());
        expected.update(&message);
        ensure(
            session.hmac_sm3(&key, &message)? == expected.finalize(),
            format!("the MAC of {length} bytes is not that of software"),
        )?;
    }
    Ok("1, 63, 64, 65 and 1000 bytes, as in software".to_owned())
}

fn hmac_in_parts(subject: &Subject<'_>) -> Verdict {
    let mut session = subject.session()?;
    let (key, bytes) = subject.known_key(&session)?;
    let message = pattern(200);
    let mut stream = session.hmac_sm3_stream(&key)?;
    for part in message.chunks(37) {
        stream.update(part)?;
    }
    let mut expected = HmacSm3::new(bytes.as_bytes());
    expected.update(&message);
    ensure(
        stream.finish()? == expected.finalize(),
        "the MAC is not that of software",
    )?;
    Ok("200 bytes in parts of 37".to_owned())
}

const HASH: &[F] = &[F::HashInit, F::HashUpdate, F::HashFinal];
const HMAC: &[F] = &[
    F::GenerateKeyWithEpkEcc,
    F::ImportKey,
    F::HmacInit,
    F::HmacUpdate,
    F::HmacFinal,
    F::DestroyKey,
];
