//! The persistent key store of the software card.
//!
//! A store is a directory of small files: a device file with the serial number and the device key, one file per
//! key pair, key-encryption key, user file and count of wrong passwords, and a lock file. Every file is replaced
//! as a whole and made durable before a call returns, so that a crash at any moment loses nothing that was
//! reported as stored. The crate's `DESIGN.md` says what the encryption protects against and what it does not.
//!
//! # Examples
//! ```
//! use gmt0018_softcard::store::{Options, Store};
//! use sm_soft::SecretKey;
//!
//! let directory = tempfile::tempdir()?;
//! let store = Store::create(directory.path(), Options::default())?;
//! let secret = SecretKey::generate()?;
//! store.insert_key_pair(43, Some(secret.clone()), None, b"12345678")?;
//!
//! // Another process, later.
//! let store = Store::open(directory.path())?;
//! assert_eq!(store.key_pair(43)?.sign, Some(secret.public_key()));
//! let unlocked = store.unlock(43, b"12345678")?;
//! assert_eq!(unlocked.sign.unwrap().to_bytes(), secret.to_bytes());
//! assert!(store.unlock(43, b"87654321").is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod atomic;
mod attempts;
mod backup;
mod crypto;
mod device;
mod disk;
mod envelope;
mod error;
mod files;
mod hex;
mod kdf;
mod keks;
mod keys;
mod lock;
mod medium;
mod memory;
mod record;
mod tag;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use sm_soft::SecretKey;
use sm_soft::sm2_signing::PublicKey;

use attempts::Gate;
use crypto::Keys;
use device::Device;
use disk::Disk;
use error::random;
use medium::{Blob, Medium, Name};
use memory::Memory;

pub use backup::{Backup, KeyStatus, Status};
pub use error::StoreError;
pub use kdf::Kdf;
pub use medium::Stamp;
pub use tag::PasswordTag;

/// An open key store; clones share it.
///
/// Several stores, in one process or in many, may be open on one directory: each change is made under a lock
/// between processes, and each call sees what was stored last, whoever stored it. Changes wait at most five
/// seconds for the lock; reading one key or file never waits.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

impl Store {
    /// Where a store is looked for when no directory is named: `$GMT0018_SOFT_DIR`, else
    /// `/var/lib/gmt0018-soft` if it exists, else `gmt0018-soft` in `$XDG_DATA_HOME` or `~/.local/share`.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoDirectory`] when none of these can be told.
    pub fn default_directory() -> Result<PathBuf, StoreError> {
        device::default_directory(
            |name| std::env::var_os(name),
            Path::new(SYSTEM_DIRECTORY).is_dir(),
        )
    }

    /// Makes a store in a new or empty directory, which only its owner may enter.
    ///
    /// # Errors
    ///
    /// [`StoreError::AlreadyExists`], [`StoreError::NotAStore`] for a directory with other things in it,
    /// [`StoreError::Kdf`] or [`StoreError::FileSize`] for bad options, or why it cannot be written.
    pub fn create(directory: impl AsRef<Path>, options: Options) -> Result<Self, StoreError> {
        let device = Device::new(&options)?;
        let disk = Disk::create(directory.as_ref())?;
        {
            let mut change = disk.change()?;
            // Another process may have been faster.
            if disk.read(&Name::Device)?.is_some() {
                return Err(StoreError::AlreadyExists {
                    path: disk.directory(),
                });
            }
            change.write(&Name::Device, &device.to_blob())?;
        }
        Ok(Self::assemble(device, Place::Disk(disk)))
    }

