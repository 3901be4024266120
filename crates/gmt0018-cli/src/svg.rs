//! A line chart as an SVG file that needs nothing else: no font, no script, no style sheet.

use std::fmt::Write as _;

/// One line over positive numbers that double, such as session counts.
#[derive(Debug)]
pub(crate) struct LineChart<'a> {
    pub(crate) title: &'a str,
    pub(crate) subtitle: &'a str,
    pub(crate) x_label: &'a str,
    pub(crate) y_label: &'a str,
    /// By ascending x, each x once.
    pub(crate) points: &'a [(usize, f64)],
    /// An x that is marked, and what is written there.
    pub(crate) mark: Option<(usize, &'a str)>,
}

impl LineChart<'_> {
    pub(crate) fn to_svg(&self) -> String {
        let mut svg = String::new();
        // Writing to a String does not fail.
        let _ = writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" \
             height=\"{HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">"
        );
        let _ = writeln!(svg, "<title>{}</title>", escape(self.title));
        let _ = writeln!(
            svg,
            "<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>"
        );
        let middle = f64::midpoint(LEFT, RIGHT);
        text(&mut svg, middle, 26.0, "middle", 16, self.title);
        text(&mut svg, middle, 44.0, "middle", 11, &short(self.subtitle));
        text(&mut svg, middle, HEIGHT - 14.0, "middle", 12, self.x_label);
        text(&mut svg, 10.0, TOP - 12.0, "start", 12, self.y_label);
        self.grid(&mut svg);
        self.marked(&mut svg);
        self.line(&mut svg);
        svg.push_str("</svg>\n");
        svg
    }

    /// The horizontal lines with their numbers, and the numbers along x.
    fn grid(&self, svg: &mut String) {
        let step = self.step();
        for number in 0..=STEPS {
            let value = step * f64::from(number);
            let y = self.y(value);
            let _ = writeln!(
                svg,
                "<line x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{RIGHT}\" y2=\"{y:.1}\" stroke=\"#d0d0d0\"/>"
            );
            text(svg, LEFT - 8.0, y + 4.0, "end", 12, &plain(value, step));
        }
        let mut free = f64::NEG_INFINITY;
        for &(sessions, _) in self.points {
            let x = self.x(sessions);
            let _ = writeln!(
                svg,
                "<line x1=\"{x:.1}\" y1=\"{BOTTOM}\" x2=\"{x:.1}\" y2=\"{:.1}\" stroke=\"#404040\"/>",
                BOTTOM + 5.0
            );
            // Numbers that would lie on one another are left out.
            if x >= free {
                text(svg, x, BOTTOM + 20.0, "middle", 12, &sessions.to_string());
                free = x + 32.0;
            }
        }
    }

    fn marked(&self, svg: &mut String) {
        let Some((sessions, words)) = self.mark else {
            return;
        };
        let x = self.x(sessions);
        let _ = writeln!(
            svg,
            "<line x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{BOTTOM}\" stroke=\"#b04020\" \
             stroke-dasharray=\"4 3\"/>"
        );
        let (place, anchor) = if x < f64::midpoint(LEFT, RIGHT) {
            (x + 6.0, "start")
        } else {
            (x - 6.0, "end")
        };
        text(svg, place, BOTTOM - 8.0, anchor, 12, words);
    }

    fn line(&self, svg: &mut String) {
        let places: Vec<(f64, f64)> = self
            .points
            .iter()
            .map(|&(sessions, value)| (self.x(sessions), self.y(value)))
            .collect();
        let corners: Vec<String> = places
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        let _ = writeln!(
            svg,
            "<polyline fill=\"none\" stroke=\"#205090\" stroke-width=\"2\" points=\"{}\"/>",
            corners.join(" ")
        );
        for (x, y) in places {
            let _ = writeln!(
                svg,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"#205090\"/>"
            );
        }
    }

    /// The place of a session count: each doubling is as wide as the other.
    fn x(&self, sessions: usize) -> f64 {
        let log = |sessions: usize| (sessions.max(1) as f64).log2();
        let first = self.points.first().map_or(0.0, |point| log(point.0));
        let last = self.points.last().map_or(0.0, |point| log(point.0));
        if last <= first {
            return f64::midpoint(LEFT, RIGHT);
        }
        LEFT + (RIGHT - LEFT) * (log(sessions) - first) / (last - first)
    }

    fn y(&self, value: f64) -> f64 {
        let part = value / (self.step() * f64::from(STEPS));
        let part = if part.is_nan() {
            0.0
        } else {
            part.clamp(0.0, 1.0)
        };
        BOTTOM - (BOTTOM - TOP) * part
    }

    /// The distance of the horizontal lines: 1, 2, 2.5 or 5 times a power of ten, so that the greatest value fits.
    fn step(&self) -> f64 {
        let greatest = self.points.iter().map(|point| point.1).fold(0.0, f64::max);
        let least = greatest / f64::from(STEPS);
        if !(least.is_finite() && least > 0.0) {
            return 1.0;
        }
        let power = 10_f64.powf(least.log10().floor());
        let factors = [1.0, 2.0, 2.5, 5.0];
        let fits = factors.into_iter().find(|factor| factor * power >= least);
        fits.unwrap_or(10.0) * power
    }
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, size: u32, words: &str) {
    let words = escape(words);
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"{size}\" fill=\"#202020\">{words}</text>"
    );
}

