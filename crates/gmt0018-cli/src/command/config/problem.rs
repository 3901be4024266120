//! A problem in a node's file: where, what, what the node does, what to write.

use std::{fmt, path::Path};

use fisco_node::config::{ConfigError, Location, Warning, WarningKind};
use serde::Serialize;

use crate::{
    catalogue::{Entry, Filled, Texts, Value, configuration},
    error::{problem_texts, warning_texts},
    language::Language,
    output::{Output, Tone},
};

#[derive(Debug, Serialize)]
pub(in crate::command) struct Problem {
    severity: Severity,
    /// The entry of the catalogue, if it has one.
    id: Option<&'static str>,
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
    #[serde(skip)]
    texts: Filled,
    #[serde(skip)]
    language: Language,
    /// The severity's word, in its language and colour.
    #[serde(skip)]
    label: String,
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
            fixable: warning.is_fixable(),
            ..Self::at(warning.location(), severity, warning_texts(warning))
        }
    }

    pub(in crate::command) fn error(error: &ConfigError) -> Self {
        Self::at(error.location(), Severity::Error, problem_texts(error))
    }

    /// A card on a chain of another kind: each file is right by itself.
    pub(super) fn without_sm_crypto(genesis: &Path, line: Option<usize>) -> Self {
        Self {
            file: genesis.display().to_string(),
            line,
            section: Some("chain".to_owned()),
            key: Some("sm_crypto".to_owned()),
            ..Self::new(
                Severity::Error,
                of(&configuration::GENESIS_WITHOUT_SM_CRYPTO),
            )
        }
    }

    /// A consensus node whose id is no point of the curve.
    pub(super) fn no_key(location: &Location) -> Self {
        let texts = of(&configuration::GENESIS_NODE_ID);
        Self::at(location, Severity::Error, texts)
    }

    /// The problem in the language and the colours of the output.
    pub(super) fn told(mut self, output: Output) -> Self {
        let texts = self.texts.pick(output.language()).clone();
        (self.what, self.why, self.r#try) = (texts.what, texts.why, texts.advice);
        self.language = output.language();
        let (tone, word) = self.severity.word(self.language);
        self.label = output.paint(tone, word);
        self
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

    /// Where and what, why, and what to try, in both languages.
    pub(in crate::command) fn into_words(self) -> Texts<Value> {
        let line = self
            .line
            .map_or_else(String::new, |line| format!(":{line}"));
        let place = |colon: &str| {
            let key = self.key.as_deref().map(|key| printable(key) + colon);
            format!("{}{line}{colon}{}", self.file, key.unwrap_or_default())
        };
        let mut texts = self.texts.into_values();
        texts.what.english.insert_str(0, &place(": "));
        texts.what.chinese.insert_str(0, &place("："));
        texts
    }

    pub(super) const fn is_fixable(&self) -> bool {
        self.fixable
    }

    fn at(
        location: &Location,
        severity: Severity,
        texts: (Option<&'static Entry>, Filled),
    ) -> Self {
        Self {
            file: location.file().display().to_string(),
            line: location.line(),
            section: location.section().map(str::to_owned),
            key: location.key().map(str::to_owned),
            ..Self::new(severity, texts)
        }
    }

    fn new(severity: Severity, (entry, texts): (Option<&'static Entry>, Filled)) -> Self {
        let english = texts.english.clone();
        Self {
            severity,
            id: entry.map(|entry| entry.id),
            file: String::new(),
            line: None,
            section: None,
            key: None,
            what: english.what,
            why: english.why,
            r#try: english.advice,
            fixable: false,
            texts,
            language: Language::English,
            label: severity.word(Language::English).1.to_owned(),
        }
    }
}

impl Severity {
    fn word(self, language: Language) -> (Tone, &'static str) {
        match self {
            Self::Error => (Tone::Error, language.pick("error", "错误")),
            Self::Warning => (Tone::Warning, language.pick("warning", "警告")),
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
        let Self {
            what,
            why,
            r#try,
            label,
            ..
        } = self;
        match self.language {
            Language::English => {
                write!(formatter, ": {label}: {what}\n  why: {why}\n  try: {try}\n")
            }
            Language::Chinese => write!(
                formatter,
                "：{label}：{what}\n  原因：{why}\n  建议：{try}\n"
            ),
        }
    }
}

fn of(entry: &'static Entry) -> (Option<&'static Entry>, Filled) {
    (Some(entry), entry.fill(&[]))
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
