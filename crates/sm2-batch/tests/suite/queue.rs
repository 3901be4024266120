use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::{Duration, Instant},
};

use sm2_batch::{BatchError, Queue, QueueOptions, Ticket};
use sm2_signing::{BatchVerifier, ErrorKind, Item, Verdict, Verifier, VerifyError};

use crate::support::{Engine, Gate, KINDS, Kind, MINUTE, SECOND, accept, item, serial, verdict_of};

const MS: Duration = Duration::from_millis(1);

fn options() -> QueueOptions {
    QueueOptions::default().with_timeout(MINUTE)
}

fn verdict(answer: Result<(), VerifyError>) -> Verdict {
    match answer {
        Ok(()) => Verdict::Valid,
        Err(VerifyError::Invalid) => Verdict::Invalid,
        Err(VerifyError::Backend(error)) => panic!("{error}"),
    }
}

fn ask(queue: &impl Verifier, item: &Item) -> Result<(), VerifyError> {
    queue.verify(&item.key, &item.e, &item.signature)
}

/// An engine that lets nothing through before its gate is open.
fn gated(gate: &Arc<Gate>) -> impl BatchVerifier + 'static {
    let gate = Arc::clone(gate);
    Engine::new(move |_, items: &[Item]| {
        gate.pass();
        Ok(accept(items))
    })
}

fn full(error: &sm2_signing::Error) -> bool {
    error.kind() == ErrorKind::Busy
        && matches!(error.cause().downcast_ref(), Some(BatchError::Full { .. }))
}

#[test]
fn hundreds_of_threads_each_get_their_own_verdict() {
    for workers in [1, 3] {
        let options = options()
            .with_max_batch(32)
            .with_capacity(64)
            .with_workers(workers);
        let queue = Queue::new(serial(), options).unwrap();
        thread::scope(|scope| {
            for thread in 0..300 {
                let queue = &queue;
                scope.spawn(move || {
                    for turn in 0..3 {
                        let kind = KINDS[(thread + turn) % KINDS.len()];
                        let answer = ask(queue, &item(kind, thread));
                        assert_eq!(verdict(answer), verdict_of(kind), "{kind:?}");
                    }
                });
            }
        });
        let statistics = queue.statistics();
        assert_eq!(statistics.items, 900);
        assert_eq!((statistics.failed_batches, statistics.waiting), (0, 0));
        assert!(statistics.mean_fill() > 1.0, "{statistics:?}");
        assert!(statistics.batches >= 900 / 32);
    }
}

#[test]
fn every_number_of_items_gives_the_verdicts_of_the_engine() {
    let queue = Queue::new(serial(), options().with_max_batch(16)).unwrap();
    for size in 0..=70 {
        let items = crate::support::mixed(size, 4);
        let tickets: Vec<Ticket> = items
            .iter()
            .map(|item| queue.submit(*item).unwrap())
            .collect();
        let answers: Vec<_> = tickets
            .into_iter()
            .map(|ticket| verdict(ticket.wait()))
            .collect();
        let expected = serial().verify_batch(&items).unwrap();
        assert_eq!(answers, expected.iter().collect::<Vec<_>>());
    }
}

#[test]
fn a_single_item_leaves_at_its_deadline() {
    let queue = Queue::new(serial(), options().with_max_latency(50 * MS)).unwrap();
    let started = Instant::now();
    assert!(ask(&queue, &item(Kind::Valid, 0)).is_ok());
    assert!(started.elapsed() >= 50 * MS);
    let statistics = queue.statistics();
    assert_eq!((statistics.batches, statistics.items), (1, 1));
}

#[test]
fn a_full_batch_does_not_wait_for_its_deadline() {
    let options = options().with_max_latency(MINUTE).with_max_batch(8);
    let queue = Queue::new(serial(), options).unwrap();
    let tickets: Vec<_> = (0..8)
        .map(|index| queue.submit(item(Kind::Valid, index)).unwrap())
        .collect();
    for ticket in tickets {
        assert!(ticket.wait().is_ok());
    }
    assert_eq!(queue.statistics().batches, 1);
}

#[test]
fn a_full_queue_is_busy_within_the_callers_bound() {
    let gate = Arc::new(Gate::default());
    let options = options().with_max_batch(2).with_capacity(4);
    let queue = Queue::new(gated(&gate), options.with_timeout(100 * MS)).unwrap();
    let inside = [0, 1].map(|index| queue.submit(item(Kind::Valid, index)).unwrap());
    gate.wait_for(1);
    let waiting: Vec<_> = (0..4)
        .map(|index| queue.submit(item(Kind::Valid, index)).unwrap())
        .collect();

    let started = Instant::now();
    assert!(full(&queue.submit(item(Kind::Valid, 0)).unwrap_err()));
    assert!(started.elapsed() < SECOND, "submit does not wait");

    let error = queue.submit_timeout(item(Kind::Valid, 0), 50 * MS);
    assert!(full(&error.unwrap_err()));
    assert!(started.elapsed() >= 50 * MS);

    let started = Instant::now();
    match ask(&queue, &item(Kind::Valid, 0)) {
        Err(VerifyError::Backend(error)) => assert!(full(&error)),
        other => panic!("{other:?}"),
    }
    assert!((100 * MS..10 * SECOND).contains(&started.elapsed()));
    assert_eq!(queue.statistics().refused, 3);
    assert_eq!(queue.statistics().waiting, 4);

    gate.open();
    for ticket in inside.into_iter().chain(waiting) {
        assert!(matches!(ticket.wait_timeout(MINUTE), Ok(Ok(()))));
    }
    assert_eq!(queue.statistics().items, 6);
}

