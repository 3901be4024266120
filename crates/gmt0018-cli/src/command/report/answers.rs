//! Known answers and random numbers.

use gmt0018::{
    Session,
    sm2_signing::{ErrorKind, Prehash, PublicKey, Signature, Signer as _, VerifyError},
};
use sm_soft::SoftKey;

use super::document::Document;
use crate::{
    command::hex,
    randomness::{self, Outcome},
};

/// Why an answer is not right.
enum Trouble {
    NotOffered(String),
    Failed(String),
}

impl From<gmt0018::Error> for Trouble {
    fn from(cause: gmt0018::Error) -> Self {
        match cause.kind() {
            ErrorKind::Unsupported => Self::NotOffered(cause.to_string()),
            _ => Self::Failed(cause.to_string()),
        }
    }
}

/// Asks for known answers, and gives how many were wrong.
pub(super) fn known_answers(document: &mut Document, session: &Session) -> usize {
    document.heading("Algorithms: known answers");
    let mut failed = 0;
    let mut rows = Vec::new();
    let mut add = |name: &str, outcome: Result<bool, Trouble>| {
        let text = match outcome {
            Ok(true) => "ok".to_owned(),
            Ok(false) => "FAILED".to_owned(),
            Err(Trouble::Failed(why)) => format!("FAILED: {why}"),
            Err(Trouble::NotOffered(why)) => format!("not offered: {why}"),
        };
        failed += usize::from(text.starts_with("FAILED"));
        rows.push(vec![name.to_owned(), text]);
    };
    for (name, message, digest) in [
        ("SM3 of \"abc\" (GB/T 32905 A.1)", "abc".to_owned(), SM3_ABC),
        (
            "SM3 of 16 times \"abcd\" (GB/T 32905 A.2)",
            "abcd".repeat(16),
            SM3_ABCD,
        ),
    ] {
        let answer = session.sm3(message.as_bytes());
        let answer = answer.map(|answer| hex(&answer) == digest);
        add(name, answer.map_err(Trouble::from));
    }
    match signed() {
        Ok((key, signature)) => {
            let accepted = |e| accepts(session, &key, e, &signature);
            add("SM2: a valid signature is accepted", accepted(&E));
            add(
                "SM2: the signature of another e is refused",
                accepted(&Prehash::from_bytes(&[0xe6; 32])).map(|valid| !valid),
            );
        }
        Err(why) => add("SM2", Err(Trouble::Failed(why))),
    }
    document.table(&["answer", "outcome"], rows);
    failed
}

/// Tests random numbers, and gives how many tests failed.
pub(super) fn random_numbers(document: &mut Document, session: &Session) -> usize {
    document.heading("Random numbers: health");
    document.text(format!(
        "Four of the tests that GM/T 0005 describes, on one sample of {} bits, at a level of significance of {}. This is no \
         certification: that takes 1000 samples and all tests. One good sample in a hundred is below the level in one test; \
         then a second sample is drawn, and a test counts as failed if both are below.",
        randomness::SAMPLE_BYTES * 8,
        randomness::LEVEL
    ));
    let draw = || {
        let sample = session.random(randomness::SAMPLE_BYTES)?;
        Ok(randomness::test(&sample))
    };
    let first = match draw().map_err(Trouble::from) {
        Ok(outcomes) => outcomes,
        Err(Trouble::NotOffered(why)) => {
            document.text(format!("Not offered: {why}"));
            return 0;
        }
        Err(Trouble::Failed(why)) => {
            document.text(format!("FAILED: the device gave no sample: {why}"));
            return 1;
        }
    };
    let second = if first.iter().all(Outcome::passes) {
        Vec::new()
    } else {
        draw().unwrap_or_else(|cause: gmt0018::Error| {
            document.text(format!("The device gave no second sample: {cause}"));
            Vec::new()
        })
    };
    let mut failed = 0;
    let mut rows = Vec::new();
    for (place, outcome) in first.iter().enumerate() {
        let again = second.get(place);
        let passes = outcome.passes() || again.is_some_and(Outcome::passes);
        failed += usize::from(!passes);
        rows.push(vec![
            outcome.test.to_owned(),
            format!("{:.6}", outcome.p_value),
            again.map_or_else(|| "-".to_owned(), |again| format!("{:.6}", again.p_value)),
            if passes { "ok" } else { "FAILED" }.to_owned(),
        ]);
    }
    document.table(&["test", "P", "P of the second sample", "outcome"], rows);
    failed
}

/// A key made here, and its signature on e.
fn signed() -> Result<(PublicKey, Signature), String> {
    let key = SoftKey::generate().map_err(|cause| cause.to_string())?;
    let signature = key.sign(&E).map_err(|cause| cause.to_string())?;
    Ok((*key.public_key(), signature))
}

/// Whether the device accepts a signature. Not asked about what never gets to it, such as r = 0.
fn accepts(
    session: &Session,
    key: &PublicKey,
    e: &Prehash,
    signature: &Signature,
) -> Result<bool, Trouble> {
    match session.verify_external(key, e, signature) {
        Ok(()) => Ok(true),
        Err(VerifyError::Invalid) => Ok(false),
        Err(VerifyError::Backend(cause)) if cause.kind() == ErrorKind::Unsupported => {
            Err(Trouble::NotOffered(cause.to_string()))
        }
        Err(VerifyError::Backend(cause)) => Err(Trouble::Failed(cause.to_string())),
    }
}

const E: Prehash = Prehash::from_bytes(&[0xe5; 32]);
const SM3_ABC: &str = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
const SM3_ABCD: &str = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732";
