//! The INI dialect of the node, which is that of Boost's property tree, and an editor that keeps every other byte.
//!
//! - A comment is a line whose first character after blanks is `;` or `#`. There are no comments behind a value.
//! - Keys, values and names of sections lose the blanks around them. What follows a section's `]` is ignored.
//! - A key that is there twice in a section, or a section that is there twice, is refused; but a section without any key
//!   is as good as not there.
//! - A boolean is `true`, `false`, `1` or `0`. The node takes anything else for the default, in silence.

mod edit;
mod parse;

use std::{fmt, ops::Range, path::Path, sync::Arc};

use zeroize::Zeroizing;

use super::{ConfigError, Location, Problem};

/// A file in the node's INI dialect, with its bytes.
///
/// The bytes are wiped from memory when this is dropped, because a password may be among them, and [`Debug`](fmt::Debug)
/// does not show them.
///
/// ```
/// use fisco_node::config::ini::Ini;
///
/// let mut ini = Ini::parse("config.ini", "[security]\r\n  enable_hsm = True ; card\r\n")?;
/// assert_eq!(ini.entry("security", "enable_hsm").unwrap().boolean(), None);
/// ini.set("security", "enable_hsm", "true")?;
/// assert_eq!(ini.as_bytes(), b"[security]\r\n  enable_hsm = true\r\n");
/// assert_eq!(ini.entry("security", "enable_hsm").unwrap().boolean(), Some(true));
/// # Ok::<(), fisco_node::config::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Ini {
    file: Arc<Path>,
    bytes: Zeroizing<Vec<u8>>,
    content: Content,
}

/// What the lines mean.
#[derive(Clone, Default)]
struct Content {
    headers: Vec<Header>,
    settings: Vec<Setting>,
}

/// The line that begins a section.
#[derive(Clone)]
struct Header {
    name: String,
    line: usize,
    line_range: Range<usize>,
    /// Whether a key follows; the node forgets a section without one.
    used: bool,
}

/// A line with a key.
#[derive(Clone)]
struct Setting {
    /// The header above, as its place in `headers`.
    header: Option<usize>,
    key: String,
    key_range: Range<usize>,
    value_range: Range<usize>,
    line: usize,
    line_range: Range<usize>,
}

impl Ini {
    /// The longest file that is read, in bytes; the configuration of ten thousand nodes is shorter.
    pub const MAX: usize = 4 << 20;

    /// Reads a file, and no more than [`Ini::MAX`] bytes of it.
    ///
    /// # Errors
    /// When the file cannot be read, is longer, empty or binary, or is one that the node would refuse.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let bytes = super::read::bounded(path, Self::MAX)?;
        Self::parse_wiped(path, bytes)
    }

    /// Reads bytes; `file` is for the errors.
    ///
    /// # Errors
    /// As [`Ini::read`].
    pub fn parse(file: impl AsRef<Path>, bytes: impl Into<Vec<u8>>) -> Result<Self, ConfigError> {
        Self::parse_wiped(file.as_ref(), Zeroizing::new(bytes.into()))
    }

    fn parse_wiped(file: &Path, bytes: Zeroizing<Vec<u8>>) -> Result<Self, ConfigError> {
        let file: Arc<Path> = file.into();
        let content = parse::content(&file, &bytes)?;
        Ok(Self {
            file,
            bytes,
            content,
        })
    }

    /// Finds a key in a section.
    #[must_use]
    pub fn entry(&self, section: &str, key: &str) -> Option<Entry<'_>> {
        self.entries()
            .find(|entry| entry.key() == key && entry.section() == Some(section))
    }

    /// The keys of a section, in the order of the file.
    pub fn section<'a>(&'a self, section: &'a str) -> impl Iterator<Item = Entry<'a>> {
        self.entries()
            .filter(move |entry| entry.section() == Some(section))
    }

    /// All keys, in the order of the file.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let entry = |setting| Entry { ini: self, setting };
        self.content.settings.iter().map(entry)
    }

    /// The place of a key that is empty or not there.
    pub(crate) fn missing(&self, section: &str, key: &str) -> Location {
        if let Some(entry) = self.entry(section, key) {
            return entry.location();
        }
        let location = Location::file_only(&self.file)
            .with_section(Some(section))
            .with_key(key);
        match self
            .content
            .headers
            .iter()
            .find(|header| header.name == section)
        {
            Some(header) => location.with_line(header.line),
            None => location,
        }
    }

    /// The file that the errors name.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The bytes, with all changes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn text(&self, range: &Range<usize>) -> &str {
        let bytes = self.bytes.get(range.clone()).unwrap_or_default();
        // The parser saw to it.
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl fmt::Debug for Ini {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Ini")
            .field("file", &self.file)
            .field("keys", &self.content.settings.len())
            .finish_non_exhaustive()
    }
}

