//! Every interleaving of small cases, by loom.
//!
//! `RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR=target/loom cargo test -p sm2-batch --lib models`
//!
//! Loom's condition variables do not time out. A time-out is modelled by ringing a bell for nothing when a deadline has
//! passed; a lost wake-up shows as a deadlock, which loom reports.

use loom::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use super::*;
use crate::queue::slot::{Slot, Taken};

const HOUR: Duration = Duration::from_secs(3600);

fn core(max_batch: usize, capacity: usize, workers: usize) -> Arc<Core<usize>> {
    let limits = Limits {
        max_batch,
        max_latency: HOUR,
        capacity,
    };
    Arc::new(Core::new(limits, workers))
}

fn far() -> Instant {
    Instant::now() + HOUR
}

/// A worker that keeps batches open for ever, as far as it can tell.
fn worker(core: &Arc<Core<usize>>) -> thread::JoinHandle<Vec<usize>> {
    let core = Arc::clone(core);
    thread::spawn(move || {
        let mut seen = Vec::new();
        while let Some(batch) = core.take_while(|_| HOUR) {
            assert!(!batch.is_empty() && batch.len() <= core.limits.max_batch);
            seen.extend(batch);
        }
        core.leave();
        seen
    })
}

/// A caller that pushes one entry.
fn caller(core: &Arc<Core<usize>>, entry: usize) -> thread::JoinHandle<()> {
    let core = Arc::clone(core);
    thread::spawn(move || core.push(entry, far()).expect("there will be room"))
}

