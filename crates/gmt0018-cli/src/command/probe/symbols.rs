//! `gmt0018 probe symbols`.

use std::fmt::Write as _;

use gmt0018::{
    Module,
    gmt0018_sys::{LoadError, SYMBOLS},
};
use serde::Serialize;

use super::needs::{needed_for, users_of};
use crate::{
    arguments::{Purpose, SymbolsArguments},
    command::doctor::elf::Elf,
    device::{self, DeviceReport, Target, Unnamed},
    error::Error,
    exit::Exit,
    output::Output,
};

#[derive(Serialize)]
struct Report {
    device: DeviceReport,
    /// `null` without --for.
    purpose: Option<Purpose>,
    symbols: Vec<SymbolReport>,
    /// What the purpose needs and the library lacks.
    unmet: Vec<&'static str>,
}

#[derive(Serialize)]
struct SymbolReport {
    name: &'static str,
    chapter: String,
    edition: String,
    present: bool,
    needed_by: Vec<&'static str>,
}

pub(crate) fn run(arguments: &SymbolsArguments, output: Output) -> Result<Exit, Error> {
    let (device, names) = exported(arguments, output)?;
    let symbols: Vec<SymbolReport> = SYMBOLS
        .iter()
        .map(|symbol| SymbolReport {
            name: symbol.name,
            chapter: symbol.chapter.to_string(),
            edition: symbol.edition.to_string(),
            present: names.contains(&symbol.name),
            needed_by: users_of(symbol.name),
        })
        .collect();
    let mut unmet = arguments.purpose.map(needed_for).unwrap_or_default();
    unmet.retain(|name| !names.contains(name));
    let report = Report {
        device,
        purpose: arguments.purpose,
        symbols,
        unmet,
    };
    let text = if arguments.markdown {
        markdown(&report)
    } else {
        text(&report)
    };
    output.result(&report, &text)?;
    Ok(if report.unmet.is_empty() {
        Exit::Ok
    } else {
        Exit::Library
    })
}

/// The functions of the standard and the usual extensions that there are.
fn exported(
    arguments: &SymbolsArguments,
    output: Output,
) -> Result<(DeviceReport, Vec<&'static str>), Error> {
    let known = SYMBOLS.iter().map(|symbol| symbol.name);
    let Some(path) = device::library(&arguments.device) else {
        let target = Target::choose(&arguments.device, Unnamed::StoreOrMemory, output)?;
        let functions = target.module().functions();
        let names = known.filter(|name| functions.has(name)).collect();
        return Ok((target.report(), names));
    };
    output.note(&format!("device: library {}", path.display()));
    let names = match Module::open(&path) {
        Ok(module) => known.filter(|name| module.functions().has(name)).collect(),
        // One that lacks what nobody can do without is not used, but listed all the same.
        Err(gmt0018::Error::Load(cause))
            if matches!(*cause, LoadError::MissingMandatory { .. }) && path.is_file() =>
        {
            let elf = Elf::read(&path).map_err(|why| Error::no_symbols(&path, &why))?;
            known.filter(|name| elf.exports(name)).collect()
        }
        Err(cause) => return Err(Error::open("the library cannot be used", cause)),
    };
    Ok((DeviceReport::of_library(&path), names))
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    let mut chapter = "";
    for symbol in &report.symbols {
        if chapter != symbol.chapter {
            chapter = &symbol.chapter;
            // Writing to a String does not fail.
            let _ = writeln!(text, "{chapter}");
        }
        let _ = writeln!(
            text,
            "  {:7}  {:40} {:13}  {}",
            presence(symbol.present),
            symbol.name,
            symbol.edition,
            symbol.needed_by.join(", ")
        );
    }
    text + &summary(report)
}

fn markdown(report: &Report) -> String {
    let mut text =
        "| chapter | function | edition | | needed by |\n|---|---|---|---|---|\n".to_owned();
    for symbol in &report.symbols {
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "| {} | `{}` | {} | {} | {} |",
            symbol.chapter,
            symbol.name,
            symbol.edition,
            presence(symbol.present),
            symbol.needed_by.join(", ")
        );
    }
    format!("{text}\n{}", summary(report))
}

const fn presence(present: bool) -> &'static str {
    if present { "there" } else { "missing" }
}

fn summary(report: &Report) -> String {
    let there = report.symbols.iter().filter(|symbol| symbol.present);
    let count = format!("{} of {} functions", there.count(), report.symbols.len());
    let purpose = match report.purpose {
        None => return count + "\n",
        Some(Purpose::Fisco) => "a FISCO BCOS node",
        Some(Purpose::Signing) => "signing and verifying",
        Some(Purpose::All) => "everything that this program can call",
    };
    if report.unmet.is_empty() {
        format!("{count}; none that {purpose} needs is missing\n")
    } else {
        format!(
            "{count}; missing for {purpose}: {}\n",
            report.unmet.join(", ")
        )
    }
}