/// A key and its value in a file.
///
/// ```
/// use fisco_node::config::ini::Ini;
///
/// let ini = Ini::parse("config.genesis", "[consensus]\nleader_period = 1\n")?;
/// let entry = ini.entry("consensus", "leader_period").unwrap();
/// assert_eq!((entry.line(), entry.value()), (2, "1"));
/// # Ok::<(), fisco_node::config::ConfigError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    ini: &'a Ini,
    setting: &'a Setting,
}

impl<'a> Entry<'a> {
    /// The section; `None` before the first one.
    #[must_use]
    pub fn section(&self) -> Option<&'a str> {
        let header = self.ini.content.headers.get(self.setting.header?)?;
        Some(&header.name)
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &'a str {
        &self.setting.key
    }

    /// The value without the blanks around it.
    #[must_use]
    pub fn value(&self) -> &'a str {
        self.ini.text(&self.setting.value_range)
    }

    /// The line, counted from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.setting.line
    }

    /// The place, for an error.
    #[must_use]
    pub fn location(&self) -> Location {
        Location::file_only(&self.ini.file)
            .with_line(self.setting.line)
            .with_section(self.section())
            .with_key(self.key())
    }

    /// The value as the node reads a boolean; with `None` the node takes its default and says nothing.
    #[must_use]
    pub fn boolean(&self) -> Option<bool> {
        match self.value() {
            "true" => Some(true),
            "false" => Some(false),
            // A stream reads a number first: +1 and 00 are booleans too.
            number => match number.parse::<i64>() {
                Ok(0) => Some(false),
                Ok(1) => Some(true),
                _ => None,
            },
        }
    }

    /// The value as the node reads an integer.
    ///
    /// # Errors
    /// When the node would fail on it: text, nothing, a number out of range, a comment behind the number.
    pub fn integer(&self) -> Result<i32, ConfigError> {
        self.value().parse().map_err(|_| {
            let hint = if comment_in(self.value()).is_some() {
                "there are no comments behind a value: put it on a line of its own"
            } else {
                "write digits only"
            };
            self.wrong("a number from -2147483648 to 2147483647", hint)
        })
    }

    /// An error about the value, which must not be a secret.
    pub(crate) fn wrong(&self, wanted: &'static str, hint: &'static str) -> ConfigError {
        let found = self.value().chars().take(LONGEST_QUOTE).collect();
        ConfigError::new(
            self.location(),
            Problem::Value {
                found,
                wanted,
                hint,
            },
        )
    }
}

/// Shows where it is and not the value, which may be a password.
impl fmt::Debug for Entry<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Entry({})", self.location())
    }
}

/// The place in a value where somebody may have meant a comment to begin.
pub(crate) fn comment_in(value: &str) -> Option<usize> {
    let mut blank = false;
    value.char_indices().find_map(|(index, character)| {
        let found = blank && matches!(character, ';' | '#');
        blank = matches!(character, ' ' | '\t');
        found.then_some(index)
    })
}

/// A longer value is cut in an error.
const LONGEST_QUOTE: usize = 160;

#[cfg(test)]
mod tests;
