//! Batched verification and SM3 in lanes, next to RustCrypto one by one.

#![expect(clippy::print_stdout, reason = "a skipped benchmark says so")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sm2::PublicKey;
use sm2::dsa::signature::hazmat::PrehashVerifier;
use sm2::dsa::{Signature, VerifyingKey};
use sm2_arith::batch::{Backend as _, Ifma, KnownItem, SignItem, VerifyItem};
use sm2_arith::sm3_lanes::hash_many;
use sm2_arith::{Scalar, SigningKey, verify};
use sm3::{Digest, Sm3};

criterion_group!(benches, verification, signing, hashing);
criterion_main!(benches);

fn verification(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("verify");
    let valid: Vec<VerifyItem> = (0..1024).map(signed).collect();
    group.throughput(Throughput::Elements(1));
    group.bench_function("rustcrypto one by one", |bencher| {
        let mut items = valid.iter().cycle();
        bencher.iter(|| rustcrypto(items.next().unwrap_or(&valid[0])));
    });
    group.bench_function("portable one by one", |bencher| {
        let mut items = valid.iter().cycle();
        bencher.iter(|| {
            let item = items.next().unwrap_or(&valid[0]);
            verify(&item.public_key, &item.e, &item.signature)
        });
    });
    let Some(ifma) = Ifma::new() else {
        println!("skipped: no AVX-512 IFMA");
        return;
    };
    for size in [8, 64, 256, 1024] {
        let mut verdicts = vec![false; size];
        ifma.verify_batch(&valid[..size], &mut verdicts);
        assert!(verdicts.iter().all(|valid| *valid));
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(BenchmarkId::new("ifma", size), |bencher| {
            bencher.iter(|| ifma.verify_batch(black_box(&valid[..size]), &mut verdicts));
        });
    }
    for count in [1, 100, 1000] {
        let keys: Vec<[u8; 64]> = valid[..count].iter().map(|item| item.public_key).collect();
        let tables: Vec<_> = ifma.key_tables(&keys).into_iter().flatten().collect();
        for size in [1, 4, 8, 16, 24, 32, 64, 128, 256, 1024] {
            let known: Vec<_> = valid[..count]
                .iter()
                .zip(&tables)
                .cycle()
                .take(size)
                .map(|(item, table)| KnownItem {
                    table,
                    e: item.e,
                    signature: item.signature,
                })
                .collect();
            let mut verdicts = vec![false; known.len()];
            ifma.verify_known(&known, &mut verdicts);
            assert!(verdicts.iter().all(|valid| *valid));
            group.throughput(Throughput::Elements(size as u64));
            group.bench_function(
                BenchmarkId::new(format!("ifma, {count} known keys"), size),
                |bencher| {
                    bencher.iter(|| ifma.verify_known(black_box(&known), &mut verdicts));
                },
            );
        }
    }
    for count in [1, 16] {
        let keys: Vec<[u8; 64]> = valid[..count].iter().map(|item| item.public_key).collect();
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("ifma, tables of keys", count), |bencher| {
            bencher.iter(|| ifma.key_tables(black_box(&keys)));
        });
    }
    // Every item leads to the scalar fallback: the worst that an attacker can send.
    let worst = vec![doubling(); 256];
    let mut verdicts = vec![false; worst.len()];
    group.throughput(Throughput::Elements(256));
    group.bench_function(BenchmarkId::new("ifma, all exceptional", 256), |bencher| {
        bencher.iter(|| ifma.verify_batch(black_box(&worst), &mut verdicts));
    });
    group.finish();
}

fn hashing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sm3");
    let data: Vec<u8> = (0..2048_u64)
        .flat_map(|i| Sm3::digest(i.to_le_bytes()))
        .collect();
    for length in [32, 64, 128] {
        let messages: Vec<&[u8]> = data.windows(length).step_by(61).take(1024).collect();
        let mut digests = vec![[0; 32]; messages.len()];
        group.throughput(Throughput::Bytes((messages.len() * length) as u64));
        group.bench_function(BenchmarkId::new("lanes", length), |bencher| {
            bencher.iter(|| hash_many(black_box(&messages), &mut digests));
        });
        group.bench_function(BenchmarkId::new("rustcrypto", length), |bencher| {
            bencher.iter(|| {
                for (message, digest) in messages.iter().zip(&mut digests) {
                    *digest = Sm3::digest(black_box(message)).into();
                }
            });
        });
    }
    group.finish();
}

