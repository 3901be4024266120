//! The methods that only read.

use fisco_node::{identity::NodeId, transaction::Transaction};
use serde_json::{Value, json};

use super::{
    Node,
    error::RpcError,
    json::{self, hex, texts},
    parameters::Parameters,
};
use crate::{
    block::Block,
    ledger::{Committed, LedgerError},
};

impl Node {
    /// Answers a call.
    pub(super) fn read(&self, method: &str, parameters: &Parameters) -> Result<Value, RpcError> {
        match method {
            "getGroupPeers" => return self.group_peers(parameters),
            "getGroupInfo" => return self.group_info(parameters),
            "getPeers" => return Ok(self.peers()),
            _ => {}
        }
        let answer: fn(&Self, &Parameters) -> Result<Value, RpcError> = match method {
            "getBlockNumber" => |node, _| Ok(json!(node.options.ledger.tip().number)),
            "getBlockByNumber" => Self::block_by_number,
            "getBlockByHash" => Self::block_by_hash,
            "getBlockHashByNumber" => Self::block_hash,
            "getTransaction" | "getTransactionByHash" => Self::transaction,
            "getTransactionReceipt" => Self::receipt,
            "getValue" => Self::value,
            "getSealerList" => |node, _| Ok(node.sealers()),
            "getObserverList" => |_, _| Ok(json!([])),
            "getPendingTxSize" => |node, _| Ok(json!(node.options.pool.len())),
            "getTotalTransactionCount" => |node, _| Ok(node.total_count()),
            "getSyncStatus" => Self::sync_status,
            "getConsensusStatus" => |node, _| Ok(node.consensus_status()),
            _ => return Err(RpcError::method(method)),
        };
        self.check_names(parameters)?;
        answer(self, parameters)
    }

    /// Checks the first two parameters, group and node; the node may be empty.
    pub(super) fn check_names(&self, parameters: &Parameters) -> Result<(), RpcError> {
        self.check_group(parameters)?;
        let node = parameters.text(1, "node")?;
        let this = node.is_empty()
            || node
                .parse::<NodeId>()
                .is_ok_and(|node| node == self.options.node_id);
        if !this {
            return Err(RpcError::server(format!(
                "the node is {}; leave the parameter empty, or name this one",
                self.options.node_id
            )));
        }
        Ok(())
    }

    fn check_group(&self, parameters: &Parameters) -> Result<(), RpcError> {
        let group = &self.options.chain.group_id;
        if parameters.text(0, "group")? != group {
            return Err(RpcError::server(format!("the group is {group}")));
        }
        Ok(())
    }

    fn block_by_number(&self, parameters: &Parameters) -> Result<Value, RpcError> {
        self.block(parameters.number(2, "number")?, parameters)
    }

    fn block_by_hash(&self, parameters: &Parameters) -> Result<Value, RpcError> {
        let hash = parameters.hash(2, "hash")?;
        let number = self.options.ledger.number_of(&hash)?;
        let number =
            number.ok_or_else(|| RpcError::server(format!("there is no block {}", hex(&hash))))?;
        self.block(number, parameters)
    }

    fn block(&self, number: u64, parameters: &Parameters) -> Result<Value, RpcError> {
        let only_header = parameters.flag(3, "onlyHeader")?;
        let only_hashes = parameters.flag(4, "onlyTxHash")?;
        let no_block = || RpcError::server(format!("there is no block {number}"));
        let ledger = &self.options.ledger;
        if only_header {
            let header = ledger.header(number)?.ok_or_else(no_block)?;
            return Ok(json::header(&header));
        }
        let bytes = ledger.block_bytes(number)?.ok_or_else(no_block)?;
        let damaged = || LedgerError::Corrupt("a block does not decode");
        let block = Block::decode(&bytes).map_err(|_| damaged())?;
        let mut answer = json::header(&block.sealed_header());
        let mut transactions = Vec::with_capacity(block.transactions.len());
        for bytes in &block.transactions {
            let transaction = Transaction::decode(bytes).map_err(|_| damaged())?;
            transactions.push(if only_hashes {
                json!(hex(&transaction.data.hash()))
            } else {
                json::transaction(&transaction)
            });
        }
        if let Value::Object(answer) = &mut answer {
            answer.insert("transactions".to_owned(), Value::Array(transactions));
        }
        Ok(answer)
    }

    fn block_hash(&self, parameters: &Parameters) -> Result<Value, RpcError> {
        let number = parameters.number(2, "number")?;
        let header = self.options.ledger.header(number)?;
        let header =
            header.ok_or_else(|| RpcError::server(format!("there is no block {number}")))?;
        Ok(json!(hex(&header.data.hash())))
    }

    fn transaction(&self, parameters: &Parameters) -> Result<Value, RpcError> {
        let (committed, transaction) = self.committed(parameters)?;
        let mut answer = json::transaction(&transaction);
        if let Value::Object(answer) = &mut answer {
            let receipt = &committed.receipt;
            answer.insert("blockNumber".to_owned(), json!(receipt.block_number));
            answer.insert("transactionIndex".to_owned(), json!(receipt.index));
        }
        Ok(answer)
    }

