//! The files of the log.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::time::Moment;

/// The files of a directory, of which one is open.
#[derive(Debug)]
pub(super) struct Files {
    directory: PathBuf,
    max_size: u64,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    hour: String,
    /// How many files the hour had before.
    number: u32,
    file: File,
    size: u64,
}

impl Files {
    pub(super) fn new(directory: &Path, max_size: u64) -> io::Result<Self> {
        fs::create_dir_all(directory)?;
        Ok(Self {
            directory: directory.to_path_buf(),
            max_size,
            open: None,
        })
    }

    /// Writes a line into the file of its hour.
    pub(super) fn write(&mut self, now: &Moment, line: &[u8]) -> io::Result<()> {
        let hour = now.hour();
        let mut open = match self.open.take() {
            Some(open) if open.hour == hour => open,
            _ => self.next(hour, 0)?,
        };
        while open.size > 0 && open.size.saturating_add(line.len() as u64) > self.max_size {
            open = self.next(open.hour, open.number.saturating_add(1))?;
        }
        let open = self.open.insert(open);
        open.size = open.size.saturating_add(line.len() as u64);
        open.file.write_all(line)
    }

    /// Opens a file, which may be there from an earlier run.
    fn next(&self, hour: String, number: u32) -> io::Result<Open> {
        let path = self.directory.join(format!("log_{hour}.{number:02}.log"));
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        let size = file.metadata()?.len();
        Ok(Open {
            hour,
            number,
            file,
            size,
        })
    }
}
