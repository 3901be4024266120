//! JSON-RPC to a node, and its metrics.

use std::{error::Error, time::Duration};

use serde_json::{Value, json};
use ureq::Agent;

/// The JSON-RPC of one node.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    agent: Agent,
    endpoint: String,
}

impl Client {
    pub(crate) fn new(port: u16) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(60)))
            .http_status_as_error(false)
            .build();
        Self {
            agent: config.into(),
            endpoint: format!("http://127.0.0.1:{port}"),
        }
    }

    /// Calls a method of the group.
    pub(crate) fn call(&self, method: &str, parameters: &[Value]) -> Result<Value, Box<dyn Error>> {
        let mut all = vec![json!("group0"), json!("")];
        all.extend_from_slice(parameters);
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": all});
        let mut response = self.agent.post(&self.endpoint).send_json(request)?;
        let body = response.body_mut().with_config().limit(64 << 20);
        let mut answer: Value = body.read_json()?;
        match answer.get_mut("result") {
            Some(result) => Ok(result.take()),
            None => Err(format!("{method}: {}", answer["error"]).into()),
        }
    }

    pub(crate) fn height(&self) -> Result<u64, Box<dyn Error>> {
        let height = self.call("getBlockNumber", &[])?;
        Ok(height.as_u64().ok_or("the block number is no number")?)
    }

    /// How many transactions are in the chain.
    pub(crate) fn transactions(&self) -> Result<u64, Box<dyn Error>> {
        let count = self.call("getTotalTransactionCount", &[])?;
        let count = count["transactionCount"].as_u64();
        Ok(count.ok_or("the number of transactions is no number")?)
    }

    /// How many nodes it is connected to.
    pub(crate) fn peers(&self) -> Result<usize, Box<dyn Error>> {
        let peers = self.call("getGroupPeers", &[])?;
        Ok(peers.as_array().ok_or("the peers are no list")?.len())
    }

    /// Sends a transaction and waits for its receipt.
    pub(crate) fn send(&self, transaction: &str) -> Result<Value, Box<dyn Error>> {
        self.call("sendTransaction", &[json!(transaction), json!(false)])
    }

    /// Sends many transactions and waits for none.
    pub(crate) fn send_all(&self, transactions: &[String]) -> Result<Value, Box<dyn Error>> {
        self.call("sendTransactions", &[json!(transactions)])
    }

    /// The block with a number: its header and the hashes of its transactions.
    pub(crate) fn block(&self, number: u64) -> Result<Value, Box<dyn Error>> {
        let (only_header, only_hashes) = (false, true);
        self.call(
            "getBlockByNumber",
            &[json!(number), json!(only_header), json!(only_hashes)],
        )
    }

    /// All metrics, in Prometheus's text form.
    pub(crate) fn metrics(&self) -> Result<Metrics, Box<dyn Error>> {
        let address = format!("{}/metrics", self.endpoint);
        let text = self
            .agent
            .get(&address)
            .call()?
            .body_mut()
            .read_to_string()?;
        Ok(Metrics(text))
    }
}

/// Metrics in Prometheus's text form.
#[derive(Debug, Clone)]
pub(crate) struct Metrics(String);

impl Metrics {
    /// The sum of all series of a metric, over all labels.
    pub(crate) fn sum(&self, name: &str) -> f64 {
        let series = self.0.lines().filter_map(|line| {
            let (series, value) = line.rsplit_once(' ')?;
            let labels = series.strip_prefix(name)?;
            let whole = labels.is_empty() || labels.starts_with('{');
            whole.then(|| value.parse::<f64>().ok())?
        });
        series.sum()
    }
}
