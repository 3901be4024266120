//! `gmt0018 config check`.

use std::path::{Path, PathBuf};

use fisco_node::{
    config::{self, ConfigError, Genesis, KeySource, NodeConfig, PasswordSource, ini::Ini},
    crypto::{CryptoOptions, NodeCrypto},
    identity::NodeId,
};
use serde::Serialize;
use sm_soft::curve;

use super::{
    config_file, is_genesis,
    problem::{Problem, counted},
};
use crate::{
    arguments::{CheckArguments, StartArguments},
    environment::environment,
    error::Error,
    exit::Exit,
    open_calls,
    output::{Output, Tone},
};

#[derive(Serialize)]
struct Report {
    config: String,
    /// `null` if there is none.
    genesis: Option<String>,
    /// `null` if config.ini does not say.
    key: Option<KeyReport>,
    /// How many consensus nodes the genesis file has; `null` without one.
    sealers: Option<usize>,
    problems: Vec<Problem>,
    /// `null` if nothing was started.
    start: Option<StartReport>,
}

/// Where the node's key is.
#[derive(Serialize)]
struct KeyReport {
    kept: &'static str,
    /// `null` without a card.
    library: Option<String>,
    /// `null` without a card.
    key_index: Option<u32>,
    private_key_path: String,
}

/// What the start checks found.
#[derive(Serialize)]
struct StartReport {
    in_card: bool,
    node_id: String,
}

pub(crate) fn run(arguments: &CheckArguments, output: Output) -> Result<Exit, Error> {
    let path = config_file(&arguments.path);
    let mut problems = Vec::new();
    let mut of_chain = false;
    let config = read(&path, &mut problems, |ini| {
        of_chain = is_genesis(ini);
        NodeConfig::from_ini(ini)
    })?;
    if of_chain {
        return Err(Error::genesis_for_config(&path));
    }
    let genesis_path = genesis_file(arguments, &path);
    let genesis = match &genesis_path {
        Some(path) => {
            let mut found = Vec::new();
            let genesis = read(path, &mut found, |ini| {
                Ok((Genesis::from_ini(ini)?, ini.clone()))
            })?;
            problems.extend(found.into_iter().map(Problem::for_hand));
            genesis
        }
        None => {
            output.note("remark: there is no config.genesis beside config.ini, and none was named");
            None
        }
    };
    if let Some((genesis, ini)) = &genesis {
        problems.extend(no_keys(genesis, ini));
        let config = config.as_ref();
        problems.extend(config.and_then(|config| card_without_sm(config, genesis, ini)));
    }
    let whole = config.is_some() && genesis.is_some() == genesis_path.is_some();
    let genesis = genesis.map(|(genesis, _)| genesis);
    let start = match &config {
        Some(config) if arguments.card.card && whole => {
            Some(start(config, genesis.as_ref(), &arguments.card, output))
        }
        _ if arguments.card.card => {
            output.note("remark: the start checks were not done, because a file cannot be used");
            None
        }
        _ => None,
    };
    let (start, failed) = match start.transpose() {
        Ok(start) => (start, None),
        Err(error) => (None, Some(error)),
    };
    let report = Report {
        config: path.display().to_string(),
        genesis: genesis_path.map(|path| path.display().to_string()),
        key: config.as_ref().map(key),
        sealers: genesis.map(|genesis| genesis.sealers().as_slice().len()),
        problems: problems.into_iter().map(|one| one.told(output)).collect(),
        start,
    };
    output.result(&report, &text(&report, output))?;
    match failed {
        Some(error) => Err(error),
        None if report.problems.is_empty() => Ok(Exit::Ok),
        None => Ok(Exit::Configuration),
    }
}

/// Reads a file and collects its problems; the settings, if a node would start with them.
fn read<T>(
    path: &Path,
    problems: &mut Vec<Problem>,
    settings: impl FnOnce(&Ini) -> Result<T, ConfigError>,
) -> Result<Option<T>, Error> {
    let ini = match Ini::read(path) {
        Ok(ini) => ini,
        Err(cause) if matches!(cause.problem(), config::Problem::Unreadable(_)) => {
            return Err(Error::config("nothing was checked", &cause));
        }
        Err(cause) => {
            problems.push(Problem::error(&cause));
            return Ok(None);
        }
    };
    problems.extend(config::check(&ini).iter().map(Problem::warning));
    match settings(&ini) {
        Ok(settings) => Ok(Some(settings)),
        Err(cause) => {
            problems.push(Problem::error(&cause));
            Ok(None)
        }
    }
}

