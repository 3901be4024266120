//! Named blobs under a lock: what a store needs of a disk or of memory.

use std::fmt;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::{MAX_INDEX, StoreError};

/// Where blobs live. Reading one blob needs no lock because a blob is always replaced as a whole.
pub(super) trait Medium: fmt::Debug + Send + Sync {
    /// The blob's whole content, or `None` when it does not exist.
    fn read(&self, name: &Name) -> Result<Option<Blob>, StoreError>;
    /// What changes whenever the blob is replaced, or `None` when it does not exist.
    fn stamp(&self, name: &Name) -> Result<Option<Stamp>, StoreError>;
    /// The names of all blobs, sorted.
    fn names(&self) -> Result<Vec<Name>, StoreError>;
    /// Keeps every writer out, so that several blobs can be read as of one moment.
    fn freeze(&self) -> Result<Box<dyn Frozen + '_>, StoreError>;
    /// Keeps every other writer out, and allows changes.
    fn change(&self) -> Result<Box<dyn Change + '_>, StoreError>;
    /// How to call the blob in an error message.
    fn path(&self, name: &Name) -> PathBuf;
    /// How to call the whole store in an error message.
    fn directory(&self) -> PathBuf;
}

/// A lock shared with other readers, released on drop.
pub(super) trait Frozen {}

/// The lock of the only writer, released on drop.
pub(super) trait Change {
    /// Replaces the blob; when this returns `Ok` the new content survives a crash, otherwise the old content does.
    fn write(&mut self, name: &Name, bytes: &[u8]) -> Result<(), StoreError>;
    /// Removes the blob, durably; it is no error when there is none.
    fn remove(&mut self, name: &Name) -> Result<(), StoreError>;
}

/// The content of a blob; wiped from memory because one of them is the device key.
pub(super) type Blob = Zeroizing<Vec<u8>>;

/// A cheap mark of one version of a key record: equal stamps mean an unchanged record.
///
/// # Examples
/// ```
/// use gmt0018_softcard::store::{Options, Store};
///
/// let store = Store::ephemeral(Options::default())?;
/// assert_eq!(store.stamp(1)?, None);
/// # Ok::<(), gmt0018_softcard::store::StoreError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stamp(pub(super) [u64; 4]);

/// The name of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// The serial number, the device key and the settings.
    Device,
    /// A pair of signing and encryption key.
    Key(u32),
    /// Wrong passwords counted for the pair.
    Attempts(u32),
    /// A key-encryption key.
    Kek(u32),
    /// A user file, by the SM3 of its name: 128 bytes in hex are longer than a file name may be.
    File([u8; 32]),
}

impl Name {
    /// Reads what [`fmt::Display`] writes.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "device" {
            return Some(Self::Device);
        }
        let (kind, rest) = text.split_once('-')?;
        let name = match kind {
            "key" => Self::Key(rest.parse().ok()?),
            "attempts" => Self::Attempts(rest.parse().ok()?),
            "kek" => Self::Kek(rest.parse().ok()?),
            "file" => Self::File(super::hex::decode_array(rest)?),
            _ => return None,
        };
        let in_range = match name {
            Self::Key(index) | Self::Attempts(index) | Self::Kek(index) => index <= MAX_INDEX,
            Self::Device | Self::File(_) => true,
        };
        // `key-+001` and `key-1` are no second names of `key-0001`.
        (in_range && name.to_string() == text).then_some(name)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device => f.write_str("device"),
            Self::Key(index) => write!(f, "key-{index:04}"),
            Self::Attempts(index) => write!(f, "attempts-{index:04}"),
            Self::Kek(index) => write!(f, "kek-{index:04}"),
            Self::File(digest) => write!(f, "file-{}", super::hex::encode(digest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_spelling() {
        for name in [
            Name::Device,
            Name::Key(0),
            Name::Key(4096),
            Name::Attempts(7),
            Name::File([9; 32]),
        ] {
            assert_eq!(Name::parse(&name.to_string()), Some(name));
        }
        for text in [
            "",
            "key",
            "key-1",
            "key-+001",
            "key--001",
            "key-00001",
            "key-4097",
            "file-00",
            "lock",
        ] {
            assert_eq!(Name::parse(text), None, "{text}");
        }
    }
}
