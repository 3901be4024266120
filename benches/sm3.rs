//! SM3: in software, by the software card through the C ABI, and of many short messages at once.

#![expect(clippy::print_stdout, reason = "a skipped benchmark says so")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use sm_soft::hash;
use sm2_arith::sm3_lanes::{has_lanes, hash_many};
use support::Card;

#[expect(dead_code, reason = "this benchmark does not need all of it")]
mod support;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    one(&mut criterion);
    many(&mut criterion);
    criterion.final_summary();
}

/// One message.
fn one(criterion: &mut Criterion) {
    let card = Card::in_process();
    let session = card.device.session().expect("a session");
    let mut group = criterion.benchmark_group("sm3");
    for size in SIZES {
        let message = vec![0x5a_u8; size];
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_with_input(
            BenchmarkId::new("soft", size),
            &message,
            |bencher, message| {
                bencher.iter(|| hash::sm3(message));
            },
        );
        group.bench_with_input(
            BenchmarkId::new("card", size),
            &message,
            |bencher, message| {
                bencher.iter(|| session.sm3(message).expect("a hash"));
            },
        );
    }
    group.finish();
}

/// A thousand messages of one length, in lanes and one by one.
fn many(criterion: &mut Criterion) {
    if !has_lanes() {
        println!("skipped: SM3 in lanes, because this processor has no AVX-512BW");
    }
    let mut group = criterion.benchmark_group("sm3 of many");
    for size in SHORT {
        let bytes = vec![0x5a_u8; MANY * size];
        let messages: Vec<&[u8]> = bytes.chunks(size).collect();
        let mut digests = vec![[0; 32]; MANY];
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        if has_lanes() {
            group.bench_function(BenchmarkId::new("lanes", size), |bencher| {
                bencher.iter(|| hash_many(black_box(&messages), &mut digests));
            });
        }
        group.bench_function(BenchmarkId::new("one by one", size), |bencher| {
            bencher.iter(|| {
                for (message, digest) in messages.iter().zip(&mut digests) {
                    *digest = hash::sm3(black_box(message));
                }
            });
        });
    }
    group.finish();
}

const SIZES: [usize; 3] = [64, 1024, 16 * 1024];
const SHORT: [usize; 3] = [32, 64, 128];
const MANY: usize = 1024;
