//! Damaged files: each is named in a typed error, and costs no other key.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use gmt0018_softcard::store::{Options, Store, StoreError};
use sm_soft::SecretKey;

const PASSWORD: &[u8] = b"12345678";
const DAMAGED: u32 = 1;
const SOUND: u32 = 2;

/// A store with every kind of file; index 1 has a count of wrong passwords.
fn sample(path: &Path) {
    let options = Options::default().with_iterations(1_000);
    let store = Store::create(path, options).unwrap();
    let key = || Some(SecretKey::generate().unwrap());
    store
        .insert_key_pair(DAMAGED, key(), key(), PASSWORD)
        .unwrap();
    store.insert_key_pair(SOUND, key(), None, PASSWORD).unwrap();
    store.insert_kek(DAMAGED, &[1; 16]).unwrap();
    store.create_file(b"name", 50).unwrap();
    store.unlock(DAMAGED, b"wrong password").unwrap_err();
}

fn files(path: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    // The sound key is looked at beside each damaged file.
    files.retain(|file| !["lock", "key-0002"].iter().any(|name| file.ends_with(name)));
    files
}

/// What reading the damaged file says.
fn read_damaged(path: &Path, file: &Path) -> Result<(), StoreError> {
    let name = file.file_name().unwrap().to_string_lossy();
    let store = Store::open(path)?;
    match name.split('-').next().unwrap() {
        "key" => store.key_pair(DAMAGED).map(drop),
        "kek" => store.kek(DAMAGED).map(drop),
        "file" => store.read_file(b"name", 0, 50).map(drop),
        "attempts" => match &store.status()?.damaged[..] {
            [] => Ok(()),
            messages => Err(StoreError::Corrupt {
                // Only if this file, and no other, is named.
                file: if messages.iter().all(|text| text.contains(&*name)) {
                    file
                } else {
                    path
                }
                .to_owned(),
                why: messages.join("; "),
            }),
        },
        _ => Ok(()),
    }
}

fn assert_named(path: &Path, file: &Path, what: &str) {
    match read_damaged(path, file) {
        Err(
            StoreError::Corrupt { file: named, .. }
            | StoreError::ForeignVersion { file: named, .. },
        ) => {
            assert_eq!(named, file, "{what}");
        }
        other => panic!("{what} of {}: {other:?}", file.display()),
    }
    // Everything but the device file stands for itself alone.
    if file.file_name().unwrap() != "device" {
        let store = Store::open(path).unwrap();
        store.key_pair(SOUND).unwrap();
        assert_eq!(store.key_indexes().unwrap(), [DAMAGED, SOUND]);
    }
}

#[test]
fn every_byte_of_every_file_counts() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    sample(&path);
    let files = files(&path);
    assert_eq!(files.len(), 5, "{files:?}");
    for file in &files {
        let sound = fs::read(file).unwrap();
        for position in 0..sound.len() {
            let mut flipped = sound.clone();
            flipped[position] ^= 1 << (position % 8);
            fs::write(file, &flipped).unwrap();
            assert_named(&path, file, &format!("a bit flipped in byte {position}"));
            // A cut is cheaper to notice than a flip; every third one keeps the test short.
            if position % 3 == 0 {
                fs::write(file, &sound[..position]).unwrap();
                assert_named(&path, file, &format!("cut to {position} bytes"));
            }
        }
        let longer = [&sound[..], b"\n"].concat();
        fs::write(file, longer).unwrap();
        assert_named(&path, file, "one byte more");
        if file.file_name().unwrap() != "device" {
            Store::open(&path).unwrap().unlock(SOUND, PASSWORD).unwrap();
        }
        fs::write(file, sound).unwrap();
        read_damaged(&path, file).unwrap();
    }
    Store::open(&path)
        .unwrap()
        .unlock(DAMAGED, PASSWORD)
        .unwrap();
}

#[test]
fn a_damaged_count_of_wrong_passwords_delays_and_mends_itself() {
    let directory = tempfile::tempdir().unwrap();
    sample(directory.path());
    fs::write(directory.path().join("attempts-0001"), b"rubbish").unwrap();
    let store = Store::open(directory.path()).unwrap();
    let started = std::time::Instant::now();
    store.unlock(DAMAGED, PASSWORD).unwrap();
    assert!(
        started.elapsed().as_secs() >= 5,
        "rubbish must not make guessing free"
    );
    assert!(store.status().unwrap().damaged.is_empty());
}

#[test]
fn records_cannot_be_swapped_or_borrowed() {
    let directory = tempfile::tempdir().unwrap();
    let (path, other) = (
        directory.path().join("store"),
        directory.path().join("other"),
    );
    sample(&path);
    sample(&other);
    for (from, to) in [
        (path.join("key-0002"), path.join("key-0001")),
        (other.join("key-0001"), path.join("key-0001")),
        (other.join("kek-0001"), path.join("kek-0001")),
    ] {
        fs::copy(from, &to).unwrap();
        assert_named(&path, &to, "another record");
    }
}

#[test]
fn a_file_that_is_no_file_does_not_hang() {
    let directory = tempfile::tempdir().unwrap();
    sample(directory.path());
    let key = directory.path().join("key-0001");
    fs::remove_file(&key).unwrap();
    fs::create_dir(&key).unwrap();
    assert_named(directory.path(), &key, "a directory");
    fs::remove_dir(&key).unwrap();
    if std::process::Command::new("mkfifo")
        .arg(&key)
        .status()
        .is_ok_and(|status| status.success())
    {
        assert_named(directory.path(), &key, "a named pipe");
        fs::remove_file(&key).unwrap();
    }
    let huge = fs::File::create(&key).unwrap();
    huge.set_len(1 << 40).unwrap();
    assert_named(directory.path(), &key, "a terabyte");
}

#[test]
fn another_version_is_told_from_damage() {
    let directory = tempfile::tempdir().unwrap();
    sample(directory.path());
    for name in ["key-0001", "device"] {
        let file = directory.path().join(name);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replacen("store 1\n", "store 7\n", 1)).unwrap();
        let refused = read_damaged(directory.path(), &file).unwrap_err();
        let text = refused.to_string();
        assert!(
            matches!(&refused, StoreError::ForeignVersion { found, supported: 1, .. } if found == "7"),
            "{refused}"
        );
        assert!(text.contains(name) && text.contains("version 7"), "{text}");
    }
}

#[test]
fn a_backup_copies_what_is_left_and_names_the_damage() {
    let directory = tempfile::tempdir().unwrap();
    let (path, copy) = (
        directory.path().join("store"),
        directory.path().join("copy"),
    );
    sample(&path);
    fs::write(path.join("key-0001"), b"rubbish").unwrap();
    let report = Store::open(&path).unwrap().backup(&copy).unwrap();
    assert_eq!((report.files, report.damaged.len()), (6, 1), "{report:?}");
    assert!(report.damaged[0].contains("key-0001"), "{report:?}");
    Store::open(&copy).unwrap().unlock(SOUND, PASSWORD).unwrap();
}
