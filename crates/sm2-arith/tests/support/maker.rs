//! Items to verify: the edge vectors of the workspace, and made ones that RustCrypto judges.

use sm2::dsa::signature::hazmat::PrehashVerifier;
use sm2::dsa::{Signature, VerifyingKey};
use sm2::elliptic_curve::PrimeField;
use sm2::elliptic_curve::ops::Reduce;
use sm2::elliptic_curve::point::AffineCoordinates;
use sm2::elliptic_curve::sec1::ToSec1Point;
use sm2::{FieldBytes, ProjectivePoint, PublicKey, Scalar};
use sm2_arith::batch::VerifyItem;
use sm3::{Digest, Sm3};

/// What RustCrypto says of it.
pub(crate) fn rustcrypto(item: &VerifyItem) -> bool {
    let mut sec1 = [4; 65];
    sec1[1..].copy_from_slice(&item.public_key);
    let Ok(key) = PublicKey::from_sec1_bytes(&sec1) else {
        return false;
    };
    let key = VerifyingKey::new("1234567812345678", key).unwrap();
    let Ok(signature) = Signature::from_slice(&item.signature) else {
        return false;
    };
    key.verify_prehash(&item.e, &signature).is_ok()
}

/// Makes items from a counter hashed by SM3, so that every run sees the same ones.
pub(crate) struct Maker {
    seed: u64,
    counter: u64,
    /// How many of those of [`any`](Self::any) were not mutated.
    pub(crate) valid_made: usize,
}

impl Maker {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            counter: 0,
            valid_made: 0,
        }
    }

    pub(crate) fn bytes(&mut self) -> [u8; 32] {
        self.counter += 1;
        let mut hash = Sm3::new();
        hash.update(self.seed.to_le_bytes());
        hash.update(self.counter.to_le_bytes());
        hash.finalize().into()
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::from(u16::from_le_bytes([self.bytes()[0], self.bytes()[1]])) % bound
    }

    /// A scalar in [1, n-1], often extreme: tiny, near n, or runs of equal bits.
    fn scalar(&mut self) -> Scalar {
        let mut bytes = self.bytes();
        match self.below(8) {
            0 => bytes[..30].fill(0),
            1 => bytes[..30].fill(0xff),
            2 => {
                let (from, to) = (self.below(32), self.below(32));
                bytes[from.min(to)..=from.max(to)].fill(0);
            }
            3 => {
                let (from, to) = (self.below(32), self.below(32));
                bytes[from.min(to)..=from.max(to)].fill(0xff);
            }
            4 => return -self.small(),
            _ => {}
        }
        let scalar = reduce(&bytes);
        if scalar == Scalar::ZERO {
            Scalar::ONE
        } else {
            scalar
        }
    }

    fn small(&mut self) -> Scalar {
        Scalar::from(1 + u64::try_from(self.below(40)).unwrap())
    }

    /// The valid item of the key d with these s and t: r = t - s, e = r - x1.
    fn build(d: Scalar, s: Scalar, t: Scalar) -> VerifyItem {
        let key = (ProjectivePoint::GENERATOR * d).to_affine();
        let point = (ProjectivePoint::GENERATOR * (s + t * d)).to_affine();
        let r = t - s;
        let e = r - reduce(&point.x().into());
        let mut item = VerifyItem {
            public_key: [0; 64],
            e: e.to_repr().into(),
            signature: [0; 64],
        };
        item.public_key
            .copy_from_slice(&key.to_sec1_point(false).as_bytes()[1..]);
        item.signature[..32].copy_from_slice(&r.to_repr());
        item.signature[32..].copy_from_slice(&s.to_repr());
        item
    }

    pub(crate) fn valid(&mut self) -> VerifyItem {
        let (d, s, t) = (
            reduce(&self.bytes()),
            reduce(&self.bytes()),
            reduce(&self.bytes()),
        );
        Self::build(d, s, t)
    }

    /// An item whose sum meets doublings, infinity or equal table entries.
    pub(crate) fn exceptional(&mut self, kind: usize) -> VerifyItem {
        let t = self.scalar();
        match kind % KINDS {
            // sG = tP
            0 => {
                let d = self.scalar();
                Self::build(d, t * d, t)
            }
            // sG = -tP: the sum is infinity and the item invalid
            1 => {
                let d = self.scalar();
                let mut item = Self::build(d, Scalar::ONE, t);
                let s = -(t * d);
                item.signature[..32].copy_from_slice(&(t - s).to_repr());
                item.signature[32..].copy_from_slice(&s.to_repr());
                item
            }
            // P = dG for a small d, with related scalars
            2 => {
                let d = self.small();
                let s = t * self.small();
                Self::build(d, s, t)
            }
            // P = -dG for a small d
            3 => {
                let d = -self.small();
                let s = t * self.small();
                Self::build(d, s, t)
            }
            // tP + sG = 2·s0·G for the lowest digit s0 = 5 of s: the last addition doubles
            4 => {
                let mut bytes = self.bytes();
                bytes[..2].fill(0);
                let s = reduce(&bytes) * Scalar::from(1_u64 << 11) + Scalar::from(5_u64);
                let d = (Scalar::from(10_u64) - s) * t.invert().unwrap();
                Self::build(d, s, t)
            }
            // the upper digits of s against all the others: [high]G = ±([low]G + tP)
            5 => {
                let s = self.odd();
                let bit = if self.below(2) == 0 {
                    189
                } else {
                    9 * (1 + self.below(27))
                };
                let (low, high) = split(&s, bit);
                let d = (self.sign() * high - low) * t.invert().unwrap();
                Self::build(d, s, t)
            }
            // the lower digits of t against its upper ones and the lower ones of s
            6 => {
                let (s, t) = (self.odd(), self.odd());
                let (bit, s_bit) = match self.below(2) {
                    0 => (192, 189),
                    _ => (6 * (1 + self.below(41)), 9 * (1 + self.below(27))),
                };
                let ((low, high), (s_low, _)) = (split(&t, bit), split(&s, s_bit));
                let sign = self.sign();
                let d = s_low * sign * (low - sign * high).invert().unwrap();
                Self::build(d, s, t)
            }
            _ => {
                let (d, s) = (self.scalar(), self.scalar());
                Self::build(d, s, t)
            }
        }
    }

    fn odd(&mut self) -> Scalar {
        let mut bytes = self.bytes();
        bytes[0] &= 0x7f;
        bytes[31] |= 1;
        reduce(&bytes)
    }

    fn sign(&mut self) -> Scalar {
        if self.below(2) == 0 {
            Scalar::ONE
        } else {
            -Scalar::ONE
        }
    }

    /// An item of any kind, mutated half of the time.
    pub(crate) fn any(&mut self) -> VerifyItem {
        let kind = self.below(16);
        let mut item = if kind < KINDS {
            self.exceptional(kind)
        } else {
            self.valid()
        };
        let bit = self.below(256);
        let flip = |bytes: &mut [u8]| bytes[bit / 8] ^= 1 << (bit % 8);
        match self.below(16) {
            0 => flip(&mut item.signature[..32]),
            1 => flip(&mut item.signature[32..]),
            2 => flip(&mut item.e),
            3 => flip(&mut item.public_key[..32]),
            4 => flip(&mut item.public_key[32..]),
            5 => item.signature[..32].fill(0),
            6 => item.signature[32..].copy_from_slice(&N),
            7 => {
                // r + s = n
                let s = reduce(&item.signature[32..].try_into().unwrap());
                item.signature[..32].copy_from_slice(&(-s).to_repr());
            }
            8 => item.public_key[..32].fill(0xff),
            9 => item.signature = self.bytes().repeat(2).try_into().unwrap(),
            _ => self.valid_made += 1,
        }
        item
    }
}

