//! Where vectors of others may lie.

use std::{env, fs, path::PathBuf};

use crate::check::Stop;

/// The extra vectors directory, there or not.
#[derive(Debug, Clone)]
pub(crate) struct ExtraVectors(PathBuf);

impl ExtraVectors {
    pub(crate) fn at(directory: impl Into<PathBuf>) -> Self {
        Self(directory.into())
    }

    /// `GMT0018_VECTORS`, else a fixed place beside the repository.
    pub(crate) fn discover() -> Self {
        env::var_os("GMT0018_VECTORS").map_or_else(
            || {
                let crate_directory = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
                let beside = crate_directory
                    .ancestors()
                    .nth(3)
                    .map(|root| root.join(BESIDE));
                Self(beside.unwrap_or_else(|| PathBuf::from(BESIDE)))
            },
            Self::at,
        )
    }

    /// Reads one file; a missing directory skips the case.
    pub(crate) fn bytes(&self, file: &str) -> Result<Vec<u8>, Stop> {
        if !self.0.is_dir() {
            return Err(Stop::Skipped(format!(
                "no extra vectors at {}",
                self.0.display()
            )));
        }
        let path = self.0.join(file);
        if !path.exists() {
            return Err(Stop::Skipped(format!(
                "no extra vectors at {}",
                path.display()
            )));
        }
        fs::read(&path).map_err(|error| Stop::Failed(format!("{}: {error}", path.display())))
    }

    /// Reads one text file.
    pub(crate) fn text(&self, file: &str) -> Result<String, Stop> {
        String::from_utf8(self.bytes(file)?)
            .map_err(|_| Stop::Failed(format!("{file}: not UTF-8 text")))
    }
}

const BESIDE: &str = "shared/vectors";
