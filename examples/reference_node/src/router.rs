//! Where messages go: transactions to the pool, requests for blocks to the ledger, the rest to consensus.

use std::{sync::Arc, time::Duration};

use fisco_node::identity::NodeId;
use tokio::{
    sync::{Semaphore, mpsc},
    task::spawn_blocking,
    time::{MissedTickBehavior, interval},
};
use tracing::{info, warn};

use crate::{
    block::PooledTransaction,
    consensus::Incoming,
    ledger::Ledger,
    message::Message,
    metrics,
    peers::{Event, Mesh},
    pool::{Pool, Rejected},
};

/// Moves messages between the connections and the parts of the node.
pub(crate) struct Router {
    pub(crate) mesh: Mesh,
    pub(crate) ledger: Ledger,
    pub(crate) pool: Pool,
    pub(crate) consensus: mpsc::Sender<Incoming>,
}

impl Router {
    /// Runs until the connections are closed or consensus has ended.
    pub(crate) async fn run(self, mut events: mpsc::Receiver<Event>) {
        let (transactions, received) = mpsc::channel(WAITING);
        let answering = Arc::new(Semaphore::new(ANSWERS));
        let filling = tokio::spawn(fill(self.pool.clone(), self.mesh.clone(), received));
        while let Some(event) = events.recv().await {
            let incoming = match event {
                Event::Connected(node) => {
                    self.share(&node);
                    Incoming::Connected(node)
                }
                Event::Disconnected { node, .. } => Incoming::Disconnected(node),
                Event::Frame(node, frame) => match Message::decode(&frame) {
                    Ok(Message::Transactions(encoded)) => {
                        // A full queue is a busy node; who sent the transactions still has them.
                        if transactions.try_send((node, encoded)).is_err() {
                            metrics::transactions_dropped();
                        }
                        continue;
                    }
                    Ok(Message::BlocksWanted(from)) => {
                        self.serve(&answering, node, from);
                        continue;
                    }
                    Ok(message) => Incoming::Message(node, Box::new(message)),
                    Err(error) => {
                        self.mesh
                            .punish(&node, &format!("a frame that is no message: {error}"));
                        continue;
                    }
                },
            };
            if self.consensus.send(incoming).await.is_err() {
                break;
            }
        }
        drop(transactions);
        drop(filling.await);
    }

    /// Sends the transactions that wait: the node was not there when they were sent to all.
    fn share(&self, node: &NodeId) {
        for frame in frames(&self.pool.oldest(SHARED)) {
            self.mesh.send(node, frame);
        }
    }

    /// Sends sealed blocks, as many as go into a frame.
    fn serve(&self, answering: &Arc<Semaphore>, node: NodeId, from: u64) {
        let Ok(permit) = Arc::clone(answering).try_acquire_owned() else {
            return;
        };
        let (ledger, mesh) = (self.ledger.clone(), self.mesh.clone());
        spawn_blocking(move || {
            let _permit = permit;
            answer(&ledger, &mesh, &node, from);
        });
    }
}

fn answer(ledger: &Ledger, mesh: &Mesh, node: &NodeId, from: u64) {
    match blocks(ledger, from) {
        Ok(blocks) if blocks.is_empty() => {}
        Ok(blocks) => match Message::Blocks(blocks).encode() {
            Ok(frame) => drop(mesh.send(node, frame)),
            Err(error) => warn!("[BLOCK SYNC]blocks cannot be sent: {error}"),
        },
        Err(error) => warn!("[BLOCK SYNC]blocks cannot be read: {error}"),
    }
}

fn blocks(ledger: &Ledger, from: u64) -> Result<Vec<Vec<u8>>, crate::ledger::LedgerError> {
    let (mut blocks, mut bytes) = (Vec::new(), 0_usize);
    for number in from.max(1)..=ledger.last_sealed() {
        let Some(block) = ledger.block_bytes(number)? else {
            break;
        };
        bytes = bytes.saturating_add(block.len());
        if !blocks.is_empty() && (bytes > BYTES || blocks.len() >= BLOCKS) {
            break;
        }
        blocks.push(block);
    }
    Ok(blocks)
}

/// Puts the transactions of other nodes into the pool, those that wait together in one batch.
async fn fill(pool: Pool, mesh: Mesh, mut received: mpsc::Receiver<(NodeId, Vec<Vec<u8>>)>) {
    while let Some(first) = received.recv().await {
        let mut waiting = vec![first];
        while waiting.len() < WAITING
            && let Ok(more) = received.try_recv()
        {
            waiting.push(more);
        }
        let pool = pool.clone();
        let invalid = spawn_blocking(move || {
            let senders: Vec<NodeId> = waiting
                .iter()
                .flat_map(|(node, encoded)| encoded.iter().map(|_| *node))
                .collect();
            let encoded = waiting.into_iter().flat_map(|(_, encoded)| encoded);
            let outcomes = pool.submit(encoded.collect());
            let mut invalid: Vec<NodeId> = senders
                .into_iter()
                .zip(outcomes)
                .filter(|(_, outcome)| matches!(outcome, Err(Rejected::InvalidSignature(_))))
                .map(|(node, _)| node)
                .collect();
            invalid.sort_unstable();
            invalid.dedup();
            invalid
        });
        for node in invalid.await.unwrap_or_default() {
            mesh.punish(&node, "a transaction with an invalid signature");
        }
    }
}

/// Sends the transactions that came by JSON-RPC to the others.
pub(crate) async fn gossip(
    mesh: Mesh,
    mut transactions: mpsc::Receiver<Vec<Arc<PooledTransaction>>>,
) {
    while let Some(transactions) = transactions.recv().await {
        for frame in frames(&transactions) {
            mesh.broadcast(&frame);
        }
    }
}

/// The messages with these transactions.
fn frames(transactions: &[Arc<PooledTransaction>]) -> impl Iterator<Item = Arc<[u8]>> {
    transactions.chunks(TRANSACTIONS).filter_map(|part| {
        let encoded = part.iter().map(|transaction| transaction.encoded.clone());
        Message::Transactions(encoded.collect())
            .encode()
            .inspect_err(|error| warn!("[TXPOOL]transactions cannot be sent: {error}"))
            .ok()
    })
}

/// Writes the lines that people grep for.
pub(crate) async fn heartbeat(mesh: Mesh, pool: Pool) {
    let mut beat = interval(HEARTBEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        beat.tick().await;
        let (peers, pending) = (mesh.connected().len(), pool.len());
        metrics::peers(peers);
        info!("[P2PService][Service][METRIC]heartBeat,connected count={peers}");
        info!("[TXPOOL][METRIC]batchFetchTxs success,pendingTxs={pending}");
    }
}

/// Messages with transactions that wait to be verified.
const WAITING: usize = 256;
/// Transactions in one message.
const TRANSACTIONS: usize = 64;
/// Transactions for a node that connects: as many as a block has at most, if nobody says otherwise.
const SHARED: usize = 1000;
/// Requests for blocks that are answered at a time; who gets no answer asks again.
const ANSWERS: usize = 4;
/// What is sent to a node that catches up, in one message.
const BLOCKS: usize = 128;
const BYTES: usize = 8 << 20;
const HEARTBEAT: Duration = Duration::from_secs(10);
