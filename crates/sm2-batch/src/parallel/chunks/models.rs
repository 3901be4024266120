//! Every interleaving of small cases, by loom.
//!
//! `RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR=target/loom cargo test -p sm2-batch --lib models`

use loom::{sync::Arc, thread};

use super::*;

/// Works as a thread of the pool does; the chunk at `broken` fails.
fn work(chunks: &Chunks<usize, usize>, broken: Option<usize>) {
    while let Some(index) = chunks.claim() {
        let result = if broken == Some(index) {
            Err(index)
        } else {
            Ok(index * 10)
        };
        chunks.finish(index, result);
    }
}

fn run(count: usize, helpers: usize, broken: Option<usize>) {
    loom::model(move || {
        let chunks = Arc::new(Chunks::new(count));
        let helpers: Vec<_> = (0..helpers)
            .map(|_| {
                let chunks = Arc::clone(&chunks);
                thread::spawn(move || work(&chunks, broken))
            })
            .collect();
        work(&chunks, broken);
        let expected = broken.map_or_else(|| Ok((0..count).map(|index| index * 10).collect()), Err);
        assert_eq!(chunks.collect(), expected);
        for helper in helpers {
            helper.join().unwrap();
        }
        assert_eq!(chunks.lock().running, 0);
    });
}

#[test]
fn two_threads_three_chunks() {
    run(3, 1, None);
}

#[test]
fn three_threads_two_chunks() {
    run(2, 2, None);
}

#[test]
fn a_chunk_that_fails_fails_the_batch() {
    for broken in 0..3 {
        run(3, 1, Some(broken));
    }
}
