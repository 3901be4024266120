//! Line charts as SVG, without scripts and without anything from elsewhere.

use std::fmt::Write as _;

/// A chart of lines over numbers of sessions, at equal distances.
#[derive(Debug)]
pub(crate) struct Chart<'a> {
    pub(crate) title: &'a str,
    /// What the values are.
    pub(crate) unit: &'a str,
    pub(crate) sessions: &'a [usize],
    /// Names with one value for each number of sessions, if there is one.
    pub(crate) lines: Vec<(&'a str, Vec<Option<f64>>)>,
}

impl Chart<'_> {
    fn draw(&self, top: f64, text: &mut String) {
        let values = self.lines.iter().flat_map(|line| line.1.iter().flatten());
        let greatest = values
            .copied()
            .filter(|v| v.is_finite())
            .fold(0.0, f64::max);
        let end = round_up(greatest);
        let y = |value: f64| top + 30.0 + PLOT_HEIGHT * (1.0 - value / end);
        let step = PLOT_WIDTH / self.sessions.len().max(1) as f64;
        let x = |place: usize| LEFT + step * (place as f64 + 0.5);
        let (title, unit) = (escape(self.title), escape(self.unit));
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            r#"<text class="title" x="{LEFT}" y="{:.1}">{title}, {unit}</text>"#,
            top + 18.0
        );
        for part in 0..=4 {
            let value = end * f64::from(part) / 4.0;
            let at = y(value);
            let right = LEFT + PLOT_WIDTH;
            let _ = writeln!(
                text,
                r#"<line class="grid" x1="{LEFT}" y1="{at:.1}" x2="{right}" y2="{at:.1}"/><text class="end" x="{}" y="{:.1}">{}</text>"#,
                LEFT - 6.0,
                at + 4.0,
                short(value)
            );
        }
        for (place, sessions) in self.sessions.iter().enumerate() {
            let _ = writeln!(
                text,
                r#"<text class="middle" x="{:.1}" y="{:.1}">{sessions}</text>"#,
                x(place),
                y(0.0) + 16.0
            );
        }
        let _ = writeln!(
            text,
            r#"<text class="middle" x="{:.1}" y="{:.1}">sessions</text>"#,
            LEFT + PLOT_WIDTH / 2.0,
            y(0.0) + 32.0
        );
        for (number, (name, values)) in self.lines.iter().enumerate() {
            let colour = COLOURS[number % COLOURS.len()];
            let points: Vec<(f64, f64)> = values
                .iter()
                .enumerate()
                .filter_map(|(place, value)| {
                    let value = value.filter(|value| value.is_finite())?;
                    Some((x(place), y(value)))
                })
                .collect();
            let path: Vec<String> = points
                .iter()
                .map(|(x, y)| format!("{x:.1},{y:.1}"))
                .collect();
            let _ = writeln!(
                text,
                r#"<polyline fill="none" stroke="{colour}" stroke-width="2" points="{}"/>"#,
                path.join(" ")
            );
            for (x, y) in points {
                let _ = writeln!(
                    text,
                    r#"<circle cx="{x:.1}" cy="{y:.1}" r="3" fill="{colour}"/>"#
                );
            }
            let at = top + 40.0 + 18.0 * number as f64;
            let legend = LEFT + PLOT_WIDTH + 12.0;
            let _ = writeln!(
                text,
                r#"<rect x="{legend}" y="{:.1}" width="10" height="10" fill="{colour}"/><text x="{}" y="{at:.1}">{}</text>"#,
                at - 9.0,
                legend + 16.0,
                escape(name)
            );
        }
    }
}

/// Charts below each other, as one `<svg>` element that is a file as well.
pub(crate) fn page(charts: &[Chart<'_>]) -> String {
    let height = HEIGHT * charts.len() as f64;
    let titles: Vec<String> = charts.iter().map(|chart| escape(chart.title)).collect();
    let mut text = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">
<title>{}</title>
<style>svg{{color:#222;color-scheme:light dark}}text{{font:12px sans-serif;fill:currentColor}}.title{{font-weight:bold}}.end{{text-anchor:end}}.middle{{text-anchor:middle}}.grid{{stroke:currentColor;stroke-opacity:.25}}@media(prefers-color-scheme:dark){{svg{{color:#ddd}}}}@media print{{svg{{color:#000}}}}</style>
"#,
        titles.join("; ")
    );
    for (number, chart) in charts.iter().enumerate() {
        chart.draw(HEIGHT * number as f64, &mut text);
    }
    text.push_str("</svg>\n");
    text
}

/// Text for XML and HTML, in elements and in attributes; characters that XML does not have become U+FFFD.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(character),
            other if other.is_control() || matches!(other, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}');
            }
            other => escaped.push(other),
        }
    }
    escaped
}

/// 1, 2, 2.5 or 5 times a power of ten, not below the value.
fn round_up(value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|step| step * power);
    steps
        .into_iter()
        .find(|step| *step >= value)
        .unwrap_or(value)
}

fn short(value: f64) -> String {
    let (value, unit) = match value {
        1e6.. => (value / 1e6, "M"),
        1e4.. => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}{unit}")
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 70.0;
const PLOT_WIDTH: f64 = 440.0;
const PLOT_HEIGHT: f64 = 180.0;
/// Told apart by people who see red and green alike.
const COLOURS: [&str; 4] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_place() {
        assert_eq!(
            escape("<a href=\"x\" b='y'>&\u{1b}\n"),
            "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;\u{fffd}\n"
        );
    }

    #[test]
    fn axes_end_at_round_values() {
        for (value, end) in [
            (0.0, 1.0),
            (0.7, 1.0),
            (1.0, 1.0),
            (1.1, 2.0),
            (230.0, 250.0),
            (4e5, 5e5),
            (7e3, 1e4),
        ] {
            assert!((round_up(value) - end).abs() < end * 1e-9, "{value}");
        }
        assert_eq!(short(12_500.0), "12.5k");
        assert_eq!(short(0.0), "0");
    }

    #[test]
    fn a_chart_without_values_is_a_chart() {
        let chart = Chart {
            title: "a<b",
            unit: "µs",
            sessions: &[1, 2],
            lines: vec![("x", vec![None, Some(f64::NAN)])],
        };
        let text = page(&[chart]);
        assert!(text.contains("a&lt;b") && !text.contains("NaN"), "{text}");
    }
}
