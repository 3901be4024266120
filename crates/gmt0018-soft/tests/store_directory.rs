//! Directories that are missing, foreign, read-only, forbidden or full.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use gmt0018_softcard::store::{Options, Store, StoreError};
use sm_soft::SecretKey;

const PASSWORD: &[u8] = b"12345678";
const FORBIDDEN: &str = "GMT0018_STORE_TEST_FORBIDDEN";

fn light() -> Options {
    Options::default().with_iterations(1_000)
}

fn key() -> Option<SecretKey> {
    Some(SecretKey::generate().unwrap())
}

fn skipped(why: &str) {
    // Past the test harness, which would swallow `eprintln!`.
    std::io::stderr()
        .write_all(format!("skipped: {why}\n").as_bytes())
        .unwrap();
}

#[test]
fn a_new_store_is_private_and_named_by_its_serial() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("some/where/store");
    let store = Store::create(&path, light()).unwrap();
    store.insert_key_pair(1, key(), None, PASSWORD).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    for entry in fs::read_dir(&path).unwrap() {
        let entry = entry.unwrap().path();
        assert_eq!(mode(&entry), 0o600, "{}", entry.display());
    }
    assert_eq!(store.serial().len(), 16);
    assert!(store.serial().bytes().all(|byte| byte.is_ascii_digit()));
    let opened = Store::open(&path).unwrap();
    assert_eq!(opened.serial(), store.serial());
    assert_eq!(opened.directory(), Some(&*path));
    assert_ne!(Store::ephemeral(light()).unwrap().serial(), store.serial());
    let status = opened.status().unwrap();
    assert_eq!((status.keys.len(), status.keys[0].pair.index), (1, 1));
    assert!(status.exposed.is_empty());
    fs::set_permissions(path.join("device"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(opened.status().unwrap().exposed, ["device"]);
}

#[test]
fn missing_foreign_and_existing_directories_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    let missing = |path: &Path| {
        let refused = Store::open(path).unwrap_err();
        assert!(matches!(refused, StoreError::Missing { .. }), "{refused}");
    };
    missing(&path);
    fs::create_dir(&path).unwrap();
    missing(&path);
    fs::write(path.join("notes.txt"), b"mine").unwrap();
    missing(&path);
    missing(&path.join("notes.txt"));
    let nowhere = Store::open("").unwrap_err();
    assert!(matches!(nowhere, StoreError::Io { .. }), "{nowhere}");
    for refused in [
        Store::create(&path, light()),
        Store::open_or_create(&path, light()),
    ] {
        let refused = refused.unwrap_err();
        assert!(matches!(refused, StoreError::NotAStore { .. }), "{refused}");
    }
    assert_eq!(
        fs::read_dir(&path).unwrap().count(),
        1,
        "the directory was touched"
    );

    fs::remove_file(path.join("notes.txt")).unwrap();
    let store = Store::create(&path, light()).unwrap();
    let again = Store::create(&path, light()).unwrap_err();
    assert!(matches!(again, StoreError::AlreadyExists { .. }), "{again}");
    assert_eq!(
        Store::open_or_create(&path, light()).unwrap().serial(),
        store.serial()
    );
}

#[test]
fn what_a_killed_process_leaves_is_removed_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    // Killed while the store was made.
    fs::write(directory.path().join("lock"), b"").unwrap();
    fs::write(directory.path().join(".tmp-a1b2c3"), b"half a dev").unwrap();
    let store = Store::open_or_create(directory.path(), light()).unwrap();
    store.insert_key_pair(1, key(), None, PASSWORD).unwrap();
    // Killed while a key was written.
    fs::write(directory.path().join(".tmp-d4e5f6"), b"half a key").unwrap();
    fs::write(directory.path().join("notes.txt"), b"mine").unwrap();
    let store = Store::open(directory.path()).unwrap();
    store.unlock(1, PASSWORD).unwrap();
    let mut names: Vec<_> = fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["device", "key-0001", "lock", "notes.txt"]);
}

