//! A chain of reference nodes on this machine: built by `gmt0018 chain build`, run by its scripts, asked over JSON-RPC.

mod client;
mod process;
mod tools;

use std::{
    error::Error,
    fs::{self, File},
    io::Write as _,
    net::TcpListener,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use fisco_node::{
    account::Account,
    config::{PasswordSource, SdkConfig, ini::Ini},
    crypto::CryptoOptions,
    transaction::{Transaction, TransactionData},
};
use gmt0018::{Dialect, Open};
use sm2_signing::Signer;

pub(crate) use client::{Client, Metrics};
pub(crate) use process::Process;
pub(crate) use tools::Tools;

/// A chain whose keys are in one software card.
pub(crate) struct Network {
    tools: Tools,
    directory: PathBuf,
    environment: Vec<(&'static str, String)>,
    nodes: Vec<Node>,
}

/// One of its nodes.
pub(crate) struct Node {
    pub(crate) directory: PathBuf,
    pub(crate) client: Client,
}

impl Network {
    /// Makes the keys and the nodes' directories.
    pub(crate) fn build(
        tools: Tools,
        directory: &Path,
        count: u16,
        quiet: bool,
    ) -> Result<Self, Box<dyn Error>> {
        fs::create_dir_all(directory)?;
        let directory = directory.canonicalize()?;
        let mut network = Self {
            tools,
            environment: Vec::new(),
            nodes: Vec::new(),
            directory,
        };
        let mut file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(network.password_file())?;
        file.write_all(password()?.as_bytes())?;
        let (p2p, rpc) = ports(count)?;
        let indexes: Vec<String> = (0..count)
            .map(|node| (FIRST_INDEX + u32::from(node)).to_string())
            .collect();
        let mut build = network.tools.gmt0018();
        build
            .args(["chain", "build", "--sm", "--hsm", "--create-keys"])
            .args(["--nodes", &format!("127.0.0.1:{count}")])
            .args(["--ports", &format!("{p2p},{rpc}")])
            .args(["--key-indexes", &indexes.join(",")])
            .arg("--output")
            .arg(network.directory.join("nodes"))
            .arg("--binary")
            .arg(network.tools.node())
            .arg("--hsm-lib")
            .arg(network.tools.library())
            .arg("--soft-dir")
            .arg(network.card())
            .arg("--password-file")
            .arg(network.password_file());
        run(build, quiet)?;
        let mut account = network.tools.gmt0018();
        account
            .args(["soft", "generate", "--key-index", &ACCOUNT.to_string()])
            .arg("--soft-dir")
            .arg(network.card())
            .arg("--password-file")
            .arg(network.password_file());
        run(account, quiet)?;
        network.nodes = (0..count)
            .map(|node| Node {
                directory: network.host().join(format!("node{node}")),
                client: Client::new(rpc + node),
            })
            .collect();
        Ok(network)
    }

    /// Sets a variable in the environment of nodes that are started from now on.
    pub(crate) fn set_environment(&mut self, name: &'static str, value: &str) {
        self.environment.push((name, value.to_owned()));
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(crate) fn node(&self, index: usize) -> Result<&Node, String> {
        let node = self.nodes.get(index);
        node.ok_or_else(|| format!("there is no node {index}"))
    }

    /// The software card's store.
    pub(crate) fn card(&self) -> PathBuf {
        self.directory.join("card")
    }

    fn host(&self) -> PathBuf {
        self.directory.join("nodes").join("127.0.0.1")
    }

    fn password_file(&self) -> PathBuf {
        self.directory.join("password")
    }

    /// Runs one of the scripts of the chain builder in a directory.
    fn script(&self, path: &Path, quiet: bool) -> Result<(), Box<dyn Error>> {
        let mut script = Command::new("bash");
        script
            .arg(path)
            .env("PULLED_CARD_LIBRARY", self.tools.library())
            .env("PULLED_CARD_FILE", self.pulled())
            .envs(self.environment.iter().cloned());
        run(script, quiet)
    }

    pub(crate) fn start_all(&self, quiet: bool) -> Result<(), Box<dyn Error>> {
        self.script(&self.host().join("start_all.sh"), quiet)
    }

    pub(crate) fn stop_all(&self, quiet: bool) -> Result<(), Box<dyn Error>> {
        self.script(&self.host().join("stop_all.sh"), quiet)
    }

    pub(crate) fn start(&self, node: usize, quiet: bool) -> Result<(), Box<dyn Error>> {
        self.script(&self.node(node)?.directory.join("start.sh"), quiet)
    }

    /// The file that stands for a card that is pulled out.
    pub(crate) fn pulled(&self) -> PathBuf {
        self.directory.join("pulled")
    }

    /// Gives a node a library that can lose its card: it hands every call on to the software card's.
    pub(crate) fn make_pullable(&self, node: usize) -> Result<(), Box<dyn Error>> {
        let library = self.directory.join("libpulled_card.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("four_nodes/network/pulled_card.c");
        let mut compile = Command::new("cc");
        compile
            .args([
                "-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o",
            ])
            .arg(&library)
            .arg(source)
            .arg("-ldl");
        run(compile, false)?;
        let file = self.node(node)?.directory.join("config.ini");
        let mut config = Ini::read(&file)?;
        config.set("security", "hsm_lib_path", &library.display().to_string())?;
        config.write(&file)?;
        Ok(())
    }

    /// Whether a text holds the card's password.
    pub(crate) fn holds_password(&self, text: &str) -> bool {
        fs::read_to_string(self.password_file()).is_ok_and(|password| text.contains(&password))
    }

    /// An SDK account whose key is in the same card, configured as the Java SDK is.
    pub(crate) fn account(&self) -> Result<Account, Box<dyn Error>> {
        let library = self.tools.library().display().to_string();
        let config = format!(
            "[cryptoMaterial]\nuseSMCrypto = \"true\"\nenableHsm = \"true\"\n\
             hsmLibPath = {library:?}\nhsmKeyIndex = \"{ACCOUNT}\"\nhsmPassword = \"\"\n"
        );
        let config = SdkConfig::parse("config.toml", &config)?;
        let options = CryptoOptions::default()
            .with_password(PasswordSource::File(self.password_file()))
            .with_dialect(Dialect::STANDARD.with_open(Open::WithPath(self.card())));
        Ok(Account::open(&config, &options)?)
    }

    /// Waits until a condition holds.
    pub(crate) fn wait(
        &self,
        what: &str,
        limit: Duration,
        mut condition: impl FnMut() -> bool,
    ) -> Result<Duration, String> {
        let start = Instant::now();
        while !condition() {
            if start.elapsed() > limit {
                let directory = self.directory.display();
                return Err(format!(
                    "not within {limit:?}: {what}; see the logs in {directory}"
                ));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(start.elapsed())
    }

    /// Waits until every running node is connected to so many others.
    pub(crate) fn wait_connected(&self, nodes: &[usize]) -> Result<(), Box<dyn Error>> {
        let others = nodes.len().saturating_sub(1);
        self.wait("the nodes are connected", START, || {
            nodes.iter().all(|node| {
                let node = self.node(*node);
                node.is_ok_and(|node| node.client.peers().is_ok_and(|peers| peers == others))
            })
        })?;
        Ok(())
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for node in &self.nodes {
            if let Some(process) = node.process() {
                process.kill();
            }
        }
    }
}

impl Node {
    /// Its process, if it runs.
    pub(crate) fn process(&self) -> Option<Process> {
        Process::in_directory(&self.directory)
    }

    /// Its log.
    pub(crate) fn log(&self) -> Result<String, Box<dyn Error>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(self.directory.join("log"))? {
            files.push(entry?.path());
        }
        files.sort();
        let mut log = String::new();
        for file in files {
            log.push_str(&String::from_utf8_lossy(&fs::read(file)?));
        }
        Ok(log)
    }

    /// The last line of its log that holds a text.
    pub(crate) fn last_line(&self, text: &str) -> Option<String> {
        let log = self.log().ok()?;
        let line = log.lines().rev().find(|line| line.contains(text))?;
        Some(line.to_owned())
    }

    pub(crate) fn height(&self) -> Option<u64> {
        self.client.height().ok()
    }
}

/// Signs a transaction of the test chain.
pub(crate) fn transaction<S: Signer + ?Sized>(
    account: &S,
    nonce: u64,
    limit: i64,
    input: &str,
) -> Result<(String, String), Box<dyn Error>> {
    let mut data = TransactionData::new("chain0", "group0", limit, nonce.to_string());
    // The ledger has no contracts, and the hash needs an address.
    data.to = format!("0x{}", "0".repeat(40));
    data.input = input.as_bytes().to_vec();
    let hash = base16ct::lower::encode_string(&data.hash());
    let encoded = Transaction::sign(data, account)?.encode()?;
    let encoded = base16ct::lower::encode_string(&encoded);
    Ok((format!("0x{hash}"), format!("0x{encoded}")))
}

fn run(mut command: Command, quiet: bool) -> Result<(), Box<dyn Error>> {
    if quiet {
        let output = command.output()?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("{command:?}: {}: {text}", output.status).into());
        }
        return Ok(());
    }
    let status = command.status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{command:?}: {status}").into())
    }
}

/// A password that nobody else knows, for a card that lives as long as its directory.
fn password() -> Result<String, Box<dyn Error>> {
    let mut bytes = [0; 16];
    sm_soft::random::fill(&mut bytes)?;
    Ok(base16ct::lower::encode_string(&bytes))
}

/// The first of so many free ports in a row, twice.
fn ports(count: u16) -> Result<(u16, u16), Box<dyn Error>> {
    let free = |first: u16| {
        let ports = first..first.saturating_add(count);
        let listeners = ports.map(|port| TcpListener::bind(("127.0.0.1", port)));
        listeners.collect::<Result<Vec<_>, _>>().is_ok()
    };
    let mut found = (30_300..60_000)
        .step_by(usize::from(count).max(1))
        .filter(|first| free(*first));
    match (found.next(), found.next()) {
        (Some(p2p), Some(rpc)) => Ok((p2p, rpc)),
        _ => Err("no free ports on 127.0.0.1".into()),
    }
}

/// The key index of the first node, and of the account.
const FIRST_INDEX: u32 = 43;
const ACCOUNT: u32 = 1;
const START: Duration = Duration::from_secs(60);
