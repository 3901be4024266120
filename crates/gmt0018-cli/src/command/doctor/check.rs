//! One line of the page.

use std::fmt::Write as _;

use serde::Serialize;

use crate::{catalogue::Texts, error::Error, exit::Exit};

/// The outcome of a check.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    id: &'static str,
    status: Status,
    subject: String,
    /// `null` if all is well.
    why: Option<String>,
    /// `null` if there is nothing to do.
    r#try: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    Warn,
    Error,
    Skip,
}

/// The checks so far, and the exit code of the first that failed.
#[derive(Debug, Default)]
pub(super) struct Checks {
    list: Vec<Check>,
    exit: Option<Exit>,
}

impl Checks {
    pub(super) fn ok(&mut self, id: &'static str, subject: impl Into<String>) {
        self.add(id, Status::Ok, subject.into(), None, None);
    }

    pub(super) fn warn(
        &mut self,
        id: &'static str,
        subject: impl Into<String>,
        why: impl Into<String>,
        advice: impl Into<String>,
    ) {
        let (why, advice) = (Some(why.into()), Some(advice.into()));
        self.add(id, Status::Warn, subject.into(), why, advice);
    }

    pub(super) fn error(&mut self, id: &'static str, error: Error) {
        let exit = error.exit();
        let Texts { what, why, advice } = error.into_words();
        self.fail(id, exit, what, why, advice);
    }

    pub(super) fn fail(
        &mut self,
        id: &'static str,
        exit: Exit,
        subject: impl Into<String>,
        why: impl Into<String>,
        advice: impl Into<String>,
    ) {
        self.exit.get_or_insert(exit);
        let (why, advice) = (Some(why.into()), Some(advice.into()));
        self.add(id, Status::Error, subject.into(), why, advice);
    }

    /// A check that makes no sense now; `advice` says how it is had.
    pub(super) fn skip(&mut self, id: &'static str, because: &str, advice: Option<&str>) {
        let because = format!("because {because}");
        let advice = advice.map(str::to_owned);
        self.add(
            id,
            Status::Skip,
            "not checked".to_owned(),
            Some(because),
            advice,
        );
    }

    pub(super) fn skip_all(&mut self, ids: &[&'static str], because: &str) {
        for id in ids {
            self.skip(id, because, None);
        }
    }

    pub(super) fn finish(self) -> (Vec<Check>, Exit) {
        (self.list, self.exit.unwrap_or(Exit::Ok))
    }

    fn add(
        &mut self,
        id: &'static str,
        status: Status,
        subject: String,
        why: Option<String>,
        advice: Option<String>,
    ) {
        self.list.push(Check {
            id,
            status,
            subject,
            why,
            r#try: advice,
        });
    }
}

pub(super) fn text(checks: &[Check], exit: Exit) -> String {
    let mut text = String::new();
    for check in checks {
        let Check {
            id, subject, why, ..
        } = check;
        // Writing to a String does not fail.
        let _ = match (check.status, why) {
            (Status::Ok, _) => writeln!(text, "ok     {id:20}  {subject}"),
            (Status::Warn, _) => writeln!(text, "warn   {id:20}  {subject}"),
            (Status::Error, _) => writeln!(text, "error  {id:20}  {subject}"),
            (Status::Skip, why) => {
                writeln!(
                    text,
                    "skip   {id:20}  {}",
                    why.as_deref().unwrap_or_default()
                )
            }
        };
        if let (Some(why), Status::Warn | Status::Error) = (why, check.status) {
            let _ = writeln!(text, "         why: {why}");
        }
        if let Some(advice) = &check.r#try {
            let _ = writeln!(text, "         try: {advice}");
        }
    }
    let count = |status| checks.iter().filter(|one| one.status == status).count();
    let (warnings, errors) = (count(Status::Warn), count(Status::Error));
    let _ = writeln!(
        text,
        "{} ok, {warnings} to be warned of, {errors} wrong, {} not checked",
        count(Status::Ok),
        count(Status::Skip)
    );
    if exit == Exit::Ok && warnings > 0 {
        text.push_str("warnings leave the exit code 0\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_error_decides() {
        let mut checks = Checks::default();
        checks.ok("a", "fine");
        checks.warn("b", "odd", "why", "try");
        assert_eq!(checks.exit, None);
        checks.fail("c", Exit::Library, "wrong", "why", "try");
        checks.fail("d", Exit::Key, "wrong too", "why", "try");
        checks.skip("e", "c is wrong", None);
        let (list, exit) = checks.finish();
        assert_eq!((list.len(), exit), (5, Exit::Library));
        let text = text(&list, exit);
        assert!(text.ends_with("1 ok, 1 to be warned of, 2 wrong, 1 not checked\n"));
        assert!(text.contains("skip   e                     because c is wrong\n"));
    }
}
