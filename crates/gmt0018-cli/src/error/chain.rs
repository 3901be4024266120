//! Building a chain.

mod card;

use std::{fmt, io, path::Path};

use fisco_node::identity::NodeId;

use super::{Error, of_system};
use crate::{catalogue::Value, exit::Exit};

/// The directory that is made, and its files.
impl Error {
    pub(crate) fn output_exists(directory: &Path) -> Self {
        let directory = directory.display();
        Self::translated(
            Exit::Configuration,
            ("nothing was built", "没有生成任何文件"),
            (
                format!("{directory} exists already, and nothing in it was changed"),
                format!("{directory} 已存在，其内容没有改动"),
            ),
            (
                "name another --output, or move the old one away",
                "用 --output 指定其他目录，或移走原有目录",
            ),
        )
    }

    pub(crate) fn no_parent(directory: &Path, parent: &Path) -> Self {
        let (directory, parent) = (directory.display(), parent.display());
        Self::translated(
            Exit::Configuration,
            (
                format!("{directory} cannot be made"),
                format!("无法创建 {directory}"),
            ),
            (
                format!("there is no directory {parent}"),
                format!("目录 {parent} 不存在"),
            ),
            (
                "make that directory first, or name another --output",
                "先创建该目录，或用 --output 指定其他目录",
            ),
        )
    }

    pub(crate) fn unwritable(path: &Path, cause: &io::Error) -> Self {
        let path = path.display();
        Self::translated(
            Exit::Configuration,
            (format!("cannot write {path}"), format!("无法写入 {path}")),
            of_system(cause),
            (
                "check the directory's permissions and the space on its disk; nothing was left there",
                "检查目录权限和磁盘空间；没有留下任何文件",
            ),
        )
    }

    pub(crate) fn node_binary(path: &Path, why: impl Into<Value>) -> Self {
        let path = path.display();
        Self::translated(
            Exit::Usage,
            (
                format!("the node's program {path} cannot be used"),
                format!("节点程序 {path} 无法使用"),
            ),
            why,
            (
                "pass --binary with the fisco-bcos that the nodes are to run; nothing is downloaded",
                "用 --binary 指定节点要运行的 fisco-bcos；本命令不会下载",
            ),
        )
    }

    pub(crate) fn path_not_text(path: &Path) -> Self {
        Self::new(
            Exit::Usage,
            format!("the path {} cannot be written", path.display()),
            "it is not UTF-8 text on one line, as config.ini and start.sh are",
            "use a path with other characters",
        )
    }
}

/// Keys in files.
impl Error {
    pub(crate) fn unreadable_keys(path: &Path, cause: &io::Error) -> Self {
        let path = path.display();
        Self::translated(
            Exit::Key,
            (
                format!("cannot read the keys in {path}"),
                format!("无法读取 {path} 中的密钥"),
            ),
            of_system(cause),
            (
                "pass --node-keys with a directory of key files",
                "用 --node-keys 指定存放密钥文件的目录",
            ),
        )
    }

    pub(crate) fn too_few_key_files(path: &Path, found: usize, count: usize) -> Self {
        let missing: Vec<String> = (found..count.min(found + 8))
            .map(|number| format!("number {number}"))
            .collect();
        let more = if count > found + 8 { ", ..." } else { "" };
        Self::new(
            Exit::Key,
            format!("{count} nodes need {count} keys"),
            format!(
                "{} has {found}; counted from 0, what is missing is {}{more}",
                path.display(),
                missing.join(", ")
            ),
            "put a key file for each node there; they are taken in the order of their names, node2 before node10",
        )
    }

    pub(crate) fn unusable_node_key(path: &Path, cause: &dyn fmt::Display) -> Self {
        Self::new(
            Exit::Key,
            format!("cannot use the node key {}", path.display()),
            cause,
            "put nothing but key files of SM2 there: PKCS#8 or SEC 1, or public keys with --hsm",
        )
    }

    pub(crate) fn no_private_node_key(path: &Path) -> Self {
        Self::new(
            Exit::Key,
            format!("cannot use the node key {}", path.display()),
            "it has a public key only, and a node without a card signs with its private key",
            "pass --hsm if the private key is in a card, or put the private key there",
        )
    }

