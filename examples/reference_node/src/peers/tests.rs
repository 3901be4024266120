//! Meshes on the loopback interface.

mod hostile;
mod mesh;
mod refused;
mod wire;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use sm_soft::SoftKey;
use sm2_signing::{Error, ErrorKind, Prehash, PublicKey, Signature};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_rustls::client::TlsStream;

use super::{
    handshake::{CONFIRM, Role},
    tls::{Binding, no_name},
    *,
};

/// A key that counts its signatures and can be made to fail.
#[derive(Debug)]
struct TestKey {
    key: SoftKey,
    calls: AtomicUsize,
    broken: AtomicBool,
}

impl TestKey {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            key: SoftKey::generate().unwrap(),
            calls: AtomicUsize::new(0),
            broken: AtomicBool::new(false),
        })
    }

    fn id(&self) -> NodeId {
        NodeId::new(*self.key.public_key())
    }

    fn calls(&self) -> usize {
        self.calls.load(SeqCst)
    }
}

impl Signer for TestKey {
    fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    fn sign(&self, e: &Prehash) -> Result<Signature, Error> {
        self.calls.fetch_add(1, SeqCst);
        if self.broken.load(SeqCst) {
            return Err(Error::new(ErrorKind::Device, "pulled out"));
        }
        self.key.sign(e)
    }
}

/// The keys of a chain, sorted by id, and the addresses of its nodes.
struct Chain {
    keys: Vec<Arc<TestKey>>,
    nodes: Vec<String>,
    listeners: Vec<Option<TcpListener>>,
    limits: Limits,
}

impl Chain {
    async fn new(count: usize) -> Self {
        let mut keys: Vec<_> = (0..count).map(|_| TestKey::new()).collect();
        keys.sort_by_key(|key| key.id());
        let mut listeners = Vec::new();
        for _ in 0..count {
            listeners.push(TcpListener::bind("127.0.0.1:0").await.unwrap());
        }
        let address = |listener: &TcpListener| listener.local_addr().unwrap().to_string();
        Self {
            keys,
            nodes: listeners.iter().map(address).collect(),
            listeners: listeners.into_iter().map(Some).collect(),
            limits: Limits {
                handshake_timeout: LONG,
                retry_least: Duration::from_millis(20),
                retry_most: Duration::from_millis(500),
                ping_interval: Duration::from_millis(200),
                idle_timeout: LONG,
                ..Limits::default()
            },
        }
    }

    fn id(&self, index: usize) -> NodeId {
        self.keys[index].id()
    }

    /// Starts the node that dials every address.
    async fn start(&mut self, index: usize) -> Node {
        self.start_dialling(index, self.nodes.clone()).await
    }

    async fn start_dialling(&mut self, index: usize, nodes: Vec<String>) -> Node {
        let listener = match self.listeners[index].take() {
            Some(listener) => listener,
            None => until(async || TcpListener::bind(&self.nodes[index]).await.ok()).await,
        };
        let (sender, events) = mpsc::channel(1);
        let options = MeshOptions {
            nodes,
            ..self.options(index)
        };
        let mesh = Mesh::start_on(listener, options, sender).unwrap();
        Node { mesh, events }
    }

    fn options(&self, index: usize) -> MeshOptions {
        MeshOptions {
            listen: "127.0.0.1:0".parse().unwrap(),
            nodes: Vec::new(),
            identity: Arc::clone(&self.keys[index]) as Arc<dyn Signer>,
            node_id: self.id(index),
            sealers: self.keys.iter().map(|key| key.id()).collect(),
            chain: ChainName {
                chain_id: "chain0".to_owned(),
                group_id: "group0".to_owned(),
            },
            limits: self.limits.clone(),
        }
    }

    fn identity(&self, index: usize) -> Identity {
        let MeshOptions {
            identity,
            node_id,
            sealers,
            chain,
            ..
        } = self.options(index);
        Identity::new(identity, node_id, sealers, chain).unwrap()
    }

    /// A new process with the key of node `index` that is connected to a mesh and does nothing by itself.
    async fn puppet(&self, index: usize, to: &Mesh) -> TlsStream<TcpStream> {
        let mut stream = self.puppet_without_confirmation(index, to).await;
        stream.write_all(&[CONFIRM]).await.unwrap();
        stream.flush().await.unwrap();
        stream
    }

    async fn puppet_without_confirmation(&self, index: usize, to: &Mesh) -> TlsStream<TcpStream> {
        let identity = self.identity(index);
        let (mut stream, exporter) = tls_to(to.local_address()).await;
        identity
            .introduce(&mut stream, Role::Client, None, &exporter)
            .await
            .unwrap();
        let own = Some(self.id(index));
        identity
            .meet(&mut stream, Role::Server, own, &exporter)
            .await
            .unwrap();
        stream
    }
}

/// A mesh and what it says.
struct Node {
    mesh: Mesh,
    events: mpsc::Receiver<Event>,
}

impl Node {
    async fn event(&mut self) -> Event {
        timeout(LONG, self.events.recv())
            .await
            .expect("an event")
            .expect("a mesh")
    }

    async fn connected(&mut self, node: NodeId) {
        assert_eq!(self.event().await, Event::Connected(node));
    }

    async fn disconnected(&mut self, node: NodeId) -> String {
        match self.event().await {
            Event::Disconnected { node: whom, why } if whom == node => why,
            other => panic!("{other:?}"),
        }
    }
}

/// TLS to an address, with a key of its own, and the exporter.
async fn tls_to(address: SocketAddr) -> (TlsStream<TcpStream>, [u8; 32]) {
    let socket = TcpStream::connect(address).await.unwrap();
    let tls = Tls::new().unwrap();
    let stream = tls.connector.connect(no_name(), socket).await.unwrap();
    let exporter = Binding::of(stream.get_ref().1).unwrap().exporter;
    (stream, exporter)
}

/// Asks again and again until there is an answer.
async fn until<T>(mut question: impl AsyncFnMut() -> Option<T>) -> T {
    let answer = async {
        loop {
            if let Some(answer) = question().await {
                return answer;
            }
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(LONG, answer).await.expect("an answer in time")
}

/// Until a condition holds.
async fn holds(mut condition: impl FnMut() -> bool) {
    until(async || condition().then_some(())).await;
}

/// Longer than anything takes on a machine that does other things too.
const LONG: Duration = Duration::from_secs(60);
