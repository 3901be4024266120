//! The ledger of one case: what was checked, what failed, what the back end does not have.

use sm2_signing::{Error, ErrorKind, Verdict, VerifyError};

use crate::{Answer, Outcome};

/// Why a case ended before its last line.
#[derive(Debug)]
pub(crate) enum Stop {
    Failed(String),
    NotSupported(String),
    Skipped(String),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::Unsupported => Self::NotSupported(operation(&error)),
            _ => Self::Failed(error.to_string()),
        }
    }
}

pub(crate) type CaseResult = Result<(), Stop>;

/// Collects the checks of one case; it goes on after a failure.
#[derive(Debug, Default)]
pub(crate) struct Check {
    done: usize,
    failures: Vec<String>,
    failed: usize,
    /// What is not supported, and how often that was met.
    unsupported: Vec<(String, usize)>,
}

impl Check {
    /// Records that something holds or does not.
    pub(crate) fn that(&mut self, holds: bool, why: impl FnOnce() -> String) {
        self.done += 1;
        if !holds {
            self.fail(why());
        }
    }

    /// Records whether two values are the same bytes.
    pub(crate) fn equal(
        &mut self,
        what: &str,
        found: impl AsRef<[u8]>,
        expected: impl AsRef<[u8]>,
    ) {
        let (found, expected) = (found.as_ref(), expected.as_ref());
        self.that(found == expected, || {
            format!(
                "{what}: found {}, expected {}",
                excerpt(found),
                excerpt(expected)
            )
        });
    }

    /// Takes the value out of an answer, or records why there is none.
    pub(crate) fn answer<T>(&mut self, what: &str, answer: Answer<T>) -> Option<T> {
        match answer {
            Ok(value) => Some(value),
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                self.lacks(operation(&error));
                None
            }
            Err(error) => {
                self.done += 1;
                self.fail(format!("{what}: {error}"));
                None
            }
        }
    }

    /// Like [`answer`](Self::answer), for input that the standard does not oblige a back end to take.
    pub(crate) fn optional<T>(&mut self, what: &str, answer: Answer<T>) -> Option<T> {
        match answer {
            Err(error) if error.kind() == ErrorKind::Input => {
                self.lacks(format!("{what}: {error}"));
                None
            }
            answer => self.answer(what, answer),
        }
    }

    /// Records that something good was accepted.
    pub(crate) fn accepted<T>(&mut self, what: &str, answer: Answer<T>) {
        if self.answer(what, answer).is_some() {
            self.done += 1;
        }
    }

    /// Records that something wrong was accepted; a refusal must not be for want of sessions.
    pub(crate) fn refused<T>(&mut self, what: &str, answer: Answer<T>) {
        match answer {
            Err(error) if error.kind() == ErrorKind::Unsupported => self.lacks(operation(&error)),
            Err(error) => {
                let reason = matches!(error.kind(), ErrorKind::Busy | ErrorKind::Access);
                self.that(!reason, || {
                    format!("{what}: refused for another reason: {error}")
                });
            }
            Ok(_) => self.that(false, || format!("{what}: accepted, must be refused")),
        }
    }

    /// Records whether a verification ended as it must; an engine that cannot tell fails.
    pub(crate) fn verdict(
        &mut self,
        what: &str,
        answer: &Result<(), VerifyError>,
        expected: Verdict,
    ) {
        let found = match answer {
            Ok(()) => Verdict::Valid,
            Err(VerifyError::Invalid) => Verdict::Invalid,
            Err(VerifyError::Backend(error)) if error.kind() == ErrorKind::Unsupported => {
                self.lacks(operation(error));
                return;
            }
            Err(VerifyError::Backend(error)) => {
                self.that(false, || {
                    format!("{what}: expected {expected:?}, but {error}")
                });
                return;
            }
        };
        self.that(found == expected, || {
            format!("{what}: found {found:?}, expected {expected:?}")
        });
    }

    /// The number of checks so far.
    pub(crate) const fn done(&self) -> usize {
        self.done
    }

    /// Ends the case.
    pub(crate) fn conclude(mut self, end: CaseResult) -> (Outcome, Option<String>) {
        let mut outcome = Outcome::Pass;
        match end {
            Ok(()) => {}
            Err(Stop::Failed(why)) => self.fail(why),
            Err(Stop::NotSupported(what)) => self.lacks(what),
            Err(Stop::Skipped(why)) => outcome = Outcome::Skipped { why },
        }
        let note = self.note();
        if self.failed > 0 {
            let more = self.failed - self.failures.len();
            let mut why = self.failures.join("; ");
            if more > 0 {
                why.push_str(&format!("; and {more} more"));
            }
            return (Outcome::Fail { why }, note);
        }
        match (outcome, self.done) {
            (Outcome::Pass, 0) => match note {
                Some(what) => (Outcome::NotSupported { what }, None),
                None => {
                    let why = "the case checked nothing".to_owned();
                    (Outcome::Fail { why }, None)
                }
            },
            (outcome, _) => (outcome, note),
        }
    }

    fn note(&self) -> Option<String> {
        let (first, times) = self.unsupported.first()?;
        let mut note = first.clone();
        if *times > 1 {
            note.push_str(&format!(" ({times} times)"));
        }
        let more = self.unsupported.len() - 1;
        if more > 0 {
            note.push_str(&format!(", and {more} more"));
        }
        Some(note)
    }

    fn lacks(&mut self, what: String) {
        match self
            .unsupported
            .iter_mut()
            .find(|(known, _)| *known == what)
        {
            Some((_, times)) => *times += 1,
            None => self.unsupported.push((what, 1)),
        }
    }

    fn fail(&mut self, why: String) {
        self.failed += 1;
        if self.failures.len() < FAILURES_SHOWN {
            self.failures.push(why);
        }
    }
}

