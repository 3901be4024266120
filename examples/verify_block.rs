//! A chain of block headers and the transactions of a block, verified in one batch.
//!
//! Four nodes seal the headers, three of them each one; accounts send the transactions. All signatures are verified
//! together, then one by one, and the times compared. After that some are spoilt: a signature, a node that signs
//! twice, too little weight, a changed transaction. Each must be refused at its place, and nothing else.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output is the point"
)]

use std::{error::Error, process::ExitCode, time::Instant};

use clap::Parser;
use fisco_node::{
    block::{
        BlockHeader, BlockHeaderData, ParentInfo, SealRejection, Sealer, SealerList,
        SealerSignature, verify_seals,
    },
    transaction::{Rejection, SignatureWithKey, Transaction, TransactionData, verify_batch},
};
use sm_soft::{SoftKey, SoftVerifier};
use sm2_signing::{BatchVerifier, Item, Prehash, Signer as _, Verifier as _};
use sm3::{Digest as _, Sm3};

/// Verify the seals of block headers and the transactions of a block in one batch.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many headers follow the genesis block.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    headers: u32,

    /// How many transactions the last block has.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    transactions: u32,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("verify_block failed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let nodes = keys(NODES)?;
    let sealers = SealerList::new(nodes.iter().map(|node| Sealer {
        key: *node.public_key(),
        weight: 1,
    }))?;
    let transactions = transactions(arguments.transactions)?;
    let headers = headers(arguments.headers, &transactions, &nodes, &sealers)?;
    println!(
        "made:       {} headers with {} seals each, {} transactions of {ACCOUNTS} accounts, in {:.1?}",
        headers.len(),
        sealers.quorum(),
        transactions.len(),
        started.elapsed()
    );
    let engine = sm2_batch::best()?;
    compare(&headers, &transactions, &sealers, &engine)?;
    follows(&headers)?;
    refuse_headers(headers, &sealers, &engine)?;
    refuse_transactions(transactions, &engine)
}

/// All signatures in one batch, then each alone, on one thread both times.
fn compare<B: BatchVerifier>(
    headers: &[BlockHeader],
    transactions: &[Transaction],
    sealers: &SealerList,
    engine: &B,
) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let items = items(headers, transactions, sealers)?;
    let hashed = started.elapsed();
    let verdicts = engine.verify_batch(&items)?;
    let batch = started.elapsed() - hashed;
    if let Some(place) = verdicts.invalid().next() {
        return Err(format!("signature {place} was found invalid").into());
    }
    let verifier = SoftVerifier::new();
    let started = Instant::now();
    for Item { key, e, signature } in &items {
        verifier.verify(key, e, signature)?;
    }
    let alone = started.elapsed();
    let per_second = |time: std::time::Duration| items.len() as f64 / time.as_secs_f64();
    println!(
        "verified:   {} signatures in one batch, all valid",
        items.len()
    );
    println!(
        "batch:      {batch:.1?}, {:.0} per second; {hashed:.1?} for the hashes before",
        per_second(batch)
    );
    println!(
        "one by one: {alone:.1?}, {:.0} per second; the batch is {:.1} times as fast",
        per_second(alone),
        alone.as_secs_f64() / batch.as_secs_f64()
    );
    Ok(())
}

/// What is to be verified: every check that needs no curve arithmetic is done here.
fn items(
    headers: &[BlockHeader],
    transactions: &[Transaction],
    sealers: &SealerList,
) -> Result<Vec<Item>, Box<dyn Error>> {
    let mut items = Vec::new();
    for header in headers {
        items.extend(header.seal_items(sealers)?);
    }
    for transaction in transactions {
        items.push(transaction.item()?);
    }
    Ok(items)
}

/// Each header names the one before it.
fn follows(headers: &[BlockHeader]) -> Result<(), Box<dyn Error>> {
    for pair in headers.windows(2) {
        let (last, next) = (&pair[0].data, &pair[1].data);
        if next.parents != [ParentInfo::new(last.number, &last.hash())] {
            return Err(format!(
                "block {} does not follow block {}",
                next.number, last.number
            )
            .into());
        }
    }
    println!("chain:      every header has the hash of the one before it");
    Ok(())
}

/// Spoils four headers, each in another way.
fn refuse_headers<B: BatchVerifier>(
    mut headers: Vec<BlockHeader>,
    sealers: &SealerList,
    engine: &B,
) -> Result<(), Box<dyn Error>> {
    let signer =
        |header: &BlockHeader, place: usize| usize::try_from(header.signatures[place].sealer_index);
    let mut expected = vec![None; headers.len()];

    headers[2].signatures[1].signature[40] ^= 1;
    expected[2] = Some(SealRejection::Signatures {
        indexes: vec![signer(&headers[2], 1)?],
    });

    // Three signatures, and one of them is the second of a node.
    let first = headers[4].signatures[0].clone();
    headers[4].signatures[2] = first;
    expected[4] = Some(SealRejection::Duplicate {
        index: signer(&headers[4], 0)?,
    });

    headers[6].signatures.pop();
    expected[6] = Some(SealRejection::Weight {
        found: 2,
        quorum: sealers.quorum(),
    });

    headers[8].data.timestamp += 1;
    let mut indexes = Vec::new();
    for place in 0..headers[8].signatures.len() {
        indexes.push(signer(&headers[8], place)?);
    }
    expected[8] = Some(SealRejection::Signatures { indexes });

    let answers = verify_seals(engine, sealers, &headers)?;
    for ((header, answer), expected) in headers.iter().zip(answers).zip(expected) {
        let refused = answer.err();
        if refused != expected {
            let number = header.data.number;
            return Err(format!("block {number}: {refused:?} instead of {expected:?}").into());
        }
        if let Some(reason) = refused {
            println!("refused:    block {}: {reason}", header.data.number);
        }
    }
    Ok(())
}

