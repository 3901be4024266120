//! What SM2 encrypts or decrypts, all of which it takes at once.

use std::path::Path;

use zeroize::Zeroizing;

use crate::{error::Error, input};

/// Reads a file, or stdin, into memory that is erased.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    // The full size at once: a growing buffer would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
    input::stream(path, |part| {
        if part.len() > LONGEST - bytes.len() {
            return Err(Error::too_long_for_sm2(path));
        }
        bytes.extend_from_slice(part);
        Ok(())
    })?;
    Ok(bytes)
}

/// 1 MiB of plaintext as a ciphertext in hex digits, with room for its other parts.
const LONGEST: usize = 2 * (1 << 20) + 512;
