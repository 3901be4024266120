//! `gmt0018 top`.

use std::time::Duration;

use clap::Args;

use super::value;

/// Show what a running pool or node does: calls per second, latencies, sessions, errors.
///
/// Reads the Prometheus text that a process with the `metrics` feature of the crate gmt0018, or the reference node, serves
/// at URL (plain http). q ends it. When stdout is no terminal it prints one table and ends, as with --once.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 top --metrics http://127.0.0.1:20200/metrics
  gmt0018 top --metrics http://127.0.0.1:20200/metrics --once --json")]
pub(crate) struct TopArguments {
    /// Where the metrics are: http://HOST[:PORT][/PATH].
    #[arg(long, value_name = "URL")]
    pub(crate) metrics: String,

    /// How often they are read; rates of --once are over this time.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = value::seconds)]
    pub(crate) interval: Duration,

    /// Print one table and end.
    #[arg(long)]
    pub(crate) once: bool,
}
