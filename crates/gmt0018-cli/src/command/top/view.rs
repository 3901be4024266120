//! What two readings say.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Serialize;

use super::prometheus::{Samples, between, quantile};

/// What is shown.
#[derive(Debug, Serialize)]
pub(super) struct View {
    /// The time between the readings; `null` at the first one.
    pub(super) seconds: Option<f64>,
    functions: Vec<FunctionRow>,
    errors: Vec<CodeRow>,
    /// Sessions opened and not closed, as far as they were counted.
    sessions: Option<f64>,
    latencies: Vec<LatencyRow>,
    values: Vec<ValueRow>,
}

#[derive(Debug, Serialize)]
struct FunctionRow {
    function: String,
    calls: f64,
    calls_per_second: Option<f64>,
    p50_microseconds: Option<f64>,
    p99_microseconds: Option<f64>,
}

#[derive(Debug, Serialize)]
struct CodeRow {
    function: String,
    code: String,
    calls: f64,
}

/// A histogram of the node.
#[derive(Debug, Serialize)]
struct LatencyRow {
    name: String,
    p50_microseconds: Option<f64>,
    p99_microseconds: Option<f64>,
}

/// A counter or a gauge of the node.
#[derive(Debug, Serialize)]
struct ValueRow {
    name: String,
    value: f64,
    /// Of a counter.
    per_second: Option<f64>,
}

impl View {
    /// Compares a reading with the one before, so many seconds ago.
    pub(super) fn new(now: &Samples, before: Option<(&Samples, f64)>) -> Self {
        let (functions, errors) = calls(now, before);
        let opened = functions.iter().any(|row| row.function == OPEN);
        let sessions = opened.then(|| {
            let good = |function| good_calls(now, function);
            (good(OPEN) - good(CLOSE)).max(0.0)
        });
        let histograms: Vec<String> = now
            .names("node_")
            .iter()
            .filter_map(|name| name.strip_suffix("_bucket"))
            .map(str::to_owned)
            .collect();
        let latencies = histograms
            .iter()
            .map(|name| {
                let (p50, p99) = percentiles(now, before, name, None);
                LatencyRow {
                    name: name.clone(),
                    p50_microseconds: p50,
                    p99_microseconds: p99,
                }
            })
            .collect();
        let of_histogram = |name: &str| {
            histograms.iter().any(|histogram| {
                name.strip_prefix(histogram.as_str())
                    .is_some_and(|rest| matches!(rest, "_bucket" | "_sum" | "_count"))
            })
        };
        let values = now
            .names("node_")
            .into_iter()
            .filter(|name| !of_histogram(name))
            .map(|name| {
                let value = now.sum(name).unwrap_or(0.0);
                let per_second = name
                    .ends_with("_total")
                    .then(|| {
                        rate(
                            value,
                            before.map(|(old, seconds)| (old.sum(name).unwrap_or(0.0), seconds)),
                        )
                    })
                    .flatten();
                ValueRow {
                    name: name.to_owned(),
                    value,
                    per_second,
                }
            })
            .collect();
        Self {
            seconds: before.map(|before| before.1),
            functions,
            errors,
            sessions,
            latencies,
            values,
        }
    }

    /// Whether there is anything that this command knows.
    pub(super) const fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.values.is_empty() && self.latencies.is_empty()
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let optional = |value: Option<f64>| {
            value.map_or_else(|| "-".to_owned(), |value| format!("{value:.0}"))
        };
        // Writing to a String does not fail.
        if !self.functions.is_empty() {
            let sessions = optional(self.sessions);
            let _ = writeln!(text, "card     sessions {sessions}");
            let _ = writeln!(
                text,
                "{:36} {:>12} {:>10} {:>10} {:>10}",
                "function", "calls", "per s", "p50 µs", "p99 µs"
            );
        }
        for row in &self.functions {
            let _ = writeln!(
                text,
                "{:36} {:>12.0} {:>10} {:>10} {:>10}",
                plain(&row.function),
                row.calls,
                optional(row.calls_per_second),
                optional(row.p50_microseconds),
                optional(row.p99_microseconds)
            );
        }
        if !self.functions.is_empty() && self.errors.is_empty() {
            text.push_str("errors   none\n");
        }
        for row in &self.errors {
            let _ = writeln!(
                text,
                "error    {} {} {:.0} times",
                plain(&row.code),
                plain(&row.function),
                row.calls
            );
        }
        if !self.latencies.is_empty() {
            let _ = writeln!(text, "{:60} {:>10} {:>10}", "node", "p50 µs", "p99 µs");
        }
        for row in &self.latencies {
            let _ = writeln!(
                text,
                "{:60} {:>10} {:>10}",
                plain(&row.name),
                optional(row.p50_microseconds),
                optional(row.p99_microseconds)
            );
        }
        if !self.values.is_empty() {
            let _ = writeln!(text, "{:49} {:>10} {:>10}", "node", "value", "per s");
        }
        for row in &self.values {
            let _ = writeln!(
                text,
                "{:49} {:>10} {:>10}",
                plain(&row.name),
                row.value,
                optional(row.per_second)
            );
        }
        text
    }
}

