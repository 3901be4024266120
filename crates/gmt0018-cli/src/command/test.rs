//! `gmt0018 test`.

mod asymmetric;
mod case;
mod device;
mod file;
mod hash;
mod kat;
mod key;
mod negative;
mod plan;
mod report;
mod soak;
mod symmetric;

use std::{
    cell::RefCell,
    fs::File,
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use gmt0018::{Function, KeyIndex, Module, Pin, sm2_signing::ErrorKind};
use indicatif::ProgressBar;
use serde::Serialize;
use sm_soft::SoftKey;

use crate::{
    arguments::TestArguments,
    device::{Card, Target, Unnamed},
    environment::environment,
    error::Error,
    exit::Exit,
    output::Output,
    password,
};
use case::{Case, Password, Subject, Trouble, Verdict, says_gone};
use plan::Plan;
use report::{Calls, CaseReport, Outcome, Report, milliseconds};

/// What is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Conformance,
    Kat,
    Negative,
    Soak,
}

impl Kind {
    const fn of(arguments: &TestArguments) -> Self {
        match arguments {
            TestArguments { kat: true, .. } => Self::Kat,
            TestArguments { negative: true, .. } => Self::Negative,
            TestArguments { soak: Some(_), .. } => Self::Soak,
            _ => Self::Conformance,
        }
    }

    /// The cases, chapter by chapter, as they run: the access right comes before what needs it.
    fn cases(self) -> Vec<&'static Case> {
        let lists: &[&'static [Case]] = match self {
            Self::Conformance => &[
                device::CASES,
                key::CASES,
                asymmetric::CASES,
                symmetric::CASES,
                hash::CASES,
                file::CASES,
            ],
            Self::Kat => &[kat::CASES],
            Self::Negative => &negative::CASES,
            Self::Soak => &[soak::CASES],
        };
        let mut cases: Vec<_> = lists.iter().copied().flatten().collect();
        cases.sort_by_key(|case| case.chapter);
        cases
    }
}

pub(crate) fn run(arguments: &TestArguments, output: Output) -> Result<Exit, Error> {
    let kind = Kind::of(arguments);
    let unnamed = match arguments.key_index {
        Some(_) => Unnamed::Store,
        None => Unnamed::StoreOrMemory,
    };
    if arguments.key_index.is_none() && arguments.password.password_file.is_some() {
        let why = "--password-file is for the key that --key-index names, and none is named";
        return Err(Error::options(why, "pass --key-index N too"));
    }
    let target = Target::choose(&arguments.device, unnamed, output)?;
    let cases = kind.cases();
    let plan = Plan::new(kind, &cases, &target);
    if arguments.plan {
        output.result(&plan, &plan.text())?;
        return Ok(Exit::Ok);
    }
    let password = password(arguments, output)?;
    output.note(&plan.summary());
    let card = target.open()?;
    // Before the cases, so that their result does not get lost.
    let junit = match &arguments.junit {
        Some(path) => Some((path, create(path)?)),
        None => None,
    };
    let subject = subject(&card, arguments, password)?;
    let report = test(&subject, kind, &cases, arguments, output);
    if let Some((path, mut file)) = junit {
        file.write_all(report.junit().as_bytes())
            .map_err(|cause| Error::junit(path, &cause))?;
    }
    let text = if arguments.markdown {
        report.markdown()
    } else {
        report.text()
    };
    output.result(&report, &text)?;
    if report.gone {
        return Err(Error::device_gone());
    }
    Ok(if report.fail > 0 {
        Exit::CheckFailed
    } else {
        Exit::Ok
    })
}

/// The password, if one is given; nobody is asked for it.
fn password(arguments: &TestArguments, output: Output) -> Result<Password, Error> {
    let given = arguments.password.password_file.is_some()
        || (arguments.key_index.is_some() && environment("GMT0018_PASSWORD").is_some());
    if arguments.password.no_password {
        return Ok(Password::NotNeeded);
    }
    if !given {
        return Ok(Password::NotGiven);
    }
    let pin = password::of_card_key(&arguments.password, output)?;
    Ok(pin.map_or(Password::NotNeeded, Password::Given))
}

