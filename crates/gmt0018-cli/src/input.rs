//! Files that are read, one of which may be stdin.

pub(crate) mod lines;

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use zeroize::Zeroizing;

use crate::{error::Error, output::Output};

/// Passes a file, or stdin for `-`, to `absorb` piece by piece.
pub(crate) fn stream(
    path: &Path,
    absorb: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let (reader, _) = open(path)?;
    pass_on(reader, path, absorb)
}

/// The same with a progress bar, if it is long.
pub(crate) fn stream_with_bar(
    path: &Path,
    output: Output,
    mut absorb: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let (reader, size) = open(path)?;
    let bar = output.progress_of_bytes(size);
    let outcome = pass_on(reader, path, |part| {
        bar.inc(part.len() as u64);
        absorb(part)
    });
    bar.finish_and_clear();
    outcome
}

fn pass_on(
    mut reader: impl Read,
    path: &Path,
    mut absorb: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let unreadable = |cause: io::Error| Error::unreadable(path, &cause);
    // It may be a plaintext or a key.
    let mut buffer = Zeroizing::new(vec![0; PIECE]);
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => absorb(&buffer[..length])?,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(unreadable(cause)),
        }
    }
}

/// Opens a file, or stdin for `-`, to be read by lines; gives its size in bytes as well, if it has one.
pub(crate) fn buffered(path: &Path) -> Result<(impl BufRead, Option<u64>), Error> {
    let (reader, size) = open(path)?;
    Ok((BufReader::with_capacity(PIECE, reader), size))
}

fn open(path: &Path) -> Result<(Box<dyn Read>, Option<u64>), Error> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin().lock()), None));
    }
    let file = File::open(path).map_err(|cause| Error::unreadable(path, &cause))?;
    let regular = file.metadata().ok().filter(fs::Metadata::is_file);
    Ok((Box::new(file), regular.map(|metadata| metadata.len())))
}

/// Reads a file, or stdin for `-`, into memory that is erased; `None` if it has more than `limit` bytes.
pub(crate) fn whole(path: &Path, limit: usize) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let (reader, _) = open(path)?;
    let bytes = first_bytes(reader, path, limit)?;
    Ok((bytes.len() <= limit).then_some(bytes))
}

/// Reads the first bytes of a file, all of them if there are no more than `limit`, and one more if there are.
pub(crate) fn at_most(path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    let file = File::open(path).map_err(|cause| Error::unreadable(path, &cause))?;
    first_bytes(file, path, limit)
}

fn first_bytes(reader: impl Read, path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    // The full size at once: a growing buffer would leave copies of a key behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit + 1));
    reader
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|cause| Error::unreadable(path, &cause))?;
    Ok(bytes)
}

/// Reads a file that holds a key: a few kilobytes at most.
pub(crate) fn key_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    let bytes = at_most(path, KEY_FILE_LIMIT)?;
    if bytes.len() > KEY_FILE_LIMIT {
        return Err(Error::not_a_key_file(
            path,
            &format!("it has more than {KEY_FILE_LIMIT} bytes"),
        ));
    }
    Ok(bytes)
}

/// The most bytes that a piece of a file has.
pub(crate) const PIECE: usize = 256 * 1024;
const KEY_FILE_LIMIT: usize = 64 * 1024;
