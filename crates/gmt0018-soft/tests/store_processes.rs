//! Several processes, threads and handles on one store.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gmt0018_softcard::store::{Options, Store, StoreError};
use sm_soft::SecretKey;

const PASSWORD: &[u8] = b"12345678";
const WRONG: &[u8] = b"wrong password";
const TASK: &str = "GMT0018_STORE_TEST_TASK";
const DIRECTORY: &str = "GMT0018_STORE_TEST_DIRECTORY";

fn create(path: &Path) -> Store {
    Store::create(path, Options::default().with_iterations(1_000)).unwrap()
}

fn key() -> Option<SecretKey> {
    Some(SecretKey::generate().unwrap())
}

/// Starts this program again with one task of `child`.
fn start(task: &str, directory: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env(TASK, task)
        .env(DIRECTORY, directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Not a test of its own: what the other tests start in another process.
#[test]
fn child() {
    let (Ok(task), Some(directory)) = (std::env::var(TASK), std::env::var_os(DIRECTORY)) else {
        return;
    };
    let directory = Path::new(&directory);
    let words: Vec<&str> = task.split(' ').collect();
    match words[..] {
        ["lock"] => {
            let lock = File::open(directory.join("lock")).unwrap();
            lock.lock().unwrap();
            println!("\nlocked");
            std::io::stdin().read_line(&mut String::new()).unwrap();
        }
        ["insert", from] => {
            let store = Store::open(directory).unwrap();
            let from: u32 = from.parse().unwrap();
            for index in from..from + 20 {
                store.insert_key_pair(index, key(), None, PASSWORD).unwrap();
            }
            match store.insert_key_pair(4_000, key(), None, PASSWORD) {
                Ok(()) => println!("\nwon"),
                Err(StoreError::KeyExists { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        ["guess", times] => {
            let store = Store::open(directory).unwrap();
            for _ in 0..times.parse().unwrap() {
                let wrong = store.unlock(1, WRONG).unwrap_err();
                assert!(matches!(wrong, StoreError::WrongPassword { .. }), "{wrong}");
            }
        }
        ["create"] => {
            let options = Options::default().with_iterations(1_000);
            println!(
                "\nserial {}",
                Store::open_or_create(directory, options).unwrap().serial()
            );
        }
        _ => panic!("no such task: {task}"),
    }
}

fn output(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_lock_held_by_another_process_is_waited_for_and_then_named() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(directory.path());
    store.insert_key_pair(1, key(), None, PASSWORD).unwrap();
    let mut holder = start("lock", directory.path());
    let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "locked"));

    let started = Instant::now();
    let refused = store.insert_kek(1, &[0; 16]).unwrap_err();
    let waited = started.elapsed();
    assert!(
        matches!(&refused, StoreError::Locked { file, .. } if file.ends_with("lock")),
        "{refused}"
    );
    assert!((4..8).contains(&waited.as_secs()), "{waited:?}");
    // Reading does not wait.
    store.key_pair(1).unwrap();
    Store::open(directory.path()).unwrap();

    // The lock ends with its process, however that ends.
    let waiting = thread::spawn(move || store.insert_kek(1, &[0; 16]));
    thread::sleep(Duration::from_millis(100));
    holder.kill().unwrap();
    holder.wait().unwrap();
    waiting.join().unwrap().unwrap();
}

#[test]
fn two_processes_insert_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(directory.path());
    let children = [
        start("insert 0", directory.path()),
        start("insert 100", directory.path()),
    ];
    let winners = children.map(|child| output(child).lines().filter(|line| *line == "won").count());
    assert_eq!(winners.iter().sum::<usize>(), 1, "{winners:?}");
    let expected: Vec<u32> = (0..20).chain(100..120).chain([4_000]).collect();
    assert_eq!(store.key_indexes().unwrap(), expected);
    for index in expected {
        store.unlock(index, PASSWORD).unwrap();
    }
}

#[test]
fn wrong_passwords_are_counted_across_processes() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(directory.path());
    store.insert_key_pair(1, key(), None, PASSWORD).unwrap();
    store.unlock(1, WRONG).unwrap_err();
    output(start("guess 1", directory.path()));
    let wrong = Store::open(directory.path())
        .unwrap()
        .unlock(1, WRONG)
        .unwrap_err();
    assert!(
        matches!(wrong, StoreError::WrongPassword { attempts: 3, .. }),
        "{wrong}"
    );

    // All at once: each is counted, and they wait for one another.
    let started = Instant::now();
    let children = [(); 3].map(|()| start("guess 1", directory.path()));
    children.into_iter().for_each(|child| drop(output(child)));
    assert!(
        started.elapsed() >= Duration::from_millis(100 + 200 + 400),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(store.status().unwrap().keys[0].failed_attempts, 6);
    store.unlock(1, PASSWORD).unwrap();
    assert_eq!(store.status().unwrap().keys[0].failed_attempts, 0);
}

#[test]
fn one_store_is_made_by_many_processes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("new/store");
    let children = [(); 4].map(|()| start("create", &path));
    let serials = children.map(|child| {
        let text = output(child);
        text.lines()
            .find(|line| line.starts_with("serial "))
            .unwrap()
            .to_owned()
    });
    assert!(
        serials.iter().all(|serial| *serial == serials[0]),
        "{serials:?}"
    );
}

#[test]
fn two_handles_in_one_process_see_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let (one, two) = (
        create(directory.path()),
        Store::open(directory.path()).unwrap(),
    );
    one.insert_key_pair(1, key(), None, PASSWORD).unwrap();
    let stamp = two.stamp(1).unwrap();
    assert!(stamp.is_some());
    two.change_password(1, PASSWORD, b"new password").unwrap();
    assert_ne!(one.stamp(1).unwrap(), stamp);
    one.unlock(1, b"new password").unwrap();
    one.remove_key_pair(1, b"new password").unwrap();
    assert!(matches!(
        two.key_pair(1),
        Err(StoreError::KeyNotFound { .. })
    ));
    thread::scope(|scope| {
        for (offset, store) in [&one, &two, &one, &two].into_iter().enumerate() {
            scope.spawn(move || {
                for index in (0..40).skip(offset).step_by(4) {
                    store.insert_key_pair(index, key(), None, PASSWORD).unwrap();
                }
            });
        }
    });
    assert_eq!(one.key_indexes().unwrap().len(), 40);
}

#[test]
fn a_backup_while_others_write_is_of_one_moment() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    let store = create(&path);
    store.create_file(b"left", 4).unwrap();
    store.insert_key_pair(1, key(), None, PASSWORD).unwrap();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let writer = Store::open(&path).unwrap();
            let mut index = 2;
            while !stop.load(Ordering::Relaxed) {
                // The key comes first: a copy with file N has key N.
                writer
                    .insert_key_pair(index, key(), None, PASSWORD)
                    .unwrap();
                writer.write_file(b"left", 0, &index.to_be_bytes()).unwrap();
                index += 1;
            }
        });
        for round in 0..10 {
            let target = directory.path().join(format!("copy-{round}"));
            let report = store.backup(&target).unwrap();
            assert!(report.damaged.is_empty());
            let copy = Store::open(&target).unwrap();
            assert_eq!(copy.serial(), store.serial());
            let number = copy.read_file(b"left", 0, 4).unwrap();
            let number = u32::from_be_bytes(number[..].try_into().unwrap());
            let last = *copy.key_indexes().unwrap().last().unwrap();
            assert!(
                last == number || last == number + 1 || number == 0,
                "{last} {number}"
            );
            copy.unlock(last, PASSWORD).unwrap();
            assert!(copy.status().unwrap().exposed.is_empty());
        }
        stop.store(true, Ordering::Relaxed);
        writer.join().unwrap();
    });
    let again = store.backup(&directory.path().join("copy-0")).unwrap_err();
    assert!(matches!(again, StoreError::AlreadyExists { .. }), "{again}");
    let nowhere = store
        .backup(&directory.path().join("no/such/directory"))
        .unwrap_err();
    assert!(matches!(nowhere, StoreError::Io { .. }), "{nowhere}");
    let left: Vec<_> = fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_backup_of_a_store_in_memory_is_a_store_on_disk() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::ephemeral(Options::default().with_iterations(1_000)).unwrap();
    store.insert_key_pair(1, key(), key(), PASSWORD).unwrap();
    store.insert_kek(1, &[5; 16]).unwrap();
    store.create_file(b"name", 3).unwrap();
    let report = store.backup(&directory.path().join("copy")).unwrap();
    let copy = Store::open(&report.directory).unwrap();
    assert_eq!(copy.key_pair(1).unwrap(), store.key_pair(1).unwrap());
    assert_eq!(*copy.kek(1).unwrap(), [5; 16]);
    copy.unlock(1, PASSWORD).unwrap();
}
