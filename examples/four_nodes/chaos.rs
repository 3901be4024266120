//! Kills random nodes of a running chain with `kill -9`, again and again, and looks for what must not happen.
//!
//! Two blocks with one number, a block or a transaction that is gone, a block without a whole seal, two different votes of
//! one sealer for one place: each of these ends the run with an error.

use std::{
    collections::HashMap,
    error::Error,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::network::{Network, Node, Tools, transaction};
use clap::Args;
use fisco_node::account::Account;
use indicatif::ProgressBar;
use serde_json::json;

/// Kill random nodes of a chain of four while transactions are under way.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How many times a node is killed.
    #[arg(long, value_name = "N", default_value_t = 100)]
    rounds: u32,

    /// What the random numbers begin with; the same seed kills the same nodes.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Write the result as JSON on one line.
    #[arg(long)]
    json: bool,
}

/// Kills, starts again, and looks at the chain at the end.
pub(crate) fn run(arguments: &Arguments, directory: &Path) -> Result<(), Box<dyn Error>> {
    let network = Network::build(Tools::build()?, directory, 4, true)?;
    network.start_all(true)?;
    network.wait_connected(&[0, 1, 2, 3])?;
    let mut chaos = Chaos {
        account: network.account()?,
        network,
        random: arguments.seed,
        nonce: 0,
        sent: HashMap::new(),
        conflicts: 0.0,
    };
    let start = Instant::now();
    let bar = ProgressBar::new(arguments.rounds.into());
    for round in 0..arguments.rounds {
        // Now and then all four, at the same moment.
        let victims = if round % 20 == 19 {
            vec![0, 1, 2, 3]
        } else {
            vec![chaos.below(4)]
        };
        chaos.round(&victims)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let blocks = chaos.look()?;
    chaos.network.stop_all(true)?;
    let (rounds, transactions) = (arguments.rounds, chaos.sent.len());
    let seconds = start.elapsed().as_secs();
    if arguments.json {
        let report = json!({
            "rounds": rounds, "seconds": seconds, "blocks": blocks, "transactions": transactions,
            "conflicting_votes": 0, "conflicting_blocks": 0, "lost_transactions": 0,
        });
        println!("{report}");
    } else {
        println!(
            "{rounds} rounds of kill -9 in {seconds} s: {blocks} blocks and {transactions} transactions, the same on all \
             four nodes, all sealed; conflicting votes 0, conflicting blocks 0, lost transactions 0"
        );
    }
    Ok(())
}

struct Chaos {
    network: Network,
    account: Account,
    random: u64,
    nonce: u64,
    /// The hash of each transaction that a node has confirmed, and its block.
    sent: HashMap<String, u64>,
    conflicts: f64,
}

impl Chaos {
    /// SplitMix64: reproducible, and nothing secret depends on it.
    fn below(&mut self, end: u64) -> usize {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % end).unwrap_or_default()
    }

    /// Sends transactions, kills nodes in the middle of them, starts those again, and waits until all agree.
    fn round(&mut self, victims: &[usize]) -> Result<(), Box<dyn Error>> {
        // What the dying process has counted goes with it.
        self.conflicts()?;
        let survivor = (0..4).find(|node| !victims.contains(node)).unwrap_or(0);
        let client = self.network.node(survivor)?.client.clone();
        let limit = i64::try_from(client.height()?)?.saturating_add(500);
        let mut waiting = Vec::new();
        for _ in 0..3 {
            self.nonce += 1;
            let input = format!("chaos/{}={}", self.nonce % 100, self.nonce);
            waiting.push(transaction(&self.account, self.nonce, limit, &input)?);
        }
        let encoded: Vec<String> = waiting.iter().map(|(_, encoded)| encoded.clone()).collect();
        client.send_all(&encoded)?;
        let pause = self.below(600);
        thread::sleep(Duration::from_millis(u64::try_from(pause)?));
        for victim in victims {
            let process = self.network.node(*victim)?.process();
            process
                .ok_or("a node is not running that should be")?
                .kill();
        }
        for victim in victims {
            self.network.start(*victim, true)?;
        }
        self.network.wait_connected(&[0, 1, 2, 3])?;
        // Nodes that were all killed have forgotten what was only in their pools: it is sent again.
        client.send_all(&encoded)?;
        for (hash, _) in waiting {
            let number = self.confirmed(&hash)?;
            self.sent.insert(hash, number);
        }
        Ok(())
    }

    /// Waits until all nodes have a transaction, in the same block.
    fn confirmed(&self, hash: &str) -> Result<u64, Box<dyn Error>> {
        let mut numbers = Vec::new();
        for node in self.network.nodes() {
            let mut number = None;
            let what = format!("transaction {hash} is in the chain");
            self.network.wait(&what, Duration::from_secs(90), || {
                let receipt = node
                    .client
                    .call("getTransactionReceipt", &[json!(hash), json!(false)]);
                number = receipt
                    .ok()
                    .and_then(|receipt| receipt["blockNumber"].as_u64());
                number.is_some()
            })?;
            numbers.extend(number);
        }
        match numbers.as_slice() {
            [first, rest @ ..] if rest.iter().all(|number| number == first) => Ok(*first),
            _ => Err(format!("transaction {hash} is in different blocks: {numbers:?}").into()),
        }
    }

    /// Two votes of one sealer for one place, as the others saw them.
    fn conflicts(&mut self) -> Result<(), Box<dyn Error>> {
        for node in self.network.nodes() {
            let metrics = node.client.metrics()?;
            self.conflicts += metrics.sum("node_conflicts_total");
        }
        if self.conflicts > 0.0 {
            return Err(
                "a sealer signed two different votes for one place; the logs say which".into(),
            );
        }
        Ok(())
    }

    /// Looks at the whole chain of all nodes.
    fn look(&mut self) -> Result<u64, Box<dyn Error>> {
        self.conflicts()?;
        let height = |node: &Node| node.height();
        self.network.wait(
            "the nodes have the same blocks",
            Duration::from_secs(60),
            || {
                let heights: Vec<_> = self.network.nodes().iter().map(height).collect();
                heights
                    .iter()
                    .all(|height| height.is_some() && *height == heights[0])
            },
        )?;
        let last = self.network.node(0)?.client.height()?;
        self.network
            .wait("every block is sealed", Duration::from_secs(60), || {
                self.network
                    .nodes()
                    .iter()
                    .all(|node| sealed(node, last).unwrap_or(false))
            })?;
        for number in 1..=last {
            let first = self.network.node(0)?.client.block(number)?;
            for node in self.network.nodes() {
                let block = node.client.block(number)?;
                if block["hash"] != first["hash"] {
                    return Err(format!("two blocks with the number {number}").into());
                }
                if !sealed(node, number)? {
                    return Err(format!("block {number} has no whole seal").into());
                }
            }
        }
        for (hash, number) in &self.sent {
            for node in self.network.nodes() {
                let receipt = node
                    .client
                    .call("getTransactionReceipt", &[json!(hash), json!(false)])?;
                if receipt["blockNumber"] != json!(number) {
                    return Err(format!("transaction {hash} is lost or moved: {receipt}").into());
                }
            }
        }
        Ok(last)
    }
}

/// Whether a node has the signatures of three of four sealers of a block.
fn sealed(node: &Node, number: u64) -> Result<bool, Box<dyn Error>> {
    let block = node.client.block(number)?;
    let seals = block["signatureList"]
        .as_array()
        .ok_or("a block has no list of signatures")?;
    Ok(seals.len() >= 3)
}
