//! What was measured.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::{implementation::Operation, rust_crypto};

/// Rates by operation and implementation, one of each round.
#[derive(Default)]
pub(crate) struct Report(Vec<Line>);

struct Line {
    operation: Operation,
    name: String,
    rates: Vec<f64>,
}

impl Report {
    pub(crate) fn add(&mut self, operation: Operation, name: &str, rate: f64) {
        let same = |line: &&mut Line| line.operation == operation && line.name == name;
        match self.0.iter_mut().find(same) {
            Some(line) => line.rates.push(rate),
            None => self.0.push(Line {
                operation,
                name: name.to_owned(),
                rates: vec![rate],
            }),
        }
    }

    /// Operations in order, and within each the slowest first.
    fn figures(&self) -> Vec<Figure<'_>> {
        let mut figures: Vec<_> = self.0.iter().map(|line| self.figure(line)).collect();
        let order = |figure: &Figure<'_>| (figure.line.operation as usize, figure.median);
        figures.sort_by(|a, b| {
            order(a)
                .0
                .cmp(&order(b).0)
                .then(a.median.total_cmp(&b.median))
        });
        figures
    }

    fn figure<'a>(&'a self, line: &'a Line) -> Figure<'a> {
        let base_name = rust_crypto::name();
        let mut lines = self.0.iter();
        let base = lines.find(|base| base.operation == line.operation && base.name == base_name);
        let ratios = base.map(|base| {
            let ratios = line.rates.iter().zip(&base.rates);
            sorted(ratios.map(|(rate, base)| rate / base))
        });
        let rates = sorted(line.rates.iter().copied());
        Figure {
            line,
            median: median(&rates),
            lowest: rates[0],
            highest: rates[rates.len() - 1],
            ratio: ratios.map(|ratios| median(&ratios)),
        }
    }

    pub(crate) fn json(&self, machine: Vec<(&'static str, String)>) -> Value {
        let machine: Map<String, Value> = machine
            .into_iter()
            .map(|(what, value)| (what.to_owned(), value.into()))
            .collect();
        let row = |figure: Figure<'_>| {
            json!({
                "operation": figure.line.operation.to_string(),
                "implementation": figure.line.name,
                "rounds": figure.line.rates.len(),
                "median_per_second": figure.median,
                "lowest_per_second": figure.lowest,
                "highest_per_second": figure.highest,
                "ratio_to_rustcrypto": figure.ratio,
            })
        };
        let rows: Vec<_> = self.figures().into_iter().map(row).collect();
        json!({ "machine": machine, "rows": rows })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "| operation | implementation | median per second | lowest to highest | to RustCrypto |\n\
             |---|---|---|---|---|"
        )?;
        for figure in self.figures() {
            let Line {
                operation, name, ..
            } = figure.line;
            let (median, lowest, highest) = (figure.median, figure.lowest, figure.highest);
            let ratio = figure
                .ratio
                .map_or(String::new(), |ratio| format!("{ratio:.2} times"));
            writeln!(
                formatter,
                "| {operation} | {name} | {median:.0} | {lowest:.0} to {highest:.0} | {ratio} |"
            )?;
        }
        Ok(())
    }
}

struct Figure<'a> {
    line: &'a Line,
    median: f64,
    lowest: f64,
    highest: f64,
    ratio: Option<f64>,
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn median(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}
