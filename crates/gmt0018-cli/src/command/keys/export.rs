//! `gmt0018 keys export`.

use fisco_node::identity::NodeId;
use gmt0018::sm2_signing::PublicKey;
use gmt0018::{KeyIndex, Session};
use serde::Serialize;

use super::{check::is_absent, hex};
use crate::{
    arguments::{KeyForm, KeysExportArguments, RoleName},
    device::{Card, DeviceReport, Unnamed},
    error::Error,
    exit::Exit,
    new_file::{Readers, write_new},
    output::{self, Output},
};

#[derive(Serialize)]
struct Report {
    key_index: u32,
    role: &'static str,
    form: KeyForm,
    /// As text; DER in hex digits.
    value: String,
    /// `null` if nothing but stdout was written.
    output: Option<String>,
    device: DeviceReport,
}

pub(crate) fn export(arguments: &KeysExportArguments, output: Output) -> Result<Exit, Error> {
    let (form, path) = (arguments.form, arguments.output.as_deref());
    if arguments.role == RoleName::Encrypt && matches!(form, KeyForm::NodeId | KeyForm::Address) {
        return Err(Error::options(
            "a node and an account are named by their signing key, and --role encrypt asks for the other",
            "leave --role out, or use --form hex",
        ));
    }
    let binary = form == KeyForm::Der && path.is_none() && !output.is_json();
    if binary && output::stdout_is_terminal() {
        return Err(Error::bytes_to_terminal("DER"));
    }
    let card = Card::open(&arguments.device, Unnamed::Store, output)?;
    let key = read(&card.session()?, arguments)?;
    let bytes = encode(&key, form);
    if let Some(path) = path {
        write_new(path, &bytes, Readers::Usual)?;
    }
    if binary {
        output.data(&bytes)?;
        return Ok(Exit::Ok);
    }
    let text = match form {
        KeyForm::Der => hex(&bytes),
        _ => String::from_utf8_lossy(&bytes).into_owned(),
    };
    let report = Report {
        key_index: arguments.key_index,
        role: name(arguments.role),
        form,
        value: text.trim_end().to_owned(),
        output: path.map(|path| path.display().to_string()),
        device: card.report(),
    };
    let text = match &report.output {
        Some(path) => format!(
            "wrote the {} key of index {} to {path}",
            report.role, report.key_index
        ),
        None => text,
    };
    output.result(&report, &text)?;
    Ok(Exit::Ok)
}

fn read(session: &Session, arguments: &KeysExportArguments) -> Result<PublicKey, Error> {
    let (number, role) = (arguments.key_index, arguments.role);
    let index = KeyIndex::new(number);
    let of = |role| match role {
        RoleName::Sign => session.sign_public_key(index),
        RoleName::Encrypt => session.encryption_public_key(index),
    };
    let other = match role {
        RoleName::Sign => RoleName::Encrypt,
        RoleName::Encrypt => RoleName::Sign,
    };
    of(role).map_err(|cause| {
        if is_absent(&cause) && of(other).is_ok() {
            Error::no_key_of_role(number, name(role))
        } else {
            Error::key(number, format!("cannot read key index {number}"), cause)
        }
    })
}

/// What is written: bytes of DER, or text with its line end.
fn encode(key: &PublicKey, form: KeyForm) -> Vec<u8> {
    let text = match form {
        KeyForm::Der => return key.to_spki_der(),
        KeyForm::Pem => key.to_spki_pem(),
        KeyForm::Hex => key.to_string(),
        KeyForm::NodeId => NodeId::new(*key).to_string(),
        KeyForm::Address => NodeId::new(*key).address().to_string(),
    };
    format!("{}\n", text.trim_end()).into_bytes()
}

const fn name(role: RoleName) -> &'static str {
    match role {
        RoleName::Sign => "signing",
        RoleName::Encrypt => "encryption",
    }
}
