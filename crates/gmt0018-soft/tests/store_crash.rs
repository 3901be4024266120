//! Kills a process that writes to a store, again and again, and looks for what it had reported as stored.
//!
//! `CRASH_ROUNDS` sets the number of rounds. A killed process loses what it had not handed to the operating system;
//! what a power failure adds to that (the order in which a disk writes) is not tested here.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use gmt0018_softcard::store::{Options, Store, StoreError};
use sm_soft::SecretKey;

const CHILD: &str = "GMT0018_CRASH_TEST_DIRECTORY";
const ROUNDS_PER_STORE: usize = 10;
const FILE: &[u8] = b"state";
const FILE_SIZE: usize = 5_000;

#[test]
fn nothing_reported_as_stored_is_lost() {
    let rounds = std::env::var("CRASH_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(20);
    let started = Instant::now();
    let mut total = Total::default();
    let mut round = 0;
    while round < rounds {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store");
        let mut expected = Expected::default();
        for _ in 0..ROUNDS_PER_STORE.min(rounds - round) {
            run_and_kill(&path, &mut expected);
            check(&path, &mut expected, &mut total);
            round += 1;
        }
        expected.check_every_key(&open(&path), &mut total);
    }
    let text = format!(
        "crash test: {rounds} rounds in {:?}, {total:?}\n",
        started.elapsed()
    );
    std::io::stderr().write_all(text.as_bytes()).unwrap();
    assert_eq!(total.keys_lost, 0);
    assert!(
        total.operations > rounds,
        "the children hardly ran: {total:?}"
    );
}

#[derive(Debug, Default)]
struct Total {
    operations: usize,
    keys_found: usize,
    keys_unlocked: usize,
    keys_lost: usize,
    files_checked: usize,
    left_overs_removed: usize,
}

/// What must be, or may be, in the store.
#[derive(Default)]
struct Expected {
    /// Index: private key in hex, if it was reported, and the passwords of which one must open it.
    keys: BTreeMap<u32, (Option<String>, Vec<String>)>,
    /// The contents of which one must be in the file; empty before it is known to exist.
    file: Vec<u8>,
    /// An insertion that was begun: it may have happened or not.
    begun: Option<(u32, String)>,
    touched: Vec<u32>,
    operations: usize,
}

impl Expected {
    /// Whether this was a report: libtest writes lines of its own, and the last report may have been cut off.
    fn learn_line(&mut self, line: &str) -> bool {
        let report = line
            .split_once("report: ")
            .and_then(|(_, rest)| rest.strip_suffix(" ."));
        report.map(|report| self.learn(report)).is_some()
    }

    fn learn(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let index = |text: &str| text.parse::<u32>().unwrap();
        match words[..] {
            ["inserting", at, password] => self.begun = Some((index(at), password.to_owned())),
            ["inserted", at, password, secret] => {
                self.begun = None;
                let key = (Some(secret.to_owned()), vec![password.to_owned()]);
                self.keys.insert(index(at), key);
                self.touch(index(at));
                self.operations += 1;
            }
            ["changing", at, new] => {
                self.keys
                    .get_mut(&index(at))
                    .unwrap()
                    .1
                    .push(new.to_owned());
                self.touch(index(at));
            }
            ["changed", at, new] => {
                self.keys.get_mut(&index(at)).unwrap().1 = vec![new.to_owned()];
                self.operations += 1;
            }
            ["writing", byte] => {
                if self.file.is_empty() {
                    self.file.push(0);
                }
                self.file.push(byte.parse().unwrap());
            }
            ["wrote", byte] => {
                self.file = vec![byte.parse().unwrap()];
                self.operations += 1;
            }
            _ => panic!("unexpected report {line:?}"),
        }
    }

    fn touch(&mut self, index: u32) {
        if !self.touched.contains(&index) {
            self.touched.push(index);
        }
    }

    /// Opens a key with one of its possible passwords.
    fn check_key(&mut self, store: &Store, index: u32, total: &mut Total) {
        let (secret, passwords) = self.keys.get_mut(&index).unwrap();
        let opened = passwords.iter().rev().find_map(|password| {
            match store.unlock(index, password.as_bytes()) {
                Ok(unlocked) => Some((password.clone(), unlocked.sign.unwrap())),
                Err(StoreError::WrongPassword { .. }) => None,
                Err(error) => panic!("key {index}: {error}"),
            }
        });
        let found = opened.as_ref().map(|(_, key)| hex(key));
        if found.is_none() || (secret.is_some() && *secret != found) {
            total.keys_lost += 1;
        }
        total.keys_unlocked += 1;
        *secret = found;
        *passwords = opened.into_iter().map(|(password, _)| password).collect();
    }

    fn check_every_key(&mut self, store: &Store, total: &mut Total) {
        for index in self.keys.keys().copied().collect::<Vec<_>>() {
            self.check_key(store, index, total);
        }
    }
}

fn run_and_kill(path: &Path, expected: &mut Expected) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "child_that_writes_until_it_is_killed",
            "--nocapture",
        ])
        .env(CHILD, path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let (sender, lines) = mpsc::channel();
    let reader = thread::spawn(move || {
        stdout
            .lines()
            .for_each(|line| sender.send(line.unwrap()).unwrap());
    });
    // After some reports, so that a busy machine gets as much done as an idle one, and then at any moment.
    let mut learnt = 0;
    let enough = random() % 24;
    while learnt < enough {
        let line = lines
            .recv_timeout(Duration::from_secs(60))
            .expect("the child reports");
        learnt += u64::from(expected.learn_line(&line));
    }
    thread::sleep(Duration::from_micros(random() % 8_000));
    child.kill().unwrap();
    assert!(
        !child.wait().unwrap().success(),
        "the child ended before it was killed"
    );
    reader.join().unwrap();
    lines.iter().for_each(|line| _ = expected.learn_line(&line));
}

