//! `gmt0018 bench`.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};

use super::{DeviceArguments, PasswordArguments, value};

/// Measure a card: operations per second, latencies, library calls per operation.
///
/// One thread per session; one row for each number of sessions. When no library, store or key is named, a software card in
/// memory with a fresh key is measured, so that nothing has to be set up.
///
/// The knee is the session count after which another doubling brings less than 10 %. On a terminal bars of the throughput
/// stand below the table.
///
/// Ends with the exit code of the first error if an operation failed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 bench sign
  gmt0018 bench sign --lib /usr/local/lib/libgmt0018.so --key-index 43 --sessions 1,8,32
  gmt0018 bench sign --sessions 1,2,4,8,16 --svg throughput.svg
  gmt0018 bench sm4 --size 65536 --seconds 10 --json")]
pub(crate) struct BenchArguments {
    /// What is measured.
    #[arg(value_enum)]
    pub(crate) operation: Operation,

    /// The numbers of sessions, one row each.
    #[arg(long, value_name = "N,N,...", value_delimiter = ',', default_value = "1,2,4", value_parser = value::sessions)]
    pub(crate) sessions: Vec<usize>,

    /// How long each row is measured.
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = value::seconds)]
    pub(crate) seconds: Duration,

    /// Bytes per operation of sm3 and sm4; a multiple of 16 for sm4.
    #[arg(long, value_name = "BYTES", default_value_t = 16_384, value_parser = clap::value_parser!(u32).range(16..=16 << 20))]
    pub(crate) size: u32,

    /// The signing key's index in the card, for sign.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: Option<u32>,

    /// Draw the bars below the table although stdout is no terminal.
    #[arg(long, conflicts_with = "json")]
    pub(crate) plot: bool,

    /// Write a chart of the throughput over the sessions to this file, which must not exist.
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) password: PasswordArguments,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Operation {
    /// `SDF_InternalSign_ECC` of a 32-byte e.
    Sign,
    /// `SDF_ExternalVerify_ECC` of a valid signature.
    Verify,
    /// `SDF_OpenSession` and `SDF_CloseSession`.
    Session,
    /// `SDF_HashInit`, `SDF_HashUpdate`, `SDF_HashFinal` with SM3.
    Sm3,
    /// `SDF_Encrypt` with SM4-CBC.
    Sm4,
}

impl Operation {
    /// The word on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Verify => "verify",
            Self::Session => "session",
            Self::Sm3 => "sm3",
            Self::Sm4 => "sm4",
        }
    }
}
