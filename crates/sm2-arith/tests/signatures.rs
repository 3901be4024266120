//! Signing and verification: the standard's example, the edge vectors, and RustCrypto's `sm2`.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{fs, path::Path};

use proptest::prelude::*;
use serde_json::Value;
use sm2::dsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use sm2::elliptic_curve::sec1::ToSec1Point;
use sm2_arith::{AffinePoint, InvalidKey, Scalar, SigningKey, public, secret, verify};

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    assert_eq!(hex.len(), 2 * N, "{hex}");
    std::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
}

fn join(first: &[u8; 32], second: &[u8; 32]) -> [u8; 64] {
    std::array::from_fn(|i| if i < 32 { first[i] } else { second[i - 32] })
}

fn vectors(name: &str) -> Value {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/vectors");
    serde_json::from_str(&fs::read_to_string(directory.join(name)).unwrap()).unwrap()
}

/// GB/T 32918.5-2017, annex A.2.
#[test]
fn standard_example() {
    let vector = &vectors("gbt32918.5.json")["sign"];
    let field = |name: &str| bytes::<32>(vector[name].as_str().unwrap());
    let key = SigningKey::from_bytes(&field("d")).unwrap();
    let public_key = join(&field("Px"), &field("Py"));
    assert_eq!(key.public_key(), public_key);
    let signature = key.sign_with_nonce(&field("e"), &field("k")).unwrap();
    assert_eq!(signature, join(&field("r"), &field("s")));
    assert!(verify(&public_key, &field("e"), &signature));
    for bit in 0..8 * signature.len() {
        let mut changed = signature;
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(!verify(&public_key, &field("e"), &changed), "bit {bit}");
    }
}

/// Extreme scalars and limbs, doubling in an addition, infinity, x1 in [n, p), ranges, bad keys.
#[test]
fn edge_vectors() {
    let vectors = vectors("sm2_verify_edge.json");
    let tests = vectors["tests"].as_array().unwrap();
    assert_eq!(tests.len(), 249);
    let (mut valid, mut skipped) = (0, 0);
    for test in tests {
        let text = |name: &str| test[name].as_str().unwrap();
        // Encodings with other lengths than x, y, r and s have cannot be put to this interface.
        let fits = text("pub").len() == 130
            && text("pub").starts_with("04")
            && text("r").len() == 64
            && text("s").len() == 64;
        let expected = text("result") == "valid";
        if !fits {
            assert!(!expected, "{test}");
            skipped += 1;
            continue;
        }
        let public_key = bytes(&text("pub")[2..]);
        let signature = join(&bytes(text("r")), &bytes(text("s")));
        assert_eq!(
            verify(&public_key, &bytes(text("digest")), &signature),
            expected,
            "{test}"
        );
        valid += usize::from(expected);
    }
    assert!(valid > 100, "{valid}");
    assert!(skipped < 25, "{skipped}");
}

#[test]
fn private_range() {
    let vectors = vectors("sm2_private_range.json");
    for test in vectors["tests"].as_array().unwrap() {
        let key = SigningKey::from_bytes(&bytes(test["d"].as_str().unwrap()));
        assert_eq!(key.is_ok(), test["result"] == "valid", "{test}");
        let error: Option<InvalidKey> = key.err();
        assert_eq!(error.is_some(), test["result"] != "valid");
    }
}

/// Step A5 and A6: nonces that give r = 0, r + k = n or s = 0.
#[test]
fn unusable_nonces_are_refused() {
    let d = Scalar::from_limbs(&[0xDEAD_BEEF, 1, 2, 3]);
    let key = SigningKey::from_scalar(&d).unwrap();
    let k = Scalar::from_limbs(&[5, 6, 7, 8]);
    let point = secret::multiply_generator(&k).unwrap();
    let x = Scalar::from_bytes_reduced(&point.x().to_bytes());
    let sign = |e: &Scalar| key.sign_with_nonce(&e.to_bytes(), &k.to_bytes());
    // r = 0
    assert_eq!(sign(&x.negate()), None);
    // r = -k
    assert_eq!(sign(&k.negate().subtract(&x)), None);
    // s = 0: k = r d
    assert_eq!(sign(&k.multiply(&d.invert()).subtract(&x)), None);
    // and beside them
    for e in [
        x.negate(),
        k.negate().subtract(&x),
        k.multiply(&d.invert()).subtract(&x),
    ] {
        let e = e.add(&Scalar::ONE);
        assert!(verify(&key.public_key(), &e.to_bytes(), &sign(&e).unwrap()));
    }
    for k in [[0; 32], [0xFF; 32]] {
        assert_eq!(key.sign_with_nonce(&[1; 32], &k), None);
    }
    let n = bytes("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123");
    assert_eq!(key.sign_with_nonce(&[1; 32], &n), None);
}

