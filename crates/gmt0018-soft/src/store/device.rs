//! The device file: serial number, device key and settings; and where stores are by default.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::medium::{Blob, Medium, Name};
use super::{
    Kdf, MAX_CAPACITY, Options, SYSTEM_DIRECTORY, Store, StoreError, envelope, hex, random,
    unix_seconds,
};

/// What the device file holds; written once, when the store is made.
#[derive(Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(super) struct Device {
    pub(super) serial: String,
    /// Seconds since 1970, UTC.
    pub(super) created: u64,
    /// The password derivation of new key pairs.
    pub(super) kdf: Kdf,
    pub(super) file_capacity: u32,
    #[serde(
        serialize_with = "hex::serialize",
        deserialize_with = "deserialize_key"
    )]
    pub(super) key: Zeroizing<[u8; 32]>,
}

impl Device {
    pub(super) fn new(options: &Options) -> Result<Self, StoreError> {
        options.kdf.check()?;
        let file_capacity = options.file_capacity;
        if file_capacity == 0 || file_capacity > MAX_CAPACITY {
            return Err(StoreError::FileSize {
                size: file_capacity,
                max: MAX_CAPACITY,
            });
        }
        let created = unix_seconds(SystemTime::now());
        let number = u32::from_be_bytes(*random()?);
        // DEVICEINFO.DeviceSerial: 8 digits of date, 3 of batch, 5 of number.
        let serial = format!("{}{:08}", date(created), number % 100_000_000);
        Ok(Self {
            serial,
            created,
            kdf: options.kdf,
            file_capacity,
            key: random()?,
        })
    }

    pub(super) fn to_blob(&self) -> Blob {
        envelope::wrap(CHECKSUM_KEY, &Name::Device, self, b"")
    }

    pub(super) fn read(medium: &dyn Medium) -> Result<Self, StoreError> {
        let missing = || StoreError::Missing {
            directory: medium.directory(),
        };
        let path = || medium.path(&Name::Device);
        let blob = medium.read(&Name::Device)?.ok_or_else(missing)?;
        let (device, _) = envelope::unwrap::<Self>(CHECKSUM_KEY, &Name::Device, path, &blob)?;
        device
            .kdf
            .check()
            .map_err(|error| StoreError::corrupt(path(), error.to_string()))?;
        let is_serial = device.serial.len() == 16 && device.serial.is_ascii();
        if !is_serial || device.file_capacity > MAX_CAPACITY {
            return Err(StoreError::corrupt(
                path(),
                "its serial number or capacity is impossible",
            ));
        }
        Ok(device)
    }
}

impl Store {
    /// Whether the device file is still there and the one that was opened.
    pub(super) fn reread_device(&self) -> Result<(), StoreError> {
        let medium = self.medium();
        if Device::read(medium)? == self.inner.device {
            return Ok(());
        }
        Err(StoreError::corrupt(
            medium.path(&Name::Device),
            "it was replaced since it was opened",
        ))
    }
}

/// Chooses the default directory from the environment's variables.
pub(super) fn default_directory(
    variable: impl Fn(&str) -> Option<OsString>,
    has_system_directory: bool,
) -> Result<PathBuf, StoreError> {
    let variable = |name| {
        variable(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if let Some(directory) = variable("GMT0018_SOFT_DIR") {
        return Ok(directory);
    }
    if has_system_directory {
        return Ok(PathBuf::from(SYSTEM_DIRECTORY));
    }
    // The XDG base directory specification has relative paths ignored.
    let data = variable("XDG_DATA_HOME").filter(|path| path.is_absolute());
    let home = || variable("HOME").map(|home| home.join(Path::new(".local/share")));
    data.or_else(home).map(|data| data.join("gmt0018-soft")).ok_or(StoreError::NoDirectory {
        why: "GMT0018_SOFT_DIR, XDG_DATA_HOME and HOME are not set, and there is no /var/lib/gmt0018-soft",
    })
}

/// The date in UTC as YYYYMMDD (years counted from March, so that the leap day comes last).
fn date(unix_seconds: u64) -> String {
    let days = unix_seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{:04}{month:02}{day:02}", year % 10_000)
}

fn deserialize_key<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Zeroizing<[u8; 32]>, D::Error> {
    hex::deserialize(deserializer).map(Zeroizing::new)
}

/// The device file holds the key of all other files, so its own HMAC is a checksum under this constant.
const CHECKSUM_KEY: &[u8; 32] = b"gmt0018-soft device file version";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (seconds, expected) in [
            (0, "19700101"),
            (951_782_399, "20000228"),
            (951_782_400, "20000229"),
            (951_868_800, "20000301"),
            (1_709_164_800, "20240229"),
            (4_102_444_799, "20991231"),
        ] {
            assert_eq!(date(seconds), expected);
        }
    }

    #[test]
    fn the_default_directory_follows_its_order() {
        let choose = |variables: &[(&str, &str)], system| {
            let find = |name: &str| {
                variables
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, value)| value.into())
            };
            default_directory(find, system)
        };
        let all = [
            ("GMT0018_SOFT_DIR", "/a"),
            ("XDG_DATA_HOME", "/b"),
            ("HOME", "/c"),
        ];
        assert_eq!(choose(&all, true).unwrap(), Path::new("/a"));
        assert_eq!(
            choose(&all[1..], true).unwrap(),
            Path::new("/var/lib/gmt0018-soft")
        );
        assert_eq!(
            choose(&all[1..], false).unwrap(),
            Path::new("/b/gmt0018-soft")
        );
        assert_eq!(
            choose(&all[2..], false).unwrap(),
            Path::new("/c/.local/share/gmt0018-soft")
        );
        let relative = [("XDG_DATA_HOME", "b"), ("HOME", "/c")];
        assert_eq!(
            choose(&relative, false).unwrap(),
            Path::new("/c/.local/share/gmt0018-soft")
        );
        let error = choose(&[("HOME", "")], false).unwrap_err();
        assert!(matches!(error, StoreError::NoDirectory { .. }), "{error}");
    }
}
