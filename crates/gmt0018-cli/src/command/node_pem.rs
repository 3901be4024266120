//! `gmt0018 node-pem`.

use fisco_node::identity::{NodeId, NodePem};
use serde::Serialize;

use super::node_id;
use crate::{
    arguments::NodePemArguments,
    device::DeviceReport,
    error::Error,
    exit::Exit,
    new_file::{Readers, write_new},
    output::Output,
};

#[derive(Serialize)]
struct Report {
    form: &'static str,
    node_id: String,
    pem: String,
    /// `null` if nothing but stdout was written.
    output: Option<String>,
    /// `null` for a file.
    device: Option<DeviceReport>,
}

pub(crate) fn run(arguments: &NodePemArguments, output: Output) -> Result<Exit, Error> {
    let (id, device) = match (&arguments.file, arguments.key_index) {
        (Some(path), _) => {
            let pem = node_id::in_file(path, &arguments.pem, output)?;
            (pem.node_id(), None)
        }
        (None, Some(index)) => {
            let (id, device) = node_id::in_card(index, &arguments.device, output)?;
            (id, Some(device))
        }
        (None, None) => {
            return Err(Error::options(
                "there is neither FILE nor --key-index",
                "give one of them",
            ));
        }
    };
    let (form, pem) = public_form(arguments.stub, &id);
    let pem = pem.to_pem().map_err(|cause| Error::node_pem(&cause))?;
    let report = Report {
        form,
        node_id: id.to_string(),
        pem: pem.to_string(),
        output: arguments
            .output
            .as_ref()
            .map(|path| path.display().to_string()),
        device,
    };
    let text = match &arguments.output {
        Some(path) => {
            write_new(path, pem.as_bytes(), Readers::Usual)?;
            format!("wrote the {form} form of node {id} to {}", path.display())
        }
        None => pem.to_string(),
    };
    output.result(&report, &text)?;
    Ok(Exit::Ok)
}

/// What is written holds a public key only, whatever was read.
fn public_form(stub: bool, id: &NodeId) -> (&'static str, NodePem) {
    let key = *id.public_key();
    if stub {
        ("stub", NodePem::Stub(key))
    } else {
        ("public", NodePem::Public(key))
    }
}
