//! The library, from its file to its functions.

use std::path::Path;

use gmt0018::{
    Module,
    gmt0018_sys::{Architecture, LoadError, MANDATORY},
};

use super::{check::Checks, elf::Elf};
use crate::{
    arguments::{DeviceArguments, Purpose},
    catalogue::Value,
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
            checks.skip(OPEN, NOT_LOADED, None);
            return None;
        }
    } else {
        let because = (
            "the software card is part of this program",
            "软件密码卡内置于本程序",
        );
        let advice = Some((
            "pass --lib with a vendor's library to examine one",
            "如需检查厂商的动态库，请用 --lib 指定",
        ));
        checks.skip(FILE, because, advice);
        checks.skip_all(&[ARCHITECTURE, DEPENDENCIES, LOAD], because);
    }
    match Target::choose(arguments, Unnamed::StoreOrMemory, output) {
        Ok(target) => {
            functions(target.module(), checks);
            Some(target)
        }
        Err(error) => {
            checks.skip(
                SYMBOLS,
                ("there is no device to ask", "没有可检查的设备"),
                None,
            );
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
            1 => {
                let this = Architecture::of_this_program();
                let subject = (
                    format!("{this}, as this program"),
                    format!("{this}，与本程序一致"),
                );
                checks.ok(id, subject);
            }
            2 => checks.ok(id, needed(elf.as_ref().ok())),
            3 => {
                let path = path.display();
                checks.ok(id, (format!("{path} loads"), format!("{path} 加载成功")));
            }
            // The functions have a line of their own, with those that a node needs.
            _ => {}
        }
    }
    let Err(cause) = outcome else { return true };
    let lost = elf.as_ref().map(Elf::not_found).unwrap_or_default();
    let subject = match &cause {
        gmt0018::Error::Load(_) if failed == 2 && lost.len() > 1 => Some(Value::new(
            format_args!(
                "{} libraries are not found: {}",
                lost.len(),
                lost.join(", ")
            ),
            format_args!("找不到 {} 个依赖库：{}", lost.len(), lost.join("、")),
        )),
        gmt0018::Error::Load(load) if failed == 4 => {
            let all = MANDATORY.len();
            let lacking = match &**load {
                LoadError::MissingMandatory { names, .. } => names.len(),
                _ => all,
            };
            Some(Value::new(
                format_args!("{lacking} of the {all} mandatory functions are missing"),
                format_args!("{all} 个必备函数中缺少 {lacking} 个"),
            ))
        }
        _ => None,
    };
    let id = STAGES.get(failed).copied().unwrap_or(LOAD);
    let error = Error::open("the library cannot be used", cause);
    match subject {
        Some(subject) => checks.error(id, error.titled(subject)),
        None => checks.error(id, error),
    }
    let rest = STAGES.get(failed.saturating_add(1)..).unwrap_or_default();
    checks.skip_all(rest, NOT_LOADED);
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

fn file(path: &Path) -> Value {
    let name = path.display();
    match path.metadata() {
        Ok(metadata) if path.components().count() > 1 => {
            let length = metadata.len();
            Value::new(
                format_args!("{name}, {length} bytes"),
                format_args!("{name}，{length} 字节"),
            )
        }
        _ => Value::new(
            format_args!("{name}, found by the system's loader"),
            format_args!("{name}，由系统加载器找到"),
        ),
    }
}

fn needed(elf: Option<&Elf>) -> Value {
    match elf.map(Elf::needed) {
        Some([]) => Value::new("it needs no other library", "不依赖其他动态库"),
        Some(names) => Value::new(
            format_args!("found: {}", names.join(", ")),
            format_args!("依赖库齐全：{}", names.join("、")),
        ),
        None => Value::new("found", "依赖库齐全"),
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
            (
                format!("missing for a FISCO BCOS node: {}", fisco.join(", ")),
                format!("缺少 FISCO BCOS 节点要调用的函数：{}", fisco.join("、")),
            ),
            (
                "the node does not look before it calls a function, and crashes",
                "节点调用之前不检查函数是否存在，缺少时会直接崩溃",
            ),
            LACKING,
        );
    } else if !signing.is_empty() {
        checks.warn(
            SYMBOLS,
            (
                format!("missing for signing: {}", signing.join(", ")),
                format!("缺少签名、验签所需的函数：{}", signing.join("、")),
            ),
            (
                "this program cannot sign or verify on the card without them",
                "没有这些函数，本程序无法在卡内签名或验签",
            ),
            LACKING,
        );
    } else {
        let subject = (
            "all that a FISCO BCOS node and signing need",
            "FISCO BCOS 节点以及签名、验签所需的函数齐全",
        );
        checks.ok(SYMBOLS, subject);
    }
}

/// What to try when functions are missing.
const LACKING: (&str, &str) = (
    "ask the vendor for a library with them; `gmt0018 probe symbols` lists all",
    "向厂商索取提供这些函数的动态库；`gmt0018 probe symbols` 可列出全部函数",
);
const NOT_LOADED: (&str, &str) = ("the library was not loaded", "动态库没有加载成功");
const OPEN: &str = "device.open";
const FILE: &str = "library.file";
const ARCHITECTURE: &str = "library.architecture";
const DEPENDENCIES: &str = "library.dependencies";
const LOAD: &str = "library.load";
const SYMBOLS: &str = "library.symbols";
const STAGES: [&str; 5] = [FILE, ARCHITECTURE, DEPENDENCIES, LOAD, SYMBOLS];
