//! The group: laws, exceptional cases, encodings, and RustCrypto's `sm2` as a second opinion.

use proptest::prelude::*;
use sm2::elliptic_curve::{Group, PrimeField, sec1::ToSec1Point};
use sm2_arith::{AffinePoint, FieldElement, InvalidPoint, JacobianPoint, Scalar, public, secret};

const G: AffinePoint = AffinePoint::GENERATOR;

fn multiple(k: &Scalar) -> JacobianPoint {
    public::multiply_add(k, &Scalar::ZERO, &G)
}

fn small(k: u64) -> Scalar {
    Scalar::from_limbs(&[k, 0, 0, 0])
}

/// The same point with another Z.
fn rescaled(point: &JacobianPoint) -> JacobianPoint {
    let other = point.double().double();
    other
        .add_vartime(&point.double().negate())
        .add_vartime(&point.negate())
}

fn rustcrypto(k: &Scalar) -> Option<[u8; 64]> {
    let k = sm2::Scalar::from_repr(k.to_bytes().into()).unwrap();
    let point = sm2::ProjectivePoint::mul_by_generator(&k).to_affine();
    let encoded = point.to_sec1_point(false);
    encoded.as_bytes().get(1..)?.try_into().ok()
}

/// P + Q by every way of adding, against P + Q of multiples.
fn check_sum(a: &Scalar, b: &Scalar) {
    let (p, q) = (multiple(a), multiple(b));
    let expected = multiple(&a.add(b)).to_affine();
    for p in [p, rescaled(&p)] {
        assert_eq!(p.to_affine(), multiple(a).to_affine());
        for q in [q, rescaled(&q)] {
            assert_eq!(p.add_vartime(&q).to_affine(), expected);
            assert_eq!(q.add_vartime(&p).to_affine(), expected);
        }
        if let Some(q) = q.to_affine() {
            assert_eq!(p.add_affine_vartime(&q).to_affine(), expected);
            assert_eq!(
                public::multiply_add(a, &Scalar::ONE, &q).to_affine(),
                expected
            );
            let exceptional = *a == Scalar::ZERO || a == b || *a == b.negate();
            let sum = p.add_affine_incomplete(&q);
            assert_eq!(bool::from(sum.is_infinity()), exceptional);
            if !exceptional {
                assert_eq!(sum.to_affine(), expected);
            }
        }
    }
    assert_eq!(p.double().to_affine(), multiple(&a.add(a)).to_affine());
}

#[test]
fn sums_of_small_multiples() {
    for a in 0..12 {
        for b in 0..12 {
            check_sum(&small(a), &small(b));
            check_sum(&small(a), &small(b).negate());
        }
    }
}

#[test]
fn multiples_of_rustcrypto() {
    assert!(multiple(&Scalar::ZERO).to_affine().is_none());
    for bit in 0..256 {
        let mut power = [0; 4];
        power[bit / 64] = 1 << (bit % 64);
        let power = Scalar::from_limbs(&power);
        for k in [power, power.negate(), power.subtract(&Scalar::ONE)] {
            let expected = rustcrypto(&k);
            assert_eq!(
                multiple(&k).to_affine().map(AffinePoint::to_bytes),
                expected
            );
            let secret = secret::multiply_generator(&k).into_option();
            assert_eq!(secret.map(AffinePoint::to_bytes), expected);
        }
    }
}

/// s and t such that the two halves of the sum meet: doubling and infinity inside additions.
#[test]
fn colliding_multiples() {
    for d in [1, 2, 3, 4, 15, 16, 17, 4095, 4096] {
        let point = multiple(&small(d)).to_affine().unwrap();
        for t in 0..20 {
            for s in [
                small(t * d),
                small(t * d).negate(),
                small(d),
                small(t).negate(),
            ] {
                let t = small(t);
                let expected = multiple(&s.add(&t.multiply(&small(d)))).to_affine();
                assert_eq!(public::multiply_add(&s, &t, &point).to_affine(), expected);
                let expected = multiple(&s.subtract(&t.multiply(&small(d)))).to_affine();
                assert_eq!(
                    public::multiply_add(&s, &t.negate(), &point).to_affine(),
                    expected
                );
            }
        }
    }
}

