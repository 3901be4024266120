//! `config.genesis`: what all nodes of a chain agree on.

mod sealers;

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use super::{ConfigError, Problem, chain, ini::Ini};
pub use sealers::{Sealer, SealerError, SealerSet};

/// What a chain's `config.genesis` says.
///
/// ```
/// use fisco_node::config::{Genesis, ini::Ini};
///
/// let [one, two] = ["1b", "0a"].map(|byte| byte.repeat(64));
/// let text = format!(
///     "[chain]\nsm_crypto=true\ngroup_id=group0\nchain_id=chain0\n\
///      [consensus]\nblock_tx_count_limit=1000\nnode.0={one}: 1\nnode.1={two}:2\n\
///      [version]\ncompatibility_version=3.16.0\n[executor]\nauth_admin_account=0x01\n"
/// );
/// let genesis = Genesis::from_ini(&Ini::parse("config.genesis", text)?)?;
/// assert_eq!(genesis.sm_crypto(), Some(true));
/// // The order is that of the keys, not that of the file.
/// assert_eq!(genesis.sealers().position(&two.parse()?), Some(0));
/// assert_eq!(genesis.sealers().total_weight(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Genesis {
    file: PathBuf,
    sm_crypto: Option<bool>,
    group_id: Option<String>,
    chain_id: Option<String>,
    consensus_type: ConsensusType,
    block_tx_count_limit: u64,
    leader_period: u64,
    compatibility_version: Option<ChainVersion>,
    sealers: SealerSet,
}

impl Genesis {
    /// Reads a `config.genesis`.
    ///
    /// # Errors
    /// When the file is none, or the node would not start with it.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Self::from_ini(&Ini::read(path)?)
    }

    /// Takes the settings from a file that was read.
    ///
    /// # Errors
    /// When there is no consensus node, one is there twice, or a value is none that the node takes.
    pub fn from_ini(ini: &Ini) -> Result<Self, ConfigError> {
        let version = match ini.entry("version", "compatibility_version") {
            None => None,
            Some(entry) => Some(entry.value().parse().map_err(|UnknownVersion| {
                entry.wrong("a version such as 3.16.0", "write the version of the chain")
            })?),
        };
        if version.is_some_and(|version| version >= ChainVersion::new(3, 3, 0)) {
            let account = ini.entry("executor", "auth_admin_account");
            if account.is_none_or(|entry| entry.value().is_empty()) {
                let location = ini.missing("executor", "auth_admin_account");
                let hint = "from version 3.3.0 on the node does not start without: write the address of an account";
                return Err(ConfigError::new(location, Problem::Missing { hint }));
            }
        }
        Ok(Self {
            file: ini.file().to_path_buf(),
            sm_crypto: chain::sm_crypto(ini),
            group_id: name(ini, "group_id")?,
            chain_id: name(ini, "chain_id")?,
            consensus_type: consensus_type(ini)?,
            block_tx_count_limit: positive(ini, "block_tx_count_limit", 1000)?,
            leader_period: positive(ini, "leader_period", 1)?,
            compatibility_version: version,
            sealers: SealerSet::from_ini(ini)?,
        })
    }

    chain::accessors!();

    /// How the nodes agree on blocks; PBFT if the file does not say.
    #[must_use]
    pub const fn consensus_type(&self) -> ConsensusType {
        self.consensus_type
    }

    /// The most transactions of a block; 1000 if the file does not say.
    #[must_use]
    pub const fn block_tx_count_limit(&self) -> u64 {
        self.block_tx_count_limit
    }

    /// How many blocks a leader makes; 1 if the file does not say.
    #[must_use]
    pub const fn leader_period(&self) -> u64 {
        self.leader_period
    }

    /// The version of the chain's data.
    #[must_use]
    pub const fn compatibility_version(&self) -> Option<ChainVersion> {
        self.compatibility_version
    }

    /// The nodes that agree on blocks from the first one on.
    #[must_use]
    pub const fn sealers(&self) -> &SealerSet {
        &self.sealers
    }
}

/// How the nodes agree on blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ConsensusType {
    /// All nodes, by PBFT.
    #[default]
    Pbft,
    /// Some nodes, changing every epoch.
    Rpbft,
}

impl fmt::Display for ConsensusType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Pbft => "pbft",
            Self::Rpbft => "rpbft",
        })
    }
}

/// The version of a chain's data, `compatibility_version`.
///
/// ```
/// use fisco_node::config::ChainVersion;
///
/// let version: ChainVersion = "3.16.0".parse()?;
/// assert!(version > ChainVersion::new(3, 3, 0));
/// assert_eq!(version.to_string(), "3.16.0");
/// # Ok::<(), fisco_node::config::UnknownVersion>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainVersion([u8; 3]);

impl ChainVersion {
    /// Puts a version together.
    #[must_use]
    pub const fn new(major: u8, minor: u8, patch: u8) -> Self {
        Self([major, minor, patch])
    }
}

impl FromStr for ChainVersion {
    type Err = UnknownVersion;

    /// Reads two or three numbers with dots between.
    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        let mut numbers = [0; 3];
        let mut parts = text.split('.');
        for (index, number) in numbers.iter_mut().enumerate() {
            match parts.next() {
                Some(part) => *number = part.parse().map_err(|_| UnknownVersion)?,
                None if index == 2 => {}
                None => return Err(UnknownVersion),
            }
        }
        match parts.next() {
            None => Ok(Self(numbers)),
            Some(_) => Err(UnknownVersion),
        }
    }
}

impl fmt::Display for ChainVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(formatter, "{major}.{minor}.{patch}")
    }
}

/// A text is no version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a version is two or three numbers with dots between, such as 3.16.0")]
#[non_exhaustive]
pub struct UnknownVersion;

fn name(ini: &Ini, key: &str) -> Result<Option<String>, ConfigError> {
    let Some(entry) = ini.entry("chain", key) else {
        return Ok(None);
    };
    let value = entry.value();
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(entry.wrong("a name of letters and digits", "use 0-9, a-z and A-Z only"));
    }
    Ok(Some(value.to_owned()))
}

fn consensus_type(ini: &Ini) -> Result<ConsensusType, ConfigError> {
    let entry = ini.entry(CONSENSUS, "consensus_type");
    match entry.map(|entry| (entry, entry.value())) {
        None | Some((_, "pbft")) => Ok(ConsensusType::Pbft),
        Some((_, "rpbft")) => Ok(ConsensusType::Rpbft),
        Some((entry, _)) => Err(entry.wrong("pbft or rpbft", "write consensus_type=pbft")),
    }
}

fn positive(ini: &Ini, key: &str, default: u64) -> Result<u64, ConfigError> {
    let Some(entry) = ini.entry(CONSENSUS, key) else {
        return Ok(default);
    };
    number(entry.value())
        .filter(|number| *number > 0)
        .ok_or_else(|| entry.wrong("a number of 1 or more", "write digits only"))
}

/// A number of digits only.
fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

const CONSENSUS: &str = "consensus";

#[cfg(test)]
mod tests;
