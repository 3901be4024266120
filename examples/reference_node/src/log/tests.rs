use std::{path::Path, time::Duration};

use fisco_node::{
    config::{KeySource, NodeConfig, ini::Ini},
    crypto::{CryptoOptions, NodeCrypto},
};
use gmt0018::{Dialect, Module, Open};
use sm2_signing::{Prehash, UserId};
use tempfile::TempDir;

use super::*;
use crate::{
    ledger::tests::{Chain, transaction},
    pool::tests::{commit, pool},
};

/// What is in the files after some events.
fn logged(level: Level, events: impl FnOnce()) -> String {
    let directory = TempDir::new().unwrap();
    let settings = LogSettings {
        enable: true,
        path: directory.path().join("log"),
        level,
        max_file_size: 1 << 20,
    };
    let layer = LogFiles::new(&settings)
        .unwrap()
        .with_filter(targets(level));
    tracing::subscriber::with_default(registry().with(layer), events);
    contents(&settings.path).concat()
}

/// The files in the order of their names.
fn contents(directory: &Path) -> Vec<String> {
    let files = std::fs::read_dir(directory).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    let read = |path| std::fs::read_to_string(path).unwrap();
    paths.into_iter().map(read).collect()
}

#[test]
fn a_line_is_as_fisco_bcos_writes_it() {
    let log = logged(Level::INFO, || {
        tracing::info!(
            "connected count" = 3,
            "[P2PService][Service][METRIC]heartBeat"
        );
        tracing::debug!("not written");
        tracing::warn!(name = "value", number = -7, flag = true, "message");
        tracing::error!(error = %"why", other = ?Some("x"), "failed: {}", 5);
        tracing::info!(only = 1);
    });
    let lines: Vec<Vec<&str>> = log
        .lines()
        .map(|line| line.splitn(3, '|').collect())
        .collect();
    let expected = [
        (
            "info",
            "[P2PService][Service][METRIC]heartBeat,connected count=3",
        ),
        ("warning", "message,name=value,number=-7,flag=true"),
        ("error", "failed: 5,error=why,other=Some(\"x\")"),
        ("info", ",only=1"),
    ];
    assert_eq!(lines.len(), expected.len(), "{log}");
    for (line, (severity, message)) in lines.iter().zip(expected) {
        assert_eq!((line[0], line[2]), (severity, message));
        // YYYY-mm-dd HH:MM:SS.ffffff
        let shape: String = line[1]
            .chars()
            .map(|one| if one.is_ascii_digit() { '0' } else { one })
            .collect();
        assert_eq!(shape, "0000-00-00 00:00:00.000000");
    }
}

#[test]
fn dashboards_of_fisco_bcos_find_their_lines() {
    let chain = Chain::new(1);
    let (pool, _) = pool(&chain, 10);
    let sent = [1, 2].map(|nonce| transaction(&chain.account, nonce, "k=v").encoded.clone());
    pool.submit(sent.to_vec());
    let log = logged(Level::INFO, || {
        commit(&chain, &pool);
        assert!(pool.take(1).is_empty());
    });
    let messages: Vec<&str> = log
        .lines()
        .filter_map(|line| line.splitn(3, '|').nth(2))
        .collect();
    assert_eq!(
        messages,
        [
            "[TXPOOL][METRIC]batchFetchTxs success,txsSize=2,pendingTxs=2",
            "[LEDGER][METRIC]asyncPrewriteBlock,number=1,txsSize=2",
        ]
    );
}

#[test]
fn nobody_writes_a_line_of_their_own() {
    let log = logged(Level::TRACE, || {
        let text = "x\ninfo|2026-01-01 00:00:00.000000|forged\r\0\u{1b}[2J";
        tracing::trace!(text, "message {text}");
        tracing::trace!(long = "y".repeat(1 << 20));
    });
    assert_eq!(log.lines().count(), 2, "{log}");
    assert!(log.contains("x\\ninfo|2026"));
    assert!(!log.contains('\r') && !log.contains('\0') && !log.contains('\u{1b}'));
    assert!(log.len() < 20_000);
}

