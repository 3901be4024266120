//! SM3: in software, and by the software card through the C ABI.

use criterion::{BenchmarkId, Criterion, Throughput};
use sm_soft::hash;
use support::Card;

#[expect(dead_code, reason = "this benchmark does not need all of it")]
mod support;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
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
    criterion.final_summary();
}

const SIZES: [usize; 3] = [64, 1024, 16 * 1024];
