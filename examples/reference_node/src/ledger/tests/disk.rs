use std::{
    io::{self, BufRead as _, BufReader},
    process::{Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
};

use redb::{StorageBackend, backends::InMemoryBackend};

use super::*;

#[test]
fn a_ledger_comes_back_as_it_was() {
    let mut chain = Chain::new(1);
    let block = chain.grow(&["a=1", "bad"]);
    let seal = SealerSignature::sign(&block.header, 0, &chain.sealers[0]).unwrap();
    chain.ledger.add_seals(1, &[seal]).unwrap();
    let tip = chain.ledger.tip();

    let error = Ledger::open(&chain.settings.data, &chain.settings).unwrap_err();
    assert!(error.to_string().contains("in use by another process"));
    let Chain { ledger, .. } = chain;
    drop(ledger);
    chain.ledger = Ledger::open(&chain.settings.data, &chain.settings).unwrap();
    assert_eq!(chain.ledger.tip(), tip);
    assert_eq!(chain.ledger.last_sealed(), 1);
    assert_eq!(chain.ledger.transaction_count(), 2);
    assert_eq!(chain.ledger.failed_count(), 1);
    assert_eq!(chain.ledger.get("a").unwrap().unwrap(), b"1");
    // The state root goes on from where it was.
    chain.grow(&["a=2"]);
}

#[test]
fn the_ledger_of_another_chain_is_refused() {
    let chain = Chain::new(1);
    let Chain {
        mut files,
        settings,
        ledger,
        ..
    } = chain;
    drop(ledger);
    files.change_genesis("chain_id=chain0", "chain_id=chain1");
    let other = files.read().unwrap();
    let error = Ledger::open(&other.data, &other).unwrap_err();
    assert!(error.to_string().contains("is that of another chain"));
    Ledger::open(&settings.data, &settings).unwrap();
}

#[test]
fn what_is_no_ledger_is_an_error() {
    let chain = Chain::new(1);
    let directory = chain.files.path().join("broken");
    std::fs::create_dir(&directory).unwrap();
    std::fs::write(directory.join("ledger.redb"), [7; 10_000]).unwrap();
    assert!(Ledger::open(&directory, &chain.settings).is_err());
    let file = chain.files.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Ledger::open(&file, &chain.settings).unwrap_err();
    assert!(matches!(error, LedgerError::Directory { .. }), "{error}");
}

/// A disk with room for this many more bytes.
#[derive(Debug)]
struct Disk {
    memory: InMemoryBackend,
    room: Arc<AtomicU64>,
}

impl Disk {
    fn take(&self, bytes: u64) -> io::Result<()> {
        let taken = self
            .room
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |room| {
                room.checked_sub(bytes)
            });
        taken
            .map(|_| ())
            .map_err(|_| io::ErrorKind::StorageFull.into())
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.memory.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.memory.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.take(len.saturating_sub(self.memory.len()?))?;
        self.memory.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.memory.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.take(data.len() as u64)?;
        self.memory.write(offset, data)
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let chain = Chain::new(1);
    let mut committed = 0;
    // Wherever the room ends, in making the ledger or in one of the commits.
    for room in (0..40).map(|step| 1_500_000 + step * 40_000) {
        let disk = Disk {
            memory: InMemoryBackend::new(),
            room: Arc::new(AtomicU64::new(room)),
        };
        let opened =
            Store::with_backend(disk).and_then(|store| Ledger::with_store(store, &chain.settings));
        let Ok(ledger) = opened else {
            continue;
        };
        let error = (1..).find_map(|nonce| {
            let line = |key| format!("k{key}={}", "v".repeat(1000));
            let input = (0..10).map(line).collect::<Vec<_>>().join("\n");
            let transactions = vec![transaction(&chain.account, nonce, &input)];
            let before = ledger.tip();
            let block = match ledger.propose(transactions, 0, now()) {
                Ok(block) => block,
                Err(error) => return Some(error),
            };
            let result = ledger.commit(&block);
            committed += usize::from(result.is_ok());
            if result.is_err() {
                assert_eq!(ledger.tip(), before);
            }
            result.err()
        });
        let error = error.unwrap();
        assert!(matches!(error, LedgerError::Storage(_)), "{error}");
    }
    assert!(committed > 10, "{committed}");
}

/// The child process of the next test: commits blocks until it is killed. Without its variable it has nothing to do.
#[test]
fn child_that_commits() {
    let Some(directory) = std::env::var_os("REFERENCE_NODE_TEST_CHILD") else {
        return;
    };
    let directory = Path::new(&directory);
    let settings = Settings::read(
        &directory.join("config.ini"),
        &directory.join("config.genesis"),
    )
    .unwrap();
    let ledger = Ledger::open(&settings.data, &settings).unwrap();
    let account = SoftKey::generate().unwrap();
    for nonce in 0.. {
        let number = ledger.tip().number + 1;
        let mut data = data(nonce, &format!("last={number}"));
        data.block_limit = i64::try_from(number).unwrap();
        let transactions = vec![signed(&account, data)];
        let block = ledger.propose(transactions, 0, now()).unwrap();
        assert_eq!(block.transactions.len(), 1);
        ledger.commit(&block).unwrap();
        println!("{COMMITTED}{number}");
    }
}

/// What the child says before the number of a block.
const COMMITTED: &str = "committed ";

#[test]
fn a_killed_process_leaves_the_last_block() {
    let Chain {
        files,
        settings,
        ledger,
        ..
    } = Chain::new(1);
    drop(ledger);
    let mut last = 0;
    for round in 0..4 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture"])
            .arg("ledger::tests::disk::child_that_commits")
            .env("REFERENCE_NODE_TEST_CHILD", files.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let numbers = lines.filter_map(|line| {
            let line = line.ok()?;
            let (_, number) = line.split_once(COMMITTED)?;
            number.parse::<u64>().ok()
        });
        let said = numbers.take(20 + 7 * round).last().unwrap();
        // SIGKILL, wherever in a later commit it is.
        child.kill().unwrap();
        child.wait().unwrap();

        let ledger = Ledger::open(&settings.data, &settings).unwrap();
        let tip = ledger.tip();
        assert!(tip.number >= said, "{} after {said}", tip.number);
        assert!(said > last);
        last = tip.number;
        // Header, body, receipts and state are those of the same block.
        let header = ledger.header(last).unwrap().unwrap();
        assert_eq!(header.data.hash(), tip.hash);
        assert_eq!(
            ledger.get("last").unwrap().unwrap(),
            last.to_string().as_bytes()
        );
        assert_eq!(ledger.transaction_count(), last);
        assert_eq!(ledger.header(last + 1).unwrap(), None);
        let bytes = ledger.block_bytes(last).unwrap().unwrap();
        let block = Block::decode(&bytes).unwrap();
        let hash = Transaction::decode(&block.transactions[0]).unwrap();
        let receipt = ledger.receipt(&hash.data.hash()).unwrap().unwrap();
        assert_eq!(receipt.block_number, last);
        assert_eq!(block.transactions.len(), 1);
    }
}
