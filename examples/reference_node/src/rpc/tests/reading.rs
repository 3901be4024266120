use fisco_node::block::SealerSignature;

use super::*;

#[test]
fn blocks_have_the_shape_of_fisco_bcos() {
    let server = Server::new();
    let block = server.chain.grow(&["a=1", "bad"]);
    let seal = SealerSignature::sign(&block.header, 1, &server.chain.sealers[1]).unwrap();
    let signature = hex(&seal.signature);
    server.chain.ledger.add_seals(1, &[seal]).unwrap();
    let hash = hex(&block.hash());
    let found = server.result("getBlockByNumber", json!(["group0", "", 1]));
    let ids: Vec<String> = server
        .chain
        .settings
        .sealers
        .iter()
        .map(|sealer| sealer.key.to_string())
        .collect();
    for (name, expected) in [
        ("number", json!(1)),
        ("hash", json!(hash)),
        ("version", json!(0x0310_0000)),
        ("timestamp", json!(block.header.timestamp)),
        ("sealer", json!(0)),
        ("sealerList", json!(ids)),
        ("consensusWeights", json!([1, 1])),
        ("extraData", json!("0x")),
        ("gasUsed", json!("0")),
        ("txsRoot", json!(hex(&block.header.transactions_root))),
        ("receiptsRoot", json!(hex(&block.header.receipts_root))),
        ("stateRoot", json!(hex(&block.header.state_root))),
        (
            "signatureList",
            json!([{ "sealerIndex": 1, "signature": signature }]),
        ),
    ] {
        assert_eq!(found[name], expected, "{name}");
    }
    let genesis = server.result("getBlockHashByNumber", json!(["group0", "", 0]));
    assert_eq!(
        found["parentInfo"],
        json!([{ "blockNumber": 0, "blockHash": genesis }])
    );
    let transactions = found["transactions"].as_array().unwrap();
    let first = &block.transactions[0];
    assert_eq!(transactions.len(), 2);
    assert_eq!(transactions[0]["hash"], hex(&first.hash));
    assert_eq!(transactions[0]["from"], first.sender.to_string());
    assert_eq!(transactions[0]["input"], hex(b"a=1"));
    assert_eq!(transactions[0]["nonce"], "1");
    assert_eq!(transactions[0]["blockLimit"], 500);
    assert_eq!(
        transactions[0]["signature"],
        hex(&first.transaction.signature)
    );

    let by_hash = server.result("getBlockByHash", json!(["group0", "", hash]));
    assert_eq!(by_hash, found);
    let this = server.node_id.to_string();
    let header = server.result("getBlockByNumber", json!(["group0", this, 1, true]));
    assert!(header.get("transactions").is_none());
    assert_eq!(header["hash"], hash);
    let hashes = server.result("getBlockByNumber", json!(["group0", "", 1, false, true]));
    let expected: Vec<String> = block
        .transactions
        .iter()
        .map(|one| hex(&one.hash))
        .collect();
    assert_eq!(hashes["transactions"], json!(expected));
    let zero = server.result("getBlockByNumber", json!(["group0", "", 0]));
    assert_eq!(zero["parentInfo"], json!([]));
    assert_eq!(zero["transactions"], json!([]));
}

#[test]
fn transactions_receipts_and_values_are_found() {
    let server = Server::new();
    let block = server.chain.grow(&["a=1\nb=\u{4e2d}", "bad"]);
    let [good, bad] = [0, 1].map(|index| hex(&block.transactions[index].hash));
    for method in ["getTransaction", "getTransactionByHash"] {
        let found = server.result(method, json!(["group0", "", good, false]));
        assert_eq!(found["hash"], good);
        assert_eq!(
            (&found["blockNumber"], &found["transactionIndex"]),
            (&json!(1), &json!(0))
        );
    }
    let receipt = server.result("getTransactionReceipt", json!(["group0", "", good]));
    let from = block.transactions[0].sender.to_string();
    assert_eq!(
        (&receipt["status"], &receipt["message"]),
        (&json!(0), &json!(""))
    );
    assert_eq!(
        (&receipt["from"], &receipt["output"]),
        (&json!(from), &json!("0x"))
    );
    assert_eq!(receipt["transactionHash"], good);
    let receipt = server.result("getTransactionReceipt", json!(["group0", "", bad, true]));
    assert_eq!(receipt["status"], 15);
    assert_eq!(
        (&receipt["blockNumber"], &receipt["transactionIndex"]),
        (&json!(1), &json!(1))
    );
    for (key, value) in [
        ("a", json!("1")),
        ("b", json!("\u{4e2d}")),
        ("c", Value::Null),
        ("", Value::Null),
    ] {
        assert_eq!(server.result("getValue", json!(["group0", "", key])), value);
    }
}

