//! The connections to the other nodes: an authenticated full mesh over TCP.
//!
//! Every node listens, and dials every address of `nodes.json` that it has no connection to. A connection is TLS 1.3 with
//! throw-away keys; then both sides sign the TLS exporter with their node's SM2 key, so that a signature is worth nothing on
//! any other connection, in the other role, or on another chain. Only the nodes in the list of sealers come in. What is
//! sent then is opaque here.
//!
//! # What is defended
//! - Nobody but a sealer sends or reads a frame: a man in the middle, a replayed or reflected Hello, another chain's node.
//! - What was sent cannot be read later with the node's key alone (forward secrecy of TLS 1.3).
//! - Memory and sockets are bounded, whatever strangers and peers do: handshakes in number and time, frames in length,
//!   queues in bytes, connections to one for each sealer.
//! - Who dials this node has its key sign nothing before having proved to be a sealer.
//!
//! # What is not
//! - Who talks with whom, when and how much is open to see. Whoever is at an address of `nodes.json` learns the id of this
//!   node, and has its key sign something that is worth nothing elsewhere.
//! - A network that drops, delays or floods packets: no node can help that, and the handshakes under way can be used up
//!   by somebody with many addresses.
//! - A sealer that connects again and again has this node's key sign each time, two at a time at most.
//! - A sealer's content: who gives nonsense is for the caller to [punish](Mesh::punish).
//! - The keys and ciphers of TLS are not SM2, SM3 and SM4: this is not TLCP (GB/T 38636), and not FISCO BCOS's protocol.
//! - The signatures and the key exchange do not withstand a quantum computer.
//!
//! # Order of events
//! For one node they are `Connected`, any number of `Frame`, `Disconnected`, and then from the beginning. When a connection
//! takes the place of another, `Disconnected` of the old one comes before `Connected` of the new one, and no frame of the
//! old one after that. Two nodes that start together may change connections once. [`Mesh::connected`] is ahead of the events:
//! it knows the new connection at once.

mod connect;
mod frame;
mod handshake;
mod link;
mod queue;
mod registry;
mod tls;

use std::{
    fmt, io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use crate::settings::ChainName;
use fisco_node::identity::NodeId;
use sm2_signing::Signer;
use tokio::{net::TcpListener, sync::mpsc};

use connect::{Shared, short};
use handshake::Identity;
use registry::Registry;
use tls::Tls;

/// What a mesh needs to know.
pub(crate) struct MeshOptions {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// The addresses of `nodes.json`; the own one may be among them.
    pub(crate) nodes: Vec<String>,
    /// The node's key.
    pub(crate) identity: Arc<dyn Signer>,
    /// The node's id.
    pub(crate) node_id: NodeId,
    /// Who is let in.
    pub(crate) sealers: Vec<NodeId>,
    /// The chain; nodes of another one are refused.
    pub(crate) chain: ChainName,
    /// How much of everything.
    pub(crate) limits: Limits,
}

/// How much a mesh takes, and how long it waits.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// The longest frame in bytes.
    pub(crate) max_frame: usize,
    /// How many bytes wait for one peer; at least one frame always does.
    pub(crate) queue_bytes: usize,
    /// How many handshakes of others may be under way.
    pub(crate) max_pending_handshakes: usize,
    /// How many of them from one IP address.
    pub(crate) max_pending_per_ip: usize,
    /// How long connecting and proving who one is may take together.
    pub(crate) handshake_timeout: Duration,
    /// How often a peer is pinged.
    pub(crate) ping_interval: Duration,
    /// After how long without a byte, in or out, a peer is given up.
    pub(crate) idle_timeout: Duration,
    /// The first pause between two attempts to connect.
    pub(crate) retry_least: Duration,
    /// The longest pause between two attempts.
    pub(crate) retry_most: Duration,
    /// How long a node is refused for its first offence; twice as long for each that follows.
    pub(crate) punishment: Duration,
    /// The longest refusal; after as long without an offence the count begins anew.
    pub(crate) punishment_most: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_frame: 16 << 20,
            queue_bytes: 64 << 20,
            max_pending_handshakes: 64,
            max_pending_per_ip: 16,
            handshake_timeout: Duration::from_secs(5),
            ping_interval: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(20),
            retry_least: Duration::from_millis(200),
            retry_most: Duration::from_secs(5),
            punishment: Duration::from_secs(30),
            punishment_most: Duration::from_secs(600),
        }
    }
}

/// What happens on a mesh; the order is in the module's documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// Both sides have proved who they are.
    Connected(NodeId),
    /// The connection has ended.
    Disconnected {
        /// The node.
        node: NodeId,
        /// The reason, for people.
        why: String,
    },
    /// A node sent this.
    Frame(NodeId, Vec<u8>),
}

