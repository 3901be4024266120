//! `gmt0018 keys check`, `gmt0018 keys export`, and what GM/T 0018 cannot do.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, ValueEnum};

use super::{DeviceArguments, RoleName};

#[derive(Debug, Args)]
pub(crate) struct KeysCheckArguments {
    /// The key's index in the card.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: u32,

    #[command(flatten)]
    pub(crate) password: TriedPasswordArguments,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

/// A password that is tried only if one of these is there.
#[derive(Debug, Args)]
#[command(next_help_heading = "Password")]
pub(crate) struct TriedPasswordArguments {
    /// Try the password in this file, once; one line end at its end is ignored.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,

    /// Try the password in $GMT0018_PASSWORD, else from a prompt, once.
    #[arg(long, conflicts_with = "password_file")]
    pub(crate) check_password: bool,

    /// The key has no password: make the test signature without asking for its access right.
    #[arg(long, conflicts_with_all = ["password_file", "check_password"])]
    pub(crate) no_password: bool,
}

#[derive(Debug, Args)]
pub(crate) struct KeysExportArguments {
    /// The key's index in the card.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: u32,

    /// Which key of the index.
    #[arg(long, value_enum, default_value_t = RoleName::Sign)]
    pub(crate) role: RoleName,

    /// How the key is written.
    #[arg(long, value_enum, default_value_t = KeyForm::Pem)]
    pub(crate) form: KeyForm,

    /// Write to this file, which must not exist, instead of stdout.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum KeyForm {
    /// `SubjectPublicKeyInfo` in PEM.
    Pem,
    /// `SubjectPublicKeyInfo` in DER.
    Der,
    /// x || y in 128 hex digits.
    Hex,
    /// The node id, as config.genesis and node.nodeid have it.
    NodeId,
    /// The address of the account with this key.
    Address,
}

/// Whatever is asked for, the answer is the same.
#[derive(Debug, Args)]
pub(crate) struct NoActionArguments {
    /// Options that another program would take; they are not looked at.
    #[arg(
        value_name = "OPTIONS",
        hide = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub(crate) rest: Vec<OsString>,
}
