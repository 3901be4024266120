//! What came of a run: text, JSON, Markdown, JUnit.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Kind, case::Chapter, soak::Soak};
use crate::device::DeviceReport;

/// The result of a run.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) device: DeviceReport,
    pub(super) mode: Kind,
    pub(super) key_index: Option<u32>,
    pub(super) seconds: f64,
    pub(super) pass: usize,
    pub(super) fail: usize,
    pub(super) not_supported: usize,
    pub(super) skipped: usize,
    /// Whether the device stopped answering.
    pub(super) gone: bool,
    pub(super) cases: Vec<CaseReport>,
    pub(super) soak: Option<Soak>,
}

/// The result of a case.
#[derive(Debug, Serialize)]
pub(super) struct CaseReport {
    pub(super) chapter: Chapter,
    pub(super) name: &'static str,
    pub(super) outcome: Outcome,
    pub(super) detail: String,
    pub(super) milliseconds: f64,
    pub(super) calls: Vec<Calls>,
}

/// How often a case called a function.
#[derive(Debug, Serialize)]
pub(super) struct Calls {
    pub(super) function: &'static str,
    pub(super) count: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Outcome {
    Pass,
    Fail,
    NotSupported,
    Skipped,
}

impl Outcome {
    const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "FAIL",
            Self::NotSupported => "not supported",
            Self::Skipped => "skipped",
        }
    }
}

impl Report {
    pub(super) fn count(&mut self) {
        let count = |outcome| {
            self.cases
                .iter()
                .filter(|case| case.outcome == outcome)
                .count()
        };
        (self.pass, self.fail) = (count(Outcome::Pass), count(Outcome::Fail));
        (self.not_supported, self.skipped) =
            (count(Outcome::NotSupported), count(Outcome::Skipped));
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (chapter, cases) in self.chapters() {
            let _ = writeln!(text, "{}", chapter.title());
            for case in cases {
                let _ = writeln!(
                    text,
                    "  {:13}  {:34} {:>5} calls {:>9.1} ms  {}",
                    case.outcome.word(),
                    case.name,
                    case.all_calls(),
                    case.milliseconds,
                    case.detail
                );
            }
        }
        if let Some(soak) = &self.soak {
            text.push_str(&soak.text());
        }
        let _ = writeln!(text, "{}", self.summary());
        text
    }

    fn summary(&self) -> String {
        let calls: u64 = self.cases.iter().map(CaseReport::all_calls).sum();
        let gone = if self.gone {
            "; the device is gone"
        } else {
            ""
        };
        format!(
            "cases {}: pass {}, fail {}, not supported {}, skipped {}; {calls} calls in {:.1} s{gone}",
            self.cases.len(),
            self.pass,
            self.fail,
            self.not_supported,
            self.skipped,
            self.seconds
        )
    }

    pub(super) fn markdown(&self) -> String {
        let mut text =
            "| chapter | case | outcome | calls | ms | detail |\n|---|---|---|---:|---:|---|\n"
                .to_owned();
        for case in &self.cases {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {:.1} | {} |",
                case.chapter.name(),
                case.name,
                case.outcome.word(),
                case.all_calls(),
                case.milliseconds,
                cell(&case.detail)
            );
        }
        let _ = writeln!(text, "\n{}", self.summary());
        text
    }

    /// One suite for each chapter. "Not supported" is skipped there: the format has no other word.
    pub(super) fn junit(&self) -> String {
        let count = |cases: &[&CaseReport], outcome| {
            cases.iter().filter(|case| case.outcome == outcome).count()
        };
        let seconds = |cases: &[&CaseReport]| {
            cases.iter().map(|case| case.milliseconds).sum::<f64>() / 1000.0
        };
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <testsuites name=\"gmt0018 test\" tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"{:.3}\">\n",
            self.cases.len(),
            self.fail,
            self.seconds
        );
        for (chapter, cases) in self.chapters() {
            let skipped = count(&cases, Outcome::Skipped) + count(&cases, Outcome::NotSupported);
            let _ = writeln!(
                text,
                "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{skipped}\" time=\"{:.3}\">",
                escape(chapter.title()),
                cases.len(),
                count(&cases, Outcome::Fail),
                seconds(&cases)
            );
            for case in cases {
                junit_case(&mut text, case);
            }
            text.push_str("  </testsuite>\n");
        }
        text.push_str("</testsuites>\n");
        text
    }

    /// The chapters that have cases, in the order of the standard.
    fn chapters(&self) -> impl Iterator<Item = (Chapter, Vec<&CaseReport>)> {
        Chapter::ALL.into_iter().filter_map(|chapter| {
            let cases: Vec<_> = self
                .cases
                .iter()
                .filter(|case| case.chapter == chapter)
                .collect();
            (!cases.is_empty()).then_some((chapter, cases))
        })
    }
}

impl CaseReport {
    fn all_calls(&self) -> u64 {
        self.calls.iter().map(|calls| calls.count).sum()
    }
}

fn junit_case(text: &mut String, case: &CaseReport) {
    let _ = write!(
        text,
        "    <testcase classname=\"gmt0018.{}\" name=\"{}\" time=\"{:.6}\">",
        case.chapter.name(),
        escape(case.name),
        case.milliseconds / 1000.0
    );
    let detail = escape(&case.detail);
    let inner = match case.outcome {
        Outcome::Pass => String::new(),
        Outcome::Fail => format!("<failure message=\"{detail}\"/>"),
        Outcome::NotSupported => format!("<skipped message=\"not supported: {detail}\"/>"),
        Outcome::Skipped => format!("<skipped message=\"{detail}\"/>"),
    };
    let mut calls = String::new();
    for Calls { function, count } in &case.calls {
        let _ = writeln!(calls, "{function} {count}");
    }
    let _ = writeln!(
        text,
        "{inner}<system-out>{}</system-out></testcase>",
        escape(&calls)
    );
}

/// Text as XML has it, in an attribute too. Characters that XML 1.0 cannot have become `?`.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => escaped.push('?'),
            other if other.is_control() => escaped.push('?'),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Text in a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('|', "\\|")
        .replace('<', "&lt;")
        .replace(['\n', '\r'], " ")
}

/// Milliseconds with three digits after the point: more would be noise.
pub(super) fn milliseconds(time: std::time::Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_and_markdown_mean_otherwise_is_escaped() {
        assert_eq!(
            escape("a<b> & \"c\" 'd'\u{0}\u{1b}\u{ffff}\ne"),
            "a&lt;b&gt; &amp; &quot;c&quot; &apos;d&apos;??? e"
        );
        assert_eq!(cell("a|b\\c\nd<e"), "a\\|b\\\\c d&lt;e");
    }
}
