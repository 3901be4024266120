//! The only place that writes: data to stdout, everything else to stderr.

use std::io::{self, IsTerminal as _, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::error::Error;

/// Where results and remarks go, and in which form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
    quiet: bool,
}

impl Output {
    pub(crate) const fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet }
    }

    /// Writes a command's result: as JSON on one line, or as text.
    pub(crate) fn result(self, value: &impl Serialize, text: &str) -> Result<(), Error> {
        if self.json {
            let line = serde_json::to_string(value)
                .map_err(|cause| Error::output(&io::Error::from(cause)))?;
            return self.data(format!("{line}\n").as_bytes()).map(drop);
        }
        let end = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        self.data(format!("{text}{end}").as_bytes()).map(drop)
    }

    /// Writes bytes to stdout, and says whether anybody still reads.
    ///
    /// A reader that has gone away is not an error: it has what it wanted.
    pub(crate) fn data(self, bytes: &[u8]) -> Result<Reader, Error> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Ok(()) => Ok(Reader::There),
            Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
            Err(cause) => Err(Error::output(&cause)),
        }
    }

    /// Writes a remark to stderr, unless --quiet.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            stderr(text);
        }
    }

    /// Writes an error to stderr: as one line of JSON, or as text.
    pub(crate) fn error(self, error: &Error) {
        match serde_json::to_string(error) {
            Ok(line) if self.json => stderr(&line),
            _ => stderr(&error.to_string()),
        }
    }

    /// A progress bar on stderr, hidden when that is not a terminal.
    pub(crate) fn progress(self, steps: u64) -> ProgressBar {
        let target = if self.quiet || !io::stderr().is_terminal() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let style = ProgressStyle::with_template("{msg:24} {bar:40} {elapsed} of {prefix}");
        ProgressBar::with_draw_target(Some(steps), target)
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }

    pub(crate) const fn is_json(self) -> bool {
        self.json
    }
}

/// Whether anybody reads stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    There,
    Gone,
}

/// Whether results go to a person's screen.
pub(crate) fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Writes a line to stderr; when that fails there is nobody left to tell.
fn stderr(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