#[test]
fn room_lets_in_who_waits_for_it() {
    let gate = Arc::new(Gate::default());
    let options = options().with_max_batch(1).with_capacity(1);
    let queue = Queue::new(gated(&gate), options).unwrap();
    let first = queue.submit(item(Kind::Valid, 0)).unwrap();
    gate.wait_for(1);
    let second = queue.submit(item(Kind::Valid, 1)).unwrap();
    thread::scope(|scope| {
        let callers: Vec<_> = (0..8)
            .map(|index| {
                let queue = &queue;
                scope.spawn(move || ask(queue, &item(Kind::Valid, index)))
            })
            .collect();
        thread::sleep(20 * MS);
        gate.open();
        for caller in callers {
            assert!(caller.join().unwrap().is_ok());
        }
    });
    assert!(first.wait().is_ok() && second.wait().is_ok());
}

#[test]
fn a_verdict_that_is_late_is_an_error_and_then_nobodys() {
    let gate = Arc::new(Gate::default());
    let options = options().with_max_batch(1).with_timeout(30 * MS);
    let queue = Queue::new(gated(&gate), options).unwrap();
    let held = queue.submit(item(Kind::Valid, 0)).unwrap();
    gate.wait_for(1);
    match ask(&queue, &item(Kind::Valid, 1)) {
        Err(VerifyError::Backend(error)) => {
            assert_eq!(error.kind(), ErrorKind::Busy);
            let cause = error.cause().downcast_ref();
            assert!(matches!(cause, Some(BatchError::Late { .. })), "{error}");
        }
        other => panic!("{other:?}"),
    }
    let held = held.wait_timeout(10 * MS).unwrap_err();
    gate.open();
    assert!(matches!(held.wait_timeout(MINUTE), Ok(Ok(()))));
    // The worker comes to the second one, whose caller is gone, before this.
    let third = queue.submit(item(Kind::Valid, 2)).unwrap();
    assert!(matches!(third.wait_timeout(MINUTE), Ok(Ok(()))));
    let statistics = queue.statistics();
    assert_eq!((statistics.items, statistics.abandoned), (2, 1));
}

/// Counts how often it is woken, and wakes a thread.
struct Bell {
    rings: AtomicUsize,
    thread: thread::Thread,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rings.fetch_add(1, Ordering::SeqCst);
        self.thread.unpark();
    }
}

#[test]
fn a_ticket_can_be_awaited() {
    let gate = Arc::new(Gate::default());
    let queue = Queue::new(gated(&gate), options()).unwrap();
    let mut ticket = pin!(queue.submit(item(Kind::Valid, 0)).unwrap());
    let bell = Arc::new(Bell {
        rings: AtomicUsize::new(0),
        thread: thread::current(),
    });
    let waker = Waker::from(Arc::clone(&bell));
    let mut context = Context::from_waker(&waker);
    gate.wait_for(1);
    assert!(ticket.as_mut().poll(&mut context).is_pending());
    assert!(ticket.as_mut().poll(&mut context).is_pending());
    gate.open();
    let started = Instant::now();
    let answer = loop {
        match ticket.as_mut().poll(&mut context) {
            Poll::Ready(answer) => break answer,
            Poll::Pending => thread::park_timeout(SECOND),
        }
        assert!(started.elapsed() < MINUTE);
    };
    assert!(answer.is_ok());
    assert!(bell.rings.load(Ordering::SeqCst) <= 1);
    match ticket.as_mut().poll(&mut context) {
        Poll::Ready(Err(VerifyError::Backend(error))) => {
            assert!(matches!(
                error.cause().downcast_ref(),
                Some(BatchError::Taken)
            ));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn options_that_contradict_themselves_are_refused() {
    for options in [
        options().with_max_batch(0),
        options().with_workers(0),
        options().with_max_batch(9).with_capacity(8),
    ] {
        let error = Queue::new(serial(), options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(error.to_string().contains("try: "), "{error}");
    }
}

#[test]
fn extreme_durations_are_no_trouble() {
    let options = options()
        .with_timeout(Duration::MAX)
        .with_max_latency(Duration::MAX)
        .with_max_batch(1);
    let queue = Queue::new(serial(), options).unwrap();
    assert!(ask(&queue, &item(Kind::Valid, 0)).is_ok());
    let ticket = queue.submit_timeout(item(Kind::Valid, 1), Duration::MAX);
    assert!(ticket.unwrap().wait().is_ok());
}
