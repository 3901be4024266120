//! One signature and one verification at a time, beside RustCrypto's `sm2`.
//!
//! `cargo bench -p sm2-arith`
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use sm2::dsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use sm2_arith::{AffinePoint, FieldElement, JacobianPoint, Scalar, SigningKey, secret, verify};

fn single(criterion: &mut Criterion) {
    let (d, e, k) = ([0x11; 32], [0x22; 32], [0x33; 32]);
    let key = SigningKey::from_bytes(&d).unwrap();
    let signature = key.sign_with_nonce(&e, &k).unwrap();
    let public_key = key.public_key();
    let other = sm2::dsa::SigningKey::from_slice("1234567812345678", &d).unwrap();
    let other_signature: sm2::dsa::Signature = other.sign_prehash(&e).unwrap();

    let mut group = criterion.benchmark_group("sign");
    group.bench_function("sm2-arith", |b| {
        b.iter(|| key.sign_with_nonce(black_box(&e), black_box(&k)));
    });
    group.bench_function("rustcrypto, with its nonce", |b| {
        b.iter(|| -> sm2::dsa::Signature { other.sign_prehash(black_box(&e)).unwrap() });
    });
    group.finish();

    let mut group = criterion.benchmark_group("verify");
    group.bench_function("sm2-arith", |b| {
        b.iter(|| verify(black_box(&public_key), black_box(&e), black_box(&signature)));
    });
    group.bench_function("rustcrypto", |b| {
        b.iter(|| {
            other
                .verifying_key()
                .verify_prehash(black_box(&e), &other_signature)
        });
    });
    group.finish();
}

fn parts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parts");
    let mut x = FieldElement::from_limbs(&[1, 2, 3, 4]);
    let y = FieldElement::from_limbs(&[5, 6, 7, 8]);
    group.bench_function("multiply", |b| b.iter(|| x = x.multiply(&y)));
    group.bench_function("square", |b| b.iter(|| x = x.square()));
    group.bench_function("add", |b| b.iter(|| x = x.add(&y)));
    group.bench_function("invert", |b| b.iter(|| x = x.invert()));
    let mut point = JacobianPoint::from(AffinePoint::GENERATOR).double();
    group.bench_function("double", |b| b.iter(|| point = point.double()));
    group.bench_function("add a point", |b| {
        b.iter(|| point = point.add_affine_incomplete(&AffinePoint::GENERATOR));
    });
    let k = Scalar::from_limbs(&[1, 2, 3, 4]);
    group.bench_function("[k]G", |b| {
        b.iter(|| secret::multiply_generator(black_box(&k)));
    });
    group.finish();
}

criterion_group!(benches, single, parts);
criterion_main!(benches);
