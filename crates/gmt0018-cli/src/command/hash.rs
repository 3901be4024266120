//! `gmt0018 hash`.

use serde::Serialize;
use sm_soft::hash::{Digest as _, Sm3};

use super::hex;
use crate::{
    arguments::HashArguments,
    device::{Card, DeviceReport, Unnamed},
    error::Error,
    exit::Exit,
    input,
    output::Output,
};

#[derive(Serialize)]
struct Report {
    sm3: String,
    /// `null` when software did it.
    device: Option<DeviceReport>,
}

pub(crate) fn run(arguments: &HashArguments, output: Output) -> Result<Exit, Error> {
    let (digest, device) = if arguments.on_card {
        let card = Card::open(&arguments.device, Unnamed::StoreOrMemory, output)?;
        (on_card(arguments, &card)?, Some(card.report()))
    } else {
        let mut hash = Sm3::new();
        input::stream(&arguments.file, |part| {
            hash.update(part);
            Ok::<(), Error>(())
        })?;
        (hash.finalize().into(), None)
    };
    let report = Report {
        sm3: hex(&digest),
        device,
    };
    output.result(&report, &report.sm3)?;
    Ok(Exit::Ok)
}

fn on_card(arguments: &HashArguments, card: &Card) -> Result<[u8; 32], Error> {
    let failed = |cause| Error::card("the device cannot hash", cause);
    let mut session = card.session()?;
    let mut stream = session.sm3_stream().map_err(failed)?;
    input::stream(&arguments.file, |part| stream.update(part).map_err(failed))?;
    stream.finish().map_err(failed)
}
