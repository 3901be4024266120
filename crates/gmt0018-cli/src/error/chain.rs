//! Building a chain.

use std::{fmt, io, path::Path};

use fisco_node::identity::NodeId;

use super::{Error, of_system};
use crate::{catalogue::phrase::phrase, exit::Exit};

/// The directory that is made, and its files.
impl Error {
    pub(crate) fn output_exists(directory: &Path) -> Self {
        let directory = directory.display();
        Self::translated(
            Exit::Configuration,
            ("nothing was built", "没有建链"),
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

    pub(crate) fn node_binary(path: &Path, why: &dyn fmt::Display) -> Self {
        let path = path.display();
        Self::translated(
            Exit::Usage,
            (
                format!("the node's program {path} cannot be used"),
                format!("节点程序 {path} 无法使用"),
            ),
            phrase(&why.to_string()),
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

/// Keys in a card.
impl Error {
    pub(crate) fn no_card_keys() -> Self {
        Self::options(
            "with --hsm the keys exist already, and neither --node-keys nor --key-indexes says which they are",
            "pass --key-indexes to have them read from the card, or --node-keys with a directory of key files",
        )
    }

    pub(crate) fn number_of_indexes(found: usize, count: usize) -> Self {
        let why = (
            format!("there are {found} of them for {count} nodes"),
            format!("{count} 个节点却给出了 {found} 个密钥索引"),
        );
        let advice = ("give one index for each node", "为每个节点给出一个密钥索引");
        Self::value("--key-indexes", why, advice)
    }

    pub(crate) fn same_key_in_card(one: u32, other: u32) -> Self {
        Self::translated(
            Exit::Key,
            ("two nodes would have one key", "两个节点会使用同一把密钥"),
            (
                format!("the card gives out the same public key for the indexes {one} and {other}"),
                format!("密钥索引 {one} 和 {other} 导出的公钥相同"),
            ),
            (
                "use indexes with different keys; if `gmt0018 keys list` shows one key everywhere, check --dialect",
                "换用密钥不同的索引；如果 `gmt0018 keys list` 显示的公钥全都相同，请检查 --dialect",
            ),
        )
    }

    pub(crate) fn node_key_exists(index: u32) -> Self {
        Self::translated(
            Exit::Key,
            phrase("no key was made"),
            (
                format!(
                    "there is a key pair at index {index} already, and a key is never overwritten"
                ),
                format!("密钥索引 {index} 处已有密钥对，已有的密钥不会被覆盖"),
            ),
            (
                "leave --create-keys out to use it, or give other indexes; `gmt0018 soft status` lists those in use",
                "去掉 --create-keys 以使用该密钥，或换用其他索引；`gmt0018 soft status` 可列出已占用的索引",
            ),
        )
    }

    pub(crate) fn test_signature_refused(index: u32) -> Self {
        Self::translated(
            Exit::Device,
            (
                format!("the key at index {index} is of no use to a node"),
                format!("密钥索引 {index} 的密钥不能供节点使用"),
            ),
            (
                "a signature made with it does not verify under the public key that the device exports for this index",
                "用它生成的签名，以设备导出的该索引公钥验签不通过",
            ),
            (
                "do not use this key; ask the vendor, and check --dialect",
                "不要使用这个密钥；请联系厂商，并检查 --dialect",
            ),
        )
    }

    pub(crate) fn not_the_software_card(library: Option<&Path>) -> Self {
        let library = library.unwrap_or(Path::new("it")).display();
        Self::options(
            &format!(
                "--create-keys and --soft-dir are for the software card, and {library} is another"
            ),
            "make keys in a card with the vendor's tool; for the software card leave --hsm-lib and $GMT0018_LIB out",
        )
    }

    pub(crate) fn no_software_library(name: &str) -> Self {
        Self::translated(
            Exit::Library,
            (
                "no library of the software card was found for the nodes to load",
                "找不到供节点加载的软件密码卡动态库",
            ),
            (
                format!("there is no {name} beside this program, in deps or in ../lib"),
                format!("本程序所在目录、deps 和 ../lib 中都没有 {name}"),
            ),
            (
                format!("pass --hsm-lib with the path of {name}"),
                format!("用 --hsm-lib 指定 {name} 的路径"),
            ),
        )
    }

    pub(crate) fn password_lines(path: &Path, found: usize, count: usize) -> Self {
        let path = path.display();
        Self::translated(
            Exit::Key,
            (
                format!("cannot use the password file {path}"),
                format!("访问控制码文件 {path} 无法使用"),
            ),
            (
                format!("it has {found} lines for {count} keys"),
                format!("共有 {count} 把密钥，文件却有 {found} 行"),
            ),
            (
                "write one password for all keys, or one for each on a line of its own",
                "所有密钥共用一个访问控制码时只写一行，否则每把密钥写一行",
            ),
        )
    }

    pub(crate) fn password_in_config(index: u32) -> Self {
        Self::translated(
            Exit::Key,
            (
                format!("the password of key index {index} cannot be written into config.ini"),
                format!("密钥索引 {index} 的私钥访问控制码无法写入 config.ini"),
            ),
            (
                "the node reads one line of text from it, without blanks at its ends",
                "节点只能从中读取一行文本，且首尾不能有空格",
            ),
            (
                "give the key another password",
                "为该密钥换一个私钥访问控制码",
            ),
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
