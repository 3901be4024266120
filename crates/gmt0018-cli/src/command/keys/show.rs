//! `gmt0018 keys show`.

use gmt0018::KeyIndex;
use serde::Serialize;

use super::address;
use crate::{
    arguments::KeysShowArguments,
    device::{Card, DeviceReport, Unnamed},
    error::Error,
    exit::Exit,
    output::Output,
};

#[derive(Serialize)]
struct ShowReport {
    key_index: u32,
    public_key: String,
    pem: String,
    node_id: String,
    address: String,
    /// `null` if the index has none.
    encryption_public_key: Option<String>,
    device: DeviceReport,
}

pub(crate) fn show(arguments: &KeysShowArguments, output: Output) -> Result<Exit, Error> {
    let card = Card::open(&arguments.device, Unnamed::Store, output)?;
    let session = card.session()?;
    let number = arguments.key_index;
    let index = KeyIndex::new(number);
    let key = session
        .sign_public_key(index)
        .map_err(|cause| Error::key(number, format!("cannot read key index {number}"), cause))?;
    let report = ShowReport {
        key_index: number,
        public_key: key.to_string(),
        pem: key.to_spki_pem(),
        node_id: key.to_string(),
        address: address(&key),
        encryption_public_key: session
            .encryption_public_key(index)
            .ok()
            .map(|k| k.to_string()),
        device: card.report(),
    };
    let text = format!(
        "key index       {number}\npublic key      04{}\nnode id         {}\naddress         {}\nencryption key  {}\n{}",
        report.public_key,
        report.node_id,
        report.address,
        report.encryption_public_key.as_deref().unwrap_or("none"),
        report.pem,
    );
    output.result(&report, &text)?;
    Ok(Exit::Ok)
}
