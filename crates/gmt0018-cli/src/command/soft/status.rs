//! `gmt0018 soft status`.

use std::fmt::Write as _;

use gmt0018_soft::card::store::{Kdf, Status};
use serde::Serialize;

use crate::{arguments::StatusArguments, error::Error, exit::Exit, output::Output};

#[derive(Serialize)]
struct Report {
    directory: Option<String>,
    format_version: u32,
    serial: String,
    /// Seconds since 1970, UTC.
    created: u64,
    kdf: String,
    keys: Vec<KeyReport>,
    keks: Vec<u32>,
    files: Vec<FileReport>,
    file_capacity: u32,
    damaged: Vec<String>,
    exposed: Vec<String>,
}

#[derive(Serialize)]
struct KeyReport {
    key_index: u32,
    sign: Option<String>,
    encrypt: Option<String>,
    kdf: String,
    created: u64,
    failed_passwords: u32,
}

#[derive(Serialize)]
struct FileReport {
    name: String,
    size: u32,
}

pub(crate) fn run(arguments: &StatusArguments, output: Output) -> Result<Exit, Error> {
    let card = super::open(&arguments.store, output)?;
    let status = card
        .status()
        .map_err(|cause| Error::soft_card("the store cannot be read", &cause))?;
    let report = report(status);
    output.result(&report, &text(&report))?;
    Ok(if report.damaged.is_empty() {
        Exit::Ok
    } else {
        Exit::CheckFailed
    })
}

fn report(status: Status) -> Report {
    let keys = status.keys.into_iter().map(|key| KeyReport {
        key_index: key.pair.index,
        sign: key.pair.sign.map(|key| key.to_string()),
        encrypt: key.pair.encrypt.map(|key| key.to_string()),
        kdf: kdf(key.pair.kdf),
        created: key.pair.created,
        failed_passwords: key.failed_attempts,
    });
    let files = status.files.into_iter().map(|file| FileReport {
        name: file.name.escape_ascii().to_string(),
        size: file.size,
    });
    Report {
        directory: status
            .directory
            .map(|directory| directory.display().to_string()),
        format_version: status.format_version,
        serial: status.serial,
        created: status.created,
        kdf: kdf(status.kdf),
        keys: keys.collect(),
        keks: status.keks,
        files: files.collect(),
        file_capacity: status.file_capacity,
        damaged: status.damaged,
        exposed: status.exposed,
    }
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    let numbers = |numbers: &[u32]| match numbers {
        [] => "none".to_owned(),
        numbers => numbers
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", "),
    };
    // Writing to a String does not fail.
    let _ = writeln!(text, "serial    {}", report.serial);
    let _ = writeln!(text, "format    version {}", report.format_version);
    let _ = writeln!(text, "new keys  {}", report.kdf);
    let _ = writeln!(text, "KEKs      {}", numbers(&report.keks));
    let used: u64 = report.files.iter().map(|file| u64::from(file.size)).sum();
    let (count, capacity) = (report.files.len(), report.file_capacity);
    let _ = writeln!(text, "files     {count}, {used} of {capacity} bytes");
    if report.keys.is_empty() {
        let _ = writeln!(text, "keys      none");
    }
    for key in &report.keys {
        let role = match (&key.sign, &key.encrypt) {
            (Some(_), Some(_)) => "signing and encryption",
            (Some(_), None) => "signing",
            _ => "encryption",
        };
        let wrong = match key.failed_passwords {
            0 => String::new(),
            count => format!(", {count} wrong passwords in a row"),
        };
        let _ = writeln!(text, "key {:<5} {role}, {}{wrong}", key.key_index, key.kdf);
    }
    for (word, list) in [("damaged", &report.damaged), ("exposed", &report.exposed)] {
        for entry in list {
            let _ = writeln!(text, "{word:9} {entry}");
        }
    }
    text
}

fn kdf(kdf: Kdf) -> String {
    match kdf {
        Kdf::Pbkdf2HmacSm3 { iterations } => format!("PBKDF2-HMAC-SM3, {iterations} iterations"),
        Kdf::Argon2id {
            memory_kib,
            passes,
            lanes,
        } => {
            format!("Argon2id, {memory_kib} KiB, {passes} passes, {lanes} lanes")
        }
        _ => "another password derivation".to_owned(),
    }
}
