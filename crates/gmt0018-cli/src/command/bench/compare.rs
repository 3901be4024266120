//! `gmt0018 bench --compare`.

use comfy_table::{Table, presets};
use serde::Serialize;

use super::{
    aligned, batch_size, measure, measure::Measurement, microseconds, openssl, operation::Plan,
    optional, round,
};
use crate::{
    arguments::{BenchArguments, Operation},
    device::Card,
    error::Error,
    output::Output,
    statistics::median,
};

/// What was measured in turns, so that a machine that gets slower makes all of it slower.
#[derive(Serialize)]
pub(super) struct Comparison {
    rounds: u32,
    contenders: Vec<Contender>,
}

#[derive(Serialize)]
struct Contender {
    name: &'static str,
    sessions: usize,
    /// The median of the rounds; `null` if there is no number.
    operations_per_second: Option<f64>,
    rates: Vec<f64>,
    p50_microseconds: Option<f64>,
    p99_microseconds: Option<f64>,
    errors: u64,
    /// Against the card with as many sessions.
    ratio: Option<f64>,
    /// Why there is no number, or what is to be known about it.
    remark: Option<String>,
}

enum Runner {
    Plan(Box<Plan>),
    OpenSsl,
}

impl Comparison {
    /// Gives the first failure too. One before an operation is measured ends the comparison: a wrong password, for one, must
    /// not be shown to a card again.
    pub(super) fn run(
        card: Option<&Card>,
        plan: &Plan,
        arguments: &BenchArguments,
        output: Output,
    ) -> Result<(Self, Option<Error>), Error> {
        let others = runners(plan, arguments)?;
        let mut entries: Vec<(Contender, Option<&Runner>, Measurement)> = Vec::new();
        for &sessions in &arguments.sessions {
            entries.push((Contender::new("card", sessions), None, Measurement::new()));
            for (name, runner) in &others {
                let mut contender = Contender::new(name, sessions);
                if let Runner::Plan(plan) = runner {
                    contender.remark = plan.engine().map(|engine| {
                        format!("engine {engine}, {} signatures a call", arguments.batch)
                    });
                }
                entries.push((contender, Some(runner), Measurement::new()));
            }
        }
        let duration = arguments.seconds / arguments.rounds;
        let mut failure = None;
        'rounds: for _ in 0..arguments.rounds {
            for (contender, runner, whole) in &mut entries {
                let plan = match runner {
                    None => plan,
                    Some(Runner::Plan(plan)) => plan,
                    Some(Runner::OpenSsl) => {
                        contender.add_openssl(arguments, duration);
                        continue;
                    }
                };
                let mut part = match measure(card, plan, contender.sessions, duration, output) {
                    Ok(part) => part,
                    Err(error) => {
                        contender.errors += 1;
                        contender.remark = Some(first_line(&error));
                        failure.get_or_insert(error);
                        break 'rounds;
                    }
                };
                if let Some(error) = part.first_error.take() {
                    contender.remark = Some(first_line(&error));
                    failure.get_or_insert(error);
                }
                let operations = part.latencies.total() * plan.weight();
                contender
                    .rates
                    .push(round(operations as f64 / part.elapsed.as_secs_f64()));
                whole.append(part);
            }
        }
        let mut contenders: Vec<Contender> = entries
            .into_iter()
            .map(|(contender, _, whole)| contender.finish(&whole))
            .collect();
        set_ratios(&mut contenders);
        let comparison = Self {
            rounds: arguments.rounds,
            contenders,
        };
        Ok((comparison, failure))
    }

    pub(super) fn text(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header([
            "sessions", "what", "ops/s", "ratio", "p50 µs", "p99 µs", "errors", "remark",
        ]);
        for row in &self.contenders {
            let rate = row.operations_per_second;
            table.add_row([
                row.sessions.to_string(),
                row.name.to_owned(),
                rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.0}")),
                row.ratio
                    .map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}")),
                optional(row.p50_microseconds),
                optional(row.p99_microseconds),
                row.errors.to_string(),
                row.remark.clone().unwrap_or_default(),
            ]);
        }
        format!(
            "{}\nmedians of {} rounds in turns",
            aligned(table),
            self.rounds
        )
    }
}

impl Contender {
    const fn new(name: &'static str, sessions: usize) -> Self {
        Self {
            name,
            sessions,
            operations_per_second: None,
            rates: Vec::new(),
            p50_microseconds: None,
            p99_microseconds: None,
            errors: 0,
            ratio: None,
            remark: None,
        }
    }

    fn add_openssl(&mut self, arguments: &BenchArguments, duration: std::time::Duration) {
        // What is not there in the first round is not asked for again.
        if self.remark.is_some() {
            return;
        }
        match openssl::rate(arguments.operation, arguments.size, self.sessions, duration) {
            Ok(rate) => self.rates.push(round(rate)),
            Err(absent) => self.remark = Some(absent.text().to_owned()),
        }
    }

    fn finish(mut self, whole: &Measurement) -> Self {
        let latency = |thousandths| whole.latencies.per_mille(thousandths).map(microseconds);
        self.operations_per_second = median(&self.rates).map(round);
        self.p50_microseconds = latency(500);
        self.p99_microseconds = latency(990);
        self.errors += whole.errors;
        self
    }
}

fn first_line(error: &Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}

fn runners(plan: &Plan, arguments: &BenchArguments) -> Result<Vec<(&'static str, Runner)>, Error> {
    let mut runners = Vec::new();
    if let Some(software) = plan.in_software()? {
        runners.push(("software", Runner::Plan(Box::new(software))));
    }
    if matches!(
        arguments.operation,
        Operation::Verify | Operation::BatchVerify
    ) {
        runners.push((
            "batch",
            Runner::Plan(Box::new(Plan::batch(batch_size(arguments))?)),
        ));
    }
    runners.push(("openssl", Runner::OpenSsl));
    Ok(runners)
}

fn set_ratios(contenders: &mut [Contender]) {
    let cards: Vec<(usize, Option<f64>)> = contenders
        .iter()
        .filter(|contender| contender.name == "card")
        .map(|card| (card.sessions, card.operations_per_second))
        .collect();
    for contender in contenders {
        let card = cards.iter().find(|card| card.0 == contender.sessions);
        let card = card.and_then(|card| card.1).filter(|rate| *rate > 0.0);
        contender.ratio = contender
            .operations_per_second
            .zip(card)
            .map(|(rate, card)| round(rate / card));
    }
}