fn calls(now: &Samples, before: Option<(&Samples, f64)>) -> (Vec<FunctionRow>, Vec<CodeRow>) {
    let (mut sums, mut errors) = (BTreeMap::<String, f64>::new(), Vec::new());
    for sample in now.named(CALLS) {
        let label = |name: &str| sample.labels.get(name).cloned().unwrap_or_default();
        let (function, code) = (label("function"), label("code"));
        *sums.entry(function.clone()).or_default() += sample.value;
        if code != OK && sample.value > 0.0 {
            errors.push(CodeRow {
                function,
                code,
                calls: sample.value,
            });
        }
    }
    errors.sort_by(|left, right| right.calls.total_cmp(&left.calls));
    let old = |function: &str, samples: &Samples| {
        let of = samples.named(CALLS);
        of.filter(|sample| {
            sample
                .labels
                .get("function")
                .is_some_and(|name| name == function)
        })
        .map(|sample| sample.value)
        .sum::<f64>()
    };
    let rows = sums.into_iter().map(|(function, calls)| {
        let (p50, p99) = percentiles(now, before, LATENCIES, Some(("function", &function)));
        let calls_per_second = rate(
            calls,
            before.map(|(samples, seconds)| (old(&function, samples), seconds)),
        );
        FunctionRow {
            function,
            calls,
            calls_per_second,
            p50_microseconds: p50,
            p99_microseconds: p99,
        }
    });
    (rows.collect(), errors)
}

fn good_calls(samples: &Samples, function: &str) -> f64 {
    let is = |sample: &BTreeMap<String, String>, key: &str, value: &str| {
        sample.get(key).is_some_and(|v| v == value)
    };
    samples
        .named(CALLS)
        .filter(|sample| is(&sample.labels, "function", function) && is(&sample.labels, "code", OK))
        .map(|sample| sample.value)
        .sum()
}

/// p50 and p99 since the reading before, or since the process began where nothing happened since; in microseconds.
///
/// A summary's own quantiles where the process exports no buckets.
fn percentiles(
    now: &Samples,
    before: Option<(&Samples, f64)>,
    name: &str,
    label: Option<(&str, &str)>,
) -> (Option<f64>, Option<f64>) {
    let whole = now.buckets(name, label);
    if whole.is_empty() {
        let given = |wanted: &str| {
            now.named(name)
                .find(|sample| {
                    sample.labels.get("quantile").is_some_and(|q| q == wanted)
                        && label.is_none_or(|(key, value)| {
                            sample.labels.get(key).is_some_and(|v| v == value)
                        })
                })
                .map(|sample| sample.value * 1e6)
        };
        return (given("0.5"), given("0.99"));
    }
    let recent = match before {
        Some((samples, _)) => between(&samples.buckets(name, label), &whole),
        None => whole.clone(),
    };
    let of = |share| {
        quantile(&recent, share)
            .or_else(|| quantile(&whole, share))
            .map(|seconds| seconds * 1e6)
    };
    (of(0.5), of(0.99))
}

/// A counter that went down was started anew.
fn rate(now: f64, before: Option<(f64, f64)>) -> Option<f64> {
    let (before, seconds) = before?;
    let grown = if now >= before { now - before } else { now };
    (seconds > 0.0).then(|| grown / seconds)
}

/// Names come from elsewhere: they may not change the terminal's state.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .take(80)
        .collect()
}

const CALLS: &str = "gmt0018_calls_total";
const LATENCIES: &str = "gmt0018_call_seconds";
const OK: &str = "0x00000000";
const OPEN: &str = "SDF_OpenSession";
const CLOSE: &str = "SDF_CloseSession";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_errors_and_sessions() {
        let reading = |opened: u32, signed: u32| {
            let text = format!(
                "gmt0018_calls_total{{function=\"SDF_OpenSession\",code=\"0x00000000\"}} {opened}\n\
                 gmt0018_calls_total{{function=\"SDF_CloseSession\",code=\"0x00000000\"}} 1\n\
                 gmt0018_calls_total{{function=\"S\\u{{1b}}\",code=\"0x01000008\"}} 2\n\
                 gmt0018_calls_total{{function=\"SDF_InternalSign_ECC\",code=\"0x00000000\"}} {signed}\n\
                 node_peers 3\nnode_blocks_total {signed}\n\
                 node_sign_seconds_bucket{{le=\"0.001\"}} {signed}\nnode_sign_seconds_bucket{{le=\"+Inf\"}} {signed}\nnode_sign_seconds_sum 1\nnode_sign_seconds_count {signed}\n"
            );
            Samples::parse(&text).unwrap()
        };
        let (first, second) = (reading(4, 10), reading(5, 30));
        let view = View::new(&second, Some((&first, 2.0)));
        assert_eq!(view.sessions, Some(4.0));
        let sign = view
            .functions
            .iter()
            .find(|row| row.function.contains("Sign_ECC"))
            .unwrap();
        assert_eq!((sign.calls, sign.calls_per_second), (30.0, Some(10.0)));
        assert_eq!(
            (view.errors.len(), view.errors[0].code.as_str()),
            (1, "0x01000008")
        );
        assert_eq!(view.latencies[0].p50_microseconds, Some(500.0));
        let names: Vec<&str> = view.values.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["node_blocks_total", "node_peers"]);
        assert_eq!(view.values[1].per_second, None);
        assert_eq!(
            View::new(&first, Some((&second, 2.0))).values[0].per_second,
            Some(5.0)
        );
        assert_eq!(plain("a\u{1b}[2J"), "a?[2J");
    }
}
