//! SM2 verification: one by one, in batches, of known keys, from the message, and of what an attacker sends.
//!
//! Every key is different unless a benchmark says otherwise, and everything goes from bytes to verdict. RustCrypto's
//! `sm2` in the same run is the base line.

#![expect(clippy::print_stdout, reason = "a skipped benchmark says so")]

use std::{hint::black_box, sync::Arc};

use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, measurement::WallTime};
use rayon::ThreadPoolBuilder;
use sm_soft::SoftVerifier;
use sm2_batch::{
    EngineChoice, Ifma, KeyTableOptions, KeyTables, Parallel, Portable, SignedMessage,
    verify_messages,
};
use sm2_signing::{BatchVerifier, Item, Prehash, PublicKey, UserId, Verifier};

#[expect(dead_code, reason = "this benchmark does not need all of it")]
mod items;
mod machine;
#[expect(dead_code, reason = "this benchmark does not need all of it")]
mod rustcrypto;

type Group<'a> = BenchmarkGroup<'a, WallTime>;
type Engine = Box<dyn BatchVerifier>;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    machine::print();
    if Ifma::new().is_none() {
        println!("skipped: everything with Ifma, because this processor has no AVX-512 IFMA");
    }
    one_by_one(&mut criterion);
    unknown_keys(&mut criterion);
    known_keys(&mut criterion);
    messages(&mut criterion);
    attacks(&mut criterion);
    criterion.final_summary();
}

/// One signature at a time.
fn one_by_one(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("verify one");
    group.throughput(Throughput::Elements(1));
    let valid = items::valid(256, 256);
    base_line(&mut group, &valid);
    let mut verifiers: Vec<(&str, Box<dyn Verifier>)> = vec![
        ("SoftVerifier", Box::new(SoftVerifier::new())),
        ("Portable", Box::new(Portable::new())),
    ];
    if let Some(ifma) = Ifma::new() {
        verifiers.push(("Ifma", Box::new(ifma)));
    }
    for (name, verifier) in verifiers {
        let mut items = valid.iter().cycle();
        let mut next = || items.next().expect("a cycle has no end");
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let item = next();
                let verdict = verifier.verify(&item.key, &item.e, &item.signature);
                verdict.expect("valid");
            });
        });
    }
    group.finish();
}

/// Batches of signatures whose keys were never seen.
fn unknown_keys(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("verify unknown keys");
    let valid = items::valid(1024, 1024);
    group.throughput(Throughput::Elements(1));
    base_line(&mut group, &valid);
    for (name, engine) in engines().into_iter().chain(parallel_engines()) {
        for size in [8, 64, 256, 1024] {
            batches(&mut group, &name, size, &*engine, &valid, true);
        }
    }
    for (name, engine) in key_tables() {
        let name = format!("{name}, none pinned");
        batches(&mut group, &name, BATCH, &engine, &valid, true);
    }
    group.finish();
}

/// Batches of 256 by keys whose tables are there, and what a table costs.
fn known_keys(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("verify known keys");
    for count in [1, 100, 1000] {
        // Eight batches, so that a thousand keys take turns.
        let valid = items::valid(8 * BATCH, count);
        let pinned = keys(&valid[..count]);
        group.throughput(Throughput::Elements(1));
        group.bench_function(
            BenchmarkId::new("RustCrypto one by one", count),
            |bencher| {
                let mut items = valid.iter().cycle();
                bencher.iter(|| rustcrypto::verify(items.next().expect("a cycle has no end")));
            },
        );
        for (name, engine) in key_tables() {
            engine.pin(&pinned).expect("points of the curve");
            let name = format!("{name}, keys {count}");
            batches(&mut group, &name, BATCH, &engine, &valid, true);
        }
    }
    let hundred = keys(&items::valid(100, 100));
    group.throughput(Throughput::Elements(100));
    for (name, engine) in key_tables() {
        group.bench_function(format!("{name}, pin 100 keys"), |bencher| {
            bencher.iter(|| {
                engine.unpin(&hundred);
                engine
                    .pin(black_box(&hundred))
                    .expect("points of the curve");
            });
        });
    }
    group.finish();
}

