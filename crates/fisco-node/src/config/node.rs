//! `config.ini`, as far as it says which key the node signs with.

use std::path::{Path, PathBuf};

use super::{
    ConfigError, Location, Password, Problem, Warning, WarningKind, chain, check,
    ini::{Entry, Ini},
    kms::KmsType,
};

/// What a node's `config.ini` says about its key.
///
/// Every value is read as the node reads it; where that differs from what was meant there is a [`Warning`]. One thing is
/// understood that the node does not understand: `key_id` stands for `key_index` where that is missing.
///
/// ```
/// use fisco_node::config::{KeySource, NodeConfig, ini::Ini};
///
/// let text = "[security]\nenable_hsm=true\nhsm_lib_path=/usr/lib/libcard.so\nkey_index=43\npassword=12345678\n";
/// let config = NodeConfig::from_ini(&Ini::parse("node0/config.ini", text)?)?;
/// let KeySource::Card(card) = config.key() else { panic!() };
/// assert_eq!(card.index(), 43);
/// assert!(!format!("{config:?}").contains("12345678"));
/// # Ok::<(), fisco_node::config::ConfigError>(())
/// ```
#[derive(Debug, Clone)]
pub struct NodeConfig {
    file: PathBuf,
    key: KeySource,
    private_key_path: PathBuf,
    sm_crypto: Option<bool>,
    group_id: Option<String>,
    chain_id: Option<String>,
    warnings: Vec<Warning>,
}

impl NodeConfig {
    /// Reads a `config.ini`.
    ///
    /// # Errors
    /// When the file is none, or the node would not start with it.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Self::from_ini(&Ini::read(path)?)
    }

    /// Takes the settings from a file that was read.
    ///
    /// # Errors
    /// When a mandatory key is missing or a value is none that the node takes.
    pub fn from_ini(ini: &Ini) -> Result<Self, ConfigError> {
        let text = |section: &str, key: &str| {
            let entry = ini.entry(section, key)?;
            Some(entry.value().to_owned())
        };
        Ok(Self {
            file: ini.file().to_path_buf(),
            key: key_source(ini)?,
            private_key_path: private_key_path(ini),
            sm_crypto: chain::sm_crypto(ini),
            group_id: text("chain", "group_id"),
            chain_id: text("chain", "chain_id"),
            warnings: check(ini),
        })
    }

    chain::accessors!();

    /// Where the node's key is.
    #[must_use]
    pub const fn key(&self) -> &KeySource {
        &self.key
    }

    /// The path of `node.pem`, which the node does not open when its key is in a card.
    #[must_use]
    pub fn private_key_path(&self) -> &Path {
        &self.private_key_path
    }

    /// What the node reads otherwise than it was meant.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The warning that nobody can tell whether a card was meant: the node takes `enable_hsm=True` for *no card*.
    #[must_use]
    pub fn doubt_about_card(&self) -> Option<&Warning> {
        self.warnings.iter().find(|warning| {
            let location = warning.location();
            location.section() == Some(SECURITY)
                && location.key() == Some(ENABLE_HSM)
                && matches!(
                    warning.kind(),
                    WarningKind::NotABoolean { .. } | WarningKind::TrailingComment { .. }
                )
        })
    }
}

/// Where the node's key is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum KeySource {
    /// In a card: `enable_hsm=true` or `kms_type=HSM`.
    Card(CardSettings),
    /// In a file, `conf/node.pem`.
    File(PathBuf),
    /// In a file that a key service must decrypt.
    Service(KmsType),
}

/// The card of a node.
#[derive(Debug, Clone)]
pub struct CardSettings {
    library: PathBuf,
    index: u32,
    password: Password,
}

impl CardSettings {
    /// Where the node looks for the card's library if it is not told.
    pub const DEFAULT_LIBRARY: &str = "/usr/local/lib/libgmt0018.so";

    /// Puts a card's settings together.
    ///
    /// ```
    /// use fisco_node::config::{CardSettings, Password};
    ///
    /// let card = CardSettings::new(CardSettings::DEFAULT_LIBRARY, 43, Password::new("correct horse"));
    /// assert_eq!(card.index(), 43);
    /// assert!(!format!("{card:?}").contains("horse"));
    /// ```
    #[must_use]
    pub fn new(library: impl Into<PathBuf>, index: u32, password: Password) -> Self {
        Self {
            library: library.into(),
            index,
            password,
        }
    }

