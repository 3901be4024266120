mod http;
mod reading;
mod sending;

use std::time::Instant;

use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::*;
use crate::{
    ledger::tests::Chain,
    metrics,
    pool::tests::{Counting, pool},
};

/// A server with a chain behind it.
struct Server {
    chain: Chain,
    pool: Pool,
    engine: Arc<Counting>,
    address: SocketAddr,
    gossip: mpsc::Receiver<Vec<Arc<PooledTransaction>>>,
    node_id: NodeId,
    runtime: Runtime,
}

/// A connection to a node.
fn peer_status(node_id: NodeId) -> PeerStatus {
    PeerStatus {
        node_id,
        address: ([127, 0, 0, 1], 30_300).into(),
        outgoing: true,
        since: Instant::now(),
        bytes_in: 1,
        bytes_out: 2,
        round_trip: None,
    }
}

impl Server {
    fn new() -> Self {
        Self::with(Limits::default())
    }

    fn with(limits: Limits) -> Self {
        let chain = Chain::new(2);
        let (pool, engine) = pool(&chain, 10_000);
        let [this, peer] = [0, 1].map(|index| {
            let sealer = chain.settings.sealers.get(index).unwrap();
            NodeId::new(sealer.key)
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let (on_transactions, gossip) = mpsc::channel(100);
        let options = RpcOptions {
            listen: ([127, 0, 0, 1], 0).into(),
            ledger: chain.ledger.clone(),
            pool: pool.clone(),
            peers: Arc::new(move || vec![peer_status(peer)]),
            node_id: this,
            chain: chain.settings.chain.clone(),
            on_transactions,
            health: watch::channel(Health::default()).1,
            metrics: metrics::tests::handle(),
        };
        let (address, _task) = runtime.block_on(serve_with(options, limits)).unwrap();
        Self {
            chain,
            pool,
            engine,
            address,
            gossip,
            node_id: this,
            runtime,
        }
    }

    /// Status and body of a POST.
    fn post(&self, body: &[u8]) -> (u16, Vec<u8>) {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent = config.build().new_agent();
        let mut response = agent
            .post(format!("http://{}/", self.address))
            .send(body)
            .unwrap();
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(1 << 30);
        (status, body.read_to_vec().unwrap())
    }

    /// The JSON that comes for a JSON.
    fn json(&self, request: &Value) -> Value {
        let (status, body) = self.post(request.to_string().as_bytes());
        assert_eq!(status, 200);
        serde_json::from_slice(&body).unwrap()
    }

    /// The response to a call.
    fn call(&self, method: &str, parameters: Value) -> Value {
        let response = self.json(&request(method, parameters));
        assert_eq!(
            (&response["id"], &response["jsonrpc"]),
            (&json!(7), &json!("2.0"))
        );
        response
    }

    /// The result of a call that has one.
    fn result(&self, method: &str, parameters: Value) -> Value {
        let response = self.call(method, parameters);
        assert!(response.get("error").is_none(), "{response}");
        response["result"].clone()
    }

    /// The code and the message of a call that fails.
    fn error(&self, method: &str, parameters: Value) -> (i64, String) {
        let response = self.call(method, parameters);
        assert!(response.get("result").is_none(), "{response}");
        let error = &response["error"];
        let message = error["message"].as_str().unwrap();
        (error["code"].as_i64().unwrap(), message.to_owned())
    }
}

fn request(method: &str, parameters: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": parameters })
}

fn hex(bytes: &[u8]) -> String {
    json::hex(bytes)
}
