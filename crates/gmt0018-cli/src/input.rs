//! Files that are read, one of which may be stdin.

use std::{
    fs::File,
    io::{self, Read},
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
    let mut reader: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(unreadable)?)
    };
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
