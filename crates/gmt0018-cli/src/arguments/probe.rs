//! `gmt0018 probe` with a command behind it.

use clap::{Args, Subcommand, ValueEnum};

use super::{DeviceArguments, PasswordArguments, device::PASSWORD_FILE_ONLY};

#[derive(Debug, Subcommand)]
pub(crate) enum ProbeCommand {
    Symbols(SymbolsArguments),
    Layout(LayoutArguments),
}

/// List the functions that a library has and lacks, and who needs them.
///
/// By chapter and edition of GM/T 0018, with the usual extensions of vendors. No device is opened. With --for, a function
/// that is needed and missing gives exit code 3.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 probe symbols --for fisco --lib /usr/local/lib/libgmt0018.so
  gmt0018 probe symbols --markdown --lib /usr/local/lib/libgmt0018.so > functions.md")]
pub(crate) struct SymbolsArguments {
    /// What the library is to be used for.
    #[arg(long = "for", value_name = "PURPOSE", value_enum)]
    pub(crate) purpose: Option<Purpose>,

    /// Write a table in Markdown.
    #[arg(long, conflicts_with = "json")]
    pub(crate) markdown: bool,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

/// What a library is to be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Purpose {
    /// A FISCO BCOS 3 node with its key in the card.
    Fisco,
    /// Signing and verifying with this program and its libraries.
    Signing,
    /// Everything that this program and its libraries can call.
    All,
}

/// Find out the layout of a library's structures, and the dialect that goes with it.
///
/// Exports a public key, asks for the device information and encrypts 16 bytes, each into memory that is larger than every
/// known structure and filled with marks, and tells from what was written how the library lays out its structures. With a
/// password, or --no-password, it signs twice as well; it never asks for one. The password is shown to the card once.
#[derive(Debug, Args)]
#[command(
    mut_arg("password_file", |file| file.help(PASSWORD_FILE_ONLY)),
    after_help = "\
Examples:
  gmt0018 probe layout --lib /usr/local/lib/libgmt0018.so --key-index 43
  gmt0018 probe layout --lib ./libcard.so --key-index 1 --password-file pin --markdown"
)]
pub(crate) struct LayoutArguments {
    /// The index of a key pair in the card [default: the first from 1 to 64 with a signing key].
    #[arg(long, value_name = "N")]
    pub(crate) key_index: Option<u32>,

    /// Write a table in Markdown.
    #[arg(long, conflicts_with = "json")]
    pub(crate) markdown: bool,

    #[command(flatten)]
    pub(crate) password: PasswordArguments,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}
