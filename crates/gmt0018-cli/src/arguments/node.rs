//! `gmt0018 node-id` and `gmt0018 node-pem`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::DeviceArguments;

/// Print the node id of a key: x || y in 128 hex digits, as config.genesis and node.nodeid have it.
///
/// A file holds a private key (PKCS#8, encrypted PKCS#8 or SEC1), a public key, or a stub (see `gmt0018 node-pem --help`),
/// in PEM, DER or hex; conf/node.nodeid is a public key in hex. With more than one FILE each line has the id, two blanks
/// and the file; a file that is no key stops nothing, and the exit code is that of the first one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 node-id nodes/127.0.0.1/node0/conf/node.pem
  gmt0018 node-id nodes/127.0.0.1/node*/conf/node.pem
  gmt0018 node-id --key-index 43 --lib /usr/local/lib/libgmt0018.so --json")]
pub(crate) struct NodeIdArguments {
    /// The key files.
    #[arg(
        value_name = "FILE",
        required_unless_present = "key_index",
        conflicts_with = "key_index"
    )]
    pub(crate) files: Vec<PathBuf>,

    /// The index of a signing key in the card, instead of a file; no password is needed.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: Option<u32>,

    #[command(flatten)]
    pub(crate) pem: PemPasswordArguments,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

/// Write a node.pem that holds no secret: the public key, or a stub.
///
/// A node whose key is in a card does not read conf/node.pem, but the tools around it do. BcosBuilder takes the public key.
/// `build_chain.sh -n` takes private key files only, and makes nodes without an id of public ones. For it there is the stub:
/// a PKCS#8 private key file with the card's public key in it, and the number 1 where the private key would be. It has the
/// right node id, and whoever signs with it signs for nobody.
///
/// A private key in FILE is never printed, and a file is never overwritten.
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("form").required(true).args(["stub", "public"])),
    group(ArgGroup::new("source").required(true).args(["file", "key_index"])),
    after_help = "\
Examples:
  gmt0018 node-pem --stub --key-index 43 --lib /usr/local/lib/libgmt0018.so -o keys/node0.pem
  gmt0018 node-pem --public conf/node.pem > public.pem
  bash build_chain.sh -s -H -n keys -l 127.0.0.1:1 -e ./fisco-bcos"
)]
pub(crate) struct NodePemArguments {
    /// Write a stub, for build_chain.sh -n.
    #[arg(long)]
    pub(crate) stub: bool,

    /// Write the public key as SubjectPublicKeyInfo PEM.
    #[arg(long)]
    pub(crate) public: bool,

    /// A key file in any form that `gmt0018 node-id` takes.
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    /// The index of a signing key in the card, instead of a file; no password is needed.
    #[arg(long, value_name = "N")]
    pub(crate) key_index: Option<u32>,

    /// Write to this file, which must not exist, instead of stdout.
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) pem: PemPasswordArguments,

    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Password")]
pub(crate) struct PemPasswordArguments {
    /// A file with the password of an encrypted key file. Else $GMT0018_PEM_PASSWORD, else a prompt.
    #[arg(long, value_name = "FILE")]
    pub(crate) pem_password_file: Option<PathBuf>,
}
