//! The nodes of a chain in this process.

use std::{
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use fisco_node::identity::NodeId;
use sm_soft::SoftKey;
use sm2_signing::{BatchVerifier, Error, ErrorKind, Prehash, PublicKey, Signature, Signer};
use tempfile::TempDir;
use tokio::{
    runtime::{Handle, Runtime},
    sync::{mpsc, watch},
};

use crate::{
    block::PooledTransaction,
    consensus::{Consensus, ConsensusError, Health, Options},
    ledger::{
        Ledger,
        tests::{self as chain, Chain},
    },
    message::Message,
    peers::{Limits, Mesh, MeshOptions},
    pool::Pool,
    router::Router,
    settings::Settings,
};

/// A key that can be made to fail.
#[derive(Debug)]
struct Fickle {
    key: SoftKey,
    gone: Arc<AtomicBool>,
}

impl Signer for Fickle {
    fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    fn sign(&self, e: &Prehash) -> Result<Signature, Error> {
        if self.gone.load(Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::Device, "the card is gone"));
        }
        self.key.sign(e)
    }
}

/// The nodes of a chain, running or not.
pub(super) struct Net {
    pub(super) chain: Chain,
    addresses: Vec<SocketAddr>,
    pub(super) directories: Vec<TempDir>,
    pub(super) gone: Vec<Arc<AtomicBool>>,
    pub(super) nodes: Vec<Option<Running>>,
    pub(super) next: u64,
}

pub(super) struct Running {
    pub(super) ledger: Ledger,
    pub(super) pool: Pool,
    pub(super) mesh: Mesh,
    pub(super) health: watch::Receiver<Health>,
    stop: watch::Sender<bool>,
    thread: thread::JoinHandle<Result<(), ConsensusError>>,
    // Ends the tasks, and with them the connections, when it is dropped.
    runtime: Runtime,
}

impl Net {
    pub(super) fn new(count: usize) -> Self {
        let listeners: Vec<TcpListener> = (0..count)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let addresses = listeners.iter().map(|one| one.local_addr().unwrap());
        let mut net = Self {
            chain: Chain::new(count),
            addresses: addresses.collect(),
            directories: (0..count).map(|_| TempDir::new().unwrap()).collect(),
            gone: (0..count).map(|_| Arc::default()).collect(),
            nodes: Vec::new(),
            next: 0,
        };
        drop(listeners);
        for index in 0..count {
            let node = net.run(index);
            net.nodes.push(Some(node));
        }
        net
    }

    pub(super) fn settings(&self, index: usize) -> Settings {
        let mut settings = self.chain.settings.clone();
        settings.p2p = self.addresses[index];
        settings.nodes = self.addresses.iter().map(ToString::to_string).collect();
        settings.data = self.directories[index].path().to_path_buf();
        settings.min_seal_time = Duration::from_millis(20);
        settings
    }

    fn run(&self, index: usize) -> Running {
        let settings = self.settings(index);
        let key = self.chain.sealers[index].clone();
        let signer: Arc<dyn Signer> = Arc::new(Fickle {
            key,
            gone: Arc::clone(&self.gone[index]),
        });
        let verifier: Arc<dyn BatchVerifier> = Arc::new(sm2_batch::best().unwrap());
        let ledger = Ledger::open(&settings.data, &settings).unwrap();
        let pool = Pool::new(
            Arc::clone(&verifier),
            ledger.clone(),
            settings.chain.clone(),
            settings.pool_limit,
        );
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let (events, received) = mpsc::channel(64);
        let options = mesh_options(&settings, Arc::clone(&signer));
        let mesh = runtime.block_on(Mesh::start(options, events)).unwrap();
        let (stop, stopped) = watch::channel(false);
        let options = Options {
            directory: settings.data.clone(),
            chain: settings.chain,
            sealers: settings.sealers,
            signer,
            verifier,
            ledger: ledger.clone(),
            pool: pool.clone(),
            mesh: mesh.clone(),
            timeout: Duration::from_secs(1),
            min_seal_time: settings.min_seal_time,
            transactions_per_block: 100,
        };
        let handle: Handle = runtime.handle().clone();
        let consensus = Consensus::start(options, handle, stopped).unwrap();
        let router = Router {
            mesh: mesh.clone(),
            ledger: ledger.clone(),
            pool: pool.clone(),
            consensus: consensus.incoming,
        };
        runtime.spawn(router.run(received));
        Running {
            ledger,
            pool,
            mesh,
            health: consensus.health,
            stop,
            thread: consensus.thread,
            runtime,
        }
    }

    pub(super) fn node(&self, index: usize) -> &Running {
        self.nodes[index].as_ref().unwrap()
    }

    pub(super) fn stop(&mut self, index: usize) {
        let node = self.nodes[index].take().unwrap();
        node.stop.send_replace(true);
        node.thread.join().unwrap().unwrap();
        node.mesh.shutdown();
        node.runtime.shutdown_timeout(Duration::from_secs(5));
    }

    pub(super) fn start(&mut self, index: usize) {
        // The ledger's lock goes with the last of the tasks.
        let node = self.run(index);
        self.nodes[index] = Some(node);
    }

    /// Gives transactions to one node, which sends them on.
    pub(super) fn submit(&mut self, to: usize, count: usize) -> Vec<Arc<PooledTransaction>> {
        let transactions: Vec<_> = (0..count)
            .map(|_| {
                self.next += 1;
                chain::transaction(
                    &self.chain.account,
                    self.next,
                    &format!("key=v{}", self.next),
                )
            })
            .collect();
        let encoded = transactions.iter().map(|one| one.encoded.clone());
        let node = self.node(to);
        for outcome in node.pool.submit(encoded.clone().collect()) {
            outcome.unwrap();
        }
        let frame = Message::Transactions(encoded.collect()).encode().unwrap();
        node.mesh.broadcast(&frame);
        transactions
    }

    pub(super) fn heights(&self) -> Vec<u64> {
        let nodes = self.nodes.iter().flatten();
        nodes.map(|node| node.ledger.tip().number).collect()
    }

    /// Waits until all running nodes have all transactions, and no transaction twice.
    pub(super) fn settle(&self) {
        let done = || {
            let mut nodes = self.nodes.iter().flatten();
            let tips: Vec<_> = nodes.clone().map(|node| node.ledger.tip()).collect();
            tips.iter().all(|tip| *tip == tips[0])
                && nodes.all(|node| node.ledger.transaction_count() == self.next)
        };
        until("all transactions are in the chain", done);
    }

    pub(super) fn wait_connected(&self) {
        let running = self.nodes.iter().flatten().count();
        let mut nodes = self.nodes.iter().flatten();
        until("the nodes are connected", || {
            nodes
                .clone()
                .all(|node| node.mesh.connected().len() == running - 1)
        });
        assert!(nodes.next().is_some());
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        for index in 0..self.nodes.len() {
            if self.nodes[index].is_some() && !thread::panicking() {
                self.stop(index);
            }
        }
    }
}

/// The connections of the node with this key.
pub(super) fn mesh_options(settings: &Settings, identity: Arc<dyn Signer>) -> MeshOptions {
    let sealers = settings.sealers.iter();
    MeshOptions {
        listen: settings.p2p,
        nodes: settings.nodes.clone(),
        node_id: NodeId::new(*identity.public_key()),
        identity,
        sealers: sealers.map(|sealer| NodeId::new(sealer.key)).collect(),
        chain: settings.chain.clone(),
        limits: Limits::default(),
    }
}

pub(super) fn until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "not in time: {what}"
        );
        thread::sleep(Duration::from_millis(20));
    }
}
