//! What came of a run.

use std::{fmt, time::Duration};

use serde::Serialize;

/// The result of running the suite against one back end.
///
/// [`Display`](fmt::Display) gives a table, serde gives the same as data.
///
/// ```
/// use conformance::{Backend, run};
///
/// #[derive(Debug)]
/// struct Nothing;
///
/// impl Backend for Nothing {
///     fn name(&self) -> String {
///         "nothing".to_owned()
///     }
/// }
///
/// let report = run(&Nothing);
/// assert!(report.to_string().starts_with("nothing: 0 passed"));
/// report.assert(); // what is not supported does not fail
/// ```
#[derive(Debug, Clone, Serialize)]
#[must_use = "a report may hold failures"]
pub struct Report {
    /// The name of the back end.
    pub backend: String,
    /// What [`Suite::seed`](crate::Suite::seed) takes to make the same random data again.
    pub seed: u64,
    /// How long the run took, in seconds.
    pub seconds: f64,
    /// Every case in the order of the standard's chapters.
    pub cases: Vec<CaseReport>,
}

impl Report {
    pub(crate) const fn new(
        backend: String,
        seed: u64,
        elapsed: Duration,
        cases: Vec<CaseReport>,
    ) -> Self {
        Self {
            backend,
            seed,
            seconds: elapsed.as_secs_f64(),
            cases,
        }
    }

    /// The cases that passed.
    pub fn passed(&self) -> impl Iterator<Item = &CaseReport> {
        self.with(|outcome| *outcome == Outcome::Pass)
    }

    /// The cases that failed.
    pub fn failed(&self) -> impl Iterator<Item = &CaseReport> {
        self.with(|outcome| matches!(outcome, Outcome::Fail { .. }))
    }

    /// The cases that the back end has no operation for.
    pub fn not_supported(&self) -> impl Iterator<Item = &CaseReport> {
        self.with(|outcome| matches!(outcome, Outcome::NotSupported { .. }))
    }

    /// The cases that could not run here.
    pub fn skipped(&self) -> impl Iterator<Item = &CaseReport> {
        self.with(|outcome| matches!(outcome, Outcome::Skipped { .. }))
    }

    /// The case of that name.
    #[must_use]
    pub fn case(&self, name: &str) -> Option<&CaseReport> {
        self.cases.iter().find(|case| case.name == name)
    }

    /// Ends a test: nothing failed.
    ///
    /// # Panics
    ///
    /// If a case failed, or there was none; the message is the whole table.
    #[track_caller]
    pub fn assert(&self) {
        assert!(!self.cases.is_empty(), "no case has such a name");
        assert!(
            self.failed().next().is_none(),
            "the back end does not conform\n{self}"
        );
    }

    fn with(&self, wanted: impl Fn(&Outcome) -> bool) -> impl Iterator<Item = &CaseReport> {
        self.cases.iter().filter(move |case| wanted(&case.outcome))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "{}: {} passed, {} failed, {} not supported, {} skipped ({:.1} s, seed {})",
            self.backend,
            self.passed().count(),
            self.failed().count(),
            self.not_supported().count(),
            self.skipped().count(),
            self.seconds,
            self.seed
        )?;
        let width = self
            .cases
            .iter()
            .map(|case| case.name.len())
            .max()
            .unwrap_or(0);
        let mut chapter = None;
        for case in &self.cases {
            if chapter.replace(case.chapter) != Some(case.chapter) {
                writeln!(formatter, "\n{}", case.chapter)?;
            }
            writeln!(formatter, "{}", case.line(width))?;
        }
        Ok(())
    }
}

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseReport {
    /// The chapter of GM/T 0018 that it belongs to.
    pub chapter: Chapter,
    /// What it is called.
    pub name: &'static str,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How many things it checked.
    pub checks: usize,
    /// What the back end lacks among the things that a case which ran would have checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without: Option<String>,
}

impl CaseReport {
    fn line(&self, width: usize) -> String {
        let (word, rest) = match &self.outcome {
            Outcome::Pass => ("pass", format!("{} checks", self.checks)),
            Outcome::Fail { why } => ("FAIL", why.clone()),
            Outcome::NotSupported { what } => ("not supported", what.clone()),
            Outcome::Skipped { why } => ("skipped", why.clone()),
        };
        let without = match &self.without {
            Some(what) => format!(" (without {what})"),
            None => String::new(),
        };
        format!("  {word:<13}  {:<width$}  {rest}{without}", self.name)
    }
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything that was checked holds.
    Pass,
    /// Something does not.
    Fail {
        /// What was found and what was expected.
        why: String,
    },
    /// The back end does not have the operation.
    NotSupported {
        /// The operation.
        what: String,
    },
    /// The case could not run here.
    Skipped {
        /// What it would have needed.
        why: String,
    },
}

/// The chapters of GM/T 0018.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chapter {
    /// Device management.
    Device,
    /// Key management.
    Key,
    /// Asymmetric operations.
    Asymmetric,
    /// Symmetric operations.
    Symmetric,
    /// Hash operations.
    Hash,
    /// User files.
    File,
}

impl fmt::Display for Chapter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Device => "device",
            Self::Key => "key",
            Self::Asymmetric => "asymmetric",
            Self::Symmetric => "symmetric",
            Self::Hash => "hash",
            Self::File => "file",
        })
    }
}
