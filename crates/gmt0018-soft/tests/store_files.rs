//! User files, on disk and in memory alike.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use gmt0018_softcard::store::{MAX_FILES, MAX_NAME_LENGTH, Options, Store, StoreError};

fn on_both(test: impl Fn(&Store)) {
    let options = || {
        Options::default()
            .with_iterations(1_000)
            .with_file_capacity(2_000)
    };
    let directory = tempfile::tempdir().unwrap();
    test(&Store::create(directory.path(), options()).unwrap());
    test(&Store::ephemeral(options()).unwrap());
}

#[test]
fn a_file_has_a_fixed_size_and_starts_with_zeros() {
    on_both(|store| {
        store.create_file(b"name", 10).unwrap();
        assert_eq!(**store.read_file(b"name", 0, 100).unwrap(), [0; 10]);
        store.write_file(b"name", 7, b"abc").unwrap();
        store.write_file(b"name", 0, b"\n\0").unwrap();
        assert_eq!(
            &**store.read_file(b"name", 0, u32::MAX).unwrap(),
            b"\n\0\0\0\0\0\0abc"
        );
        assert_eq!(&**store.read_file(b"name", 6, 2).unwrap(), b"\0a");
        assert!(store.read_file(b"name", 10, 1).unwrap().is_empty());
        for refused in [
            store.write_file(b"name", 8, b"abc"),
            store.write_file(b"name", 11, b""),
            store.write_file(b"name", u32::MAX, b"abc"),
            store.read_file(b"name", 11, 1).map(drop),
        ] {
            let refused = refused.unwrap_err();
            assert!(
                matches!(refused, StoreError::FileRange { size: 10, .. }),
                "{refused}"
            );
        }
        assert_eq!(
            &**store.read_file(b"name", 0, 100).unwrap(),
            b"\n\0\0\0\0\0\0abc"
        );
    });
}

#[test]
fn names_are_any_bytes_up_to_128() {
    on_both(|store| {
        let names: [&[u8]; 5] = [
            b"../../etc/passwd",
            b"\0",
            b"a/b",
            b"\xff\xfe",
            &[b'x'; 128],
        ];
        for (position, name) in names.iter().enumerate() {
            store.create_file(name, 4).unwrap();
            store
                .write_file(name, 0, &[u8::try_from(position).unwrap(); 4])
                .unwrap();
        }
        for (position, name) in names.iter().enumerate() {
            let expected = [u8::try_from(position).unwrap(); 4];
            assert_eq!(**store.read_file(name, 0, 4).unwrap(), expected);
        }
        let mut sorted: Vec<Vec<u8>> = names.iter().map(|name| name.to_vec()).collect();
        sorted.sort();
        let listed: Vec<Vec<u8>> = store
            .files()
            .unwrap()
            .into_iter()
            .map(|file| file.name)
            .collect();
        assert_eq!(listed, sorted);
        for length in [0, MAX_NAME_LENGTH + 1, 1024 * 1024] {
            let name = vec![b'x'; length];
            for refused in [
                store.create_file(&name, 1),
                store.delete_file(&name),
                store.write_file(&name, 0, b"x"),
                store.read_file(&name, 0, 1).map(drop),
            ] {
                let refused = refused.unwrap_err();
                assert!(
                    matches!(refused, StoreError::FileName { length: told } if told == length),
                    "{refused}"
                );
            }
        }
    });
}

#[test]
fn the_capacity_is_shared_and_given_back() {
    on_both(|store| {
        for size in [0, 2_001, u32::MAX] {
            let refused = store.create_file(b"a", size).unwrap_err();
            assert!(
                matches!(refused, StoreError::FileSize { max: 2_000, .. }),
                "{refused}"
            );
        }
        store.create_file(b"a", 1_500).unwrap();
        let full = store.create_file(b"b", 501).unwrap_err();
        assert!(
            matches!(
                full,
                StoreError::Capacity {
                    needed: 501,
                    free: 500
                }
            ),
            "{full}"
        );
        store.create_file(b"b", 500).unwrap();
        let again = store.create_file(b"a", 1).unwrap_err();
        assert!(matches!(again, StoreError::FileExists), "{again}");
        store.delete_file(b"a").unwrap();
        assert!(matches!(
            store.delete_file(b"a"),
            Err(StoreError::FileNotFound)
        ));
        assert!(matches!(
            store.read_file(b"a", 0, 1),
            Err(StoreError::FileNotFound)
        ));
        assert!(matches!(
            store.write_file(b"a", 0, b"x"),
            Err(StoreError::FileNotFound)
        ));
        store.create_file(b"c", 1_500).unwrap();
    });
}

#[test]
fn the_number_of_files_is_limited() {
    let store = Store::ephemeral(Options::default().with_iterations(1_000)).unwrap();
    for number in 0..MAX_FILES {
        store.create_file(number.to_string().as_bytes(), 1).unwrap();
    }
    let full = store.create_file(b"one more", 1).unwrap_err();
    assert!(matches!(full, StoreError::Capacity { .. }), "{full}");
}