/// The text of an error without the words that the outcome says already.
fn operation(error: &Error) -> String {
    let text = error.to_string();
    let prefix = format!("{}: ", error.kind());
    text.strip_prefix(&prefix).unwrap_or(&text).to_owned()
}

fn excerpt(bytes: &[u8]) -> String {
    let (shown, rest) = bytes.split_at(bytes.len().min(40));
    let mut text = base16ct::lower::encode_string(shown);
    if !rest.is_empty() {
        text.push_str(&format!(".. ({} bytes)", bytes.len()));
    }
    text
}

const FAILURES_SHOWN: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_that_checked_nothing_fails() {
        let (outcome, _) = Check::default().conclude(Ok(()));
        assert!(matches!(outcome, Outcome::Fail { .. }));
    }

    #[test]
    fn failures_outweigh_what_is_not_supported() {
        let mut check = Check::default();
        check.that(false, || "first".to_owned());
        let end = Err(Stop::NotSupported("the rest".to_owned()));
        let (outcome, note) = check.conclude(end);
        assert_eq!(
            outcome,
            Outcome::Fail {
                why: "first".to_owned()
            }
        );
        assert_eq!(note.as_deref(), Some("the rest"));
    }

    #[test]
    fn failures_are_counted_beyond_those_shown() {
        let mut check = Check::default();
        for _ in 0..5 {
            check.equal("byte", [1], [2]);
        }
        let (outcome, _) = check.conclude(Ok(()));
        let Outcome::Fail { why } = outcome else {
            panic!("{outcome:?}")
        };
        assert!(why.ends_with("; and 2 more"), "{why}");
    }

    #[test]
    fn an_engine_that_cannot_tell_fails() {
        let mut check = Check::default();
        let fault = VerifyError::Backend(Error::new(ErrorKind::Device, "gone"));
        check.verdict("signature", &Err(fault), Verdict::Invalid);
        assert!(matches!(check.conclude(Ok(())).0, Outcome::Fail { .. }));
    }
}
