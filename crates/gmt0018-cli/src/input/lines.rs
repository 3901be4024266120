//! A file of lines, read many at a time in bounded memory.

use std::{
    io::{self, BufRead, Read as _},
    ops::Range,
};

/// Some lines of a file, without their ends.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    bytes: Vec<u8>,
    lines: Vec<Line>,
}

/// A line of a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// Where it is.
    Whole(Range<usize>),
    /// It has more than [`LONGEST`] bytes, which were not kept.
    TooLong,
}

impl Chunk {
    /// Replaces the lines by the next ones, and gives how many bytes these took in the file: 0 at its end.
    ///
    /// A last line without a line end is a line.
    pub(crate) fn read(&mut self, reader: &mut impl BufRead) -> io::Result<u64> {
        self.bytes.clear();
        self.lines.clear();
        let mut read = 0;
        while self.lines.len() < MOST_LINES && self.bytes.len() < MOST_BYTES {
            let length = self.read_line(reader)?;
            if length == 0 {
                break;
            }
            read += length;
        }
        Ok(read)
    }

    fn read_line(&mut self, reader: &mut impl BufRead) -> io::Result<u64> {
        let start = self.bytes.len();
        let mut bounded = reader.by_ref().take(LONGEST as u64 + 1);
        let length = bounded.read_until(b'\n', &mut self.bytes)?;
        if length == 0 {
            return Ok(0);
        }
        if self.bytes.last() == Some(&b'\n') {
            self.bytes.pop();
        } else if length > LONGEST {
            self.bytes.truncate(start);
            self.lines.push(Line::TooLong);
            return Ok((length + reader.skip_until(b'\n')?) as u64);
        }
        self.lines.push(Line::Whole(start..self.bytes.len()));
        Ok(length as u64)
    }

    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The bytes of a line of this chunk; `None` if it is too long.
    pub(crate) fn text(&self, line: &Line) -> Option<&[u8]> {
        match line {
            Line::Whole(place) => self.bytes.get(place.clone()),
            Line::TooLong => None,
        }
    }
}

/// The longest line that is read, in bytes.
pub(crate) const LONGEST: usize = 64 * 1024;
/// Enough for a hundred threads.
const MOST_LINES: usize = 16_384;
/// So many lines of the usual length, and a bound for lines that are longer.
const MOST_BYTES: usize = 8 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut file: &[u8]) -> Vec<Option<Vec<u8>>> {
        let (mut chunk, mut lines, length) = (Chunk::default(), Vec::new(), file.len());
        let mut read = 0;
        loop {
            match chunk.read(&mut file).unwrap() {
                0 => break,
                bytes => read += bytes,
            }
            assert!(chunk.bytes.len() <= MOST_BYTES + LONGEST);
            let texts = chunk.lines().iter().map(|line| chunk.text(line));
            lines.extend(texts.map(|text| text.map(<[u8]>::to_vec)));
        }
        assert_eq!(read, length as u64);
        lines
    }

    #[test]
    fn every_line_is_there_once() {
        assert!(all(b"").is_empty());
        let line = |text: &str| Some(text.as_bytes().to_vec());
        assert_eq!(all(b"\n"), [line("")]);
        assert_eq!(all(b"a"), [line("a")]);
        assert_eq!(all(b"a\n"), [line("a")]);
        assert_eq!(all(b"a\n\nb\r\n"), [line("a"), line(""), line("b\r")]);
        let many: String = (0..40_000).map(|n| format!("{n}\n")).collect();
        let lines = all(many.as_bytes());
        assert_eq!(lines.len(), 40_000);
        assert_eq!(lines[MOST_LINES], line(&MOST_LINES.to_string()));
        assert_eq!(lines[39_999], line("39999"));
    }

    #[test]
    fn lines_that_are_too_long_are_left_out_and_shift_nothing() {
        let longest = "x".repeat(LONGEST);
        let longer = "y".repeat(LONGEST + 1);
        let much_longer = "z".repeat(20 * LONGEST);
        let file = [&longest, &longer, "a", &much_longer, "b", &longest].join("\n");
        let kept = Some(longest.into_bytes());
        let a = Some(b"a".to_vec());
        let b = Some(b"b".to_vec());
        let lines = [kept.clone(), None, a, None, b, kept];
        assert_eq!(all(file.as_bytes()), lines);
        assert_eq!(all(format!("{longer}\n").as_bytes()), [None]);
        assert_eq!(all(longer.as_bytes()), [None]);
    }

    #[test]
    fn many_long_lines_are_cut_into_chunks() {
        let file = format!("{}\n", "x".repeat(LONGEST)).repeat(300);
        assert_eq!(all(file.as_bytes()).len(), 300);
    }
}
