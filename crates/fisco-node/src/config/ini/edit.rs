//! Changes to one value that keep every other byte.

use std::{ops::Range, path::Path, sync::Arc};

use zeroize::Zeroizing;

use super::{Ini, parse};
use crate::{
    config::{ConfigError, Location, Problem},
    files::replace,
};

impl Ini {
    /// Gives a key a value: changes it where it stands, or adds it at the end of its section, or adds the section too.
    ///
    /// # Errors
    /// When the node would not read back what was to be written; the file is then as it was.
    ///
    /// # Examples
    ///
    /// ```
    /// use fisco_node::config::ini::Ini;
    ///
    /// let mut ini = Ini::parse("config.ini", "[security]\n    enable_hsm=true\n\n[log]\n    enable=true\n")?;
    /// ini.set("security", "key_index", "43")?;
    /// let expected = "[security]\n    enable_hsm=true\n    key_index=43\n\n[log]\n    enable=true\n";
    /// assert_eq!(ini.as_bytes(), expected.as_bytes());
    /// # Ok::<(), fisco_node::config::ConfigError>(())
    /// ```
    pub fn set(&mut self, section: &str, key: &str, value: &str) -> Result<(), ConfigError> {
        let refuse = |what, why| Err(self.refusal(section, key, what, why));
        if let Some(why) = unfit(value, "") {
            return refuse("value", why);
        }
        if let Some(why) = unfit(key, "=").or_else(|| unfit_start(key)) {
            return refuse("key", why);
        }
        if let Some(why) = unfit(section, "]") {
            return refuse("name of the section", why);
        }
        if let Some(entry) = self.entry(section, key) {
            let range = entry.setting.value_range.clone();
            return self.splice(range, value.as_bytes());
        }
        let line = Zeroizing::new(format!("{key}={value}"));
        match self.place_for(section) {
            Some((after, indent)) => self.insert_line(after, &indent, &line),
            None => self.append_section(section, &line),
        }
    }

    /// Gives a key another name and leaves its value and its place.
    ///
    /// # Errors
    /// When the new name is taken or cannot be written.
    pub fn rename(&mut self, section: &str, key: &str, name: &str) -> Result<(), ConfigError> {
        if let Some(why) = unfit(name, "=").or_else(|| unfit_start(name)) {
            return Err(self.refusal(section, name, "key", why));
        }
        match self.entry(section, key) {
            Some(entry) => {
                let range = entry.setting.key_range.clone();
                self.splice(range, name.as_bytes())
            }
            None => Ok(()),
        }
    }

    /// Removes the line of a key, if it is there.
    ///
    /// # Errors
    /// When it is the only key of the file: the node does not start without any.
    pub fn remove(&mut self, section: &str, key: &str) -> Result<(), ConfigError> {
        match self.entry(section, key) {
            Some(entry) => {
                let range = entry.setting.line_range.clone();
                self.splice(range, b"")
            }
            None => Ok(()),
        }
    }

    /// Puts a comment on a line of its own above a key, if the key is there.
    ///
    /// # Errors
    /// When it would not be a comment: it must begin with `;` or `#` and have one line.
    pub fn comment_above(
        &mut self,
        section: &str,
        key: &str,
        comment: &str,
    ) -> Result<(), ConfigError> {
        let why = match unfit(comment, "") {
            None if comment.starts_with([';', '#']) => None,
            None => Some("a comment begins with ; or #"),
            why => why,
        };
        if let Some(why) = why {
            return Err(self.refusal(section, key, "comment", why));
        }
        let Some(entry) = self.entry(section, key) else {
            return Ok(());
        };
        let start = entry.setting.line_range.start;
        let mut line = self.indentation(&entry.setting.line_range).to_vec();
        line.extend_from_slice(comment.as_bytes());
        line.extend_from_slice(self.line_end());
        self.splice(start..start, &line)
    }

