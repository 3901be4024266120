//! `gmt0018 doctor`.

mod check;
mod device;
pub(super) mod elf;
mod key;
mod library;
mod node;

use fisco_node::config::KeySource;
use serde::Serialize;

use crate::{
    arguments::{DeviceArguments, DoctorArguments},
    catalogue::Value,
    device::{DeviceReport, library as named_library},
    error::Error,
    exit::Exit,
    output::Output,
    password,
};
use check::{Check, Checks};
use node::Node;

#[derive(Serialize)]
struct Report {
    checks: Vec<Check<String>>,
    /// `null` if no key was examined.
    key_index: Option<u32>,
    /// `null` if no device was examined.
    device: Option<DeviceReport>,
    exit_code: u8,
}

pub(crate) fn run(arguments: &DoctorArguments, output: Output) -> Result<Exit, Error> {
    let mut checks = Checks::default();
    let given = password::if_given(&arguments.password, output);
    let node = Node::examine(arguments, &mut checks);
    let mut report = Report {
        checks: Vec::new(),
        key_index: None,
        device: None,
        exit_code: 0,
    };
    match device_arguments(arguments, &node) {
        Err(because) => {
            checks.skip_all(&DEVICE_CHECKS, because.clone());
            node.examine_files(node.key(None), &because, &mut checks);
            checks.skip_all(&LAST_CHECKS, because);
        }
        Ok(named) => {
            node.compare_library(named_library(&named).as_deref(), &mut checks);
            let target = library::examine(&named, &mut checks, output);
            report.device = target.as_ref().map(crate::device::Target::report);
            let card = device::open(target, &mut checks);
            let session = device::examine(card.as_ref(), &mut checks);
            let index = arguments.key_index.or(node.key_index());
            let key = key::examine(card.as_ref(), session.as_ref(), index, &mut checks);
            report.key_index = key.as_ref().map(key::Key::index);
            let access = key::show_password(key.as_ref(), &given, &node, &mut checks);
            let public_key = key.as_ref().map(key::Key::node_id);
            let because = Value::new("no key of the card is known", "没有取得卡内密钥的公钥");
            node.examine_files(node.key(public_key), &because, &mut checks);
            key::sign(key.as_ref(), access, &mut checks);
        }
    }
    let (list, exit) = checks.finish(output.language());
    report.checks = list;
    report.exit_code = exit as u8;
    output.result(&report, &check::text(&report.checks, exit, output))?;
    Ok(exit)
}

/// The device to examine: the one named, else the one of the configuration; or why there is none.
fn device_arguments(arguments: &DoctorArguments, node: &Node) -> Result<DeviceArguments, Value> {
    let given = &arguments.device;
    let mut named = DeviceArguments {
        lib: given.lib.clone(),
        dialect: given.dialect.clone(),
        open_path: given.open_path.clone(),
        open_conf: given.open_conf.clone(),
        soft_dir: given.soft_dir.clone(),
    };
    if arguments.config.is_none() || named.soft_dir.is_some() || named_library(&named).is_some() {
        return Ok(named);
    }
    match node.config() {
        None => Err(Value::new(
            "config.ini does not say which library is used",
            "无法从 config.ini 得知使用哪个动态库",
        )),
        Some(config) => match config.key() {
            KeySource::Card(card) => {
                named.lib = Some(card.library().to_path_buf());
                Ok(named)
            }
            _ => Err(Value::new(
                "the node's key is in no card, and no library was named",
                "节点的密钥不在密码卡中，也没有指定动态库",
            )),
        },
    }
}

const DEVICE_CHECKS: [&str; 13] = [
    "library.file",
    "library.architecture",
    "library.dependencies",
    "library.load",
    "library.symbols",
    "device.open",
    "device.info",
    "device.sessions",
    "random",
    "sm3",
    "key.present",
    "key.curve",
    "password",
];
const LAST_CHECKS: [&str; 2] = ["signature", "speed"];
