//! The key derivation function of GB/T 32918.3-2016 5.4.3 and GB/T 32918.4-2016 5.4.3.

use digest::Digest;
use sm3::Sm3;
use zeroize::Zeroizing;

/// The most bytes the function gives: (2^32 - 1) digests.
pub(crate) const MAX_LENGTH: u64 = (u32::MAX as u64) * 32;

/// `length` bytes, at most [`MAX_LENGTH`], of SM3(Z ‖ ct) for ct = 1, 2, ..., where Z is the
/// concatenation of `parts`.
pub(crate) fn derive(parts: &[&[u8]], length: usize) -> Zeroizing<Vec<u8>> {
    let mut hash = Sm3::new();
    for part in parts {
        hash.update(part);
    }
    let mut key = Zeroizing::new(vec![0; length]);
    for (chunk, counter) in key.chunks_mut(32).zip(1_u32..) {
        let digest = hash.clone().chain_update(counter.to_be_bytes()).finalize();
        let digest = Zeroizing::new(<[u8; 32]>::from(digest));
        chunk.copy_from_slice(&digest[..chunk.len()]);
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counter_and_truncation() {
        let whole = derive(&[b"ab", b"c"], 70);
        let first = Sm3::digest(b"abc\0\0\0\x01");
        let third = Sm3::digest(b"abc\0\0\0\x03");
        assert_eq!(whole[..32], first[..]);
        assert_eq!(whole[64..], third[..6]);
        assert_eq!(*derive(&[b"abc"], 33), whole[..33]);
        assert!(derive(&[b"abc"], 0).is_empty());
    }
}
