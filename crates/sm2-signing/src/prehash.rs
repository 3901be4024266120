//! From a message to the value that is signed: user id, Z and e (GB/T 32918.2 §5.5 and §6.1).

use std::{borrow::Cow, fmt};

use sm3::{Digest, Sm3};

use crate::{
    PublicKey,
    encoding::{EncodingError, array, unhex, write_hex},
};

/// a‖b‖Gx‖Gy of the recommended curve (GB/T 32918.5), which every Z contains.
const CURVE: [[u8; 32]; 4] = [
    *b"\xff\xff\xff\xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xfc",
    *b"\x28\xe9\xfa\x9e\x9d\x9f\x5e\x34\x4d\x5a\x9e\x4b\xcf\x65\x09\xa7\xf3\x97\x89\xf5\x15\xab\x8f\x92\xdd\xbc\xbd\x41\x4d\x94\x0e\x93",
    *b"\x32\xc4\xae\x2c\x1f\x19\x81\x19\x5f\x99\x04\x46\x6a\x39\xc9\x94\x8f\xe3\x0b\xbf\xf2\x66\x0b\xe1\x71\x5a\x45\x89\x33\x4c\x74\xc7",
    *b"\xbc\x37\x36\xa2\xf4\xf6\x77\x9c\x59\xbd\xce\xe3\x6b\x69\x21\x53\xd0\xa9\x87\x7c\xc6\x2a\x47\x40\x02\xdf\x32\xe5\x21\x39\xf0\xa0",
];

/// e = SM3(Z‖M), the 32 bytes that SM2 signs.
///
/// A type of its own, so that the SM3 hash of a message is not signed where e is meant: see
/// [`Prehash::of`].
///
/// ```
/// use sm2_signing::{Prehash, PublicKey, UserId};
///
/// // GB/T 32918.5, annex A
/// let key = PublicKey::from_hex(concat!(
///     "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020",
///     "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
/// ))?;
/// let e = Prehash::of(&key, &UserId::DEFAULT, b"message digest");
/// assert_eq!(
///     e.to_string(),
///     "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640"
/// );
/// # Ok::<(), sm2_signing::EncodingError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Prehash([u8; 32]);

impl Prehash {
    /// Takes e as 32 big-endian bytes.
    #[must_use]
    pub const fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(*bytes)
    }

    /// Computes e = SM3(Z‖M); for many messages of one key keep its [`Z`].
    #[must_use]
    pub fn of(key: &PublicKey, user: &UserId, message: &[u8]) -> Self {
        Z::new(key, user).prehash(message)
    }

    /// Reads e from a slice.
    ///
    /// # Errors
    ///
    /// [`EncodingError::Length`] unless there are 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, EncodingError> {
        array("prehash e", "32", bytes).map(Self)
    }

    /// Reads e from 64 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// [`EncodingError::Hex`] or [`EncodingError::Length`].
    pub fn from_hex(text: &str) -> Result<Self, EncodingError> {
        Self::from_slice(&unhex("prehash e", text)?)
    }

    /// e as 32 big-endian bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Prehash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(formatter, &self.0)
    }
}

impl fmt::Debug for Prehash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Prehash({self})")
    }
}

/// Z of one signer: the hash of its user id, the curve and its public key.
///
/// It depends on the key alone, so a caller that signs or verifies often keeps it.
///
/// ```
/// use sm2_signing::{Prehash, PublicKey, UserId, Z};
///
/// let key = PublicKey::from_bytes(&[1; 64]);
/// let z = Z::new(&key, &UserId::DEFAULT);
/// assert_eq!(z.prehash(b"abc"), Prehash::of(&key, &UserId::DEFAULT, b"abc"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Z([u8; 32]);

impl Z {
    /// Z = SM3(ENTL ‖ ID ‖ a ‖ b ‖ xG ‖ yG ‖ xA ‖ yA), ENTL the 16-bit length of ID in bits.
    #[must_use]
    pub fn new(key: &PublicKey, user: &UserId) -> Self {
        let mut hash = Sm3::new();
        hash.update(user.length_in_bits().to_be_bytes());
        hash.update(user.as_bytes());
        for parameter in CURVE {
            hash.update(parameter);
        }
        hash.update(key.as_bytes());
        Self(hash.finalize().into())
    }

    /// e = SM3(Z‖M).
    #[must_use]
    pub fn prehash(&self, message: &[u8]) -> Prehash {
        let hash = Sm3::new().chain_update(self.0).chain_update(message);
        Prehash(hash.finalize().into())
    }

    /// The 32 bytes of Z.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Z {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(formatter, &self.0)
    }
}

impl fmt::Debug for Z {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Z({self})")
    }
}

/// The identity of a signer that enters its Z, at most 8191 bytes.
///
/// ```
/// use sm2_signing::UserId;
///
/// assert_eq!(UserId::DEFAULT.as_bytes(), b"1234567812345678");
/// assert!(UserId::new(vec![0; 8192]).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UserId(Cow<'static, [u8]>);

impl UserId {
    /// "1234567812345678", which GM/T 0009 §10 prescribes where none is agreed.
    pub const DEFAULT: Self = Self(Cow::Borrowed(b"1234567812345678"));

    /// Takes an identity.
    ///
    /// # Errors
    ///
    /// [`EncodingError::UserIdTooLong`] for more than 8191 bytes.
    pub fn new(id: impl Into<Vec<u8>>) -> Result<Self, EncodingError> {
        let id = id.into();
        if id.len() > usize::from(u16::MAX / 8) {
            return Err(EncodingError::UserIdTooLong { found: id.len() });
        }
        Ok(Self(Cow::Owned(id)))
    }

    /// The bytes of the identity.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn length_in_bits(&self) -> u16 {
        let bytes = u16::try_from(self.0.len()).expect("at most 8191 bytes, checked in new");
        bytes
            .checked_mul(8)
            .expect("at most 8191 bytes, checked in new")
    }
}

impl Default for UserId {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Origin: GB/T 32918.5-2017 annex A.
    #[test]
    fn z_of_the_standards_example() {
        let key = PublicKey::from_hex(concat!(
            "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020",
            "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
        ))
        .unwrap();
        let expected = "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3";
        let z = Z::new(&key, &UserId::DEFAULT);
        assert_eq!(base16ct::lower::encode_string(z.as_bytes()), expected);
    }

    #[test]
    fn longest_user_id_is_8191_bytes() {
        let key = PublicKey::from_bytes(&[7; 64]);
        let longest = UserId::new(vec![b'x'; 8191]).unwrap();
        assert_eq!(longest.length_in_bits(), 65528);
        assert_ne!(Z::new(&key, &longest), Z::new(&key, &UserId::DEFAULT));
        let too_long = UserId::new(vec![b'x'; 8192]);
        assert_eq!(too_long, Err(EncodingError::UserIdTooLong { found: 8192 }));
    }
}
