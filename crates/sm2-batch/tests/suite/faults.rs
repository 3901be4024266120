use std::{
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use sm2_batch::{BatchError, Queue, QueueOptions};
use sm2_signing::{Error, ErrorKind, Item, Verifier, VerifyError};

use crate::support::{Engine, Gate, Kind, MINUTE, accept, broken, item};

fn options() -> QueueOptions {
    QueueOptions::default()
        .with_timeout(MINUTE)
        .with_max_batch(4)
        .with_max_latency(MINUTE)
}

/// Submits a full batch and gives the error that all of its callers got.
fn failed<B>(queue: &Queue<B>) -> Vec<Error> {
    let tickets = [0; 4].map(|index| queue.submit(item(Kind::Valid, index)).unwrap());
    tickets
        .into_iter()
        .map(|ticket| match ticket.wait() {
            Err(VerifyError::Backend(error)) => error,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn an_engines_error_reaches_every_caller_and_the_queue_goes_on() {
    let engine = Engine::new(|number, items: &[Item]| match number {
        0 => Err(broken()),
        _ => Ok(accept(items)),
    });
    let queue = Queue::new(engine, options()).unwrap();
    for error in failed(&queue) {
        assert_eq!(error.kind(), ErrorKind::Device);
        assert_eq!(error.to_string(), broken().to_string());
        let Some(BatchError::Engine(error)) = error.cause().downcast_ref() else {
            panic!("{error:?}");
        };
        assert_eq!(error.cause().to_string(), "the card is unplugged");
    }
    let tickets = [0; 4].map(|index| queue.submit(item(Kind::Valid, index)).unwrap());
    for ticket in tickets {
        assert!(ticket.wait().is_ok());
    }
    let statistics = queue.statistics();
    assert_eq!((statistics.batches, statistics.failed_batches), (2, 1));
}

#[test]
fn an_engines_panic_reaches_every_caller_and_the_queue_goes_on() {
    let engine = Engine::new(|number, items: &[Item]| {
        assert_ne!(number, 0, "the first one is unlucky");
        Ok(accept(items))
    });
    let queue = Queue::new(engine, options()).unwrap();
    for error in failed(&queue) {
        assert_eq!(error.kind(), ErrorKind::Device);
        let text = error.to_string();
        assert!(
            text.contains("panicked") && text.contains("the first one is unlucky"),
            "{text}"
        );
    }
    let tickets = [0; 4].map(|index| queue.submit(item(Kind::Valid, index)).unwrap());
    for ticket in tickets {
        assert!(ticket.wait().is_ok());
    }
}

#[test]
fn a_wrong_number_of_verdicts_is_nobodys_verdict() {
    let engine = Engine::new(|_, items: &[Item]| Ok(accept(&[items, items].concat())));
    let queue = Queue::new(engine, options()).unwrap();
    for error in failed(&queue) {
        assert!(
            error.to_string().contains("8 verdicts on 4 items"),
            "{error}"
        );
    }
}

#[test]
fn an_engine_that_blocks_one_worker_leaves_the_others() {
    let gate = Arc::new(Gate::default());
    let engine = {
        let gate = Arc::clone(&gate);
        Engine::new(move |number, items: &[Item]| {
            if number == 0 {
                gate.pass();
            }
            Ok(accept(items))
        })
    };
    let queue = Queue::new(engine, options().with_max_batch(1).with_workers(2)).unwrap();
    let stuck = queue.submit(item(Kind::Valid, 0)).unwrap();
    gate.wait_for(1);
    for index in 0..20 {
        let item = item(Kind::Valid, index);
        assert!(queue.verify(&item.key, &item.e, &item.signature).is_ok());
    }
    let stuck = stuck.wait_timeout(Duration::ZERO).unwrap_err();
    gate.open();
    assert!(stuck.wait().is_ok());
}

#[test]
fn what_a_full_batch_leaves_behind_is_for_another_worker() {
    let first = item(Kind::Valid, 0);
    for _ in 0..20 {
        let gate = Arc::new(Gate::default());
        let engine = {
            let gate = Arc::clone(&gate);
            Engine::new(move |_, items: &[Item]| {
                if items.contains(&first) {
                    gate.pass();
                }
                Ok(accept(items))
            })
        };
        let options = options()
            .with_max_batch(2)
            .with_max_latency(Duration::from_millis(5));
        let queue = Queue::new(engine, options.with_workers(2)).unwrap();
        let [first, second, third] =
            [0, 1, 2].map(|index| queue.submit(item(Kind::Valid, index)).unwrap());
        assert!(matches!(third.wait_timeout(MINUTE), Ok(Ok(()))));
        gate.open();
        assert!(first.wait().is_ok() && second.wait().is_ok());
    }
}

struct Bomb;

impl Wake for Bomb {
    fn wake(self: Arc<Self>) {
        panic!("a waker that panics");
    }
}

#[test]
fn a_waker_that_panics_harms_nobody_else() {
    let gate = Arc::new(Gate::default());
    let engine = {
        let gate = Arc::clone(&gate);
        Engine::new(move |_, items: &[Item]| {
            gate.pass();
            Ok(accept(items))
        })
    };
    let queue = Queue::new(engine, options()).unwrap();
    let [mut first, second, third, fourth] =
        [0; 4].map(|index| queue.submit(item(Kind::Valid, index)).unwrap());
    gate.wait_for(1);
    let waker = Waker::from(Arc::new(Bomb));
    let polled = Future::poll(
        std::pin::Pin::new(&mut first),
        &mut Context::from_waker(&waker),
    );
    assert!(matches!(polled, Poll::Pending));
    gate.open();
    for ticket in [second, third, fourth, first] {
        assert!(ticket.wait().is_ok());
    }
    let tickets = [0; 4].map(|index| queue.submit(item(Kind::Valid, index)).unwrap());
    assert!(tickets.into_iter().all(|ticket| ticket.wait().is_ok()));
}

#[test]
fn an_error_shows_its_cause_once() {
    let queue = Queue::new(
        Engine::new(|_, _: &[Item]| Err(Error::new(ErrorKind::Busy, "no session is free"))),
        options(),
    );
    for error in failed(&queue.unwrap()) {
        assert_eq!(error.to_string(), "busy: no session is free");
    }
}
