//! One more node for a chain.

mod peers;

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use fisco_node::config::{Genesis, KeySource, NodeConfig, ini::Ini};
use serde::Serialize;
use sm_soft::keyfile;

use super::{
    NodeReport,
    build::NodeFiles,
    certificate::Authority,
    files,
    keys::{NodeKey, NodeKeys, Security},
    plan::{Node, Ports, check_binary, check_new, endpoint, parent},
    scripts,
    tree::{Mode, Tree, with_mode},
};
use crate::{
    arguments::ExpandArguments, device::DeviceReport, error::Error, exit::Exit, input,
    output::Output,
};
use peers::{NodesFile, Peer};

#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    node: NodeReport,
    /// The nodes.json of other nodes that the node was added to.
    updated: Vec<String>,
    /// `null` if no card was asked.
    device: Option<DeviceReport>,
}

pub(crate) fn run(arguments: &ExpandArguments, output: Output) -> Result<Exit, Error> {
    check_new(&arguments.directory)?;
    let template = Template::read(&arguments.config)?;
    let (authority, ca) = authority(&arguments.ca)?;
    template.check_ca(&ca)?;
    let binary = binary(arguments, output)?;
    let mut peers = peers::beside(&arguments.directory)?;
    let node = node(arguments, &template, &peers)?;
    peers::add(&mut peers, &arguments.config)?;
    let lists = if arguments.update_peers {
        peers::lists(&peers)?
    } else {
        Vec::new()
    };
    // Before a password is asked for.
    drop(Tree::new(&arguments.directory)?);

    let keys = NodeKeys::new(&arguments.keys, template.library.clone(), 1, output)?;
    let key = keys.keys.first().ok_or_else(Error::no_card_keys)?;
    check_key(key, &template, &peers)?;
    let config = template.config(&node, &key.security)?;
    let nodes_json = template.nodes.with(&node.endpoint())?;
    let tree = Tree::new(&arguments.directory)?;
    let files = NodeFiles {
        ca: &ca,
        config: &config,
        genesis: &template.genesis_bytes,
        nodes_json: nodes_json.as_bytes(),
        store: keys.store.as_deref(),
    };
    files.write(&tree, Path::new(""), &authority, key)?;
    tree.publish()?;
    complete_host(parent(&arguments.directory), binary)?;
    let updated = peers::update(&lists, &node.endpoint())?;

    let text = text(arguments, &node, key);
    let directory = arguments.directory.display().to_string();
    let report = Report {
        node: NodeReport::new(directory, &node, key),
        updated,
        device: keys.device.clone(),
    };
    output.result(&report, &text)?;
    Ok(Exit::Ok)
}

/// The node that the configuration is taken from.
struct Template {
    directory: PathBuf,
    config: Ini,
    genesis: Genesis,
    genesis_bytes: Vec<u8>,
    nodes: NodesFile,
    ports: Ports,
    /// The library of its card.
    library: Option<PathBuf>,
}

impl Template {
    fn read(directory: &Path) -> Result<Self, Error> {
        let failed = |cause: fisco_node::config::ConfigError| Error::template(directory, &cause);
        let config = Ini::read(directory.join("config.ini")).map_err(failed)?;
        let genesis_ini = Ini::read(directory.join("config.genesis")).map_err(failed)?;
        let genesis = Genesis::from_ini(&genesis_ini).map_err(failed)?;
        if genesis.sm_crypto() != Some(true) {
            return Err(Error::template(
                directory,
                &"its config.genesis does not say sm_crypto=true, and only such nodes are made here",
            ));
        }
        let library = match NodeConfig::from_ini(&config).map(|config| config.key().clone()) {
            Ok(KeySource::Card(card)) => Some(card.library().to_path_buf()),
            // A card that is yet to be filled in is no reason not to use the rest.
            Ok(_) | Err(_) => None,
        };
        Ok(Self {
            directory: directory.to_path_buf(),
            nodes: NodesFile::read(&directory.join("nodes.json"))?,
            ports: peers::ports(&config).ok_or_else(|| {
                Error::template(directory, &"its config.ini has no ports of [p2p] and [rpc]")
            })?,
            genesis_bytes: genesis_ini.as_bytes().to_vec(),
            config,
            genesis,
            library,
        })
    }

