//! What the node is told: `config.ini`, `config.genesis` and `nodes.json`.
//!
//! The files are those of a FISCO BCOS node and are read by its rules; keys that this node has no use for are left alone.
//! Relative paths begin in the directory of `config.ini`, which the start script enters.

mod value;

use std::{
    io::Read as _,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use fisco_node::{
    block::{Sealer, SealerList, SealerListError},
    config::{ConfigError, ConsensusType, Genesis, NodeConfig, ini::Ini},
};

use crate::ledger::genesis;
use value::Section;

/// What the node is told.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Where peers are listened to.
    pub(crate) p2p: SocketAddr,
    /// Where JSON-RPC is listened to.
    pub(crate) rpc: SocketAddr,
    /// The addresses of all nodes, this one included, from `nodes.json`.
    pub(crate) nodes: Vec<String>,
    /// The directory of the ledger.
    pub(crate) data: PathBuf,
    /// What is logged, and where to.
    pub(crate) log: LogSettings,
    /// The least time between two blocks.
    pub(crate) min_seal_time: Duration,
    /// The most transactions that wait.
    pub(crate) pool_limit: usize,
    /// The most transactions of a block.
    pub(crate) transactions_per_block: usize,
    /// How long a proposer has.
    pub(crate) consensus_timeout: Duration,
    /// Which chain it is.
    pub(crate) chain: ChainName,
    /// Who agrees on blocks.
    pub(crate) sealers: SealerList,
    /// The version of the chain's data as headers have it, a byte for each part.
    pub(crate) version: i32,
    /// The configuration as the genesis block carries it.
    pub(crate) extra_data: String,
}

/// A chain's name, which transactions and peers must give.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ChainName {
    /// The chain, such as `chain0`.
    pub(crate) chain_id: String,
    /// The group, such as `group0`.
    pub(crate) group_id: String,
}

/// What is logged, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogSettings {
    /// Whether anything is.
    pub(crate) enable: bool,
    /// The directory of the files.
    pub(crate) path: PathBuf,
    /// The least severe events that are written.
    pub(crate) level: tracing::Level,
    /// How many bytes a file may have.
    pub(crate) max_file_size: u64,
}

impl Settings {
    /// Reads the two files and the `nodes.json` that the first one names.
    ///
    /// # Errors
    /// [`SettingsError`] with the file and the key of the first mistake.
    pub(crate) fn read(config: &Path, genesis: &Path) -> Result<Self, SettingsError> {
        Self::from_ini(&Ini::read(config)?, &Ini::read(genesis)?)
    }

    /// Takes the settings from files that were read, but for `nodes.json`, which is read.
    ///
    /// # Errors
    /// As [`Settings::read`].
    pub(crate) fn from_ini(config: &Ini, genesis_file: &Ini) -> Result<Self, SettingsError> {
        let directory = config.file().parent().unwrap_or(Path::new(""));
        let genesis = Genesis::from_ini(genesis_file)?;
        let in_config = NodeConfig::from_ini(config)?;
        if genesis.consensus_type() != ConsensusType::Pbft {
            let section = Section::new(genesis_file, "consensus");
            return Err(section.wrong("consensus_type", "pbft, the only one that this node has"));
        }
        let name = |key, in_genesis: Option<&str>, in_config: Option<&str>| {
            let name = in_genesis.or(in_config).map(str::to_owned);
            name.ok_or_else(|| Section::new(genesis_file, "chain").missing(key))
        };
        let chain = ChainName {
            chain_id: name("chain_id", genesis.chain_id(), in_config.chain_id())?,
            group_id: name("group_id", genesis.group_id(), in_config.group_id())?,
        };
        let p2p = Section::new(config, "p2p");
        let consensus = Section::new(genesis_file, "consensus");
        let min_seal_time = Section::new(config, "consensus").number("min_seal_time", 500, 1)?;
        let timeout = consensus.number("consensus_timeout", LEAST_TIMEOUT, LEAST_TIMEOUT)?;
        let limit = Section::new(config, "txpool").number("limit", 15_000, 1)?;
        let nodes_file = directory
            .join(p2p.text("nodes_path", "./"))
            .join(p2p.text("nodes_file", "nodes.json"));
        Ok(Self {
            p2p: address(p2p, 30_300)?,
            rpc: address(Section::new(config, "rpc"), 20_200)?,
            nodes: nodes(&nodes_file)?,
            data: directory.join(Section::new(config, "storage").text("data_path", "data")),
            log: log(Section::new(config, "log"), directory)?,
            min_seal_time: Duration::from_millis(min_seal_time),
            pool_limit: usize::try_from(limit).unwrap_or(usize::MAX),
            transactions_per_block: usize::try_from(genesis.block_tx_count_limit())
                .unwrap_or(usize::MAX),
            consensus_timeout: Duration::from_millis(timeout),
            sealers: sealers(&genesis)?,
            version: genesis::version(&genesis),
            extra_data: genesis::extra_data(&genesis, genesis_file, &chain),
            chain,
        })
    }
}