/// Every interleaving with at most three preemptions, for cases that are too large for all.
fn bounded(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

fn is_empty(core: &Core<usize>) {
    let state = core.lock();
    assert!(state.waiting.is_empty());
    assert_eq!(state.callers, 0);
}

#[test]
fn a_full_batch_wakes_a_worker() {
    loom::model(|| {
        let core = core(2, 4, 1);
        let worker = {
            let core = Arc::clone(&core);
            thread::spawn(move || core.take_while(|_| HOUR))
        };
        let other = caller(&core, 1);
        core.push(2, far()).unwrap();
        let mut batch = worker.join().unwrap().expect("the queue is open");
        batch.sort_unstable();
        assert_eq!(batch, [1, 2]);
        other.join().unwrap();
        is_empty(&core);
    });
}

#[test]
fn one_entry_leaves_when_it_is_due() {
    loom::model(|| {
        let core = core(2, 4, 1);
        let due = Arc::new(AtomicBool::new(false));
        let clock = {
            let (core, due) = (Arc::clone(&core), Arc::clone(&due));
            thread::spawn(move || {
                // The time-out of the worker's wait.
                due.store(true, Ordering::SeqCst);
                drop(core.lock());
                core.work.notify_one();
            })
        };
        let entry = caller(&core, 1);
        let patience = || match due.load(Ordering::SeqCst) {
            true => Duration::ZERO,
            false => HOUR,
        };
        assert_eq!(core.take_while(|_| patience()), Some(vec![1]));
        clock.join().unwrap();
        entry.join().unwrap();
        is_empty(&core);
    });
}

#[test]
fn two_workers_leave_nothing_behind() {
    bounded(|| {
        let core = core(1, 2, 2);
        let workers = [worker(&core), worker(&core)];
        core.push(1, far()).unwrap();
        core.push(2, far()).unwrap();
        core.close();
        let mut seen: Vec<_> = workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect();
        seen.sort_unstable();
        assert_eq!(seen, [1, 2]);
        is_empty(&core);
        assert_eq!(core.lock().workers, 0);
    });
}

#[test]
fn room_wakes_a_caller_that_waits() {
    loom::model(|| {
        let core = core(1, 1, 1);
        let callers = [caller(&core, 1), caller(&core, 2)];
        let first = core.take_while(|_| HOUR).expect("the queue is open");
        let second = core.take_while(|_| HOUR).expect("the queue is open");
        let mut seen = [first, second].concat();
        seen.sort_unstable();
        assert_eq!(seen, [1, 2]);
        for caller in callers {
            caller.join().unwrap();
        }
        is_empty(&core);
    });
}

#[test]
fn a_caller_that_gives_up_takes_no_place_from_another() {
    bounded(|| {
        let core = core(1, 1, 1);
        core.push(0, far()).unwrap();
        let patient = caller(&core, 1);
        let impatient = {
            let core = Arc::clone(&core);
            thread::spawn(move || {
                // The first wait ends by a ring; then the deadline has passed.
                let mut left = [HOUR].into_iter();
                core.push_while(2, || left.next().unwrap_or_default())
                    .is_ok()
            })
        };
        let bell = {
            let core = Arc::clone(&core);
            thread::spawn(move || {
                drop(core.lock());
                core.room.notify_all();
            })
        };
        assert_eq!(core.take_while(|_| HOUR), Some(vec![0]));
        let next = core.take_while(|_| HOUR).expect("the queue is open");
        let came_in = match &*next {
            [2] => {
                assert_eq!(core.take_while(|_| HOUR), Some(vec![1]));
                true
            }
            _ => {
                assert_eq!(next, [1]);
                false
            }
        };
        patient.join().unwrap();
        bell.join().unwrap();
        let said = impatient.join().unwrap();
        assert_eq!(said, came_in || core.waiting() == 1);
    });
}

#[test]
fn closing_wakes_workers_and_callers() {
    loom::model(|| {
        let core = core(1, 1, 1);
        core.push(0, far()).unwrap();
        let caller = {
            let core = Arc::clone(&core);
            thread::spawn(move || core.push(1, far()))
        };
        let worker = worker(&core);
        core.close();
        let let_in = caller.join().unwrap();
        let seen = worker.join().unwrap();
        match let_in {
            Ok(()) => assert_eq!(seen, [0, 1]),
            Err(refused) => {
                assert_eq!(refused, Refused::Closed);
                assert_eq!(seen, [0]);
            }
        }
        is_empty(&core);
    });
}

#[test]
fn closing_wakes_a_caller_that_nobody_makes_room_for() {
    loom::model(|| {
        let core = core(1, 1, 1);
        core.push(0, far()).unwrap();
        let caller = {
            let core = Arc::clone(&core);
            thread::spawn(move || core.push(1, far()))
        };
        core.close();
        assert_eq!(caller.join().unwrap(), Err(Refused::Closed));
        assert_eq!(core.drain(), [0]);
        is_empty(&core);
    });
}

#[test]
fn the_last_worker_that_leaves_is_noticed() {
    loom::model(|| {
        let core = core(1, 1, 2);
        let workers = [worker(&core), worker(&core)];
        core.close();
        assert!(core.all_left(far()));
        for worker in workers {
            assert!(worker.join().unwrap().is_empty());
        }
    });
}

#[test]
fn an_answer_reaches_who_waits_for_it() {
    loom::model(|| {
        let slot = Arc::new(Slot::new());
        let answering = {
            let slot = Arc::clone(&slot);
            thread::spawn(move || slot.answer(|| 7))
        };
        assert_eq!(slot.take_until(far()), Taken::Answer(7));
        answering.join().unwrap();
        assert_eq!(slot.take_until(far()), Taken::Before);
    });
}

#[test]
fn an_answer_that_is_late_is_still_there() {
    loom::model(|| {
        let slot = Arc::new(Slot::new());
        let answering = {
            let slot = Arc::clone(&slot);
            thread::spawn(move || slot.answer(|| 7))
        };
        let bell = {
            let slot = Arc::clone(&slot);
            thread::spawn(move || slot.ring())
        };
        // The first wait ends by a ring; then the deadline has passed.
        let mut left = [HOUR].into_iter();
        let taken = slot.take_while(|| left.next().unwrap_or_default());
        if taken == Taken::Late {
            assert_eq!(slot.take_until(far()), Taken::Answer(7));
        } else {
            assert_eq!(taken, Taken::Answer(7));
        }
        answering.join().unwrap();
        bell.join().unwrap();
    });
}

#[test]
fn the_first_of_two_answers_stands() {
    loom::model(|| {
        let slot = Arc::new(Slot::new());
        let answering = [1, 2].map(|answer| {
            let slot = Arc::clone(&slot);
            thread::spawn(move || slot.answer(|| answer))
        });
        let taken = slot.take_until(far());
        assert!(taken == Taken::Answer(1) || taken == Taken::Answer(2));
        for thread in answering {
            thread.join().unwrap();
        }
        assert_eq!(slot.take_until(far()), Taken::Before);
    });
}
