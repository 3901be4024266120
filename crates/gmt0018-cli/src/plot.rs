//! Bars in the terminal.

use std::fmt::Write as _;

use crate::environment::environment;

/// The characters that may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Characters {
    Unicode,
    Ascii,
}

impl Characters {
    /// ASCII if it was asked for or the locale is not UTF-8.
    pub(crate) fn choose(ascii: bool) -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(environment)
            .map(|value| value.to_string_lossy().to_ascii_lowercase());
        let utf8 = locale.is_some_and(|name| name.contains("utf-8") || name.contains("utf8"));
        if ascii || !utf8 {
            Self::Ascii
        } else {
            Self::Unicode
        }
    }
}

/// One bar a line, the longest for the greatest value.
pub(crate) fn bars(title: &str, values: &[(String, f64)], characters: Characters) -> String {
    let mut text = format!("{title}\n");
    let greatest = values.iter().map(|value| value.1).fold(0.0, f64::max);
    let width = values.iter().map(|value| value.0.chars().count()).max();
    let width = width.unwrap_or(0);
    for (name, value) in values {
        let share = if greatest > 0.0 {
            value / greatest
        } else {
            0.0
        };
        // Writing to a String does not fail.
        let _ = writeln!(text, "{name:>width$} {} {value:.0}", bar(share, characters));
    }
    text
}

fn bar(share: f64, characters: Characters) -> String {
    let eighths = (1..=WIDTH * 8)
        .filter(|n| *n as f64 <= share * (WIDTH * 8) as f64 + 0.5)
        .count();
    match characters {
        Characters::Ascii => "#".repeat((eighths + 4) / 8),
        Characters::Unicode => {
            let mut text = "█".repeat(eighths / 8);
            if eighths % 8 > 0 {
                text.push(['▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8 - 1]);
            }
            text
        }
    }
}

const WIDTH: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_the_length_of_their_share() {
        let values = [
            ("1".to_owned(), 50.0),
            ("16".to_owned(), 100.0),
            ("2".to_owned(), 0.0),
        ];
        let text = bars("t", &values, Characters::Ascii);
        let expected = format!(
            "t\n 1 {} 50\n16 {} 100\n 2  0\n",
            "#".repeat(20),
            "#".repeat(40)
        );
        assert_eq!(text, expected);
        assert_eq!(bar(1.0 / 320.0, Characters::Unicode), "▏");
        assert_eq!(bar(9.0 / 320.0, Characters::Unicode), "█▏");
        assert!(bars("t", &[("1".to_owned(), 0.0)], Characters::Unicode).ends_with("1  0\n"));
    }
}
