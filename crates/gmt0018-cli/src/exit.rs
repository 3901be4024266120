//! The exit codes, which scripts rely on.

use std::process::ExitCode;

/// How the command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything asked for was done.
    Ok = 0,
    /// It was done, and a check failed: an invalid signature, a wrong known answer.
    CheckFailed = 1,
    /// The command line or the input is wrong.
    Usage = 2,
    /// The library cannot be loaded or lacks a function.
    Library = 3,
    /// The device failed.
    Device = 4,
    /// No such key, no password, a wrong password, a key file that cannot be used.
    Key = 5,
    /// The store, the device's configuration or the environment is wrong.
    Configuration = 6,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
