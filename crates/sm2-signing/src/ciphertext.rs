//! SM2 ciphertexts (GB/T 32918.4) and the three forms they travel in.

use std::fmt;

use der::{
    Decode, Encode, Sequence,
    asn1::{OctetStringRef, UintRef},
};

use crate::{
    PublicKey,
    encoding::{EncodingError, array, integer},
};

/// 04‖x‖y and C3, which every raw form carries besides C2.
const OVERHEAD: usize = 65 + 32;

/// An SM2 ciphertext: the point C1, the hash C3 and C2, as long as the plaintext.
///
/// ```
/// use sm2_signing::{Ciphertext, PublicKey};
///
/// let ciphertext = Ciphertext::new(PublicKey::from_bytes(&[1; 64]), [2; 32], vec![3; 19]);
/// assert_eq!(Ciphertext::from_c1c3c2(&ciphertext.to_c1c3c2())?, ciphertext);
/// assert_eq!(Ciphertext::from_der(&ciphertext.to_der())?, ciphertext);
/// # Ok::<(), sm2_signing::EncodingError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Ciphertext {
    c1: PublicKey,
    c3: [u8; 32],
    c2: Vec<u8>,
}

impl Ciphertext {
    /// Puts the parts together; that C1 is on the curve is checked where it is decrypted.
    #[must_use]
    pub const fn new(c1: PublicKey, c3: [u8; 32], c2: Vec<u8>) -> Self {
        Self { c1, c3, c2 }
    }

    /// Reads 04‖x‖y‖C3‖C2, the order of GB/T 32918.4-2016.
    ///
    /// # Errors
    ///
    /// [`EncodingError::Length`] when C2 would be empty, [`EncodingError::PointForm`] unless the
    /// first byte is 04.
    pub fn from_c1c3c2(bytes: &[u8]) -> Result<Self, EncodingError> {
        let (c1, rest) = split_point(bytes)?;
        let (c3, c2) = rest
            .split_first_chunk::<32>()
            .ok_or_else(|| too_short(bytes))?;
        Ok(Self::new(c1, *c3, c2.to_vec()))
    }

    /// Reads 04‖x‖y‖C2‖C3, the order of the 2010 edition.
    ///
    /// # Errors
    ///
    /// Those of [`from_c1c3c2`](Self::from_c1c3c2).
    pub fn from_c1c2c3(bytes: &[u8]) -> Result<Self, EncodingError> {
        let (c1, rest) = split_point(bytes)?;
        let (c2, c3) = rest
            .split_last_chunk::<32>()
            .ok_or_else(|| too_short(bytes))?;
        Ok(Self::new(c1, *c3, c2.to_vec()))
    }

    /// Reads `SEQUENCE { x INTEGER, y INTEGER, C3 OCTET STRING, C2 OCTET STRING }`
    /// (GM/T 0009 §7.2) in canonical DER.
    ///
    /// # Errors
    ///
    /// [`EncodingError::Der`] for anything else, [`EncodingError::Length`] for a coordinate of
    /// more than 256 bits, a C3 that is not 32 bytes, or an empty C2.
    pub fn from_der(der: &[u8]) -> Result<Self, EncodingError> {
        let what = "SM2 ciphertext";
        let decoded =
            DerCiphertext::from_der(der).map_err(|reason| EncodingError::Der { what, reason })?;
        let x = integer("SM2 ciphertext x", decoded.x)?;
        let y = integer("SM2 ciphertext y", decoded.y)?;
        let c3 = array("SM2 ciphertext C3", "32", decoded.c3.as_bytes())?;
        let c2 = decoded.c2.as_bytes();
        if c2.is_empty() {
            return Err(EncodingError::Length {
                what: "SM2 ciphertext C2",
                expected: "at least 1",
                found: 0,
            });
        }
        Ok(Self::new(PublicKey::from_x_y(&x, &y), c3, c2.to_vec()))
    }

