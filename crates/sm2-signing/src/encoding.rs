//! What can be wrong with the bytes of a value, and the conversions that every value shares.

use std::fmt;

/// Bytes that are not the value they claim to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodingError {
    /// The number of bytes is wrong.
    #[error("{what}: expected {expected} bytes, found {found}")]
    Length {
        /// The value that was read.
        what: &'static str,
        /// The lengths that are accepted.
        expected: &'static str,
        /// The length that was given, in bytes.
        found: usize,
    },
    /// The text is not hexadecimal.
    #[error("{what}: not hexadecimal; use pairs of 0-9, a-f, A-F without prefix or blanks")]
    Hex {
        /// The value that was read.
        what: &'static str,
    },
    /// The bytes are not strict DER of the value.
    #[error("{what}: not canonical DER as GM/T 0009 prescribes it: {reason}")]
    Der {
        /// The value that was read.
        what: &'static str,
        /// What the decoder said.
        reason: der::Error,
    },
    /// The PEM text does not hold the expected object.
    #[error("{what}: not PEM with the label {expected:?}: {reason}")]
    Pem {
        /// The value that was read.
        what: &'static str,
        /// The label that was looked for.
        expected: &'static str,
        /// What was found instead.
        reason: String,
    },
    /// The public key belongs to another algorithm or curve.
    #[error(
        "public key: not an SM2 key; its algorithm is {found}, SM2 is 1.2.840.10045.2.1 on curve 1.2.156.10197.1.301"
    )]
    NotSm2 {
        /// The object identifiers that were found.
        found: String,
    },
    /// The point is in a form other than uncompressed.
    #[error(
        "{what}: point prefix {prefix:#04x} is not supported; use the uncompressed form 04 || x || y"
    )]
    PointForm {
        /// The value that was read.
        what: &'static str,
        /// The first byte of the point.
        prefix: u8,
    },
    /// The user id is too long for the 16-bit length in bits of GB/T 32918.2 §5.5.
    #[error("user id: {found} bytes do not fit the 16-bit length ENTL; the longest is 8191")]
    UserIdTooLong {
        /// The length that was given, in bytes.
        found: usize,
    },
}

/// Copies exactly `N` bytes out of a slice.
pub(crate) fn array<const N: usize>(
    what: &'static str,
    expected: &'static str,
    bytes: &[u8],
) -> Result<[u8; N], EncodingError> {
    bytes.try_into().map_err(|_| EncodingError::Length {
        what,
        expected,
        found: bytes.len(),
    })
}

/// Decodes hexadecimal text of either case.
pub(crate) fn unhex(what: &'static str, text: &str) -> Result<Vec<u8>, EncodingError> {
    base16ct::mixed::decode_vec(text).map_err(|_| EncodingError::Hex { what })
}

/// Writes lower-case hexadecimal.
pub(crate) fn write_hex(formatter: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    formatter.write_str(&base16ct::lower::encode_string(bytes))
}

/// Right-aligns the magnitude of a DER INTEGER in a field element or scalar.
pub(crate) fn integer(
    what: &'static str,
    value: der::asn1::UintRef<'_>,
) -> Result<[u8; 32], EncodingError> {
    let bytes = value.as_bytes();
    let mut out = [0; 32];
    let tail = out
        .len()
        .checked_sub(bytes.len())
        .and_then(|start| out.get_mut(start..))
        .ok_or(EncodingError::Length {
            what,
            expected: "at most 32",
            found: bytes.len(),
        })?;
    tail.copy_from_slice(bytes);
    Ok(out)
}

/// Joins two 32-byte halves.
pub(crate) fn join(high: &[u8; 32], low: &[u8; 32]) -> [u8; 64] {
    let mut out = [0; 64];
    let (left, right) = out.split_at_mut(32);
    left.copy_from_slice(high);
    right.copy_from_slice(low);
    out
}

/// The first and the second half of 64 bytes.
pub(crate) fn halves(bytes: &[u8; 64]) -> (&[u8; 32], &[u8; 32]) {
    let (chunks, _) = bytes.as_chunks::<32>();
    match chunks {
        [high, low] => (high, low),
        _ => unreachable!("64 bytes are two chunks of 32"),
    }
}
