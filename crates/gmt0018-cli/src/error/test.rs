//! Errors of `gmt0018 test`.

use std::{io, path::Path};

use super::Error;
use crate::exit::Exit;

impl Error {
    pub(crate) fn device_gone() -> Self {
        Self::new(
            Exit::Device,
            "the device went away during the test",
            "it opens no session any more, or answers that the connection or the hardware is lost; the rest was skipped",
            "check the card and its driver; the last case that failed is the first to look at",
        )
    }

    pub(crate) fn junit(path: &Path, cause: &io::Error) -> Self {
        Self::new(
            Exit::Configuration,
            format!("cannot write the JUnit report {}", path.display()),
            cause,
            "check the directory, its permissions and the space on its disk",
        )
    }
}
