//! A node's files: its configuration, and what says which key it has.

use std::path::{Path, PathBuf};

use fisco_node::{
    config::{self, Genesis, KeySource, NodeConfig, Password, ini::Ini},
    identity::{NodeId, NodePem, NodePemError},
};

use super::check::Checks;
use crate::{
    arguments::DoctorArguments,
    catalogue::Texts,
    command::config::{check, config_file, is_genesis, problem::Problem},
    error::Error,
    exit::Exit,
};

/// What could be read of a node.
#[derive(Debug, Default)]
pub(super) struct Node {
    is_named: bool,
    is_observer: bool,
    config: Option<NodeConfig>,
    genesis: Option<Genesis>,
}

impl Node {
    /// Reads config.ini and config.genesis.
    pub(super) fn examine(arguments: &DoctorArguments, checks: &mut Checks) -> Self {
        let mut node = Self {
            is_named: arguments.config.is_some(),
            is_observer: arguments.observer,
            ..Self::default()
        };
        let path = arguments.config.as_deref().map(config_file);
        match &path {
            Some(path) => node.config = read_config(path, checks),
            None => checks.skip(
                CONFIG,
                "no node was named",
                Some("pass --config with the directory of a node"),
            ),
        }
        match genesis_file(arguments, path.as_deref()) {
            Some(path) => node.read_genesis(&path, checks),
            None => checks.skip(
                GENESIS,
                "there is no config.genesis",
                path.is_some().then_some("pass --genesis"),
            ),
        }
        node
    }

    fn read_genesis(&mut self, path: &Path, checks: &mut Checks) {
        let Some(ini) = read(GENESIS, path, checks) else {
            return;
        };
        let genesis = match Genesis::from_ini(&ini) {
            Ok(genesis) => genesis,
            Err(cause) => {
                problems(GENESIS, vec![Problem::error(&cause)], checks);
                return;
            }
        };
        let mut found: Vec<Problem> = config::check(&ini).iter().map(Problem::warning).collect();
        found.extend(check::no_keys(&genesis, &ini));
        let config = self.config.as_ref();
        found.extend(config.and_then(|config| check::card_without_sm(config, &genesis, &ini)));
        if found.is_empty() {
            let count = genesis.sealers().as_slice().len();
            checks.ok(
                GENESIS,
                format!("{}, {count} consensus node(s)", path.display()),
            );
        }
        problems(GENESIS, found, checks);
        self.genesis = Some(genesis);
    }

    pub(super) const fn config(&self) -> Option<&NodeConfig> {
        self.config.as_ref()
    }

    /// The index that config.ini names, if the key is in a card.
    pub(super) fn key_index(&self) -> Option<u32> {
        match self.config.as_ref()?.key() {
            KeySource::Card(card) => Some(card.index()),
            _ => None,
        }
    }

    /// The password that config.ini names, if the key is in a card.
    pub(super) fn password(&self) -> Option<&Password> {
        match self.config.as_ref()?.key() {
            KeySource::Card(card) => Some(card.password()),
            _ => None,
        }
    }

    /// The node's key: the one in node.pem if it signs with that, else the one of the card.
    pub(super) fn key(&self, in_card: Option<NodeId>) -> Option<NodeId> {
        match self.config.as_ref().map(NodeConfig::key) {
            Some(KeySource::File(path)) => NodePem::read(path, None).ok().map(|pem| pem.node_id()),
            _ => in_card,
        }
    }

    /// Warns if what is examined is not what the node uses.
    pub(super) fn compare_library(&self, examined: Option<&Path>, checks: &mut Checks) {
        let Some(KeySource::Card(card)) = self.config.as_ref().map(NodeConfig::key) else {
            return;
        };
        // Two names of one file are one library.
        let file = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        if examined.map(file) != Some(file(card.library())) {
            let examined = examined.map_or_else(
                || "the software card in this program".to_owned(),
                |path| path.display().to_string(),
            );
            checks.warn(
                "config.library",
                format!("examined is {examined}"),
                format!("config.ini names {}", card.library().display()),
                "leave out --lib and --soft-dir, and unset $GMT0018_LIB, to examine what the node uses",
            );
        }
    }

    /// Compares node.pem, node.nodeid and config.genesis with the node's key.
    pub(super) fn examine_files(&self, key: Option<NodeId>, because: &str, checks: &mut Checks) {
        let Some(config) = &self.config else {
            let because = if self.is_named {
                "config.ini cannot be used"
            } else {
                "no node was named"
            };
            checks.skip_all(&[NODE_PEM, NODE_ID, GENESIS_KEY], because);
            return;
        };
        let path = config.private_key_path();
        self.node_pem(path, key.as_ref(), because, checks);
        let Some(key) = key else {
            checks.skip_all(&[NODE_ID, GENESIS_KEY], because);
            return;
        };
        node_id(&path.with_file_name("node.nodeid"), &key, checks);
        self.sealer(&key, checks);
    }

