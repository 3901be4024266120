//! Every difference between vendors' libraries, as one value.

use std::{path::PathBuf, str::FromStr};

use gmt0018_sys::algorithm as sgd;

use crate::InputError;

/// How a vendor's library differs from the standard. The default is the standard.
///
/// No call tells which dialect a library speaks, and a wrong one can make a library read the wrong argument, so it is
/// chosen by whoever knows the card.
///
/// ```
/// use gmt0018::{Dialect, EccLayout, Open};
///
/// let mut dialect = Dialect::STANDARD.with_open(Open::WithPath("/etc/card".into()));
/// dialect.ecc_layout = EccLayout::Bits256;
/// assert_eq!(dialect.random_chunk, 256);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dialect {
    /// The call that opens the device.
    pub open: Open,
    /// The layout of keys, signatures and ciphertexts.
    pub ecc_layout: EccLayout,
    /// The arguments of `SDF_InternalEncrypt_ECC` and `SDF_InternalDecrypt_ECC`.
    pub internal_ecc_arguments: InternalEccArguments,
    /// How `SDF_AuthDec` takes the length of the tag.
    pub auth_dec_tag_length: TagLength,
    /// The numbers of the algorithms.
    pub algorithms: AlgorithmMap,
    /// How a session key is encrypted under a key-encryption key.
    pub kek_wrap: KekWrap,
    /// The algorithm id that `SDF_HMACInit` takes for HMAC-SM3.
    pub hmac_sm3: HmacId,
    /// What is done before a private key without a password is used.
    pub keys_without_pin: KeysWithoutPin,
    /// The most random bytes asked for in one call.
    pub random_chunk: u32,
    /// The most data bytes passed in one call; a multiple of 16 is used.
    pub data_chunk: u32,
}

impl Dialect {
    /// The standard's forms, with 256 random bytes and 64 KiB of data in a call.
    pub const STANDARD: Self = Self {
        open: Open::Plain,
        ecc_layout: EccLayout::Bits512,
        internal_ecc_arguments: InternalEccArguments::Six,
        auth_dec_tag_length: TagLength::ByValue,
        algorithms: AlgorithmMap::Standard,
        kek_wrap: KekWrap::Ecb,
        hmac_sm3: HmacId::Sm3,
        keys_without_pin: KeysWithoutPin::UseDirectly,
        random_chunk: 256,
        data_chunk: 65_536,
    };

    /// Old Sansec firmware: 256-bit structures in the 2008 order, SM4 at 0x2000, SM2 ids one bit lower.
    #[must_use]
    pub const fn sansec_legacy() -> Self {
        let mut dialect = Self::STANDARD;
        dialect.ecc_layout = EccLayout::Legacy2008;
        dialect.algorithms = AlgorithmMap::SansecLegacy;
        dialect
    }

    /// `SoftSDF` of the `GmSSL` project: session keys under a KEK are padded SM4-CBC.
    #[must_use]
    pub const fn softsdf() -> Self {
        let mut dialect = Self::STANDARD;
        dialect.kek_wrap = KekWrap::SoftSdfCbc;
        dialect
    }

    /// Fisherman libraries built with their default 256-bit structures.
    #[must_use]
    pub const fn fisherman() -> Self {
        let mut dialect = Self::STANDARD;
        dialect.ecc_layout = EccLayout::Bits256;
        dialect
    }

    /// Libraries after sdf4j's header: 5 arguments in `SDF_InternalEncrypt_ECC`, tag length by pointer.
    #[must_use]
    pub const fn sdf4j() -> Self {
        let mut dialect = Self::STANDARD;
        dialect.internal_ecc_arguments = InternalEccArguments::FiveToEncrypt;
        dialect.auth_dec_tag_length = TagLength::ByPointer;
        dialect
    }

    /// Gives this dialect with another way to open the device.
    #[must_use]
    pub fn with_open(mut self, open: Open) -> Self {
        self.open = open;
        self
    }

