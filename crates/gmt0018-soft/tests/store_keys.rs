//! Key pairs, key-encryption keys and passwords, on disk and in memory alike.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::{Duration, Instant};

use gmt0018_softcard::store::{
    Kdf, MAX_INDEX, Options, PasswordTag, Role, Store, StoreError, UnlockedKeys,
};
use sm_soft::SecretKey;

const PASSWORD: &[u8] = b"12345678";

fn light() -> Options {
    Options::default().with_iterations(1_000)
}

/// The same body for both kinds of store.
fn on_both(test: impl Fn(&Store)) {
    let directory = tempfile::tempdir().unwrap();
    test(&Store::create(directory.path().join("store"), light()).unwrap());
    test(&Store::ephemeral(light()).unwrap());
}

fn key() -> SecretKey {
    SecretKey::generate().unwrap()
}

fn same(left: Option<&SecretKey>, right: Option<&SecretKey>) -> bool {
    left.map(SecretKey::to_bytes) == right.map(SecretKey::to_bytes)
}

#[test]
fn a_pair_comes_back_as_it_went_in() {
    on_both(|store| {
        let (sign, encrypt) = (key(), key());
        store
            .insert_key_pair(0, Some(sign.clone()), Some(encrypt.clone()), PASSWORD)
            .unwrap();
        store
            .insert_key_pair(MAX_INDEX, None, Some(key()), b"another password")
            .unwrap();
        let pair = store.key_pair(0).unwrap();
        assert_eq!(pair.sign, Some(sign.public_key()));
        assert_eq!(pair.encrypt, Some(encrypt.public_key()));
        let unlocked = store.unlock(0, PASSWORD).unwrap();
        assert!(same(unlocked.sign.as_ref(), Some(&sign)));
        assert!(same(unlocked.encrypt.as_ref(), Some(&encrypt)));
        assert_eq!(store.key_pair(MAX_INDEX).unwrap().sign, None);
        assert_eq!(store.key_indexes().unwrap(), [0, MAX_INDEX]);
    });
}

#[test]
fn nothing_is_overwritten() {
    on_both(|store| {
        let first = key();
        store
            .insert_key_pair(1, Some(first.clone()), None, PASSWORD)
            .unwrap();
        let again = store
            .insert_key_pair(1, Some(key()), Some(key()), PASSWORD)
            .unwrap_err();
        assert!(
            matches!(
                again,
                StoreError::KeyExists {
                    index: 1,
                    role: Role::Sign
                }
            ),
            "{again}"
        );
        let unlocked = store.unlock(1, PASSWORD).unwrap();
        assert!(same(unlocked.sign.as_ref(), Some(&first)));
        assert!(unlocked.encrypt.is_none());
        let nothing = store.insert_key_pair(2, None, None, PASSWORD).unwrap_err();
        assert!(
            matches!(nothing, StoreError::NoKey { index: 2 }),
            "{nothing}"
        );
    });
}

#[test]
fn the_other_half_needs_the_password_of_the_first() {
    on_both(|store| {
        let (sign, encrypt) = (key(), key());
        store
            .insert_key_pair(1, Some(sign.clone()), None, PASSWORD)
            .unwrap();
        let wrong = store
            .insert_key_pair(1, None, Some(encrypt.clone()), b"wrong password")
            .unwrap_err();
        assert!(
            matches!(wrong, StoreError::WrongPassword { attempts: 1, .. }),
            "{wrong}"
        );
        store
            .insert_key_pair(1, None, Some(encrypt.clone()), PASSWORD)
            .unwrap();
        let unlocked = store.unlock(1, PASSWORD).unwrap();
        assert!(same(unlocked.sign.as_ref(), Some(&sign)));
        assert!(same(unlocked.encrypt.as_ref(), Some(&encrypt)));
    });
}

