use std::{
    env, fs, io,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use super::{state::Hook, *};

/// Counts its signatures, each of which is its e twice: the guard must not care which signer it has.
#[derive(Debug, Default)]
struct Counter(AtomicU32);

const KEY: PublicKey = PublicKey::from_bytes(&[9; 64]);

impl Signer for Counter {
    fn public_key(&self) -> &PublicKey {
        &KEY
    }

    fn sign(&self, e: &Prehash) -> Result<Signature, Error> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Signature::from_r_s(e.as_bytes(), e.as_bytes()))
    }
}

#[derive(Debug)]
struct Broken;

impl Signer for Broken {
    fn public_key(&self) -> &PublicKey {
        &KEY
    }

    fn sign(&self, _: &Prehash) -> Result<Signature, Error> {
        Err(Error::new(
            sm2_signing::ErrorKind::Device,
            "the card is gone",
        ))
    }
}

const fn place(height: u64, round: u64, step: u8) -> Position {
    Position {
        height,
        round,
        step,
    }
}

fn vote(byte: u8) -> Prehash {
    Prehash::from_bytes(&[byte; 32])
}

fn create(path: &Path) -> Guard<Counter> {
    Guard::create(path, Counter::default()).unwrap()
}

fn open(path: &Path) -> Guard<Counter> {
    Guard::open(path, Counter::default()).unwrap()
}

fn signatures(guard: &Guard<Counter>) -> u32 {
    guard.signer.0.load(Ordering::Relaxed)
}

fn set_hook(guard: &Guard<Counter>, hook: Hook) {
    guard.state.lock().unwrap().hook = hook;
}

#[test]
fn votes_move_forward_and_are_never_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("votes");
    let guard = create(&path);
    assert_eq!(guard.last(), None);
    let order = [
        place(5, 0, 1),
        place(5, 0, 2),
        place(5, 1, 1),
        place(6, 0, 1),
    ];
    for at in order {
        let signature = guard.sign_vote(at, &vote(1)).unwrap();
        assert_eq!(signature.r(), vote(1).as_bytes());
        // The same vote is signed again, another one never.
        guard.at(at).sign(&vote(1)).unwrap();
        let error = guard.sign_vote(at, &vote(2)).unwrap_err();
        assert!(
            matches!(error, GuardError::Conflict { place } if place == at),
            "{error}"
        );
    }
    for at in &order[..3] {
        let error = guard.sign_vote(*at, &vote(1)).unwrap_err();
        assert!(
            matches!(error, GuardError::Past { place, .. } if place == *at),
            "{error}"
        );
    }
    assert_eq!(signatures(&guard), 8);
    drop(guard);
    // It remembers.
    let guard = open(&path);
    assert_eq!(guard.last(), Some(place(6, 0, 1)));
    guard.sign_vote(place(6, 0, 1), &vote(2)).unwrap_err();
    guard.sign_vote(place(6, 0, 1), &vote(1)).unwrap();
    let error = guard.at(place(5, 0, 1)).sign(&vote(1)).unwrap_err();
    assert_eq!(error.kind(), sm2_signing::ErrorKind::Input);
    assert!(error.cause().is::<GuardError>());
}

#[test]
fn file_has_one_owner() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("votes");
    let absent = Guard::open(&path, Counter::default()).unwrap_err();
    assert!(matches!(absent, GuardError::Missing(_)), "{absent}");
    let guard = create(&path);
    for error in [
        Guard::open(&path, Counter::default()).unwrap_err(),
        Guard::create(&path, Counter::default()).unwrap_err(),
    ] {
        assert!(matches!(error, GuardError::Owned(_)), "{error}");
    }
    #[cfg(unix)]
    {
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let error = Guard::open(&link, Counter::default()).unwrap_err();
        assert!(matches!(error, GuardError::Owned(_)), "{error}");
    }
    drop(guard);
    let there = Guard::create(&path, Counter::default()).unwrap_err();
    assert!(matches!(there, GuardError::Exists(_)), "{there}");
    open(&path);
}

