//! A problem in a node's file: where, what, what the node does, what to write.

use std::{fmt, path::Path};

use fisco_node::config::{self, ConfigError, Location, Warning, WarningKind};
use serde::Serialize;

use crate::error::split;

#[derive(Debug, Serialize)]
pub(in crate::command) struct Problem {
    severity: Severity,
    file: String,
    line: Option<usize>,
    section: Option<String>,
    key: Option<String>,
    what: String,
    /// What the node does.
    why: String,
    r#try: String,
    /// Whether `gmt0018 config fix` does what is advised.
    fixable: bool,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Severity {
    /// The node does not start, crashes, or takes no part.
    Error,
    /// The node starts, and does something else than was meant.
    Warning,
}

impl Problem {
    pub(in crate::command) fn warning(warning: &Warning) -> Self {
        let severity = match warning.kind() {
            WarningKind::KeyId {
                has_key_index: false,
            }
            | WarningKind::WithoutSmCrypto => Severity::Error,
            _ => Severity::Warning,
        };
        Self {
            what: warning.what(),
            why: warning.why(),
            r#try: warning.advice(),
            fixable: warning.is_fixable(),
            ..Self::at(warning.location(), severity)
        }
    }

    pub(in crate::command) fn error(error: &ConfigError) -> Self {
        let (what, advice) = split(&error.problem().to_string());
        Self {
            what,
            why: consequence(error.problem()).to_owned(),
            r#try: advice.unwrap_or_else(|| "mend the line by hand".to_owned()),
            ..Self::at(error.location(), Severity::Error)
        }
    }

    /// A card on a chain of another kind: each file is right by itself.
    pub(super) fn without_sm_crypto(genesis: &Path, line: Option<usize>) -> Self {
        Self {
            severity: Severity::Error,
            file: genesis.display().to_string(),
            line,
            section: Some("chain".to_owned()),
            key: Some("sm_crypto".to_owned()),
            what: "config.ini switches a card on, and sm_crypto is not true here".to_owned(),
            why: "a card has SM2 keys only, and the node crashes".to_owned(),
            r#try: "build the chain with sm_crypto=true".to_owned(),
            fixable: false,
        }
    }

    /// A consensus node whose id is no point of the curve.
    pub(super) fn no_key(location: &Location) -> Self {
        Self {
            what: "the node id is not a public key of SM2".to_owned(),
            why: "nobody has the private key, and no signature of this node is ever valid"
                .to_owned(),
            r#try: "copy it from conf/node.nodeid, or from `gmt0018 node-id`".to_owned(),
            ..Self::at(location, Severity::Error)
        }
    }

    /// In a file that all nodes of a chain must have alike, nothing is changed in one place.
    pub(super) fn for_hand(self) -> Self {
        Self {
            fixable: false,
            ..self
        }
    }

    pub(in crate::command) const fn is_error(&self) -> bool {
        matches!(self.severity, Severity::Error)
    }

    /// Where and what, why, and what to try.
    pub(in crate::command) fn into_words(self) -> (String, String, String) {
        let line = self
            .line
            .map_or_else(String::new, |line| format!(":{line}"));
        let key = self
            .key
            .map_or_else(String::new, |key| printable(&key) + ": ");
        (
            format!("{}{line}: {key}{}", self.file, self.what),
            self.why,
            self.r#try,
        )
    }

    pub(super) const fn is_fixable(&self) -> bool {
        self.fixable
    }

    fn at(location: &Location, severity: Severity) -> Self {
        Self {
            severity,
            file: location.file().display().to_string(),
            line: location.line(),
            section: location.section().map(str::to_owned),
            key: location.key().map(str::to_owned),
            what: String::new(),
            why: String::new(),
            r#try: String::new(),
            fixable: false,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(formatter, ":{line}")?;
        }
        // Names come from the file, and a terminal obeys control characters.
        match (&self.section, &self.key) {
            (None, None) => {}
            (None, Some(key)) => write!(formatter, ": {}", printable(key))?,
            (Some(section), None) => write!(formatter, ": [{}]", printable(section))?,
            (Some(section), Some(key)) => {
                write!(formatter, ": [{}] {}", printable(section), printable(key))?;
            }
        }
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let Self {
            what, why, r#try, ..
        } = self;
        write!(
            formatter,
            ": {severity}: {what}\n  why: {why}\n  try: {try}\n"
        )
    }
}

/// The text with its control characters written out.
pub(super) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && character != '\t' {
            printable.extend(character.escape_default());
        } else {
            printable.push(character);
        }
    }
    printable
}

/// A number of things.
pub(super) fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// What becomes of the node.
const fn consequence(problem: &config::Problem) -> &'static str {
    use config::Problem as Cause;
    match problem {
        Cause::Empty => "the node finds none of its settings",
        Cause::Binary | Cause::NotUtf8 { .. } => "the node reads something else than was meant",
        Cause::TooLarge { .. } => "nothing behind that was read",
        Cause::Sealers(_) => "no chain works with this list of consensus nodes",
        _ => "the node does not start",
    }
}
