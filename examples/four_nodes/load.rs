//! How fast four reference nodes agree: blocks and transactions per second, latency, what the cards and the processors did.
//!
//! The chain is the one of `four_nodes`: built by `gmt0018 chain build`, keys in the software card, all on this machine. It
//! runs twice, with signatures verified in batches and one after the other; the numbers are those of the nodes' metrics.

use std::{
    error::Error,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::network::{Client, Metrics, Network, Tools, transaction};
use clap::Args;
use indicatif::ProgressBar;
use serde::Serialize;
use sm_soft::SoftKey;
use sm2_signing::Signer;

/// Measure four reference nodes on this machine.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How many transactions are sent.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    transactions: usize,

    /// How many accounts send them, in turn; their keys are in this program.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    accounts: usize,

    /// How many of them are under way at a time.
    #[arg(long, value_name = "N", default_value_t = 8000)]
    under_way: usize,

    /// How many transactions are sent one by one afterwards, to see how long one takes.
    #[arg(long, value_name = "N", default_value_t = 100)]
    single: usize,

    /// Write the result as JSON on one line.
    #[arg(long)]
    json: bool,
}

/// What was measured with one way of verifying.
#[derive(Debug, Serialize)]
struct Report {
    verification: &'static str,
    transactions: f64,
    seconds: f64,
    blocks: f64,
    blocks_per_second: f64,
    transactions_per_second: f64,
    transactions_per_block: f64,
    /// From sending one transaction to its receipt, while the others are under way.
    loaded: Latency,
    /// The same with nothing else to do.
    idle: Latency,
    library_calls_per_block_and_node: f64,
    signatures_per_block_and_node: f64,
    guard_and_signature_milliseconds: f64,
    /// Of the four processes, and of their threads that verify.
    processor_seconds: f64,
    verification_seconds: f64,
    verification_share: f64,
}

/// From sending a transaction to its receipt.
#[derive(Debug, Serialize)]
struct Latency {
    count: usize,
    p50_milliseconds: f64,
    p99_milliseconds: f64,
}

/// Measures twice, with two ways of verifying.
pub(crate) fn run(arguments: &Arguments, directory: &Path) -> Result<(), Box<dyn Error>> {
    let tools = Tools::build()?;
    let reports = [
        measure(arguments, tools.clone(), directory, "batch")?,
        measure(arguments, tools, directory, "single")?,
    ];
    if arguments.json {
        println!("{}", serde_json::to_string(&reports)?);
        return Ok(());
    }
    for report in &reports {
        println!("{report:#?}");
    }
    let [batch, single] = &reports;
    println!(
        "processor time for verification, one by one : in batches  {:.1} : 1",
        single.verification_seconds / batch.verification_seconds
    );
    Ok(())
}

fn measure(
    arguments: &Arguments,
    tools: Tools,
    directory: &Path,
    verification: &'static str,
) -> Result<Report, Box<dyn Error>> {
    let mut network = Network::build(tools, &directory.join(verification), 4, true)?;
    network.set_environment("REFERENCE_NODE_VERIFICATION", verification);
    network.start_all(true)?;
    network.wait_connected(&[0, 1, 2, 3])?;
    let account = network.account()?;
    let soft: Result<Vec<_>, _> = (0..arguments.accounts)
        .map(|_| SoftKey::generate())
        .collect();
    let (soft, first) = (soft?, arguments.transactions);
    let encoded = sign(&soft, 0, arguments.transactions, "load")?;
    let account = [account];
    let probes = sign(&account, first, PROBES, "probe")?;
    let single = sign(&account, first + PROBES, arguments.single, "single")?;

    let before = Totals::of(&network)?;
    let start = Instant::now();
    let loading = AtomicBool::new(true);
    let loaded = thread::scope(|scope| {
        let client = &network.node(0)?.client;
        let go_on = || loading.load(Ordering::Relaxed);
        let parts = probes.chunks(PROBES / PROBERS);
        let probers = parts.map(|part| scope.spawn(move || times(client, part, go_on)));
        let probers: Vec<_> = probers.collect();
        let loaded = load(arguments, &network, &encoded);
        loading.store(false, Ordering::Relaxed);
        let mut times = Vec::new();
        for prober in probers {
            times.extend(prober.join().map_err(|_| "a prober panicked")?);
        }
        loaded.map(|()| Latency::of(times))
    })?;
    let seconds = start.elapsed().as_secs_f64();
    let after = Totals::of(&network)?;
    let idle = Latency::of(times(&network.node(1)?.client, &single, || true));
    network.stop_all(true)?;
    let used = after.since(&before);
    Ok(report(verification, seconds, &used, loaded, idle))
}