#[test]
fn damaged_and_foreign_files_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("votes");
    create(&path).sign_vote(place(1, 0, 0), &vote(1)).unwrap();
    let good = fs::read(&path).unwrap();
    for bytes in [
        &b""[..],
        b"\0",
        &good[..good.len() - 1],
        &[good.as_slice(), &good].concat(),
        &vec![b'a'; 100 << 20],
    ] {
        fs::write(&path, bytes).unwrap();
        let error = Guard::open(&path, Counter::default()).unwrap_err();
        assert!(matches!(error, GuardError::Damaged { .. }), "{error}");
    }
    let other = Record::new(PublicKey::from_bytes(&[8; 64]));
    fs::write(&path, other.encode()).unwrap();
    let error = Guard::open(&path, Counter::default()).unwrap_err();
    assert!(matches!(error, GuardError::OtherKey { .. }), "{error}");
    let error = Guard::open(directory.path(), Counter::default()).unwrap_err();
    assert!(matches!(error, GuardError::Io { .. }), "{error}");
    let error =
        Guard::create(directory.path().join("no/such/votes"), Counter::default()).unwrap_err();
    assert!(matches!(error, GuardError::Io { .. }), "{error}");
}

#[test]
fn vote_of_a_broken_signer_can_be_tried_again_and_not_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("votes");
    let guard = Guard::create(&path, Broken).unwrap();
    let error = guard.at(place(1, 0, 0)).sign(&vote(1)).unwrap_err();
    assert_eq!(error.to_string(), "device failed: the card is gone");
    let error = guard.sign_vote(place(1, 0, 0), &vote(2)).unwrap_err();
    assert!(matches!(error, GuardError::Conflict { .. }), "{error}");
    drop(guard);
    let guard = open(&path);
    guard.sign_vote(place(1, 0, 0), &vote(2)).unwrap_err();
    guard.sign_vote(place(1, 0, 0), &vote(1)).unwrap();
}

#[test]
fn threads_get_one_vote_between_them() {
    let directory = tempfile::tempdir().unwrap();
    let guard = create(&directory.path().join("votes"));
    let signed = thread::scope(|scope| {
        let guard = &guard;
        let threads = [1, 2, 3, 4]
            .map(|byte| scope.spawn(move || guard.sign_vote(place(1, 0, 0), &vote(byte)).is_ok()));
        threads.map(|thread| thread.join().unwrap())
    });
    assert_eq!(signed.iter().filter(|signed| **signed).count(), 1);
}

/// A hook that fails at one step as a full disk does.
macro_rules! full_at {
    ($($step:ident),*) => {
        [$((Step::$step, (|step| match step {
            Step::$step => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }) as Hook)),*]
    };
}

#[test]
fn full_disk_means_no_signature() {
    for (step, hook) in full_at!(Create, WriteFirst, WriteSecond, Sync, Rename, SyncDirectory) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("votes");
        let guard = create(&path);
        guard.sign_vote(place(1, 0, 0), &vote(1)).unwrap();
        set_hook(&guard, hook);
        let error = guard.sign_vote(place(2, 0, 0), &vote(1)).unwrap_err();
        assert!(
            matches!(error, GuardError::NotStored { .. }),
            "{step:?}: {error}"
        );
        assert_eq!(signatures(&guard), 1, "{step:?}");
        // What was signed before can be signed again, and stays protected.
        guard.sign_vote(place(1, 0, 0), &vote(1)).unwrap();
        guard.sign_vote(place(1, 0, 0), &vote(2)).unwrap_err();
        // With room on the disk votes go on; none left for this place before.
        set_hook(&guard, |_| Ok(()));
        guard.sign_vote(place(2, 0, 0), &vote(2)).unwrap();
        drop(guard);
        assert_eq!(open(&path).last(), Some(place(2, 0, 0)), "{step:?}");
    }
}

/// Stops the process before a step, as a crash does: nothing is cleaned up.
macro_rules! crash_at {
    ($($step:ident),*) => {
        [$((Step::$step, (|step| match step {
            Step::$step => process::abort(),
            _ => Ok(()),
        }) as Hook)),*]
    };
}

const CRASHES: [(Step, Hook); 8] = crash_at!(
    Create,
    WriteFirst,
    WriteSecond,
    Sync,
    Rename,
    SyncDirectory,
    Sign,
    Release
);
const CHILD: &str = "FISCO_NODE_GUARD_CHILD";