#[test]
fn a_full_file_and_a_new_hour_begin_a_file() {
    let directory = TempDir::new().unwrap();
    let at = |seconds| Moment::at(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    let mut files = Files::new(directory.path(), 10).unwrap();
    for line in ["12345\n", "6\n", "789\n", "longer than a file\n", "0\n"] {
        files.write(&at(0), line.as_bytes()).unwrap();
    }
    files.write(&at(3600), b"hour\n").unwrap();
    // A restart goes on where the files end.
    let mut files = Files::new(directory.path(), 10).unwrap();
    files.write(&at(3600), b"1234\n").unwrap();
    files.write(&at(3600), b"5\n").unwrap();
    let mut names: Vec<_> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "log_1970010100.00.log",
            "log_1970010100.01.log",
            "log_1970010100.02.log",
            "log_1970010100.03.log",
            "log_1970010101.00.log",
            "log_1970010101.01.log",
        ]
    );
    let contents = contents(directory.path());
    assert_eq!(
        contents,
        [
            "12345\n6\n",
            "789\n",
            "longer than a file\n",
            "0\n",
            "hour\n1234\n",
            "5\n",
        ]
    );
}

#[test]
fn a_directory_that_cannot_be_made_is_an_error() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("file");
    std::fs::write(&path, "").unwrap();
    let settings = LogSettings {
        enable: true,
        path,
        level: Level::INFO,
        max_file_size: 1,
    };
    assert!(install(&settings).is_err());
    let off = LogSettings {
        enable: false,
        ..settings
    };
    install(&off).unwrap();
}

#[test]
fn no_password_is_logged() {
    const MARKER: &str = "pAssw0rd-Marker";
    let card = gmt0018_soft::EphemeralCard::new().unwrap();
    card.card()
        .generate_key_pair(43, MARKER.as_bytes())
        .unwrap();
    let module = Module::from_functions("software card", gmt0018_soft::functions());
    let dialect = Dialect::STANDARD.with_open(Open::WithPath(card.path().into()));
    let options = CryptoOptions::default()
        .with_module(module)
        .with_dialect(dialect);
    let log = logged(Level::TRACE, || {
        for password in [MARKER, "pAssw0rd-Marker-wrong"] {
            let text = format!(
                "[security]\nenable_hsm=true\nkey_index=43\npassword={password}\n[chain]\nsm_crypto=True\n"
            );
            let ini = Ini::parse("config.ini", text).unwrap();
            let entry = ini.entry("security", "password").unwrap();
            tracing::info!(?ini, ?entry, "read");
            let config = NodeConfig::from_ini(&ini).unwrap();
            let KeySource::Card(settings) = config.key() else {
                panic!("no card");
            };
            tracing::info!(?config, ?settings, password = ?settings.password(), "loaded");
            for warning in config.warnings() {
                tracing::warn!("{warning}");
            }
            let text = format!("[security]\nenable_hsm=true\nkey_index=43\npassword={password}\n");
            let config = NodeConfig::from_ini(&Ini::parse("config.ini", text).unwrap()).unwrap();
            match NodeCrypto::from_config(&config, None, &options) {
                Ok(crypto) => {
                    let key = *crypto.node_id().public_key();
                    let e = Prehash::of(&key, &UserId::DEFAULT, &[0x11; 32]);
                    let signature = crypto.signer().sign(&e).unwrap();
                    tracing::info!(?crypto, ?options, ?signature, "loadKeyPair success");
                }
                Err(error) => tracing::error!(?error, "start failed: {error}"),
            }
        }
    });
    // The calls of the card and both results are there.
    assert!(log.contains("SDF_GetPrivateKeyAccessRight"), "{log}");
    assert!(log.contains("loadKeyPair success"), "{log}");
    assert!(log.contains("start failed"), "{log}");
    assert!(!log.contains("pAssw0rd"), "{log}");
    // Nor as bytes, in decimal or hexadecimal.
    let bytes = MARKER.as_bytes();
    let decimal = format!("{}, {}, {}", bytes[0], bytes[1], bytes[2]);
    let hexadecimal = base16ct::lower::encode_string(bytes);
    assert!(!log.contains(&decimal) && !log.to_lowercase().contains(&hexadecimal));
}