/// A number with as many digits behind the point as its step needs.
fn plain(value: f64, step: f64) -> String {
    let digits = if step >= 10.0 {
        0
    } else if step >= 0.1 {
        2
    } else {
        6
    };
    format!("{value:.digits$}")
}

/// As much as fits into a line of small letters.
fn short(words: &str) -> String {
    if words.chars().count() <= LONGEST {
        return words.to_owned();
    }
    let kept: String = words.chars().take(LONGEST - 1).collect();
    format!("{kept}…")
}

/// Text as XML 1.0 has it; what it has no form for becomes U+FFFD.
fn escape(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    for character in words.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            character if character.is_control() => escaped.push('\u{fffd}'),
            character => escaped.push(character),
        }
    }
    escaped
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 96.0;
const RIGHT: f64 = 690.0;
const TOP: f64 = 84.0;
const BOTTOM: f64 = 360.0;
/// How many horizontal lines there are above zero.
const STEPS: u32 = 5;
const LONGEST: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    fn chart<'a>(words: &'a str, points: &'a [(usize, f64)]) -> LineChart<'a> {
        LineChart {
            title: words,
            subtitle: words,
            x_label: words,
            y_label: words,
            points,
            mark: points.first().map(|point| (point.0, words)),
        }
    }

    /// Reads tag by tag; panics at what XML does not allow, and gives the texts as they are meant.
    fn texts(svg: &str) -> Vec<String> {
        let mut open: Vec<&str> = Vec::new();
        let mut texts = Vec::new();
        let mut rest = svg.trim_end();
        while let Some(tag) = rest.strip_prefix('<') {
            let (tag, behind) = tag.split_once('>').unwrap();
            assert!(!tag.contains('<'), "{tag}");
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name), "{tag}");
            } else {
                assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
                if !tag.ends_with('/') {
                    open.push(tag.split_whitespace().next().unwrap());
                }
            }
            let (words, next) = behind.split_at(behind.find('<').unwrap_or(behind.len()));
            for part in words.split('&').skip(1) {
                let (name, _) = part.split_once(';').unwrap();
                assert!(["amp", "lt", "gt", "quot", "#39"].contains(&name), "{part}");
            }
            if !words.trim().is_empty() {
                assert!(!open.is_empty(), "{words}");
                let meant = words.replace("&lt;", "<").replace("&gt;", ">");
                let meant = meant.replace("&quot;", "\"").replace("&#39;", "'");
                texts.push(meant.replace("&amp;", "&"));
            }
            rest = next;
        }
        assert!(rest.is_empty() && open.is_empty(), "{rest} {open:?}");
        texts
    }

    #[test]
    fn words_of_any_kind_leave_it_well_formed() {
        let points = [(1, 1000.0), (2, 1900.5), (4, 2000.0)];
        for words in [
            "a < b & c > d",
            "</text>",
            "\"'&amp;",
            "卡 /dev/card0",
            "x",
            "]]>",
        ] {
            let texts = texts(&chart(words, &points).to_svg());
            let found = texts.iter().filter(|text| *text == words).count();
            assert_eq!(found, 6, "{words}: {texts:?}");
        }
        let svg = chart("a < b & c", &points).to_svg();
        assert!(svg.contains("a &lt; b &amp; c") && !svg.contains("a < b"));
        let svg = chart("\u{1b}[31m\u{0}\u{ffff}", &points).to_svg();
        assert!(svg.contains("\u{fffd}[31m\u{fffd}\u{fffd}") && !svg.contains('\u{1b}'));
    }

    #[test]
    fn points_of_any_kind_are_inside() {
        let many: Vec<(usize, f64)> = (1..=200).map(|n| (n, n as f64)).collect();
        let cases: [&[(usize, f64)]; 6] = [
            &[],
            &[(1, 0.0)],
            &[(8, 12_345.678)],
            &[(1, f64::INFINITY), (4096, f64::NAN)],
            &[(1, 1e-9), (2, 3e12)],
            &many,
        ];
        for points in cases {
            let svg = chart("x", points).to_svg();
            texts(&svg);
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            for circle in svg.lines().filter(|line| line.starts_with("<circle")) {
                let number = |name: &str| -> f64 {
                    let (_, behind) = circle.split_once(&format!("{name}=\"")).unwrap();
                    behind.split('"').next().unwrap().parse().unwrap()
                };
                assert!((LEFT..=RIGHT).contains(&number("cx")), "{circle}");
                assert!((TOP..=BOTTOM).contains(&number("cy")), "{circle}");
            }
        }
    }

    #[test]
    fn the_lines_have_round_numbers() {
        for (greatest, step) in [(4.9, 1.0), (5.0, 1.0), (11.0, 2.5), (49_000.0, 10_000.0)] {
            let points = [(1, greatest)];
            let found = chart("x", &points).step();
            assert!((found - step).abs() < 1e-9, "{greatest}: {found}");
        }
    }
}