#[test]
fn a_changed_password_replaces_the_old_one() {
    on_both(|store| {
        let sign = key();
        store
            .insert_key_pair(1, Some(sign.clone()), None, PASSWORD)
            .unwrap();
        let before = store.stamp(1).unwrap().unwrap();
        let wrong = store
            .change_password(1, b"wrong password", b"new password")
            .unwrap_err();
        assert!(matches!(wrong, StoreError::WrongPassword { .. }), "{wrong}");
        assert_eq!(store.stamp(1).unwrap(), Some(before));
        store.change_password(1, PASSWORD, b"new password").unwrap();
        assert_ne!(store.stamp(1).unwrap(), Some(before));
        assert!(same(
            store.unlock(1, b"new password").unwrap().sign.as_ref(),
            Some(&sign)
        ));
        assert!(matches!(
            store.unlock(1, PASSWORD),
            Err(StoreError::WrongPassword { .. })
        ));
    });
}

#[test]
fn a_removed_pair_is_gone_and_its_index_is_free() {
    on_both(|store| {
        store
            .insert_key_pair(1, Some(key()), None, PASSWORD)
            .unwrap();
        let wrong = store.remove_key_pair(1, b"wrong password").unwrap_err();
        assert!(matches!(wrong, StoreError::WrongPassword { .. }), "{wrong}");
        store.remove_key_pair(1, PASSWORD).unwrap();
        assert!(matches!(
            store.unlock(1, PASSWORD),
            Err(StoreError::KeyNotFound { index: 1 })
        ));
        assert_eq!(store.stamp(1).unwrap(), None);
        assert!(store.key_indexes().unwrap().is_empty());
        store
            .insert_key_pair(1, None, Some(key()), b"another password")
            .unwrap();
    });
}

#[test]
fn lengths_and_indexes_out_of_range_are_refused_at_once() {
    on_both(|store| {
        store
            .insert_key_pair(1, Some(key()), None, PASSWORD)
            .unwrap();
        let huge = vec![b'x'; 1024 * 1024];
        for password in [&b""[..], b"1234567", &[b'x'; 257], &huge] {
            let started = Instant::now();
            for refused in [
                store.unlock(1, password).map(drop),
                store.insert_key_pair(2, Some(key()), None, password),
                store.change_password(1, PASSWORD, password),
                store.change_password(1, password, PASSWORD),
                store.remove_key_pair(1, password),
            ] {
                let refused = refused.unwrap_err();
                let expected = password.len();
                assert!(
                    matches!(refused, StoreError::PasswordLength { length } if length == expected),
                    "{refused}"
                );
            }
            assert!(started.elapsed() < Duration::from_secs(1));
        }
        assert_eq!(store.status().unwrap().keys[0].failed_attempts, 0);
        for index in [MAX_INDEX + 1, u32::MAX] {
            for refused in [
                store.key_pair(index).map(drop),
                store.stamp(index).map(drop),
                store.unlock(index, PASSWORD).map(drop),
                store.insert_key_pair(index, Some(key()), None, PASSWORD),
                store.kek(index).map(drop),
                store.insert_kek(index, &[0; 16]),
                store.remove_kek(index),
            ] {
                let refused = refused.unwrap_err();
                assert!(
                    matches!(refused, StoreError::IndexOutOfRange { .. }),
                    "{refused}"
                );
            }
        }
        store
            .insert_key_pair(3, Some(key()), None, &[0xff; 256])
            .unwrap();
        store.unlock(3, &[0xff; 256]).unwrap();
    });
}

#[test]
fn wrong_passwords_are_counted_slowed_and_forgiven() {
    on_both(|store| {
        store
            .insert_key_pair(1, Some(key()), None, PASSWORD)
            .unwrap();
        for attempt in 1..=5 {
            let started = Instant::now();
            let wrong = store.unlock(1, b"wrong password").unwrap_err();
            let StoreError::WrongPassword {
                index: 1,
                attempts,
                next_delay,
            } = wrong
            else {
                panic!("{wrong}");
            };
            assert_eq!(attempts, attempt);
            let expected = [0, 0, 100, 200, 400][attempt as usize - 1];
            assert_eq!(next_delay, Duration::from_millis(expected));
            let slept = [0, 0, 0, 100, 200][attempt as usize - 1];
            assert!(started.elapsed() >= Duration::from_millis(slept));
        }
        assert_eq!(store.status().unwrap().keys[0].failed_attempts, 5);
        store.unlock(1, PASSWORD).unwrap();
        assert_eq!(store.status().unwrap().keys[0].failed_attempts, 0);
        let wrong = store.unlock(1, b"wrong password").unwrap_err();
        assert!(
            matches!(wrong, StoreError::WrongPassword { attempts: 1, .. }),
            "{wrong}"
        );
    });
}

