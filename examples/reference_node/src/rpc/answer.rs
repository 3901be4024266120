//! From the bytes of a request to those of its answer.

use std::sync::Arc;

use axum::body::Bytes;
use serde_json::{Value, json};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};

use super::{
    Node,
    error::RpcError,
    json::{self, hex},
    request::{Body, Call, Request},
};
use crate::{block::PooledTransaction, ledger::Receipt, pool::Rejected};

/// Answers a body; `None` if nobody wants an answer.
pub(super) async fn answer(node: &Arc<Node>, body: Bytes) -> Option<Vec<u8>> {
    let worker = Arc::clone(node);
    let work = tokio::task::spawn_blocking(move || worker.work(&body));
    let work = match work.await {
        Ok(Ok(work)) => work,
        Ok(Err(error)) => return Some(response(&Value::Null, Err(error))),
        Err(error) => return Some(response(&Value::Null, Err(RpcError::internal(error)))),
    };
    let deadline = Instant::now() + node.limits.commit_time;
    if !work.accepted.is_empty() {
        // If nobody takes them, this node proposes them when it is its turn.
        let gossip = node.options.on_transactions.send(work.accepted);
        let _ = timeout_at(deadline, gossip).await;
    }
    let mut answers = Vec::new();
    for reply in work.replies {
        match reply {
            Reply::Done(bytes) => answers.push(bytes),
            Reply::Waits(waits) => answers.push(waits.end(node, deadline).await),
        }
    }
    if !work.many {
        return answers.pop();
    }
    (!answers.is_empty()).then(|| {
        let answers = answers.join(&b","[..]);
        [b"[", &answers[..], b"]"].concat()
    })
}

/// What was done with a body.
struct Work {
    /// Whether it is an array.
    many: bool,
    /// What the pool took.
    accepted: Vec<Arc<PooledTransaction>>,
    /// In the order of the requests that want a response.
    replies: Vec<Reply>,
}

enum Reply {
    /// The bytes of a response.
    Done(Vec<u8>),
    /// The response comes with the block.
    Waits(Waits),
}

/// A transaction whose sender waits for the receipt.
struct Waits {
    id: Value,
    transaction: Arc<PooledTransaction>,
    receipt: oneshot::Receiver<Receipt>,
}

impl Waits {
    async fn end(self, node: &Node, deadline: Instant) -> Vec<u8> {
        let hash = hex(&self.transaction.hash);
        let result = match timeout_at(deadline, self.receipt).await {
            Ok(Ok(receipt)) => Ok(json::receipt(&receipt, &self.transaction.transaction)),
            Ok(Err(_)) => Err(RpcError::server(format!(
                "the block limit of the transaction {hash} has passed, and it is not in the chain"
            ))),
            Err(_) => Err(RpcError::server(format!(
                "the transaction {hash} is still pending after {} ms; ask getTransactionReceipt later",
                node.limits.commit_time.as_millis()
            ))),
        };
        response(&self.id, result)
    }
}

/// A request of which its transactions have been taken out.
struct Prepared {
    id: Option<Value>,
    ask: Result<Ask, RpcError>,
}

enum Ask {
    Read(Call),
    /// The next one of the transactions.
    Send,
    /// So many of the transactions.
    SendMany(usize),
}

impl Node {
    /// All that may block: parsing, the pool with its batch of signatures, the disk.
    fn work(&self, body: &[u8]) -> Result<Work, RpcError> {
        let (many, requests) = match Body::parse(body, self.limits.batch)? {
            Body::One(request) => (false, vec![request]),
            Body::Many(requests) => (true, requests),
        };
        let mut transactions = Vec::new();
        let prepared: Vec<Prepared> = requests
            .into_iter()
            .map(|request| self.prepare(request, &mut transactions))
            .collect();
        let submitted = if transactions.is_empty() {
            Vec::new()
        } else {
            self.options.pool.submit(transactions)
        };
        let accepted = submitted.iter().flatten().map(Arc::clone).collect();
        let mut submitted = submitted.into_iter();
        let mut size = 0_usize;
        let mut replies = Vec::new();
        for Prepared { id, ask } in prepared {
            // Also without an id: each takes its own answers of the pool.
            let result = match ask {
                Ok(Ask::Send) => match submitted.next() {
                    Some(Ok(transaction)) => {
                        if let Some(id) = id {
                            let receipt = self.options.pool.wait_for(transaction.hash);
                            replies.push(Reply::Waits(Waits {
                                id,
                                transaction,
                                receipt,
                            }));
                        }
                        continue;
                    }
                    Some(Err(rejected)) => Err(rejected.into()),
                    None => Err(RpcError::internal("the pool gave no answer")),
                },
                Ok(Ask::SendMany(count)) => {
                    let answers = submitted.by_ref().take(count);
                    Ok(Value::Array(answers.map(status).collect()))
                }
                Ok(Ask::Read(_)) if size > self.limits.answer => {
                    Err(RpcError::server("the answer would be too large"))
                }
                Ok(Ask::Read(call)) => self.read(&call.method, &call.parameters),
                Err(error) => Err(error),
            };
            if let Some(id) = id {
                let bytes = response(&id, result);
                size = size.saturating_add(bytes.len());
                replies.push(Reply::Done(bytes));
            }
        }
        Ok(Work {
            many,
            accepted,
            replies,
        })
    }

    /// Takes the transactions out of a request.
    fn prepare(&self, request: Request, transactions: &mut Vec<Vec<u8>>) -> Prepared {
        let ask = request.call.and_then(|call| {
            let parameters = &call.parameters;
            match &call.method[..] {
                "sendTransaction" => {
                    self.check_names(parameters)?;
                    let transaction = parameters.bytes(2, "transaction")?;
                    parameters.flag(3, "requireProof")?;
                    transactions.push(transaction);
                    Ok(Ask::Send)
                }
                "sendTransactions" => {
                    self.check_names(parameters)?;
                    let room = self.limits.batch.saturating_sub(transactions.len());
                    let many = parameters.many_bytes(2, "transactions", room)?;
                    let count = many.len();
                    transactions.extend(many);
                    Ok(Ask::SendMany(count))
                }
                _ => Ok(Ask::Read(call)),
            }
        });
        Prepared {
            id: request.id,
            ask,
        }
    }
}

/// What the pool says, without waiting for a block.
fn status(answer: Result<Arc<PooledTransaction>, Rejected>) -> Value {
    match answer {
        Ok(transaction) => json!({ "hash": hex(&transaction.hash), "status": 0 }),
        Err(rejected) => json!({ "status": rejected.code(), "message": rejected.to_string() }),
    }
}

/// The bytes of a response.
fn response(id: &Value, result: Result<Value, RpcError>) -> Vec<u8> {
    let response = match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(error) => json!({ "jsonrpc": "2.0", "id": id, "error": error.json() }),
    };
    response.to_string().into_bytes()
}