    /// Writes 04‖x‖y‖C3‖C2.
    #[must_use]
    pub fn to_c1c3c2(&self) -> Vec<u8> {
        [&self.c1.to_sec1()[..], &self.c3, &self.c2].concat()
    }

    /// Writes 04‖x‖y‖C2‖C3.
    #[must_use]
    pub fn to_c1c2c3(&self) -> Vec<u8> {
        [&self.c1.to_sec1()[..], &self.c2, &self.c3].concat()
    }

    /// Writes the DER form of GM/T 0009 §7.2.
    ///
    /// # Panics
    ///
    /// Only if C2 is longer than DER can express (256 MiB).
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let encode = || {
            DerCiphertext {
                x: UintRef::new(self.c1.x())?,
                y: UintRef::new(self.c1.y())?,
                c3: OctetStringRef::new(&self.c3)?,
                c2: OctetStringRef::new(&self.c2)?,
            }
            .to_der()
        };
        encode().expect("C2 is shorter than 256 MiB")
    }

    /// C1, the point k·G.
    #[must_use]
    pub const fn c1(&self) -> &PublicKey {
        &self.c1
    }

    /// C3 = SM3(x2‖M‖y2).
    #[must_use]
    pub const fn c3(&self) -> &[u8; 32] {
        &self.c3
    }

    /// C2 = M ⊕ t.
    #[must_use]
    pub fn c2(&self) -> &[u8] {
        &self.c2
    }
}

impl fmt::Debug for Ciphertext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Ciphertext({} bytes)", self.c2.len())
    }
}

#[derive(Sequence)]
struct DerCiphertext<'a> {
    x: UintRef<'a>,
    y: UintRef<'a>,
    c3: &'a OctetStringRef,
    c2: &'a OctetStringRef,
}

fn split_point(bytes: &[u8]) -> Result<(PublicKey, &[u8]), EncodingError> {
    if bytes.len() <= OVERHEAD {
        return Err(too_short(bytes));
    }
    match bytes.split_first_chunk::<65>() {
        Some(([4, ..], rest)) => {
            let point = bytes.get(..65).ok_or_else(|| too_short(bytes))?;
            Ok((PublicKey::from_slice(point)?, rest))
        }
        Some(([prefix, ..], _)) => Err(EncodingError::PointForm {
            what: "SM2 ciphertext",
            prefix: *prefix,
        }),
        None => Err(too_short(bytes)),
    }
}

const fn too_short(bytes: &[u8]) -> EncodingError {
    EncodingError::Length {
        what: "SM2 ciphertext",
        expected: "at least 98 (04 || x || y, C3 and one byte of C2)",
        found: bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Ciphertext {
        Ciphertext::new(
            PublicKey::from_x_y(&[0x81; 32], &[0x02; 32]),
            [3; 32],
            vec![5, 6, 7],
        )
    }

    #[test]
    fn every_form_round_trips() {
        assert_eq!(Ciphertext::from_c1c3c2(&sample().to_c1c3c2()), Ok(sample()));
        assert_eq!(Ciphertext::from_c1c2c3(&sample().to_c1c2c3()), Ok(sample()));
        assert_eq!(Ciphertext::from_der(&sample().to_der()), Ok(sample()));
    }

    #[test]
    fn truncated_forms_are_refused() {
        let raw = sample().to_c1c3c2();
        for length in 0..98 {
            assert!(Ciphertext::from_c1c3c2(&raw[..length]).is_err(), "{length}");
            assert!(Ciphertext::from_c1c2c3(&raw[..length]).is_err(), "{length}");
        }
        let der = sample().to_der();
        for length in 0..der.len() {
            assert!(Ciphertext::from_der(&der[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn point_prefix_must_be_04() {
        let mut raw = sample().to_c1c3c2();
        raw[0] = 6;
        assert_eq!(
            Ciphertext::from_c1c3c2(&raw),
            Err(EncodingError::PointForm {
                what: "SM2 ciphertext",
                prefix: 6
            })
        );
    }
}
