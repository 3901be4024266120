//! Rows as tables, charts and words.

use comfy_table::{CellAlignment, Table, presets};

use super::Row;
use crate::svg::Chart;

/// Throughput and latency over sessions.
pub(in crate::command) fn charts<'a>(
    name: &'a str,
    sessions: &'a [usize],
    rows: &[Row],
) -> [Chart<'a>; 2] {
    let line = |value: fn(&Row) -> Option<f64>| rows.iter().map(value).collect();
    [
        Chart {
            title: name,
            unit: "operations per second",
            sessions,
            lines: vec![("throughput", line(|row| Some(row.operations_per_second)))],
        },
        Chart {
            title: name,
            unit: "latency in µs",
            sessions,
            lines: vec![
                ("p50", line(|row| row.p50_microseconds)),
                ("p99", line(|row| row.p99_microseconds)),
                ("p99.9", line(|row| row.p999_microseconds)),
            ],
        },
    ]
}

/// Where the throughput stops growing, in words.
pub(in crate::command) fn knee_text(rows: &[Row], knee: Option<usize>) -> Option<String> {
    let good = rows.iter().filter(|row| row.errors == 0);
    let sessions: Vec<usize> = good.map(|row| row.sessions).collect();
    if sessions.len() < 2 {
        return None;
    }
    let most = sessions.into_iter().max()?;
    Some(match knee {
        Some(sessions) => {
            format!("knee: {sessions} sessions; another doubling brings less than 10 %")
        }
        None => format!("knee: none up to {most} sessions"),
    })
}

/// What stands above the columns of [`Row::cells`].
pub(in crate::command) fn header(rows: &[Row]) -> Vec<&'static str> {
    let mut header = vec![
        "sessions",
        "ops/s",
        "p50 µs",
        "p99 µs",
        "p99.9 µs",
        "errors",
        "calls/op",
        "speed-up",
    ];
    if rows.iter().any(|row| row.mebibytes_per_second.is_some()) {
        header.push("MiB/s");
    }
    header
}

pub(super) fn table(rows: &[Row]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header(rows));
    for row in rows {
        table.add_row(row.cells());
    }
    aligned(table)
}

impl Row {
    /// As in the table.
    pub(in crate::command) fn cells(&self) -> Vec<String> {
        let mut cells = vec![
            self.sessions.to_string(),
            format!("{:.0}", self.operations_per_second),
            optional(self.p50_microseconds),
            optional(self.p99_microseconds),
            optional(self.p999_microseconds),
            self.errors.to_string(),
            format!("{:.2}", self.library_calls_per_operation),
            format!("{:.2}", self.speed_up),
        ];
        cells.extend(self.mebibytes_per_second.map(|rate| format!("{rate:.1}")));
        cells
    }
}

pub(super) fn aligned(mut table: Table) -> String {
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.trim_fmt()
}

pub(super) fn optional(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"))
}

#[cfg(test)]
mod tests {
    use super::super::knee;
    use super::*;

    #[test]
    fn a_row_with_errors_makes_no_knee() {
        let row = |sessions, operations_per_second, errors| Row {
            sessions,
            operations: 1,
            errors,
            operations_per_second,
            p50_microseconds: None,
            p99_microseconds: None,
            p999_microseconds: None,
            library_calls_per_operation: 1.0,
            speed_up: 1.0,
            mebibytes_per_second: None,
        };
        let told = |rows: &[Row]| knee_text(rows, knee(rows));
        let mut rows = vec![row(1, 100.0, 0), row(2, 3.0, 100)];
        assert_eq!(told(&rows), None);
        rows.insert(1, row(2, 190.0, 0));
        assert_eq!(told(&rows).unwrap(), "knee: none up to 2 sessions");
        rows[2] = row(4, 191.0, 0);
        assert!(told(&rows).unwrap().starts_with("knee: 2 sessions;"));
    }
}