/// A valid item of the i-th key.
fn signed(i: u64) -> VerifyItem {
    let bytes = |label: u8| -> [u8; 32] {
        let mut hash = Sm3::new();
        hash.update([label]);
        hash.update(i.to_le_bytes());
        hash.finalize().into()
    };
    let (secret, e, nonce) = (bytes(1), bytes(2), bytes(3));
    let Ok(key) = SigningKey::from_bytes(&secret) else {
        panic!("a digest is a secret key")
    };
    let Some(signature) = key.sign_with_nonce(&e, &nonce) else {
        panic!("a digest is a nonce")
    };
    VerifyItem {
        public_key: key.public_key(),
        e,
        signature,
    }
}

/// Long scalars whose sum meets a doubling in its last addition, that of 5·G.
///
/// s = 5 mod 2^11, so that 5 is its lowest digit, and the key is ((10 - s)/t)·G.
fn doubling() -> VerifyItem {
    use sm2::elliptic_curve::{PrimeField, sec1::ToSec1Point};
    use sm2::{FieldBytes, ProjectivePoint, Scalar};
    let scalar = |label: u64| {
        let mut bytes: [u8; 32] = Sm3::digest(label.to_le_bytes()).into();
        bytes[..2].fill(0);
        Option::from(Scalar::from_repr(FieldBytes::from(bytes))).unwrap_or(Scalar::ONE)
    };
    let s = scalar(1) * Scalar::from(1_u64 << 11) + Scalar::from(5_u64);
    let t = scalar(2);
    let inverse = Option::from(t.invert()).unwrap_or(Scalar::ONE);
    let key = (ProjectivePoint::GENERATOR * ((Scalar::from(10_u64) - s) * inverse)).to_affine();
    let mut item = VerifyItem {
        public_key: [0; 64],
        e: [7; 32],
        signature: [0; 64],
    };
    item.public_key
        .copy_from_slice(&key.to_sec1_point(false).as_bytes()[1..]);
    item.signature[..32].copy_from_slice(&(t - s).to_repr());
    item.signature[32..].copy_from_slice(&s.to_repr());
    item
}

fn rustcrypto(item: &VerifyItem) -> bool {
    let mut sec1 = [4; 65];
    sec1[1..].copy_from_slice(&item.public_key);
    let Ok(key) = PublicKey::from_sec1_bytes(&sec1) else {
        return false;
    };
    let Ok(key) = VerifyingKey::new("1234567812345678", key) else {
        return false;
    };
    let Ok(signature) = Signature::from_slice(&item.signature) else {
        return false;
    };
    key.verify_prehash(&item.e, &signature).is_ok()
}

fn signing(criterion: &mut Criterion) {
    let Some(ifma) = Ifma::new() else { return };
    let mut group = criterion.benchmark_group("sign");
    let key = SigningKey::from_bytes(&[0x39; 32]).unwrap();
    let nonces: Vec<Scalar> = (0..1024_u64)
        .map(|i| Scalar::from_bytes_reduced(&Sm3::digest(i.to_le_bytes()).into()))
        .collect();
    let items: Vec<SignItem<'_>> = nonces
        .iter()
        .map(|k| SignItem::new(key.inverse(), &[7; 32], k))
        .collect();
    for size in [1, 4, 8, 64, 128, 256, 512, 1024] {
        let mut signatures = vec![None; size];
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(BenchmarkId::new("ifma", size), |bencher| {
            bencher.iter(|| ifma.sign_batch(black_box(&items[..size]), &mut signatures));
        });
    }
    group.finish();
}