    /// The path of the card's library.
    #[must_use]
    pub fn library(&self) -> &Path {
        &self.library
    }

    /// The index of the signing key in the card.
    #[must_use]
    pub const fn index(&self) -> u32 {
        self.index
    }

    /// The access password of the key; empty if there is none.
    #[must_use]
    pub const fn password(&self) -> &Password {
        &self.password
    }
}

/// The order of the decisions is the node's.
fn key_source(ini: &Ini) -> Result<KeySource, ConfigError> {
    let enabled = |section: &str, key: &str| {
        let entry = ini.entry(section, key);
        entry.and_then(|entry| entry.boolean()).unwrap_or(false)
    };
    let kms_type = match ini.entry(SECURITY, "kms_type") {
        None => KmsType::Legacy,
        Some(entry) => KmsType::parse(entry.value()).ok_or_else(|| {
            entry.wrong(
                "LEGACY, BCOSKMS, CLOUDKMS or HSM",
                "set kms_type to HSM for a card",
            )
        })?,
    };
    match kms_type {
        KmsType::Hsm => card(ini),
        KmsType::Legacy if enabled(SECURITY, ENABLE_HSM) => card(ini),
        KmsType::Legacy if enabled("storage_security", "enable") => {
            for key in ["key_center_url", "cipher_data_key"] {
                let entry = ini.entry("storage_security", key);
                if entry.is_none_or(|entry| entry.value().is_empty()) {
                    let hint = "write it, or set [storage_security] enable=false";
                    return Err(missing(ini, "storage_security", key, hint));
                }
            }
            Ok(KeySource::Service(KmsType::BcosKms))
        }
        KmsType::Legacy => Ok(KeySource::File(private_key_path(ini))),
        service => Ok(KeySource::Service(service)),
    }
}

fn card(ini: &Ini) -> Result<KeySource, ConfigError> {
    let library = match ini.entry(SECURITY, "hsm_lib_path") {
        None => PathBuf::from(CardSettings::DEFAULT_LIBRARY),
        Some(entry) if entry.value().is_empty() => {
            return Err(entry.wrong("a path", "write the path of the card's library"));
        }
        // A name without a slash is looked for where the system looks for libraries.
        Some(entry) if !entry.value().contains('/') => PathBuf::from(entry.value()),
        Some(entry) => beside(ini, entry.value()),
    };
    let entry = ini
        .entry(SECURITY, "key_index")
        .or_else(|| ini.entry(SECURITY, "key_id"))
        .ok_or_else(|| {
            let hint = "write key_index=N, the index of the signing key in the card";
            missing(ini, SECURITY, "key_index", hint)
        })?;
    let password = ini.entry(SECURITY, "password");
    let password = password.map_or("", |entry| entry.value());
    Ok(KeySource::Card(CardSettings {
        library,
        index: index(&entry)?,
        password: Password::new(password),
    }))
}

fn index(entry: &Entry<'_>) -> Result<u32, ConfigError> {
    let hint = "write the index of the signing key in the card";
    u32::try_from(entry.integer()?).map_err(|_| entry.wrong("an index of 0 or more", hint))
}

fn private_key_path(ini: &Ini) -> PathBuf {
    let path = ini.entry(SECURITY, "private_key_path");
    beside(ini, path.map_or("node.pem", |entry| entry.value()))
}

/// The start script enters the directory of `config.ini`, so that paths begin there.
fn beside(ini: &Ini, path: &str) -> PathBuf {
    let directory = ini.file().parent().unwrap_or(Path::new(""));
    directory.join(path)
}

fn missing(ini: &Ini, section: &str, key: &str, hint: &'static str) -> ConfigError {
    let location: Location = ini.missing(section, key);
    ConfigError::new(location, Problem::Missing { hint })
}

const SECURITY: &str = "security";
const ENABLE_HSM: &str = "enable_hsm";

#[cfg(test)]
mod tests;
