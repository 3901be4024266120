//! JSON-RPC 2.0 over HTTP, with the methods, parameters and shapes of FISCO BCOS where this node has them.
//!
//! `POST /` takes a request or an array of them; all transactions of an array are verified in one batch. `GET /metrics` is
//! for Prometheus. Memory is bounded: by the connections, the size of a request, and the size of an answer.

mod answer;
mod error;
mod json;
mod listener;
mod methods;
mod parameters;
mod request;

use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use fisco_node::identity::NodeId;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc, watch},
    task::JoinHandle,
    time,
};

use crate::{
    block::PooledTransaction, consensus::Health, ledger::Ledger, peers::PeerStatus, pool::Pool,
    rpc::listener::LimitedListener, settings::ChainName,
};

/// What the server serves.
pub(crate) struct RpcOptions {
    /// Where it listens.
    pub(crate) listen: SocketAddr,
    /// The chain.
    pub(crate) ledger: Ledger,
    /// Where transactions go.
    pub(crate) pool: Pool,
    /// Tells who is connected.
    pub(crate) peers: Peers,
    /// This node.
    pub(crate) node_id: NodeId,
    /// The chain's name; requests name the group.
    pub(crate) chain: ChainName,
    /// Takes the transactions that were added to the pool, to be sent to peers.
    pub(crate) on_transactions: mpsc::Sender<Vec<Arc<PooledTransaction>>>,
    /// Tells why this node does not vote, if it does not.
    pub(crate) health: watch::Receiver<Health>,
    /// What `GET /metrics` shows.
    pub(crate) metrics: PrometheusHandle,
}

/// Tells the nodes that are connected, without this one.
pub(crate) type Peers = Arc<dyn Fn() -> Vec<PeerStatus> + Send + Sync>;

/// Starts the server; it runs until the task is aborted.
///
/// # Errors
/// When the address cannot be listened at.
pub(crate) async fn serve(options: RpcOptions) -> io::Result<(SocketAddr, JoinHandle<()>)> {
    serve_with(options, Limits::default()).await
}

async fn serve_with(
    options: RpcOptions,
    limits: Limits,
) -> io::Result<(SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind(options.listen).await?;
    let address = listener.local_addr()?;
    let listener = LimitedListener::new(listener, limits.connections, limits.idle);
    let metrics = options.metrics.clone();
    let node = Arc::new(Node {
        options,
        large_requests: Semaphore::new(limits.large_requests),
        limits,
    });
    let router = Router::new()
        .route("/", get(help).post(post))
        .route("/metrics", get(render_metrics))
        .with_state(node);
    let task = tokio::spawn(async move {
        tokio::select! {
            served = axum::serve(listener, router) => if let Err(error) = served {
                tracing::error!("[RPC]the server ended: {error}");
            },
            () = upkeep(metrics) => {}
        }
    });
    Ok((address, task))
}

/// What the server bounds.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Connections at a time; others wait to be accepted.
    connections: usize,
    /// How long a connection may say nothing.
    idle: Duration,
    /// The most bytes of a request.
    request: usize,
    /// Requests at a time that are larger than [`SMALL_REQUEST`].
    large_requests: usize,
    /// How long a request may take to come in.
    request_time: Duration,
    /// The most requests, or transactions, in an array.
    batch: usize,
    /// From how many bytes on the answers to an array end.
    answer: usize,
    /// How long `sendTransaction` waits for the block.
    commit_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            idle: Duration::from_secs(60),
            request: 16 << 20,
            large_requests: 8,
            request_time: Duration::from_secs(30),
            batch: 5000,
            answer: 32 << 20,
            commit_time: Duration::from_secs(30),
        }
    }
}

/// What the methods work on.
struct Node {
    options: RpcOptions,
    large_requests: Semaphore,
    limits: Limits,
}

async fn help() -> &'static str {
    "reference node: POST JSON-RPC 2.0 to /, for example {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getBlockNumber\",\"params\":[\"group0\",\"\"]}; GET /metrics\n"
}

async fn render_metrics(State(node): State<Arc<Node>>) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (kind, node.options.metrics.render()).into_response()
}

async fn post(State(node): State<Arc<Node>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (length, limit) = (content_length(&parts.headers), node.limits.request);
    if length.is_some_and(|length| length > limit) {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    let _large = if length.is_some_and(|length| length <= SMALL_REQUEST) {
        None
    } else {
        match within(&node, node.large_requests.acquire()).await {
            Some(Ok(permit)) => Some(permit),
            _ => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    };
    let body = match within(&node, axum::body::to_bytes(body, limit)).await {
        Some(Ok(body)) => body,
        Some(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        None => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    match answer::answer(&node, body).await {
        Some(answer) => {
            let kind = [(header::CONTENT_TYPE, "application/json")];
            (kind, Body::from(answer)).into_response()
        }
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

/// What comes of it in the time for a request.
async fn within<T>(node: &Node, work: impl Future<Output = T>) -> Option<T> {
    time::timeout(node.limits.request_time, work).await.ok()
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    let value = headers.get(header::CONTENT_LENGTH)?;
    value.to_str().ok()?.parse().ok()
}

/// Keeps the buffers of the metrics small when nobody asks for them.
async fn upkeep(metrics: PrometheusHandle) {
    let mut ticks = time::interval(Duration::from_secs(5));
    loop {
        ticks.tick().await;
        metrics.run_upkeep();
    }
}

/// In bytes.
const SMALL_REQUEST: usize = 256 << 10;

#[cfg(test)]
mod tests;
