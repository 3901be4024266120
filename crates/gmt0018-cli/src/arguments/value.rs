//! Values with a form of their own.

use std::{fmt, str::FromStr};

use gmt0018::sm2_signing::{EncodingError, UserId};

/// A range of key indexes, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    first: u32,
    last: u32,
}

impl Range {
    pub(crate) fn indexes(self) -> std::ops::RangeInclusive<u32> {
        self.first..=self.last
    }
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| {
            text.parse::<u32>().map_err(|_| {
                format!("{text:?} is no key index; write FIRST-LAST, such as 1-64, or one number")
            })
        };
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (first, last) = (number(first)?, number(last)?);
        if first > last {
            return Err(format!(
                "{first} is behind {last}; write the lower index first"
            ));
        }
        if last - first >= Self::LONGEST {
            return Err(format!(
                "more than {} indexes; ask for fewer at a time",
                Self::LONGEST
            ));
        }
        Ok(Self { first, last })
    }
}

impl Range {
    const LONGEST: u32 = 65_536;
}

impl fmt::Display for Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.first, self.last)
    }
}

/// A number of sessions.
pub(super) fn sessions(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..=4096) => Ok(count),
        _ => Err("write a number of sessions from 1 to 4096".to_owned()),
    }
}

/// A time in seconds.
pub(super) fn seconds(text: &str) -> Result<std::time::Duration, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.01..=86_400.0).contains(&seconds) => {
            Ok(std::time::Duration::from_secs_f64(seconds))
        }
        _ => Err("write a number of seconds from 0.01 to 86400".to_owned()),
    }
}

/// A user id, as the bytes of its text.
pub(super) fn user_id(text: &str) -> Result<UserId, EncodingError> {
    UserId::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let range: Range = "1-64".parse().unwrap();
        assert_eq!(range.indexes(), 1..=64);
        assert_eq!(range.to_string(), "1-64");
        assert_eq!("7".parse::<Range>().unwrap().indexes(), 7..=7);
        assert_eq!("4294967295".parse::<Range>().unwrap().indexes().count(), 1);
        for bad in [
            "",
            "-",
            "1-",
            "-1",
            "2-1",
            "a-b",
            "1-2-3",
            "0-4294967295",
            "4294967296",
        ] {
            assert!(bad.parse::<Range>().is_err(), "{bad}");
        }
    }

    #[test]
    fn times() {
        assert_eq!(seconds("0.5"), Ok(std::time::Duration::from_millis(500)));
        for bad in ["0", "-1", "NaN", "inf", "1e9", "two"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
