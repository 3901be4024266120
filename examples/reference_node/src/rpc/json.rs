//! Shapes, with the names of FISCO BCOS.

use std::fmt;

use fisco_node::{
    block::BlockHeader,
    transaction::{Address, SignatureWithKey, Transaction},
};
use serde_json::{Value, json};

use crate::ledger::Receipt;

/// `0x` and digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    format!("0x{:x}", base16ct::HexDisplay(bytes))
}

/// A header, with its seals.
pub(super) fn header(header: &BlockHeader) -> Value {
    let data = &header.data;
    let parents = data
        .parents
        .iter()
        .map(|parent| json!({ "blockNumber": parent.number, "blockHash": hex(&parent.hash) }));
    let signatures = header
        .signatures
        .iter()
        .map(|seal| json!({ "sealerIndex": seal.sealer_index, "signature": hex(&seal.signature) }));
    json!({
        "version": data.version,
        "number": data.number,
        "hash": hex(&data.hash()),
        "parentInfo": parents.collect::<Vec<_>>(),
        "txsRoot": hex(&data.transactions_root),
        "receiptsRoot": hex(&data.receipts_root),
        "stateRoot": hex(&data.state_root),
        "gasUsed": data.gas_used,
        "timestamp": data.timestamp,
        "sealer": data.sealer,
        "sealerList": texts(&data.sealers),
        "consensusWeights": data.weights,
        "extraData": hex(&data.extra_data),
        "signatureList": signatures.collect::<Vec<_>>(),
    })
}

/// A transaction.
pub(super) fn transaction(transaction: &Transaction) -> Value {
    let data = &transaction.data;
    json!({
        "version": data.version,
        "hash": hex(&data.hash()),
        "chainID": data.chain_id,
        "groupID": data.group_id,
        "blockLimit": data.block_limit,
        "nonce": data.nonce,
        "from": sender(transaction),
        "to": data.to,
        "input": hex(&data.input),
        "abi": data.abi,
        "value": data.value,
        "gasPrice": data.gas_price,
        "gasLimit": data.gas_limit,
        "maxFeePerGas": data.max_fee_per_gas,
        "maxPriorityFeePerGas": data.max_priority_fee_per_gas,
        "signature": hex(&transaction.signature),
        "importTime": transaction.import_time,
        "attribute": transaction.attribute,
        "extraData": transaction.extra_data,
    })
}

/// A receipt, and what it shows of its transaction.
pub(super) fn receipt(receipt: &Receipt, transaction: &Transaction) -> Value {
    let message = match receipt.status {
        0 => "",
        Receipt::INPUT_REFUSED => "the input is not a list of key=value lines",
        _ => "failed",
    };
    json!({
        "version": 0,
        "blockNumber": receipt.block_number,
        "transactionIndex": receipt.index,
        "transactionHash": hex(&receipt.transaction_hash),
        "hash": hex(&receipt.hash),
        "status": receipt.status,
        "message": message,
        "output": hex(&receipt.output),
        "gasUsed": "0",
        "contractAddress": "",
        "logEntries": [],
        "from": sender(transaction),
        "to": transaction.data.to,
    })
}

/// The values as they print.
pub(super) fn texts<T: fmt::Display>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    let texts = values.into_iter().map(|value| value.to_string());
    texts.collect()
}

/// The account that signed; empty if the signature has another length, which no verified one has.
fn sender(transaction: &Transaction) -> String {
    let parts = SignatureWithKey::from_slice(&transaction.signature);
    parts.map_or_else(
        |_| String::new(),
        |parts| Address::of(&parts.key).to_string(),
    )
}