/// The device with what the cases may use; a card in memory gets keys of its own.
fn subject<'a>(
    card: &'a Card,
    arguments: &TestArguments,
    password: Password,
) -> Result<Subject<'a>, Error> {
    let software = SoftKey::generate().map_err(|cause| Error::no_test_signature(&cause))?;
    let mut subject = Subject {
        card,
        index: arguments.key_index.map(KeyIndex::new),
        kek: arguments.kek_index.map(KeyIndex::new),
        password,
        file_writes: arguments.allow_file_writes,
        software,
        refused: RefCell::new(None),
    };
    if let Some(memory) = card.memory() {
        let what = "no key was made in the software card in memory";
        let kek = arguments.kek_index.unwrap_or(1);
        let failed = |cause| Error::soft_card(what, &cause);
        memory
            .card()
            .generate_key_pair(1, PASSWORD_IN_MEMORY)
            .map_err(failed)?;
        memory.card().generate_kek(kek).map_err(failed)?;
        let pin = Pin::new(PASSWORD_IN_MEMORY).map_err(|cause| Error::password_refused(&cause))?;
        subject.index = Some(KeyIndex::new(1));
        subject.kek = Some(KeyIndex::new(kek));
        subject.password = Password::Given(pin);
        subject.file_writes = true;
    }
    Ok(subject)
}

/// Runs case after case; after the device went away the others are skipped.
fn test(
    subject: &Subject<'_>,
    kind: Kind,
    cases: &[&'static Case],
    arguments: &TestArguments,
    output: Output,
) -> Report {
    let mut report = Report {
        device: subject.card.report(),
        mode: kind,
        key_index: subject.index.map(KeyIndex::value),
        seconds: 0.0,
        pass: 0,
        fail: 0,
        not_supported: 0,
        skipped: 0,
        gone: false,
        cases: Vec::new(),
        soak: None,
    };
    let begin = Instant::now();
    let bar = match kind {
        Kind::Soak => ProgressBar::hidden(),
        _ => output.progress_of_steps(cases.len(), "cases"),
    };
    for case in cases {
        if report.gone {
            let verdict = Err(Trouble::Skipped("the device is gone".to_owned()));
            report
                .cases
                .push(record(case, verdict, Duration::ZERO, Vec::new()));
            continue;
        }
        let before = Counts::of(subject.card.module());
        let start = Instant::now();
        let verdict = match arguments.soak {
            Some(duration) => {
                let (verdict, soak) = soak::run(subject, duration, output);
                report.soak = Some(soak);
                verdict
            }
            None => (case.run)(subject),
        };
        let took = start.elapsed();
        let calls = before.until_now(subject.card.module());
        report.gone = matches!(verdict, Err(Trouble::Failed(_))) && is_gone(subject.card);
        report.cases.push(record(case, verdict, took, calls));
        bar.inc(1);
    }
    bar.finish_and_clear();
    report.seconds = milliseconds(begin.elapsed()) / 1000.0;
    report.count();
    report
}

fn record(case: &Case, verdict: Verdict, took: Duration, calls: Vec<Calls>) -> CaseReport {
    let (outcome, detail) = match verdict {
        Ok(detail) => (Outcome::Pass, detail),
        Err(Trouble::Failed(why)) => (Outcome::Fail, why),
        Err(Trouble::NotSupported(why)) => (Outcome::NotSupported, why),
        Err(Trouble::Skipped(why)) => (Outcome::Skipped, why),
    };
    CaseReport {
        chapter: case.chapter,
        name: case.name,
        outcome,
        detail,
        milliseconds: milliseconds(took),
        calls,
    }
}

/// Whether the device stopped answering: no session can be opened, or the new one says so.
fn is_gone(card: &Card) -> bool {
    match card.device().session() {
        Err(cause) => cause.kind() == ErrorKind::Device,
        Ok(session) => match session.random(1) {
            Err(cause) => says_gone(&cause),
            Ok(_) => false,
        },
    }
}

/// How often each function has been called.
struct Counts(Vec<u64>);

impl Counts {
    fn of(module: &Module) -> Self {
        let count = |function: &Function| module.call_count(*function);
        Self(Function::ALL.iter().map(count).collect())
    }

    /// What was called since, in the order of the standard.
    fn until_now(&self, module: &Module) -> Vec<Calls> {
        Function::ALL
            .iter()
            .zip(&self.0)
            .map(|(function, before)| Calls {
                function: function.name(),
                count: module.call_count(*function).wrapping_sub(*before),
            })
            .filter(|calls| calls.count > 0)
            .collect()
    }
}

fn create(path: &Path) -> Result<File, Error> {
    File::create(path).map_err(|cause| Error::junit(path, &cause))
}

/// Opens nothing: the card that it is for ends with this process.
const PASSWORD_IN_MEMORY: &[u8] = b"in memory only";
