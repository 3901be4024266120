//! What the lines of a file mean.

use std::{
    collections::{HashMap, hash_map},
    ops::Range,
    path::Path,
    sync::Arc,
};

use super::{Content, Header, Ini, Setting};
use crate::config::{ConfigError, Location, Problem};

/// Reads all lines, or says what the first wrong one is.
pub(super) fn content(file: &Arc<Path>, bytes: &[u8]) -> Result<Content, ConfigError> {
    let whole = |problem| ConfigError::new(Location::file_only(file), problem);
    if bytes.len() > Ini::MAX {
        return Err(whole(Problem::TooLarge { limit: Ini::MAX }));
    }
    if bytes.contains(&0) {
        return Err(whole(Problem::Binary));
    }
    let mut reader = Reader {
        file,
        bytes,
        content: Content::default(),
        keys: HashMap::new(),
        sections: HashMap::new(),
        loose: HashMap::new(),
    };
    let mut start = 0_usize;
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let end = start.saturating_add(line.len());
        reader.line(index.saturating_add(1), start..end)?;
        start = end;
    }
    if reader.content.settings.is_empty() {
        return Err(whole(Problem::Empty));
    }
    Ok(reader.content)
}

/// The lines read so far.
struct Reader<'a> {
    file: &'a Arc<Path>,
    bytes: &'a [u8],
    content: Content,
    /// The lines of the keys in the current section.
    keys: HashMap<String, usize>,
    /// The lines of the sections that have keys.
    sections: HashMap<String, usize>,
    /// The keys before the first section, which share their names with the sections.
    loose: HashMap<String, usize>,
}

impl Reader<'_> {
    fn line(&mut self, number: usize, line_range: Range<usize>) -> Result<(), ConfigError> {
        let text = self.trim(line_range.clone());
        match self.bytes.get(text.start) {
            _ if text.is_empty() => Ok(()),
            Some(b';' | b'#') => Ok(()),
            Some(b'[') => self.header(number, line_range, text),
            _ => self.setting(number, line_range, text),
        }
    }

    fn header(
        &mut self,
        number: usize,
        line_range: Range<usize>,
        text: Range<usize>,
    ) -> Result<(), ConfigError> {
        let Some(end) = self.find(&text, b']') else {
            return Err(self.error(number, None, Problem::UnmatchedBracket));
        };
        let name = self.trim(text.start.saturating_add(1)..end);
        let name = self.utf8(number, name, "name of the section")?;
        let header = Header {
            name,
            line: number,
            line_range,
            used: false,
        };
        let sections = self.sections.get(&header.name);
        let first = sections.or_else(|| self.loose.get(&header.name)).copied();
        self.content.headers.push(header);
        self.keys.clear();
        first.map_or(Ok(()), |first| {
            Err(self.error(number, None, Problem::DuplicateSection { first }))
        })
    }

    fn setting(
        &mut self,
        number: usize,
        line_range: Range<usize>,
        text: Range<usize>,
    ) -> Result<(), ConfigError> {
        let Some(equals) = self.find(&text, b'=') else {
            let marked = number == 1 && self.bytes.starts_with(BYTE_ORDER_MARK);
            let problem = if marked {
                Problem::ByteOrderMark
            } else {
                Problem::NoEquals
            };
            return Err(self.error(number, None, problem));
        };
        if equals == text.start {
            return Err(self.error(number, None, Problem::NoKey));
        }
        let key_range = self.trim(text.start..equals);
        let key = self.utf8(number, key_range.clone(), "key")?;
        let value_range = self.trim(equals.saturating_add(1)..text.end);
        if std::str::from_utf8(self.slice(&value_range)).is_err() {
            return Err(self.error(number, Some(&key), Problem::NotUtf8 { what: "value" }));
        }
        match self.keys.entry(key.clone()) {
            hash_map::Entry::Vacant(place) => place.insert(number),
            hash_map::Entry::Occupied(place) => {
                let first = *place.get();
                return Err(self.error(number, Some(&key), Problem::DuplicateKey { first }));
            }
        };
        match self.content.headers.last_mut() {
            Some(header) => {
                header.used = true;
                self.sections.insert(header.name.clone(), header.line);
            }
            None => {
                self.loose.insert(key.clone(), number);
            }
        }
        self.content.settings.push(Setting {
            header: self.content.headers.len().checked_sub(1),
            key,
            key_range,
            value_range,
            line: number,
            line_range,
        });
        Ok(())
    }

    /// Removes blanks as C's `isspace` knows them. What is all blank becomes nothing, where it began.
    fn trim(&self, range: Range<usize>) -> Range<usize> {
        let bytes = self.slice(&range);
        let Some(first) = bytes.iter().position(|byte| !is_blank(*byte)) else {
            return range.start..range.start;
        };
        let last = bytes.iter().rposition(|byte| !is_blank(*byte));
        let end = last.unwrap_or(first).saturating_add(1);
        range.start.saturating_add(first)..range.start.saturating_add(end)
    }

    fn find(&self, range: &Range<usize>, wanted: u8) -> Option<usize> {
        let found = self.slice(range).iter().position(|byte| *byte == wanted)?;
        Some(range.start.saturating_add(found))
    }

    fn utf8(
        &self,
        number: usize,
        range: Range<usize>,
        what: &'static str,
    ) -> Result<String, ConfigError> {
        let text = std::str::from_utf8(self.slice(&range));
        text.map(str::to_owned)
            .map_err(|_| self.error(number, None, Problem::NotUtf8 { what }))
    }

    fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }

    fn error(&self, number: usize, key: Option<&str>, problem: Problem) -> ConfigError {
        let section = self.content.headers.last();
        let location = Location::file_only(self.file)
            .with_line(number)
            .with_section(section.map(|header| header.name.as_str()));
        let location = match key {
            Some(key) => location.with_key(key),
            None => location,
        };
        ConfigError::new(location, problem)
    }
}

/// The blanks of C's `isspace`, the vertical tab among them.
pub(super) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0B | 0x0C | b'\r')
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
