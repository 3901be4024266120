//! Bars for the terminal.

use std::fmt::Write as _;

/// One bar of Unicode blocks for each session count, as long as its operations per second.
pub(super) fn bars(points: &[(usize, f64)]) -> String {
    let mut text = String::new();
    let greatest = points.iter().map(|point| point.1).fold(0.0, f64::max);
    for &(sessions, rate) in points {
        let part = if greatest > 0.0 { rate / greatest } else { 0.0 };
        // Writing to a String does not fail.
        let _ = writeln!(text, "{sessions:>8} {:WIDTH$} {rate:.0}/s", bar(part));
    }
    text
}

/// A bar of at most `WIDTH` blocks, to an eighth of a block.
fn bar(part: f64) -> String {
    let eighths = (1..=WIDTH * 8)
        .take_while(|&eighth| eighth as f64 <= (part * (WIDTH * 8) as f64).round())
        .count();
    let mut bar = "█".repeat(eighths / 8);
    if let Some(last) = (eighths % 8).checked_sub(1) {
        bar.push(EIGHTHS[last]);
    }
    bar
}

const WIDTH: usize = 40;
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_part() {
        assert_eq!(bar(1.0), "█".repeat(40));
        assert_eq!(bar(0.5), "█".repeat(20));
        assert_eq!(bar(0.5 + 1.0 / 320.0), format!("{}▏", "█".repeat(20)));
        assert_eq!(bar(7.0 / 320.0), "▉");
        assert_eq!(bar(2.0), "█".repeat(40));
        for nothing in [0.0, -1.0, f64::NAN] {
            assert_eq!(bar(nothing), "", "{nothing}");
        }
    }

    #[test]
    fn there_is_a_line_for_each_count() {
        let text = bars(&[(1, 500.0), (4096, 1000.0)]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("       1 ██") && lines[0].ends_with(" 500/s"));
        assert_eq!(lines[1], format!("    4096 {} 1000/s", "█".repeat(40)));
        assert_eq!(
            bars(&[(1, 0.0)]).trim(),
            format!("1 {} 0/s", " ".repeat(40))
        );
    }
}
