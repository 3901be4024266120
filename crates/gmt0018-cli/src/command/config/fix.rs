//! `gmt0018 config fix`.

use std::{
    collections::HashMap,
    ffi::OsString,
    path::{Path, PathBuf},
};

use fisco_node::{
    config::{self, NodeConfig, ini::Ini},
    files,
};
use serde::Serialize;

use super::{
    config_file, is_genesis,
    problem::{Problem, counted, printable},
};
use crate::{arguments::FixArguments, error::Error, exit::Exit, output::Output};

#[derive(Serialize)]
struct Report {
    config: String,
    written: bool,
    /// `null` without --backup, or when there was nothing to write.
    backup: Option<String>,
    changes: Vec<Change>,
    /// What is left.
    problems: Vec<Problem>,
}

/// A line of the old file, and what stands in its place.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Change {
    line: usize,
    before: String,
    /// Nothing if the line was removed; a comment that was moved above it comes first.
    after: Vec<String>,
}

pub(crate) fn run(arguments: &FixArguments, output: Output) -> Result<Exit, Error> {
    let path = config_file(&arguments.path);
    let failed = |cause| Error::config("nothing was changed", &cause);
    let before = Ini::read(&path).map_err(failed)?;
    if is_genesis(&before) {
        return Err(Error::genesis_for_config(&path));
    }
    let mut after = before.clone();
    config::fix(&mut after).map_err(failed)?;
    let changes = changes(&before, &after);
    let written = !arguments.dry_run && before.as_bytes() != after.as_bytes();
    let mut backup = None;
    if written {
        if arguments.backup {
            let beside = backup_file(&path);
            // The bytes as they were read.
            files::create_like(&beside, &path, before.as_bytes())
                .map_err(|cause| Error::not_written(&beside, &cause))?;
            backup = Some(beside.display().to_string());
        }
        after.write(&path).map_err(failed)?;
    }
    let mut problems: Vec<Problem> = config::check(&after).iter().map(Problem::warning).collect();
    problems.extend(
        NodeConfig::from_ini(&after)
            .err()
            .as_ref()
            .map(Problem::error),
    );
    let report = Report {
        config: path.display().to_string(),
        written,
        backup,
        changes,
        problems: problems.into_iter().map(|one| one.told(output)).collect(),
    };
    output.result(&report, &text(&report))?;
    Ok(if report.problems.is_empty() {
        Exit::Ok
    } else {
        Exit::Configuration
    })
}

/// What mending did, line by line. It changes lines, removes them and puts comments above them, and nothing else.
fn changes(before: &Ini, after: &Ini) -> Vec<Change> {
    let places: HashMap<_, _> = after
        .entries()
        .map(|entry| ((entry.section(), entry.key()), entry.line()))
        .collect();
    let (old, new) = (lines(before), lines(after));
    let has_index = before.entry("security", "key_index").is_some();
    let mut changes = Vec::new();
    // How many lines of the new file there are above a line of the old file: more, and fewer.
    let (mut added, mut removed) = (0, 0);
    for entry in before.entries() {
        let renamed = !has_index && (entry.section(), entry.key()) == (Some("security"), "key_id");
        let key = if renamed { "key_index" } else { entry.key() };
        let secret = is_secret(entry.section(), entry.key());
        let shown = |line: &[u8]| shown(line, secret);
        let line = entry.line();
        let text = old.get(line - 1).copied().unwrap_or_default();
        let first = line + added - removed;
        let place = places.get(&(entry.section(), key));
        // Of a line that is removed the comment stays, which was moved above it first.
        let last = place.map_or(
            first - 1 + usize::from(has_comment(entry.value())),
            |line| *line,
        );
        let there = new.get(first - 1..last).unwrap_or_default();
        if there != [text] {
            added += there.len();
            removed += 1;
            changes.push(Change {
                line,
                before: shown(text),
                after: there.iter().map(|line| shown(line)).collect(),
            });
        }
    }
    changes
}

/// Whether what follows a blank in the value begins like a comment.
fn has_comment(value: &str) -> bool {
    let blank = |byte| matches!(byte, b' ' | b'\t');
    let mut pairs = value.as_bytes().windows(2);
    pairs.any(|pair| blank(pair[0]) && matches!(pair[1], b';' | b'#'))
}

fn lines(ini: &Ini) -> Vec<&[u8]> {
    let lines = ini.as_bytes().split(|byte| *byte == b'\n');
    lines
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .collect()
}

/// Whether the value of a setting may be nobody's business: a misspelt password is one too.
fn is_secret(section: Option<&str>, key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let unknown = section == Some("security") && !OPEN.contains(&key.as_str());
    unknown || SECRETS.iter().any(|part| key.contains(part))
}

/// A line for a person's eyes: of a secret without the value, and without a comment that was a part of it.
fn shown(line: &[u8], secret: bool) -> String {
    let text = String::from_utf8_lossy(line);
    if !secret {
        return printable(&text);
    }
    let comment = text.trim_start().starts_with([';', '#']);
    match text.split_once('=').filter(|_| !comment) {
        Some((name, _)) => printable(name) + "=(hidden)",
        None => "; (hidden)".to_owned(),
    }
}

