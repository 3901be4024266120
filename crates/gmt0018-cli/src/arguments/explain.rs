//! `gmt0018 explain`.

use clap::Args;

use crate::catalogue::code::vendor::VendorName;

/// Explain a return code of a library, or an error of this command.
///
/// CODE is a number, in hex or decimal, or a name such as SDR_KEYNOTEXIST; ID is the `id` that an error has with --json.
/// Nothing is opened or called.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 explain 0x01000008
  gmt0018 explain SDR_PRKRERR --vendor fisherman
  gmt0018 explain password-wrong --lang zh
  gmt0018 explain --list")]
pub(crate) struct ExplainArguments {
    /// What to explain.
    #[arg(
        value_name = "CODE|ID",
        required_unless_present = "list",
        allow_negative_numbers = true
    )]
    pub(crate) subject: Option<String>,

    /// What the code means on a card of this maker.
    #[arg(long, value_enum, value_name = "NAME")]
    pub(crate) vendor: Option<VendorName>,

    /// List all errors of the catalogue and all codes with a name.
    #[arg(long, conflicts_with_all = ["subject", "vendor"])]
    pub(crate) list: bool,
}
