//! `gmt0018 config`: a node's files, as the node reads them.

pub(crate) mod check;
pub(crate) mod fix;

pub(super) mod problem;

use std::path::{Path, PathBuf};

use fisco_node::config::ini::Ini;

/// The `config.ini` that is meant: the file itself, or the one in a node's directory.
pub(super) fn config_file(path: &Path) -> PathBuf {
    if path.is_dir() {
        path.join("config.ini")
    } else {
        path.to_path_buf()
    }
}

/// Whether the file is a chain's, by the consensus nodes in it, and not a node's.
pub(super) fn is_genesis(ini: &Ini) -> bool {
    ini.section("consensus")
        .any(|entry| entry.key().starts_with("node."))
}