/// The parts of an odd scalar that its odd signed digits below and from this bit on make up.
fn split(scalar: &Scalar, bit: usize) -> (Scalar, Scalar) {
    // low = 2 (u mod 2^bit) + 1 - 2^bit = (k mod 2^(bit+1)) - 2^bit, for k = 1 + 2u
    let mut bytes: [u8; 32] = scalar.to_repr().into();
    for (i, byte) in bytes.iter_mut().rev().enumerate() {
        let kept = (bit + 1).saturating_sub(8 * i).min(8);
        *byte &= u8::try_from((1_u16 << kept) - 1).unwrap();
    }
    let mut power = [0; 32];
    power[31 - bit / 8] = 1 << (bit % 8);
    let low = reduce(&bytes) - reduce(&power);
    (low, scalar - &low)
}

fn reduce(bytes: &[u8; 32]) -> Scalar {
    <Scalar as Reduce<FieldBytes>>::reduce(&(*bytes).into())
}

/// The cases of the file whose key is uncompressed and whose fields are 32 bytes.
pub(crate) fn edge_vectors() -> Vec<(u64, VerifyItem, bool)> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../conformance/vectors/sm2_verify_edge.json"
    );
    let file: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = file["tests"].as_array().unwrap().iter();
    cases
        .filter_map(|case| {
            let field = |name: &str| hex(case[name].as_str().unwrap());
            let key = field("pub")?;
            let item = VerifyItem {
                public_key: key.strip_prefix(&[4])?.try_into().ok()?,
                e: field("digest")?.try_into().ok()?,
                signature: [field("r")?, field("s")?].concat().try_into().ok()?,
            };
            Some((
                case["tcId"].as_u64().unwrap(),
                item,
                case["result"] == "valid",
            ))
        })
        .collect()
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits = (0..text.len()).step_by(2).map(|i| text.get(i..i + 2));
    digits
        .map(|pair| u8::from_str_radix(pair?, 16).ok())
        .collect()
}

/// How many kinds of exceptional items there are.
pub(crate) const KINDS: usize = 8;

const N: [u8; 32] = [
    0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0x72, 0x03, 0xDF, 0x6B, 0x21, 0xC6, 0x05, 0x2B, 0x53, 0xBB, 0xF4, 0x09, 0x39, 0xD5, 0x41, 0x23,
];
