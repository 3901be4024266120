//! `gmt0018 chain`.

mod build;
mod card;
mod certificates;
mod expand;
mod refusals;
#[cfg(target_os = "linux")]
mod scripts;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::support::Place;

/// A place with a program `node` that stands for the node's.
fn place() -> Place {
    let place = Place::new();
    write_program(&place.path("node"), NODE);
    place
}

/// Writes a program that can be run.
fn write_program(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    set_mode(path, 0o755);
}

/// The files below a directory, with their modes.
fn files(directory: &Path) -> BTreeMap<String, u32> {
    let mut files = BTreeMap::new();
    let mut directories = vec![directory.to_path_buf()];
    while let Some(next) = directories.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else {
                let name = path.strip_prefix(directory).unwrap().to_str().unwrap();
                files.insert(name.to_owned(), mode(&path));
            }
        }
    }
    files
}

/// What a file holds, as text.
fn text(place: &Place, path: &str) -> String {
    fs::read_to_string(place.path(path)).unwrap_or_else(|cause| panic!("{path}: {cause}"))
}

/// The values of `node.N` in a config.genesis, in order.
fn sealers(genesis: &str) -> Vec<String> {
    let lines = genesis.lines().map(str::trim);
    let sealers = lines.filter_map(|line| line.strip_prefix("node."));
    sealers
        .enumerate()
        .map(|(number, line)| {
            let (place, id) = line.split_once('=').unwrap();
            assert_eq!(place, number.to_string());
            id.strip_suffix(": 1").unwrap().to_owned()
        })
        .collect()
}

/// What a place holds apart from what it began with.
fn left_over(place: &Place, known: &[&str]) -> Vec<PathBuf> {
    let known: Vec<&str> = ["pin", "wrong", "message", "node"]
        .iter()
        .chain(known)
        .copied()
        .collect();
    let entries = fs::read_dir(place.path("")).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| !known.contains(&path.file_name().unwrap().to_str().unwrap()))
        .collect()
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;

    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;

    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Runs until it is told to stop, as a node does.
const NODE: &str = "\
#!/bin/bash
trap 'kill $!; exit 0' TERM
echo \"software card: $GMT0018_SOFT_DIR\"
echo '[2026-11-25 00:00:00] The fisco-bcos is running...'
sleep 600 &
wait
";