    /// Opens the store in a directory, and removes temporary files that a killed process left there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Missing`], [`StoreError::Corrupt`], [`StoreError::ForeignVersion`],
    /// [`StoreError::Permission`], or another reason why it cannot be read.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, StoreError> {
        let disk = Disk::open(directory.as_ref())?;
        let device = Device::read(&disk)?;
        Ok(Self::assemble(device, Place::Disk(disk)))
    }

    /// Opens the store in a directory, or makes one there; the options matter only when it is made.
    ///
    /// # Errors
    ///
    /// As [`Self::open`] and [`Self::create`].
    pub fn open_or_create(
        directory: impl AsRef<Path>,
        options: Options,
    ) -> Result<Self, StoreError> {
        let directory = directory.as_ref();
        match Self::open(directory) {
            Err(StoreError::Missing { .. }) => {}
            opened => return opened,
        }
        match Self::create(directory, options) {
            Err(StoreError::AlreadyExists { .. }) => Self::open(directory),
            created => created,
        }
    }

    /// Makes a store that lives in this process's memory only.
    ///
    /// # Errors
    ///
    /// [`StoreError::Random`], or [`StoreError::Kdf`] or [`StoreError::FileSize`] for bad options.
    pub fn ephemeral(options: Options) -> Result<Self, StoreError> {
        let device = Device::new(&options)?;
        let memory = Memory::default();
        memory.change()?.write(&Name::Device, &device.to_blob())?;
        Ok(Self::assemble(device, Place::Memory(memory)))
    }

    /// The serial number made at creation: 16 ASCII characters, date (8), batch (3) and number (5) as in
    /// `DEVICEINFO.DeviceSerial`.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.inner.device.serial
    }

    /// The directory, or `None` for a store in memory.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        match &self.inner.place {
            Place::Disk(disk) => Some(disk.root()),
            Place::Memory(_) => None,
        }
    }

    fn assemble(device: Device, place: Place) -> Self {
        let device_keys = Keys::derive(&device.key);
        Self {
            inner: Arc::new(Inner {
                device,
                device_keys,
                place,
                gate: Gate::default(),
            }),
        }
    }

    fn medium(&self) -> &dyn Medium {
        match &self.inner.place {
            Place::Disk(disk) => disk,
            Place::Memory(memory) => memory,
        }
    }

    /// Reads and checks a blob under the device key.
    fn read<T: DeserializeOwned>(&self, name: &Name) -> Result<Option<(T, Blob)>, StoreError> {
        self.medium()
            .read(name)?
            .map(|blob| self.parse(name, &blob))
            .transpose()
    }

    fn parse<T: DeserializeOwned>(
        &self,
        name: &Name,
        blob: &[u8],
    ) -> Result<(T, Blob), StoreError> {
        envelope::unwrap(self.mac_key(), name, || self.medium().path(name), blob)
    }

    fn mac_key(&self) -> &[u8; 32] {
        self.inner.device_keys.mac_key()
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("serial", &self.serial())
            .field("directory", &self.directory())
            .finish_non_exhaustive()
    }
}

/// How a new store is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    kdf: Kdf,
    file_capacity: u32,
}

impl Options {
    /// Protects private keys with this password derivation.
    #[must_use]
    pub fn with_kdf(self, kdf: Kdf) -> Self {
        Self { kdf, ..self }
    }

    /// Protects private keys with this many iterations of PBKDF2-HMAC-SM3, 1 000 to 10 000 000.
    #[must_use]
    pub fn with_iterations(self, iterations: u32) -> Self {
        self.with_kdf(Kdf::Pbkdf2HmacSm3 { iterations })
    }

    /// Lets user files have this many bytes together, at most [`MAX_CAPACITY`].
    #[must_use]
    pub fn with_file_capacity(self, bytes: u32) -> Self {
        Self {
            file_capacity: bytes,
            ..self
        }
    }
}

impl Default for Options {
    /// PBKDF2-HMAC-SM3 with 100 000 iterations, and 256 KiB for user files.
    fn default() -> Self {
        Self {
            kdf: Kdf::default(),
            file_capacity: 256 * 1024,
        }
    }
}

/// Which half of a key pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "GM/T 0018 has these two")]
pub enum Role {
    /// The signing key pair.
    Sign,
    /// The encryption key pair.
    Encrypt,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sign => "signing",
            Self::Encrypt => "encryption",
        })
    }
}

/// The public parts of a key pair.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyRecord {
    /// The index of the pair.
    pub index: u32,
    /// The signing public key, if there is a signing key.
    pub sign: Option<PublicKey>,
    /// The encryption public key, if there is an encryption key.
    pub encrypt: Option<PublicKey>,
    /// The password derivation that protects the private keys.
    pub kdf: Kdf,
    /// When the pair was stored, in seconds since 1970, UTC.
    pub created: u64,
}

/// The private keys of an index, wiped from memory when dropped.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UnlockedKeys {
    /// The signing key, if there is one.
    pub sign: Option<SecretKey>,
    /// The encryption key, if there is one.
    pub encrypt: Option<SecretKey>,
}

/// A user file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserFile {
    /// Its name: 1 to 128 bytes of any value.
    pub name: Vec<u8>,
    /// Its size in bytes, fixed when it was created.
    pub size: u32,
}

struct Inner {
    device: Device,
    /// Made from the device key: encrypts key-encryption keys, authenticates every file.
    device_keys: Keys,
    place: Place,
    gate: Gate,
}

enum Place {
    Disk(Disk),
    Memory(Memory),
}

fn unix_seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// The greatest index of a key pair or a key-encryption key.
pub const MAX_INDEX: u32 = 4096;
/// The shortest access password, in bytes (GM/T 0018 §6.2.7).
pub const MIN_PASSWORD_LENGTH: usize = 8;
/// The longest access password, in bytes.
pub const MAX_PASSWORD_LENGTH: usize = 256;
/// The longest name of a user file, in bytes (GM/T 0018 §6.7).
pub const MAX_NAME_LENGTH: usize = 128;
/// The greatest number of user files.
pub const MAX_FILES: usize = 256;
/// The most bytes that a store can be made to hold in user files.
pub const MAX_CAPACITY: u32 = 16 * 1024 * 1024;
/// The version of the file format that this library reads and writes.
pub const FORMAT_VERSION: u32 = 1;
const SYSTEM_DIRECTORY: &str = "/var/lib/gmt0018-soft";

const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Store>();
};
