//! Two quick checks of a device: its random numbers and its SM3.

use std::fmt::Write as _;

use gmt0018::{Error, Session, sm2_signing::ErrorKind};
use serde::Serialize;

use crate::{
    catalogue::{Value, phrase::phrase},
    error::of_card,
    output::{Output, Tone},
};

/// The checks of `probe`.
#[derive(Debug, Serialize)]
pub(in crate::command) struct Checks {
    random: Check,
    sm3: Check,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Check {
    outcome: Outcome,
    detail: String,
    /// The detail in Chinese.
    #[serde(skip)]
    chinese: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    Ok,
    Failed,
    NotOffered,
}

impl Outcome {
    const fn text(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "FAILED",
            Self::NotOffered => "not offered",
        }
    }
}

impl Checks {
    pub(in crate::command) fn run(session: &Session) -> Self {
        let random = session
            .random(32)
            .and_then(|first| Ok((first, session.random(32)?)));
        Self {
            random: Check::from(random.map(|(first, second)| random_looks_random(&first, &second))),
            sm3: Check::from(session.sm3(b"abc").map(|digest| known_answer(&digest))),
        }
    }

    /// Each check: its name, whether it passed (`None` if the library does not offer it), and the detail.
    pub(in crate::command) fn each(&self) -> [(&'static str, Option<bool>, Value); 2] {
        [("random", &self.random), ("sm3", &self.sm3)].map(|(name, check)| {
            let passed = match check.outcome {
                Outcome::Ok => Some(true),
                Outcome::Failed => Some(false),
                Outcome::NotOffered => None,
            };
            (name, passed, Value::new(&check.detail, &check.chinese))
        })
    }

    pub(in crate::command) fn any_failed(&self) -> bool {
        [&self.random, &self.sm3]
            .iter()
            .any(|check| check.outcome == Outcome::Failed)
    }

    /// Name, outcome and detail of each check.
    pub(in crate::command) fn rows(&self) -> [[String; 3]; 2] {
        [("random", &self.random), ("SM3", &self.sm3)].map(|(name, check)| {
            [
                name.to_owned(),
                check.outcome.text().to_owned(),
                check.detail.clone(),
            ]
        })
    }

    pub(super) fn text(&self, output: Output) -> String {
        let mut text = String::new();
        for (name, check) in [("random", &self.random), ("SM3", &self.sm3)] {
            let outcome = match check.outcome {
                Outcome::Ok => output.paint(Tone::Ok, "ok"),
                Outcome::Failed => output.paint(Tone::Error, "FAILED"),
                Outcome::NotOffered => "not offered".to_owned(),
            };
            // Writing to a String does not fail.
            let _ = writeln!(text, "check {name:6} {outcome}: {}", check.detail);
        }
        text
    }
}

impl From<Result<Self, Error>> for Check {
    fn from(outcome: Result<Self, Error>) -> Self {
        outcome.unwrap_or_else(|cause| {
            let outcome = match cause.kind() {
                ErrorKind::Unsupported => Outcome::NotOffered,
                _ => Outcome::Failed,
            };
            Self::of(outcome, of_card(cause))
        })
    }
}

impl Check {
    fn new(passed: bool, good: &str, bad: &str) -> Self {
        let (outcome, detail) = if passed {
            (Outcome::Ok, good)
        } else {
            (Outcome::Failed, bad)
        };
        Self::of(outcome, phrase(detail))
    }

    fn of(outcome: Outcome, detail: Value) -> Self {
        let Value { english, chinese } = detail;
        Self {
            outcome,
            detail: english,
            chinese,
        }
    }
}

/// Tells a source that is stuck; it says nothing about a source's quality.
fn random_looks_random(first: &[u8], second: &[u8]) -> Check {
    let constant = |bytes: &[u8]| bytes.windows(2).all(|pair| pair[0] == pair[1]);
    let stuck = first == second || constant(first) || constant(second);
    Check::new(
        !stuck,
        "two draws of 32 bytes differ",
        "two draws of 32 bytes are equal or constant",
    )
}

/// GB/T 32905-2016, annex A.1.
fn known_answer(digest: &[u8; 32]) -> Check {
    let good = super::super::hex(digest) == SM3_ABC;
    Check::new(
        good,
        "the digest of \"abc\" is right",
        "the digest of \"abc\" is wrong",
    )
}

const SM3_ABC: &str = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stuck_source_and_a_wrong_digest_fail() {
        let outcome =
            |first: [u8; 32], second: [u8; 32]| random_looks_random(&first, &second).outcome;
        let mut counting = [0x11; 32];
        counting[31] = 0x12;
        let mut backwards = counting;
        backwards.reverse();
        assert_eq!(outcome(counting, backwards), Outcome::Ok);
        assert_eq!(outcome(counting, counting), Outcome::Failed);
        assert_eq!(outcome([0; 32], counting), Outcome::Failed);
        assert_eq!(outcome(counting, [0xff; 32]), Outcome::Failed);
        assert_eq!(
            known_answer(&sm_soft::hash::sm3(b"abc")).outcome,
            Outcome::Ok
        );
        assert_eq!(
            known_answer(&sm_soft::hash::sm3(b"abd")).outcome,
            Outcome::Failed
        );
    }
}
