//! The nonces of signatures, hedged: SM3 of a secret of the key, fresh random bytes and the digest.

use sm2_arith::Scalar;
use zeroize::Zeroizing;

use crate::hash::{HmacSm3, sm3};

/// The secret that the nonces of one key are made with; wiped on drop.
///
/// A candidate for k is SM3(secret ‖ fresh ‖ e ‖ place ‖ attempt), as an integer. All inputs have one length, and
/// no output is ever published, so that a plain hash behind a secret is a pseudorandom function here. d itself is
/// not hashed again for each signature.
#[derive(Clone)]
pub(super) struct NonceSecret(Zeroizing<[u8; 32]>);

impl NonceSecret {
    /// The secret of the key d: HMAC-SM3 under d.
    pub(super) fn new(d: &[u8; 32]) -> Self {
        let mut mac = HmacSm3::new(d);
        mac.update(b"sm-soft: nonces of signatures");
        Self(Zeroizing::new(mac.finalize()))
    }

    /// What is hashed. `fresh` serves one call; `place` tells its signatures apart, `attempt` the candidates of one.
    pub(super) fn input(
        &self,
        fresh: &[u8; 32],
        e: &[u8; 32],
        place: u32,
        attempt: u32,
    ) -> Zeroizing<[u8; INPUT]> {
        let mut input = Zeroizing::new([0; INPUT]);
        input[..32].copy_from_slice(self.0.as_slice());
        input[32..64].copy_from_slice(fresh);
        input[64..96].copy_from_slice(e);
        input[96..100].copy_from_slice(&place.to_be_bytes());
        input[100..].copy_from_slice(&attempt.to_be_bytes());
        input
    }

    /// A3: the candidate for k, or 0, which no signature can be made with: take the next attempt.
    pub(super) fn candidate(
        &self,
        fresh: &[u8; 32],
        e: &[u8; 32],
        place: u32,
        attempt: u32,
    ) -> Zeroizing<Scalar> {
        let input = self.input(fresh, e, place, attempt);
        nonce(&Zeroizing::new(sm3(input.as_slice())))
    }
}

/// A3: k of a digest: the integer itself below n, 0 for one in 2^32 digests that are not.
pub(super) fn nonce(digest: &[u8; 32]) -> Zeroizing<Scalar> {
    let k = Scalar::from_bytes(digest);
    Zeroizing::new(k.into_option().unwrap_or(Scalar::ZERO))
}

/// Bytes that are hashed for a nonce: two blocks of SM3.
pub(super) const INPUT: usize = 104;

#[cfg(test)]
mod tests {
    use super::*;

    /// Every part of the input decides.
    #[test]
    fn candidates_differ() {
        let (one, two) = (NonceSecret::new(&[1; 32]), NonceSecret::new(&[2; 32]));
        let candidates = [
            one.candidate(&[3; 32], &[4; 32], 0, 0),
            two.candidate(&[3; 32], &[4; 32], 0, 0),
            one.candidate(&[4; 32], &[4; 32], 0, 0),
            one.candidate(&[3; 32], &[5; 32], 0, 0),
            one.candidate(&[3; 32], &[4; 32], 1, 0),
            one.candidate(&[3; 32], &[4; 32], 0, 1),
        ];
        for (i, a) in candidates.iter().enumerate() {
            for b in &candidates[..i] {
                assert_ne!(**a, **b);
            }
        }
        assert_eq!(
            *candidates[0],
            *one.candidate(&[3; 32], &[4; 32], 0, 0),
            "the same input gives the same nonce"
        );
    }

    #[test]
    fn digests_out_of_range_give_zero() {
        assert_eq!(*nonce(&[0xFF; 32]), Scalar::ZERO);
        assert_eq!(
            *nonce(&Scalar::ONE.negate().to_bytes()),
            Scalar::ONE.negate()
        );
    }
}
