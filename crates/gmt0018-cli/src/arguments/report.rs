//! `gmt0018 report`.

use std::{path::PathBuf, time::Duration};

use clap::Args;

use super::{DeviceArguments, PasswordArguments, Range, value};

/// Write one page about a card for an acceptance paper: device, functions, keys, checks, random numbers, performance.
///
/// It is no certificate, and says so. Signing is measured with --key-index, or with a fresh key of the software card in
/// memory. There is no password in the page. Ends with exit code 1 if a check fails; the page is written all the same.
#[derive(Debug, Args)]
#[command(
    group = clap::ArgGroup::new("file").required(true).multiple(true).args(["html", "md"]),
    after_help = "\
Examples:
  gmt0018 report --html card.html
  gmt0018 report --html card.html --md card.md --lib /usr/local/lib/libgmt0018.so --key-index 43 --password-file pin"
)]
pub(crate) struct ReportArguments {
    /// The page as HTML, in one file; it must not exist.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// The page as Markdown, without the plots; it must not exist.
    #[arg(long, value_name = "FILE")]
    pub(crate) md: Option<PathBuf>,

    /// The output of `gmt0018 test --json`, to be included; several runs may follow each other.
    #[arg(long, value_name = "FILE")]
    pub(crate) test_json: Option<PathBuf>,

    /// How long each row of the performance is measured.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = value::seconds)]
    pub(crate) seconds: Duration,

    /// The numbers of sessions that are measured.
    #[arg(long, value_name = "N,N,...", value_delimiter = ',', default_value = "1,2,4", value_parser = value::sessions)]
    pub(crate) sessions: Vec<usize>,

    /// The signing key's index in the card.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: Option<u32>,

    /// The key indexes to look at, first and last.
    #[arg(long, value_name = "FIRST-LAST", default_value = "1-64")]
    pub(crate) range: Range,

    #[command(flatten)]
    pub(crate) password: PasswordArguments,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}
