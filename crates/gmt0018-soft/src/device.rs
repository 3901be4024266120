//! Device management (6.2): what the card says about itself, and random numbers.

use crate::card::Card;
use crate::{CardError, Session};

/// What the card says about itself (5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceInfo {
    /// The maker's name, zero-padded.
    pub issuer_name: [u8; 40],
    /// The model, zero-padded.
    pub device_name: [u8; 16],
    /// 16 ASCII digits: 8 date, 3 batch, 5 serial.
    pub device_serial: [u8; 16],
    /// The version of this software: major, minor and patch in a byte each.
    pub device_version: u32,
    /// 2: the 2023 edition.
    pub standard_version: u32,
    /// The algorithms' identifiers or'ed together, then the key lengths in bits.
    pub asymmetric: [u32; 2],
    /// The identifiers of SM4 and its modes or'ed together.
    pub symmetric: u32,
    /// The identifiers of the hash algorithms or'ed together.
    pub hash: u32,
    /// Bytes of file space.
    pub buffer_size: u32,
}

impl Card {
    /// What the card says about itself.
    #[must_use]
    pub fn device_info(&self) -> DeviceInfo {
        DeviceInfo {
            issuer_name: padded(ISSUER_NAME),
            device_name: padded(DEVICE_NAME),
            device_serial: padded(self.store().serial()),
            device_version: device_version(),
            standard_version: STANDARD_VERSION,
            asymmetric: [SGD_SM2 | SGD_SM2_1 | SGD_SM2_2 | SGD_SM2_3, 256],
            symmetric: SGD_SM4_ECB
                | SGD_SM4_CBC
                | SGD_SM4_CFB
                | SGD_SM4_OFB
                | SGD_SM4_MAC
                | SGD_SM4_CTR
                | SGD_SM4_GCM
                | SGD_SM4_CCM,
            hash: SGD_SM3 | SGD_SM3_HMAC,
            buffer_size: self.store().file_capacity(),
        }
    }
}

impl Session {
    /// What the card says about itself (`SDF_GetDeviceInfo`).
    #[must_use]
    pub fn device_info(&self) -> DeviceInfo {
        self.card.device_info()
    }

    /// Fills `output` with random bytes (`SDF_GenerateRandom`).
    ///
    /// # Errors
    ///
    /// [`CardError::Random`], [`CardError::ErrorState`].
    pub fn random(&self, output: &mut [u8]) -> Result<(), CardError> {
        self.card.check_operational()?;
        self.card.fill_random(output)
    }
}

/// `text` and zeros.
fn padded<const N: usize>(text: &str) -> [u8; N] {
    let mut field = [0; N];
    for (place, byte) in field.iter_mut().zip(text.bytes()) {
        *place = byte;
    }
    field
}

fn device_version() -> u32 {
    let part = |text: &str| text.parse::<u32>().unwrap_or(0) & 0xff;
    part(env!("CARGO_PKG_VERSION_MAJOR")) << 16
        | part(env!("CARGO_PKG_VERSION_MINOR")) << 8
        | part(env!("CARGO_PKG_VERSION_PATCH"))
}

const ISSUER_NAME: &str = "gmt0018-rs (software card)";
const DEVICE_NAME: &str = "gmt0018-soft";
const STANDARD_VERSION: u32 = 2;
// Identifiers of GM/T 0006.
const SGD_SM2: u32 = 0x0002_0100;
const SGD_SM2_1: u32 = 0x0002_0200;
const SGD_SM2_2: u32 = 0x0002_0400;
const SGD_SM2_3: u32 = 0x0002_0800;
const SGD_SM4_ECB: u32 = 0x0000_0401;
const SGD_SM4_CBC: u32 = 0x0000_0402;
const SGD_SM4_CFB: u32 = 0x0000_0404;
const SGD_SM4_OFB: u32 = 0x0000_0408;
const SGD_SM4_MAC: u32 = 0x0000_0410;
const SGD_SM4_CTR: u32 = 0x0000_0420;
const SGD_SM4_GCM: u32 = 0x0200_0400;
const SGD_SM4_CCM: u32 = 0x0400_0400;
const SGD_SM3: u32 = 0x01;
const SGD_SM3_HMAC: u32 = 0x08;
