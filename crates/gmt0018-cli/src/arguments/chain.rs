//! `gmt0018 chain`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use gmt0018::Dialect;

#[derive(Debug, Subcommand)]
pub(crate) enum ChainCommand {
    Build(BuildArguments),
    Expand(ExpandArguments),
}

/// Build a FISCO BCOS 3 chain with ShangMi algorithms: certificates, keys, configuration, scripts.
///
/// The options and the files are those of `build_chain.sh -s`, and nothing is downloaded. The keys of the nodes are new,
/// in the files of --node-keys, or in a card: then the builder reads the public keys from the card, proves each password
/// with a test signature, and fills in [security] of every config.ini. All is checked before anything is written, and the
/// chain's directory appears complete or not at all.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 chain build -l 127.0.0.1:4 -e ./fisco-bcos
  gmt0018 chain build -l 127.0.0.1:4 -e ./fisco-bcos -s -H -n node-keys -o nodes
  gmt0018 chain build -l 127.0.0.1:4 -e ./fisco-bcos --key-indexes 1,2,3,4 --create-keys
  gmt0018 chain build -l 127.0.0.1:4 -e ./fisco-bcos --key-indexes 43,44,45,46 --password-file pins")]
pub(crate) struct BuildArguments {
    /// How many nodes on which address; an IPv6 address stands in brackets.
    #[arg(
        short = 'l',
        long,
        value_name = "IP:N,...",
        value_delimiter = ',',
        required = true
    )]
    pub(crate) nodes: Vec<String>,

    /// The first ports for other nodes and for clients; node I of an address gets both plus I.
    #[arg(
        short = 'p',
        long,
        value_name = "P2P,RPC",
        default_value = "30300,20200"
    )]
    pub(crate) ports: String,

    /// The new directory; refused if it exists.
    #[arg(
        short = 'o',
        long = "output",
        value_name = "DIRECTORY",
        default_value = "nodes"
    )]
    pub(crate) directory: PathBuf,

    /// The node's program, copied to DIRECTORY/IP/fisco-bcos.
    #[arg(short = 'e', long, value_name = "FILE")]
    pub(crate) binary: PathBuf,

    /// Accepted because the script has it: every chain built here uses SM2, SM3, SM4 and TLCP.
    #[arg(short = 's', long)]
    pub(crate) sm: bool,

    /// The group's id, letters and digits.
    #[arg(short = 'g', long, value_name = "ID", default_value = "group0")]
    pub(crate) group: String,

    /// The chain's id, letters and digits.
    #[arg(short = 'I', long, value_name = "ID", default_value = "chain0")]
    pub(crate) chain: String,

    /// The account that administers the chain, which switches the check of permissions on; without it a new account is
    /// made, and the check is off.
    #[arg(short = 'a', long, value_name = "0xADDRESS")]
    pub(crate) admin: Option<String>,

    /// The version of the chain's data, 3.1.0 or later.
    #[arg(short = 'v', long, value_name = "VERSION", default_value = "3.16.0")]
    pub(crate) compatibility: String,

    #[command(flatten)]
    pub(crate) keys: NodeKeyArguments,
}

/// Add a node to a chain: certificates from the chain's CA, its key, and the configuration of another node.
///
/// config.genesis is copied byte for byte; in config.ini the ports and [security] are changed and every other byte is kept;
/// nodes.json gets the new node. The node joins when the nodes of the chain know its address, and it votes when the
/// console has been told `addSealer`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gmt0018 chain expand -d nodes/ca -c nodes/127.0.0.1/node0 -o nodes/127.0.0.1/node4
  gmt0018 chain expand -d ca -c 10.0.0.1/node0 -o 10.0.0.1/node4 --key-indexes 47 --update-peers
  gmt0018 chain expand -d ca -c 10.0.0.1/node0 -o 10.0.0.2/node0 -e ./fisco-bcos -p 30300,20200")]
pub(crate) struct ExpandArguments {
    /// The directory with sm_ca.crt and sm_ca.key of the chain.
    #[arg(short = 'd', long, value_name = "DIRECTORY")]
    pub(crate) ca: PathBuf,

