//! SM2 signatures: the raw form r‖s and the DER form of GM/T 0009.

use std::fmt;

use der::{Decode, Encode, Sequence, asn1::UintRef};

use crate::encoding::{EncodingError, array, halves, integer, join, unhex, write_hex};

/// An SM2 signature (r, s) of GB/T 32918.2 as 64 bytes r‖s, each half big-endian.
///
/// Any 64 bytes are a `Signature`: whether r and s lie in 1..n is decided where it is verified.
///
/// ```
/// use sm2_signing::Signature;
///
/// let signature = Signature::from_r_s(&[1; 32], &[2; 32]);
/// assert_eq!(Signature::from_der(&signature.to_der())?, signature);
/// # Ok::<(), sm2_signing::EncodingError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature([u8; 64]);

impl Signature {
    /// Takes r‖s, 32 big-endian bytes each.
    #[must_use]
    pub const fn from_bytes(bytes: &[u8; 64]) -> Self {
        Self(*bytes)
    }

    /// Joins r and s, 32 big-endian bytes each.
    #[must_use]
    pub fn from_r_s(r: &[u8; 32], s: &[u8; 32]) -> Self {
        Self(join(r, s))
    }

    /// Reads r‖s from a slice.
    ///
    /// # Errors
    ///
    /// [`EncodingError::Length`] unless there are 64 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, EncodingError> {
        array("signature", "64", bytes).map(Self)
    }

    /// Reads r‖s from 128 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// [`EncodingError::Hex`] or [`EncodingError::Length`].
    pub fn from_hex(text: &str) -> Result<Self, EncodingError> {
        Self::from_slice(&unhex("signature", text)?)
    }

    /// Reads `SEQUENCE { r INTEGER, s INTEGER }` (GM/T 0009 §7.3) in canonical DER.
    ///
    /// # Errors
    ///
    /// [`EncodingError::Der`] for anything but canonical DER of two non-negative integers with
    /// nothing behind them, [`EncodingError::Length`] for an integer of more than 256 bits.
    pub fn from_der(der: &[u8]) -> Result<Self, EncodingError> {
        let what = "signature";
        let DerSignature { r, s } =
            DerSignature::from_der(der).map_err(|reason| EncodingError::Der { what, reason })?;
        Ok(Self(join(
            &integer("signature r", r)?,
            &integer("signature s", s)?,
        )))
    }

    /// Writes `SEQUENCE { r INTEGER, s INTEGER }` (GM/T 0009 §7.3).
    ///
    /// # Panics
    ///
    /// Never: two 256-bit integers always fit a DER sequence.
    #[must_use]
    pub fn to_der(self) -> Vec<u8> {
        let encode = || {
            DerSignature {
                r: UintRef::new(self.r())?,
                s: UintRef::new(self.s())?,
            }
            .to_der()
        };
        encode().expect("two 256-bit integers fit a DER sequence")
    }

    /// The first half, big-endian.
    #[must_use]
    pub fn r(&self) -> &[u8; 32] {
        halves(&self.0).0
    }

    /// The second half, big-endian.
    #[must_use]
    pub fn s(&self) -> &[u8; 32] {
        halves(&self.0).1
    }

    /// r‖s, big-endian.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// r‖s, big-endian.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 64] {
        self.0
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(formatter, &self.0)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Signature({self})")
    }
}

#[derive(Sequence)]
struct DerSignature<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_of_small_integers_has_no_padding() {
        let mut one = [0; 32];
        one[31] = 1;
        let mut high_bit = [0; 32];
        high_bit[31] = 0x80;
        let signature = Signature::from_r_s(&one, &high_bit);
        assert_eq!(signature.to_der(), [0x30, 7, 2, 1, 1, 2, 2, 0, 0x80]);
        assert_eq!(Signature::from_der(&signature.to_der()), Ok(signature));
    }

    #[test]
    fn der_is_strict() {
        for (why, der) in [
            ("empty", &[][..]),
            ("trailing byte", &[0x30, 6, 2, 1, 1, 2, 1, 1, 0]),
            ("third integer", &[0x30, 9, 2, 1, 1, 2, 1, 1, 2, 1, 1]),
            ("negative", &[0x30, 6, 2, 1, 0xff, 2, 1, 1]),
            ("padded integer", &[0x30, 7, 2, 2, 0, 1, 2, 1, 1]),
            ("empty integer", &[0x30, 5, 2, 0, 2, 1, 1]),
            ("long length", &[0x30, 0x81, 6, 2, 1, 1, 2, 1, 1]),
            ("indefinite length", &[0x30, 0x80, 2, 1, 1, 2, 1, 1, 0, 0]),
            ("not a sequence", &[0x31, 6, 2, 1, 1, 2, 1, 1]),
            ("truncated", &[0x30, 6, 2, 1, 1, 2, 1]),
        ] {
            assert!(
                matches!(Signature::from_der(der), Err(EncodingError::Der { .. })),
                "{why}"
            );
        }
    }

    #[test]
    fn integer_of_257_bits_is_refused() {
        let mut der = vec![0x30, 38, 2, 33, 1];
        der.extend([0; 32]);
        der.extend([2, 1, 1]);
        assert!(matches!(
            Signature::from_der(&der),
            Err(EncodingError::Length {
                what: "signature r",
                found: 33,
                ..
            })
        ));
    }
}