/// Why the node cannot start with its files.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    /// One of the two files is none, or a key that the library reads is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A value is not what it should be.
    #[error("{place}: {found:?} is not {wanted}")]
    Value {
        /// File, line, section and key.
        place: String,
        /// The value.
        found: String,
        /// What it should be.
        wanted: String,
    },
    /// A key without a default is not there.
    #[error("{place}: the key is missing")]
    Missing {
        /// File, section and key.
        place: String,
    },
    /// The sealers are no list of sealers.
    #[error("{}: [consensus] node.N: {error}", file.display())]
    Sealers {
        /// `config.genesis`.
        file: PathBuf,
        /// What is wrong with them.
        error: SealerListError,
    },
    /// `nodes.json` cannot be used.
    #[error("{}: {problem}", file.display())]
    Nodes {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

fn address(section: Section<'_>, port: u16) -> Result<SocketAddr, SettingsError> {
    let everywhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let ip = section.parsed("listen_ip", everywhere, "an IP address such as 127.0.0.1")?;
    let port = section.parsed("listen_port", port, "a port from 0 to 65535")?;
    Ok(SocketAddr::new(ip, port))
}

fn log(section: Section<'_>, directory: &Path) -> Result<LogSettings, SettingsError> {
    use tracing::Level;

    let level = match section.text("level", "info").to_ascii_lowercase().as_str() {
        "trace" => Level::TRACE,
        "debug" => Level::DEBUG,
        "info" => Level::INFO,
        "warning" | "warn" => Level::WARN,
        "error" | "fatal" => Level::ERROR,
        _ => return Err(section.wrong("level", "trace, debug, info, warning, error or fatal")),
    };
    let megabytes = section.number("max_log_file_size", 1024, 1)?;
    Ok(LogSettings {
        enable: section.boolean("enable", true),
        path: directory.join(section.text("log_path", "./log")),
        level,
        max_file_size: megabytes.saturating_mul(1 << 20),
    })
}

fn sealers(genesis: &Genesis) -> Result<SealerList, SettingsError> {
    let sealers = genesis.sealers().as_slice().iter().map(|sealer| Sealer {
        key: *sealer.node_id.public_key(),
        weight: sealer.weight,
    });
    SealerList::new(sealers).map_err(|error| SettingsError::Sealers {
        file: genesis.file().to_path_buf(),
        error,
    })
}

/// Reads `{"nodes":["127.0.0.1:30300", ...]}`.
fn nodes(file: &Path) -> Result<Vec<String>, SettingsError> {
    let refused = |problem: String| SettingsError::Nodes {
        file: file.to_path_buf(),
        problem,
    };
    let mut text = Vec::new();
    std::fs::File::open(file)
        .and_then(|opened| opened.take(LONGEST_NODES + 1).read_to_end(&mut text))
        .map_err(|error| refused(format!("the file cannot be read: {error}")))?;
    if text.len() as u64 > LONGEST_NODES {
        return Err(refused(format!(
            "the file has more than {LONGEST_NODES} bytes"
        )));
    }
    let json: serde_json::Value = serde_json::from_slice(&text)
        .map_err(|error| refused(format!("the file is no JSON: {error}")))?;
    let list = json
        .get("nodes")
        .and_then(serde_json::Value::as_array)
        .ok_or_else(|| refused("\"nodes\" is not a list of addresses".to_owned()))?;
    let mut nodes: Vec<String> = Vec::new();
    for (index, node) in list.iter().enumerate() {
        let node = node
            .as_str()
            .filter(|node| is_host_and_port(node))
            .ok_or_else(|| {
                refused(format!(
                    "nodes[{index}] is {node}, not an address and a port such as 127.0.0.1:30300"
                ))
            })?;
        if nodes.iter().any(|other| other == node) {
            return Err(refused(format!("nodes[{index}], {node}, is there twice")));
        }
        nodes.push(node.to_owned());
    }
    match nodes.len() {
        0 => Err(refused("\"nodes\" is empty".to_owned())),
        1..=MOST_NODES => Ok(nodes),
        many => Err(refused(format!(
            "{many} nodes, at most {MOST_NODES} are possible"
        ))),
    }
}

fn is_host_and_port(node: &str) -> bool {
    node.rsplit_once(':').is_some_and(|(host, port)| {
        let digits = port.bytes().all(|byte| byte.is_ascii_digit());
        let host_stands = match host.strip_prefix('[') {
            Some(address) => address
                .strip_suffix(']')
                .is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok()),
            None => {
                !host.is_empty()
                    && host
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
            }
        };
        host_stands && digits && port.parse::<u16>().is_ok_and(|port| port != 0)
    })
}

/// In milliseconds; a FISCO BCOS node refuses less.
const LEAST_TIMEOUT: u64 = 3000;

/// In bytes.
const LONGEST_NODES: u64 = 1 << 20;

const MOST_NODES: usize = 1000;

#[cfg(test)]
pub(crate) mod tests;
