//! SM2 signatures and verifications: in software, by the software card in this process and through its shared library.

use criterion::{BenchmarkGroup, Criterion, Throughput, measurement::WallTime};
use gmt0018::CardVerifier;
use sm_soft::{SoftKey, SoftVerifier};
use sm2_signing::{Signer, Verifier};
use support::{Card, RawSigner, digest};

#[expect(dead_code, reason = "this benchmark does not need all of it")]
mod support;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let (process, library) = (Card::in_process(), Card::shared_library());
    sign(&mut criterion, &process, &library);
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
