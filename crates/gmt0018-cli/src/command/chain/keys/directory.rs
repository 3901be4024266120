//! Keys in the files of a directory.

use std::{
    cmp::Ordering,
    fs,
    path::{Path, PathBuf},
};

use fisco_node::identity::{NodePem, NodePemError};
use sm_soft::keyfile;

use crate::{error::Error, output::Output};

/// Reads `count` key files of a directory, in the order of their names, or one file.
///
/// With `in_card` the private keys are meant to be in a card, and public keys are enough.
pub(super) fn read(
    path: &Path,
    in_card: bool,
    count: usize,
    output: Output,
) -> Result<Vec<(PathBuf, NodePem)>, Error> {
    let mut paths = paths(path)?;
    if paths.len() < count {
        return Err(Error::too_few_key_files(path, paths.len(), count));
    }
    let unused = paths.split_off(count);
    if let Some(first) = unused.first() {
        output.note(&format!(
            "remark: of the files in {} {} are not used, the first of them {}",
            path.display(),
            unused.len(),
            name(first)
        ));
    }
    let read = |path: PathBuf| {
        let pem = read_file(&path, in_card)?;
        Ok((path, pem))
    };
    paths.into_iter().map(read).collect()
}

fn read_file(path: &Path, in_card: bool) -> Result<NodePem, Error> {
    match NodePem::read(path, None) {
        Ok(pem) if in_card || matches!(pem, NodePem::Private(_)) => Ok(pem),
        Ok(_) => Err(Error::no_private_node_key(path)),
        Err(NodePemError::Key(keyfile::Error::PasswordNeeded)) => {
            Err(Error::encrypted_node_key(path))
        }
        Err(cause) => Err(Error::unusable_node_key(path, &cause)),
    }
}

/// The files of a directory in their natural order, or the one file that is named.
fn paths(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |cause| Error::unreadable_keys(path, &cause);
    if fs::metadata(path).map_err(unreadable)?.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if !name(&path).starts_with('.') && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort_by(|one, other| natural(&name(one), &name(other)));
    Ok(paths)
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Compares names with the numbers in them by value: node2 before node10.
fn natural(one: &str, other: &str) -> Ordering {
    let (mut left, mut right) = (one, other);
    while let (Some(a), Some(b)) = (left.chars().next(), right.chars().next()) {
        let order = if a.is_ascii_digit() && b.is_ascii_digit() {
            let (a, b) = (number(&mut left), number(&mut right));
            a.len().cmp(&b.len()).then_with(|| a.cmp(b))
        } else {
            left = &left[a.len_utf8()..];
            right = &right[b.len_utf8()..];
            a.cmp(&b)
        };
        if order.is_ne() {
            return order;
        }
    }
    // One of the two is empty here; node01 and node1 are told apart by their bytes.
    left.len().cmp(&right.len()).then_with(|| one.cmp(other))
}

/// Cuts a number off the front, without its leading zeros.
fn number<'a>(text: &mut &'a str) -> &'a str {
    let end = text.find(|character: char| !character.is_ascii_digit());
    let (number, rest) = text.split_at(end.unwrap_or(text.len()));
    *text = rest;
    number.trim_start_matches('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_numbers_are_in_the_order_of_the_numbers() {
        let sorted = [
            "",
            "0",
            "00",
            "1",
            "2",
            "10",
            "99999999999999999999999",
            "a",
            "a01b2",
            "a1b2",
            "a1b10",
            "node",
            "node.pem",
            "node0.pem",
            "node1.pem",
            "node2.pem",
            "node10.pem",
            "nodé",
        ];
        for (place, one) in sorted.iter().enumerate() {
            for (other_place, other) in sorted.iter().enumerate() {
                let order = natural(one, other);
                assert_eq!(order, place.cmp(&other_place), "{one:?} {other:?}");
            }
        }
    }
}
