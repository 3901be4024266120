//! Files and messages that are none: an error that says so, soon, without a panic and without the memory they ask for.
#![cfg(feature = "soft")]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside test functions"
)]

use std::{
    error::Error,
    fs::{self, File},
    path::Path,
    time::{Duration, Instant},
};

use fisco_node::{
    block::BlockHeader,
    config::{Genesis, NodeConfig, SdkConfig, Warning, check, fix, ini::Ini},
    guard::Guard,
    identity::{Address, NodeId, NodePem},
    tars,
    transaction::Transaction,
};
use proptest::{prelude::*, sample::Index};
use sm_soft::SoftKey;

const CONFIG: &str = "; GBK may stand here\n[p2p]\n    sm_ssl=true\n[security]\n    enable_hsm=true\n    \
    hsm_lib_path=/usr/lib/libcard.so\n    key_index=43\n    password=12345678\n";
const SDK: &str = "[cryptoMaterial]\nenableHsm = \"true\"\nhsmLibPath = \"/l.so\"\nhsmKeyIndex = 1\nhsmPassword = \"12345678\"\n";
const PEM: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQgt1eWteRScGFbkwaS
79gQWBN/M7GuxBghb7F5VxIHcIGhRANCAAS4Tb4nXTKIoweJhgAYpUGPLufnsXJC
vpS2vcWy9c+BRSqB4a6jhB9lXPibKNh73CmXkkGA6EkjvBiV4uhk1p7L
-----END PRIVATE KEY-----
";

fn genesis() -> String {
    format!(
        "[chain]\nsm_crypto=true\ngroup_id=group0\nchain_id=chain0\n[consensus]\nnode.0={}: 1\n\
         [version]\ncompatibility_version=3.16.0\n[executor]\nauth_admin_account=0x01\n",
        "1b".repeat(64)
    )
}

type Reader = fn(&Path) -> Result<(), Box<dyn Error>>;

/// Everything that is read from a file, and a file that is right.
fn readers() -> [(&'static str, Reader, Vec<u8>); 5] {
    let votes = tempfile::tempdir().unwrap();
    let path = votes.path().join("votes");
    drop(Guard::create(&path, signer()).unwrap());
    let votes = fs::read(&path).unwrap();
    [
        (
            "config.ini",
            |path| Ok(NodeConfig::read(path).map(drop)?),
            CONFIG.into(),
        ),
        (
            "config.genesis",
            |path| Ok(Genesis::read(path).map(drop)?),
            genesis().into(),
        ),
        (
            "config.toml",
            |path| Ok(SdkConfig::read(path).map(drop)?),
            SDK.into(),
        ),
        (
            "node.pem",
            |path| Ok(NodePem::read(path, None).map(drop)?),
            PEM.into(),
        ),
        (
            "votes",
            |path| Ok(Guard::open(path, signer()).map(drop)?),
            votes,
        ),
    ]
}

fn signer() -> SoftKey {
    let NodePem::Private(key) = NodePem::parse(PEM.as_bytes(), None).unwrap() else {
        panic!("the key is a private one");
    };
    SoftKey::new(key)
}

/// An error that says something, within a second.
fn refused(reader: Reader, path: &Path, what: &str) {
    let start = Instant::now();
    let error = match reader(path) {
        Ok(()) => panic!("{what} was read"),
        Err(error) => format!("{error} {error:?}"),
    };
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "{what}: {:?}",
        start.elapsed()
    );
    assert!(error.len() > 20, "{what}: {error}");
    assert!(!error.contains("12345678"), "{what}: {error}");
}

#[test]
fn files_of_another_kind_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    for (name, reader, right) in readers() {
        let path = directory.path().join(name);
        refused(reader, &path, &format!("a missing {name}"));
        refused(reader, directory.path(), &format!("a directory for {name}"));
        #[cfg(target_os = "linux")]
        refused(
            reader,
            Path::new("/dev/zero"),
            &format!("an endless {name}"),
        );
        fs::write(&path, &right).unwrap();
        reader(&path).unwrap();

        let text = String::from_utf8(right.clone()).unwrap();
        let wide = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let marked = format!("\u{feff}{text}");
            marked.encode_utf16().flat_map(bytes).collect()
        };
        let cases: [(&str, Vec<u8>); 8] = [
            ("binary", b"\x7FELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".into()),
            ("zeros", vec![0; 4096]),
            ("noise", (0..=255).rev().collect()),
            ("UTF-16, little-endian", wide(u16::to_le_bytes)),
            ("UTF-16, big-endian", wide(u16::to_be_bytes)),
            // What follows the first bytes is right.
            (
                "GBK",
                [&b"\xD6\xD0\xCE\xC4 = \xD6\xD0\n"[..], &right].concat(),
            ),
            (
                "a long line",
                [b"a".repeat(1 << 20), right.clone()].concat(),
            ),
            ("text", b"this is no file of a node\n".into()),
        ];
        for (what, bytes) in cases {
            fs::write(&path, bytes).unwrap();
            // Text around a PEM block is no part of it.
            if name != "node.pem" || !matches!(what, "GBK") {
                refused(reader, &path, &format!("{what} for {name}"));
            }
        }
        // The SDK has defaults for everything.
        File::create(&path).unwrap();
        if name != "config.toml" {
            refused(reader, &path, &format!("an empty {name}"));
        }
        File::create(&path).unwrap().set_len(100 << 20).unwrap();
        refused(reader, &path, &format!("100 MB for {name}"));
    }
}