#[test]
fn encodings() {
    assert_eq!(AffinePoint::from_bytes(&G.to_bytes()), Ok(G));
    assert_eq!(AffinePoint::from_coordinates(G.x(), G.y()), Ok(G));
    assert_ne!(G.negate(), G);
    assert_eq!(
        AffinePoint::from_bytes(&G.negate().to_bytes()),
        Ok(G.negate())
    );
    assert_eq!(
        AffinePoint::from_bytes(&[0; 64]),
        Err(InvalidPoint::OffCurve)
    );
    assert_eq!(
        AffinePoint::from_bytes(&[0xFF; 64]),
        Err(InvalidPoint::Coordinate)
    );
    for bit in 0..512 {
        let mut bytes = G.to_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(AffinePoint::from_bytes(&bytes).is_err(), "bit {bit}");
    }
}

/// x = 0 has a point, with y the root of b; x + p for it must be refused.
#[test]
fn coordinates_are_canonical() {
    // (p + 1) / 4
    let exponent = [
        0x4000_0000_0000_0000,
        0xFFFF_FFFF_C000_0000,
        0xFFFF_FFFF_FFFF_FFFF,
        0x3FFF_FFFF_BFFF_FFFF,
    ];
    let b = FieldElement::from_limbs(&[
        0xDDBC_BD41_4D94_0E93,
        0xF397_89F5_15AB_8F92,
        0x4D5A_9E4B_CF65_09A7,
        0x28E9_FA9E_9D9F_5E34,
    ]);
    let mut root = FieldElement::ONE;
    for bit in (0..256).rev() {
        root = root.square();
        if exponent[bit / 64] >> (bit % 64) & 1_u64 == 1 {
            root = root.multiply(&b);
        }
    }
    let point = AffinePoint::from_coordinates(&FieldElement::ZERO, &root).unwrap();
    let mut bytes = point.to_bytes();
    assert_eq!(AffinePoint::from_bytes(&bytes), Ok(point));
    for (i, limb) in FieldElement::MODULUS.iter().rev().enumerate() {
        bytes[8 * i..8 * i + 8].copy_from_slice(&limb.to_be_bytes());
    }
    assert_eq!(
        AffinePoint::from_bytes(&bytes),
        Err(InvalidPoint::Coordinate)
    );
}

#[test]
fn batches() {
    let points: Vec<_> = (0..40).map(|k| multiple(&small(k % 7)).double()).collect();
    for size in 0..points.len() {
        let expected: Vec<_> = points[..size]
            .iter()
            .map(|point| point.to_affine())
            .collect();
        assert_eq!(JacobianPoint::batch_to_affine(&points[..size]), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_sum(a: [u64; 4], b: [u64; 4]) {
        check_sum(&Scalar::from_limbs(&a), &Scalar::from_limbs(&b));
    }

    #[test]
    fn any_multiple(k: [u64; 4]) {
        let k = Scalar::from_limbs(&k);
        let expected = rustcrypto(&k);
        prop_assert_eq!(multiple(&k).to_affine().map(AffinePoint::to_bytes), expected);
        let secret = secret::multiply_generator(&k).into_option();
        prop_assert_eq!(secret.map(AffinePoint::to_bytes), expected);
    }

    #[test]
    fn any_combination(s: [u64; 4], t: [u64; 4], d: [u64; 4]) {
        let [s, t, d] = [s, t, d].map(|limbs| Scalar::from_limbs(&limbs));
        let point = multiple(&d).to_affine().unwrap();
        let expected = multiple(&s.add(&t.multiply(&d))).to_affine();
        prop_assert_eq!(public::multiply_add(&s, &t, &point).to_affine(), expected);
    }
}
