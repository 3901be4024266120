//! The form of every file of a store.
//!
//! ```text
//! gmt0018-soft store 1\n        magic and format version
//! {..}\n                        one line of JSON
//! payload\n                     user files only: their bytes
//! hmac-sm3\n                    64 hex digits over the blob's name and everything above
//! ```
//!
//! The HMAC key comes from the device key, except in the file that holds the device key: there a constant takes
//! its place and the HMAC is a checksum.

use std::path::PathBuf;

use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::crypto;
use super::medium::{Blob, Name};
use super::{FORMAT_VERSION, StoreError, hex};

/// Writes a file.
pub(super) fn wrap(key: &[u8; 32], name: &Name, header: &impl Serialize, payload: &[u8]) -> Blob {
    let mut blob = Zeroizing::new(Vec::with_capacity(HEADER_CAPACITY + payload.len()));
    blob.extend_from_slice(format!("{MAGIC}{FORMAT_VERSION}\n").as_bytes());
    serde_json::to_writer(&mut *blob, header)
        .expect("headers hold strings and numbers, and a vector takes every byte");
    blob.push(b'\n');
    blob.extend_from_slice(payload);
    let tag = tag(key, name, &blob);
    blob.push(b'\n');
    blob.extend_from_slice(hex::encode(&tag).as_bytes());
    blob.push(b'\n');
    blob
}

/// Reads a file that [`wrap`] wrote: its header and its payload.
pub(super) fn unwrap<T: DeserializeOwned>(
    key: &[u8; 32],
    name: &Name,
    path: impl Fn() -> PathBuf,
    blob: &[u8],
) -> Result<(T, Blob), StoreError> {
    let damaged = |why: &str| StoreError::corrupt(path(), why);
    let mut parts = blob.splitn(2, |&byte| byte == b'\n');
    let magic = parts.next().and_then(|line| std::str::from_utf8(line).ok());
    let version = magic
        .and_then(|line| line.strip_prefix(MAGIC))
        .ok_or_else(|| damaged("it does not begin like a file of a key store"))?;
    if version != FORMAT_VERSION.to_string() {
        let is_number = version.len() <= 10 && version.parse::<u32>().is_ok();
        return Err(if is_number {
            StoreError::ForeignVersion {
                file: path(),
                found: version.to_owned(),
                supported: FORMAT_VERSION,
            }
        } else {
            damaged("its format version is not a number")
        });
    }
    let body_length = blob.len().checked_sub(TRAILER_LENGTH);
    let (body, trailer) = body_length
        .and_then(|length| blob.split_at_checked(length))
        .ok_or_else(|| damaged("it is cut off"))?;
    let claimed = trailer
        .strip_prefix(b"\n")
        .and_then(|rest| rest.strip_suffix(b"\n"))
        .and_then(|digits| std::str::from_utf8(digits).ok())
        .and_then(hex::decode_array::<32>)
        .ok_or_else(|| damaged("it is cut off, or its end was changed"))?;
    if !crypto::equal(&tag(key, name, body), &claimed) {
        return Err(damaged(
            "its content does not match its HMAC-SM3, or it is another store's",
        ));
    }
    let mut parts = body.splitn(3, |&byte| byte == b'\n').skip(1);
    let header = parts.next().ok_or_else(|| damaged("it has no header"))?;
    let payload = parts
        .next()
        .ok_or_else(|| damaged("its header has no end"))?;
    let header = serde_json::from_slice(header)
        .map_err(|error| damaged(&format!("its header cannot be read: {error}")))?;
    Ok((header, Zeroizing::new(payload.to_vec())))
}

/// The name is part of the tag, so that one file cannot stand in for another.
fn tag(key: &[u8; 32], name: &Name, body: &[u8]) -> [u8; 32] {
    crypto::mac(key, &[name.to_string().as_bytes(), b"\n", body])
}

const MAGIC: &str = "gmt0018-soft store ";
const TRAILER_LENGTH: usize = 66;
const HEADER_CAPACITY: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: Name, blob: &[u8]) -> Result<(String, Blob), StoreError> {
        unwrap(&[1; 32], &name, || name.to_string().into(), blob)
    }

    #[test]
    fn every_damaged_byte_and_every_truncation_is_noticed() {
        let blob = wrap(&[1; 32], &Name::Kek(3), &"header", b"a\npay\0load\n");
        let (header, payload) = read(Name::Kek(3), &blob).unwrap();
        assert_eq!(
            (header.as_str(), &payload[..]),
            ("header", &b"a\npay\0load\n"[..])
        );
        for position in 0..blob.len() {
            for flip in [1, 0x20, 0x80] {
                let mut damaged = blob.to_vec();
                damaged[position] ^= flip;
                let error = read(Name::Kek(3), &damaged).unwrap_err();
                assert!(
                    matches!(
                        error,
                        StoreError::Corrupt { .. } | StoreError::ForeignVersion { .. }
                    ),
                    "byte {position}: {error}"
                );
            }
            let error = read(Name::Kek(3), &blob[..position]).unwrap_err();
            assert!(
                matches!(error, StoreError::Corrupt { .. }),
                "cut at {position}: {error}"
            );
        }
    }

    #[test]
    fn a_file_is_bound_to_its_name_and_its_store() {
        let blob = wrap(&[1; 32], &Name::Key(3), &"header", b"");
        read(Name::Key(4), &blob).unwrap_err();
        let other = wrap(&[2; 32], &Name::Key(3), &"header", b"");
        read(Name::Key(3), &other).unwrap_err();
    }

    #[test]
    fn another_version_is_named() {
        let blob = String::from_utf8(wrap(&[1; 32], &Name::Kek(3), &"header", b"").to_vec());
        let newer = blob.unwrap().replacen("store 1\n", "store 2\n", 1);
        let error = read(Name::Kek(3), newer.as_bytes()).unwrap_err();
        assert!(
            matches!(&error, StoreError::ForeignVersion { found, supported: 1, .. } if found == "2"),
            "{error}"
        );
    }
}
