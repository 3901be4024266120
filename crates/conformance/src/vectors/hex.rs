//! Hexadecimal in JSON.

use serde::{Deserialize, Deserializer, de::Error};

/// Bytes of any number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HexBytes(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for HexBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = base16ct::mixed::decode_vec(&text);
        bytes
            .map(Self)
            .map_err(|_| D::Error::custom(format!("not hexadecimal: {text}")))
    }
}

/// `N` bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hex<const N: usize>(pub(crate) [u8; N]);

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let HexBytes(bytes) = HexBytes::deserialize(deserializer)?;
        let found = bytes.len();
        let array = bytes.try_into();
        array
            .map(Self)
            .map_err(|_| D::Error::custom(format!("{found} bytes, expected {N}")))
    }
}
