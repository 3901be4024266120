//! `gmt0018 config`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use gmt0018::Dialect;

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    Check(CheckArguments),
    Fix(FixArguments),
}

/// Say what a node reads otherwise than it was meant, in config.ini and config.genesis.
///
/// Each problem has its place, what stands there, what a FISCO BCOS node does with it, and what to write instead. No card is
/// touched without --card. Ends with exit code 0 if there is no problem, and with 6 if there is one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 config check nodes/127.0.0.1/node0
  gmt0018 config check config.ini --genesis ../config.genesis --json
  gmt0018 config check nodes/127.0.0.1/node0 --card --password-file pin")]
pub(crate) struct CheckArguments {
    /// A config.ini, or the directory of a node.
    #[arg(value_name = "FILE|NODE_DIR")]
    pub(crate) path: PathBuf,

    /// The chain's config.genesis; else the one beside config.ini, if there is one.
    #[arg(long, value_name = "FILE")]
    pub(crate) genesis: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) card: StartArguments,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Start checks")]
pub(crate) struct StartArguments {
    /// Do what must work when the node starts: load the library that config.ini names, open the device, sign once and
    /// verify it; or read node.pem. Then look for the key among the consensus nodes.
    #[arg(long)]
    pub(crate) card: bool,

    /// A file with the password of the key, instead of the one in config.ini, or of an encrypted node.pem. Without either,
    /// $GMT0018_PASSWORD, and $GMT0018_PEM_PASSWORD for node.pem.
    #[arg(long, value_name = "FILE", requires = "card")]
    pub(crate) password_file: Option<PathBuf>,

    /// How the library differs from the standard; `gmt0018 probe --help` lists the names.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "standard",
        requires = "card"
    )]
    pub(crate) dialect: Dialect,

    /// The node need not be one of the consensus nodes in config.genesis.
    #[arg(long, requires = "card")]
    pub(crate) observer: bool,
}

/// Mend what is certain in a config.ini, and keep every other byte of it.
///
/// A misnamed key_id is renamed, settings that are never read are removed, True and yes become true, comments behind a value
/// move to a line of their own. What needs a decision is left and listed. The file is replaced in one step and keeps its
/// mode. Ends with exit code 6 if problems are left.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 config fix nodes/127.0.0.1/node0 --dry-run
  gmt0018 config fix nodes/127.0.0.1/node0/config.ini --backup")]
pub(crate) struct FixArguments {
    /// A config.ini, or the directory of a node.
    #[arg(value_name = "FILE|NODE_DIR")]
    pub(crate) path: PathBuf,

    /// Show what would be changed, and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Keep the old file beside the new one, with .bak behind its name; that file must not exist.
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) backup: bool,
}
