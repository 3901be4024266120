//! The library, from its file to its functions.

use std::path::Path;

use gmt0018::{
    Module,
    gmt0018_sys::{Architecture, LoadError, MANDATORY},
};

use super::{check::Checks, elf::Elf};
use crate::{
    arguments::{DeviceArguments, Purpose},
    command::probe::needs::needed_for,
    device::{self, Target, Unnamed},
    error::Error,
    exit::Exit,
    output::Output,
};

/// Loads the library, if there is one, and gives the device to open.
pub(super) fn examine(
    arguments: &DeviceArguments,
    checks: &mut Checks,
    output: Output,
) -> Option<Target> {
    if let Some(path) = device::library(arguments) {
        if !load(&path, checks) {
            checks.skip(OPEN, "the library was not loaded", None);
            return None;
        }
    } else {
        let because = "the software card is part of this program";
        let advice = Some("pass --lib with a vendor's library to examine one");
        checks.skip(FILE, because, advice);
        checks.skip_all(&[ARCHITECTURE, DEPENDENCIES, LOAD], because);
    }
    match Target::choose(arguments, Unnamed::StoreOrMemory, output) {
        Ok(target) => {
            functions(target.module(), checks);
            Some(target)
        }
        Err(error) => {
            checks.skip(SYMBOLS, "there is no device to ask", None);
            checks.error(OPEN, error);
            None
        }
    }
}

/// Says of each stage how it went; the loader's error tells which was the last. Gives whether all went well.
fn load(path: &Path, checks: &mut Checks) -> bool {
    let outcome = Module::open(path);
    // A bare name is the system's to find, and not that of a file in the current directory.
    let is_bare = path.file_name() == Some(path.as_os_str());
    let elf = if is_bare {
        Err("the system finds it".to_owned())
    } else {
        Elf::read(path)
    };
    let failed = match &outcome {
        Ok(_) => STAGES.len(),
        Err(gmt0018::Error::Load(cause)) => stage(cause),
        Err(_) => 3,
    };
    for (number, id) in STAGES.into_iter().enumerate().take(failed) {
        match number {
            0 => checks.ok(id, file(path)),
            1 => checks.ok(
                id,
                format!("{}, as this program", Architecture::of_this_program()),
            ),
            2 => checks.ok(id, needed(elf.as_ref().ok())),
            3 => checks.ok(id, format!("{} loads", path.display())),
            // The functions have a line of their own, with those that a node needs.
            _ => {}
        }
    }
    let Err(cause) = outcome else { return true };
    let lost = elf.as_ref().map(Elf::not_found).unwrap_or_default();
    match &cause {
        gmt0018::Error::Load(load) if failed == 2 && lost.len() > 1 => {
            let (why, advice) = halves(&load.to_string());
            let subject = format!(
                "{} libraries are not found: {}",
                lost.len(),
                lost.join(", ")
            );
            checks.fail(DEPENDENCIES, Exit::Library, subject, why, advice);
        }
        gmt0018::Error::Load(load) if failed == 4 => {
            let lacking = match &**load {
                LoadError::MissingMandatory { names, .. } => names.len(),
                _ => MANDATORY.len(),
            };
            let subject = format!(
                "{lacking} of the {} mandatory functions are missing",
                MANDATORY.len()
            );
            let (why, advice) = halves(&load.to_string());
            checks.fail(SYMBOLS, Exit::Library, subject, why, advice);
        }
        _ => {
            let id = STAGES.get(failed).copied().unwrap_or(LOAD);
            checks.error(id, Error::open("the library cannot be used", cause));
        }
    }
    let rest = STAGES.get(failed.saturating_add(1)..).unwrap_or_default();
    checks.skip_all(rest, "the library was not loaded");
    false
}

/// How far the library came.
const fn stage(cause: &LoadError) -> usize {
    match cause {
        LoadError::Missing { .. }
        | LoadError::Directory { .. }
        | LoadError::NotAFile { .. }
        | LoadError::Permission { .. }
        | LoadError::Unreadable { .. }
        | LoadError::NotLibrary { .. }
        | LoadError::Damaged { .. } => 0,
        LoadError::OtherArchitecture { .. } => 1,
        LoadError::UnmetDependency { .. } => 2,
        LoadError::MissingMandatory { .. } => 4,
        _ => 3,
    }
}

fn file(path: &Path) -> String {
    match path.metadata() {
        Ok(metadata) if path.components().count() > 1 => {
            format!("{}, {} bytes", path.display(), metadata.len())
        }
        _ => format!("{}, found by the system's loader", path.display()),
    }
}

fn needed(elf: Option<&Elf>) -> String {
    match elf.map(Elf::needed) {
        Some([]) => "it needs no other library".to_owned(),
        Some(names) => format!("found: {}", names.join(", ")),
        None => "found".to_owned(),
    }
}

fn functions(module: &Module, checks: &mut Checks) {
    let lacking = |purpose| {
        let mut names = needed_for(purpose);
        names.retain(|name| !module.functions().has(name));
        names
    };
    let fisco = lacking(Purpose::Fisco);
    let signing = lacking(Purpose::Signing);
    if !fisco.is_empty() {
        checks.fail(
            SYMBOLS,
            Exit::Library,
            format!("missing for a FISCO BCOS node: {}", fisco.join(", ")),
            "the node does not look before it calls a function, and crashes",
            "ask the vendor for a library with them; `gmt0018 probe symbols` lists all",
        );
    } else if !signing.is_empty() {
        checks.warn(
            SYMBOLS,
            format!("missing for signing: {}", signing.join(", ")),
            "this program cannot sign or verify on the card without them",
            "ask the vendor for a library with them; `gmt0018 probe symbols` lists all",
        );
    } else {
        checks.ok(SYMBOLS, "all that a FISCO BCOS node and signing need");
    }
}

fn halves(text: &str) -> (String, String) {
    match text.split_once("; ") {
        Some((why, advice)) => (why.to_owned(), advice.to_owned()),
        None => (text.to_owned(), "ask the vendor".to_owned()),
    }
}

const OPEN: &str = "device.open";
const FILE: &str = "library.file";
const ARCHITECTURE: &str = "library.architecture";
const DEPENDENCIES: &str = "library.dependencies";
const LOAD: &str = "library.load";
const SYMBOLS: &str = "library.symbols";
const STAGES: [&str; 5] = [FILE, ARCHITECTURE, DEPENDENCIES, LOAD, SYMBOLS];
