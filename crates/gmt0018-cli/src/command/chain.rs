//! `gmt0018 chain`: what `build_chain.sh` of FISCO BCOS does for a chain with ShangMi algorithms, and keys in a card.

mod build;
mod certificate;
mod expand;
mod files;
mod keys;
mod plan;
mod scripts;
mod secret;
mod tree;

use std::fmt::Write as _;

use serde::Serialize;

use crate::{
    arguments::BuildArguments, device::DeviceReport, error::Error, exit::Exit, output::Output,
};
use build::Admin;
use keys::{NodeKey, NodeKeys};
use plan::{Node, Plan};
use tree::Tree;

pub(crate) use expand::run as expand;

#[derive(Serialize)]
struct Report {
    output: String,
    group: String,
    chain: String,
    admin: AdminReport,
    nodes: Vec<NodeReport>,
    /// `null` if no card was asked.
    device: Option<DeviceReport>,
}

#[derive(Serialize)]
struct AdminReport {
    address: String,
    /// The file with the private key, if it was made.
    key_file: Option<String>,
}

#[derive(Serialize)]
struct NodeReport {
    directory: String,
    node_id: String,
    address: String,
    ip: String,
    p2p_port: u16,
    rpc_port: u16,
    key_index: Option<u32>,
}

impl NodeReport {
    fn new(directory: String, node: &Node, key: &NodeKey) -> Self {
        let id = key.id();
        Self {
            directory,
            node_id: id.to_string(),
            address: id.address().to_string(),
            ip: node.address.to_string(),
            p2p_port: node.ports.p2p,
            rpc_port: node.ports.rpc,
            key_index: key.index(),
        }
    }
}

pub(crate) fn build(arguments: &BuildArguments, output: Output) -> Result<Exit, Error> {
    let plan = Plan::new(arguments)?;
    // Before a password is asked for, or a key is made in a card.
    drop(Tree::new(&plan.directory)?);
    let keys = NodeKeys::new(&arguments.keys, None, plan.count(), output)?;
    let admin = Admin::new(&plan)?;
    let tree = Tree::new(&plan.directory)?;
    build::write(&plan, &keys, &admin, &tree, output)?;
    tree.publish()?;

    let is_hsm = arguments.keys.hsm || keys.device.is_some();
    let text = console(arguments, &plan, &admin, is_hsm);
    let directory = |node: &Node| {
        let directory = plan.directory.join(node.address.to_string());
        directory.join(node.name()).display().to_string()
    };
    let nodes = plan.nodes().zip(&keys.keys);
    let report = Report {
        output: plan.directory.display().to_string(),
        group: plan.group.clone(),
        chain: plan.chain.clone(),
        nodes: nodes
            .map(|(node, key)| NodeReport::new(directory(&node), &node, key))
            .collect(),
        admin: AdminReport {
            key_file: admin.file().map(|file| {
                let file = plan.directory.join(file);
                file.display().to_string()
            }),
            address: admin.address,
        },
        device: keys.device,
    };
    output.result(&report, &text)?;
    Ok(Exit::Ok)
}

/// The lines that `build_chain.sh` prints, which guides and scripts look for.
fn console(arguments: &BuildArguments, plan: &Plan, admin: &Admin, is_hsm: bool) -> String {
    let binary = plan.binary.display();
    let directory = plan.directory.display();
    let mut text = format!("[INFO] Use binary {binary}\n");
    for host in &plan.hosts {
        let _ = writeln!(text, "Processing IP {} Total:{}", host.address, host.count);
    }
    let _ = writeln!(text, "[INFO] Admin account: {}", admin.address);
    let _ = writeln!(text, "{}", "=".repeat(62));
    let endpoints: String = plan.nodes().map(|node| node.endpoint() + ",").collect();
    for (name, value) in [
        ("GroupID", plan.group.clone()),
        ("ChainID", plan.chain.clone()),
        ("fisco-bcos path", binary.to_string()),
        ("Auth mode", plan.admin.is_some().to_string()),
        (
            "Start port",
            format!("{} {}", plan.ports.p2p, plan.ports.rpc),
        ),
        ("Server IP", arguments.nodes.join(" ")),
        ("SM model", "true".to_owned()),
        ("enable HSM", is_hsm.to_string()),
        ("nodes.json", endpoints),
        ("Output dir", directory.to_string()),
    ] {
        let _ = writeln!(text, "[INFO] {name:20} : {value}");
    }
    let _ = writeln!(text, "[INFO] All completed. Files in {directory}");
    text
}