#[test]
fn the_state_of_the_node_is_told() {
    let server = Server::new();
    assert_eq!(server.result("getBlockNumber", json!(["group0", ""])), 0);
    let block = server.chain.grow(&["a=1", "bad"]);
    let names = json!(["group0", ""]);
    let result = |method| server.result(method, names.clone());
    let [this, peer] = [0, 1].map(|index| {
        server
            .chain
            .settings
            .sealers
            .get(index)
            .unwrap()
            .key
            .to_string()
    });
    assert_eq!(result("getBlockNumber"), 1);
    let sealers = json!([{ "nodeID": this, "weight": 1 }, { "nodeID": peer, "weight": 1 }]);
    assert_eq!(result("getSealerList"), sealers);
    assert_eq!(result("getObserverList"), json!([]));
    assert_eq!(
        server.result("getGroupPeers", json!(["group0"])),
        json!([peer])
    );
    assert_eq!(result("getPendingTxSize"), 0);
    assert_eq!(
        result("getTotalTransactionCount"),
        json!({ "blockNumber": 1, "transactionCount": 2, "failedTransactionCount": 1 })
    );
    let sync = result("getSyncStatus");
    assert_eq!(
        (&sync["blockNumber"], &sync["sealedNumber"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(sync["latestHash"], hex(&block.hash()));
    assert_eq!(sync["peers"], json!([{ "nodeID": peer }]));
    let peers = result("getPeers");
    assert_eq!(peers["peers"][0]["p2pNodeID"], peer);
    assert_eq!(peers["peers"][0]["endPoint"], "127.0.0.1:30300");
    let consensus = result("getConsensusStatus");
    assert_eq!(consensus["isVoting"], true);
    assert_eq!(
        (&consensus["index"], &consensus["isConsensusNode"]),
        (&json!(0), &json!(true))
    );
    assert_eq!(
        (
            &consensus["minRequiredQuorum"],
            &consensus["maxFaultyQuorum"]
        ),
        (&json!(2), &json!(0))
    );
    let info = server.result("getGroupInfo", json!(["group0"]));
    assert_eq!(
        (&info["chainID"], &info["groupID"]),
        (&json!("chain0"), &json!("group0"))
    );
    assert_eq!(info["genesisConfig"], server.chain.settings.extra_data);
}

/// All methods with good parameters; the last one waits for a block.
fn methods(server: &Server) -> Vec<(&'static str, Value)> {
    let block = server.chain.grow(&["a=1"]);
    let hash = hex(&block.transactions[0].hash);
    let block_hash = hex(&block.hash());
    let waits = crate::ledger::tests::transaction(&server.chain.account, 50, "k=v");
    let bytes = hex(&waits.encoded);
    vec![
        ("getBlockNumber", json!(["group0", ""])),
        ("getSealerList", json!(["group0", ""])),
        ("getObserverList", json!(["group0", ""])),
        ("getPendingTxSize", json!(["group0", ""])),
        ("getTotalTransactionCount", json!(["group0", ""])),
        ("getSyncStatus", json!(["group0", ""])),
        ("getConsensusStatus", json!(["group0", ""])),
        ("getGroupPeers", json!(["group0"])),
        ("getGroupInfo", json!(["group0"])),
        ("getBlockByNumber", json!(["group0", "", 1, true, true])),
        (
            "getBlockByHash",
            json!(["group0", "", block_hash, false, true]),
        ),
        ("getBlockHashByNumber", json!(["group0", "", 1])),
        ("getTransaction", json!(["group0", "", hash, false])),
        ("getTransactionByHash", json!(["group0", "", hash, false])),
        ("getTransactionReceipt", json!(["group0", "", hash, false])),
        ("getValue", json!(["group0", "", "a"])),
        ("sendTransactions", json!(["group0", "", [bytes]])),
        ("sendTransaction", json!(["group0", "", bytes, false])),
    ]
}

/// Values that cannot stand where a good one does.
fn bad_values(good: &Value) -> Vec<Value> {
    let mut bad = vec![json!({}), json!(-1), json!(1.5), json!([[]])];
    let more = match good {
        Value::String(text) if text.starts_with("0x") => json!([
            7,
            true,
            null,
            "0x0g",
            &text[..65],
            format!("0x{text}"),
            format!("{text}0")
        ]),
        Value::String(_) => json!([7, true, null]),
        Value::Number(_) => json!(["1", 1e300, null]),
        Value::Array(_) => json!(["0x", ["0x0"], [7], null]),
        _ => json!(["true", 0]),
    };
    bad.extend(more.as_array().unwrap().clone());
    bad
}

#[test]
fn each_method_refuses_each_bad_parameter() {
    let server = Server::new();
    for (method, good) in methods(&server) {
        if method != "sendTransaction" {
            server.result(method, good.clone());
        }
        let good = good.as_array().unwrap();
        let with = |place: usize, value: Value| {
            let mut parameters = good.clone();
            parameters[place] = value;
            server.error(method, json!(parameters))
        };
        for (place, value) in good.iter().enumerate() {
            for value in bad_values(value) {
                let (code, message) = with(place, value.clone());
                assert_eq!(code, -32_602, "{method} {place} {value}: {message}");
                let named = format!("parameter {place} ");
                assert!(message.contains(&named), "{message}");
            }
        }
        assert_eq!(server.error(method, json!([])).0, -32_602);
        // Other groups and nodes.
        assert_eq!(with(0, json!("group1")).0, -32_000);
        if good.len() > 1 {
            assert_eq!(with(1, json!("node7")).0, -32_000);
        }
    }
    // Of all that was refused, nothing waits.
    assert_eq!(server.pool.len(), 1);
}

#[test]
fn what_is_not_there_is_an_error() {
    let server = Server::new();
    let nothing = hex(&[7; 32]);
    for (method, what) in [
        ("getBlockByNumber", json!(1)),
        ("getBlockByNumber", json!(u64::MAX)),
        ("getBlockHashByNumber", json!(1)),
        ("getBlockByHash", json!(nothing)),
        ("getTransaction", json!(nothing)),
        ("getTransactionReceipt", json!(nothing)),
    ] {
        let (code, message) = server.error(method, json!(["group0", "", what]));
        assert_eq!(code, -32_000);
        let named = message.contains("no block") || message.contains("not in the chain");
        assert!(named, "{message}");
    }
    for method in ["getCode", "", "getblocknumber", "getBlockNumber "] {
        assert_eq!(server.error(method, json!(["group0", ""])).0, -32_601);
    }
}
