//! Errors that are told as one line of many, and those of the probes.

use std::path::Path;

use super::Error;
use crate::{catalogue::Texts, exit::Exit};

impl Error {
    /// What, why and what to try, in English.
    pub(crate) fn into_words(self) -> Texts {
        self.english
    }

    /// No key was named, and the indexes that were looked at have none.
    pub(crate) fn no_key_found() -> Self {
        Self::new(
            Exit::Key,
            "there is no key to look at",
            "the device has no signing key at the indexes 1 to 64",
            "pass --key-index with the index of a key, or make one",
        )
    }

    /// The symbols of a library that does not load as one cannot be read from its file either.
    pub(crate) fn no_symbols(path: &Path, why: &str) -> Self {
        Self::new(
            Exit::Library,
            format!("the functions of {} cannot be listed", path.display()),
            why,
            "pass the path of the vendor's SDF library with --lib",
        )
    }
}
