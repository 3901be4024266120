use super::*;
use crate::{
    ledger::tests::transaction,
    pool::tests::{commit, forged},
};

impl Server {
    /// Commits what waits as soon as so many transactions do, beside a call.
    fn committing<T>(&self, count: usize, call: impl FnOnce() -> T) -> T {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let started = Instant::now();
                while self.pool.len() < count {
                    assert!(started.elapsed() < Duration::from_secs(20));
                    std::thread::sleep(Duration::from_millis(5));
                }
                while self.pool.len() > 0 {
                    commit(&self.chain, &self.pool);
                }
            });
            call()
        })
    }

    fn encoded(&self, nonce: u64) -> String {
        hex(&transaction(&self.chain.account, nonce, "k=v").encoded)
    }
}

#[test]
fn a_transaction_is_answered_with_its_receipt() {
    let mut server = Server::new();
    let sent = transaction(&server.chain.account, 1, "k=v");
    let parameters = json!(["group0", "", hex(&sent.encoded), false]);
    let receipt = server.committing(1, || server.result("sendTransaction", parameters.clone()));
    assert_eq!(
        (&receipt["status"], &receipt["blockNumber"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(receipt["transactionHash"], hex(&sent.hash));
    assert_eq!(receipt["from"], sent.sender.to_string());
    assert_eq!(server.gossip.try_recv().unwrap(), [Arc::clone(&sent)]);
    let found = server.result(
        "getTransactionReceipt",
        json!(["group0", "", hex(&sent.hash)]),
    );
    assert_eq!(found, receipt);
    // Again, with capital digits and without 0x.
    let digits = hex(&sent.encoded)[2..].to_uppercase();
    let response = server.call("sendTransaction", json!(["group0", "", digits, false]));
    assert_eq!(response["error"]["data"], json!({ "status": 10_005 }));
    assert!(server.gossip.try_recv().is_err());
}

#[test]
fn a_rejected_transaction_has_its_status() {
    let server = Server::new();
    let forged = hex(&forged(&server.chain.account, 1));
    for (bytes, status, name) in [
        (forged, 10_008, "InvalidSignature: "),
        ("0x".to_owned(), 10_006, "InvalidChainId: "),
        ("0xffff".to_owned(), 10_003, "Malform: "),
    ] {
        let response = server.call("sendTransaction", json!(["group0", "", bytes, false]));
        let error = &response["error"];
        assert_eq!(error["code"], -32_000);
        assert_eq!(error["data"]["status"], status);
        assert!(error["message"].as_str().unwrap().starts_with(name));
    }
}

#[test]
fn a_transaction_that_stays_is_named() {
    let server = Server::with(Limits {
        commit_time: Duration::from_millis(200),
        ..Limits::default()
    });
    let sent = transaction(&server.chain.account, 1, "k=v");
    let parameters = json!(["group0", "", hex(&sent.encoded), false]);
    let (code, message) = server.error("sendTransaction", parameters.clone());
    assert_eq!(code, -32_000);
    let expected = format!(
        "the transaction {} is still pending after 200 ms",
        hex(&sent.hash)
    );
    assert!(message.starts_with(&expected), "{message}");
    assert_eq!(server.result("getPendingTxSize", json!(["group0", ""])), 1);
    let response = server.call("sendTransaction", parameters);
    assert_eq!(response["error"]["data"]["status"], 10_004);
}

#[test]
fn a_transaction_whose_limit_passes_is_named() {
    let server = Server::new();
    let mut data = crate::ledger::tests::data(1, "k=v");
    data.block_limit = 1;
    let sent = crate::ledger::tests::signed(&server.chain.account, data);
    let (code, message) = std::thread::scope(|scope| {
        scope.spawn(|| {
            while server.pool.len() == 0 {
                std::thread::sleep(Duration::from_millis(5));
            }
            // Until somebody waits.
            std::thread::sleep(Duration::from_millis(200));
            let empty = server.chain.ledger.propose(Vec::new(), 0, 1).unwrap();
            server.chain.ledger.commit(&empty).unwrap();
            server.pool.committed(&empty);
        });
        server.error(
            "sendTransaction",
            json!(["group0", "", hex(&sent.encoded), false]),
        )
    });
    assert_eq!(code, -32_000);
    assert!(
        message.contains("block limit") && message.contains(&hex(&sent.hash)),
        "{message}"
    );
}

#[test]
fn a_thousand_transactions_are_one_batch() {
    let server = Server::new();
    let requests: Vec<Value> = (0..1000)
        .map(|nonce| {
            json!({
                "jsonrpc": "2.0", "id": nonce, "method": "sendTransaction",
                "params": ["group0", "", server.encoded(nonce), false],
            })
        })
        .collect();
    server.engine.taken();
    let responses = server.committing(1000, || server.json(&json!(requests)));
    assert_eq!(server.engine.taken(), (1, 1000));
    let responses = responses.as_array().unwrap();
    assert_eq!(responses.len(), 1000);
    for (index, response) in responses.iter().enumerate() {
        assert_eq!(response["id"], index);
        assert_eq!(response["result"]["status"], 0, "{response}");
    }
    let count = server.result("getTotalTransactionCount", json!(["group0", ""]));
    assert_eq!(count["transactionCount"], 1000);
}

#[test]
fn many_transactions_are_answered_at_once() {
    let mut server = Server::new();
    let [first, second] = [1, 2].map(|nonce| transaction(&server.chain.account, nonce, "k=v"));
    let many = json!([
        hex(&first.encoded),
        "0xffff",
        hex(&second.encoded),
        hex(&first.encoded)
    ]);
    let answers = server.result("sendTransactions", json!(["group0", "", many]));
    assert_eq!(answers[0], json!({ "hash": hex(&first.hash), "status": 0 }));
    assert_eq!(answers[1]["status"], 10_003);
    assert_eq!(
        answers[2],
        json!({ "hash": hex(&second.hash), "status": 0 })
    );
    assert_eq!(answers[3]["status"], 10_004);
    assert_eq!(server.gossip.try_recv().unwrap(), [first, second]);
    assert_eq!(
        server.result("sendTransactions", json!(["group0", "", []])),
        json!([])
    );
}

#[test]
fn an_array_may_hold_anything() {
    let mut server = Server::new();
    let many = json!([server.encoded(3), server.encoded(4)]);
    let requests = json!([
        { "jsonrpc": "2.0", "id": "a", "method": "getBlockNumber", "params": ["group0", ""] },
        { "jsonrpc": "2.0", "id": 1, "method": "sendTransaction", "params": ["group0", "", "0xff", false] },
        7,
        { "jsonrpc": "2.0", "id": 2, "method": "sendTransaction", "params": ["group0", "", server.encoded(2), false] },
        { "jsonrpc": "2.0", "method": "sendTransaction", "params": ["group0", "", server.encoded(5), false] },
        { "jsonrpc": "2.0", "method": "nothing" },
        { "jsonrpc": "2.0", "id": 3, "method": "sendTransactions", "params": ["group0", "", many] },
        { "jsonrpc": "2.0", "id": 4, "method": "sendTransaction", "params": ["group0", "", 5] },
    ]);
    let responses = server.committing(4, || server.json(&requests));
    let responses = responses.as_array().unwrap();
    let ids: Vec<&Value> = responses.iter().map(|response| &response["id"]).collect();
    assert_eq!(
        ids,
        [
            &json!("a"),
            &json!(1),
            &Value::Null,
            &json!(2),
            &json!(3),
            &json!(4)
        ]
    );
    assert_eq!(responses[0]["result"], 0);
    assert_eq!(responses[1]["error"]["data"]["status"], 10_003);
    assert_eq!(responses[2]["error"]["code"], -32_600);
    assert_eq!(responses[3]["result"]["status"], 0);
    assert_eq!(responses[4]["result"][1]["status"], 0);
    assert_eq!(responses[5]["error"]["code"], -32_602);
    assert_eq!(server.engine.taken(), (1, 4));
    assert_eq!(server.gossip.try_recv().unwrap().len(), 4);
}