    /// Refuses a CA that the other nodes do not know.
    fn check_ca(&self, ca: &[u8]) -> Result<(), Error> {
        let path = self.directory.join("conf/sm_ca.crt");
        match fs::read(&path) {
            Ok(known) if known.trim_ascii() != ca.trim_ascii() => Err(Error::other_ca(&path)),
            // A directory with the three files of the configuration and no more will do.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Its config.ini with the ports and `[security]` of the new node.
    fn config(&self, node: &Node, security: &Security) -> Result<Ini, Error> {
        let mut config = self.config.clone();
        for (section, port) in [("p2p", node.ports.p2p), ("rpc", node.ports.rpc)] {
            config
                .set(section, "listen_port", &port.to_string())
                .map_err(|cause| Error::config(files::NOT_MADE, &cause))?;
        }
        files::set_security(&mut config, security)?;
        self.check_security(&config, security)?;
        Ok(config)
    }

    /// Refuses a configuration that keeps keys in a way that is not known here, and would not use the new one.
    fn check_security(&self, config: &Ini, security: &Security) -> Result<(), Error> {
        if matches!(security, Security::Unfilled) {
            return Ok(());
        }
        let read =
            NodeConfig::from_ini(config).map_err(|cause| Error::config(files::NOT_MADE, &cause))?;
        match (security, read.key()) {
            (Security::File, KeySource::File(_)) => Ok(()),
            (Security::Card { index, .. }, KeySource::Card(card)) if card.index() == *index => {
                Ok(())
            }
            _ => Err(Error::template(
                &self.directory,
                &"by kms_type or [storage_security] in its config.ini keys are kept in another way",
            )),
        }
    }
}

fn authority(directory: &Path) -> Result<(Authority, Vec<u8>), Error> {
    let unreadable = |path: &Path, cause: std::io::Error| Error::ca_unreadable(path, &cause);
    let path = directory.join("sm_ca.crt");
    let certificate = fs::read(&path).map_err(|cause| unreadable(&path, cause))?;
    let path = directory.join("sm_ca.key");
    // This says more than that a key file is missing.
    fs::metadata(&path).map_err(|cause| unreadable(&path, cause))?;
    let key = keyfile::parse_private(&input::key_file(&path)?, None);
    let key = key.map_err(|cause| Error::ca_unreadable(&path, &cause))?;
    Ok((Authority::read(&certificate, key)?, certificate))
}

/// The program to copy, if there is none beside the new node's directory.
fn binary(arguments: &ExpandArguments, output: Output) -> Result<Option<&Path>, Error> {
    let beside = parent(&arguments.directory).join(PROGRAM);
    match (&arguments.binary, beside.exists()) {
        (Some(binary), false) => check_binary(binary).map(|()| Some(binary.as_path())),
        (None, false) => Err(Error::node_binary(
            &beside,
            ("it does not exist", "文件不存在"),
        )),
        (Some(_), true) => {
            let beside = beside.display();
            output.note(&format!("remark: {beside} exists and stays as it is"));
            Ok(None)
        }
        (None, true) => Ok(None),
    }
}

/// Where the new node listens.
fn node(arguments: &ExpandArguments, template: &Template, peers: &[Peer]) -> Result<Node, Error> {
    let beside = std::path::absolute(&arguments.directory).unwrap_or_default();
    let beside = beside.parent().and_then(Path::file_name);
    let name = match &arguments.address {
        Some(address) => address.clone(),
        None => beside.unwrap_or_default().to_string_lossy().into_owned(),
    };
    let address = name.parse().map_err(|_| {
        let why = (
            format!("{name:?} is not an IP address"),
            format!("{name:?} 不是 IP 地址"),
        );
        let advice = (
            "pass --address with the address that other nodes reach this one at",
            "用 --address 指定其他节点访问本节点的地址",
        );
        Error::value("--address", why, advice)
    })?;
    let highest = |port: fn(&Ports) -> u16| peers.iter().map(|peer| port(&peer.ports)).max();
    let ports = match &arguments.ports {
        Some(text) => Ports::parse(text)?,
        None => match (highest(|ports| ports.p2p), highest(|ports| ports.rpc)) {
            (Some(p2p), Some(rpc)) => Ports {
                p2p: p2p.checked_add(1).ok_or_else(Error::no_port)?,
                rpc: rpc.checked_add(1).ok_or_else(Error::no_port)?,
            },
            _ => template.ports,
        },
    };
    let taken = peers.iter().find(|peer| peer.ports.touch(&ports));
    if let Some(peer) = taken {
        return Err(Error::port_taken(&peer.directory));
    }
    if ports.p2p == ports.rpc {
        let why = "both ports are the same";
        return Err(Error::bad_value(
            "--ports",
            why,
            "write two different ports",
        ));
    }
    if template.nodes.has(&endpoint(address, ports.p2p)) {
        return Err(Error::port_taken(&template.directory.join("nodes.json")));
    }
    Ok(Node {
        address,
        number: 0,
        ports,
    })
}

/// Refuses the key of a node that there is.
fn check_key(key: &NodeKey, template: &Template, peers: &[Peer]) -> Result<(), Error> {
    let id = key.id();
    if template.genesis.sealers().position(&id).is_some() {
        return Err(Error::key_is_a_sealer(&id));
    }
    match peers.iter().find(|peer| peer.id == Some(id)) {
        Some(peer) => Err(Error::key_of_another_node(&id, &peer.directory)),
        None => Ok(()),
    }
}

/// What the nodes of a machine share, if this is the first of them.
fn complete_host(directory: &Path, binary: Option<&Path>) -> Result<(), Error> {
    if let Some(binary) = binary {
        let program = directory.join(PROGRAM);
        fs::copy(binary, &program).map_err(|cause| Error::host_incomplete(&program, &cause))?;
    }
    for (name, script) in [
        ("start_all.sh", scripts::START_ALL),
        ("stop_all.sh", scripts::STOP_ALL),
    ] {
        let path = directory.join(name);
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        with_mode(&mut options, Mode::Script);
        if path.exists() {
            continue;
        }
        options
            .open(&path)
            .and_then(|mut file| file.write_all(script.as_bytes()))
            .map_err(|cause| Error::host_incomplete(&path, &cause))?;
    }
    Ok(())
}

fn text(arguments: &ExpandArguments, node: &Node, key: &NodeKey) -> String {
    let directory = arguments.directory.display();
    let (endpoint, id) = (node.endpoint(), key.id());
    let mut text = format!("[INFO] New node             : {directory}\n");
    for (name, value) in [
        ("Node id", id.to_string()),
        ("P2P", endpoint.clone()),
        ("RPC port", node.ports.rpc.to_string()),
    ] {
        let _ = writeln!(text, "[INFO] {name:20} : {value}");
    }
    let _ = writeln!(text, "Next:");
    if arguments.update_peers {
        let _ = writeln!(
            text,
            "  nodes.json of the nodes on other machines needs \"{endpoint}\" too"
        );
    } else {
        let _ = writeln!(
            text,
            "  nodes.json of the other nodes needs \"{endpoint}\" too"
        );
    }
    let _ = writeln!(text, "  bash {directory}/start.sh");
    let _ = writeln!(
        text,
        "  in the console, when the node has the blocks: addSealer {id} 1"
    );
    text
}

const PROGRAM: &str = "fisco-bcos";
