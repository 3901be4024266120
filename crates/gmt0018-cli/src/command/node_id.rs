//! `gmt0018 node-id`.

use std::{fs::File, io::Read as _, path::Path, sync::Arc};

use fisco_node::{
    config::Password,
    identity::{NodeId, NodePem, NodePemError},
};
use gmt0018::KeyIndex;
use serde::Serialize;
use sm_soft::keyfile;
use zeroize::Zeroizing;

use crate::{
    arguments::{DeviceArguments, NodeIdArguments, PemPasswordArguments},
    device::{Card, DeviceReport, Unnamed},
    error::Error,
    exit::Exit,
    output::Output,
    password::{self, Source},
};

#[derive(Serialize)]
struct Report {
    /// `null` for a key in a card.
    file: Option<String>,
    /// `null` for a file.
    key_index: Option<u32>,
    form: Form,
    node_id: String,
    address: String,
    public_key: String,
    /// `null` for a file.
    device: Option<DeviceReport>,
}

/// How the key is kept.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Form {
    Private,
    Public,
    Stub,
    Card,
}

impl Report {
    fn new(form: Form, id: &NodeId) -> Self {
        Self {
            file: None,
            key_index: None,
            form,
            node_id: id.to_string(),
            address: id.address().to_string(),
            public_key: id.public_key().to_string(),
            device: None,
        }
    }

    fn of_file(path: &Path, pem: &NodePem) -> Self {
        let form = match pem {
            NodePem::Private(_) => Form::Private,
            NodePem::Stub(_) => Form::Stub,
            _ => Form::Public,
        };
        Self {
            file: Some(path.display().to_string()),
            ..Self::new(form, &pem.node_id())
        }
    }
}

pub(crate) fn run(arguments: &NodeIdArguments, output: Output) -> Result<Exit, Error> {
    if let Some(index) = arguments.key_index {
        let (id, device) = in_card(index, &arguments.device, output)?;
        let report = Report {
            key_index: Some(index),
            device: Some(device),
            ..Report::new(Form::Card, &id)
        };
        output.result(&report, &report.node_id)?;
        return Ok(Exit::Ok);
    }
    if let [path] = &arguments.files[..] {
        let report = Report::of_file(path, &in_file(path, &arguments.pem, output)?);
        output.result(&report, &report.node_id)?;
        return Ok(Exit::Ok);
    }
    let mut exit = Exit::Ok;
    for path in &arguments.files {
        match in_file(path, &arguments.pem, output) {
            Ok(pem) => {
                let report = Report::of_file(path, &pem);
                let text = format!("{}  {}", report.node_id, path.display());
                output.result(&report, &text)?;
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

/// Asks the card for the public key at an index.
pub(super) fn in_card(
    index: u32,
    arguments: &DeviceArguments,
    output: Output,
) -> Result<(NodeId, DeviceReport), Error> {
    let card = Card::open(arguments, Unnamed::Store, output)?;
    let id = NodeId::in_card(&card.session()?, KeyIndex::new(index))
        .map_err(|cause| Error::key(index, format!("cannot read key index {index}"), cause))?;
    Ok((id, card.report()))
}

/// Reads a key file, and asks for its password only if it is encrypted.
pub(super) fn in_file(
    path: &Path,
    arguments: &PemPasswordArguments,
    output: Output,
) -> Result<NodePem, Error> {
    let failed = |cause: NodePemError| Error::node_key(path, &cause);
    let bytes = read(path).map_err(failed)?;
    match NodePem::parse(&bytes, None) {
        Err(NodePemError::Key(keyfile::Error::PasswordNeeded)) => {}
        other => return other.map_err(failed),
    }
    let password: password::Password =
        Source::key_file(arguments.pem_password_file.as_deref()).read(output)?;
    let password = Password::new(password.as_bytes());
    NodePem::parse(&bytes, Some(&password)).map_err(failed)
}

/// Once and no more, so that a pipe will do.
fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, NodePemError> {
    // The full size at once: a growing buffer would leave copies of the key behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(NodePem::MAX + 1));
    File::open(path)
        .and_then(|file| file.take(NodePem::MAX as u64 + 1).read_to_end(&mut bytes))
        .map_err(Arc::new)?;
    Ok(bytes)
}
