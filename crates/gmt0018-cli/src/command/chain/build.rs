//! The files of a chain.

use std::path::Path;

use fisco_node::{
    config::ini::Ini,
    identity::{NodeId, NodePem},
};
use zeroize::Zeroizing;

use super::{
    certificate::{self, Authority, Pair, Usage},
    files,
    keys::{NodeKey, NodeKeys},
    plan::Plan,
    scripts,
    tree::{Mode, Tree},
};
use crate::{error::Error, output::Output};

/// The account that administers a chain.
pub(super) struct Admin {
    pub(super) address: String,
    /// Its private key in PEM, if it was made here.
    key: Option<Zeroizing<String>>,
}

impl Admin {
    /// The account of the options, or a new one.
    pub(super) fn new(plan: &Plan) -> Result<Self, Error> {
        if let Some(address) = plan.admin.clone() {
            return Ok(Self { address, key: None });
        }
        let key = certificate::new_key()?;
        let id = NodeId::new(key.public_key());
        Ok(Self {
            address: id.address().to_string(),
            key: Some(certificate::private_pem(&key)?),
        })
    }

    /// The file with its private key, in the chain's directory.
    pub(super) fn file(&self) -> Option<String> {
        let address = &self.address;
        let file = self.key.as_ref();
        file.map(|_| format!("ca/accounts_gm/{address}.pem"))
    }
}

/// Writes all files of a chain.
pub(super) fn write(
    plan: &Plan,
    keys: &NodeKeys,
    admin: &Admin,
    tree: &Tree,
    output: Output,
) -> Result<(), Error> {
    let (authority, ca) = Authority::new()?;
    let genesis = files::genesis(plan, &keys.keys, &admin.address);
    let endpoints: Vec<String> = plan.nodes().map(|node| node.endpoint()).collect();
    let nodes_json = files::nodes_json(&endpoints);

    write_ca(tree, "ca", &ca)?;
    if let (Some(file), Some(key)) = (admin.file(), &admin.key) {
        tree.write(file, key, Mode::Private)?;
    }
    for host in &plan.hosts {
        write_host(
            tree,
            Path::new(&host.address.to_string()),
            plan,
            &authority,
            &ca,
        )?;
    }
    let bar = output.progress_of_steps(keys.keys.len(), "writing nodes");
    let mut last_serial = ca.serial.clone();
    for (node, key) in plan.nodes().zip(&keys.keys) {
        let files = NodeFiles {
            ca: ca.certificate.as_bytes(),
            config: &files::config(&node, &key.security)?,
            genesis: genesis.as_bytes(),
            nodes_json: nodes_json.as_bytes(),
            store: keys.store.as_deref(),
        };
        let directory = Path::new(&node.address.to_string()).join(node.name());
        last_serial = files.write(tree, &directory, &authority, key)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    // The last serial number, which OpenSSL counts on from.
    tree.write("ca/sm_ca.srl", format!("{last_serial}\n"), Mode::Public)
}

fn write_ca(tree: &Tree, directory: impl AsRef<Path>, ca: &Pair) -> Result<(), Error> {
    let path = |name: &str| directory.as_ref().join(name);
    tree.write(path("sm_ca.key"), &ca.key, Mode::Private)?;
    tree.write(path("sm_ca.crt"), &ca.certificate, Mode::Public)?;
    let settings = files::CERTIFICATE_SETTINGS;
    tree.write(path("sm_cert.cnf"), settings, Mode::Public)?;
    tree.write(path("sm_sm2.param"), files::SM2_PARAMETERS, Mode::Public)
}

/// What the nodes of a machine share.
fn write_host(
    tree: &Tree,
    directory: &Path,
    plan: &Plan,
    authority: &Authority,
    ca: &Pair,
) -> Result<(), Error> {
    let path = |name: &str| directory.join(name);
    write_ca(tree, path("ca"), ca)?;
    tree.write(path("start_all.sh"), scripts::START_ALL, Mode::Script)?;
    tree.write(path("stop_all.sh"), scripts::STOP_ALL, Mode::Script)?;
    tree.copy(&plan.binary, path("fisco-bcos"))?;

    let sign = authority.issue("sdk", Usage::Sign)?;
    write_pair(tree, &path("sdk"), "sm_sdk", &sign)?;
    tree.write(path("sdk/sm_sdk.nodeid"), node_id(&sign), Mode::Public)?;
    let encrypt = authority.issue("ensdk", Usage::Encrypt)?;
    write_pair(tree, &path("sdk"), "sm_ensdk", &encrypt)?;
    tree.write(path("sdk/sm_ca.crt"), &ca.certificate, Mode::Public)
}

/// What stands in the directory of a node, apart from its keys.
pub(super) struct NodeFiles<'a> {
    pub(super) ca: &'a [u8],
    pub(super) config: &'a Ini,
    pub(super) genesis: &'a [u8],
    pub(super) nodes_json: &'a [u8],
    pub(super) store: Option<&'a Path>,
}

impl NodeFiles<'_> {
    /// Writes them and new certificates, and gives the serial number of the last certificate.
    pub(super) fn write(
        &self,
        tree: &Tree,
        directory: &Path,
        authority: &Authority,
        key: &NodeKey,
    ) -> Result<String, Error> {
        let path = |name: &str| directory.join(name);
        let conf = path("conf");
        let pem = key
            .pem
            .to_pem()
            .map_err(|cause| Error::certificate(&cause))?;
        let mode = match &key.pem {
            NodePem::Public(_) => Mode::Public,
            _ => Mode::Private,
        };
        tree.write(conf.join("node.pem"), &pem, mode)?;
        tree.write(
            conf.join("node.nodeid"),
            format!("{}\n", key.id()),
            Mode::Public,
        )?;

        let sign = authority.issue("node", Usage::Sign)?;
        write_pair(tree, &conf, "sm_ssl", &sign)?;
        tree.write(conf.join("sm_ssl.nodeid"), node_id(&sign), Mode::Public)?;
        let encrypt = authority.issue("ennode", Usage::Encrypt)?;
        write_pair(tree, &conf, "sm_enssl", &encrypt)?;
        tree.write(conf.join("sm_ca.crt"), self.ca, Mode::Public)?;

        let mode = match self.config.entry("security", "password") {
            Some(_) => Mode::Private,
            None => Mode::Public,
        };
        tree.write(path("config.ini"), self.config.as_bytes(), mode)?;
        tree.write(path("config.genesis"), self.genesis, Mode::Public)?;
        tree.write(path("nodes.json"), self.nodes_json, Mode::Public)?;
        tree.write(path("start.sh"), scripts::start(self.store), Mode::Script)?;
        tree.write(path("stop.sh"), scripts::stop(), Mode::Script)?;
        Ok(encrypt.serial)
    }
}

fn write_pair(tree: &Tree, directory: &Path, name: &str, pair: &Pair) -> Result<(), Error> {
    let path = |ending: &str| directory.join(format!("{name}.{ending}"));
    tree.write(path("key"), &pair.key, Mode::Private)?;
    tree.write(path("crt"), &pair.certificate, Mode::Public)
}

/// The public key of a certificate, which names a node in a connection.
fn node_id(pair: &Pair) -> String {
    format!("{}\n", pair.public_key)
}