#[test]
fn parallel_guesses_are_all_counted_and_parallel_right_passwords_are_not_slowed() {
    on_both(|store| {
        store
            .insert_key_pair(1, Some(key()), None, PASSWORD)
            .unwrap();
        let started = Instant::now();
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16)
                .map(|_| scope.spawn(|| store.unlock(1, PASSWORD)))
                .collect();
            threads
                .into_iter()
                .for_each(|thread| drop(thread.join().unwrap().unwrap()));
        });
        assert!(
            started.elapsed() < Duration::from_secs(3),
            "{:?}",
            started.elapsed()
        );
        std::thread::scope(|scope| {
            (0..5).for_each(|_| {
                drop(scope.spawn(|| store.unlock(1, b"wrong password").unwrap_err()));
            });
        });
        assert_eq!(store.status().unwrap().keys[0].failed_attempts, 5);
    });
}

#[test]
fn key_encryption_keys() {
    on_both(|store| {
        store.insert_kek(1, &[7; 16]).unwrap();
        store.insert_kek(MAX_INDEX, &[8; 16]).unwrap();
        assert_eq!(*store.kek(1).unwrap(), [7; 16]);
        assert_eq!(store.kek_indexes().unwrap(), [1, MAX_INDEX]);
        let again = store.insert_kek(1, &[9; 16]).unwrap_err();
        assert!(
            matches!(again, StoreError::KekExists { index: 1 }),
            "{again}"
        );
        store.remove_kek(1).unwrap();
        assert!(matches!(
            store.kek(1),
            Err(StoreError::KekNotFound { index: 1 })
        ));
        assert!(matches!(
            store.remove_kek(1),
            Err(StoreError::KekNotFound { index: 1 })
        ));
    });
}

#[test]
fn argon2id_protects_keys_too_and_a_store_can_mix_derivations() {
    let directory = tempfile::tempdir().unwrap();
    let kdf = Kdf::Argon2id {
        memory_kib: 1024,
        passes: 1,
        lanes: 2,
    };
    let store = Store::create(directory.path(), Options::default().with_kdf(kdf)).unwrap();
    let sign = key();
    store
        .insert_key_pair(1, Some(sign.clone()), None, PASSWORD)
        .unwrap();
    let store = Store::open(directory.path()).unwrap();
    assert_eq!(store.key_pair(1).unwrap().kdf, kdf);
    assert!(same(
        store.unlock(1, PASSWORD).unwrap().sign.as_ref(),
        Some(&sign)
    ));
    assert!(matches!(
        store.unlock(1, b"87654321"),
        Err(StoreError::WrongPassword { .. })
    ));
    let bad = Options::default().with_kdf(Kdf::Argon2id {
        memory_kib: u32::MAX,
        passes: 1,
        lanes: 1,
    });
    assert!(matches!(Store::ephemeral(bad), Err(StoreError::Kdf { .. })));
}

#[test]
fn no_secret_is_in_any_file_or_debug_text() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::create(directory.path(), light()).unwrap();
    let sign = key();
    store
        .insert_key_pair(1, Some(sign.clone()), None, b"canary-password")
        .unwrap();
    store.insert_kek(1, b"canary-kek-bytes").unwrap();
    let hex: String = sign
        .to_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let kek_hex: String = b"canary-kek-bytes"
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("canary"));
        assert!(!text.contains(&hex) && !text.contains(&kek_hex));
    }
    let unlocked: UnlockedKeys = store.unlock(1, b"canary-password").unwrap();
    let tag = PasswordTag::new(1, b"canary-password").unwrap();
    let wrong = store.unlock(1, b"canary-passwore").unwrap_err();
    let text = format!("{store:?} {unlocked:?} {tag:?} {wrong:?} {wrong}");
    assert!(
        !text.contains("canary") && !text.to_lowercase().contains(&hex),
        "{text}"
    );
}