#[test]
fn crash_before_any_step_contradicts_nothing() {
    for (number, (step, _)) in CRASHES.iter().enumerate() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("votes");
        create(&path).sign_vote(place(1, 0, 0), &vote(1)).unwrap();
        let output = child(&format!("{number}"), &path).output().unwrap();
        assert!(
            !output.status.success(),
            "{step:?}: the child did not crash"
        );
        let released = String::from_utf8_lossy(&output.stdout).contains("released");
        assert!(!released, "{step:?}");
        let guard = open(&path);
        let voted = guard.last() == Some(place(2, 0, 0));
        // From the rename on the vote may be on the disk, and from the signer on it must be.
        match step {
            Step::Sign | Step::Release => assert!(voted, "{step:?}"),
            Step::SyncDirectory => {}
            _ => assert!(!voted, "{step:?}"),
        }
        guard.sign_vote(place(1, 0, 0), &vote(2)).unwrap_err();
        let other = guard.sign_vote(place(2, 0, 0), &vote(2));
        assert_eq!(other.is_err(), voted, "{step:?}");
        let same = guard.sign_vote(place(2, 0, 0), &vote(1));
        assert_eq!(same.is_ok(), voted, "{step:?}");
        let names = fs::read_dir(directory.path()).unwrap();
        assert_eq!(names.count(), 2, "{step:?}: something was left behind");
    }
}

#[test]
fn no_released_vote_is_forgotten_by_a_killed_process() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("votes");
    drop(create(&path));
    let mut total = 0;
    for round in 0..10 {
        let mut process = child("run", &path).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let reader = thread::spawn(move || {
            let heights = lines.map_while(Result::ok).filter_map(|line| {
                let (_, height) = line.split_once("released ")?;
                height.strip_suffix(" .")?.parse::<u64>().ok()
            });
            heights.fold((0, 0), |(count, _), height| (count + 1, height))
        });
        thread::sleep(Duration::from_millis(100 + 23 * round));
        process.kill().unwrap();
        process.wait().unwrap();
        let (count, last) = reader.join().unwrap();
        total += count;
        let guard = open(&path);
        assert!(guard.last().map_or(0, |last| last.height) >= last);
        if last > 0 {
            let error = guard.sign_vote(place(last, 0, 0), &vote(0xEE)).unwrap_err();
            let refused = matches!(error, GuardError::Conflict { .. } | GuardError::Past { .. });
            assert!(refused, "{error}");
        }
    }
    assert!(total > 0, "the children never voted");
}

/// The limit on the size of files is a disk that is really full.
#[cfg(unix)]
#[test]
fn file_that_cannot_grow_means_no_signature() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("votes");
    create(&path).sign_vote(place(1, 0, 0), &vote(1)).unwrap();
    let test = child("full", &path);
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""]);
    shell.arg(test.get_program()).args(test.get_args());
    shell.envs(
        test.get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let output = shell.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("refused, 0 signatures"), "{text}");
    assert_eq!(open(&path).last(), Some(place(1, 0, 0)));
}

fn child(what: &str, path: &Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "guard::tests::child_process", "--nocapture"]);
    command.env(CHILD, what).env("FISCO_NODE_GUARD_FILE", path);
    command.stderr(Stdio::null());
    command
}

/// What the tests above start as another process; without them there is nothing to do.
#[test]
fn child_process() {
    let Ok(what) = env::var(CHILD) else {
        return;
    };
    let path = env::var_os("FISCO_NODE_GUARD_FILE").unwrap();
    let guard = open(Path::new(&path));
    match what.as_str() {
        "run" => {
            let next = guard.last().map_or(0, |last| last.height) + 1;
            for height in next.. {
                guard.sign_vote(place(height, 0, 0), &vote(1)).unwrap();
                let mut output = io::stdout().lock();
                writeln!(output, "released {height} .").unwrap();
                output.flush().unwrap();
            }
        }
        "full" => {
            let error = guard.sign_vote(place(2, 0, 0), &vote(1)).unwrap_err();
            assert!(matches!(error, GuardError::NotStored { .. }), "{error}");
            println!("refused, {} signatures", signatures(&guard));
        }
        number => {
            let (_, hook) = CRASHES[number.parse::<usize>().unwrap()];
            set_hook(&guard, hook);
            guard.sign_vote(place(2, 0, 0), &vote(1)).unwrap();
            println!("released");
        }
    }
}
