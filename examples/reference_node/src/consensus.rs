//! Consensus: the engine of `arc-malachitebft-core-consensus`, with votes signed by the card and verified in batches.
//!
//! The engine asks for what it needs as *effects* and knows nothing of keys, disks and sockets. A thread of its own runs
//! it, because signing and committing block. Signing goes through [`voter`], verifying through [`verification`], and what
//! the engine was told about the block in progress into the [`wal`].

mod blocks;
pub(crate) mod context;
mod effects;
mod engine;
mod incoming;
mod recovery;
mod seals;
mod signature;
mod sync;
mod timers;
mod verification;
mod voter;
mod wal;

use std::{io, path::PathBuf, sync::Arc, thread, time::Duration};

use fisco_node::{
    block::SealerList,
    guard::{Guard, GuardError},
    identity::NodeId,
};
use sm2_signing::{BatchVerifier, Signer};
use tokio::sync::{mpsc, watch};

use crate::{
    ledger::{Ledger, LedgerError},
    message::Message,
    peers::Mesh,
    pool::Pool,
    settings::ChainName,
};

/// What consensus works with.
pub(crate) struct Options {
    pub(crate) directory: PathBuf,
    pub(crate) chain: ChainName,
    pub(crate) sealers: SealerList,
    pub(crate) signer: Arc<dyn Signer>,
    pub(crate) verifier: Arc<dyn BatchVerifier>,
    pub(crate) ledger: Ledger,
    pub(crate) pool: Pool,
    pub(crate) mesh: Mesh,
    pub(crate) timeout: Duration,
    pub(crate) min_seal_time: Duration,
    pub(crate) transactions_per_block: usize,
}

/// What reaches consensus from outside.
#[derive(Debug)]
pub(crate) enum Incoming {
    Connected(NodeId),
    Disconnected(NodeId),
    Message(NodeId, Box<Message>),
}

/// What the rest of the node may ask about consensus.
#[derive(Debug, Clone, Default)]
pub(crate) struct Health {
    /// Why this node does not vote, if it does not.
    pub(crate) silent: Option<String>,
}

/// Why consensus ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsensusError {
    #[error("this node's key is none of the sealers of config.genesis")]
    NotASealer,
    #[error("the weights of the sealers are too large")]
    Weights,
    #[error("the votes of this node cannot be kept: {0}")]
    Guard(#[from] GuardError),
    #[error("the log of the block in progress cannot be kept: {0}; is the disk full?")]
    Wal(#[from] io::Error),
    #[error("the ledger failed: {0}")]
    Ledger(#[from] LedgerError),
    #[error("consensus itself failed: {0}")]
    Engine(String),
}

/// Consensus on its thread; ends when `stop` says so, or with an error.
pub(crate) struct Consensus {
    pub(crate) thread: thread::JoinHandle<Result<(), ConsensusError>>,
    pub(crate) incoming: mpsc::Sender<Incoming>,
    pub(crate) health: watch::Receiver<Health>,
}

impl Consensus {
    /// Opens the files with this node's votes, and starts.
    pub(crate) fn start(
        options: Options,
        runtime: tokio::runtime::Handle,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, ConsensusError> {
        let (incoming, received) = mpsc::channel(WAITING);
        let (told, health) = watch::channel(Health::default());
        let engine = engine::Engine::new(options, told)?;
        let run = move || engine.run(&runtime, received, stop);
        let builder = thread::Builder::new().name("consensus".to_owned());
        Ok(Self {
            thread: builder.spawn(run)?,
            incoming,
            health,
        })
    }
}

/// The file with this node's last vote: made before the first vote, and never again.
fn guard(options: &Options) -> Result<Guard<Arc<dyn Signer>>, GuardError> {
    let path = options.directory.join(VOTES);
    let signer = Arc::clone(&options.signer);
    let never_voted = options.ledger.tip().number == 0 && !options.directory.join(LOG).exists();
    if never_voted && !path.exists() {
        Guard::create(path, signer)
    } else {
        Guard::open(path, signer)
    }
}

/// The files of consensus in the node's data directory.
const VOTES: &str = "votes";
const LOG: &str = "consensus.wal";
/// How many messages wait for the thread before the connections have to.
const WAITING: usize = 1024;

#[cfg(test)]
mod tests;
