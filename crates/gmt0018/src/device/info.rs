//! What a device says about itself (GM/T 0018 clause 5.2), in words.

use std::fmt;

use gmt0018_sys::{DEVICEINFO, algorithm as sgd};

use crate::{Error, Session};

impl Session {
    /// Asks the device to describe itself.
    ///
    /// # Errors
    /// When the call fails.
    pub fn device_info(&self) -> Result<DeviceInfo, Error> {
        let mut info = DEVICEINFO {
            IssuerName: [0; 40],
            DeviceName: [0; 16],
            DeviceSerial: [0; 16],
            DeviceVersion: 0,
            StandardVersion: 0,
            AsymAlgAbility: [0; 2],
            SymAlgAbility: 0,
            HashAlgAbility: 0,
            BufferSize: 0,
        };
        self.raw().device_info(self.handle(), &mut info)?;
        Ok(DeviceInfo(info))
    }
}

/// What a device says about itself. Take the abilities as hints: libraries fill them wrongly.
#[derive(Clone, Copy)]
pub struct DeviceInfo(DEVICEINFO);

impl DeviceInfo {
    /// Gives the manufacturer's name.
    #[must_use]
    pub fn issuer(&self) -> String {
        text(&self.0.IssuerName)
    }

    /// Gives the model.
    #[must_use]
    pub fn name(&self) -> String {
        text(&self.0.DeviceName)
    }

    /// Gives the serial number: 8 characters date, 3 batch, 5 number.
    #[must_use]
    pub fn serial(&self) -> String {
        text(&self.0.DeviceSerial)
    }

    /// Gives the version of the device's software, as the vendor counts.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.0.DeviceVersion
    }

    /// Gives the number of the edition of GM/T 0018: 1 for 2012, 2 for 2023; some libraries put others.
    #[must_use]
    pub const fn standard_version(&self) -> u32 {
        self.0.StandardVersion
    }

    /// Names the edition of GM/T 0018, where the number is one in use.
    #[must_use]
    pub const fn standard(&self) -> Option<&'static str> {
        match self.0.StandardVersion {
            1 => Some("GM/T 0018-2012"),
            2 | 0x0002_0000 | 0x0002_0023 => Some("GM/T 0018-2023"),
            _ => None,
        }
    }

    /// Names the asymmetric algorithms.
    #[must_use]
    pub fn asymmetric(&self) -> Vec<&'static str> {
        let [word, _] = self.0.AsymAlgAbility;
        named(word, &ASYMMETRIC)
    }

    /// Gives the sizes of asymmetric keys in bits, or-ed together.
    #[must_use]
    pub const fn asymmetric_bits(&self) -> u32 {
        let [_, bits] = self.0.AsymAlgAbility;
        bits
    }

    /// Names the symmetric algorithms; which of the modes goes with which the word does not say.
    #[must_use]
    pub fn ciphers(&self) -> Vec<&'static str> {
        named(self.0.SymAlgAbility, &CIPHERS)
    }

    /// Names the modes of the symmetric algorithms.
    #[must_use]
    pub fn modes(&self) -> Vec<&'static str> {
        named(self.0.SymAlgAbility, &MODES)
    }

    /// Names the hash algorithms.
    #[must_use]
    pub fn hashes(&self) -> Vec<&'static str> {
        named(self.0.HashAlgAbility, &HASHES)
    }

    /// Gives the bytes of file storage.
    #[must_use]
    pub const fn file_space(&self) -> u32 {
        self.0.BufferSize
    }

    /// Gives the structure itself.
    #[must_use]
    pub const fn raw(&self) -> &DEVICEINFO {
        &self.0
    }
}

impl fmt::Debug for DeviceInfo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DeviceInfo({self})")
    }
}

impl fmt::Display for DeviceInfo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} {}, serial {}, ",
            self.issuer(),
            self.name(),
            self.serial()
        )?;
        write!(formatter, "software version {:#x}, ", self.version())?;
        match self.standard() {
            Some(standard) => formatter.write_str(standard)?,
            None => write!(formatter, "standard version {:#x}", self.standard_version())?,
        }
        write!(
            formatter,
            "; {} ({} bits)",
            self.asymmetric().join(", "),
            self.asymmetric_bits()
        )?;
        write!(
            formatter,
            "; {} in {}",
            self.ciphers().join(", "),
            self.modes().join(", ")
        )?;
        write!(formatter, "; {}", self.hashes().join(", "))?;
        write!(formatter, "; {} bytes for files", self.file_space())
    }
}

/// The text in a fixed field, which need not end in a zero byte. What cannot be printed becomes `?`.
fn text(field: &[u8]) -> String {
    let end = field
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(field.len());
    let text = field.get(..end).unwrap_or_default();
    String::from_utf8_lossy(text)
        .trim()
        .chars()
        .map(|character| {
            if character.is_control() || character == '\u{fffd}' {
                '?'
            } else {
                character
            }
        })
        .collect()
}

/// The names of the bits that are set in `word`.
fn named(word: u32, names: &[(u32, &'static str)]) -> Vec<&'static str> {
    names
        .iter()
        .filter(|(bits, _)| word & bits == *bits)
        .map(|(_, name)| *name)
        .collect()
}

const ASYMMETRIC: [(u32, &str); 4] = [
    (sgd::SGD_RSA, "RSA"),
    (sgd::SGD_SM2_1, "SM2 signing"),
    (sgd::SGD_SM2_2, "SM2 key agreement"),
    (sgd::SGD_SM2_3, "SM2 encryption"),
];
const CIPHERS: [(u32, &str); 4] = [
    (sgd::SGD_SM1, "SM1"),
    (sgd::SGD_SSF33, "SSF33"),
    (sgd::SGD_SM4, "SM4"),
    (sgd::SGD_ZUC_EEA3 & !1, "ZUC"),
];
const MODES: [(u32, &str); 8] = [
    (sgd::SGD_ECB, "ECB"),
    (sgd::SGD_CBC, "CBC"),
    (sgd::SGD_CFB, "CFB"),
    (sgd::SGD_OFB, "OFB"),
    (sgd::SGD_CTR, "CTR"),
    (sgd::SGD_MAC, "MAC"),
    (sgd::SGD_SM4_GCM & !sgd::SGD_SM4, "GCM"),
    (sgd::SGD_SM4_CCM & !sgd::SGD_SM4, "CCM"),
];
const HASHES: [(u32, &str); 3] = [
    (sgd::SGD_SM3, "SM3"),
    (sgd::SGD_SHA1, "SHA-1"),
    (sgd::SGD_SHA256, "SHA-256"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_without_a_zero_byte_is_taken_whole() {
        assert_eq!(text(&[b'x'; 16]), "x".repeat(16));
        assert_eq!(text(b"card\0\xff\xff"), "card");
        assert_eq!(text(b"a\x1b[31m\0"), "a?[31m");
    }

    #[test]
    fn abilities_are_named_by_whole_patterns() {
        let word = sgd::SGD_SM4 | sgd::SGD_CBC | sgd::SGD_MAC;
        assert_eq!(named(word, &CIPHERS), ["SM4"]);
        assert_eq!(named(word, &MODES), ["CBC", "MAC"]);
    }
}
