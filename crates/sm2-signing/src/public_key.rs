//! SM2 public keys and the forms they travel in.

use std::fmt;

use der::{
    Decode, Encode,
    asn1::{AnyRef, BitStringRef, ObjectIdentifier},
};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use crate::encoding::{EncodingError, array, halves, join, unhex, write_hex};

/// id-ecPublicKey, RFC 5480.
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// The SM2 curve, GM/T 0006.
const SM2_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301");
const PEM_LABEL: &str = "PUBLIC KEY";
const UNCOMPRESSED: u8 = 4;

/// An SM2 public key as 64 bytes x‖y, each half big-endian.
///
/// Any 64 bytes are a `PublicKey`: an engine that meets a point off the curve answers that the
/// signature is invalid.
///
/// ```
/// use sm2_signing::PublicKey;
///
/// let key = PublicKey::from_hex(concat!(
///     "04",
///     "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020",
///     "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
/// ))?;
/// assert_eq!(PublicKey::from_spki_pem(&key.to_spki_pem())?, key);
/// # Ok::<(), sm2_signing::EncodingError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicKey([u8; 64]);

impl PublicKey {
    /// Takes x‖y, 32 big-endian bytes each.
    #[must_use]
    pub const fn from_bytes(bytes: &[u8; 64]) -> Self {
        Self(*bytes)
    }

    /// Joins the affine coordinates, 32 big-endian bytes each.
    #[must_use]
    pub fn from_x_y(x: &[u8; 32], y: &[u8; 32]) -> Self {
        Self(join(x, y))
    }

    /// Reads x‖y (64 bytes) or 04‖x‖y (65 bytes, SEC 1 uncompressed).
    ///
    /// # Errors
    ///
    /// [`EncodingError::Length`], or [`EncodingError::PointForm`] for a compressed point.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, EncodingError> {
        let what = "public key";
        match bytes {
            [UNCOMPRESSED, point @ ..] if bytes.len() == 65 => array(what, "64", point).map(Self),
            [prefix, ..] if bytes.len() == 65 || bytes.len() == 33 => {
                Err(EncodingError::PointForm {
                    what,
                    prefix: *prefix,
                })
            }
            _ => array(what, "64 (x || y) or 65 (04 || x || y)", bytes).map(Self),
        }
    }

    /// Reads 128 or 130 hexadecimal digits, as [`from_slice`](Self::from_slice) does.
    ///
    /// # Errors
    ///
    /// [`EncodingError::Hex`], and those of [`from_slice`](Self::from_slice).
    pub fn from_hex(text: &str) -> Result<Self, EncodingError> {
        Self::from_slice(&unhex("public key", text)?)
    }

    /// Reads a `SubjectPublicKeyInfo` (RFC 5480) on the SM2 curve.
    ///
    /// # Errors
    ///
    /// [`EncodingError::Der`], [`EncodingError::NotSm2`] for another algorithm or curve,
    /// [`EncodingError::PointForm`] for a compressed point.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, EncodingError> {
        let what = "public key";
        let malformed = |reason| EncodingError::Der { what, reason };
        let info = SubjectPublicKeyInfoRef::from_der(der).map_err(malformed)?;
        let algorithm = info.algorithm.oid;
        let curve = info
            .algorithm
            .parameters
            .map(AnyRef::decode_as::<ObjectIdentifier>);
        match curve {
            Some(Ok(SM2_CURVE)) if algorithm == EC_PUBLIC_KEY => {}
            Some(Ok(curve)) => {
                return Err(EncodingError::NotSm2 {
                    found: format!("{algorithm} on curve {curve}"),
                });
            }
            _ => {
                return Err(EncodingError::NotSm2 {
                    found: algorithm.to_string(),
                });
            }
        }
        let point = info
            .subject_public_key
            .as_bytes()
            .ok_or_else(|| malformed(der::Tag::BitString.value_error().into()))?;
        match point.first() {
            Some(&UNCOMPRESSED) => Self::from_slice(point),
            Some(&prefix) => Err(EncodingError::PointForm { what, prefix }),
            None => Err(EncodingError::Length {
                what,
                expected: "65",
                found: 0,
            }),
        }
    }

    /// Reads a PEM `PUBLIC KEY` on the SM2 curve.
    ///
    /// # Errors
    ///
    /// [`EncodingError::Pem`], and those of [`from_spki_der`](Self::from_spki_der).
    pub fn from_spki_pem(pem: &str) -> Result<Self, EncodingError> {
        let malformed = |reason| EncodingError::Pem {
            what: "public key",
            expected: PEM_LABEL,
            reason,
        };
        let (label, document) =
            der::Document::from_pem(pem).map_err(|error| malformed(error.to_string()))?;
        if label != PEM_LABEL {
            return Err(malformed(format!("the label is {label:?}")));
        }
        Self::from_spki_der(document.as_bytes())
    }

    /// Writes a `SubjectPublicKeyInfo` (RFC 5480) on the SM2 curve.
    ///
    /// # Panics
    ///
    /// Never: its size is fixed.
    #[must_use]
    pub fn to_spki_der(self) -> Vec<u8> {
        let point = self.to_sec1();
        let encode = || {
            SubjectPublicKeyInfoRef {
                algorithm: AlgorithmIdentifierRef {
                    oid: EC_PUBLIC_KEY,
                    parameters: Some(AnyRef::from(&SM2_CURVE)),
                },
                subject_public_key: BitStringRef::from_bytes(&point)?,
            }
            .to_der()
        };
        encode().expect("a public key of fixed size has a DER form")
    }

    /// Writes a PEM `PUBLIC KEY`.
    ///
    /// # Panics
    ///
    /// Never: its size is fixed.
    #[must_use]
    pub fn to_spki_pem(self) -> String {
        der::pem::encode_string(PEM_LABEL, der::pem::LineEnding::LF, &self.to_spki_der())
            .expect("a public key of fixed size has a PEM form")
    }

    /// 04‖x‖y, SEC 1 uncompressed.
    #[must_use]
    pub fn to_sec1(self) -> [u8; 65] {
        let mut out = [UNCOMPRESSED; 65];
        let (_, point) = out.split_at_mut(1);
        point.copy_from_slice(&self.0);
        out
    }

    /// The first coordinate, big-endian.
    #[must_use]
    pub fn x(&self) -> &[u8; 32] {
        halves(&self.0).0
    }

    /// The second coordinate, big-endian.
    #[must_use]
    pub fn y(&self) -> &[u8; 32] {
        halves(&self.0).1
    }

    /// x‖y, big-endian.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(formatter, &self.0)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({self})")
    }
}