fn sign<S: Signer>(
    accounts: &[S],
    first: usize,
    count: usize,
    key: &str,
) -> Result<Vec<String>, Box<dyn Error>> {
    let mut encoded = Vec::with_capacity(count);
    let nonces = first..first + count;
    for (nonce, account) in nonces.zip(accounts.iter().cycle()) {
        let input = format!("{key}/{}={nonce}", nonce % 1000);
        encoded.push(transaction(account, u64::try_from(nonce)?, LIMIT, &input)?.1);
    }
    Ok(encoded)
}

/// Sends the transactions to the nodes in turn, never too many at a time, until all are in the chain of the first.
fn load(
    arguments: &Arguments,
    network: &Network,
    encoded: &[String],
) -> Result<(), Box<dyn Error>> {
    let bar = ProgressBar::new(u64::try_from(encoded.len())?);
    let start = Instant::now();
    let (mut sent, mut parts) = (0, encoded.chunks(PART).zip((0..4).cycle()).peekable());
    loop {
        let done = network.node(0)?.client.transactions()?;
        bar.set_position(done);
        let done = usize::try_from(done)?;
        if done >= encoded.len() {
            bar.finish_and_clear();
            return Ok(());
        }
        if start.elapsed() > LONGEST {
            return Err(format!("{done} transactions after {LONGEST:?}").into());
        }
        match parts.next_if(|_| sent < done + arguments.under_way) {
            Some((part, node)) => {
                network.node(node)?.client.send_all(part)?;
                sent += part.len();
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// Sends transactions one after the other and waits for the receipt of each; gives milliseconds.
fn times(client: &Client, encoded: &[String], go_on: impl Fn() -> bool) -> Vec<f64> {
    let mut times = Vec::new();
    for transaction in encoded {
        if !go_on() {
            break;
        }
        let start = Instant::now();
        if client.send(transaction).is_ok() {
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    times
}

impl Latency {
    fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        let quantile = |hundredths: usize| {
            let index = (times.len() * hundredths / 100).min(times.len().saturating_sub(1));
            times.get(index).copied().unwrap_or(f64::NAN)
        };
        Self {
            count: times.len(),
            p50_milliseconds: quantile(50),
            p99_milliseconds: quantile(99),
        }
    }
}

/// What all nodes together have done since they were started.
#[derive(Debug, Clone, Copy)]
struct Totals {
    blocks: f64,
    transactions: f64,
    calls: f64,
    signatures: f64,
    signing: f64,
    verifying: f64,
    processor: f64,
}

impl Totals {
    fn of(network: &Network) -> Result<Self, Box<dyn Error>> {
        let mut all = Vec::new();
        let (mut processor, mut verifying) = (0.0, 0.0);
        for node in network.nodes() {
            all.push(node.client.metrics()?);
            let process = node.process().ok_or("a node does not run")?;
            let time = process
                .cpu_time()
                .ok_or("a node's processor time is unknown")?;
            processor += time.as_secs_f64();
            let time = process.cpu_time_of_threads("verify-");
            let time = time.ok_or("the time of a node's threads is unknown")?;
            verifying += time.as_secs_f64();
        }
        let sum = |name| all.iter().map(|metrics: &Metrics| metrics.sum(name)).sum();
        Ok(Self {
            blocks: sum("node_blocks_total"),
            transactions: sum("node_transactions_total"),
            calls: sum("gmt0018_calls_total"),
            signatures: sum("node_signatures_total"),
            signing: sum("node_sign_seconds_sum"),
            verifying,
            processor,
        })
    }

    fn since(&self, before: &Self) -> Self {
        Self {
            blocks: self.blocks - before.blocks,
            transactions: self.transactions - before.transactions,
            calls: self.calls - before.calls,
            signatures: self.signatures - before.signatures,
            signing: self.signing - before.signing,
            verifying: self.verifying - before.verifying,
            processor: self.processor - before.processor,
        }
    }
}

fn report(
    verification: &'static str,
    seconds: f64,
    used: &Totals,
    loaded: Latency,
    idle: Latency,
) -> Report {
    // Every node has every block.
    let (blocks, transactions) = (used.blocks / NODES, used.transactions / NODES);
    Report {
        verification,
        transactions,
        seconds,
        blocks,
        blocks_per_second: blocks / seconds,
        transactions_per_second: transactions / seconds,
        transactions_per_block: transactions / blocks,
        loaded,
        idle,
        library_calls_per_block_and_node: used.calls / used.blocks,
        signatures_per_block_and_node: used.signatures / used.blocks,
        guard_and_signature_milliseconds: used.signing / used.signatures * 1e3,
        processor_seconds: used.processor,
        verification_seconds: used.verifying,
        verification_share: used.verifying / used.processor,
    }
}

const NODES: f64 = 4.0;
/// Transactions in one request.
const PART: usize = 1000;
/// The most transactions that are sent one by one under load, and by how many at a time.
const PROBES: usize = 2000;
const PROBERS: usize = 16;
/// As far ahead as a block limit may be.
const LIMIT: i64 = 600;
const LONGEST: Duration = Duration::from_secs(600);
