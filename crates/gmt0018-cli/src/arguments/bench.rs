//! `gmt0018 bench`.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};

use super::{DeviceArguments, PasswordArguments, value};

/// Measure a card: operations per second, latencies, library calls per operation.
///
/// One thread per session; one row for each number of sessions. When no library, store or key is named, a software card in
/// memory with a fresh key is measured, so that nothing has to be set up.
/// Ends with the exit code of the first error if an operation failed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 bench sign
  gmt0018 bench sign --lib /usr/local/lib/libgmt0018.so --key-index 43 --sessions 1,8,32
  gmt0018 bench sm4 --size 65536 --seconds 10 --json
  gmt0018 bench sign --sessions 1,2,4,8,16 --svg sign.svg
  gmt0018 bench verify --compare")]
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

    /// Bytes per operation of sm3, sm4 and random; a multiple of 16 for sm4.
    #[arg(long, value_name = "BYTES", default_value_t = 16_384, value_parser = clap::value_parser!(u32).range(16..=16 << 20))]
    pub(crate) size: u32,

    /// The signing key's index in the card, for sign.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: Option<u32>,

    /// Signatures in a call of batch-verify.
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub(crate) batch: u32,

    /// Measure software, the batch engine and `openssl speed` as well, in turns.
    #[arg(long)]
    pub(crate) compare: bool,

    /// How many turns --compare takes; the seconds of a row are shared out among them.
    #[arg(long, value_name = "N", default_value_t = 3, requires = "compare", value_parser = clap::value_parser!(u32).range(1..=99))]
    pub(crate) rounds: u32,

    /// Write throughput and latency over sessions as an SVG file; it must not exist.
    #[arg(long, value_name = "FILE", conflicts_with = "compare")]
    pub(crate) svg: Option<PathBuf>,

    /// Draw with ASCII characters only; this is the default where the locale is not UTF-8.
    #[arg(long)]
    pub(crate) ascii: bool,

    #[command(flatten)]
    pub(crate) password: PasswordArguments,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
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
    /// The engine of this processor for many signatures at once; no card.
    BatchVerify,
    /// `SDF_GenerateRandom`.
    Random,
    /// `SDF_ExternalEncrypt_ECC` of 32 bytes.
    Encrypt,
}
