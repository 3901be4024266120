//! Options that choose the device and the password.

use std::path::PathBuf;

use clap::Args;
use gmt0018::Dialect;

#[derive(Debug, Args)]
#[command(next_help_heading = "Device")]
pub(crate) struct DeviceArguments {
    /// The vendor's library; else $GMT0018_LIB, else the software card in this process.
    #[arg(long, value_name = "FILE", conflicts_with = "soft_dir")]
    pub(crate) lib: Option<PathBuf>,

    /// How the vendor's library differs from the standard: standard, sansec-legacy (old firmware, structures of the 2008
    /// interface), softsdf, fisherman (256-bit structures) or sdf4j.
    #[arg(long, value_name = "NAME", default_value = "standard")]
    pub(crate) dialect: Dialect,

    /// Open the device with `SDF_OpenDeviceWithPath` and this directory (Sansec, Fisherman).
    #[arg(long, value_name = "DIRECTORY", conflicts_with_all = ["open_conf", "soft_dir"])]
    pub(crate) open_path: Option<PathBuf>,

    /// Open the device with `SDF_OpenDeviceWithConf` and this file (sdfx).
    #[arg(long, value_name = "FILE", conflicts_with = "soft_dir")]
    pub(crate) open_conf: Option<PathBuf>,

    /// Use the software card with the store in this directory, whatever $GMT0018_LIB says.
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) soft_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Password")]
pub(crate) struct PasswordArguments {
    /// A file with the key's access password; one line end at its end is ignored. Else $GMT0018_PASSWORD, else a prompt.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,

    /// The key has no password: use it without asking for its access right.
    #[arg(long, conflicts_with = "password_file")]
    pub(crate) no_password: bool,
}

/// The help of `password_file` where nobody is asked.
pub(super) const PASSWORD_FILE_ONLY: &str = "\
A file with the key's access password; one line end at its end is ignored. Else $GMT0018_PASSWORD; there is no prompt";
