//! Which bytes a call wrote.

use std::ops::Range;

/// The bytes that a call wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    ranges: Vec<Range<usize>>,
    standard: usize,
}

impl Written {
    /// Gives the ranges of bytes that were written.
    #[must_use]
    pub fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// Gives the number of bytes up to the last one that was written.
    #[must_use]
    pub fn end(&self) -> usize {
        self.ranges.last().map_or(0, |range| range.end)
    }

    /// Gives the size of what the standard has the call write.
    #[must_use]
    pub const fn standard_size(&self) -> usize {
        self.standard
    }

    /// Tells whether each byte of a range was written.
    #[must_use]
    pub fn covers(&self, part: &Range<usize>) -> bool {
        self.ranges
            .iter()
            .any(|range| range.start <= part.start && part.end <= range.end)
    }

    /// A byte that has its mark in both blocks was not written.
    pub(super) fn between(first: &[u8], second: &[u8], standard: usize) -> Self {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for (at, (one, other)) in first.iter().zip(second).enumerate() {
            if [*one, *other] == MARKS {
                continue;
            }
            let end = at.saturating_add(1);
            match ranges.last_mut() {
                Some(range) if range.end == at => range.end = end,
                _ => ranges.push(at..end),
            }
        }
        Self { ranges, standard }
    }
}

/// What the memory is filled with before the first call, and before the second.
pub(super) const MARKS: [u8; 2] = [0xa5, 0x5a];
