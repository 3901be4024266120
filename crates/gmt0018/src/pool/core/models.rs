//! Every interleaving of small cases, by loom.
//!
//! `RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR=target/loom cargo test -p gmt0018 --lib pool::core`
//!
//! Loom's condition variables do not time out. A time-out is modelled by ringing a waiter's bell for nothing when its
//! deadline has passed; a lost wake-up shows as a deadlock, which loom reports.

use loom::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

fn core(max: usize) -> loom::sync::Arc<Core<usize>> {
    loom::sync::Arc::new(Core::new(Limits { max, relearn: HOUR }))
}

fn far() -> Instant {
    Instant::now() + HOUR
}

/// A card with a number of sessions, which a resource is opened on.
struct Card {
    most: usize,
    open: AtomicUsize,
}

impl Card {
    fn new(most: usize) -> loom::sync::Arc<Self> {
        loom::sync::Arc::new(Self {
            most,
            open: AtomicUsize::new(0),
        })
    }

    fn open(&self) -> bool {
        let free = |open| (open < self.most).then_some(open + 1);
        self.open
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, free)
            .is_ok()
    }

    fn close(&self) {
        self.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What the pool does to lend a resource; `None` when the card has none at all.
fn lend(core: &Core<usize>, card: &Card) -> Option<usize> {
    let mut turn = Turn::Last;
    loop {
        match core.take(turn, |_| false, far())? {
            Grant::Ready(resource) => return Some(resource),
            Grant::Open if card.open() => {
                core.opened();
                return Some(1);
            }
            Grant::Open => match core.at_ceiling() {
                AtCeiling::Wait => turn = Turn::First,
                AtCeiling::GiveUp => return None,
            },
        }
    }
}

fn all_came_back(core: &Core<usize>) {
    let state = core.lock();
    assert_eq!((state.lent, state.opening), (0, 0));
    assert!(state.waiting.is_empty() && state.granted.is_empty());
}

#[test]
fn two_threads_one_place() {
    loom::model(|| {
        let (core, card) = (core(1), Card::new(1));
        let other = {
            let (core, card) = (core.clone(), card.clone());
            thread::spawn(move || {
                let resource = lend(&core, &card).expect("the maximum is below the ceiling");
                core.put_back(resource);
            })
        };
        let resource = lend(&core, &card).expect("the maximum is below the ceiling");
        core.put_back(resource);
        other.join().unwrap();
        all_came_back(&core);
        assert_eq!(core.counts().0, 1);
    });
}

#[test]
fn the_ceiling_is_learnt_and_nobody_waits_for_ever() {
    loom::model(|| {
        let (core, card) = (core(2), Card::new(1));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let (core, card) = (core.clone(), card.clone());
                thread::spawn(move || {
                    let resource = lend(&core, &card).expect("one session is open or being opened");
                    core.put_back(resource);
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        all_came_back(&core);
        assert_eq!(core.counts().0, 1);
    });
}

#[test]
fn a_card_without_sessions_fails_everybody() {
    loom::model(|| {
        let (core, card) = (core(2), Card::new(0));
        let other = {
            let (core, card) = (core.clone(), card.clone());
            thread::spawn(move || assert!(lend(&core, &card).is_none()))
        };
        assert!(lend(&core, &card).is_none());
        other.join().unwrap();
        all_came_back(&core);
    });
}

#[test]
fn a_broken_resource_makes_room() {
    loom::model(|| {
        let (core, card) = (core(1), Card::new(1));
        let other = {
            let (core, card) = (core.clone(), card.clone());
            thread::spawn(move || {
                let resource = lend(&core, &card).expect("the place is given back");
                core.put_back(resource);
            })
        };
        lend(&core, &card).expect("the place is given back");
        card.close();
        core.discard();
        other.join().unwrap();
        all_came_back(&core);
    });
}

#[test]
fn a_waiter_that_times_out_loses_nothing_it_was_granted() {
    loom::model(|| {
        let (core, card) = (core(1), Card::new(1));
        let held = lend(&core, &card).expect("nobody else is there");
        let waiter = {
            let core = core.clone();
            thread::spawn(move || {
                // The first wait ends by a ring; then the deadline has passed.
                let mut left = [HOUR].into_iter();
                let granted =
                    core.take_while(Turn::Last, |_| false, || left.next().unwrap_or_default());
                match granted {
                    Some(Grant::Ready(resource)) => core.put_back(resource),
                    Some(Grant::Open) => panic!("the one place is taken"),
                    None => {}
                }
            })
        };
        let bell = {
            let core = core.clone();
            thread::spawn(move || {
                core.lock()
                    .waiting
                    .iter()
                    .for_each(|waiter| waiter.bell.notify_one())
            })
        };
        core.put_back(held);
        waiter.join().unwrap();
        bell.join().unwrap();
        all_came_back(&core);
        assert_eq!(core.counts().0, 1);
    });
}

#[test]
fn a_waiter_behind_one_that_times_out_is_served() {
    loom::model(|| {
        let (core, card) = (core(1), Card::new(1));
        let held = lend(&core, &card).expect("nobody else is there");
        let impatient = {
            let core = core.clone();
            thread::spawn(move || {
                if let Some(Grant::Ready(resource)) =
                    core.take_while(Turn::Last, |_| false, Duration::default)
                {
                    core.put_back(resource);
                }
            })
        };
        let patient = {
            let (core, card) = (core.clone(), card.clone());
            thread::spawn(move || {
                let resource = lend(&core, &card).expect("it comes back");
                core.put_back(resource);
            })
        };
        core.put_back(held);
        impatient.join().unwrap();
        patient.join().unwrap();
        all_came_back(&core);
    });
}