#[test]
fn settings_are_there_once_and_have_known_values() {
    let directory = tempfile::tempdir().unwrap();
    for (name, reader, right) in readers() {
        let path = directory.path().join(name);
        let right = String::from_utf8(right).unwrap();
        let twice = |line: &str| right.replace(line, &format!("{line}\n{line}"));
        let other = |from: &str, to: &str| right.replace(from, to);
        let cases = match name {
            "config.ini" => vec![
                twice("    key_index=43"),
                format!("{right}[p2p]\na=1\n"),
                other("key_index=43", "key_index=0x2B"),
                other("key_index=43", "key_index=99999999999"),
                other("key_index=43", "key_index=43 ; the key"),
                other("enable_hsm=true", "kms_type=PKCS11"),
            ],
            "config.genesis" => vec![
                twice("chain_id=chain0"),
                format!("{right}[chain]\na=1\n"),
                other("[chain]", "[consensus]\nconsensus_type=raft\n[chain]"),
                other("[consensus]", "[consensus]\nconsensus_type=raft"),
                other("[consensus]", "[consensus]\nleader_period=-1"),
                other(": 1", ": 99999999999999999999"),
                other(": 1", ": 1: 1: 1"),
                other("3.16.0", "3.16.0.1"),
                other("group0", "../group0"),
            ],
            "config.toml" => vec![
                twice("enableHsm = \"true\""),
                format!("{right}[cryptoMaterial]\n"),
                other("\"true\"", "\"yes\""),
                other("= 1\n", "= -1\n"),
                other("= 1\n", "= 0x10\n"),
                other("= 1\n", "= \"one\"\n"),
                format!("{right}[account]\naccountFileFormat = \"p12\"\n"),
                format!("{right}[account]\naccountAddress = \"0x12\"\n"),
            ],
            "node.pem" => vec![
                other("PRIVATE", "SECRET"),
                other("BHM9VAYIt", "BHM9VAYIu"),
                right.lines().take(3).collect::<Vec<_>>().join("\n"),
                other("\n79gQ", "\n79*Q"),
            ],
            _ => vec![
                twice("vote guard 1"),
                twice("last none"),
                other("none", "1 2 3"),
                other("guard 1", "guard 2"),
            ],
        };
        for text in cases {
            assert_ne!(text, right);
            fs::write(&path, &text).unwrap();
            refused(reader, &path, &text);
        }
    }
}

/// The peak of the address space, which a large allocation raises even if nothing is written to it.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmPeak:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn lengths_of_2_gib_take_no_memory() {
    // A string, bytes, a list and a map, as a field of the whole and of the first struct in it.
    let values = [
        &[7, 0x7F, 255, 255, 255][..],
        &[7, 255, 255, 255, 255],
        &[13, 0, 2, 0x7F, 255, 255, 255],
        &[9, 2, 0x7F, 255, 255, 255],
        &[8, 2, 0x7F, 255, 255, 255],
    ];
    let before = peak();
    for value in values {
        for tag in 1..14 {
            let mut field = value.to_vec();
            field[0] |= tag << 4;
            for bytes in [field.clone(), [&[0x1A][..], &field, &[0x0B]].concat()] {
                assert!(Transaction::decode(&bytes).is_err(), "{bytes:?}");
                assert!(BlockHeader::decode(&bytes).is_err(), "{bytes:?}");
            }
        }
    }
    let grown = peak() - before;
    assert!(
        grown < 1 << 20,
        "{grown} KiB for lengths that are not there"
    );
}