fn check(path: &Path, expected: &mut Expected, total: &mut Total) {
    let before = left_overs(path);
    let store = open(path);
    assert_eq!(left_overs(path), 0, "temporary files remain");
    total.left_overs_removed += before;
    total.operations += std::mem::take(&mut expected.operations);
    let indexes = store.key_indexes().unwrap();
    if let Some((index, password)) = expected.begun.take().filter(|(at, _)| indexes.contains(at)) {
        expected.keys.insert(index, (None, vec![password]));
        expected.touched.push(index);
    }
    assert!(
        indexes
            .iter()
            .all(|index| expected.keys.contains_key(index)),
        "{indexes:?}"
    );
    for index in expected.keys.keys() {
        match store.key_pair(*index) {
            Ok(_) => total.keys_found += 1,
            Err(StoreError::KeyNotFound { .. }) => total.keys_lost += 1,
            Err(error) => panic!("key {index}: {error}"),
        }
    }
    for index in std::mem::take(&mut expected.touched) {
        expected.check_key(&store, index, total);
    }
    check_file(&store, expected);
    total.files_checked += 1;
    assert!(store.status().unwrap().damaged.is_empty());
}

/// The file has one of the contents that were written, and never a mix of two.
fn check_file(store: &Store, expected: &mut Expected) {
    match store.read_file(FILE, 0, u32::MAX) {
        Ok(content) => {
            assert_eq!(content.len(), FILE_SIZE);
            assert!(
                content.iter().all(|byte| *byte == content[0]),
                "a mix of two contents"
            );
            let possible = if expected.file.is_empty() {
                &[0][..]
            } else {
                &expected.file
            };
            assert!(
                possible.contains(&content[0]),
                "{} is none of {possible:?}",
                content[0]
            );
            expected.file = vec![content[0]];
        }
        Err(StoreError::FileNotFound) => assert!(expected.file.is_empty(), "the file is lost"),
        Err(error) => panic!("{error}"),
    }
}

/// Not a test of its own: what `nothing_reported_as_stored_is_lost` starts and kills.
#[test]
fn child_that_writes_until_it_is_killed() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    let store = open(Path::new(&path));
    let mut index = store
        .key_indexes()
        .unwrap()
        .last()
        .map_or(0, |last| last + 1);
    loop {
        let password = format!("password-{index}");
        report(&format!("inserting {index} {password}"));
        let secret = SecretKey::generate().unwrap();
        store
            .insert_key_pair(index, Some(secret.clone()), None, password.as_bytes())
            .unwrap();
        report(&format!("inserted {index} {password} {}", hex(&secret)));

        let new = format!("changed-{index}");
        report(&format!("changing {index} {new}"));
        store
            .change_password(index, password.as_bytes(), new.as_bytes())
            .unwrap();
        report(&format!("changed {index} {new}"));

        match store.create_file(FILE, u32::try_from(FILE_SIZE).unwrap()) {
            Ok(()) | Err(StoreError::FileExists) => {}
            Err(error) => panic!("{error}"),
        }
        let byte = random().to_le_bytes()[0];
        report(&format!("writing {byte}"));
        store.write_file(FILE, 0, &[byte; FILE_SIZE]).unwrap();
        report(&format!("wrote {byte}"));
        index += 1;
    }
}

fn report(text: &str) {
    // One write, so that a kill cuts a line rather than two; the dot tells a whole line.
    std::io::stdout()
        .write_all(format!("report: {text} .\n").as_bytes())
        .unwrap();
    std::io::stdout().flush().unwrap();
}

fn open(path: &Path) -> Store {
    Store::open_or_create(path, Options::default().with_iterations(1_000)).unwrap()
}

fn left_overs(path: &Path) -> usize {
    let Ok(entries) = fs::read_dir(path) else {
        return 0;
    };
    entries
        .filter(|entry| {
            entry
                .as_ref()
                .unwrap()
                .file_name()
                .to_string_lossy()
                .starts_with('.')
        })
        .count()
}

fn hex(key: &SecretKey) -> String {
    key.to_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn random() -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    u64::from_le_bytes(bytes)
}
