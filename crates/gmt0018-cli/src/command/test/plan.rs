//! Which calls a run will make.

use std::fmt::Write as _;

use gmt0018::Function;
use serde::Serialize;

use super::{Kind, case::Case, case::Chapter};
use crate::device::{DeviceReport, Target};

/// What a run will do; nothing has been called yet.
#[derive(Debug, Serialize)]
pub(super) struct Plan {
    device: DeviceReport,
    mode: Kind,
    /// Made once for the whole run, and around the cases.
    around: Vec<&'static str>,
    cases: Vec<Item>,
}

#[derive(Debug, Serialize)]
struct Item {
    chapter: Chapter,
    name: &'static str,
    calls: Vec<&'static str>,
    /// Those of the calls that the library does not export.
    missing: Vec<&'static str>,
}

impl Plan {
    pub(super) fn new(kind: Kind, cases: &[&'static Case], target: &Target) -> Self {
        let functions = target.module().functions();
        let item = |case: &&Case| {
            let calls: Vec<_> = case.calls.iter().map(|function| function.name()).collect();
            Item {
                chapter: case.chapter,
                name: case.name,
                missing: calls
                    .iter()
                    .copied()
                    .filter(|name| !functions.has(name))
                    .collect(),
                calls,
            }
        };
        let around = [
            target.opens_with(),
            Function::OpenSession,
            // After a failure, to see whether the device is still there.
            Function::GenerateRandom,
            Function::CloseSession,
            Function::CloseDevice,
        ];
        Self {
            device: target.report(),
            mode: kind,
            around: around.iter().map(|function| function.name()).collect(),
            cases: cases.iter().map(item).collect(),
        }
    }

    /// Case by case.
    pub(super) fn text(&self) -> String {
        let mut text = format!("around the cases: {}\n", self.around.join(", "));
        for chapter in Chapter::ALL {
            let mut title = Some(chapter.title());
            for item in self.of(chapter) {
                if let Some(title) = title.take() {
                    let _ = writeln!(text, "\n{title}");
                }
                let calls = if item.calls.is_empty() {
                    "no call".to_owned()
                } else {
                    item.calls.join(", ")
                };
                let _ = writeln!(text, "  {}: {calls}", item.name);
                if !item.missing.is_empty() {
                    let missing = item.missing.join(", ");
                    let _ = writeln!(text, "    not exported: {missing}");
                }
            }
        }
        text
    }

    /// Chapter by chapter, to say what follows.
    pub(super) fn summary(&self) -> String {
        let mut text = format!(
            "{} case{}; calls around them: {}",
            self.cases.len(),
            if self.cases.len() == 1 { "" } else { "s" },
            self.around.join(", ")
        );
        for chapter in Chapter::ALL {
            let mut calls: Vec<&str> = Vec::new();
            for item in self.of(chapter) {
                for &name in &item.calls {
                    if !item.missing.contains(&name) && !calls.contains(&name) {
                        calls.push(name);
                    }
                }
            }
            if !calls.is_empty() {
                let _ = write!(text, "\n  {}: {}", chapter.title(), calls.join(", "));
            }
        }
        text
    }

    fn of(&self, chapter: Chapter) -> impl Iterator<Item = &Item> {
        self.cases
            .iter()
            .filter(move |item| item.chapter == chapter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planning_calls_nothing_and_names_every_function() {
        let target = Target::in_memory().unwrap();
        let mut named = std::collections::BTreeSet::new();
        for kind in [Kind::Conformance, Kind::Kat, Kind::Negative, Kind::Soak] {
            let plan = Plan::new(kind, &kind.cases(), &target);
            assert!(!plan.text().is_empty() && !plan.summary().is_empty());
            named.extend(plan.cases.iter().flat_map(|item| item.calls.clone()));
            named.extend(plan.around);
        }
        assert_eq!(target.module().calls(), 0);
        for function in Function::ALL {
            assert_eq!(target.module().call_count(*function), 0, "{function}");
            let other_ways_to_open = [Function::OpenDevice, Function::OpenDeviceWithConf];
            assert!(
                named.contains(function.name()) || other_ways_to_open.contains(function),
                "{function} is in no case"
            );
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names = std::collections::BTreeSet::new();
        for kind in [Kind::Conformance, Kind::Kat, Kind::Negative, Kind::Soak] {
            for case in kind.cases() {
                assert!(names.insert(case.name), "{}", case.name);
            }
        }
    }
}
