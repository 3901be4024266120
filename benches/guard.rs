//! What the guard of votes adds to a signature: the vote is on the disk before it is signed.

use std::{cell::Cell, path::Path};

use criterion::Criterion;
use fisco_node::guard::{Guard, Position};
use sm_soft::SoftKey;
use sm2_signing::{Prehash, Signer as _};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("guard");
    let key = SoftKey::generate().expect("a key");
    let e = Prehash::from_bytes(&[7; 32]);
    group.bench_function("signature alone", |bencher| {
        bencher.iter(|| key.sign(&e).expect("a signature"));
    });
    let disk = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory on the disk");
    let mut places = vec![("on the disk of target", disk.path())];
    let memory = Path::new("/dev/shm");
    let scratch = tempfile::tempdir_in(memory);
    if let Ok(scratch) = &scratch {
        places.push(("in memory", scratch.path()));
    }
    for (name, directory) in places {
        let guard = Guard::create(directory.join("votes"), key.clone()).expect("a guard");
        let height = Cell::new(0);
        group.bench_function(format!("vote, file {name}"), |bencher| {
            bencher.iter(|| {
                height.set(height.get() + 1);
                let place = Position {
                    height: height.get(),
                    round: 0,
                    step: 1,
                };
                guard.sign_vote(place, &e).expect("a signature")
            });
        });
    }
    group.finish();
    criterion.final_summary();
}