    /// The node that the configuration is taken from: a directory with config.ini, config.genesis and nodes.json.
    #[arg(short = 'c', long, value_name = "DIRECTORY")]
    pub(crate) config: PathBuf,

    /// The new node's directory; refused if it exists.
    #[arg(short = 'o', long = "output", value_name = "DIRECTORY")]
    pub(crate) directory: PathBuf,

    /// The node's program; needed if there is no fisco-bcos beside the new node's directory.
    #[arg(short = 'e', long, value_name = "FILE")]
    pub(crate) binary: Option<PathBuf>,

    /// The ports for other nodes and for clients [default: one more than the highest of the nodes beside it].
    #[arg(short = 'p', long, value_name = "P2P,RPC")]
    pub(crate) ports: Option<String>,

    /// The address that other nodes reach the node at [default: the name of the directory that it is in].
    #[arg(long, value_name = "IP")]
    pub(crate) address: Option<String>,

    /// Accepted because the script has it.
    #[arg(short = 's', long)]
    pub(crate) sm: bool,

    /// Add the node to nodes.json of the nodes beside it and of the node that the configuration is taken from.
    #[arg(long)]
    pub(crate) update_peers: bool,

    #[command(flatten)]
    pub(crate) keys: NodeKeyArguments,
}

/// Where the keys of the nodes are.
#[derive(Debug, Args)]
#[command(next_help_heading = "Keys of the nodes")]
pub(crate) struct NodeKeyArguments {
    /// A directory with a key file for each node, in the order of their names, numbers in them by value; or one file.
    /// PKCS#8 or SEC1; with --hsm also public keys.
    #[arg(
        short = 'n',
        long,
        value_name = "DIRECTORY",
        conflicts_with = "key_indexes"
    )]
    pub(crate) node_keys: Option<PathBuf>,

    /// The keys are in a card: switches enable_hsm on. With --node-keys the card's settings are left to be filled in;
    /// --key-indexes implies it.
    #[arg(short = 'H', long)]
    pub(crate) hsm: bool,

    /// The indexes of the signing keys in the card, one for each node.
    #[arg(
        long,
        alias = "key-index",
        value_name = "N,...",
        value_delimiter = ',',
        value_parser = clap::value_parser!(u32)
    )]
    pub(crate) key_indexes: Vec<u32>,

    /// The card's library, as the nodes will load it; else $GMT0018_LIB, else the software card's, beside this program.
    #[arg(long, alias = "lib", value_name = "FILE", requires = "key_indexes")]
    pub(crate) hsm_lib: Option<PathBuf>,

    /// A file with the password of the keys, or with one line for each index. Else $GMT0018_PASSWORD, else a prompt.
    #[arg(long, value_name = "FILE", requires = "key_indexes")]
    pub(crate) password_file: Option<PathBuf>,

    /// The keys have no password.
    #[arg(long, requires = "key_indexes", conflicts_with_all = ["password_file", "create_keys"])]
    pub(crate) no_password: bool,

    /// Make the keys at these indexes first, in the software card.
    #[arg(long, requires = "key_indexes")]
    pub(crate) create_keys: bool,

    /// The software card's store, which start.sh then names to the node; else $GMT0018_SOFT_DIR, else the data directory.
    #[arg(
        long,
        value_name = "DIRECTORY",
        requires = "key_indexes",
        conflicts_with = "open_path"
    )]
    pub(crate) soft_dir: Option<PathBuf>,

    /// How the builder talks to the card's library: standard, sansec-legacy, softsdf, fisherman or sdf4j.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "standard",
        requires = "key_indexes"
    )]
    pub(crate) dialect: Dialect,

    /// The directory that the builder opens the card with (`SDF_OpenDeviceWithPath`); a node uses `SDF_OpenDevice`.
    #[arg(long, value_name = "DIRECTORY", requires = "key_indexes")]
    pub(crate) open_path: Option<PathBuf>,

    /// What conf/node.pem holds of a key in a card [default: public; the file itself with --node-keys].
    #[arg(long, value_enum, value_name = "FORM")]
    pub(crate) node_pem: Option<NodePemForm>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum NodePemForm {
    /// The public key.
    Public,
    /// A private key file with the node's public key and the private key 1, for tools that want a private key file.
    Stub,
}
