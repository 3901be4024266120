//! A node's files: its configuration, and what says which key it has.

use std::path::{Path, PathBuf};

use fisco_node::{
    config::{self, Genesis, KeySource, NodeConfig, Password, ini::Ini},
    identity::{NodeId, NodePem, NodePemError},
};

use super::check::Checks;
use crate::{
    arguments::DoctorArguments,
    catalogue::{Texts, Value},
    command::config::{check, config_file, is_genesis, problem::Problem},
    error::{Error, of_node_id, of_node_key, of_system},
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
                NO_NODE,
                Some((
                    "pass --config with the directory of a node",
                    "用 --config 指定节点目录",
                )),
            ),
        }
        match genesis_file(arguments, path.as_deref()) {
            Some(path) => node.read_genesis(&path, checks),
            None => checks.skip(
                GENESIS,
                ("there is no config.genesis", "没有 config.genesis"),
                path.is_some()
                    .then_some(("pass --genesis", "用 --genesis 指定")),
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
            let path = path.display();
            let subject = (
                format!("{path}, {count} consensus node(s)"),
                format!("{path}，{count} 个共识节点"),
            );
            checks.ok(GENESIS, subject);
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
                || {
                    Value::new(
                        "the software card in this program",
                        "本程序内置的软件密码卡",
                    )
                },
                |path| Value::new(path.display(), format_args!("动态库 {}", path.display())),
            );
            let configured = card.library().display();
            checks.warn(
                "config.library",
                (
                    format!("examined is {}", examined.english),
                    format!("检查的是{}", examined.chinese),
                ),
                (
                    format!("config.ini names {configured}"),
                    format!("config.ini 配置的是 {configured}"),
                ),
                (
                    "leave out --lib and --soft-dir, and unset $GMT0018_LIB, to examine what the node uses",
                    "如需检查节点实际使用的动态库，请去掉 --lib 和 --soft-dir，并取消环境变量 GMT0018_LIB",
                ),
            );
        }
    }

    /// Compares node.pem, node.nodeid and config.genesis with the node's key.
    pub(super) fn examine_files(&self, key: Option<NodeId>, because: &Value, checks: &mut Checks) {
        let Some(config) = &self.config else {
            let because = if self.is_named {
                ("config.ini cannot be used", "config.ini 无法使用")
            } else {
                NO_NODE
            };
            checks.skip_all(&[NODE_PEM, NODE_ID, GENESIS_KEY], because);
            return;
        };
        let path = config.private_key_path();
        self.node_pem(path, key.as_ref(), because, checks);
        let Some(key) = key else {
            checks.skip_all(&[NODE_ID, GENESIS_KEY], because.clone());
            return;
        };
        node_id(&path.with_file_name("node.nodeid"), &key, checks);
        self.sealer(&key, checks);
    }

    fn node_pem(&self, path: &Path, key: Option<&NodeId>, because: &Value, checks: &mut Checks) {
        let in_file = self.config.as_ref().map(NodeConfig::key);
        let in_file = matches!(in_file, Some(KeySource::File(_)));
        match (NodePem::read(path, None), key) {
            (Err(NodePemError::Unreadable(_)), _) if !in_file && !path.exists() => {
                let path = path.display();
                let subject = (
                    format!("{path} is not there, and not needed"),
                    format!("{path} 不存在，节点也不需要它"),
                );
                checks.ok(NODE_PEM, subject);
            }
            (Err(cause), _) if in_file => {
                let Texts { what, why, advice } = Error::node_key(path, &cause).into_words();
                checks.fail(NODE_PEM, Exit::Key, what, why, advice);
            }
            (Err(cause), _) => checks.warn(
                NODE_PEM,
                (
                    format!("{} is no key that can be read", path.display()),
                    format!("{} 不是可读取的密钥文件", path.display()),
                ),
                of_node_key(&cause),
                (
                    "the node does not read it; tools do: write one with `gmt0018 node-pem`",
                    "节点不读取该文件，但其他工具会读取：请用 `gmt0018 node-pem` 生成",
                ),
            ),
            (Ok(_), None) => checks.skip(NODE_PEM, because.clone(), None),
            (Ok(pem), Some(key)) => {
                let advice = (
                    "write the card's with `gmt0018 node-pem`, or mend key_index",
                    "用 `gmt0018 node-pem` 写入密码卡的公钥，或改正 key_index",
                );
                compare(NODE_PEM, path, &pem.node_id(), key, advice, checks);
            }
        }
    }

    fn sealer(&self, key: &NodeId, checks: &mut Checks) {
        let Some(genesis) = &self.genesis else {
            checks.skip(
                GENESIS_KEY,
                (
                    "config.genesis is not there or not usable",
                    "config.genesis 不存在或无法使用",
                ),
                None,
            );
            return;
        };
        let count = genesis.sealers().as_slice().len();
        match genesis.sealers().position(key) {
            Some(at) => {
                let number = at.saturating_add(1);
                let subject = (
                    format!("the node is consensus node {number} of {count}"),
                    format!("本节点是 {count} 个共识节点中的第 {number} 个"),
                );
                checks.ok(GENESIS_KEY, subject);
            }
            None if self.is_observer => {
                let subject = (
                    format!("the node is an observer beside {count} consensus node(s)"),
                    format!("本节点是观察节点，链上有 {count} 个共识节点"),
                );
                checks.ok(GENESIS_KEY, subject);
            }
            None => checks.fail(
                GENESIS_KEY,
                Exit::Configuration,
                (
                    format!(
                        "config.genesis has {count} consensus node(s), and this is none of them"
                    ),
                    format!("config.genesis 的 {count} 个共识节点中没有本节点"),
                ),
                (
                    format!("the node's id is {key}"),
                    format!("本节点的节点 ID 是 {key}"),
                ),
                (
                    "mend key_index or the node's line in config.genesis, or pass --observer",
                    "改正 key_index 或 config.genesis 中本节点那一行；如果是观察节点，请加 --observer",
                ),
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
            KeySource::Card(card) => Value::new(
                format_args!("in a card, index {}", card.index()),
                format_args!("在密码卡中，密钥索引 {}", card.index()),
            ),
            KeySource::File(path) => Value::new(
                format_args!("in the file {}", path.display()),
                format_args!("在文件 {} 中", path.display()),
            ),
            _ => Value::new("with a key service", "由密钥服务保管"),
        };
        let path = path.display();
        let subject = (
            format!("{path}, key {}", place.english),
            format!("{path}，密钥{}", place.chinese),
        );
        checks.ok(CONFIG, subject);
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
        let Texts { what, why, advice } = problem.into_words();
        if is_error {
            checks.fail(id, Exit::Configuration, what, why, advice);
        } else {
            checks.warn(id, what, why, advice);
        }
    }
}

