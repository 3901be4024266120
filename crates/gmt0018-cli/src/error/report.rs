//! Errors of `report` and `top`.

use std::{fmt, path::Path};

use super::{Error, name};
use crate::exit::Exit;

impl Error {
    /// Metrics cannot be read from an address.
    pub(crate) fn metrics(url: &str, why: &str) -> Self {
        Self::new(
            Exit::Configuration,
            format!("no metrics from {url}"),
            why,
            "check the address, and that the process runs and serves its metrics there",
        )
    }

    /// A file is not the output of `gmt0018 test --json`.
    pub(crate) fn test_results(path: &Path, why: impl fmt::Display) -> Self {
        Self::new(
            Exit::Usage,
            format!("{} holds no results of a test", name(path)),
            why,
            "pass the output of `gmt0018 test --json`",
        )
    }
}
