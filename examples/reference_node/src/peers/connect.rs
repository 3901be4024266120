//! From a socket to a link: TLS, the two Hellos, a place in the registry; who dials and who listens.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hasher, RandomState},
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use fisco_node::identity::NodeId;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::mpsc,
    time::{sleep, timeout},
};

use super::{
    Event, Limits,
    handshake::{HandshakeError, Identity, Role, confirmation},
    link::{Link, Turn},
    registry::Registry,
    tls::{Binding, Tls, no_name},
};

/// What every task of a mesh needs.
pub(super) struct Shared {
    pub(super) identity: Identity,
    pub(super) tls: Tls,
    pub(super) registry: Registry,
    pub(super) limits: Limits,
    pub(super) events: mpsc::Sender<Event>,
    /// How many handshakes of peers that dialled are under way, by address.
    pub(super) pending: Mutex<HashMap<IpAddr, usize>>,
}

impl Shared {
    /// Accepts connections until the node stops.
    pub(super) async fn listen<F>(self: Arc<Self>, accept: impl Fn() -> F)
    where
        F: Future<Output = io::Result<(TcpStream, SocketAddr)>>,
    {
        loop {
            let accepted = tokio::select! {
                accepted = accept() => accepted,
                () = self.registry.stopped() => return,
            };
            match accepted {
                Ok((socket, address)) => self.accepted(socket, address),
                Err(error) => {
                    tracing::warn!("[P2PService][Service]accept failed,error={error}");
                    // Out of file descriptors, for example: the next call fails at once as well.
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// Starts a handshake if there are not too many; else the socket closes here.
    fn accepted(self: &Arc<Self>, socket: TcpStream, address: SocketAddr) {
        let Some(slot) = PendingSlot::take(self, address.ip()) else {
            tracing::debug!("[P2PService][Service]too many handshakes,endpoint={address}");
            return;
        };
        tokio::spawn(async move {
            let shared = Arc::clone(&slot.shared);
            match within(
                shared.limits.handshake_timeout,
                shared.incoming(socket, address),
            )
            .await
            {
                Ok(ready) => {
                    drop(slot);
                    shared.serve(ready).await;
                }
                Err(error) => report_incoming(&error, address),
            }
        });
    }

    async fn incoming(
        &self,
        socket: TcpStream,
        address: SocketAddr,
    ) -> Result<Ready, HandshakeError> {
        socket.set_nodelay(true)?;
        let mut stream = self.tls.acceptor.accept(socket).await?;
        let binding = Binding::of(stream.get_ref().1)?;
        self.refuse_itself(&binding)?;
        let node = self
            .identity
            .meet(&mut stream, Role::Client, None, &binding.exporter)
            .await?;
        self.registry.admit(&node)?;
        self.identity
            .introduce(&mut stream, Role::Server, Some(node), &binding.exporter)
            .await?;
        confirmation(&mut stream).await?;
        self.ready(Box::new(stream), node, address, false, binding)
    }

    pub(super) async fn outgoing(&self, address: &str) -> Result<Ready, HandshakeError> {
        let socket = TcpStream::connect(address).await?;
        socket.set_nodelay(true)?;
        let address = socket.peer_addr()?;
        let mut stream = self.tls.connector.connect(no_name(), socket).await?;
        let binding = Binding::of(stream.get_ref().1)?;
        self.refuse_itself(&binding)?;
        let own = Some(self.identity.node_id());
        self.identity
            .introduce(&mut stream, Role::Client, None, &binding.exporter)
            .await?;
        let node = self
            .identity
            .meet(&mut stream, Role::Server, own, &binding.exporter)
            .await?;
        self.ready(Box::new(stream), node, address, true, binding)
    }

    /// Only this process has this key.
    fn refuse_itself(&self, binding: &Binding) -> Result<(), HandshakeError> {
        if binding.peer_key == self.tls.key {
            return Err(HandshakeError::Itself);
        }
        Ok(())
    }

    fn ready(
        &self,
        stream: Box<dyn Stream>,
        node: NodeId,
        address: SocketAddr,
        outgoing: bool,
        binding: Binding,
    ) -> Result<Ready, HandshakeError> {
        let link = Link::new(node, address, outgoing, binding.peer_key, &self.limits);
        let link = Arc::new(link);
        let turn = self.registry.insert(&link)?;
        Ok(Ready { link, turn, stream })
    }

    /// Runs a link to its end.
    async fn serve(&self, ready: Ready) {
        let Ready { link, turn, stream } = ready;
        let (node, address, outgoing) = (short(&link.node), link.address, link.outgoing);
        tracing::info!(
            "[P2PService][Service]onConnect,nodeid={node},endpoint={address},outgoing={outgoing}"
        );
        let closed = async {
            let why = link.closed().await;
            self.registry.remove(&link);
            tracing::info!(
                "[P2PService][Service]onDisconnect,nodeid={node},endpoint={address},reason={why}"
            );
        };
        tokio::join!(link.run(stream, turn, &self.limits, &self.events), closed);
    }

    /// Keeps a connection to whoever is at an address.
    pub(super) async fn dial(self: Arc<Self>, address: String) {
        let mut failures = 0_u32;
        let mut last = String::new();
        let mut known: Option<NodeId> = None;
        loop {
            let attempt = async {
                if let Some(node) = &known {
                    self.registry.wanted(node).await;
                }
                within(self.limits.handshake_timeout, self.outgoing(&address)).await
            };
            let outcome = tokio::select! {
                outcome = attempt => outcome,
                () = self.registry.stopped() => return,
            };
            match outcome {
                Ok(ready) => {
                    known = Some(ready.link.node);
                    last.clear();
                    let link = Arc::clone(&ready.link);
                    self.serve(ready).await;
                    // A connection that does not last is no success.
                    if link.age() > self.limits.retry_most {
                        failures = 0;
                    }
                }
                Err(HandshakeError::Itself) => {
                    tracing::info!(
                        "[P2PService][Service]own endpoint is not dialled,endpoint={address}"
                    );
                    return;
                }
                Err(error) => {
                    known = error.proven_node();
                    report_outgoing(&error, &address, &mut last);
                }
            }
            tokio::select! {
                () = sleep(self.pause(failures, known)) => {}
                () = self.registry.stopped() => return,
            }
            failures = failures.saturating_add(1);
        }
    }

    /// Twice as long after each failure, and never at the same moment as the others; a node whose connection would have
    /// to give way to the peer's gives the peer time to dial.
    fn pause(&self, failures: u32, known: Option<NodeId>) -> Duration {
        let gives_way = known.is_some_and(|node| node < self.identity.node_id());
        let doublings = failures.saturating_add(u32::from(gives_way));
        let pause = self
            .limits
            .retry_least
            .saturating_mul(2_u32.saturating_pow(doublings));
        let pause = pause.min(self.limits.retry_most);
        let jitter = RandomState::new().build_hasher().finish() % 1000;
        pause / 2 + (pause / 2).mul_f64(jitter as f64 / 1000.0)
    }
}

/// A link that has its place and waits to be served.
pub(super) struct Ready {
    link: Arc<Link>,
    turn: Turn,
    stream: Box<dyn Stream>,
}

/// Either end of TLS.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// One of the handshakes that may be under way at a time.
struct PendingSlot {
    shared: Arc<Shared>,
    address: IpAddr,
}

impl PendingSlot {
    fn take(shared: &Arc<Shared>, address: IpAddr) -> Option<Self> {
        let mut pending = shared
            .pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let total: usize = pending.values().sum();
        let here = pending.get(&address).copied().unwrap_or(0);
        let limits = &shared.limits;
        if total >= limits.max_pending_handshakes || here >= limits.max_pending_per_ip {
            return None;
        }
        pending.insert(address, here + 1);
        Some(Self {
            shared: Arc::clone(shared),
            address,
        })
    }
}

impl Drop for PendingSlot {
    fn drop(&mut self) {
        let mut pending = self
            .shared
            .pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match pending.get_mut(&self.address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(pending.remove(&self.address)),
        }
    }
}

async fn within(
    limit: Duration,
    handshake: impl Future<Output = Result<Ready, HandshakeError>>,
) -> Result<Ready, HandshakeError> {
    timeout(limit, handshake)
        .await
        .unwrap_or(Err(HandshakeError::TimedOut(limit)))
}

/// Anybody can make these lines, so most are for who looks for them.
fn report_incoming(error: &HandshakeError, address: SocketAddr) {
    use HandshakeError as E;
    match error {
        E::Itself => {}
        E::Signer(_) | E::SignerPanicked | E::Verifier(_) | E::OwnId => {
            tracing::warn!(
                "[P2PService][Service]handshake failed,endpoint={address},reason={error}"
            );
        }
        E::Chain { .. } | E::NotASealer(_) | E::Signature(_) | E::Version(_) => {
            tracing::info!(
                "[P2PService][Service]handshake refused,endpoint={address},reason={error}"
            );
        }
        _ => {
            tracing::debug!(
                "[P2PService][Service]handshake ended,endpoint={address},reason={error}"
            );
        }
    }
}

/// The same failure again and again is one line.
fn report_outgoing(error: &HandshakeError, address: &str, last: &mut String) {
    if error.proven_node().is_some() {
        tracing::debug!("[P2PService][Service]not needed,endpoint={address},reason={error}");
        return;
    }
    let text = error.to_string();
    if text != *last {
        tracing::warn!("[P2PService][Service]connect failed,endpoint={address},reason={text}");
        *last = text;
    } else {
        tracing::debug!(
            "[P2PService][Service]connect failed again,endpoint={address},reason={text}"
        );
    }
}

/// The beginning of a node id, as the log shows it.
pub(super) fn short(node: &NodeId) -> String {
    node.to_string().chars().take(8).collect()
}

pub(super) const ACCEPT_PAUSE: Duration = Duration::from_millis(500);
