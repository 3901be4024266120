//! The eight-lane verifier against the vectors of the workspace and against RustCrypto `sm2`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use sm2::dsa::signature::hazmat::PrehashVerifier;
use sm2::dsa::{Signature, VerifyingKey};
use sm2::elliptic_curve::PrimeField;
use sm2::elliptic_curve::ops::Reduce;
use sm2::elliptic_curve::point::AffineCoordinates;
use sm2::elliptic_curve::sec1::ToSec1Point;
use sm2::{FieldBytes, ProjectivePoint, PublicKey, Scalar};
use sm2_arith::batch::{Backend as _, Ifma, KnownItem, VerifyItem};
use sm3::{Digest, Sm3};

const LANES: usize = 8;

#[test]
fn every_vector_at_every_lane_position() {
    let Some(ifma) = available() else { return };
    let vectors = edge_vectors();
    assert!(
        vectors.len() >= 240,
        "only {} vectors were read",
        vectors.len()
    );
    let neighbour = Maker::new(1).valid();
    for (id, item, expected) in &vectors {
        for lane in 0..LANES {
            let mut items = [neighbour; LANES];
            items[lane] = *item;
            let mut verdicts = [!expected; LANES];
            ifma.verify_batch(&items, &mut verdicts);
            for (i, verdict) in verdicts.iter().enumerate() {
                assert_eq!(
                    *verdict,
                    i != lane || *expected,
                    "tcId {id} in lane {lane}, at {i}"
                );
            }
        }
    }
}

#[test]
fn vectors_are_neighbours_of_each_other() {
    let Some(ifma) = available() else { return };
    let vectors = edge_vectors();
    for shift in 0..LANES {
        let mut rotated = vectors.clone();
        rotated.rotate_left(shift);
        let items: Vec<VerifyItem> = rotated.iter().map(|(_, item, _)| *item).collect();
        let mut verdicts = vec![false; items.len()];
        ifma.verify_batch(&items, &mut verdicts);
        assert_eq!(known(ifma, &items), verdicts, "rotated by {shift}");
        for ((id, _, expected), verdict) in rotated.iter().zip(verdicts) {
            assert_eq!(verdict, *expected, "tcId {id}, rotated by {shift}");
        }
    }
}

#[test]
fn every_batch_size_with_one_invalid_item_anywhere() {
    let Some(ifma) = available() else { return };
    let mut maker = Maker::new(2);
    let valid: Vec<VerifyItem> = (0..4 * LANES + 1).map(|_| maker.valid()).collect();
    for size in 0..=valid.len() {
        for bad in 0..=size {
            let mut items = valid[..size].to_vec();
            if let Some(item) = items.get_mut(bad) {
                item.e[31] ^= 1;
            }
            let mut verdicts = vec![false; size];
            ifma.verify_batch(&items, &mut verdicts);
            for (i, verdict) in verdicts.iter().enumerate() {
                assert_eq!(
                    *verdict,
                    i != bad,
                    "size {size}, invalid at {bad}, verdict {i}"
                );
            }
        }
    }
}

#[test]
fn a_batch_of_exceptional_items_only() {
    let Some(ifma) = available() else { return };
    let mut maker = Maker::new(3);
    let items: Vec<VerifyItem> = (0..3 * LANES).map(|i| maker.exceptional(i)).collect();
    check(ifma, &items);
}

#[test]
fn agrees_with_rustcrypto_on_mutated_signatures() {
    let Some(ifma) = available() else { return };
    differential(ifma, 4, 3_000);
}

#[test]
#[ignore = "minutes of RustCrypto; run by hand with --release"]
fn agrees_with_rustcrypto_on_many_mutated_signatures() {
    let Some(ifma) = available() else { return };
    differential(ifma, 5, 200_000);
}

#[test]
#[should_panic(expected = "one verdict per item")]
fn slices_of_different_lengths_are_refused() {
    let Some(ifma) = available() else {
        panic!("one verdict per item: not run")
    };
    ifma.verify_batch(&[], &mut [false]);
}

