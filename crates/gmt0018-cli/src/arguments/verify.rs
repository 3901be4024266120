//! `gmt0018 verify`.

use std::path::PathBuf;

use clap::Args;
use sm2_batch::EngineChoice;

use super::{DeviceArguments, MessageArguments};

/// Verify a signature: prints `valid` and exits with 0, or prints `invalid` and exits with 1.
///
/// Verifies in software; no card is needed without --on-card.
///
/// With --batch, each line of ITEMS is a JSON object with `public_key` (128 or 130 hex digits), `signature` (r || s in
/// 128 hex digits, or DER in hex), and either `digest` (e in 64 hex digits) or `message` (in hex) and, if it is not the
/// default, `user_id` (text). Line N of the output is the verdict on line N of ITEMS: `valid`, `invalid`, or `malformed:` and
/// why; a line that is malformed, an empty one too, does not stop the run. The exit code is 0 if all are valid, 1 if one is
/// invalid, 2 if one is malformed. Keys that come back get faster. ITEMS may be of any length.
#[derive(Debug, Args)]
#[command(
    override_usage = "\
gmt0018 verify [OPTIONS] --public-key <HEX|@FILE> --signature <HEX|@FILE> <FILE|--digest <HEX>>
       gmt0018 verify [OPTIONS] --batch <ITEMS>",
    after_help = "\
Examples:
  gmt0018 verify --public-key @key.pem --signature 3045...  message.txt
  gmt0018 verify --public-key @key.pem --signature @message.sig message.txt
  gmt0018 verify --public-key 09f9df31...13 --signature f5a03b06...a9 --digest f0b43e94...27
  gmt0018 verify --on-card --public-key @key.pem --signature f5a03b06...a9 message.txt
  gmt0018 verify --batch signatures.jsonl > verdicts.txt
  zcat signatures.jsonl.gz | gmt0018 verify --batch - --json",
    mut_arg("file", |file| file.required_unless_present("batch"))
)]
pub(crate) struct VerifyArguments {
    /// The public key: x || y in 128 hex digits, with or without 04 in front, or @ and a PEM file.
    #[arg(long, value_name = "HEX|@FILE", required_unless_present = "batch")]
    pub(crate) public_key: Option<String>,

    /// The signature in hex: r || s in 128 digits, or DER as in GM/T 0009; or @ and a file with either, in hex or bytes.
    #[arg(long, value_name = "HEX|@FILE", required_unless_present = "batch")]
    pub(crate) signature: Option<String>,

    #[command(flatten)]
    pub(crate) message: MessageArguments,

    /// Let the device verify instead of software.
    #[arg(long)]
    pub(crate) on_card: bool,

    #[command(flatten)]
    pub(crate) batch: BatchArguments,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Batch")]
pub(crate) struct BatchArguments {
    /// Verify the signatures of a file with one JSON object per line; - reads stdin.
    #[arg(
        long = "batch",
        id = "batch",
        value_name = "ITEMS",
        conflicts_with_all = [
            "public_key", "signature", "file", "digest", "user_id", "on_card", "lib", "dialect", "open_path", "open_conf",
            "soft_dir",
        ]
    )]
    pub(crate) items: Option<PathBuf>,

    // A requirement does not count for an option that conflicts with one that is given, hence the conflicts below.
    /// What verifies: auto, ifma (AVX-512 IFMA) or portable [default: $SM2_BATCH_ENGINE, else auto].
    #[arg(
        long,
        value_name = "NAME",
        requires = "batch",
        conflicts_with = "public_key"
    )]
    pub(crate) engine: Option<EngineChoice>,

    /// How many threads verify [default: as many as there are processors].
    #[arg(long, value_name = "N", requires = "batch", conflicts_with = "public_key", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}