    fn node_pem(&self, path: &Path, key: Option<&NodeId>, because: &str, checks: &mut Checks) {
        let in_file = self.config.as_ref().map(NodeConfig::key);
        let in_file = matches!(in_file, Some(KeySource::File(_)));
        match (NodePem::read(path, None), key) {
            (Err(NodePemError::Unreadable(_)), _) if !in_file && !path.exists() => {
                checks.ok(
                    NODE_PEM,
                    format!("{} is not there, and not needed", path.display()),
                );
            }
            (Err(cause), _) if in_file => {
                let Texts { what, why, advice } = Error::node_key(path, &cause).into_words();
                checks.fail(NODE_PEM, Exit::Key, what, why, advice);
            }
            (Err(cause), _) => checks.warn(
                NODE_PEM,
                format!("{} is no key that can be read", path.display()),
                cause.to_string(),
                "the node does not read it; tools do: write one with `gmt0018 node-pem`",
            ),
            (Ok(_), None) => checks.skip(NODE_PEM, because, None),
            (Ok(pem), Some(key)) => {
                let advice = "write the card's with `gmt0018 node-pem`, or mend key_index";
                compare(NODE_PEM, path, &pem.node_id(), key, advice, checks);
            }
        }
    }

    fn sealer(&self, key: &NodeId, checks: &mut Checks) {
        let Some(genesis) = &self.genesis else {
            checks.skip(
                GENESIS_KEY,
                "config.genesis is not there or not usable",
                None,
            );
            return;
        };
        let count = genesis.sealers().as_slice().len();
        match genesis.sealers().position(key) {
            Some(at) => checks.ok(
                GENESIS_KEY,
                format!(
                    "the node is consensus node {} of {count}",
                    at.saturating_add(1)
                ),
            ),
            None if self.is_observer => checks.ok(
                GENESIS_KEY,
                format!("the node is an observer beside {count} consensus node(s)"),
            ),
            None => checks.fail(
                GENESIS_KEY,
                Exit::Configuration,
                format!("config.genesis has {count} consensus node(s), and this is none of them"),
                format!("the node's id is {key}"),
                "mend key_index or the node's line in config.genesis, or pass --observer",
            ),
        }
    }
}

/// The genesis file that is named, else the one beside `config.ini`, if it is there.
fn genesis_file(arguments: &DoctorArguments, config: Option<&Path>) -> Option<PathBuf> {
    let beside = || Some(config?.with_file_name("config.genesis")).filter(|path| path.exists());
    arguments.genesis.clone().or_else(beside)
}

fn read_config(path: &Path, checks: &mut Checks) -> Option<NodeConfig> {
    let ini = read(CONFIG, path, checks)?;
    if is_genesis(&ini) {
        checks.error(CONFIG, Error::genesis_for_config(path));
        return None;
    }
    let mut found: Vec<Problem> = config::check(&ini).iter().map(Problem::warning).collect();
    let config = NodeConfig::from_ini(&ini);
    found.extend(config.as_ref().err().map(Problem::error));
    let config = config.ok();
    if let Some(config) = config.as_ref().filter(|_| found.is_empty()) {
        let place = match config.key() {
            KeySource::Card(card) => format!("in a card, index {}", card.index()),
            KeySource::File(path) => format!("in the file {}", path.display()),
            _ => "with a key service".to_owned(),
        };
        checks.ok(CONFIG, format!("{}, key {place}", path.display()));
    }
    problems(CONFIG, found, checks);
    config
}

fn read(id: &'static str, path: &Path, checks: &mut Checks) -> Option<Ini> {
    Ini::read(path)
        .map_err(|cause| {
            let what = format!("{} cannot be used", path.display());
            checks.error(id, Error::config(&what, &cause));
        })
        .ok()
}

fn problems(id: &'static str, found: Vec<Problem>, checks: &mut Checks) {
    for problem in found {
        let is_error = problem.is_error();
        let (subject, why, advice) = problem.into_words();
        if is_error {
            checks.fail(id, Exit::Configuration, subject, why, advice);
        } else {
            checks.warn(id, subject, why, advice);
        }
    }
}

fn node_id(path: &Path, key: &NodeId, checks: &mut Checks) {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(cause) => {
            checks.skip(
                NODE_ID,
                &format!("{} cannot be read: {cause}", path.display()),
                None,
            );
            return;
        }
    };
    match text.trim().parse() {
        Ok(found) => {
            let advice = "write it with `gmt0018 node-id`; the node does not read it, tools do";
            compare(NODE_ID, path, &found, key, advice, checks);
        }
        Err(cause) => checks.warn(
            NODE_ID,
            format!("{} is no node id", path.display()),
            cause.to_string(),
            "write it with `gmt0018 node-id`",
        ),
    }
}

fn compare(
    id: &'static str,
    path: &Path,
    found: &NodeId,
    key: &NodeId,
    advice: &str,
    checks: &mut Checks,
) {
    if found == key {
        checks.ok(id, format!("{} has the node's key", path.display()));
    } else {
        checks.fail(
            id,
            Exit::Configuration,
            format!("{} is of another key", path.display()),
            format!("it has {found}, and the node signs with {key}"),
            advice,
        );
    }
}

const CONFIG: &str = "config";
const GENESIS: &str = "genesis";
const NODE_PEM: &str = "node.pem";
const NODE_ID: &str = "node.nodeid";
const GENESIS_KEY: &str = "genesis.key";
