//! Many signatures at a time against the standard's steps in integers of any size, with \[k\]G by
//! the crate `sm2`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use num_bigint::BigUint;
use sm2::ProjectivePoint;
use sm2::elliptic_curve::{Group, PrimeField, sec1::ToSec1Point};
use sm2_arith::batch::{Backend, Ifma, Portable, SignItem};
use sm2_arith::{Scalar, ScalarFactor, secret};
use sm2_arith_fuzz::items::Reader;
use sm2_arith_fuzz::model::{N, invert, subtract, to_bytes};

struct Digest {
    inverse: ScalarFactor,
    e: [u8; 32],
    k: Scalar,
}

impl Digest {
    fn item(&self) -> SignItem<'_> {
        SignItem::new(&self.inverse, &self.e, &self.k)
    }
}

fuzz_target!(|data: &[u8]| {
    let mut reader = Reader::new(data);
    let (mut digests, mut expected) = (Vec::new(), Vec::new());
    while !reader.is_empty() && digests.len() < 20 {
        let (d, mut k, mut e) = (reader.scalar(), reader.scalar(), reader.bytes());
        let Some(inverse) = secret::inverse_for_signing(&d).into_option() else {
            continue;
        };
        match reader.byte() % 8 {
            // r = 0
            0 => e = Scalar::from_bytes_reduced(&x1(&k)).negate().to_bytes(),
            // r + k = n
            1 => {
                e = Scalar::from_bytes_reduced(&x1(&k))
                    .add(&k)
                    .negate()
                    .to_bytes()
            }
            2 => k = Scalar::ZERO,
            _ => {}
        }
        expected.push(signature(&d, &e, &k));
        digests.push(Digest { inverse, e, k });
    }
    check(Portable, &digests, &expected);
    if let Some(ifma) = Ifma::new() {
        check(ifma, &digests, &expected);
    }
});

fn check<B: Backend>(backend: B, digests: &[Digest], expected: &[Option<[u8; 64]>]) {
    let items: Vec<_> = digests.iter().map(Digest::item).collect();
    let mut signatures = vec![Some([0xA5; 64]); items.len()];
    backend.sign_batch(&items, &mut signatures);
    assert_eq!(signatures, expected, "{}", B::NAME);
}

/// The abscissa of \[k\]G, and 0 for k = 0.
fn x1(k: &Scalar) -> [u8; 32] {
    let k = sm2::Scalar::from_repr(k.to_bytes().into()).unwrap();
    let point = ProjectivePoint::mul_by_generator(&k).to_affine();
    let encoded = point.to_sec1_point(false);
    encoded.x().map_or([0; 32], |x| (*x).into())
}

/// r ‖ s by GB/T 32918.2, 6.1, none where A5 and A6 ask for another k.
fn signature(d: &Scalar, e: &[u8; 32], k: &Scalar) -> Option<[u8; 64]> {
    let n = &*N;
    let [d, e, k, x1] =
        [d.to_bytes(), *e, k.to_bytes(), x1(k)].map(|bytes| BigUint::from_bytes_be(&bytes) % &*N);
    // A5
    let r = (e + x1) % n;
    if k == BigUint::ZERO || r == BigUint::ZERO || &r + &k == *n {
        return None;
    }
    // A6
    let s = invert(&((&d + 1_u32) % n), n) * subtract(&k, &(&r * &d % n), n) % n;
    if s == BigUint::ZERO {
        return None;
    }
    let mut both = [0; 64];
    both[..32].copy_from_slice(&to_bytes(&r));
    both[32..].copy_from_slice(&to_bytes(&s));
    Some(both)
}
