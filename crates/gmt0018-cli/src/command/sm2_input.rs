//! What SM2 encrypts or decrypts, all of which it takes at once.

use std::path::Path;

use zeroize::Zeroizing;

use crate::{error::Error, input};

pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    input::whole(path, LONGEST)?.ok_or_else(|| Error::too_long_for_sm2(path))
}

/// 1 MiB of plaintext as a ciphertext in hex digits, with room for its other parts.
const LONGEST: usize = 2 * (1 << 20) + 512;
