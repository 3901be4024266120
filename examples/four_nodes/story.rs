//! A state secret chain from nothing: a card, keys, four nodes, transactions; a node killed and back; a card that fails.
//!
//! Builds `gmt0018`, the software card's library and the reference node, has `gmt0018 chain build` make a chain whose node
//! keys are in the software card, and starts it with the scripts that the builder wrote. Everything is proved by asking the
//! nodes or reading their logs; the example fails if something does not hold.

use std::{error::Error, fs, path::Path, time::Duration};

use crate::network::{Network, Node, Tools, transaction};
use fisco_node::{account::Account, config::Genesis, config::ini::Ini};
use serde_json::{Value, json};

/// Tells the story in a directory.
pub(crate) fn run(directory: &Path) -> Result<(), Box<dyn Error>> {
    println!("== programs: gmt0018, libgmt0018_soft.so, reference-node");
    let tools = Tools::build()?;

    println!("== gmt0018 chain build, in {}", directory.display());
    let network = Network::build(tools, directory, 4, false)?;
    network.make_pullable(1)?;
    println!("== start_all.sh");
    network.start_all(false)?;
    let mut story = Story {
        account: network.account()?,
        network,
        nonce: 0,
    };
    story.connected()?;
    story.transactions()?;
    story.one_node_killed()?;
    story.one_card_fails()?;
    story.same_chain_everywhere()?;
    story.password_nowhere()?;
    println!("== stop_all.sh");
    story.network.stop_all(false)?;
    let running = story
        .network
        .nodes()
        .iter()
        .filter(|node| node.process().is_some());
    if running.count() > 0 {
        return Err("a node still runs after stop_all.sh".into());
    }
    Ok(())
}

struct Story {
    network: Network,
    account: Account,
    nonce: u64,
}

impl Story {
    /// Each node has its key from the card, and three others.
    fn connected(&self) -> Result<(), Box<dyn Error>> {
        let network = &self.network;
        network.wait_connected(&[0, 1, 2, 3])?;
        let line = "heartBeat,connected count=3";
        network.wait(
            "the line that people grep for",
            Duration::from_secs(30),
            || {
                let mut nodes = network.nodes().iter();
                nodes.all(|node| node.last_line(line).is_some())
            },
        )?;
        for node in network.nodes() {
            let genesis = Ini::read(node.directory.join("config.genesis"))?;
            let genesis = Genesis::from_ini(&genesis)?;
            let key = node.last_line("loadKeyPair success,publicKey=");
            let key = key.ok_or("no line about the node's key")?;
            let (_, key) = key.rsplit_once('=').ok_or("no public key in the line")?;
            let mut sealers = genesis.sealers().as_slice().iter();
            if !sealers.any(|sealer| sealer.node_id.to_string() == key) {
                return Err(format!("the key {key} is not in config.genesis").into());
            }
        }
        proved(
            "four nodes, each with its key in the card, each connected to three: heartBeat,connected count=3",
        );
        Ok(())
    }

    /// Sends a transaction signed in the card, and gives the number of its block.
    fn send(&mut self, to: usize, input: &str) -> Result<u64, Box<dyn Error>> {
        self.nonce += 1;
        let client = &self.network.node(to)?.client;
        let limit = i64::try_from(client.height()?)?.saturating_add(500);
        let (hash, encoded) = transaction(&self.account, self.nonce, limit, input)?;
        let receipt = client.send(&encoded)?;
        if receipt["transactionHash"] != json!(hash) || receipt["status"] != json!(0) {
            return Err(format!("not the receipt that was expected: {receipt}").into());
        }
        let number = receipt["blockNumber"].as_u64();
        Ok(number.ok_or("the receipt has no block number")?)
    }

