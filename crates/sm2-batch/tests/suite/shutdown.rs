use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use sm2_batch::{BatchError, Queue, QueueOptions};
use sm2_signing::{Item, Verifier, VerifyError};

use crate::support::{Engine, Gate, Kind, MINUTE, SECOND, accept, item, serial};

const MS: Duration = Duration::from_millis(1);

fn options() -> QueueOptions {
    QueueOptions::default().with_timeout(MINUTE)
}

fn closed(answer: &Result<(), VerifyError>) -> bool {
    let Err(VerifyError::Backend(error)) = answer else {
        return false;
    };
    matches!(error.cause().downcast_ref(), Some(BatchError::Closed))
}

#[test]
fn dropping_an_idle_queue_returns() {
    for workers in [1, 4] {
        drop(Queue::new(serial(), options().with_workers(workers)).unwrap());
    }
}

#[test]
fn what_waits_is_verified_when_the_queue_is_dropped() {
    let options = options().with_max_batch(8).with_max_latency(MINUTE);
    let queue = Queue::new(serial(), options).unwrap();
    let tickets: Vec<_> = (0..29)
        .map(|index| {
            let kind = [Kind::Valid, Kind::WrongKey][index % 2];
            (kind, queue.submit(item(kind, index)).unwrap())
        })
        .collect();
    let started = Instant::now();
    drop(queue);
    assert!(started.elapsed() < MINUTE);
    for (kind, ticket) in tickets {
        let answer = ticket.wait_timeout(Duration::ZERO).unwrap();
        match kind {
            Kind::Valid => assert!(answer.is_ok()),
            _ => assert!(matches!(answer, Err(VerifyError::Invalid))),
        }
    }
}

#[test]
fn a_closed_queue_refuses_at_once_and_answers_who_is_in() {
    let queue = Queue::new(serial(), options().with_max_latency(MINUTE)).unwrap();
    let ticket = queue.submit(item(Kind::Valid, 0)).unwrap();
    queue.close();
    assert!(ticket.wait().is_ok());
    let error = queue.submit(item(Kind::Valid, 0)).unwrap_err();
    assert!(matches!(
        error.cause().downcast_ref(),
        Some(BatchError::Closed)
    ));
    let item = item(Kind::Valid, 1);
    assert!(closed(&queue.verify(&item.key, &item.e, &item.signature)));
}

#[test]
fn shutdown_under_load_answers_everybody() {
    for round in 0..20 {
        let options = options()
            .with_max_batch(4)
            .with_capacity(8)
            .with_workers(1 + round % 3);
        let engine = Engine::new(|_, items: &[Item]| {
            thread::sleep(MS / 10);
            Ok(accept(items))
        });
        let queue = Arc::new(Queue::new(engine, options).unwrap());
        let answered = Arc::new(AtomicUsize::new(0));
        let callers: Vec<_> = (0..50)
            .map(|index| {
                let (queue, answered) = (Arc::clone(&queue), Arc::clone(&answered));
                thread::spawn(move || {
                    let item = item(Kind::Valid, index);
                    loop {
                        let answer = queue.verify(&item.key, &item.e, &item.signature);
                        if answer.is_ok() {
                            answered.fetch_add(1, Ordering::SeqCst);
                            continue;
                        }
                        assert!(closed(&answer), "{answer:?}");
                        return;
                    }
                })
            })
            .collect();
        thread::sleep(5 * MS);
        queue.close();
        for caller in callers {
            caller.join().unwrap();
        }
        let statistics = queue.statistics();
        assert_eq!(statistics.waiting, 0);
        let answered = u64::try_from(answered.load(Ordering::SeqCst)).unwrap();
        assert_eq!(statistics.items, answered, "{statistics:?}");
    }
}

#[test]
fn an_engine_that_never_returns_does_not_hold_the_shutdown() {
    let gate = Arc::new(Gate::default());
    let engine = {
        let gate = Arc::clone(&gate);
        Engine::new(move |_, items: &[Item]| {
            gate.pass();
            Ok(accept(items))
        })
    };
    let options = options().with_max_batch(2).with_timeout(50 * MS);
    let queue = Queue::new(engine, options).unwrap();
    let inside = [0, 1].map(|index| queue.submit(item(Kind::Valid, index)).unwrap());
    gate.wait_for(1);
    let waiting = [2, 3, 4].map(|index| queue.submit(item(Kind::Valid, index)).unwrap());
    let started = Instant::now();
    drop(queue);
    assert!((50 * MS..10 * SECOND).contains(&started.elapsed()));
    for ticket in inside.into_iter().chain(waiting) {
        assert!(closed(&ticket.wait_timeout(Duration::ZERO).unwrap()));
    }
    gate.open();
}

#[test]
fn a_caller_that_waits_for_room_is_told_of_the_shutdown() {
    let gate = Arc::new(Gate::default());
    let engine = {
        let gate = Arc::clone(&gate);
        Engine::new(move |_, items: &[Item]| {
            gate.pass();
            Ok(accept(items))
        })
    };
    let queue = Queue::new(engine, options().with_max_batch(1).with_capacity(1)).unwrap();
    let inside = queue.submit(item(Kind::Valid, 0)).unwrap();
    gate.wait_for(1);
    let waiting = queue.submit(item(Kind::Valid, 1)).unwrap();
    thread::scope(|scope| {
        let caller = scope.spawn(|| {
            let item = item(Kind::Valid, 2);
            queue.verify(&item.key, &item.e, &item.signature)
        });
        thread::sleep(20 * MS);
        queue.close();
        assert!(closed(&caller.join().unwrap()));
    });
    gate.open();
    assert!(inside.wait().is_ok() && waiting.wait().is_ok());
}

/// Holds the queue that calls it: the last owner may be a worker.
#[test]
fn a_worker_may_drop_the_queue() {
    use std::sync::Mutex;

    type Owner = Arc<Mutex<Option<Box<dyn Send>>>>;
    let (owner, gate) = (Owner::default(), Arc::new(Gate::default()));
    let engine = {
        let (owner, gate) = (Arc::clone(&owner), Arc::clone(&gate));
        Engine::new(move |_, items: &[Item]| {
            gate.pass();
            drop(owner.lock().unwrap().take());
            Ok(accept(items))
        })
    };
    let queue = Queue::new(engine, options().with_max_batch(1)).unwrap();
    let tickets = [0, 1, 2].map(|index| queue.submit(item(Kind::Valid, index)).unwrap());
    *owner.lock().unwrap() = Some(Box::new(queue));
    gate.open();
    for ticket in tickets {
        assert!(matches!(ticket.wait_timeout(MINUTE), Ok(Ok(()))));
    }
}
