//! The only place that writes: data to stdout, everything else to stderr.

use std::io::{self, IsTerminal as _, Write};

use clap::ColorChoice;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::{environment::environment, error::Error, language::Language};

/// Where results and remarks go, and in which form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
    quiet: bool,
    language: Language,
    color: ColorChoice,
}

impl Output {
    pub(crate) const fn new(json: bool, quiet: bool) -> Self {
        Self {
            json,
            quiet,
            language: Language::English,
            color: ColorChoice::Never,
        }
    }

    pub(crate) const fn with_language(self, language: Language) -> Self {
        Self { language, ..self }
    }

    pub(crate) const fn with_color(self, color: ColorChoice) -> Self {
        Self { color, ..self }
    }

    pub(crate) const fn language(self) -> Language {
        self.language
    }

    /// A word of a result in its colour, if results are coloured.
    pub(crate) fn paint(self, tone: Tone, word: &str) -> String {
        self.paint_for(stdout_is_terminal(), tone, word)
    }

    fn paint_for(self, is_terminal: bool, tone: Tone, word: &str) -> String {
        let plain = || {
            environment("NO_COLOR").is_some() || environment("TERM").is_some_and(|it| it == "dumb")
        };
        let colored = match self.color {
            ColorChoice::Always => true,
            ColorChoice::Auto => is_terminal && !plain(),
            ColorChoice::Never => false,
        };
        if !colored {
            return word.to_owned();
        }
        let color = match tone {
            Tone::Error => "1;31",
            Tone::Warning => "33",
            Tone::Ok => "32",
        };
        format!("\x1b[{color}m{word}\x1b[0m")
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
        match error.json(self.language) {
            Ok(line) if self.json => stderr(&line),
            _ => {
                let label = self.language.pick("error", "错误");
                let label = self.paint_for(io::stderr().is_terminal(), Tone::Error, label);
                stderr(&error.text(self.language, &label));
            }
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

    /// A progress bar for a file of so many bytes, or of nobody knows how many; hidden for one that takes no time.
    pub(crate) fn progress_of_bytes(self, bytes: Option<u64>) -> ProgressBar {
        let template = match bytes {
            Some(..LONG) => return ProgressBar::hidden(),
            Some(_) => "{bar:40} {bytes} of {total_bytes}, {binary_bytes_per_sec}, {eta}",
            None => "{spinner} {bytes}, {binary_bytes_per_sec}",
        };
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

/// Bytes that take longer than a person waits without asking.
const LONG: u64 = 32 << 20;

/// What a coloured word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Error,
    Warning,
    Ok,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_asked_for_is_coloured() {
        let output = Output::new(false, false);
        assert_eq!(output.paint_for(true, Tone::Ok, "ok"), "ok");
        let always = output.with_color(ColorChoice::Always);
        assert_eq!(always.paint_for(false, Tone::Ok, "ok"), "\x1b[32mok\x1b[0m");
        let auto = output.with_color(ColorChoice::Auto);
        assert_eq!(auto.paint_for(false, Tone::Error, "error"), "error");
    }
}
