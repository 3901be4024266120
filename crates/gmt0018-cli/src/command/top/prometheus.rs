//! The Prometheus text format, as far as it is needed.

use std::collections::BTreeMap;

/// The samples of one reading.
#[derive(Debug, Default)]
pub(super) struct Samples(Vec<Sample>);

#[derive(Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) value: f64,
}

impl Samples {
    /// Takes the lines that are samples; others are skipped. `None` if not one is.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let samples: Vec<Sample> = text.lines().take(MOST_LINES).filter_map(sample).collect();
        (!samples.is_empty()).then_some(Self(samples))
    }

    pub(super) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Sample> {
        self.0.iter().filter(move |sample| sample.name == name)
    }

    /// The sum over all labels; `None` without a sample.
    pub(super) fn sum(&self, name: &str) -> Option<f64> {
        let mut values = self.named(name).map(|sample| sample.value).peekable();
        values.peek()?;
        Some(values.sum())
    }

    /// All names with samples that begin so.
    pub(super) fn names(&self, prefix: &str) -> Vec<&str> {
        let names = self.0.iter().map(|sample| sample.name.as_str());
        let mut names: Vec<&str> = names.filter(|name| name.starts_with(prefix)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// How many observations were at most so great, of the histogram `name` with this label.
    pub(super) fn buckets(&self, name: &str, label: Option<(&str, &str)>) -> Vec<(f64, f64)> {
        let name = format!("{name}_bucket");
        let fits = |sample: &&Sample| {
            label.is_none_or(|(key, value)| sample.labels.get(key).is_some_and(|v| v == value))
        };
        let mut buckets: Vec<(f64, f64)> = Vec::new();
        for sample in self.named(&name).filter(fits) {
            let Some(end) = sample.labels.get("le").and_then(|le| number(le)) else {
                continue;
            };
            match buckets
                .iter_mut()
                .find(|bucket| bucket.0.total_cmp(&end).is_eq())
            {
                Some(bucket) => bucket.1 += sample.value,
                None => buckets.push((end, sample.value)),
            }
        }
        buckets.sort_by(|left, right| left.0.total_cmp(&right.0));
        buckets
    }
}

/// What came between two readings of a histogram; the later one alone if the process was started anew.
pub(super) fn between(before: &[(f64, f64)], now: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let same = before.len() == now.len()
        && before
            .iter()
            .zip(now)
            .all(|(old, new)| old.0.total_cmp(&new.0).is_eq() && old.1 <= new.1);
    if !same {
        return now.to_vec();
    }
    now.iter()
        .zip(before)
        .map(|(new, old)| (new.0, new.1 - old.1))
        .collect()
}

/// The value that a share of the observations does not exceed, straight between the ends of its bucket.
///
/// The lower end of the last bucket if it is there; `None` without observations.
pub(super) fn quantile(buckets: &[(f64, f64)], share: f64) -> Option<f64> {
    let total = buckets.last()?.1;
    if total <= 0.0 || !total.is_finite() {
        return None;
    }
    let rank = share * total;
    let (mut start, mut below) = (0.0, 0.0);
    for &(end, count) in buckets {
        if count >= rank {
            if end.is_infinite() || count <= below {
                return Some(start);
            }
            return Some(start + (end - start) * (rank - below) / (count - below));
        }
        (start, below) = (end, count);
    }
    None
}

fn sample(line: &str) -> Option<Sample> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'))?;
    let (name, mut rest) = line.split_at(end);
    if name.is_empty() {
        return None;
    }
    let mut found = BTreeMap::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = labels(inside, &mut found)?;
    }
    let value = number(rest.split_whitespace().next()?)?;
    Some(Sample {
        name: name.to_owned(),
        labels: found,
        value,
    })
}

/// Reads labels up to the brace, and gives what is behind it.
fn labels<'a>(mut rest: &'a str, found: &mut BTreeMap<String, String>) -> Option<&'a str> {
    loop {
        rest = rest.trim_start_matches([' ', ',']);
        if let Some(behind) = rest.strip_prefix('}') {
            return Some(behind);
        }
        let (key, behind) = rest.split_once("=\"")?;
        let mut value = String::new();
        let mut characters = behind.char_indices();
        let end = loop {
            match characters.next()? {
                (place, '"') => break place,
                (_, '\\') => match characters.next()?.1 {
                    'n' => value.push('\n'),
                    other => value.push(other),
                },
                (_, other) => value.push(other),
            }
        };
        found.insert(key.trim().to_owned(), value);
        rest = &behind[end + 1..];
    }
}

fn number(text: &str) -> Option<f64> {
    match text {
        "+Inf" => Some(f64::INFINITY),
        "-Inf" => Some(f64::NEG_INFINITY),
        text => text.parse().ok().filter(|value: &f64| !value.is_nan()),
    }
}

const MOST_LINES: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_read_and_nonsense_is_not() {
        let text = "# TYPE a counter\na{x=\"1\",y=\"q\\\"\\n}\"} 3 1700000000\na 4\nb{} +Inf\nc{x= 1\n{} 2\nd\ne NaN\n";
        let samples = Samples::parse(text).unwrap();
        assert_eq!(samples.0.len(), 3);
        assert_eq!(samples.sum("a"), Some(7.0));
        assert_eq!(samples.0[0].labels["y"], "q\"\n}");
        assert_eq!(samples.sum("d"), None);
        assert!(Samples::parse("<html>\n").is_none());
    }

    #[test]
    fn quantiles_of_buckets() {
        let text = "h_bucket{f=\"a\",le=\"1\"} 50\nh_bucket{f=\"a\",le=\"2\"} 100\nh_bucket{f=\"b\",le=\"2\"} 5\nh_bucket{f=\"a\",le=\"+Inf\"} 100\n";
        let samples = Samples::parse(text).unwrap();
        let a = samples.buckets("h", Some(("f", "a")));
        assert_eq!(a, [(1.0, 50.0), (2.0, 100.0), (f64::INFINITY, 100.0)]);
        assert_eq!(quantile(&a, 0.5), Some(1.0));
        assert_eq!(quantile(&a, 0.75), Some(1.5));
        assert_eq!(
            quantile(&[(1.0, 0.0), (f64::INFINITY, 3.0)], 0.5),
            Some(1.0)
        );
        assert_eq!(quantile(&[(1.0, 0.0)], 0.5), None);
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(between(&[(1.0, 2.0)], &[(1.0, 5.0)]), [(1.0, 3.0)]);
        assert_eq!(between(&[(1.0, 9.0)], &[(1.0, 5.0)]), [(1.0, 5.0)]);
    }
}