/// Messages of 32 bytes in batches of 256: Z and e of each, every key different.
fn messages(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("verify messages");
    let user_id = UserId::DEFAULT;
    let messages = items::messages(BATCH, &user_id);
    let mut each = messages.iter().cycle();
    let mut next = || each.next().expect("a cycle has no end");
    group.throughput(Throughput::Elements(1));
    group.bench_function("RustCrypto one by one", |bencher| {
        bencher.iter(|| assert!(rustcrypto::verify_message(next())));
    });
    group.bench_function("SoftVerifier one by one", |bencher| {
        bencher.iter(|| {
            let message = next();
            let e = Prehash::of(&message.key, &user_id, &message.message);
            let verdict = SoftVerifier::new().verify(&message.key, &e, &message.signature);
            verdict.expect("valid");
        });
    });
    let signed = messages.iter().map(|message| SignedMessage {
        key: message.key,
        user_id: &user_id,
        message: &message.message,
        signature: message.signature,
    });
    let batch: Vec<_> = signed.collect();
    group.throughput(Throughput::Elements(BATCH as u64));
    for (name, engine) in engines() {
        group.bench_function(BenchmarkId::new(name, BATCH), |bencher| {
            bencher.iter(|| {
                let verdicts = verify_messages(&*engine, black_box(&batch)).expect("verdicts");
                assert!(verdicts.all_valid());
            });
        });
    }
    group.finish();
}

/// Batches of 256 that an attacker made.
fn attacks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("verify attacks");
    let valid = items::valid(BATCH, BATCH);
    let exceptional = items::exceptional().map(|(name, item)| (name, vec![item; BATCH]));
    let off_the_curve: Vec<_> = valid.iter().map(items::off_the_curve).collect();
    let mut attacks = vec![("r is 0", valid.iter().map(items::without_r).collect())];
    attacks.extend(exceptional);
    group.throughput(Throughput::Elements(1));
    base_line(&mut group, &attacks[1].1);
    for (name, engine) in engines() {
        for (attack, items) in &attacks {
            let name = format!("{name}, {attack}");
            batches(&mut group, &name, BATCH, &*engine, items, false);
        }
        let name = format!("{name}, off the curve");
        batches(&mut group, &name, BATCH, &*engine, &off_the_curve, false);
    }
    for (name, engine) in key_tables() {
        for (attack, items) in &attacks {
            engine.pin(&keys(items)).expect("points of the curve");
            let name = format!("{name}, pinned, {attack}");
            batches(&mut group, &name, BATCH, &engine, items, false);
        }
    }
    group.finish();
}

/// RustCrypto on one item after the other.
fn base_line(group: &mut Group<'_>, items: &[Item]) {
    let mut items = items.iter().cycle();
    let mut next = || items.next().expect("a cycle has no end");
    group.bench_function("RustCrypto one by one", |bencher| {
        bencher.iter(|| rustcrypto::verify(black_box(next())));
    });
}

/// One batch after the other, through all of `items` in turn.
fn batches(
    group: &mut Group<'_>,
    name: &str,
    size: usize,
    engine: &dyn BatchVerifier,
    items: &[Item],
    valid: bool,
) {
    let mut batches = items.chunks_exact(size).cycle();
    let mut next = || batches.next().expect("a cycle has no end");
    let verdicts = engine.verify_batch(next()).expect("verdicts");
    assert_eq!(verdicts.invalid().count(), if valid { 0 } else { size });
    group.throughput(Throughput::Elements(size as u64));
    group.bench_function(BenchmarkId::new(name, size), |bencher| {
        bencher.iter(|| engine.verify_batch(black_box(next())).expect("verdicts"));
    });
}

/// Those of this processor.
fn engines() -> Vec<(String, Engine)> {
    let mut engines: Vec<(String, Engine)> = vec![("Portable".into(), Box::new(Portable::new()))];
    if let Some(ifma) = Ifma::new() {
        engines.push(("Ifma".into(), Box::new(ifma)));
    }
    engines
}

/// Engines with tables of the keys that are pinned, and of no others.
fn key_tables() -> Vec<(String, KeyTables)> {
    let mut engines = Vec::new();
    for choice in [EngineChoice::Portable, EngineChoice::Ifma] {
        let options = KeyTableOptions::default().with_cache_bytes(0);
        // Where there is no IFMA, main has said so.
        if let Ok(engine) = KeyTables::new(choice, options) {
            engines.push((format!("KeyTables<{choice}>"), engine));
        }
    }
    engines
}

fn keys(items: &[Item]) -> Vec<PublicKey> {
    items.iter().map(|item| item.key).collect()
}

/// The engines on the threads of pools.
fn parallel_engines() -> Vec<(String, Engine)> {
    let mut parallel = Vec::new();
    for threads in [1, 2] {
        for (name, engine) in engines() {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = Arc::new(pool.expect("a pool"));
            let engine: Engine = Box::new(Parallel::on(pool, engine));
            parallel.push((format!("Parallel<{name}>, threads {threads}"), engine));
        }
    }
    parallel
}

const BATCH: usize = 256;