/// Spoils three transactions, each in another way.
fn refuse_transactions<B: BatchVerifier>(
    mut transactions: Vec<Transaction>,
    engine: &B,
) -> Result<(), Box<dyn Error>> {
    let mut expected = vec![None; transactions.len()];

    transactions[3].data.input[0] ^= 1;
    expected[3] = Some(Rejection::DataHash {
        computed: transactions[3].data.hash(),
    });

    // Who changes the data can change the hash beside it, and not the signature.
    transactions[5].data.block_limit += 1;
    transactions[5].data_hash = transactions[5].data.hash().to_vec();
    expected[5] = Some(Rejection::Signature);

    // Another account's key does not make the transaction that account's.
    let other = transactions[8].signature[64..].to_vec();
    transactions[7].signature[64..].copy_from_slice(&other);
    expected[7] = Some(Rejection::Signature);

    let answers = verify_batch(engine, &transactions)?;
    for (place, (answer, expected)) in answers.into_iter().zip(expected).enumerate() {
        let refused = answer.err();
        if refused != expected {
            return Err(format!("transaction {place}: {refused:?} instead of {expected:?}").into());
        }
        if let Some(reason) = refused {
            println!("refused:    transaction {place}: {reason}");
        }
    }
    println!("and nothing else was refused");
    Ok(())
}

fn keys(count: usize) -> Result<Vec<SoftKey>, Box<dyn Error>> {
    Ok((0..count)
        .map(|_| SoftKey::generate())
        .collect::<Result<_, _>>()?)
}

/// Transactions of some accounts in turn; each account signs all of its own at once.
fn transactions(count: u32) -> Result<Vec<Transaction>, Box<dyn Error>> {
    let accounts = keys(ACCOUNTS)?;
    let mut transactions = vec![Transaction::default(); usize::try_from(count)?];
    for (place, transaction) in transactions.iter_mut().enumerate() {
        let mut data = TransactionData::new("chain0", "group0", 600, place.to_string());
        data.to = "0x6849f21d1e455e9f0712b1e99fa4fcd23758e8f1".to_owned();
        data.input = format!("transaction {place}").into_bytes();
        transaction.data_hash = data.hash().to_vec();
        transaction.data = data;
    }
    for (first, account) in accounts.iter().enumerate() {
        let key = *account.public_key();
        let own = transactions.iter_mut().skip(first).step_by(ACCOUNTS);
        let own: Vec<&mut Transaction> = own.collect();
        let digests: Vec<Prehash> = own.iter().map(|one| one.data.prehash(&key)).collect();
        for (transaction, signature) in own.into_iter().zip(account.sign_batch(&digests)?) {
            transaction.signature = SignatureWithKey { signature, key }.to_bytes().to_vec();
        }
    }
    Ok(transactions)
}

/// Headers from block 1 on, the last of which has the transactions; each node but one in turn signs.
fn headers(
    count: u32,
    transactions: &[Transaction],
    nodes: &[SoftKey],
    sealers: &SealerList,
) -> Result<Vec<BlockHeader>, Box<dyn Error>> {
    let mut headers: Vec<BlockHeader> = Vec::new();
    let mut last = ParentInfo::new(0, &BlockHeaderData::default().hash());
    for number in 1..=i64::from(count) {
        let mut header = BlockHeader::default();
        let data = &mut header.data;
        data.version = 0x0310_0000; // 3.16.0
        data.parents = vec![last];
        data.number = number;
        data.gas_used = "0".to_owned();
        data.timestamp = 1_700_000_000_000 + 1000 * number;
        data.sealer = number % i64::try_from(nodes.len())?;
        data.set_sealers(sealers);
        if number == i64::from(count) {
            data.transactions_root = root(transactions);
        }
        last = ParentInfo::new(number, &data.hash());
        headers.push(header);
    }
    for node in nodes {
        let index = sealers
            .index_of(node.public_key())
            .ok_or("a node is none of the sealers")?;
        let idle = i64::try_from(index)?;
        let mut own: Vec<&mut BlockHeader> = headers
            .iter_mut()
            .filter(|header| header.data.sealer != idle)
            .collect();
        let digests = own.iter().map(|one| one.data.prehash(node.public_key()));
        let digests: Vec<Prehash> = digests.collect();
        for (header, signature) in own.iter_mut().zip(node.sign_batch(&digests)?) {
            let mut seal = SealerSignature::default();
            seal.sealer_index = idle;
            seal.signature = signature.to_bytes().to_vec();
            header.signatures.push(seal);
        }
    }
    Ok(headers)
}

/// A hash over the transactions' hashes. A FISCO BCOS node has the root of a tree here, which the seal does not look into.
fn root(transactions: &[Transaction]) -> Vec<u8> {
    let mut hash = Sm3::new();
    for transaction in transactions {
        hash.update(&transaction.data_hash);
    }
    hash.finalize().to_vec()
}

const NODES: usize = 4;
const ACCOUNTS: usize = 20;
