//! SM3 (GB/T 32905) and HMAC-SM3 (GB/T 15852.2 with SM3).

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use zeroize::Zeroizing;

pub use digest::Digest;
pub use sm3::Sm3;

/// The SM3 digest of a byte string.
///
/// # Examples
///
/// ```
/// // GB/T 32905-2016, annex A.1.
/// let digest = sm_soft::hash::sm3(b"abc");
/// assert_eq!(digest[..4], [0x66, 0xC7, 0xF0, 0xF4]);
/// ```
#[must_use]
pub fn sm3(message: &[u8]) -> [u8; 32] {
    Sm3::digest(message).into()
}

/// HMAC-SM3 over data that comes in pieces.
///
/// The key may have any length; one of more than 64 bytes is hashed first, as HMAC says.
///
/// # Examples
///
/// ```
/// use sm_soft::hash::HmacSm3;
///
/// let mut mac = HmacSm3::new(b"key");
/// mac.update(b"The quick brown fox ");
/// mac.update(b"jumps over the lazy dog");
/// let tag = mac.finalize();
///
/// let mut mac = HmacSm3::new(b"key");
/// mac.update(b"The quick brown fox jumps over the lazy dog");
/// assert!(mac.verify(&tag).is_ok());
/// ```
#[derive(Clone)]
pub struct HmacSm3(Hmac<Sm3>);

impl HmacSm3 {
    /// Bytes of a tag.
    pub const TAG_LENGTH: usize = 32;

    /// Starts a computation under a key.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        let mut block = Zeroizing::new([0; 64]);
        if key.len() > block.len() {
            block[..32].copy_from_slice(Zeroizing::new(sm3(key)).as_slice());
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        Self(<Hmac<Sm3> as KeyInit>::new((&*block).into()))
    }

    /// Absorbs the next bytes of the message.
    pub fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    /// The 32-byte tag of everything absorbed.
    #[must_use]
    pub fn finalize(self) -> [u8; 32] {
        self.0.finalize().into_bytes().into()
    }

    /// Compares the tag with `expected` in constant time.
    ///
    /// # Errors
    ///
    /// [`MacMismatch`] if it differs, and if `expected` is not 32 bytes long.
    pub fn verify(self, expected: &[u8]) -> Result<(), MacMismatch> {
        self.0.verify_slice(expected).map_err(|_| MacMismatch)
    }
}

impl fmt::Debug for HmacSm3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HmacSm3").finish_non_exhaustive()
    }
}

/// A tag that is not the tag of this message under this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the HMAC-SM3 tag does not match: the message, the key or the tag differs from what was sealed"
)]
#[non_exhaustive]
pub struct MacMismatch;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::hex;

    /// GB/T 32905-2016, annexes A.1 and A.2.
    #[test]
    fn standard_digests() {
        assert_eq!(
            sm3(b"abc").to_vec(),
            hex("66C7F0F462EEEDD9D1F2D46BDC10E4E24167C4875CF2F7A2297DA02B8F4BA8E0")
        );
        assert_eq!(
            sm3(&b"abcd".repeat(16)).to_vec(),
            hex("DEBE9FF92275B8A138604889C18E5A4D6FDB70E5387E5765293DCBA39C0C5732")
        );
    }

    /// GM/T 0042-2015, annex D.3.
    #[test]
    fn standard_hmac() {
        let key: Vec<u8> = (1..=32).collect();
        let mut mac = HmacSm3::new(&key);
        let half = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        mac.update(half);
        mac.update(half);
        assert_eq!(
            mac.finalize().to_vec(),
            hex("CA05E144ED05D1857840D1F318A4A8669E559FC8391F414485BFDF7BB408963A")
        );
    }

    /// Made with `openssl dgst -sm3 -mac HMAC -macopt hexkey:KEY` (OpenSSL 3.0.19).
    #[test]
    fn hmac_known_answers() {
        for (key, message, tag) in HMAC_ANSWERS {
            let mut mac = HmacSm3::new(&hex(key));
            mac.update(message);
            assert_eq!(mac.clone().finalize().to_vec(), hex(tag));
            assert_eq!(mac.clone().verify(&hex(tag)), Ok(()));
            let mut wrong = hex(tag);
            wrong[31] ^= 1;
            assert_eq!(mac.clone().verify(&wrong), Err(MacMismatch));
            assert_eq!(mac.clone().verify(&hex(tag)[..31]), Err(MacMismatch));
            assert_eq!(mac.verify(&[]), Err(MacMismatch));
        }
    }

    #[test]
    fn pieces_give_the_same_tag() {
        let mut whole = HmacSm3::new(&[7; 64]);
        whole.update(&[1; 100]);
        let mut pieces = HmacSm3::new(&[7; 64]);
        for piece in [1; 100].chunks(7) {
            pieces.update(piece);
        }
        assert_eq!(whole.finalize(), pieces.finalize());
    }

    #[test]
    fn debug_is_blind() {
        let text = format!("{:?}", HmacSm3::new(&[0xCA; 32]));
        assert_eq!(text, "HmacSm3 { .. }");
    }

    const HMAC_ANSWERS: [(&str, &[u8], &str); 3] = [
        (
            "00112233445566778899AABBCCDDEEFF",
            b"message digest",
            "9C9A22E8B5797B82CFF9BABA56893CC1D75811C334D198F3AF43401740B824F7",
        ),
        (
            "0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B",
            b"",
            "5EBD1738D6DB27380B420ABC9D29193CF3DE6181272882537079F974412BDFE9",
        ),
        (
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            b"key longer than a block",
            "ABE753CEE23582137BF2EC643C63ACEA6F7532FD552875C788B06CA46889D7A3",
        ),
    ];
}
