//! What the back ends take, with neither nonces nor Z: `benches/` at the top has what a caller sees, and rivals.

#![expect(clippy::print_stdout, reason = "a skipped benchmark says so")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sm2_arith::batch::{Backend, Ifma, KnownItem, Portable, SignItem, VerifyItem};
use sm2_arith::{Scalar, SigningKey};
use sm3::{Digest, Sm3};

criterion_group!(benches, back_ends);
criterion_main!(benches);

fn back_ends(criterion: &mut Criterion) {
    measure(criterion, Portable);
    match Ifma::new() {
        Some(ifma) => measure(criterion, ifma),
        None => println!("skipped: no AVX-512 IFMA"),
    }
}

fn measure<B: Backend>(criterion: &mut Criterion, backend: B) {
    unknown_keys(criterion, backend);
    known_keys(criterion, backend);
    signing(criterion, backend);
}

fn unknown_keys<B: Backend>(criterion: &mut Criterion, backend: B) {
    let mut group = criterion.benchmark_group(format!("{}/verify_batch", B::NAME));
    let items: Vec<VerifyItem> = (0..1024).map(|i| signed(&key(i), i)).collect();
    for size in [1, 8, 64, 256, 1024] {
        let mut verdicts = vec![false; size];
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter(|| backend.verify_batch(black_box(&items[..size]), &mut verdicts));
        });
    }
    group.finish();
}

fn known_keys<B: Backend>(criterion: &mut Criterion, backend: B) {
    let mut group = criterion.benchmark_group(format!("{}/verify_known", B::NAME));
    let keys: Vec<SigningKey> = (0..1000).map(key).collect();
    let public_keys: Vec<[u8; 64]> = keys.iter().map(SigningKey::public_key).collect();
    let tables: Vec<_> = backend
        .key_tables(&public_keys)
        .into_iter()
        .flatten()
        .collect();
    for (count, size) in [
        (1, 1),
        (1, 8),
        (1, 64),
        (1, 128),
        (1, 256),
        (100, 128),
        (100, 256),
        (1000, 256),
    ] {
        let known = keys.iter().zip(&tables).take(count).cycle();
        let known = known.zip(0..4096).map(|((key, table), i)| {
            let VerifyItem { e, signature, .. } = signed(key, i);
            KnownItem {
                table,
                e,
                signature,
            }
        });
        let known: Vec<_> = known.collect();
        let mut verdicts = vec![false; size];
        group.throughput(Throughput::Elements(size as u64));
        let id = BenchmarkId::new(format!("{count} keys"), size);
        let mut batches = known.chunks_exact(size).cycle();
        group.bench_function(id, |bencher| {
            bencher.iter(|| {
                let batch = batches.next().unwrap_or_default();
                backend.verify_known(black_box(batch), &mut verdicts);
            });
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group(format!("{}/key_tables", B::NAME));
    for count in [1, 8, 64] {
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            bencher.iter(|| backend.key_tables(black_box(&public_keys[..count])));
        });
    }
    group.finish();
}

fn signing<B: Backend>(criterion: &mut Criterion, backend: B) {
    let mut group = criterion.benchmark_group(format!("{}/sign_batch", B::NAME));
    let key = key(0);
    let nonces: Vec<Scalar> = (0..1024)
        .map(|i| Scalar::from_bytes_reduced(&digest(3, i)))
        .collect();
    let items = nonces
        .iter()
        .map(|k| SignItem::new(key.inverse(), &[0x22; 32], k));
    let items: Vec<_> = items.collect();
    for size in [1, 8, 64, 256, 1024] {
        let mut signatures = vec![None; size];
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter(|| backend.sign_batch(black_box(&items[..size]), &mut signatures));
        });
    }
    group.finish();
}

fn key(i: u64) -> SigningKey {
    match SigningKey::from_bytes(&digest(1, i)) {
        Ok(key) => key,
        Err(error) => panic!("{error}"),
    }
}

fn signed(key: &SigningKey, i: u64) -> VerifyItem {
    let e = digest(2, i);
    let Some(signature) = key.sign_with_nonce(&e, &digest(3, i)) else {
        panic!("a digest is a nonce")
    };
    VerifyItem {
        public_key: key.public_key(),
        e,
        signature,
    }
}

fn digest(label: u8, i: u64) -> [u8; 32] {
    let mut hash = Sm3::new();
    hash.update([label]);
    hash.update(i.to_le_bytes());
    hash.finalize().into()
}