/// Structs, lists and maps in each other, closed and not.
#[test]
fn nesting_of_any_depth_is_answered() {
    let deep = [1, 2, 15, 16, 17, 18, 100, 1000, 1_000_000];
    for depth in deep {
        for (open, close) in [
            (&[0x0A][..], &[0x0B][..]),
            (&[0x09, 0, 1], b""),
            (&[0x08, 0, 1, 0x0C], b""),
            (&[0x0A, 0x09, 0, 1], &[0x0B]),
        ] {
            let inside = [open.repeat(depth), vec![0x0C], close.repeat(depth)].concat();
            for bytes in [
                // In a tag that nobody knows, where all types are skipped.
                [&[0xFA, 99][..], &inside, &[0x0B]].concat(),
                [&[0x1A][..], &inside, &[0x0B]].concat(),
                [&[0x39, 0, 1][..], &inside].concat(),
                inside.clone(),
            ] {
                let transaction = Transaction::decode(&bytes);
                let header = BlockHeader::decode(&bytes);
                if depth > tars::MAX_DEPTH {
                    assert!(transaction.is_err() && header.is_err(), "{depth}");
                }
            }
        }
    }
}

/// A file with some bytes changed, added or removed.
fn spoilt(right: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<Index>(), any::<u8>(), 0..3);
    prop::collection::vec(change, 1..6).prop_map(move |changes| {
        let mut bytes = right.clone();
        for (index, byte, how) in changes {
            let place = index.index(bytes.len());
            match how {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                _ => bytes.truncate(place.max(1)),
            }
        }
        bytes
    })
}

fn noise() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..600)
}

/// The bytes of one of the files, spoilt, or any bytes.
fn files() -> impl Strategy<Value = Vec<u8>> {
    let [config, genesis, sdk, pem, _] = readers().map(|(_, _, right)| right);
    prop_oneof![
        noise(),
        spoilt(config),
        spoilt(genesis),
        spoilt(sdk),
        spoilt(pem)
    ]
}

fn transactions() -> impl Strategy<Value = Vec<u8>> {
    let digits = include_str!("transaction/call.hex").trim();
    let right = base16ct::mixed::decode_vec(digits.replace('\n', "")).unwrap();
    prop_oneof![noise(), spoilt(right)]
}

fn headers() -> impl Strategy<Value = Vec<u8>> {
    let digits = include_str!("block/header.hex").trim();
    let right = base16ct::mixed::decode_vec(digits.replace('\n', "")).unwrap();
    prop_oneof![noise(), spoilt(right)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_file_is_read_or_refused(bytes in files()) {
        if let Ok(ini) = Ini::parse("config.ini", bytes.clone()) {
            let _ = (NodeConfig::from_ini(&ini), Genesis::from_ini(&ini));
            let warnings = check(&ini);
            prop_assert!(warnings.iter().all(|warning| !warning.to_string().is_empty()));
            let mut mended = ini.clone();
            // What can be mended is, once and for all; with nothing to mend no byte changes.
            if let Ok(fixed) = fix(&mut mended) {
                prop_assert_eq!(fixed.is_empty(), ini.as_bytes() == mended.as_bytes());
                prop_assert!(!check(&mended).iter().any(Warning::is_fixable));
                let again = mended.as_bytes().to_vec();
                prop_assert!(fix(&mut mended).unwrap().is_empty());
                prop_assert_eq!(mended.as_bytes(), &*again);
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let _ = SdkConfig::parse("config.toml", &text);
        let _ = (text.parse::<NodeId>(), text.parse::<Address>());
        // What is read is read again from what is written.
        if let Ok(pem) = NodePem::parse(&bytes, None) {
            let written = pem.to_pem().unwrap();
            let read = NodePem::parse(written.as_bytes(), None).unwrap();
            prop_assert_eq!(read.node_id(), pem.node_id());
            prop_assert_eq!(&*read.to_pem().unwrap(), &*written);
        }
    }

    #[test]
    fn any_transaction_is_decoded_or_refused(bytes in transactions()) {
        if let Ok(transaction) = Transaction::decode(&bytes) {
            let encoded = transaction.encode().unwrap();
            let again = Transaction::decode(&encoded).unwrap();
            prop_assert_eq!(again.data.hash(), transaction.data.hash());
            prop_assert_eq!(&again, &transaction);
            prop_assert_eq!(again.encode().unwrap(), encoded);
        }
    }

    #[test]
    fn any_header_is_decoded_or_refused(bytes in headers()) {
        if let Ok(header) = BlockHeader::decode(&bytes) {
            let encoded = header.encode().unwrap();
            let again = BlockHeader::decode(&encoded).unwrap();
            prop_assert_eq!(again.data.hash(), header.data.hash());
            prop_assert_eq!(&again, &header);
            prop_assert_eq!(again.encode().unwrap(), encoded);
        }
    }
}