    pub(crate) fn encrypted_node_key(path: &Path) -> Self {
        Self::new(
            Exit::Key,
            format!("cannot use the node key {}", path.display()),
            "it is encrypted, and a node cannot ask for a password",
            format!(
                "decrypt it with `openssl pkcs8 -in {} -out FILE`, or import it into a card",
                path.display()
            ),
        )
    }

    pub(crate) fn same_key_in_files(one: &Path, other: &Path) -> Self {
        Self::new(
            Exit::Key,
            "two nodes would have one key",
            format!("{} and {} have the same", one.display(), other.display()),
            "put a different key there for each node",
        )
    }
}

/// Certificates.
impl Error {
    pub(crate) fn no_random(cause: &dyn fmt::Display) -> Self {
        Self::new(
            Exit::Device,
            "no key could be made",
            cause,
            "check the system's random source",
        )
    }

    pub(crate) fn certificate(cause: &dyn fmt::Display) -> Self {
        Self::new(
            Exit::Configuration,
            "a certificate could not be made",
            cause,
            "report it",
        )
    }

    pub(crate) fn ca_certificate(cause: &dyn fmt::Display) -> Self {
        Self::new(
            Exit::Configuration,
            "the certificate of the chain's CA cannot be used",
            cause,
            "pass --ca with the directory of sm_ca.crt and sm_ca.key of the chain",
        )
    }

    pub(crate) fn ca_mismatch() -> Self {
        Self::new(
            Exit::Configuration,
            "the CA's key cannot sign for this chain",
            "sm_ca.key is not the key of the certificate sm_ca.crt beside it",
            "pass --ca with the directory where the chain was built",
        )
    }
}

/// A chain that exists.
impl Error {
    pub(crate) fn template(directory: &Path, cause: &dyn fmt::Display) -> Self {
        Self::new(
            Exit::Configuration,
            format!("the node in {} cannot be used", directory.display()),
            cause,
            "pass --config with the directory of a node of the chain, with its config.ini, config.genesis and nodes.json",
        )
    }

    pub(crate) fn nodes_file(path: &Path, cause: &dyn fmt::Display) -> Self {
        Self::new(
            Exit::Configuration,
            format!("the list of nodes {} cannot be used", path.display()),
            cause,
            "it is {\"nodes\":[\"IP:PORT\",...]}; write it, or copy that of another node",
        )
    }

    pub(crate) fn host_incomplete(path: &Path, cause: &io::Error) -> Self {
        Self::new(
            Exit::Configuration,
            "the new node is complete, and a file beside it is not",
            format!("{}: {cause}", path.display()),
            "check the permissions and the space on the disk, and copy that file from another machine of the chain",
        )
    }

    pub(crate) fn peer_not_updated(path: &Path, cause: &io::Error) -> Self {
        Self::new(
            Exit::Configuration,
            "the new node is complete, and was not added to the lists of all other nodes",
            format!("{}: {cause}", path.display()),
            "check the permissions, and add the node there by hand",
        )
    }

    pub(crate) fn ca_unreadable(path: &Path, cause: &dyn fmt::Display) -> Self {
        Self::new(
            Exit::Configuration,
            format!("cannot use {}", path.display()),
            cause,
            "pass --ca with the directory of sm_ca.crt and sm_ca.key of the chain",
        )
    }

    pub(crate) fn other_ca(path: &Path) -> Self {
        Self::new(
            Exit::Configuration,
            "the other nodes would refuse the new node's certificates",
            format!("sm_ca.crt in --ca is not the one in {}", path.display()),
            "pass --ca with the directory where this chain was built",
        )
    }

    pub(crate) fn no_port() -> Self {
        Self::bad_value(
            "--ports",
            "a node beside the new one has the last port there is",
            "pass --ports with two that are free",
        )
    }

    pub(crate) fn port_taken(path: &Path) -> Self {
        Self::bad_value(
            "--ports",
            format!("{} has one of them already", path.display()),
            "pass --ports with two that are free",
        )
    }

    pub(crate) fn key_is_a_sealer(id: &NodeId) -> Self {
        Self::new(
            Exit::Key,
            "the new node would have the key of another",
            format!("config.genesis has the node id {id}"),
            "use a key that no node has",
        )
    }

    pub(crate) fn key_of_another_node(id: &NodeId, directory: &Path) -> Self {
        Self::new(
            Exit::Key,
            "the new node would have the key of another",
            format!("{} has the node id {id}", directory.display()),
            "use a key that no node has",
        )
    }
}
