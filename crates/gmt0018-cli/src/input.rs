//! Files that are read, one of which may be stdin.

pub(crate) mod lines;

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use crate::error::Error;

/// Passes a file, or stdin for `-`, to `absorb` piece by piece.
pub(crate) fn stream<E>(
    path: &Path,
    mut absorb: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), Error>
where
    Error: From<E>,
{
    let unreadable = |cause: io::Error| Error::unreadable(path, &cause);
    let (mut reader, _) = open(path)?;
    let mut buffer = vec![0; CHUNK];
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
    Ok((BufReader::with_capacity(CHUNK, reader), size))
}

fn open(path: &Path) -> Result<(Box<dyn Read>, Option<u64>), Error> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin().lock()), None));
    }
    let file = File::open(path).map_err(|cause| Error::unreadable(path, &cause))?;
    let regular = file.metadata().ok().filter(fs::Metadata::is_file);
    Ok((Box::new(file), regular.map(|metadata| metadata.len())))
}

/// Reads a file that holds a key: a few kilobytes at most.
pub(crate) fn key_file(path: &Path) -> Result<zeroize::Zeroizing<Vec<u8>>, Error> {
    let unreadable = |cause: io::Error| Error::unreadable(path, &cause);
    let file = File::open(path).map_err(unreadable)?;
    // The full size at once: a growing buffer would leave copies of the key behind.
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(KEY_FILE_LIMIT + 1));
    file.take(KEY_FILE_LIMIT as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() > KEY_FILE_LIMIT {
        return Err(Error::not_a_key_file(
            path,
            &format!("it has more than {KEY_FILE_LIMIT} bytes"),
        ));
    }
    Ok(bytes)
}

const CHUNK: usize = 256 * 1024;
const KEY_FILE_LIMIT: usize = 64 * 1024;
