//! `gmt0018 random`.

use std::path::Path;

use serde::Serialize;
use zeroize::Zeroizing;

use super::hex;
use crate::{
    arguments::RandomArguments,
    device::{Card, DeviceReport, Unnamed},
    error::Error,
    exit::Exit,
    new_file::{NewFile, Readers},
    output::{self, Output, Reader},
};

#[derive(Serialize)]
struct Report {
    /// `null` with --output: it may be a key.
    random: Option<String>,
    /// `null` without --output.
    output: Option<String>,
    device: DeviceReport,
}

pub(crate) fn run(arguments: &RandomArguments, output: Output) -> Result<Exit, Error> {
    let mut sink = Sink::new(arguments, output)?;
    let card = Card::open(&arguments.device, Unnamed::StoreOrMemory, output)?;
    let session = card.session()?;
    let mut left = usize::try_from(arguments.count).unwrap_or(usize::MAX);
    let mut buffer = Zeroizing::new(vec![0; CHUNK]);
    while left > 0 {
        let part = &mut buffer[..left.min(CHUNK)];
        session
            .fill_random(part)
            .map_err(|cause| Error::card("the device gives no random bytes", cause))?;
        left -= part.len();
        let digits;
        let bytes = if arguments.raw {
            part
        } else {
            digits = Zeroizing::new(hex(part));
            digits.as_bytes()
        };
        if sink.write(bytes)? == Reader::Gone {
            return Ok(Exit::Ok);
        }
    }
    sink.finish(&card, arguments.raw, output)
}

/// Where the bytes or digits go.
enum Sink<'a> {
    Stdout(Output),
    /// They wait for the report.
    Json(Vec<u8>),
    File(NewFile, &'a Path),
}

impl<'a> Sink<'a> {
    fn new(arguments: &'a RandomArguments, output: Output) -> Result<Self, Error> {
        if let Some(path) = &arguments.output {
            return Ok(Self::File(NewFile::create(path, Readers::Owner)?, path));
        }
        match (output.is_json(), arguments.raw) {
            (true, true) => Err(Error::options(
                "--raw and --json would mix on stdout",
                "pass -o FILE for the bytes, or leave --raw out: JSON has them in hex",
            )),
            (true, false) => Ok(Self::Json(Vec::new())),
            (false, true) if output::stdout_is_terminal() => {
                Err(Error::bytes_to_terminal("raw random data"))
            }
            (false, _) => Ok(Self::Stdout(output)),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<Reader, Error> {
        match self {
            Self::Stdout(output) => return output.data(bytes),
            Self::Json(digits) => digits.extend_from_slice(bytes),
            Self::File(file, _) => file.write(bytes)?,
        }
        Ok(Reader::There)
    }

    fn finish(mut self, card: &Card, raw: bool, output: Output) -> Result<Exit, Error> {
        if !raw && !matches!(self, Self::Json(_)) {
            self.write(b"\n")?;
        }
        let (random, path) = match self {
            Self::Stdout(_) => return Ok(Exit::Ok),
            Self::Json(digits) => (Some(String::from_utf8_lossy(&digits).into_owned()), None),
            Self::File(file, path) => {
                file.keep()?;
                (None, Some(path.display().to_string()))
            }
        };
        let text = format!("wrote {}", path.as_deref().unwrap_or_default());
        let report = Report {
            random,
            output: path,
            device: card.report(),
        };
        output.result(&report, &text)?;
        Ok(Exit::Ok)
    }
}

const CHUNK: usize = 64 * 1024;