    /// The library's number for an algorithm.
    pub(crate) fn id(&self, algorithm: Algorithm) -> Result<u32, InputError> {
        let what = algorithm.name();
        match self.algorithms {
            AlgorithmMap::Standard => Ok(algorithm.standard()),
            AlgorithmMap::SansecLegacy => algorithm
                .sansec_legacy()
                .ok_or(InputError::Unmapped { what }),
        }
    }

    /// The library's number for HMAC-SM3.
    pub(crate) const fn hmac_id(&self) -> u32 {
        match self.hmac_sm3 {
            HmacId::Sm3 => sgd::SGD_SM3,
            HmacId::Sm3Hmac => sgd::SGD_SM3_HMAC,
            HmacId::Other(id) => id,
        }
    }

    /// The most data bytes in one call: whole blocks, at least one.
    pub(crate) fn blocks_chunk(&self) -> usize {
        let chunk = usize::try_from(self.data_chunk).unwrap_or(usize::MAX);
        (chunk & !15).max(16)
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Self::STANDARD
    }
}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    /// Finds a dialect by its name: `standard`, `sansec-legacy`, `softsdf`, `fisherman` or `sdf4j`.
    ///
    /// ```
    /// use gmt0018::Dialect;
    ///
    /// assert_eq!("softsdf".parse(), Ok(Dialect::softsdf()));
    /// assert!("unheard-of".parse::<Dialect>().is_err());
    /// ```
    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        Ok(match name {
            "standard" => Self::STANDARD,
            "sansec-legacy" => Self::sansec_legacy(),
            "softsdf" => Self::softsdf(),
            "fisherman" => Self::fisherman(),
            "sdf4j" => Self::sdf4j(),
            _ => return Err(UnknownDialect(name.to_owned())),
        })
    }
}

/// No dialect has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no dialect is called {0:?}; try: standard, sansec-legacy, softsdf, fisherman or sdf4j")]
pub struct UnknownDialect(String);

/// The call that opens the device.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Open {
    /// `SDF_OpenDevice`.
    Plain,
    /// `SDF_OpenDeviceWithPath` with the directory of the configuration (Sansec, Fisherman, the software card).
    WithPath(PathBuf),
    /// `SDF_OpenDeviceWithConf` with the configuration file (sdfx).
    WithConf(PathBuf),
}

/// The layout of keys, signatures and ciphertexts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EccLayout {
    /// The standard's 64-byte fields, ciphertext as x, y, M, L, C.
    Bits512,
    /// 32-byte fields, ciphertext as x, y, M, L, C (Fisherman, Huawei).
    Bits256,
    /// 32-byte fields, ciphertext as clength, x, y, C of 136 bytes, M: the 2008 interface.
    Legacy2008,
}

/// The arguments of `SDF_InternalEncrypt_ECC` and `SDF_InternalDecrypt_ECC`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InternalEccArguments {
    /// Both take the algorithm id after the key index (Sansec, Fisherman, `GmSSL`, `SoftSDF`).
    Six,
    /// Neither takes an algorithm id (Tongsuo).
    Five,
    /// Only `SDF_InternalDecrypt_ECC` takes it (sdf4j).
    FiveToEncrypt,
}

/// How `SDF_AuthDec` takes the length of the tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TagLength {
    /// As a number.
    ByValue,
    /// As a pointer to a number, the way the 2023 text prints it.
    ByPointer,
}

/// The numbers of the algorithms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AlgorithmMap {
    /// GM/T 0006.
    Standard,
    /// Old Sansec firmware: SM4 is 0x2000 with the mode in the low byte, the SM2 ids are one bit lower, and 0x401 is AES.
    SansecLegacy,
}

/// How a session key is encrypted under a key-encryption key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KekWrap {
    /// SM4-ECB: 16 bytes for an SM4 key.
    Ecb,
    /// SM4-CBC with the IV in front and padding behind: 48 bytes for an SM4 key (`SoftSDF`).
    SoftSdfCbc,
}

