//! The `config.toml` of an SDK, as far as it says which key an account signs with.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};
use zeroize::Zeroizing;

use super::{CardSettings, ConfigError, Location, Password, Problem, read};
use crate::identity::Address;

/// What the `config.toml` of FISCO BCOS's Java SDK says about the account's key.
///
/// The SDK wants every value quoted; here a bare boolean, a bare number and a missing `hsmLibPath` are understood too.
///
/// ```
/// use fisco_node::config::{AccountSource, SdkConfig};
///
/// let text = r#"
/// [cryptoMaterial]
/// enableHsm = "true"
/// hsmLibPath = "/usr/lib/libcard.so"
/// hsmKeyIndex = 1
/// hsmPassword = "12345678"
/// "#;
/// let config = SdkConfig::parse("config.toml", text)?;
/// let AccountSource::Card(card) = config.account() else { panic!() };
/// assert_eq!(card.index(), 1);
/// assert!(!format!("{config:?}").contains("12345678"));
/// # Ok::<(), fisco_node::config::ConfigError>(())
/// ```
#[derive(Debug, Clone)]
pub struct SdkConfig {
    file: PathBuf,
    account: AccountSource,
}

/// Where the key of an account is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum AccountSource {
    /// In a card.
    Card(CardSettings),
    /// In a PEM file.
    File {
        /// The file.
        path: PathBuf,
        /// Its password, if it is encrypted.
        password: Password,
        /// The address that the key must have, if the configuration names it.
        address: Option<Address>,
    },
    /// Nowhere: the Java SDK then makes a new key each time it starts.
    Generated,
}

impl SdkConfig {
    /// The longest file that is read, in bytes.
    pub const MAX: usize = 1 << 20;

    /// Reads a `config.toml`, and no more than [`SdkConfig::MAX`] bytes of it.
    ///
    /// # Errors
    /// When the file cannot be read or is longer, and those of [`parse`](Self::parse).
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let bytes = read::bounded(path, Self::MAX)?;
        let file: Arc<Path> = path.into();
        let text = std::str::from_utf8(&bytes).map_err(|_| {
            let problem = Problem::NotUtf8 { what: "file" };
            ConfigError::new(Location::file_only(&file), problem)
        })?;
        Self::parse(path, text)
    }

    /// Takes the settings from a text; `file` is for the errors. Paths begin in the working directory, as in the SDK.
    ///
    /// # Errors
    /// When the text is no TOML, a card lacks its key index, or a value is none that the SDK takes.
    pub fn parse(file: impl AsRef<Path>, text: &str) -> Result<Self, ConfigError> {
        let document = Document {
            file: file.as_ref().into(),
            text,
        };
        let tables = document.tables()?;
        let reader = Reader {
            document: &document,
            tables: tables.get_ref(),
        };
        Ok(Self {
            file: file.as_ref().to_path_buf(),
            account: reader.account()?,
        })
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Where the account's key is.
    #[must_use]
    pub const fn account(&self) -> &AccountSource {
        &self.account
    }
}

/// The text, and the places in it.
struct Document<'a> {
    file: Arc<Path>,
    text: &'a str,
}

impl<'a> Document<'a> {
    fn tables(&self) -> Result<Spanned<DeTable<'a>>, ConfigError> {
        if self.text.len() > SdkConfig::MAX {
            let problem = Problem::TooLarge {
                limit: SdkConfig::MAX,
            };
            return Err(ConfigError::new(self.location(None), problem));
        }
        DeTable::parse(self.text).map_err(|error| {
            // The error's own text would show the line, and a password with it.
            let problem = Problem::Toml(error.message().to_owned());
            ConfigError::new(self.location(error.span()), problem)
        })
    }

    fn location(&self, span: Option<Range<usize>>) -> Location {
        let location = Location::file_only(&self.file);
        let before = span.and_then(|span| self.text.as_bytes().get(..span.start));
        match before {
            Some(before) => {
                let ends = before.iter().filter(|byte| **byte == b'\n').count();
                location.with_line(ends.saturating_add(1))
            }
            None => location,
        }
    }
}

/// The settings in the tables.
struct Reader<'a> {
    document: &'a Document<'a>,
    tables: &'a DeTable<'a>,
}