/// A connection that is there.
#[derive(Debug, Clone)]
pub(crate) struct PeerStatus {
    /// Who is at the other end.
    pub(crate) node_id: NodeId,
    /// The other end.
    pub(crate) address: SocketAddr,
    /// Whether this node dialled.
    pub(crate) outgoing: bool,
    /// When it was made.
    pub(crate) since: Instant,
    /// Bytes of frames received, without what TLS adds.
    pub(crate) bytes_in: u64,
    /// Bytes of frames sent, without what TLS adds.
    pub(crate) bytes_out: u64,
    /// How long the last ping took to come back.
    pub(crate) round_trip: Option<Duration>,
}

/// The connections of a node; clones are the same mesh.
#[derive(Clone)]
pub(crate) struct Mesh {
    shared: Arc<Shared>,
    address: SocketAddr,
}

impl Mesh {
    /// Begins to listen and to dial, until [`shutdown`](Self::shutdown).
    ///
    /// When `events` is full nothing more is read from the peers, which notice it, so a place in it is memory for the
    /// longest frame and few places do. When its receiver is dropped no connection lasts.
    ///
    /// # Errors
    /// When the address cannot be listened at, there is no randomness, or the options contradict themselves.
    pub(crate) async fn start(
        options: MeshOptions,
        events: mpsc::Sender<Event>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(options.listen).await?;
        Self::start_on(listener, options, events)
    }

    fn start_on(
        listener: TcpListener,
        options: MeshOptions,
        events: mpsc::Sender<Event>,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let MeshOptions {
            identity,
            node_id,
            sealers,
            chain,
            limits,
            mut nodes,
            ..
        } = options;
        let identity = Identity::new(identity, node_id, sealers, chain)
            .map_err(|why| io::Error::new(io::ErrorKind::InvalidInput, why))?;
        let shared = Arc::new(Shared {
            registry: Registry::new(node_id, identity.sealers(), limits.clone()),
            identity,
            tls: Tls::new()?,
            limits,
            events,
            pending: Mutex::default(),
        });
        nodes.sort_unstable();
        nodes.dedup();
        tracing::info!(
            "[P2PService][Service]start,nodeid={},listen={address},nodes={}",
            short(&node_id),
            nodes.len()
        );
        for node in nodes {
            tokio::spawn(Arc::clone(&shared).dial(node));
        }
        let listener = Arc::new(listener);
        let accept = move || {
            let listener = Arc::clone(&listener);
            async move { listener.accept().await }
        };
        tokio::spawn(Arc::clone(&shared).listen(accept));
        Ok(Self { shared, address })
    }

    /// Where it listens; the port is the real one if 0 was asked for.
    #[cfg(test)]
    pub(crate) const fn local_address(&self) -> SocketAddr {
        self.address
    }

    /// Queues a frame for every connected node, and never waits.
    ///
    /// A node that has no room for it is disconnected, and the event says so.
    pub(crate) fn broadcast(&self, frame: &Arc<[u8]>) {
        if self.fits(frame) {
            for link in self.shared.registry.links() {
                link.push(Arc::clone(frame));
            }
        }
    }

    /// Queues a frame for one node; says whether it is queued, not whether it will arrive.
    pub(crate) fn send(&self, to: &NodeId, frame: Arc<[u8]>) -> bool {
        self.fits(&frame)
            && self
                .shared
                .registry
                .link(to)
                .is_some_and(|link| link.push(frame))
    }

    /// Closes the connection to a node and refuses it for a while: 30 s, and twice as long each time, up to 10 min.
    pub(crate) fn punish(&self, node: &NodeId, why: &str) {
        if let Some(refused) = self.shared.registry.punish(node, why) {
            let node = short(node);
            tracing::warn!(
                "[P2PService][Service]punish,nodeid={node},refused={refused:?},reason={why}"
            );
        }
    }

    /// The connections there are, in the order of the node ids.
    pub(crate) fn connected(&self) -> Vec<PeerStatus> {
        let links = self.shared.registry.links();
        links.iter().map(|link| link.status()).collect()
    }

    /// Closes everything, and for good; what is queued is lost.
    pub(crate) fn shutdown(&self) {
        self.shared.registry.stop();
    }

    /// What peers would not take is not sent to them.
    fn fits(&self, frame: &[u8]) -> bool {
        let fits = frame.len() <= self.shared.limits.max_frame;
        if !fits {
            tracing::error!(
                "[P2PService][Service]frame too long to send,length={}",
                frame.len()
            );
        }
        fits
    }
}

impl fmt::Debug for Mesh {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Mesh")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
