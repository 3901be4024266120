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
            return self.data(json_line(value)?.as_bytes()).map(drop);
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
        self.bar(Some(steps), "{msg:24} {bar:40} {elapsed} of {prefix}")
    }

    /// A progress bar that counts so many things, hidden when stderr is not a terminal.
    pub(crate) fn progress_of_steps(self, steps: usize, what: &'static str) -> ProgressBar {
        self.bar(Some(steps as u64), "{msg:24} {bar:40} {pos} of {len}")
            .with_message(what)
    }

    /// A progress bar for input of so many bytes, or of nobody knows how many.
    ///
    /// Hidden when stderr is not a terminal, and when stdout is one: the results show the progress then.
    pub(crate) fn progress_of_input(self, bytes: Option<u64>) -> ProgressBar {
        let template = match bytes {
            Some(_) => "{bar:40} {percent:>3} % {msg}",
            None => "{spinner} {msg}",
        };
        if stdout_is_terminal() {
            return ProgressBar::hidden();
        }
        self.bar(bytes, template)
    }

    fn bar(self, steps: Option<u64>, template: &str) -> ProgressBar {
        let target = if self.quiet || !io::stderr().is_terminal() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let style = ProgressStyle::with_template(template);
        ProgressBar::with_draw_target(steps, target)
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

/// A value as JSON on one line, with its line end.
pub(crate) fn json_line(value: &impl Serialize) -> Result<String, Error> {
    let line = serde_json::to_string(value);
    line.map(|line| line + "\n")
        .map_err(|cause| Error::output(&io::Error::from(cause)))
}

/// Whether results go to a person's screen.
pub(crate) fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Writes a line to stderr; when that fails there is nobody left to tell.
fn stderr(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
