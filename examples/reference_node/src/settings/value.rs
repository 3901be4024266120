//! The values of one section.

use std::str::FromStr;

use fisco_node::config::ini::Ini;

use super::SettingsError;

/// A section of a file.
#[derive(Clone, Copy)]
pub(super) struct Section<'a> {
    ini: &'a Ini,
    name: &'static str,
}

impl<'a> Section<'a> {
    pub(super) const fn new(ini: &'a Ini, name: &'static str) -> Self {
        Self { ini, name }
    }

    /// The value, or the default where the key is missing or empty.
    pub(super) fn text(self, key: &str, default: &'a str) -> &'a str {
        self.entry(key).unwrap_or(default)
    }

    pub(super) fn parsed<T: FromStr>(
        self,
        key: &str,
        default: T,
        wanted: &str,
    ) -> Result<T, SettingsError> {
        match self.entry(key) {
            None => Ok(default),
            Some(value) => value.parse().map_err(|_| self.wrong(key, wanted)),
        }
    }

    pub(super) fn number(self, key: &str, default: u64, least: u64) -> Result<u64, SettingsError> {
        let wanted = format!("a number of {least} or more");
        let number = self.parsed(key, default, &wanted)?;
        if number < least {
            return Err(self.wrong(key, &wanted));
        }
        Ok(number)
    }

    /// As the node reads it: what is no boolean is the default.
    pub(super) fn boolean(self, key: &str, default: bool) -> bool {
        let entry = self.ini.entry(self.name, key);
        entry.and_then(|entry| entry.boolean()).unwrap_or(default)
    }

    pub(super) fn wrong(self, key: &str, wanted: &str) -> SettingsError {
        let entry = self.ini.entry(self.name, key);
        let found = entry.map_or("", |entry| entry.value());
        SettingsError::Value {
            place: entry.map_or_else(|| self.place(key), |entry| entry.location().to_string()),
            found: found.chars().take(LONGEST_QUOTE).collect(),
            wanted: wanted.to_owned(),
        }
    }

    pub(super) fn missing(self, key: &str) -> SettingsError {
        SettingsError::Missing {
            place: self.place(key),
        }
    }

    fn entry(self, key: &str) -> Option<&'a str> {
        let entry = self.ini.entry(self.name, key)?;
        Some(entry.value()).filter(|value| !value.is_empty())
    }

    fn place(self, key: &str) -> String {
        format!("{}: [{}] {key}", self.ini.file().display(), self.name)
    }
}

/// A longer value is cut in an error.
const LONGEST_QUOTE: usize = 160;
