//! `gmt0018 hash`.

mod check;

use std::path::Path;

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
    /// `null` if there is only one.
    file: Option<String>,
    sm3: String,
    /// `null` when software did it.
    device: Option<DeviceReport>,
}

pub(crate) fn run(arguments: &HashArguments, output: Output) -> Result<Exit, Error> {
    let hasher = Hasher::new(arguments, output)?;
    if let Some(list) = &arguments.check {
        return check::run(list, &hasher, output);
    }
    if let [path] = &arguments.files[..] {
        let report = hasher.report(None, &hasher.hash(path)?);
        output.result(&report, &report.sm3)?;
        return Ok(Exit::Ok);
    }
    let mut exit = Exit::Ok;
    for path in &arguments.files {
        match hasher.hash(path) {
            Ok(digest) => {
                let name = path.display().to_string();
                let text = format!("{}  {name}", hex(&digest));
                output.result(&hasher.report(Some(name), &digest), &text)?;
            }
            Err(error) => {
                output.error(&error);
                if exit == Exit::Ok {
                    exit = error.exit();
                }
            }
        }
    }
    Ok(exit)
}

/// What hashes: the card, or software if there is none.
struct Hasher {
    card: Option<Card>,
    output: Output,
}

impl Hasher {
    fn new(arguments: &HashArguments, output: Output) -> Result<Self, Error> {
        let open = || Card::open(&arguments.device, Unnamed::StoreOrMemory, output);
        let card = arguments.on_card.then(open).transpose()?;
        Ok(Self { card, output })
    }

    fn hash(&self, path: &Path) -> Result<[u8; 32], Error> {
        let Some(card) = &self.card else {
            let mut hash = Sm3::new();
            input::stream_with_bar(path, self.output, |part| {
                hash.update(part);
                Ok(())
            })?;
            return Ok(hash.finalize().into());
        };
        let failed = |cause| Error::card("the device cannot hash", cause);
        let mut session = card.session()?;
        let mut stream = session.sm3_stream().map_err(failed)?;
        input::stream_with_bar(path, self.output, |part| {
            stream.update(part).map_err(failed)
        })?;
        stream.finish().map_err(failed)
    }

    fn report(&self, file: Option<String>, digest: &[u8; 32]) -> Report {
        Report {
            file,
            sm3: hex(digest),
            device: self.card.as_ref().map(Card::report),
        }
    }
}
