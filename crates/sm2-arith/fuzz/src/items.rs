//! Bytes as signatures.

use sm2::PublicKey;
use sm2::dsa::signature::hazmat::PrehashVerifier;
use sm2::dsa::{Signature, VerifyingKey};
use sm2_arith::batch::VerifyItem;
use sm2_arith::{AffinePoint, Scalar, secret};

/// Reads values from the fuzzer's bytes, and zeros after their end.
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        self.bytes::<1>()[0]
    }

    pub fn bytes<const COUNT: usize>(&mut self) -> [u8; COUNT] {
        let (start, rest) = self.0.split_at(COUNT.min(self.0.len()));
        self.0 = rest;
        let mut bytes = [0; COUNT];
        bytes[..start.len()].copy_from_slice(start);
        bytes
    }

    /// Any scalar, a small one, or one of these negated.
    pub fn scalar(&mut self) -> Scalar {
        let way = self.byte();
        let scalar = if way & 1 == 0 {
            Scalar::from_limbs(&[u64::from(self.byte()), 0, 0, 0])
        } else {
            Scalar::from_bytes_reduced(&self.bytes())
        };
        if way & 2 == 0 {
            scalar
        } else {
            scalar.negate()
        }
    }

    /// Any bytes for a signature, or a valid one with one byte changed, or with none.
    pub fn item(&mut self) -> VerifyItem {
        let way = self.byte();
        if way.is_multiple_of(4) {
            return VerifyItem {
                public_key: self.bytes(),
                e: self.bytes(),
                signature: self.bytes(),
            };
        }
        let (d, s, t) = (self.scalar(), self.scalar(), self.scalar());
        let s = match way / 4 % 4 {
            // sG = tP, and sG = -tP
            1 => t.multiply(&d),
            2 => t.multiply(&d).negate(),
            _ => s,
        };
        let mut item = valid(&d, &s, &t);
        if way % 4 == 1 {
            let (place, change) = (usize::from(self.byte()) % 160, self.byte());
            match place {
                0..64 => item.public_key[place] ^= change,
                64..96 => item.e[place - 64] ^= change,
                _ => item.signature[place - 96] ^= change,
            }
        }
        item
    }
}

/// The signature with this s and with r = t - s, of the e that it is valid for.
fn valid(d: &Scalar, s: &Scalar, t: &Scalar) -> VerifyItem {
    let key = secret::multiply_generator(d).into_option();
    let sum = secret::multiply_generator(&s.add(&t.multiply(d))).into_option();
    let x1 = sum.map_or([0; 32], |sum| sum.x().to_bytes());
    let r = t.subtract(s);
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&r.to_bytes());
    signature[32..].copy_from_slice(&s.to_bytes());
    VerifyItem {
        public_key: key.map_or([0; 64], AffinePoint::to_bytes),
        e: r.subtract(&Scalar::from_bytes_reduced(&x1)).to_bytes(),
        signature,
    }
}

/// The crate `sm2`'s verdict.
pub fn rustcrypto(item: &VerifyItem) -> bool {
    let Ok(key) = PublicKey::from_sec1_bytes(&sec1(&item.public_key)) else {
        return false;
    };
    let Ok(key) = VerifyingKey::new("", key) else {
        return false;
    };
    let Ok(signature) = Signature::from_slice(&item.signature) else {
        return false;
    };
    key.verify_prehash(&item.e, &signature).is_ok()
}

/// Whether the crate `sm2` takes these bytes for a key.
pub fn rustcrypto_has_key(key: &[u8; 64]) -> bool {
    PublicKey::from_sec1_bytes(&sec1(key)).is_ok()
}

fn sec1(key: &[u8; 64]) -> [u8; 65] {
    let mut sec1 = [4; 65];
    sec1[1..].copy_from_slice(key);
    sec1
}