fn node_id(path: &Path, key: &NodeId, checks: &mut Checks) {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(cause) => {
            let (path, cause) = (path.display(), of_system(&cause));
            let because = (
                format!("{path} cannot be read: {}", cause.english),
                format!("无法读取 {path}：{}", cause.chinese),
            );
            checks.skip(NODE_ID, because, None);
            return;
        }
    };
    match text.trim().parse() {
        Ok(found) => {
            let advice = (
                "write it with `gmt0018 node-id`; the node does not read it, tools do",
                "用 `gmt0018 node-id` 重新写入；节点不读取该文件，但其他工具会读取",
            );
            compare(NODE_ID, path, &found, key, advice, checks);
        }
        Err(cause) => checks.warn(
            NODE_ID,
            (
                format!("{} is no node id", path.display()),
                format!("{} 的内容不是节点 ID", path.display()),
            ),
            of_node_id(&cause),
            (
                "write it with `gmt0018 node-id`",
                "用 `gmt0018 node-id` 重新写入",
            ),
        ),
    }
}

fn compare(
    id: &'static str,
    path: &Path,
    found: &NodeId,
    key: &NodeId,
    advice: (&str, &str),
    checks: &mut Checks,
) {
    let path = path.display();
    if found == key {
        let subject = (
            format!("{path} has the node's key"),
            format!("{path} 与节点的密钥一致"),
        );
        checks.ok(id, subject);
    } else {
        checks.fail(
            id,
            Exit::Configuration,
            (
                format!("{path} is of another key"),
                format!("{path} 对应的是另一把密钥"),
            ),
            (
                format!("it has {found}, and the node signs with {key}"),
                format!("文件中是 {found}，而节点用 {key} 签名"),
            ),
            advice,
        );
    }
}

const NO_NODE: (&str, &str) = ("no node was named", "没有指定节点");

const CONFIG: &str = "config";
const GENESIS: &str = "genesis";
const NODE_PEM: &str = "node.pem";
const NODE_ID: &str = "node.nodeid";
const GENESIS_KEY: &str = "genesis.key";
