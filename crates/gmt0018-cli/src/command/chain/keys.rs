//! The keys of the nodes: new ones, those in files, or those in a card.

mod card;
mod directory;
mod place;

use std::{collections::BTreeMap, path::PathBuf};

use fisco_node::identity::{NodeId, NodePem};

use super::certificate;
use crate::{
    arguments::{NodeKeyArguments, NodePemForm},
    device::DeviceReport,
    error::Error,
    output::Output,
    password::Password,
};

/// The keys of the nodes, in their order.
#[derive(Debug)]
pub(super) struct NodeKeys {
    pub(super) keys: Vec<NodeKey>,
    /// The card, if that is where they are and it was asked.
    pub(super) device: Option<DeviceReport>,
    /// The software card's store, which a node must be told of.
    pub(super) store: Option<PathBuf>,
}

/// The key of one node.
#[derive(Debug)]
pub(super) struct NodeKey {
    /// What conf/node.pem holds.
    pub(super) pem: NodePem,
    pub(super) security: Security,
}

/// What `[security]` says.
#[derive(Debug)]
pub(super) enum Security {
    /// The key is in conf/node.pem.
    File,
    /// The key is in a card, and somebody will say in which.
    Unfilled,
    /// The key is in this card.
    Card {
        library: String,
        index: u32,
        password: Option<Password>,
    },
}

impl NodeKey {
    pub(super) fn id(&self) -> NodeId {
        self.pem.node_id()
    }

    /// The index in the card.
    pub(super) const fn index(&self) -> Option<u32> {
        match &self.security {
            Security::Card { index, .. } => Some(*index),
            Security::File | Security::Unfilled => None,
        }
    }
}

impl NodeKeys {
    /// Finds or makes the keys of so many nodes.
    ///
    /// `template` is the library of another node of the chain, taken where the options name none.
    pub(super) fn new(
        arguments: &NodeKeyArguments,
        template: Option<PathBuf>,
        count: usize,
        output: Output,
    ) -> Result<Self, Error> {
        if !arguments.key_indexes.is_empty() {
            return card::read(arguments, template, count, output);
        }
        if arguments.node_pem.is_some() && !arguments.hsm {
            return Err(Error::options(
                "--node-pem is for keys in a card",
                "leave it out; a node whose key is in no card needs its private key in conf/node.pem",
            ));
        }
        let keys = match &arguments.node_keys {
            Some(path) => {
                let files = directory::read(path, arguments.hsm, count, output)?;
                from_files(files, arguments)?
            }
            None if arguments.hsm => return Err(Error::no_card_keys()),
            None => (0..count).map(|_| new()).collect::<Result<_, _>>()?,
        };
        Ok(Self {
            keys,
            device: None,
            store: None,
        })
    }
}

fn new() -> Result<NodeKey, Error> {
    Ok(NodeKey {
        pem: NodePem::Private(certificate::new_key()?),
        security: Security::File,
    })
}

fn from_files(
    files: Vec<(PathBuf, NodePem)>,
    arguments: &NodeKeyArguments,
) -> Result<Vec<NodeKey>, Error> {
    let mut seen: BTreeMap<NodeId, PathBuf> = BTreeMap::new();
    let mut keys = Vec::with_capacity(files.len());
    for (path, pem) in files {
        let id = pem.node_id();
        if let Some(other) = seen.get(&id) {
            return Err(Error::same_key_in_files(other, &path));
        }
        seen.insert(id, path);
        keys.push(NodeKey {
            pem: in_form(pem, arguments.node_pem),
            security: if arguments.hsm {
                Security::Unfilled
            } else {
                Security::File
            },
        });
    }
    Ok(keys)
}

/// What conf/node.pem holds of a key in a card.
fn in_form(pem: NodePem, form: Option<NodePemForm>) -> NodePem {
    match form {
        Some(NodePemForm::Public) => NodePem::Public(pem.public_key()),
        Some(NodePemForm::Stub) => NodePem::Stub(pem.public_key()),
        None => pem,
    }
}
