//! The nonces of signatures: RFC 6979 with HMAC-SM3 and additional input (its section 3.6).

use sm2_arith::Scalar;
use zeroize::Zeroizing;

use crate::hash::HmacSm3;

/// Candidates for k, each in [1, n-1]; wiped on drop.
pub(super) struct Nonces {
    k: Zeroizing<[u8; 32]>,
    v: Zeroizing<[u8; 32]>,
    /// A candidate was taken and turned out unusable.
    again: bool,
}

impl Nonces {
    /// `e` is reduced mod n already; `additional` may be empty.
    pub(super) fn new(d: &[u8; 32], e: &[u8; 32], additional: &[u8]) -> Self {
        // 3.2 b, c
        let (k, v) = (Zeroizing::new([0; 32]), Zeroizing::new([1; 32]));
        let mut nonces = Self { k, v, again: false };
        // 3.2 d to g
        nonces.update(&[&[0], d, e, additional]);
        nonces.update(&[&[1], d, e, additional]);
        nonces
    }

    /// 3.2 h
    pub(super) fn next(&mut self) -> Zeroizing<Scalar> {
        loop {
            if self.again {
                self.update(&[&[0]]);
            }
            self.again = true;
            self.v = self.hmac(&[]);
            if let Some(k) = Scalar::from_bytes(&self.v).into_option()
                && !bool::from(k.is_zero())
            {
                return Zeroizing::new(k);
            }
        }
    }

    /// K = HMAC(K, V ‖ `inputs`), V = HMAC(K, V)
    fn update(&mut self, inputs: &[&[u8]]) {
        self.k = self.hmac(inputs);
        self.v = self.hmac(&[]);
    }

    fn hmac(&self, inputs: &[&[u8]]) -> Zeroizing<[u8; 32]> {
        let mut mac = HmacSm3::new(self.k.as_slice());
        mac.update(self.v.as_slice());
        for input in inputs {
            mac.update(input);
        }
        Zeroizing::new(mac.finalize())
    }
}

#[cfg(test)]
mod tests {
    use sm2::dsa::SigningKey;
    use sm2::dsa::signature::hazmat::PrehashSigner;
    use sm2_signing::Signature;

    use super::*;
    use crate::{SecretKey, SoftKey};

    /// Without additional input a signature is that of RustCrypto's `sm2`, which also follows
    /// RFC 6979 with SM3.
    #[test]
    fn signatures_of_rustcrypto() {
        for seed in 1..20_u8 {
            let key = SoftKey::new(SecretKey::from_bytes(&[seed; 32]).unwrap());
            let other = SigningKey::from_slice("1234567812345678", &[seed; 32]).unwrap();
            // 0xFF... is above n, and is reduced first.
            for e in [[0; 32], [seed; 32], [0xFF; 32]] {
                let expected: sm2::dsa::Signature = other.sign_prehash(&e).unwrap();
                let expected = Signature::from_slice(&expected.to_bytes()).unwrap();
                assert_eq!(key.sign_deterministically(&e), expected);
            }
        }
    }

    #[test]
    fn candidates_differ() {
        let mut nonces = Nonces::new(&[1; 32], &[2; 32], &[]);
        let first = nonces.next();
        assert_ne!(*first, *nonces.next());
        assert_eq!(*first, *Nonces::new(&[1; 32], &[2; 32], &[]).next());
        assert_ne!(*first, *Nonces::new(&[1; 32], &[2; 32], &[3; 32]).next());
    }
}