fn backup_file(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".bak");
    name.into()
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    for change in &report.changes {
        text += &format!("line {}\n- {}\n", change.line, change.before);
        for line in &change.after {
            text += &format!("+ {line}\n");
        }
    }
    let (count, file) = (report.changes.len(), &report.config);
    text += &match (count, report.written) {
        (0, _) => format!("nothing to fix in {file}\n"),
        (_, true) => format!("fixed {} of {file}\n", counted(count, "line")),
        (_, false) => format!(
            "would fix {} of {file}; nothing was written\n",
            counted(count, "line")
        ),
    };
    if let Some(backup) = &report.backup {
        text += &format!("the old file is {backup}\n");
    }
    if !report.problems.is_empty() {
        text += &format!("{} left:\n", counted(report.problems.len(), "problem"));
    }
    text.extend(report.problems.iter().map(ToString::to_string));
    text
}

/// The settings of `[security]` whose values may be shown.
const OPEN: [&str; 8] = [
    "private_key_path",
    "enable_hsm",
    "hsm_lib_path",
    "key_index",
    "key_id",
    "enc_key_index",
    "kms_type",
    "cloud_kms_type",
];
/// Parts of the names of settings whose values may not.
const SECRETS: [&str; 6] = ["pass", "pwd", "secret", "token", "cipher", "connection"];

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str) -> Vec<Change> {
        let before = Ini::parse("config.ini", text).unwrap();
        let mut after = before.clone();
        config::fix(&mut after).unwrap();
        changes(&before, &after)
    }

    fn change(line: usize, before: &str, after: &[&str]) -> Change {
        Change {
            line,
            before: before.to_owned(),
            after: after.iter().map(|line| (*line).to_owned()).collect(),
        }
    }

    #[test]
    fn every_change_has_the_line_of_the_old_file() {
        let text = "[p2p]\r\n  sm_ssl = Yes\t# guomi\r\n[security]\r\n enc_key_index=1\r\n key_id=2\r\n key_index=3 ; the key\r\nenable_hsm=FALSE";
        assert_eq!(
            changed(text),
            [
                change(
                    2,
                    "  sm_ssl = Yes\t# guomi",
                    &["  # guomi", "  sm_ssl = true"]
                ),
                change(4, " enc_key_index=1", &[]),
                change(5, " key_id=2", &[]),
                change(6, " key_index=3 ; the key", &[" ; the key", " key_index=3"]),
                change(7, "enable_hsm=FALSE", &["enable_hsm=false"]),
            ]
        );
        assert_eq!(changed("[security]\nenable_hsm=false\n"), []);
        let renamed = changed("[security]\nkey_id=2 ;x\n;y\nenable_hsm=yes\n");
        assert_eq!(
            renamed,
            [
                change(2, "key_id=2 ;x", &[";x", "key_index=2"]),
                change(4, "enable_hsm=yes", &["enable_hsm=true"]),
            ]
        );
    }

    /// The new lines, from the old ones and the changes.
    fn applied(before: &Ini, changes: &[Change]) -> Vec<String> {
        let mut changes = changes.iter().peekable();
        let mut applied = Vec::new();
        for (line, text) in (1..).zip(lines(before)) {
            match changes.next_if(|change| change.line == line) {
                Some(change) => {
                    assert_eq!(change.before, shown(text, false));
                    applied.extend(change.after.clone());
                }
                None => applied.push(shown(text, false)),
            }
        }
        assert_eq!(changes.next(), None);
        applied
    }

    #[test]
    fn the_changes_are_all_that_changed() {
        let menu = [
            "enable_hsm=TRUE",
            "enable_hsm = no ; x",
            "key_id=4",
            " key_id = 4 # x",
            "key_index=5",
            "key_index=6\t;y",
            "enc_key_index=1",
            "enc_key_index=1 ; z",
            "; comment",
            "",
            "# c=d",
            "private_key_path=a ;b ;c",
            "kms_type=HSM #",
            "hsm_lib_path=/l.so\r",
        ];
        // Every file of three of these lines, in any order, the same twice too: the reader refuses some.
        let mut checked = 0;
        for number in 0..menu.len().pow(3) {
            let picked = (0..3).map(|place| menu[number / menu.len().pow(place) % menu.len()]);
            let body: Vec<&str> = picked.collect();
            let text = format!(
                "[rpc]\nsm_ssl=Off ; a\n[security]\n{}\n[p2p]\nsm_ssl=Yes",
                body.join("\n")
            );
            let Ok(before) = Ini::parse("config.ini", text) else {
                continue;
            };
            let mut after = before.clone();
            config::fix(&mut after).unwrap();
            let new: Vec<String> = lines(&after)
                .iter()
                .map(|line| shown(line, false))
                .collect();
            assert_eq!(applied(&before, &changes(&before, &after)), new, "{body:?}");
            checked += 1;
        }
        assert!(checked > 1000, "{checked}");
    }

    #[test]
    fn what_may_be_a_secret_is_hidden() {
        let text = "[security]\nenable_hsm=false\nPasword = canary ; canary\n[a]\ncipher_data_key=canary # canary\n";
        let changes = changed(text);
        assert_eq!(
            changes,
            [
                change(3, "Pasword =(hidden)", &["; (hidden)", "Pasword =(hidden)"]),
                change(
                    5,
                    "cipher_data_key=(hidden)",
                    &["; (hidden)", "cipher_data_key=(hidden)"]
                ),
            ]
        );
        // What a terminal would obey is written out.
        let changes = changed("[a]\nb=\u{1b}[2J ; c\n");
        assert_eq!(changes[0].before, "b=\\u{1b}[2J ; c");
    }
}
