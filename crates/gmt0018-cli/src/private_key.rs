//! A private key in a file.

use std::path::Path;

use sm_soft::{SecretKey, keyfile};

use crate::{error::Error, input, output::Output, password::Source};

/// Reads a key file, and asks for its password only if it is encrypted.
pub(crate) fn read(
    path: &Path,
    password_file: Option<&Path>,
    output: Output,
) -> Result<SecretKey, Error> {
    let bytes = input::key_file(path)?;
    let failed = |cause: keyfile::Error| Error::key_file(path, &cause);
    match keyfile::parse_private(&bytes, None) {
        Err(keyfile::Error::PasswordNeeded) => {}
        other => return other.map_err(failed),
    }
    let password = Source::key_file(password_file).read(output)?;
    keyfile::parse_private(&bytes, Some(password.as_bytes())).map_err(failed)
}
