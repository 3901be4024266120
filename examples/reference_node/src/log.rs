//! The log, in files and lines like those of a FISCO BCOS node.
//!
//! A line is `<severity>|YYYY-mm-dd HH:MM:SS.ffffff|<message>,name=value,...`, in UTC where FISCO BCOS has local time. Each
//! hour begins a file of its own, `log_YYYYMMDDHH.00.log`; one that is full is followed by `.01.log` and so on. What would
//! begin another line is escaped, so that no peer writes a line of its own.

mod file;
mod time;

use std::{fmt, io, sync::Mutex, time::SystemTime};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer, filter::Targets, layer::Context, layer::SubscriberExt as _, registry,
    util::SubscriberInitExt as _,
};

use crate::settings::LogSettings;
use file::Files;
pub(crate) use time::Moment;

/// Makes all events of the process go to the files, if the settings ask for any.
///
/// # Errors
/// When the directory cannot be made or written, or the process has a log already.
pub(crate) fn install(settings: &LogSettings) -> io::Result<()> {
    if !settings.enable {
        return Ok(());
    }
    let layer = LogFiles::new(settings)?.with_filter(targets(settings.level));
    registry().with(layer).try_init().map_err(io::Error::other)
}

/// Everything of this node; of the consensus engine, which tells every step at `info`, only what is wrong.
fn targets(level: Level) -> Targets {
    let engine = if level > Level::INFO {
        level
    } else {
        level.min(Level::WARN)
    };
    Targets::new()
        .with_default(level)
        .with_target("arc_malachitebft", engine)
}

/// Writes events to files.
#[derive(Debug)]
struct LogFiles {
    files: Mutex<Files>,
}

impl LogFiles {
    fn new(settings: &LogSettings) -> io::Result<Self> {
        let files = Files::new(&settings.path, settings.max_file_size)?;
        Ok(Self {
            files: Mutex::new(files),
        })
    }
}

impl<S: Subscriber> Layer<S> for LogFiles {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let now = Moment::at(SystemTime::now());
        let text = line(event, &now);
        // A log that cannot be written, on a full disk for example, does not stop the node.
        if let Ok(mut files) = self.files.lock() {
            let _ = files.write(&now, text.as_bytes());
        }
    }
}

/// An event as a line.
fn line(event: &Event<'_>, now: &Moment) -> String {
    let mut parts = Parts::default();
    event.record(&mut parts);
    let severity = severity(*event.metadata().level());
    format!("{severity}|{now}|{}{}\n", parts.message, parts.fields)
}

const fn severity(level: Level) -> &'static str {
    match level {
        Level::TRACE => "trace",
        Level::DEBUG => "debug",
        Level::INFO => "info",
        Level::WARN => "warning",
        Level::ERROR => "error",
    }
}

/// The message, and the other fields as `,name=value`.
#[derive(Default)]
struct Parts {
    message: String,
    fields: String,
}

impl Visit for Parts {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = OneLine(format!("{value:?}"));
        if field.name() == "message" {
            self.message = text.to_string();
        } else {
            self.fields.push_str(&format!(",{}={text}", field.name()));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}

/// A text without control characters, and cut if it is very long.
struct OneLine(String);

impl fmt::Display for OneLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (count, character) in self.0.chars().enumerate() {
            if count == LONGEST_TEXT {
                return formatter.write_str("...");
            }
            if character.is_control() {
                write!(formatter, "{}", character.escape_default())?;
            } else {
                fmt::Write::write_char(formatter, character)?;
            }
        }
        Ok(())
    }
}

/// In characters.
const LONGEST_TEXT: usize = 16_384;

#[cfg(test)]
mod tests;