/// The algorithm id that `SDF_HMACInit` takes for HMAC-SM3; the standard's text is not clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HmacId {
    /// `SGD_SM3`, 1.
    Sm3,
    /// `SGD_SM3_HMAC`, 8.
    Sm3Hmac,
    /// Another number.
    Other(u32),
}

/// What is done before a private key without a password is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeysWithoutPin {
    /// Nothing: the key is used directly.
    UseDirectly,
    /// The access right is asked for with a password of no bytes.
    AskWithEmptyPassword,
}

/// An algorithm that this crate names in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Sm2Sign,
    Sm2Encrypt,
    Sm3,
    Sm4Ecb,
    Sm4Cbc,
    Sm4Cfb,
    Sm4Ofb,
    Sm4Ctr,
    Sm4Mac,
    Sm4Gcm,
    Sm4Ccm,
}

impl Algorithm {
    const fn standard(self) -> u32 {
        match self {
            Self::Sm2Sign => sgd::SGD_SM2_1,
            Self::Sm2Encrypt => sgd::SGD_SM2_3,
            Self::Sm3 => sgd::SGD_SM3,
            Self::Sm4Ecb => sgd::SGD_SM4_ECB,
            Self::Sm4Cbc => sgd::SGD_SM4_CBC,
            Self::Sm4Cfb => sgd::SGD_SM4_CFB,
            Self::Sm4Ofb => sgd::SGD_SM4_OFB,
            Self::Sm4Ctr => sgd::SGD_SM4_CTR,
            Self::Sm4Mac => sgd::SGD_SM4_MAC,
            Self::Sm4Gcm => sgd::SGD_SM4_GCM,
            Self::Sm4Ccm => sgd::SGD_SM4_CCM,
        }
    }

    const fn sansec_legacy(self) -> Option<u32> {
        Some(match self {
            Self::Sm2Sign => 0x0002_0100,
            Self::Sm2Encrypt => 0x0002_0400,
            Self::Sm3 => sgd::SGD_SM3,
            Self::Sm4Ecb => 0x2001,
            Self::Sm4Cbc => 0x2002,
            Self::Sm4Cfb => 0x2004,
            Self::Sm4Ofb => 0x2008,
            Self::Sm4Mac => 0x2010,
            Self::Sm4Ctr => 0x2020,
            Self::Sm4Gcm | Self::Sm4Ccm => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Sm2Sign => "SM2 signing",
            Self::Sm2Encrypt => "SM2 encryption",
            Self::Sm3 => "SM3",
            Self::Sm4Ecb => "SM4-ECB",
            Self::Sm4Cbc => "SM4-CBC",
            Self::Sm4Cfb => "SM4-CFB",
            Self::Sm4Ofb => "SM4-OFB",
            Self::Sm4Ctr => "SM4-CTR",
            Self::Sm4Mac => "SM4 CBC-MAC",
            Self::Sm4Gcm => "SM4-GCM",
            Self::Sm4Ccm => "SM4-CCM",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_sansec_never_gets_the_number_of_aes() {
        let dialect = Dialect::sansec_legacy();
        assert_eq!(dialect.id(Algorithm::Sm4Ecb), Ok(0x2001));
        assert_eq!(dialect.id(Algorithm::Sm2Sign), Ok(0x20100));
        assert_eq!(
            dialect.id(Algorithm::Sm4Gcm),
            Err(InputError::Unmapped { what: "SM4-GCM" })
        );
        assert_eq!(Dialect::STANDARD.id(Algorithm::Sm4Gcm), Ok(0x0200_0400));
    }

    #[test]
    fn a_data_chunk_is_whole_blocks() {
        let mut dialect = Dialect::STANDARD;
        for (chunk, expected) in [(0, 16), (15, 16), (16, 16), (47, 32), (65_536, 65_536)] {
            dialect.data_chunk = chunk;
            assert_eq!(dialect.blocks_chunk(), expected);
        }
    }
}
