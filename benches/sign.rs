//! SM2 signatures and verifications: in software, by the software card in this process and through its shared library.
//! The base line of signatures is RustCrypto's `sm2`, whose nonce is of d and e alone: it asks for no random bytes.

use std::hint::black_box;

use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, measurement::WallTime};
use gmt0018::CardVerifier;
use sm_soft::{SoftKey, SoftVerifier};
use sm2::dsa::{Signature, signature::hazmat::PrehashSigner};
use sm2_signing::{Item, Prehash, Signer, Verifier};
use support::{Card, RawSigner, digest};

#[expect(dead_code, reason = "this benchmark does not need all of it")]
mod items;
#[expect(dead_code, reason = "this benchmark does not need all of it")]
mod rustcrypto;
#[expect(dead_code, reason = "this benchmark does not need all of it")]
mod support;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let (process, library) = (Card::in_process(), Card::shared_library());
    sign(&mut criterion, &process, &library);
    sign_batch(&mut criterion);
    verify(&mut criterion, &process, &library);
    criterion.final_summary();
}

fn sign(criterion: &mut Criterion, process: &Card, library: &Card) {
    let mut group = criterion.benchmark_group("sign");
    group.throughput(Throughput::Elements(1));
    sign_with(&mut group, "soft key", &SoftKey::generate().expect("a key"));
    for (name, card) in [("card in process", process), ("card by dlopen", library)] {
        let raw = RawSigner::new(card.warm_session());
        let e = digest();
        group.bench_function(format!("{name}, raw call"), |bencher| {
            bencher.iter(|| raw.sign(&e));
        });
        sign_with(&mut group, &format!("{name}, CardKey"), &card.key(1));
    }
    group.finish();
}

/// Many signatures by one soft key.
fn sign_batch(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sign many");
    let (key, base_line) = (items::soft_key(0), rustcrypto::signing_key(0));
    let prehashes: Vec<Prehash> = items::valid(1024, 1).iter().map(|item| item.e).collect();
    let mut each = prehashes.iter().cycle();
    let mut next = || each.next().expect("a cycle has no end");
    group.throughput(Throughput::Elements(1));
    group.bench_function("RustCrypto one by one", |bencher| {
        bencher.iter(|| -> Signature {
            let signature = base_line.sign_prehash(next().as_bytes());
            signature.expect("a signature")
        });
    });
    group.bench_function("SoftKey one by one", |bencher| {
        bencher.iter(|| key.sign(next()).expect("a signature"));
    });
    for size in [8, 64, 256, 1024] {
        let mut batches = prehashes.chunks_exact(size).cycle();
        let mut next = || batches.next().expect("a cycle has no end");
        let batch = next();
        let signatures = key.sign_batch(batch).expect("signatures");
        for (e, signature) in batch.iter().zip(signatures) {
            let (key, e) = (*key.public_key(), *e);
            assert!(rustcrypto::verify(&Item { key, e, signature }));
        }
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(BenchmarkId::new("SoftKey", size), |bencher| {
            bencher.iter(|| key.sign_batch(black_box(next())).expect("signatures"));
        });
    }
    group.finish();
}

fn sign_with(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, signer: &dyn Signer) {
    let e = digest();
    group.bench_function(name, |bencher| {
        bencher.iter(|| signer.sign(&e).expect("a signature"));
    });
}

fn verify(criterion: &mut Criterion, process: &Card, library: &Card) {
    let mut group = criterion.benchmark_group("verify");
    group.throughput(Throughput::Elements(1));
    let verifiers: [(&str, Box<dyn Verifier>); 3] = [
        ("SoftVerifier", Box::new(SoftVerifier::new())),
        (
            "card in process, CardVerifier",
            Box::new(CardVerifier::new(process.pool(1))),
        ),
        (
            "card by dlopen, CardVerifier",
            Box::new(CardVerifier::new(library.pool(1))),
        ),
    ];
    let key = SoftKey::generate().expect("a key");
    let e = digest();
    let signature = key.sign(&e).expect("a signature");
    for (name, verifier) in verifiers {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                verifier
                    .verify(key.public_key(), &e, &signature)
                    .expect("valid");
            });
        });
    }
    group.finish();
}