impl spki::EncodePublicKey for PublicKey {
    fn to_public_key_der(&self) -> spki::Result<der::Document> {
        Ok(der::Document::try_from(self.to_spki_der())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> PublicKey {
        PublicKey::from_x_y(&[0x11; 32], &[0x22; 32])
    }

    #[test]
    fn every_form_round_trips() {
        assert_eq!(PublicKey::from_slice(key().as_bytes()), Ok(key()));
        assert_eq!(PublicKey::from_slice(&key().to_sec1()), Ok(key()));
        assert_eq!(
            PublicKey::from_hex(&key().to_string().to_uppercase()),
            Ok(key())
        );
        assert_eq!(PublicKey::from_spki_der(&key().to_spki_der()), Ok(key()));
        assert_eq!(PublicKey::from_spki_pem(&key().to_spki_pem()), Ok(key()));
    }

    #[test]
    fn wrong_lengths_and_forms_are_told_apart() {
        let mut compressed = key().to_sec1();
        compressed[0] = 2;
        let point_form = |prefix| {
            Err(EncodingError::PointForm {
                what: "public key",
                prefix,
            })
        };
        assert_eq!(PublicKey::from_slice(&compressed), point_form(2));
        assert_eq!(PublicKey::from_slice(&compressed[..33]), point_form(2));
        for length in [0, 1, 32, 63, 66, 128] {
            let wrong = PublicKey::from_slice(&vec![4; length]);
            assert!(
                matches!(wrong, Err(EncodingError::Length { found, .. }) if found == length),
                "{length}"
            );
        }
    }

    #[test]
    fn key_on_another_curve_is_refused() {
        let mut der = key().to_spki_der();
        let position = der
            .windows(2)
            .position(|pair| pair == [0x82, 0x2d])
            .unwrap();
        der[position + 1] = 0x2e; // 1.2.156.10197.1.302
        assert!(matches!(
            PublicKey::from_spki_der(&der),
            Err(EncodingError::NotSm2 { .. })
        ));
    }

    #[test]
    fn truncated_spki_is_refused_at_every_length() {
        let der = key().to_spki_der();
        for length in 0..der.len() {
            assert!(
                PublicKey::from_spki_der(&der[..length]).is_err(),
                "{length}"
            );
        }
    }

    #[test]
    fn pem_with_another_label_is_refused() {
        let pem = key().to_spki_pem().replace("PUBLIC", "PRIVATE");
        assert!(matches!(
            PublicKey::from_spki_pem(&pem),
            Err(EncodingError::Pem { .. })
        ));
    }
}
