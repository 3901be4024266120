//! Where a signature or a ciphertext goes, and as what.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct DeliveryArguments {
    /// Write the bytes themselves instead of hex digits and a line end; refused on a terminal.
    #[arg(long)]
    pub(crate) binary: bool,

    /// Write to this file, which must not exist, instead of stdout.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// The form of a signature or a ciphertext.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Form {
    Raw,
    Der,
}
