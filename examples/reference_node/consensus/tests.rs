//! Four nodes in one process, over real connections, each with its own ledger.

use std::{
    net::{SocketAddr, TcpListener},
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

use fisco_node::block::verify_seals;
use sm_soft::SoftKey;
use sm2_signing::{Error, ErrorKind, Prehash, PublicKey, Signature};
use tempfile::TempDir;
use tokio::runtime::{Handle, Runtime};

use super::*;
use crate::{
    block::PooledTransaction,
    ledger::tests::{self as chain, Chain},
    peers::{Limits, MeshOptions},
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
struct Net {
    chain: Chain,
    addresses: Vec<SocketAddr>,
    directories: Vec<TempDir>,
    gone: Vec<Arc<AtomicBool>>,
    nodes: Vec<Option<Running>>,
    next: u64,
}

struct Running {
    ledger: Ledger,
    pool: Pool,
    mesh: Mesh,
    health: watch::Receiver<Health>,
    stop: watch::Sender<bool>,
    thread: thread::JoinHandle<Result<(), ConsensusError>>,
    // Ends the tasks, and with them the connections, when it is dropped.
    runtime: Runtime,
}

impl Net {
    fn new(count: usize) -> Self {
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

    fn settings(&self, index: usize) -> Settings {
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
        let options = MeshOptions {
            listen: settings.p2p,
            nodes: settings.nodes.clone(),
            identity: Arc::clone(&signer),
            node_id: NodeId::new(*signer.public_key()),
            sealers: settings
                .sealers
                .iter()
                .map(|sealer| NodeId::new(sealer.key))
                .collect(),
            chain: settings.chain.clone(),
            limits: Limits::default(),
        };
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

    fn node(&self, index: usize) -> &Running {
        self.nodes[index].as_ref().unwrap()
    }

    fn stop(&mut self, index: usize) {
        let node = self.nodes[index].take().unwrap();
        node.stop.send_replace(true);
        node.thread.join().unwrap().unwrap();
        node.mesh.shutdown();
        node.runtime.shutdown_timeout(Duration::from_secs(5));
    }

    fn start(&mut self, index: usize) {
        // The ledger's lock goes with the last of the tasks.
        let node = self.run(index);
        self.nodes[index] = Some(node);
    }

    /// Gives transactions to one node, which sends them on.
    fn submit(&mut self, to: usize, count: usize) -> Vec<Arc<PooledTransaction>> {
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

    fn heights(&self) -> Vec<u64> {
        let nodes = self.nodes.iter().flatten();
        nodes.map(|node| node.ledger.tip().number).collect()
    }

    /// Waits until all running nodes have all transactions, and no transaction twice.
    fn settle(&self) {
        let done = || {
            let mut nodes = self.nodes.iter().flatten();
            let tips: Vec<_> = nodes.clone().map(|node| node.ledger.tip()).collect();
            tips.iter().all(|tip| *tip == tips[0])
                && nodes.all(|node| node.ledger.transaction_count() == self.next)
        };
        until("all transactions are in the chain", done);
    }

    fn wait_connected(&self) {
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

fn until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "not in time: {what}"
        );
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn four_nodes_agree_and_seal() {
    let mut net = Net::new(4);
    net.wait_connected();
    net.submit(0, 150);
    net.settle();
    net.submit(3, 1);
    net.settle();
    let tip = net.node(0).ledger.tip().number;
    assert!(tip >= 3, "100 transactions go into a block at most");
    until("every block is sealed on every node", || {
        (0..4).all(|index| net.node(index).ledger.last_sealed() == tip)
    });
    let headers: Vec<_> = (1..=tip)
        .map(|number| net.node(1).ledger.header(number).unwrap().unwrap())
        .collect();
    let engine = sm2_batch::best().unwrap();
    let sealed = verify_seals(&engine, &net.chain.settings.sealers, &headers).unwrap();
    assert!(sealed.iter().all(Result::is_ok), "{sealed:?}");
    // An idle chain makes no blocks.
    thread::sleep(Duration::from_secs(2));
    assert_eq!(net.heights(), [tip; 4]);
}

#[test]
fn three_nodes_go_on_and_the_fourth_catches_up() {
    let mut net = Net::new(4);
    net.wait_connected();
    net.submit(0, 10);
    net.settle();
    net.stop(2);
    for _ in 0..6 {
        net.submit(0, 3);
        net.settle();
    }
    net.start(2);
    net.settle();
    net.wait_connected();
    net.submit(2, 5);
    net.settle();
}

#[test]
fn a_node_whose_key_fails_follows_says_why_and_votes_again() {
    let mut net = Net::new(4);
    net.wait_connected();
    net.gone[1].store(true, Ordering::Relaxed);
    for _ in 0..5 {
        net.submit(0, 2);
        net.settle();
    }
    until("the node says why it does not vote", || {
        let health = net.node(1).health.borrow().clone();
        health
            .silent
            .as_deref()
            .is_some_and(|why| why.contains("the card is gone"))
    });
    net.gone[1].store(false, Ordering::Relaxed);
    // Without one of the others the chain needs the vote of the node that was silent.
    net.stop(3);
    net.submit(0, 2);
    net.settle();
    until("the node is healthy again", || {
        net.node(1).health.borrow().silent.is_none()
    });
}

#[test]
fn all_nodes_restart_in_the_middle_of_a_block() {
    let mut net = Net::new(4);
    net.wait_connected();
    // Two nodes are no quorum: the block cannot be finished.
    net.stop(2);
    net.stop(3);
    net.submit(0, 1);
    until("the others have begun a block", || {
        (0..2).all(|index| wal_length(&net, index) > 200)
    });
    for index in 0..2 {
        net.stop(index);
    }
    for index in 0..4 {
        net.start(index);
    }
    net.wait_connected();
    net.submit(0, 1);
    let both = net.next;
    until("a block is agreed on", || {
        net.nodes.iter().flatten().all(|node| {
            // The first transaction was only in the pools, unless it was proposed.
            node.ledger.tip().number >= 1 && node.ledger.transaction_count() >= both - 1
        })
    });
}

fn wal_length(net: &Net, index: usize) -> u64 {
    let path = net.directories[index].path().join(LOG);
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}
