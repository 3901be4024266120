//! A small node of a chain of its own, with its key in a card: it shows the crates of this workspace at work.
//!
//! It is not a FISCO BCOS node: it speaks another protocol and has no EVM. It reads the same `config.ini`,
//! `config.genesis`, `nodes.json` and `node.pem`, is started by the same scripts, takes the same transactions and writes
//! the same lines into its log. README.md says what it does and what not.

mod block;
mod consensus;
mod ledger;
mod log;
mod message;
mod metrics;
mod node;
mod peers;
mod pool;
mod router;
mod rpc;
mod settings;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, ValueEnum};
use fisco_node::config::PasswordSource;
use gmt0018::Dialect;

/// A small node of a chain of its own, with its key in a card. It is not a FISCO BCOS node.
///
/// Reads the files that `gmt0018 chain build` and FISCO BCOS's build_chain.sh write, and is started by their scripts.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The node's configuration.
    #[arg(short, long, value_name = "FILE", default_value = "config.ini")]
    config: PathBuf,

    /// The chain's configuration.
    #[arg(short, long, value_name = "FILE", default_value = "config.genesis")]
    genesis: PathBuf,

    /// A file with the key's access password, instead of the one in the configuration.
    #[arg(long, value_name = "FILE", conflicts_with = "password_env")]
    password_file: Option<PathBuf>,

    /// A variable of the environment with the key's access password.
    #[arg(long, value_name = "NAME")]
    password_env: Option<String>,

    /// How the card's library differs from the standard: standard, sansec-legacy, softsdf, fisherman or sdf4j.
    #[arg(long, value_name = "NAME", default_value = "standard")]
    dialect: Dialect,

    /// What verifies signatures.
    #[arg(long, value_enum, env = "REFERENCE_NODE_VERIFICATION", default_value_t = Verification::Batch)]
    verification: Verification,
}

/// What verifies signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Verification {
    /// The processor, many at once.
    Batch,
    /// The processor, one after the other: to compare with.
    Single,
    /// The card, one after the other.
    Card,
}

impl Arguments {
    fn password(&self) -> PasswordSource {
        match (&self.password_file, &self.password_env) {
            (Some(file), _) => PasswordSource::File(file.clone()),
            (None, Some(name)) => PasswordSource::Environment(name.into()),
            (None, None) => PasswordSource::default(),
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = runtime
        .map_err(node::NodeError::from)
        .and_then(|runtime| runtime.block_on(node::run(&arguments)));
    node::tell_end(outcome)
}