fn available() -> Option<Ifma> {
    let ifma = Ifma::new();
    if ifma.is_none() {
        println!("skipped: no AVX-512 IFMA");
    }
    ifma
}

fn differential(ifma: Ifma, seed: u64, count: usize) {
    let mut maker = Maker::new(seed);
    let mut done = 0;
    while done < count {
        let size = 1 + maker.below(300);
        let items: Vec<VerifyItem> = (0..size).map(|_| maker.any()).collect();
        check(ifma, &items);
        done += size;
    }
    assert!(
        maker.valid_made > count / 8,
        "too few of the items were valid"
    );
}

fn check(ifma: Ifma, items: &[VerifyItem]) {
    let mut verdicts = vec![false; items.len()];
    ifma.verify_batch(items, &mut verdicts);
    assert_eq!(known(ifma, items), verdicts);
    for (i, (item, verdict)) in items.iter().zip(verdicts).enumerate() {
        assert_eq!(
            verdict,
            rustcrypto(item),
            "item {i} of {}: {item:02x?}",
            items.len()
        );
    }
}

/// The verdicts with a table of each key.
fn known(ifma: Ifma, items: &[VerifyItem]) -> Vec<bool> {
    let keys: Vec<_> = items.iter().map(|item| item.public_key).collect();
    let tables = ifma.key_tables(&keys);
    let mut places = Vec::new();
    let mut known = Vec::new();
    for (i, (item, table)) in items.iter().zip(&tables).enumerate() {
        if let Some(table) = table {
            places.push(i);
            known.push(KnownItem {
                table,
                e: item.e,
                signature: item.signature,
            });
        }
    }
    let mut verdicts = vec![false; known.len()];
    ifma.verify_known(&known, &mut verdicts);
    let mut all = vec![false; items.len()];
    for (place, verdict) in places.into_iter().zip(verdicts) {
        all[place] = verdict;
    }
    all
}

fn rustcrypto(item: &VerifyItem) -> bool {
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
struct Maker {
    seed: u64,
    counter: u64,
    valid_made: usize,
}

impl Maker {
    fn new(seed: u64) -> Self {
        Self {
            seed,
            counter: 0,
            valid_made: 0,
        }
    }

    fn bytes(&mut self) -> [u8; 32] {
        self.counter += 1;
        let mut hash = Sm3::new();
        hash.update(self.seed.to_le_bytes());
        hash.update(self.counter.to_le_bytes());
        hash.finalize().into()
    }

    fn below(&mut self, bound: usize) -> usize {
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

    fn valid(&mut self) -> VerifyItem {
        let (d, s, t) = (
            reduce(&self.bytes()),
            reduce(&self.bytes()),
            reduce(&self.bytes()),
        );
        Self::build(d, s, t)
    }

    /// An item whose sum meets doublings, infinity or equal table entries.
    fn exceptional(&mut self, kind: usize) -> VerifyItem {
        let t = self.scalar();
        match kind % 6 {
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
            _ => {
                let (d, s) = (self.scalar(), self.scalar());
                Self::build(d, s, t)
            }
        }
    }

    /// An item of any kind, mutated half of the time.
    fn any(&mut self) -> VerifyItem {
        let kind = self.below(16);
        let mut item = if kind < 8 {
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

fn reduce(bytes: &[u8; 32]) -> Scalar {
    <Scalar as Reduce<FieldBytes>>::reduce(&(*bytes).into())
}

/// The cases of the file whose key is uncompressed and whose fields are 32 bytes.
fn edge_vectors() -> Vec<(u64, VerifyItem, bool)> {
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

const N: [u8; 32] = [
    0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0x72, 0x03, 0xDF, 0x6B, 0x21, 0xC6, 0x05, 0x2B, 0x53, 0xBB, 0xF4, 0x09, 0x39, 0xD5, 0x41, 0x23,
];
