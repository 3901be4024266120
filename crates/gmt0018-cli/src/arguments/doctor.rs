//! `gmt0018 doctor`.

use std::path::PathBuf;

use clap::Args;

use super::{DeviceArguments, PasswordArguments, device::PASSWORD_FILE_ONLY};

/// Check everything that a card needs to work, and say what to do about what does not.
///
/// Configuration, library, device, random numbers, SM3, key, password, a node's files, a signature, and speed, on one page.
/// It goes on after a failure wherever the next check makes sense. The library is --lib, else $GMT0018_LIB, else the one in
/// config.ini; with none of them the software card is examined.
///
/// It never asks for a password, and shows the one it is given to the card once: cards count wrong ones. Warnings leave the
/// exit code 0; with errors it is that of the first, because the others are often its consequences.
#[derive(Debug, Args)]
#[command(
    mut_arg("password_file", |file| file.help(PASSWORD_FILE_ONLY)),
    after_help = "\
Examples:
  gmt0018 doctor
  gmt0018 doctor --config nodes/127.0.0.1/node0
  gmt0018 doctor --lib /usr/local/lib/libgmt0018.so --key-index 43 --password-file pin --json"
)]
pub(crate) struct DoctorArguments {
    /// A node's config.ini, or the directory of the node.
    #[arg(long, value_name = "FILE|NODE_DIR")]
    pub(crate) config: Option<PathBuf>,

    /// The chain's config.genesis; else the one beside config.ini, if there is one.
    #[arg(long, value_name = "FILE")]
    pub(crate) genesis: Option<PathBuf>,

    /// The node need not be one of the consensus nodes in config.genesis.
    #[arg(long, requires = "config")]
    pub(crate) observer: bool,

    /// The key's index in the card; else the one in config.ini, else the first from 1 to 64 with a signing key.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: Option<u32>,

    #[command(flatten)]
    pub(crate) password: PasswordArguments,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}