    fn receipt(&self, parameters: &Parameters) -> Result<Value, RpcError> {
        let (committed, transaction) = self.committed(parameters)?;
        Ok(json::receipt(&committed.receipt, &transaction))
    }

    fn committed(&self, parameters: &Parameters) -> Result<(Committed, Transaction), RpcError> {
        let hash = parameters.hash(2, "hash")?;
        parameters.flag(3, "requireProof")?;
        let committed = self.options.ledger.transaction(&hash)?.ok_or_else(|| {
            RpcError::server(format!(
                "the transaction {} is not in the chain",
                hex(&hash)
            ))
        })?;
        let transaction = Transaction::decode(&committed.encoded)
            .map_err(|_| LedgerError::Corrupt("a transaction does not decode"))?;
        Ok((committed, transaction))
    }

    fn value(&self, parameters: &Parameters) -> Result<Value, RpcError> {
        let value = self.options.ledger.get(parameters.text(2, "key")?)?;
        Ok(json!(
            value.map(|value| String::from_utf8_lossy(&value).into_owned())
        ))
    }

    fn sealers(&self) -> Value {
        let sealers = self.options.ledger.sealers().iter();
        let sealers =
            sealers.map(|one| json!({ "nodeID": one.key.to_string(), "weight": one.weight }));
        Value::Array(sealers.collect())
    }

    fn total_count(&self) -> Value {
        let ledger = &self.options.ledger;
        json!({
            "blockNumber": ledger.tip().number,
            "transactionCount": ledger.transaction_count(),
            "failedTransactionCount": ledger.failed_count(),
        })
    }

    fn group_peers(&self, parameters: &Parameters) -> Result<Value, RpcError> {
        self.check_group(parameters)?;
        let peers = (self.options.peers)().into_iter();
        Ok(json!(texts(peers.map(|peer| peer.node_id))))
    }

    /// The connections; the end point of one that the other node made is where it came from.
    fn peers(&self) -> Value {
        let peers = (self.options.peers)().into_iter().map(|peer| {
            json!({
                "p2pNodeID": peer.node_id.to_string(),
                "endPoint": peer.address.to_string(),
                "outgoing": peer.outgoing,
                "connectedSeconds": peer.since.elapsed().as_secs(),
                "bytesIn": peer.bytes_in,
                "bytesOut": peer.bytes_out,
                "roundTripMicroseconds": peer.round_trip.map(|time| time.as_micros().to_string()),
            })
        });
        let peers: Vec<Value> = peers.collect();
        json!({ "p2pNodeID": self.options.node_id.to_string(), "peers": peers })
    }

    fn group_info(&self, parameters: &Parameters) -> Result<Value, RpcError> {
        self.check_group(parameters)?;
        let genesis = self.options.ledger.header(0)?;
        let genesis = genesis.map(|header| header.data.extra_data);
        Ok(json!({
            "chainID": self.options.chain.chain_id,
            "groupID": self.options.chain.group_id,
            "genesisConfig": String::from_utf8_lossy(&genesis.unwrap_or_default()),
            "smCryptoType": true,
            "nodeList": [{ "name": self.options.node_id.to_string(), "type": 0 }],
        }))
    }

    fn sync_status(&self, _: &Parameters) -> Result<Value, RpcError> {
        let ledger = &self.options.ledger;
        let tip = ledger.tip();
        let genesis = ledger.header(0)?;
        let genesis = genesis.map(|header| hex(&header.data.hash()));
        let peers = (self.options.peers)().into_iter();
        let peers = peers.map(|peer| json!({ "nodeID": peer.node_id.to_string() }));
        Ok(json!({
            "blockNumber": tip.number,
            "latestHash": hex(&tip.hash),
            "genesisHash": genesis,
            "sealedNumber": ledger.last_sealed(),
            "nodeID": self.options.node_id.to_string(),
            "peers": peers.collect::<Vec<_>>(),
        }))
    }

    fn consensus_status(&self) -> Value {
        let ledger = &self.options.ledger;
        let sealers = ledger.sealers();
        let tip = ledger.tip();
        let index = sealers.index_of(self.options.node_id.public_key());
        let silent = self.options.health.borrow().silent.clone();
        json!({
            "nodeID": self.options.node_id.to_string(),
            "index": index,
            "isConsensusNode": index.is_some(),
            "isVoting": silent.is_none(),
            "whyNotVoting": silent,
            "consensusNodesNum": sealers.iter().len(),
            "maxFaultyQuorum": sealers.total_weight() - sealers.quorum(),
            "minRequiredQuorum": sealers.quorum(),
            "blockNumber": tip.number,
            "hash": hex(&tip.hash),
            "consensusNodeList": self.sealers(),
        })
    }
}