/// The genesis file that is named, else the one beside `config.ini`, if it is there.
fn genesis_file(arguments: &CheckArguments, config: &Path) -> Option<PathBuf> {
    let beside = || Some(config.with_file_name("config.genesis")).filter(|path| path.exists());
    arguments.genesis.clone().or_else(beside)
}

/// The consensus nodes of a chain with SM2 whose ids are no public keys.
pub(in crate::command) fn no_keys(genesis: &Genesis, ini: &Ini) -> Vec<Problem> {
    let is_key = |text: &str| {
        let id = text.split(':').next().unwrap_or_default().trim();
        id.parse()
            .is_ok_and(|id: NodeId| curve::is_on_curve(id.public_key()))
    };
    let sm_crypto = genesis.sm_crypto() == Some(true);
    ini.section("consensus")
        .filter(|entry| sm_crypto && entry.key().starts_with("node."))
        .filter(|entry| !is_key(entry.value()))
        .map(|entry| Problem::no_key(&entry.location()))
        .collect()
}

/// What neither file shows alone.
pub(in crate::command) fn card_without_sm(
    config: &NodeConfig,
    genesis: &Genesis,
    ini: &Ini,
) -> Option<Problem> {
    // Nodes before 3.1 have it in config.ini, whose own warning says it then.
    let sm_crypto = genesis.sm_crypto().or(config.sm_crypto());
    let in_card = matches!(config.key(), KeySource::Card(_));
    let told = genesis.sm_crypto().is_none() && config.sm_crypto() == Some(false);
    let line = ini.entry("chain", "sm_crypto").map(|entry| entry.line());
    (in_card && sm_crypto != Some(true) && !told)
        .then(|| Problem::without_sm_crypto(genesis.file(), line))
}

fn start(
    config: &NodeConfig,
    genesis: Option<&Genesis>,
    arguments: &StartArguments,
    output: Output,
) -> Result<StartReport, Error> {
    if let KeySource::Card(card) = config.key() {
        let library = card.library().display().to_string();
        output.note(&format!("device: library {library}"));
        open_calls::uses_library(&library);
    }
    let mut options = CryptoOptions::default()
        .with_dialect(arguments.dialect.clone())
        .with_observer(arguments.observer);
    if let Some(source) = password(config, arguments) {
        options = options.with_password(source);
    }
    let crypto = NodeCrypto::from_config(config, genesis, &options).map_err(Error::start)?;
    Ok(StartReport {
        in_card: crypto.is_in_card(),
        node_id: crypto.node_id().to_string(),
    })
}

/// Where the password comes from, if not from config.ini; the environment counts only where that has none.
fn password(config: &NodeConfig, arguments: &StartArguments) -> Option<PasswordSource> {
    if let Some(path) = &arguments.password_file {
        return Some(PasswordSource::File(path.clone()));
    }
    let variable = match config.key() {
        KeySource::Card(card) if card.password().is_empty() => "GMT0018_PASSWORD",
        KeySource::File(_) => "GMT0018_PEM_PASSWORD",
        _ => return None,
    };
    environment(variable).map(|_| PasswordSource::Environment(variable.into()))
}

fn key(config: &NodeConfig) -> KeyReport {
    let (kept, library, key_index) = match config.key() {
        KeySource::Card(card) => {
            let library = card.library().display().to_string();
            ("card", Some(library), Some(card.index()))
        }
        KeySource::File(_) => ("file", None, None),
        _ => ("service", None, None),
    };
    KeyReport {
        kept,
        library,
        key_index,
        private_key_path: config.private_key_path().display().to_string(),
    }
}

fn text(report: &Report, output: Output) -> String {
    let mut text: String = report.problems.iter().map(ToString::to_string).collect();
    if let Some(key) = &report.key {
        let place = match (&key.library, key.key_index) {
            (Some(library), Some(index)) => format!("in a card, index {index}, library {library}"),
            _ if key.kept == "file" => format!("in the file {}", key.private_key_path),
            _ => "with a key service".to_owned(),
        };
        text += &format!("key: {place}\n");
    }
    if let Some(sealers) = report.sealers {
        text += &format!("consensus nodes: {sealers}\n");
    }
    if let Some(start) = &report.start {
        let ok = output.paint(Tone::Ok, "ok");
        text += &format!("start checks: {ok}, node id {}\n", start.node_id);
    }
    let fixable = report
        .problems
        .iter()
        .filter(|one| one.is_fixable())
        .count();
    text += &match (report.problems.len(), fixable) {
        (0, _) => "no problems\n".to_owned(),
        (count, 0) => counted(count, "problem") + "\n",
        (count, _) => format!(
            "{}; `gmt0018 config fix` mends {fixable}\n",
            counted(count, "problem")
        ),
    };
    text
}