/// Signatures of RustCrypto are valid here, ours are valid there, and neither is when changed.
#[test]
fn agrees_with_rustcrypto() {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = || -> [u8; 32] {
        std::array::from_fn(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_be_bytes()[3]
        })
    };
    for round in 0..60 {
        let (d, k, e) = (random(), random(), random());
        let Ok(key) = SigningKey::from_bytes(&d) else {
            continue;
        };
        let other = sm2::dsa::SigningKey::from_slice("1234567812345678", &d).unwrap();
        let encoded = other.verifying_key().as_ref().to_sec1_point(false);
        assert_eq!(encoded.as_bytes()[1..], key.public_key());

        let theirs: sm2::dsa::Signature = other.sign_prehash(&e).unwrap();
        assert!(
            verify(&key.public_key(), &e, &theirs.to_bytes().into()),
            "{round}"
        );

        let Some(ours) = key.sign_with_nonce(&e, &k) else {
            continue;
        };
        for bit in [
            None,
            Some(0),
            Some(255),
            Some(256),
            Some(511),
            Some(round * 8 % 512),
        ] {
            let mut signature = ours;
            if let Some(bit) = bit {
                signature[bit / 8] ^= 1 << (bit % 8);
            }
            let expected = sm2::dsa::Signature::from_slice(&signature).is_ok_and(|signature| {
                other.verifying_key().verify_prehash(&e, &signature).is_ok()
            });
            assert_eq!(
                verify(&key.public_key(), &e, &signature),
                expected,
                "{round} {bit:?}"
            );
            assert_eq!(expected, bit.is_none());
        }
    }
}

/// r and s that belong to no key: the x of [s]G + [t]P with small and extreme s, t and P.
#[test]
fn related_points_agree_with_rustcrypto() {
    let small = |value: u64| Scalar::from_limbs(&[value, 0, 0, 0]);
    let mut multiples: Vec<_> = (1..6).flat_map(|i| [small(i), small(i).negate()]).collect();
    multiples.extend([small(1 << 63), Scalar::from_limbs(&[0, 0, 0, 1 << 62])]);
    for d in &multiples {
        let Some(point) = secret::multiply_generator(d).into_option() else {
            continue;
        };
        let public_key = point.to_bytes();
        let sec1: [u8; 65] = std::array::from_fn(|i| if i == 0 { 4 } else { public_key[i - 1] });
        let other = sm2::dsa::VerifyingKey::from_sec1_bytes("1234567812345678", &sec1).unwrap();
        for s in &multiples {
            for t in &multiples {
                let sum = public::multiply_add(s, t, &point).to_affine();
                // Without a point there is no signature: with any r it must be refused.
                let x = sum.map_or(Scalar::ONE, |sum| {
                    Scalar::from_bytes_reduced(&sum.x().to_bytes())
                });
                let r = t.subtract(s);
                let e = r.subtract(&x).to_bytes();
                let signature = join(&r.to_bytes(), &s.to_bytes());
                let expected = sm2::dsa::Signature::from_slice(&signature)
                    .is_ok_and(|signature| other.verify_prehash(&e, &signature).is_ok());
                assert_eq!(verify(&public_key, &e, &signature), expected);
                assert_eq!(expected, sum.is_some() && r != Scalar::ZERO);
            }
        }
    }
}

#[test]
fn debug_is_blind() {
    let key = SigningKey::from_bytes(&[0xC5; 32]).unwrap();
    for text in [format!("{key:?}"), format!("{key:#?}")] {
        assert!(!text.to_lowercase().contains("c5, "), "{text}");
        assert!(!text.contains("197, 197"), "{text}");
        assert!(text.contains("public_key"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_signed_is_valid(d: [u64; 4], k: [u64; 4], e: [u8; 32]) {
        let key = SigningKey::from_scalar(&Scalar::from_limbs(&d));
        prop_assume!(key.is_ok());
        let key = key.unwrap();
        let signature = key.sign_with_nonce(&e, &Scalar::from_limbs(&k).to_bytes());
        prop_assume!(signature.is_some());
        prop_assert!(verify(&key.public_key(), &e, &signature.unwrap()));
        let mut other = e;
        other[31] ^= 1;
        prop_assert!(!verify(&key.public_key(), &other, &signature.unwrap()));
    }

    #[test]
    fn any_bytes_get_a_verdict(key: [u64; 8], e: [u8; 32], signature: [u64; 8]) {
        let flat = |words: [u64; 8]| -> [u8; 64] {
            std::array::from_fn(|i| words[i / 8].to_be_bytes()[i % 8])
        };
        prop_assert!(!verify(&flat(key), &e, &flat(signature)));
        prop_assert!(!verify(&AffinePoint::GENERATOR.to_bytes(), &e, &flat(signature)));
    }
}
