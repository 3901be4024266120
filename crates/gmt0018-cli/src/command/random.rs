//! `gmt0018 random`.

use serde::Serialize;

use super::hex;
use crate::{
    arguments::RandomArguments,
    device::{Card, DeviceReport, Unnamed},
    error::Error,
    exit::Exit,
    output::{self, Output, Reader},
};

#[derive(Serialize)]
struct Report {
    random: String,
    device: DeviceReport,
}

pub(crate) fn run(arguments: &RandomArguments, output: Output) -> Result<Exit, Error> {
    if arguments.raw && output::stdout_is_terminal() {
        return Err(Error::binary_to_terminal());
    }
    let card = Card::open(&arguments.device, Unnamed::StoreOrMemory, output)?;
    let session = card.session()?;
    let mut text = String::new();
    let mut left = usize::try_from(arguments.count).unwrap_or(usize::MAX);
    let mut buffer = vec![0; CHUNK];
    while left > 0 {
        let part = &mut buffer[..left.min(CHUNK)];
        session
            .fill_random(part)
            .map_err(|cause| Error::card("the device gives no random bytes", cause))?;
        left -= part.len();
        let reader = if arguments.raw {
            output.data(part)?
        } else if output.is_json() {
            text.push_str(&hex(part));
            Reader::There
        } else {
            output.data(hex(part).as_bytes())?
        };
        if reader == Reader::Gone {
            return Ok(Exit::Ok);
        }
    }
    if output.is_json() {
        output.result(
            &Report {
                random: text,
                device: card.report(),
            },
            "",
        )?;
    } else if !arguments.raw {
        output.data(b"\n")?;
    }
    Ok(Exit::Ok)
}

const CHUNK: usize = 64 * 1024;
