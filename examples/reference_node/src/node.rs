//! The node: its parts started one after the other, and stopped.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the start script looks for these lines in nohup.out"
)]

use std::{fs, io, process::ExitCode, sync::Arc, thread::JoinHandle, time::SystemTime};

use fisco_node::{
    config::{ConfigError, Genesis, KeySource, NodeConfig, ini::Ini},
    crypto::{CryptoError, CryptoOptions, NodeCrypto},
    identity::NodeId,
};
use gmt0018::PoolOptions;
use sm2_batch::Portable;
use sm2_signing::{BatchVerifier, Error, Item, Serial, Verdicts};
use tokio::{
    runtime::Handle,
    signal::unix::{SignalKind, signal},
    sync::{mpsc, watch},
    task::spawn_blocking,
};
use tracing::{error, info};

use crate::{
    Arguments, Verification,
    consensus::{Consensus, ConsensusError, Options},
    ledger::{Ledger, LedgerError},
    log,
    metrics::{self, Measured},
    peers::{Limits, Mesh, MeshOptions},
    pool::Pool,
    router::{Router, gossip, heartbeat},
    rpc::{self, RpcOptions},
    settings::{Settings, SettingsError},
};

/// Why the node does not start, or ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NodeError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("{0}")]
    Crypto(Box<CryptoError>),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Consensus(#[from] ConsensusError),
    #[error("[{section}] {address}: {source}", section = .0, address = .1, source = .2)]
    Listen(&'static str, std::net::SocketAddr, io::Error),
    #[error("the node's metrics cannot be collected: {0}")]
    Metrics(String),
    #[error("consensus panicked; the log says where")]
    Panicked,
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<CryptoError> for NodeError {
    fn from(error: CryptoError) -> Self {
        Self::Crypto(Box::new(error))
    }
}

/// Starts all parts, and waits for a signal to end.
pub(crate) async fn run(arguments: &Arguments) -> Result<(), NodeError> {
    let settings = Settings::read(&arguments.config, &arguments.genesis)?;
    log::install(&settings.log)?;
    name_threads()?;
    let metrics = metrics::install().map_err(|error| NodeError::Metrics(error.to_string()))?;
    let crypto = crypto(arguments).await?;
    let node_id = crypto.node_id();
    info!("[INITIALIZER][METRIC]loadKeyPair success,publicKey={node_id}");

    fs::create_dir_all(&settings.data)?;
    let ledger = Ledger::open(&settings.data, &settings)?;
    let verifier = verifier(arguments.verification, &crypto);
    let pool = Pool::new(
        Arc::clone(&verifier),
        ledger.clone(),
        settings.chain.clone(),
        settings.pool_limit,
    );
    let (events, received) = mpsc::channel(EVENTS);
    let mesh = Mesh::start(mesh_options(&settings, &crypto), events).await;
    let mesh = mesh.map_err(|error| NodeError::Listen("p2p", settings.p2p, error))?;
    let (stop, stopped) = watch::channel(false);
    let options = Options {
        directory: settings.data,
        chain: settings.chain.clone(),
        sealers: settings.sealers,
        signer: Arc::clone(crypto.signer()),
        verifier,
        ledger: ledger.clone(),
        pool: pool.clone(),
        mesh: mesh.clone(),
        timeout: settings.consensus_timeout,
        min_seal_time: settings.min_seal_time,
        transactions_per_block: settings.transactions_per_block,
    };
    let consensus = Consensus::start(options, Handle::current(), stopped)?;
    let router = Router {
        mesh: mesh.clone(),
        ledger: ledger.clone(),
        pool: pool.clone(),
        consensus: consensus.incoming,
    };
    tokio::spawn(router.run(received));
    tokio::spawn(heartbeat(mesh.clone(), pool.clone()));
    let (on_transactions, submitted) = mpsc::channel(EVENTS);
    tokio::spawn(gossip(mesh.clone(), submitted));
    let peers = mesh.clone();
    let options = RpcOptions {
        listen: settings.rpc,
        ledger,
        pool,
        peers: Arc::new(move || peers.connected()),
        node_id,
        chain: settings.chain,
        on_transactions,
        health: consensus.health,
        metrics,
    };
    let rpc = rpc::serve(options).await;
    let (rpc, _serving) = rpc.map_err(|error| NodeError::Listen("rpc", settings.rpc, error))?;
    info!("[RPC]listening,endpoint={rpc}");
    println!("[{}] The reference-node is running...", now());
    until_the_end(consensus.thread, &stop, &mesh).await
}

/// Waits until consensus ends, by itself or because the process is asked to end.
async fn until_the_end(
    thread: JoinHandle<Result<(), ConsensusError>>,
    stop: &watch::Sender<bool>,
    mesh: &Mesh,
) -> Result<(), NodeError> {
    let mut ended = spawn_blocking(move || thread.join());
    let outcome = tokio::select! {
        outcome = &mut ended => outcome,
        () = asked_to_end()? => {
            info!("[INITIALIZER]stopping");
            stop.send_replace(true);
            mesh.shutdown();
            ended.await
        }
    };
    match outcome {
        Ok(Ok(outcome)) => Ok(outcome?),
        Ok(Err(_)) | Err(_) => Err(NodeError::Panicked),
    }
}

fn verifier(verification: Verification, crypto: &NodeCrypto) -> Arc<dyn BatchVerifier> {
    match verification {
        Verification::Batch | Verification::Card => {
            Arc::new(Measured::new(Arc::clone(crypto.verifier())))
        }
        Verification::Single => Arc::new(Measured::new(OnThePool(Serial::new(Portable::new())))),
    }
}

/// Names the threads that verify, so that their processor time can be told from the rest.
fn name_threads() -> Result<(), NodeError> {
    let pool = rayon::ThreadPoolBuilder::new().thread_name(|index| format!("verify-{index}"));
    pool.build_global()
        .map_err(|error| NodeError::Io(io::Error::other(error)))
}

/// A verifier that works on the threads where batches are verified.
#[derive(Debug)]
struct OnThePool<V>(V);

impl<V: BatchVerifier> BatchVerifier for OnThePool<V> {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        rayon::scope(|_| self.0.verify_batch(items))
    }
}

fn mesh_options(settings: &Settings, crypto: &NodeCrypto) -> MeshOptions {
    let sealers = settings.sealers.iter();
    MeshOptions {
        listen: settings.p2p,
        nodes: settings.nodes.clone(),
        identity: Arc::clone(crypto.signer()),
        node_id: crypto.node_id(),
        sealers: sealers.map(|sealer| NodeId::new(sealer.key)).collect(),
        chain: settings.chain.clone(),
        limits: Limits::default(),
    }
}

/// The key that signs and the engine that verifies, with every check of the start.
async fn crypto(arguments: &Arguments) -> Result<NodeCrypto, NodeError> {
    let config = NodeConfig::from_ini(&Ini::read(&arguments.config)?)?;
    let genesis = Genesis::from_ini(&Ini::read(&arguments.genesis)?)?;
    match config.key() {
        KeySource::Card(card) => info!(
            "[INITIALIZER]loadSecurityConfig HSM,lib_path={},key_index={}",
            card.library().display(),
            card.index()
        ),
        _ => info!(
            "[INITIALIZER]loadSecurityConfig,private_key_path={}",
            config.private_key_path().display()
        ),
    }
    let options = CryptoOptions::default()
        .with_password(arguments.password())
        .with_dialect(arguments.dialect.clone())
        .with_pool(PoolOptions::default())
        .with_verification_on_card(arguments.verification == Verification::Card);
    let crypto = spawn_blocking(move || NodeCrypto::from_config(&config, Some(&genesis), &options));
    Ok(crypto.await.map_err(io::Error::other)??)
}

/// Resolves when the process is asked to end. The start script's SIGUSR1 and SIGUSR2 mean nothing here.
fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut first = signal(SignalKind::user_defined1())?;
    let mut second = signal(SignalKind::user_defined2())?;
    Ok(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = interrupt.recv() => return,
                _ = first.recv() => {}
                _ = second.recv() => {}
            }
        }
    })
}

/// The last line of `nohup.out`, and the exit code.
pub(crate) fn tell_end(outcome: Result<(), NodeError>) -> ExitCode {
    match outcome {
        Ok(()) => {
            println!("[{}] reference-node program exit normally.", now());
            ExitCode::SUCCESS
        }
        Err(failure) => {
            error!("[INITIALIZER]the node ends: {failure}");
            eprintln!("[{}] start reference-node failed, error: {failure}", now());
            ExitCode::FAILURE
        }
    }
}

fn now() -> log::Moment {
    log::Moment::at(SystemTime::now())
}

/// Events and transactions that wait to be handed on.
const EVENTS: usize = 1024;
