//! The nodes that there are: their ports, their keys, their lists of nodes.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use fisco_node::{
    config::ini::Ini,
    identity::{NodeId, NodePem},
};
use serde_json::Value;

use super::super::plan::{Ports, parent};
use crate::error::Error;

/// A node that there is.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) directory: PathBuf,
    pub(super) ports: Ports,
    /// Its consensus key, if its directory says which that is.
    pub(super) id: Option<NodeId>,
}

/// A nodes.json.
#[derive(Debug)]
pub(super) struct NodesFile {
    path: PathBuf,
    value: Value,
}

/// The nodes in the directory that a new one is to be in.
pub(super) fn beside(directory: &Path) -> Result<Vec<Peer>, Error> {
    let parent = parent(directory);
    let unreadable = |cause| Error::template(parent, &cause);
    let mut peers = Vec::new();
    for entry in fs::read_dir(parent).map_err(unreadable)? {
        peers.extend(peer(&entry.map_err(unreadable)?.path())?);
    }
    peers.sort_by(|one, other| one.directory.cmp(&other.directory));
    Ok(peers)
}

/// Adds a node, unless it is there already.
pub(super) fn add(peers: &mut Vec<Peer>, directory: &Path) -> Result<(), Error> {
    let same = |peer: &Peer| match (peer.directory.canonicalize(), directory.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    };
    if !peers.iter().any(same) {
        peers.extend(peer(directory)?);
    }
    Ok(())
}

/// nodes.json of every node.
pub(super) fn lists(peers: &[Peer]) -> Result<Vec<NodesFile>, Error> {
    let path = |peer: &Peer| peer.directory.join("nodes.json");
    peers
        .iter()
        .map(|peer| NodesFile::read(&path(peer)))
        .collect()
}

/// Adds an address to each of them, and gives the files that were changed.
pub(super) fn update(lists: &[NodesFile], endpoint: &str) -> Result<Vec<String>, Error> {
    let mut updated = Vec::new();
    for list in lists.iter().filter(|list| !list.has(endpoint)) {
        replace(&list.path, list.with(endpoint)?.as_bytes())
            .map_err(|cause| Error::peer_not_updated(&list.path, &cause))?;
        updated.push(list.path.display().to_string());
    }
    Ok(updated)
}

/// The ports of a node.
pub(super) fn ports(config: &Ini) -> Option<Ports> {
    let port = |section| config.entry(section, "listen_port")?.value().parse().ok();
    Some(Ports {
        p2p: port("p2p")?,
        rpc: port("rpc")?,
    })
}

/// The node in a directory, if there is one.
fn peer(directory: &Path) -> Result<Option<Peer>, Error> {
    let config = directory.join("config.ini");
    if !config.is_file() {
        return Ok(None);
    }
    let config = Ini::read(config).map_err(|cause| Error::template(directory, &cause))?;
    Ok(ports(&config).map(|ports| Peer {
        ports,
        id: id(directory),
        directory: directory.to_path_buf(),
    }))
}

/// The key of a node; the file of `build_chain.sh` is not there for a key in a card.
fn id(directory: &Path) -> Option<NodeId> {
    let text = fs::read_to_string(directory.join("conf/node.nodeid")).ok();
    let named = text.and_then(|text| text.trim().parse().ok());
    named.or_else(|| {
        let pem = NodePem::read(directory.join("conf/node.pem"), None).ok()?;
        Some(pem.node_id())
    })
}

impl NodesFile {
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let bytes = fs::read(path).map_err(|cause| Error::nodes_file(path, &cause))?;
        let value: Value =
            serde_json::from_slice(&bytes).map_err(|cause| Error::nodes_file(path, &cause))?;
        if !value["nodes"].is_array() {
            return Err(Error::nodes_file(path, &"it has no list `nodes`"));
        }
        Ok(Self {
            path: path.to_path_buf(),
            value,
        })
    }

    /// Whether an address is in it.
    pub(super) fn has(&self, endpoint: &str) -> bool {
        let nodes = self.value["nodes"].as_array();
        nodes.is_some_and(|nodes| nodes.iter().any(|node| node == endpoint))
    }

    /// Its text with one address more.
    pub(super) fn with(&self, endpoint: &str) -> Result<String, Error> {
        let mut value = self.value.clone();
        if let Some(nodes) = value["nodes"].as_array_mut() {
            nodes.push(endpoint.into());
        }
        serde_json::to_string(&value).map_err(|cause| Error::nodes_file(&self.path, &cause))
    }
}

/// Replaces a file as a whole, and keeps its permissions.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let permissions = fs::metadata(path)?.permissions();
    let mut file = tempfile::NamedTempFile::new_in(parent(path))?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
