//! What is hashed part by part, and how its hash is signed.

use sm2_signing::{Prehash, PublicKey, UserId};
use sm3::{Digest, Sm3};

/// Fields whose bytes are hashed one after the other.
pub(crate) trait Parts {
    /// Gives the bytes of each field, in the order of the hash.
    fn each_part(&self, part: impl FnMut(&[u8]));

    fn joined(&self) -> Vec<u8> {
        let mut preimage = Vec::new();
        self.each_part(|part| preimage.extend_from_slice(part));
        preimage
    }

    fn digest(&self) -> [u8; 32] {
        let mut hash = Sm3::new();
        self.each_part(|part| hash.update(part));
        hash.finalize().into()
    }
}

/// e = SM3(Z ‖ h): to SM2, the hash of a transaction or block is the message.
pub(crate) fn prehash(key: &PublicKey, hash: &[u8; 32]) -> Prehash {
    Prehash::of(key, &UserId::DEFAULT, hash)
}