#[test]
fn a_full_disk_is_named_and_costs_nothing() {
    let Some(disk) = Mounted::new("tmpfs", &["-o", "size=96k"]) else {
        return skipped("a full disk cannot be made without the right to mount");
    };
    let path = disk.0.join("store");
    let store = Store::create(&path, light()).unwrap();
    let sign = key();
    store
        .insert_key_pair(1, sign.clone(), None, PASSWORD)
        .unwrap();
    store.create_file(b"name", 8_000).unwrap();
    store.write_file(b"name", 0, &[1; 8_000]).unwrap();
    let filler = disk.0.join("filler");
    let mut file = fs::File::create(&filler).unwrap();
    while file.write_all(&[0; 1024]).is_ok() {}
    drop(file);

    for refused in [
        store.insert_key_pair(2, key(), None, PASSWORD),
        store.insert_kek(1, &[0; 16]),
        store.create_file(b"other", 10),
        store.write_file(b"name", 0, &[2; 8_000]),
        store.change_password(1, PASSWORD, b"new password"),
        // A try that cannot be counted is not checked.
        store.unlock(1, PASSWORD).map(drop),
        store.backup(&disk.0.join("copy")).map(drop),
    ] {
        let refused = refused.unwrap_err();
        assert!(matches!(refused, StoreError::Full { .. }), "{refused}");
    }
    assert_eq!(
        store.key_pair(1).unwrap().sign,
        sign.map(|key| key.public_key())
    );
    assert_eq!(**store.read_file(b"name", 0, 8_000).unwrap(), [1; 8_000]);
    assert!(!disk.0.join("copy").exists());

    fs::remove_file(filler).unwrap();
    store.unlock(1, PASSWORD).unwrap();
    store.insert_key_pair(2, key(), None, PASSWORD).unwrap();
    assert!(fs::read_dir(&path).unwrap().all(|entry| {
        !entry
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with(".tmp-")
    }));
}

#[test]
fn a_read_only_store_can_be_read_and_says_why_it_cannot_be_written() {
    let Some(disk) = Mounted::new("tmpfs", &["-o", "size=1m"]) else {
        return skipped("a read-only file system cannot be made without the right to mount");
    };
    let path = disk.0.join("store");
    let store = Store::create(&path, light()).unwrap();
    store.insert_key_pair(1, key(), None, PASSWORD).unwrap();
    store.insert_kek(1, &[3; 16]).unwrap();
    store.create_file(b"name", 8).unwrap();
    fs::write(path.join(".tmp-left"), b"").unwrap();
    assert!(run(
        "mount",
        ["-o".as_ref(), "remount,ro".as_ref(), disk.0.as_os_str()]
    ));

    let store = Store::open(&path).unwrap();
    for refused in [
        store.insert_key_pair(2, key(), None, PASSWORD),
        store.remove_kek(1),
        store.write_file(b"name", 0, b"x"),
        store.unlock(1, PASSWORD).map(drop),
        Store::create(disk.0.join("new"), light()).map(drop),
        store.backup(&disk.0.join("copy")).map(drop),
    ] {
        let refused = refused.unwrap_err();
        assert!(matches!(refused, StoreError::ReadOnly { .. }), "{refused}");
    }
    store.key_pair(1).unwrap();
    assert_eq!(*store.kek(1).unwrap(), [3; 16]);
    assert_eq!(**store.read_file(b"name", 0, 8).unwrap(), [0; 8]);
    let elsewhere = tempfile::tempdir().unwrap();
    let report = store.backup(&elsewhere.path().join("copy")).unwrap();
    Store::open(report.directory)
        .unwrap()
        .unlock(1, PASSWORD)
        .unwrap();
}

#[test]
fn a_store_of_another_user_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    let store = Store::create(&path, light()).unwrap();
    store.insert_key_pair(1, key(), None, PASSWORD).unwrap();
    if fs::metadata(&path).unwrap().uid() != 0 {
        return skipped("only root can become another user");
    }
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = directory.path().join("program");
    // By another process: a file that this one writes could be inherited, open, by a child that another test starts, and an
    // open file cannot be run.
    let copied = Command::new("cp")
        .arg(std::env::current_exe().unwrap())
        .arg(&program)
        .status()
        .unwrap();
    assert!(copied.success());
    let output = Command::new(program)
        .args(["--exact", "child_of_another_user"])
        .env(FORBIDDEN, &path)
        .current_dir("/")
        .uid(65_534)
        .gid(65_534)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// Not a test of its own: what `a_store_of_another_user_is_refused` starts.
#[test]
fn child_of_another_user() {
    let Some(path) = std::env::var_os(FORBIDDEN).map(PathBuf::from) else {
        return;
    };
    for refused in [
        Store::open(&path),
        Store::create(&path, light()),
        Store::create(path.parent().unwrap().join("new"), light()),
    ] {
        let refused = refused.unwrap_err();
        assert!(
            matches!(refused, StoreError::Permission { .. }),
            "{refused}"
        );
    }
}

/// A file system of its own, unmounted on drop.
struct Mounted(PathBuf);

impl Mounted {
    fn new(kind: &str, options: &[&str]) -> Option<Self> {
        let path = tempfile::tempdir().unwrap().keep();
        let start = ["-t", kind]
            .into_iter()
            .chain(options.iter().copied())
            .map(OsStr::new);
        let end = [OsStr::new("none"), path.as_os_str()];
        if run("mount", start.chain(end)) {
            return Some(Self(path));
        }
        fs::remove_dir(path).unwrap();
        None
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        run("umount", ["-l".as_ref(), self.0.as_os_str()]);
        drop(fs::remove_dir(&self.0));
    }
}

fn run<'a>(program: &str, arguments: impl IntoIterator<Item = &'a OsStr>) -> bool {
    let output = Command::new(program).args(arguments).output();
    output.is_ok_and(|output| output.status.success())
}
