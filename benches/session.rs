//! What is paid around a signature: opening and closing sessions, borrowing one from the pool, the wrapper's own time.

use criterion::Criterion;
use gmt0018::{CardKey, PoolOptions, SessionPool};
use sm2_signing::Signer as _;
use support::{Card, INDEX, RawSessions, RawSigner, digest, pin};

mod fake;
#[expect(dead_code, reason = "this benchmark does not need all of it")]
mod support;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let (process, library) = (Card::in_process(), Card::shared_library());
    open_and_close(&mut criterion, &process, &library);
    pool(&mut criterion, &process);
    wrapper(&mut criterion, &process);
    criterion.final_summary();
}

fn open_and_close(criterion: &mut Criterion, process: &Card, library: &Card) {
    let mut group = criterion.benchmark_group("session open and close");
    for (name, card) in [("card in process", process), ("card by dlopen", library)] {
        let raw = RawSessions::new(card);
        group.bench_function(format!("{name}, raw calls"), |bencher| {
            bencher.iter(|| raw.open_and_close());
        });
        group.bench_function(format!("{name}, Session"), |bencher| {
            bencher.iter(|| card.device.session().expect("a session"));
        });
    }
    group.finish();
}

fn pool(criterion: &mut Criterion, process: &Card) {
    let mut group = criterion.benchmark_group("pool");
    let pool = process.pool(1);
    group.bench_function("borrow and give back", |bencher| {
        bencher.iter(|| pool.session().expect("a session"));
    });
    let key = process.key(1);
    group.bench_function("borrow with access right and give back", |bencher| {
        bencher.iter(|| key.session().expect("a session"));
    });
    group.finish();
}

/// On a card whose signature costs nothing the difference to the raw call is the wrapper.
fn wrapper(criterion: &mut Criterion, process: &Card) {
    let mut group = criterion.benchmark_group("wrapper");
    let e = digest();
    let device = fake::device();
    let session = || {
        let session = device.session().expect("a session");
        session
            .keep_access(INDEX, Some(&pin()))
            .expect("the access right");
        session
    };
    let raw = RawSigner::new(session());
    group.bench_function("signature that costs nothing, raw call", |bencher| {
        bencher.iter(|| raw.sign(&e));
    });
    let warm = session();
    group.bench_function("signature that costs nothing, Session", |bencher| {
        bencher.iter(|| warm.sign(INDEX, &e).expect("a signature"));
    });
    let pool = SessionPool::new(device.clone(), PoolOptions::default().with_max_sessions(1));
    let key = CardKey::new(pool, INDEX, Some(pin())).expect("the key of the fake card");
    group.bench_function("signature that costs nothing, CardKey", |bencher| {
        bencher.iter(|| key.sign(&e).expect("a signature"));
    });
    let session = process.device.session().expect("a session");
    group.bench_function(
        "SDF_GetDeviceInfo of the software card, Session",
        |bencher| {
            bencher.iter(|| session.device_info().expect("device info"));
        },
    );
    group.finish();
}