    /// Writes the bytes to a file, which afterwards has its old or its new content, whatever happens meanwhile.
    ///
    /// Another program that changes the file at the same time loses its change.
    ///
    /// # Errors
    /// When the file cannot be replaced.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), ConfigError> {
        let path = path.as_ref();
        replace(path, &self.bytes).map_err(|error| {
            let file: Arc<Path> = path.into();
            ConfigError::new(
                Location::file_only(&file),
                Problem::Unwritable(Arc::new(error)),
            )
        })
    }

    /// Where a new key of the section goes: the end of the line it comes after, and its indentation.
    fn place_for(&self, section: &str) -> Option<(usize, Vec<u8>)> {
        let last = self.section(section).last();
        if let Some(entry) = last {
            let range = &entry.setting.line_range;
            return Some((range.end, self.indentation(range).to_vec()));
        }
        // The node forgets an empty section where the next one begins, so that the last of several counts.
        let headers = self.content.headers.iter().rev();
        let header = headers.into_iter().find(|header| header.name == section)?;
        Some((header.line_range.end, INDENTATION.to_vec()))
    }

    fn insert_line(&mut self, at: usize, indent: &[u8], text: &str) -> Result<(), ConfigError> {
        let end = self.line_end();
        let mut line = Zeroizing::new(Vec::with_capacity(text.len().saturating_add(64)));
        let unended = at > 0 && self.bytes.get(at.saturating_sub(1)) != Some(&b'\n');
        if unended {
            // The last line had no end, and the new last line has none either.
            line.extend_from_slice(end);
        }
        line.extend_from_slice(indent);
        line.extend_from_slice(text.as_bytes());
        if !unended {
            line.extend_from_slice(end);
        }
        self.splice(at..at, &line)
    }

    fn append_section(&mut self, section: &str, text: &str) -> Result<(), ConfigError> {
        let end = self.line_end();
        let mut line = Zeroizing::new(Vec::with_capacity(text.len().saturating_add(64)));
        let unended = self.bytes.last() != Some(&b'\n');
        if unended {
            line.extend_from_slice(end);
        }
        line.extend_from_slice(format!("[{section}]").as_bytes());
        line.extend_from_slice(end);
        line.extend_from_slice(INDENTATION);
        line.extend_from_slice(text.as_bytes());
        if !unended {
            line.extend_from_slice(end);
        }
        let at = self.bytes.len();
        self.splice(at..at, &line)
    }

    /// Puts other bytes in the place of some, and reads the whole again.
    fn splice(&mut self, range: Range<usize>, with: &[u8]) -> Result<(), ConfigError> {
        let before = self.bytes.get(..range.start).unwrap_or_default();
        let after = self.bytes.get(range.end..).unwrap_or_default();
        let size = self.bytes.len().saturating_add(with.len());
        let mut bytes = Zeroizing::new(Vec::with_capacity(size));
        for part in [before, with, after] {
            bytes.extend_from_slice(part);
        }
        let content = parse::content(&self.file, &bytes)?;
        self.bytes = bytes;
        self.content = content;
        Ok(())
    }

    fn indentation(&self, line_range: &Range<usize>) -> &[u8] {
        let line = self.bytes.get(line_range.clone()).unwrap_or_default();
        let blanks = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
        line.get(..blanks.count()).unwrap_or_default()
    }

    /// The line end of the file's first line.
    fn line_end(&self) -> &'static [u8] {
        let mut lines = self.bytes.split_inclusive(|byte| *byte == b'\n');
        match lines.next() {
            Some(line) if line.ends_with(b"\r\n") => b"\r\n",
            _ => b"\n",
        }
    }

    fn refusal(
        &self,
        section: &str,
        key: &str,
        what: &'static str,
        why: &'static str,
    ) -> ConfigError {
        let location = self.missing(section, key);
        ConfigError::new(location, Problem::Unrepresentable { what, why })
    }
}

/// Why a text cannot stand in a line as it is; `ends` are the characters that end it.
fn unfit(text: &str, ends: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    let edges = [bytes.first(), bytes.last()];
    if bytes.iter().any(|byte| matches!(byte, b'\n' | b'\r' | 0)) {
        Some("it has a line end or a zero byte in it")
    } else if edges
        .into_iter()
        .flatten()
        .any(|byte| parse::is_blank(*byte))
    {
        Some("the node removes the blanks at its ends")
    } else if text.contains(|character| ends.contains(character)) {
        Some("it has the character in it that ends it")
    } else {
        None
    }
}

/// Why a key cannot begin a line.
fn unfit_start(key: &str) -> Option<&'static str> {
    if key.is_empty() {
        Some("it is empty")
    } else if key.starts_with([';', '#', '[']) {
        Some("it begins like a comment or a section")
    } else {
        None
    }
}

/// What the chain builder writes before a key.
const INDENTATION: &[u8] = b"    ";
