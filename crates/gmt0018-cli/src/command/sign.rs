//! `gmt0018 sign`.

use gmt0018::KeyIndex;
use gmt0018::sm2_signing::Verifier as _;
use serde::Serialize;
use sm_soft::SoftVerifier;

use super::{hex, message};
use crate::{
    arguments::{Form, SignArguments},
    delivery,
    device::{Card, DeviceReport, Unnamed},
    error::Error,
    exit::Exit,
    output::Output,
    password,
};

#[derive(Serialize)]
struct Report {
    signature: String,
    format: Form,
    key_index: u32,
    public_key: String,
    e: String,
    /// `null` with --digest.
    user_id: Option<String>,
    /// `null` without --output.
    output: Option<String>,
    device: DeviceReport,
}

pub(crate) fn run(arguments: &SignArguments, output: Output) -> Result<Exit, Error> {
    delivery::check("a signature", &arguments.delivery, output)?;
    let card = Card::open(&arguments.device, Unnamed::Store, output)?;
    let session = card.session()?;
    let number = arguments.key_index;
    let index = KeyIndex::new(number);
    let what = format!("cannot sign with key index {number}");
    let failed = |cause| Error::key(number, what.clone(), cause);

    // The key and the message come before the password: nobody types one for a key that is not there.
    let key = session.sign_public_key(index).map_err(failed)?;
    let message = message(&arguments.message, &key, output)?;
    let pin = password::of_card_key(&arguments.password, output)?;
    session.keep_access(index, pin.as_ref()).map_err(failed)?;
    let signature = session.sign(index, &message.e).map_err(failed)?;

    SoftVerifier::new()
        .verify(&key, &message.e, &signature)
        .map_err(|_| Error::signature_refused(number))?;
    let bytes = match arguments.format {
        Form::Raw => signature.to_bytes().to_vec(),
        Form::Der => signature.to_der(),
    };
    let path = arguments.delivery.output.as_ref();
    let report = Report {
        signature: hex(&bytes),
        format: arguments.format,
        key_index: number,
        public_key: key.to_string(),
        e: message.e.to_string(),
        user_id: message.user_id,
        output: path.map(|path| path.display().to_string()),
        device: card.report(),
    };
    delivery::deliver(&bytes, &report, &arguments.delivery, output)
}
