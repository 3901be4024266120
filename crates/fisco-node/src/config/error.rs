//! What is wrong with a configuration file, and where.

use std::{fmt, io, path::Path, sync::Arc};

use super::SealerError;

/// The place of a setting: file, line, section and key, as far as they are known.
///
/// ```
/// use fisco_node::config::ini::Ini;
///
/// let ini = Ini::parse("config.ini", "[security]\n    key_index=43\n")?;
/// let entry = ini.entry("security", "key_index").unwrap();
/// assert_eq!(entry.location().to_string(), "config.ini:2: [security] key_index");
/// # Ok::<(), fisco_node::config::ConfigError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    file: Arc<Path>,
    line: Option<usize>,
    section: Option<String>,
    key: Option<String>,
}

impl Location {
    pub(crate) fn file_only(file: &Arc<Path>) -> Self {
        Self {
            file: Arc::clone(file),
            line: None,
            section: None,
            key: None,
        }
    }

    pub(crate) fn with_line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    pub(crate) fn with_section(mut self, section: Option<&str>) -> Self {
        self.section = section.map(str::to_owned);
        self
    }

    pub(crate) fn with_key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The line, counted from 1.
    #[must_use]
    pub const fn line(&self) -> Option<usize> {
        self.line
    }

    /// The section.
    #[must_use]
    pub fn section(&self) -> Option<&str> {
        self.section.as_deref()
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(formatter, ":{line}")?;
        }
        let separator = match (&self.section, &self.key) {
            (None, None) => return Ok(()),
            (None, Some(key)) => return write!(formatter, ": {key}"),
            (Some(section), _) => write!(formatter, ": [{section}]"),
        };
        separator?;
        self.key
            .as_ref()
            .map_or(Ok(()), |key| write!(formatter, " {key}"))
    }
}

/// A configuration that cannot be used, with the place and the reason.
///
/// The value of a password is in no error.
///
/// ```
/// use fisco_node::config::{Problem, ini::Ini};
///
/// let error = Ini::parse("config.ini", "[p2p]\nlisten_port=1\nlisten_port=2\n").unwrap_err();
/// assert_eq!(error.location().line(), Some(3));
/// assert!(matches!(error.problem(), Problem::DuplicateKey { first: 2 }));
/// ```
#[derive(Debug, Clone)]
pub struct ConfigError(Box<(Location, Problem)>);

impl ConfigError {
    pub(crate) fn new(location: Location, problem: Problem) -> Self {
        Self(Box::new((location, problem)))
    }

    /// Where it is.
    #[must_use]
    pub const fn location(&self) -> &Location {
        &self.0.0
    }

    /// What it is.
    #[must_use]
    pub const fn problem(&self) -> &Problem {
        &self.0.1
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.location(), self.problem())
    }
}

impl std::error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(self.problem())
    }
}

/// What is wrong.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The file could not be read.
    #[error("the file cannot be read: {0}; check the path and its permissions")]
    Unreadable(#[source] Arc<io::Error>),
    /// The file could not be written.
    #[error("the file cannot be written: {0}; it has its old or its new content, whole")]
    Unwritable(#[source] Arc<io::Error>),
    /// The file is longer than any configuration.
    #[error(
        "the file has more than {limit} bytes and is no configuration; is this the right file?"
    )]
    TooLarge {
        /// The most that is read, in bytes.
        limit: usize,
    },
    /// There is no setting in the file.
    #[error("the file has no setting in it; is this the right file, and was it copied whole?")]
    Empty,
    /// The file has zero bytes in it.
    #[error("the file is binary or UTF-16, because a zero byte is in it; save it as UTF-8")]
    Binary,
    /// A key, a value or the name of a section is not UTF-8.
    #[error("the {what} is not UTF-8; save the file as UTF-8")]
    NotUtf8 {
        /// What is not UTF-8.
        what: &'static str,
    },
    /// A byte order mark stands before the first line, which the node takes for a part of it.
    #[error(
        "the file begins with a UTF-8 byte order mark, which the node takes for text of the first line; save it without"
    )]
    ByteOrderMark,
    /// A line is no comment, no section and no setting.
    #[error(
        "the line has no '='; write key=value, or begin the line with ';' to make it a comment"
    )]
    NoEquals,
    /// There is no key before the `=`.
    #[error("there is no key before the '='; write key=value")]
    NoKey,
    /// A section is not closed.
    #[error("the '[' is not closed; write [section]")]
    UnmatchedBracket,
    /// A key stands twice in a section.
    #[error(
        "the key is there already, at line {first}, and the node refuses to start; remove one of the two"
    )]
    DuplicateKey {
        /// The line of the other.
        first: usize,
    },
    /// A section stands twice in the file.
    #[error(
        "the section is there already, at line {first}, and the node refuses to start; move its keys there and remove this one"
    )]
    DuplicateSection {
        /// The line of the other.
        first: usize,
    },
    /// A mandatory key is empty or not there.
    #[error("the key is missing or empty, and there is no default for it; {hint}")]
    Missing {
        /// What to write.
        hint: &'static str,
    },
    /// A value is not what it should be.
    #[error("{found:?} is not {wanted}; {hint}")]
    Value {
        /// The value.
        found: String,
        /// What it should be.
        wanted: &'static str,
        /// What to write.
        hint: &'static str,
    },
    /// The file is no TOML.
    #[error("the file is no TOML: {0}")]
    Toml(String),
    /// The list of consensus nodes is none.
    #[error(transparent)]
    Sealers(SealerError),
    /// A text cannot be written into the file so that the node would read it back.
    #[error("the {what} cannot be written to the file: {why}")]
    Unrepresentable {
        /// Key, value, section or comment.
        what: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
}
