use std::{
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use rayon::{ThreadPool, ThreadPoolBuilder, prelude::*};
use sm2_batch::{BatchError, Parallel, Queue, QueueOptions};
use sm2_signing::{BatchVerifier, Item, Verifier};

use crate::support::{Engine, Gate, MINUTE, accept, broken, item, mixed, serial};

fn pool(threads: usize) -> Arc<ThreadPool> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    Arc::new(pool.unwrap())
}

#[test]
fn every_size_gives_the_verdicts_of_the_engine_in_order() {
    for threads in [1, 2, 3] {
        let parallel = Parallel::on(pool(threads), serial()).with_chunks(8, 16);
        for size in 0..=70 {
            let items = mixed(size, 3);
            assert_eq!(
                parallel.verify_batch(&items).unwrap(),
                serial().verify_batch(&items).unwrap(),
                "{size} items on {threads} threads"
            );
        }
    }
}

#[test]
fn one_invalid_item_is_found_wherever_it_is() {
    let parallel = Parallel::new(Engine::new(|_, items: &[Item]| {
        let valid = item(crate::support::Kind::Valid, 0);
        let verdict = |item: &Item| match *item == valid {
            true => sm2_signing::Verdict::Valid,
            false => sm2_signing::Verdict::Invalid,
        };
        Ok(items.iter().map(verdict).collect())
    }));
    let parallel = parallel.with_chunks(8, 8);
    for place in 0..200 {
        let mut items = vec![item(crate::support::Kind::Valid, 0); 200];
        items[place] = item(crate::support::Kind::Valid, 1);
        let verdicts = parallel.verify_batch(&items).unwrap();
        assert_eq!(verdicts.invalid().collect::<Vec<_>>(), [place]);
    }
}

#[test]
fn several_threads_work_at_once() {
    let gate = Arc::new(Gate::default());
    let engine = {
        let gate = Arc::clone(&gate);
        Engine::new(move |_, items: &[Item]| {
            gate.pass();
            Ok(accept(items))
        })
    };
    let parallel = Parallel::on(pool(3), engine).with_chunks(8, 8);
    let items = mixed(24, 3);
    thread::scope(|scope| {
        let caller = scope.spawn(|| parallel.verify_batch(&items));
        gate.wait_for(3);
        gate.open();
        assert_eq!(caller.join().unwrap().unwrap().len(), 24);
    });
}

#[test]
fn a_chunk_that_fails_fails_the_batch_and_the_rest_is_not_begun() {
    let parallel = Parallel::on(
        pool(2),
        Engine::new(|number, items: &[Item]| match number {
            2 => Err(broken()),
            _ => {
                // Whoever works beside the chunk that fails does not empty the batch in the meantime.
                thread::sleep(Duration::from_millis(5));
                Ok(accept(items))
            }
        }),
    );
    let parallel = parallel.with_chunks(8, 8);
    let error = parallel.verify_batch(&mixed(8000, 3)).unwrap_err();
    assert_eq!(error.to_string(), broken().to_string());
    let begun = &parallel.engine().batches;
    assert!(begun.load(std::sync::atomic::Ordering::SeqCst) < 100);
}

#[test]
fn a_panic_is_an_error_of_the_batch() {
    for size in [8, 80] {
        let parallel = Parallel::on(
            pool(2),
            Engine::new(|_, _: &[Item]| panic!("lane {} is on fire", 3)),
        )
        .with_chunks(8, 8);
        let error = parallel.verify_batch(&mixed(size, 3)).unwrap_err();
        let cause = error.cause().downcast_ref();
        assert!(
            matches!(cause, Some(BatchError::Panicked { message }) if message == "lane 3 is on fire")
        );
    }
}

#[test]
fn a_wrong_number_of_verdicts_is_an_error() {
    let parallel = Parallel::on(
        pool(2),
        Engine::new(|_, items: &[Item]| Ok(accept(items.split_last().unwrap().1))),
    )
    .with_chunks(8, 8);
    for size in [5, 50] {
        let error = parallel.verify_batch(&mixed(size, 3)).unwrap_err();
        let cause = error.cause().downcast_ref();
        assert!(
            matches!(cause, Some(BatchError::Miscounted { items, verdicts }) if items - 1 == *verdicts)
        );
    }
}

#[test]
fn calls_from_inside_the_pool_end() {
    let pool = pool(2);
    let parallel = Parallel::on(Arc::clone(&pool), serial()).with_chunks(8, 8);
    let items = mixed(40, 3);
    let expected = serial().verify_batch(&items).unwrap();
    let callers = pool.install(|| {
        let callers = (0..20).into_par_iter();
        let same = callers.map(|_| parallel.verify_batch(&items).unwrap() == expected);
        same.filter(|same| *same).count()
    });
    assert_eq!(callers, 20);
}

#[test]
fn a_parallel_engine_in_a_parallel_engine_ends() {
    let pool = pool(2);
    let inner = Parallel::on(Arc::clone(&pool), serial()).with_chunks(8, 8);
    let outer = Parallel::on(pool, inner).with_chunks(16, 16);
    let items = mixed(100, 3);
    let expected = serial().verify_batch(&items).unwrap();
    assert_eq!(outer.verify_batch(&items).unwrap(), expected);
}

#[test]
fn a_pool_whose_threads_are_all_blocked_costs_no_progress() {
    let (pool, gate) = (pool(2), Arc::new(Gate::default()));
    for _ in 0..2 {
        let gate = Arc::clone(&gate);
        pool.spawn(move || gate.pass());
    }
    gate.wait_for(2);
    let parallel = Parallel::on(Arc::clone(&pool), serial()).with_chunks(8, 8);
    let items = mixed(50, 3);
    let (done, answer) = mpsc::channel();
    thread::spawn(move || done.send(parallel.verify_batch(&items).unwrap().len()));
    assert_eq!(answer.recv_timeout(MINUTE), Ok(50));
    gate.open();
}

#[test]
fn callers_of_a_queue_inside_its_engines_own_pool_are_answered() {
    let pool = pool(2);
    let parallel = Parallel::on(Arc::clone(&pool), serial()).with_chunks(8, 8);
    let queue = Queue::new(parallel, QueueOptions::default().with_timeout(MINUTE)).unwrap();
    let items = mixed(60, 3);
    let answered = |item: &Item| match queue.verify(&item.key, &item.e, &item.signature) {
        Ok(()) => true,
        Err(sm2_signing::VerifyError::Invalid) => false,
        Err(sm2_signing::VerifyError::Backend(error)) => panic!("{error}"),
    };
    let valid = pool.install(|| items.par_iter().filter(|item| answered(item)).count());
    let expected = serial().verify_batch(&items).unwrap();
    assert_eq!(valid, 60 - expected.invalid().count());
}