impl Reader<'_> {
    /// A file that is named counts before a card, as in the SDK.
    fn account(&self) -> Result<AccountSource, ConfigError> {
        let set = |key| Ok(self.text(ACCOUNT, key)?.filter(|text| !text.is_empty()));
        let format = set("accountFileFormat")?;
        if format.is_some_and(|format| *format != "pem") {
            return Err(self.wrong(ACCOUNT, "accountFileFormat", "pem", PEM_HINT));
        }
        let address = match set("accountAddress")? {
            None => None,
            Some(text) => Some(text.parse::<Address>().map_err(|_| {
                self.wrong(
                    ACCOUNT,
                    "accountAddress",
                    "an address",
                    "write 0x and 40 digits",
                )
            })?),
        };
        let password = || {
            Ok(Password::new(
                self.text(ACCOUNT, "password")?.map_or_else(Vec::new, bytes),
            ))
        };
        if let Some(path) = set("accountFilePath")? {
            let (path, password) = (PathBuf::from(path.as_str()), password()?);
            return Ok(AccountSource::File {
                path,
                password,
                address,
            });
        }
        if let Some(address) = address {
            let directory = set("keyStoreDir")?;
            let directory = directory.as_ref().map_or("account", |text| text.as_str());
            let path = Path::new(directory)
                .join("gm")
                .join(format!("{address}.pem"));
            let (password, address) = (password()?, Some(address));
            return Ok(AccountSource::File {
                path,
                password,
                address,
            });
        }
        match self.boolean("enableHsm")? {
            true => self.card().map(AccountSource::Card),
            false => Ok(AccountSource::Generated),
        }
    }

    fn card(&self) -> Result<CardSettings, ConfigError> {
        let library = self.text(CRYPTO, "hsmLibPath")?;
        let library = library.filter(|path| !path.is_empty());
        let library = library
            .as_ref()
            .map_or(CardSettings::DEFAULT_LIBRARY, |path| path.as_str());
        let Some(index) = self.text(CRYPTO, "hsmKeyIndex")? else {
            let hint = "write hsmKeyIndex = \"N\", the index of the signing key in the card";
            let location = self.location(CRYPTO, "hsmKeyIndex");
            return Err(ConfigError::new(location, Problem::Missing { hint }));
        };
        let index = index
            .parse::<i32>()
            .ok()
            .and_then(|index| u32::try_from(index).ok());
        let index = index.ok_or_else(|| {
            let hint = "write the index of the signing key in the card";
            self.wrong(CRYPTO, "hsmKeyIndex", "an index of 0 or more", hint)
        })?;
        let password = self
            .text(CRYPTO, "hsmPassword")?
            .map_or_else(Vec::new, bytes);
        Ok(CardSettings::new(library, index, Password::new(password)))
    }

    fn find(&self, table: &str, key: &str) -> Option<&Spanned<DeValue<'_>>> {
        self.tables.get(table)?.get_ref().as_table()?.get(key)
    }

    /// A value that is quoted, or a bare number or boolean, as text.
    fn text(&self, table: &str, key: &str) -> Result<Option<Zeroizing<String>>, ConfigError> {
        let Some(value) = self.find(table, key) else {
            return Ok(None);
        };
        let text = match value.get_ref() {
            DeValue::String(text) => text.clone().into_owned(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
            DeValue::Boolean(value) => value.to_string(),
            _ => {
                let problem = Problem::Value {
                    found: value.get_ref().type_str().to_owned(),
                    wanted: "a text",
                    hint: "put it in quotation marks",
                };
                return Err(ConfigError::new(self.location(table, key), problem));
            }
        };
        Ok(Some(Zeroizing::new(text)))
    }

    /// `true` and `false` in any case, as in Java; anything else would be false there, in silence.
    fn boolean(&self, key: &str) -> Result<bool, ConfigError> {
        match self.text(CRYPTO, key)? {
            None => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(_) => Err(self.wrong(CRYPTO, key, "true or false", "write \"true\" for a card")),
        }
    }

    fn location(&self, table: &str, key: &str) -> Location {
        let span = self.find(table, key).map(Spanned::span);
        let location = self.document.location(span);
        location.with_section(Some(table)).with_key(key)
    }

    /// An error about a value, which must not be a secret.
    fn wrong(
        &self,
        table: &str,
        key: &str,
        wanted: &'static str,
        hint: &'static str,
    ) -> ConfigError {
        let found = self.text(table, key).ok().flatten();
        let found = found.map_or_else(String::new, |text| {
            text.chars().take(LONGEST_QUOTE).collect()
        });
        let problem = Problem::Value {
            found,
            wanted,
            hint,
        };
        ConfigError::new(self.location(table, key), problem)
    }
}

/// Moves the text, so that no copy of it stays.
fn bytes(mut text: Zeroizing<String>) -> Vec<u8> {
    std::mem::take(&mut *text).into_bytes()
}

const CRYPTO: &str = "cryptoMaterial";
const ACCOUNT: &str = "account";
const PEM_HINT: &str = "convert the file: openssl pkcs12 -nodes -nocerts";
/// A longer value is cut in an error.
const LONGEST_QUOTE: usize = 160;

#[cfg(test)]
mod tests;
