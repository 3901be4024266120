//! The core with threads and time as they are; `models.rs` checks every interleaving of small cases.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

fn core(max: usize) -> Core<usize> {
    Core::new(Limits { max, relearn: HOUR })
}

fn in_(milliseconds: u64) -> Instant {
    Instant::now()
        .checked_add(Duration::from_millis(milliseconds))
        .expect("a clock that goes on for milliseconds")
}

fn open(core: &Core<usize>) {
    assert!(matches!(
        core.take(Turn::Last, |_| false, in_(1000)),
        Some(Grant::Open)
    ));
    core.opened();
}

#[test]
fn never_more_than_the_maximum_and_a_time_limit_for_the_rest() {
    let core = core(2);
    open(&core);
    open(&core);
    assert!(core.take(Turn::Last, |_| false, in_(20)).is_none());
    core.put_back(7);
    assert!(matches!(
        core.take(Turn::Last, |_| false, in_(20)),
        Some(Grant::Ready(7))
    ));
    assert_eq!(core.counts(), (0, 2, None));
}

#[test]
fn a_preferred_resource_goes_before_the_last_used() {
    let core = core(3);
    for resource in 1..=3 {
        open(&core);
        core.put_back(resource);
        if resource < 3 {
            // Keep them apart: the next `open` must not get the idle one.
            assert!(matches!(
                core.take(Turn::Last, |_| false, in_(0)),
                Some(Grant::Ready(_))
            ));
        }
    }
    core.put_back(1);
    core.put_back(2);
    assert!(matches!(
        core.take(Turn::Last, |resource| *resource == 1, in_(0)),
        Some(Grant::Ready(1))
    ));
    assert!(matches!(
        core.take(Turn::Last, |resource| *resource == 9, in_(0)),
        Some(Grant::Ready(2))
    ));
}

#[test]
fn a_ceiling_is_learnt_and_believed() {
    let core = core(10);
    open(&core);
    assert!(matches!(
        core.take(Turn::Last, |_| false, in_(0)),
        Some(Grant::Open)
    ));
    assert_eq!(core.at_ceiling(), AtCeiling::Wait);
    assert_eq!(core.counts(), (0, 1, Some(1)));
    assert!(core.take(Turn::First, |_| false, in_(0)).is_none());
}

#[test]
fn an_old_ceiling_is_tested_by_one_at_a_time() {
    let relearn = Duration::ZERO;
    let core: Core<usize> = Core::new(Limits { max: 10, relearn });
    open(&core);
    assert!(matches!(
        core.take(Turn::Last, |_| false, in_(0)),
        Some(Grant::Open)
    ));
    assert_eq!(core.at_ceiling(), AtCeiling::Wait);
    assert!(matches!(
        core.take(Turn::Last, |_| false, in_(0)),
        Some(Grant::Open)
    ));
    assert!(core.take(Turn::Last, |_| false, in_(0)).is_none());
    core.opened();
    assert_eq!(core.counts(), (0, 2, Some(2)), "it has grown");
}

#[test]
fn with_nothing_open_there_is_nothing_to_wait_for() {
    let core = core(4);
    assert!(matches!(
        core.take(Turn::Last, |_| false, in_(0)),
        Some(Grant::Open)
    ));
    assert_eq!(core.at_ceiling(), AtCeiling::GiveUp);
    assert_eq!(core.counts(), (0, 0, None));
}

#[test]
fn waiters_are_served_in_their_order() {
    let core = core(1);
    open(&core);
    let order = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for number in 0..4 {
            let (core, order) = (&core, &order);
            scope.spawn(move || {
                let Some(Grant::Ready(resource)) = core.take(Turn::Last, |_| false, in_(10_000))
                else {
                    panic!()
                };
                order.lock().unwrap().push(number);
                core.put_back(resource);
            });
            while core.lock().waiting.len() <= number {
                thread::yield_now();
            }
        }
        core.put_back(1);
    });
    assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3]);
}

#[test]
fn a_discarded_resource_makes_room_for_a_waiter() {
    let core = core(1);
    open(&core);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| core.take(Turn::Last, |_| false, in_(10_000)));
        while core.lock().waiting.is_empty() {
            thread::yield_now();
        }
        core.discard();
        assert!(matches!(waiter.join().unwrap(), Some(Grant::Open)));
    });
    core.not_opened();
    assert_eq!(core.counts(), (0, 0, None));
}

#[test]
fn many_threads_share_few_and_lose_none() {
    let core = core(3);
    let (made, in_use) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for round in 0..200 {
                    let resource = match core.take(Turn::Last, |_| false, in_(60_000)).unwrap() {
                        Grant::Ready(resource) => resource,
                        Grant::Open => {
                            core.opened();
                            made.fetch_add(1, Ordering::SeqCst)
                        }
                    };
                    assert!(in_use.fetch_add(1, Ordering::SeqCst) < 3);
                    in_use.fetch_sub(1, Ordering::SeqCst);
                    if round % 50 == 49 {
                        core.discard();
                    } else {
                        core.put_back(resource);
                    }
                }
            });
        }
    });
    let (idle, lent, _) = core.counts();
    assert_eq!(lent, 0);
    assert!(idle <= 3);
}
