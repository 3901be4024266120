//! The suite: which cases there are and how they run.

mod asymmetric;
mod device;
mod file;
mod hash;
mod key;
mod symmetric;

use std::{
    any::Any,
    env,
    hash::{BuildHasher, RandomState},
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    time::Instant,
};

use sm2_signing::Verifier;

use crate::{
    Backend, CaseReport, Chapter, Report,
    check::{CaseResult, Check, Stop},
    random::Random,
    vectors::{ExtraVectors, Vectors},
};

/// Runs every case against a back end, with the settings of [`Suite::new`].
///
/// ```
/// # #[derive(Debug)]
/// # struct Nothing;
/// # impl conformance::Backend for Nothing {
/// #     fn name(&self) -> String { "nothing".to_owned() }
/// # }
/// let report = conformance::run(&Nothing);
/// assert_eq!(report.passed().count(), 0);
/// ```
pub fn run(backend: &dyn Backend) -> Report {
    Suite::new().run(backend)
}

/// The cases and how to run them.
#[derive(Debug, Clone)]
pub struct Suite<'a> {
    oracle: Option<&'a dyn Backend>,
    extra: ExtraVectors,
    seed: u64,
    rounds: usize,
    only: Option<&'a str>,
}

impl<'a> Suite<'a> {
    /// Every case, a seed from `GMT0018_SEED` or a fresh one, extra vectors from
    /// `GMT0018_VECTORS` or the place beside the repository, and no oracle.
    #[must_use]
    pub fn new() -> Self {
        let given = env::var("GMT0018_SEED")
            .ok()
            .and_then(|seed| seed.parse().ok());
        Self {
            oracle: None,
            extra: ExtraVectors::discover(),
            seed: given.unwrap_or_else(|| RandomState::new().hash_one(0) >> 16),
            rounds: 32,
            only: None,
        }
    }

    /// Adds a second implementation: what one side makes, the other must accept.
    #[must_use]
    pub const fn oracle(mut self, oracle: &'a dyn Backend) -> Self {
        self.oracle = Some(oracle);
        self
    }

    /// Looks for the vectors that are not committed in another directory.
    #[must_use]
    pub fn extra_vectors(mut self, directory: impl Into<PathBuf>) -> Self {
        self.extra = ExtraVectors::at(directory);
        self
    }

    /// Makes the random data of an earlier run again.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How often a case with random data repeats; 32 unless told.
    #[must_use]
    pub const fn rounds(mut self, rounds: usize) -> Self {
        self.rounds = rounds;
        self
    }

    /// Runs only the cases whose name has this text in it.
    #[must_use]
    pub const fn only(mut self, text: &'a str) -> Self {
        self.only = Some(text);
        self
    }

    /// Runs the cases; goes on after a failure and after a panic of the back end.
    pub fn run(&self, backend: &dyn Backend) -> Report {
        let begin = Instant::now();
        let vectors = Vectors::committed();
        let context = Context {
            backend,
            suite: self,
            vectors: &vectors,
        };
        let cases = CHAPTERS.iter().flat_map(|cases| cases.iter());
        let wanted = |case: &&Case| self.only.is_none_or(|text| case.name.contains(text));
        let cases = cases
            .filter(wanted)
            .map(|case| case.run(&context))
            .collect();
        Report::new(backend.name(), self.seed, begin.elapsed(), cases)
    }
}

impl Default for Suite<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// What a case works with.
struct Context<'a> {
    backend: &'a dyn Backend,
    suite: &'a Suite<'a>,
    vectors: &'a Vectors,
}

impl<'a> Context<'a> {
    /// The second implementation, or a reason to skip.
    fn oracle(&self) -> Result<&'a dyn Backend, Stop> {
        let missing = || Stop::Skipped("no oracle was given to the suite".to_owned());
        self.suite.oracle.ok_or_else(missing)
    }

    /// The verifier of the back end under test.
    fn verifier(&self) -> Result<&'a dyn Verifier, Stop> {
        self.backend.verifier().ok_or_else(no_verifier)
    }

    /// The verifier that judges the signatures of the back end under test.
    fn judge(&self) -> Result<&'a dyn Verifier, Stop> {
        self.oracle()?.verifier().ok_or_else(no_verifier)
    }

    const fn extra(&self) -> &'a ExtraVectors {
        &self.suite.extra
    }

    const fn rounds(&self) -> usize {
        self.suite.rounds
    }

    const fn random(&self) -> Random {
        Random::new(self.suite.seed)
    }
}

/// One test body, which every back end runs.
struct Case {
    chapter: Chapter,
    name: &'static str,
    body: fn(&Context<'_>, &mut Check) -> CaseResult,
}

impl Case {
    const fn new(
        chapter: Chapter,
        name: &'static str,
        body: fn(&Context<'_>, &mut Check) -> CaseResult,
    ) -> Self {
        Self {
            chapter,
            name,
            body,
        }
    }

    fn run(&self, context: &Context<'_>) -> CaseReport {
        let mut check = Check::default();
        let end = catch_unwind(AssertUnwindSafe(|| (self.body)(context, &mut check)));
        let end = end.unwrap_or_else(|panic| {
            Err(Stop::Failed(format!(
                "the back end panicked: {}",
                message(&*panic)
            )))
        });
        let checks = check.done();
        let (outcome, without) = check.conclude(end);
        CaseReport {
            chapter: self.chapter,
            name: self.name,
            outcome,
            checks,
            without,
        }
    }
}

fn no_verifier() -> Stop {
    Stop::NotSupported("verification".to_owned())
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "without a message".to_owned())
}

const CHAPTERS: [&[Case]; 8] = [
    device::CASES,
    key::CASES,
    asymmetric::verify::CASES,
    asymmetric::sign::CASES,
    asymmetric::encrypt::CASES,
    symmetric::CASES,
    hash::CASES,
    file::CASES,
];
