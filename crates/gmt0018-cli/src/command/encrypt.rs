//! `gmt0018 encrypt`.

use gmt0018::KeyIndex;
use gmt0018::sm2_signing::{Ciphertext, PublicKey};
use serde::Serialize;
use sm_soft::encryption;

use super::{hex, sm2_input, sm4_gcm, verify::public_key};
use crate::{
    arguments::{EncryptArguments, Form, Order},
    delivery,
    device::{Card, DeviceReport, Unnamed},
    error::Error,
    exit::Exit,
    output::Output,
};

#[derive(Serialize)]
struct Report {
    ciphertext: String,
    format: Form,
    /// `null` in DER, which names the parts.
    order: Option<Order>,
    public_key: String,
    /// `null` if the key was given.
    key_index: Option<u32>,
    /// `null` without --output.
    output: Option<String>,
    /// `null` when software did it, with a key that was given.
    device: Option<DeviceReport>,
}

pub(crate) fn run(arguments: &EncryptArguments, output: Output) -> Result<Exit, Error> {
    if let (Some(key), Some(target)) = (&arguments.sm4_key, &arguments.delivery.output) {
        return sm4_gcm::encrypt(key, &arguments.file, target, output);
    }
    delivery::check("a ciphertext", &arguments.delivery, output)?;
    let given = arguments
        .public_key
        .as_deref()
        .map(public_key)
        .transpose()?;
    let card = match (given, arguments.on_card) {
        (Some(_), false) => None,
        (Some(_), true) => Some(Unnamed::StoreOrMemory),
        (None, _) => Some(Unnamed::Store),
    };
    let card = card
        .map(|unnamed| Card::open(&arguments.device, unnamed, output))
        .transpose()?;
    let (key, ciphertext) = encrypted(arguments, given, card.as_ref())?;
    let (order, bytes) = match (arguments.format, arguments.order) {
        (Form::Der, _) => (None, ciphertext.to_der()),
        (Form::Raw, Order::C1c3c2) => (Some(Order::C1c3c2), ciphertext.to_c1c3c2()),
        (Form::Raw, Order::C1c2c3) => (Some(Order::C1c2c3), ciphertext.to_c1c2c3()),
    };
    let path = arguments.delivery.output.as_ref();
    let report = Report {
        ciphertext: hex(&bytes),
        format: arguments.format,
        order,
        public_key: key.to_string(),
        key_index: arguments.key_index,
        output: path.map(|path| path.display().to_string()),
        device: card.map(|card| card.report()),
    };
    delivery::deliver(&bytes, &report, &arguments.delivery, output)
}

fn encrypted(
    arguments: &EncryptArguments,
    given: Option<PublicKey>,
    card: Option<&Card>,
) -> Result<(PublicKey, Ciphertext), Error> {
    let session = card.map(Card::session).transpose()?;
    let key = match (given, arguments.key_index, &session) {
        (Some(key), ..) => key,
        (None, Some(number), Some(session)) => session
            .encryption_public_key(KeyIndex::new(number))
            .map_err(|cause| {
                Error::key(number, format!("cannot read key index {number}"), cause)
            })?,
        _ => {
            return Err(Error::options(
                "there is no key to encrypt with",
                "pass --key-index, --public-key or --sm4-key",
            ));
        }
    };
    let message = sm2_input::read(&arguments.file)?;
    let ciphertext = match session.filter(|_| arguments.on_card) {
        Some(session) => session
            .sm2_encrypt(&key, &message)
            .map_err(|cause| Error::card("the device cannot encrypt", cause))?,
        None => encryption::encrypt(&key, &message)
            .map_err(|cause| Error::sm2_encryption("nothing was encrypted", &cause))?,
    };
    Ok((key, ciphertext))
}
