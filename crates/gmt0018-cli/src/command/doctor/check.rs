//! One line of the page.

use std::fmt::Write as _;

use serde::Serialize;

use crate::{
    catalogue::{Texts, Value},
    error::Error,
    exit::Exit,
    language::Language,
    output::{Output, Tone},
};

/// The outcome of a check, in both languages or in the one that it is told in.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Check<T = Value> {
    id: &'static str,
    status: Status,
    subject: T,
    /// `null` if all is well.
    why: Option<T>,
    /// `null` if there is nothing to do.
    r#try: Option<T>,
}

impl Check {
    fn told(self, language: Language) -> Check<String> {
        let pick = |value: Value| value.pick(language);
        Check {
            id: self.id,
            status: self.status,
            subject: pick(self.subject),
            why: self.why.map(pick),
            r#try: self.r#try.map(pick),
        }
    }
}

impl Check<String> {
    /// Whether both were skipped for one reason, and nothing more is to be said.
    fn is_skipped_as(&self, other: &Self) -> bool {
        self.status == Status::Skip
            && (self.status, &self.why) == (other.status, &other.why)
            && self.r#try.is_none()
            && other.r#try.is_none()
    }
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
    pub(super) fn ok(&mut self, id: &'static str, subject: impl Into<Value>) {
        self.add(id, Status::Ok, subject.into(), None, None);
    }

    pub(super) fn warn(
        &mut self,
        id: &'static str,
        subject: impl Into<Value>,
        why: impl Into<Value>,
        advice: impl Into<Value>,
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
        subject: impl Into<Value>,
        why: impl Into<Value>,
        advice: impl Into<Value>,
    ) {
        self.exit.get_or_insert(exit);
        let (why, advice) = (Some(why.into()), Some(advice.into()));
        self.add(id, Status::Error, subject.into(), why, advice);
    }

    /// A check that makes no sense now; `advice` says how it is had.
    pub(super) fn skip(
        &mut self,
        id: &'static str,
        because: impl Into<Value>,
        advice: Option<(&str, &str)>,
    ) {
        let mut because = because.into();
        // A Chinese reason stands for itself.
        because.english.insert_str(0, "because ");
        let subject = Value::new("not checked", "未检查");
        let advice = advice.map(Value::from);
        self.add(id, Status::Skip, subject, Some(because), advice);
    }

    pub(super) fn skip_all(&mut self, ids: &[&'static str], because: impl Into<Value>) {
        let because = because.into();
        for id in ids {
            self.skip(id, because.clone(), None);
        }
    }

    /// The checks in a language, and the exit code.
    pub(super) fn finish(self, language: Language) -> (Vec<Check<String>>, Exit) {
        let told = |check: Check| check.told(language);
        let list = self.list.into_iter().map(told).collect();
        (list, self.exit.unwrap_or(Exit::Ok))
    }

    fn add(
        &mut self,
        id: &'static str,
        status: Status,
        subject: Value,
        why: Option<Value>,
        advice: Option<Value>,
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

pub(super) fn text(checks: &[Check<String>], exit: Exit, output: Output) -> String {
    let language = output.language();
    let (why_label, advice_label) = language.pick(("why: ", "try: "), ("原因：", "建议："));
    let mut text = String::new();
    let same = |a: &Check<String>, b: &Check<String>| a.is_skipped_as(b);
    for alike in checks.chunk_by(same) {
        let Some(check) = alike.first() else { continue };
        let Check {
            id, subject, why, ..
        } = check;
        let why = why.as_deref().unwrap_or_default();
        let (word, tone, what) = match check.status {
            Status::Ok => ("ok", Some(Tone::Ok), subject.clone()),
            Status::Warn => ("warn", Some(Tone::Warning), subject.clone()),
            Status::Error => ("error", Some(Tone::Error), subject.clone()),
            Status::Skip => (
                "skip",
                None,
                why.to_owned() + &more(alike.len() - 1, language),
            ),
        };
        let blanks = " ".repeat(7 - word.len());
        let word = tone.map_or_else(|| word.to_owned(), |tone| output.paint(tone, word));
        // Writing to a String does not fail.
        let _ = writeln!(text, "{word}{blanks}{id:20}  {what}");
        if matches!(check.status, Status::Warn | Status::Error) {
            let _ = writeln!(text, "         {why_label}{why}");
        }
        if let Some(advice) = &check.r#try {
            let _ = writeln!(text, "         {advice_label}{advice}");
        }
    }
    let count = |status| checks.iter().filter(|one| one.status == status).count();
    let (fine, skipped) = (count(Status::Ok), count(Status::Skip));
    let (warnings, errors) = (count(Status::Warn), count(Status::Error));
    text += &match language {
        Language::English => format!(
            "{fine} ok, {warnings} to be warned of, {errors} wrong, {skipped} not checked\n"
        ),
        Language::Chinese => {
            format!("正常 {fine} 项，警告 {warnings} 项，错误 {errors} 项，未检查 {skipped} 项\n")
        }
    };
    if exit == Exit::Ok && warnings > 0 {
        text += language.pick(
            "warnings leave the exit code 0\n",
            "有警告而无错误时，退出码为 0\n",
        );
    }
    text
}

/// That so many checks behind the one that is shown were skipped for the same reason.
fn more(count: usize, language: Language) -> String {
    match (count, language) {
        (0, _) => String::new(),
        (_, Language::English) => format!(" (and {count} more)"),
        (_, Language::Chinese) => format!("（另有 {count} 项，原因相同）"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_error_decides() {
        let (list, exit) = page().finish(Language::English);
        assert_eq!((list.len(), exit), (7, Exit::Library));
        let text = text(&list, exit, Output::new(false, false));
        assert!(text.ends_with("1 ok, 1 to be warned of, 2 wrong, 3 not checked\n"));
        assert!(text.contains("skip   e                     because c is wrong (and 1 more)\n"));
        assert!(text.contains("skip   g                     because d is wrong too\n"));
    }

    #[test]
    fn a_chinese_page_has_the_same_marks() {
        let (list, exit) = page().finish(Language::Chinese);
        let chinese = Output::new(false, false).with_language(Language::Chinese);
        let text = text(&list, exit, chinese);
        assert!(text.starts_with("ok     a                     正常\nwarn   b "));
        assert!(text.contains("不对\n         原因：为何\n         建议：怎样\n"));
        assert!(text.ends_with(
            "c 不对（另有 1 项，原因相同）\nskip   g                     d 也不对\n\
             正常 1 项，警告 1 项，错误 2 项，未检查 3 项\n"
        ));
    }

    fn page() -> Checks {
        let mut checks = Checks::default();
        let (why, advice) = (("why", "为何"), ("try", "怎样"));
        checks.ok("a", ("fine", "正常"));
        checks.warn("b", ("odd", "反常"), why, advice);
        assert_eq!(checks.exit, None);
        checks.fail("c", Exit::Library, ("wrong", "不对"), why, advice);
        checks.fail("d", Exit::Key, ("wrong too", "也不对"), why, advice);
        checks.skip_all(&["e", "f"], ("c is wrong", "c 不对"));
        checks.skip("g", ("d is wrong too", "d 也不对"), None);
        checks
    }
}