    fn transactions(&mut self) -> Result<(), Box<dyn Error>> {
        for index in 0..8 {
            self.send(index % 4, &format!("account/{index}=opened"))?;
        }
        self.agree(&[0, 1, 2, 3])?;
        for node in self.network.nodes() {
            let value = node.client.call("getValue", &[json!("account/7")])?;
            if value != json!("opened") {
                return Err(
                    format!("a node has {value} where the transaction wrote opened").into(),
                );
            }
        }
        let signer = self.account.address();
        proved(&format!(
            "8 transactions of the SDK account {signer}, whose key is in the card, are in the chain of all four"
        ));
        Ok(())
    }

    fn one_node_killed(&mut self) -> Result<(), Box<dyn Error>> {
        println!("== node2: kill -9");
        let process = self.network.node(2)?.process();
        if !process.ok_or("node2 does not run")?.kill() {
            return Err("node2 could not be killed".into());
        }
        for index in 0..5 {
            self.send(index % 2, &format!("without/{index}=node2"))?;
        }
        println!("== node2: start.sh");
        self.network.start(2, false)?;
        self.agree(&[0, 1, 2, 3])?;
        self.network.wait_connected(&[0, 1, 2, 3])?;
        proved(
            "three nodes went on without node2; it came back after kill -9 and has their blocks",
        );
        Ok(())
    }

    fn one_card_fails(&mut self) -> Result<(), Box<dyn Error>> {
        println!("== node1: its card is pulled out");
        fs::write(self.network.pulled(), "")?;
        for index in 0..5 {
            self.send(0, &format!("silent/{index}=node1"))?;
        }
        let node = self.network.node(1)?;
        self.network.wait(
            "node1 says that it does not vote",
            Duration::from_secs(20),
            || node.last_line("this node does not vote").is_some(),
        )?;
        let line = node
            .last_line("this node does not vote")
            .unwrap_or_default();
        println!("   {line}");
        self.agree(&[0, 1, 2, 3])?;
        proved("node1 refused to vote, said why, and followed; the three others went on");

        println!("== node1: the card is back; node3: kill -9, so that node1's vote is needed");
        fs::remove_file(self.network.pulled())?;
        let process = self.network.node(3)?.process();
        process.ok_or("node3 does not run")?.kill();
        self.send(0, "needed=node1")?;
        self.agree(&[0, 1, 2])?;
        self.network.start(3, false)?;
        self.agree(&[0, 1, 2, 3])?;
        proved("node1 votes again without a restart; the chain would have stood still without it");
        Ok(())
    }

    /// Waits until these nodes have the same number of blocks.
    fn agree(&self, nodes: &[usize]) -> Result<u64, Box<dyn Error>> {
        let heights = || -> Option<Vec<u64>> {
            let heights = nodes
                .iter()
                .map(|node| self.network.node(*node).ok()?.height());
            heights.collect()
        };
        self.network.wait(
            "the nodes have the same blocks",
            Duration::from_secs(60),
            || heights().is_some_and(|heights| heights.iter().all(|height| *height == heights[0])),
        )?;
        Ok(heights()
            .and_then(|heights| heights.first().copied())
            .unwrap_or_default())
    }

    fn same_chain_everywhere(&self) -> Result<(), Box<dyn Error>> {
        let last = self.agree(&[0, 1, 2, 3])?;
        for number in 1..=last {
            let hash = |node: &Node| -> Result<Value, Box<dyn Error>> {
                Ok(node.client.block(number)?["hash"].take())
            };
            let first = hash(self.network.node(0)?)?;
            for node in self.network.nodes() {
                if hash(node)? != first {
                    return Err(format!("two blocks with the number {number}").into());
                }
            }
        }
        proved(&format!("all four have the same {last} blocks"));
        Ok(())
    }

    fn password_nowhere(&self) -> Result<(), Box<dyn Error>> {
        for node in self.network.nodes() {
            let output = fs::read_to_string(node.directory.join("nohup.out"))?;
            if self.network.holds_password(&output) || self.network.holds_password(&node.log()?) {
                return Err("the password is in a log".into());
            }
        }
        proved("the password is in no log");
        Ok(())
    }
}

fn proved(what: &str) {
    println!("proved: {what}");
}
