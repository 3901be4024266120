use std::thread;

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

fn core(max_batch: usize, capacity: usize, max_latency: Duration) -> Core<usize> {
    let limits = Limits {
        max_batch,
        max_latency,
        capacity,
    };
    Core::new(limits, 1)
}

fn now() -> Instant {
    Instant::now()
}

#[test]
fn a_full_batch_does_not_wait_and_the_order_is_kept() {
    let core = core(3, 8, HOUR);
    (0..7).for_each(|entry| core.push(entry, now()).unwrap());
    assert_eq!(core.take(), Some(vec![0, 1, 2]));
    assert_eq!(core.take(), Some(vec![3, 4, 5]));
    core.close();
    assert_eq!(core.take(), Some(vec![6]));
    assert_eq!(core.take(), None);
}

#[test]
fn a_batch_leaves_when_its_oldest_entry_is_due() {
    let core = core(8, 8, Duration::from_millis(30));
    let started = now();
    core.push(1, now()).unwrap();
    thread::sleep(Duration::from_millis(10));
    core.push(2, now()).unwrap();
    assert_eq!(core.take(), Some(vec![1, 2]));
    assert!(started.elapsed() >= Duration::from_millis(30));
}

#[test]
fn without_patience_what_is_there_leaves() {
    let core = core(8, 8, Duration::ZERO);
    core.push(1, now()).unwrap();
    assert_eq!(core.take(), Some(vec![1]));
}

#[test]
fn a_full_queue_refuses_in_time_and_a_closed_one_at_once() {
    let core = core(2, 2, HOUR);
    core.push(1, now()).unwrap();
    core.push(2, now()).unwrap();
    assert_eq!(core.push(3, now()), Err(Refused::Full));
    let started = now();
    let limit = Duration::from_millis(20);
    assert_eq!(core.push(3, started + limit), Err(Refused::Full));
    assert!(started.elapsed() >= limit);
    core.close();
    assert_eq!(core.push(3, now() + HOUR), Err(Refused::Closed));
    assert_eq!(core.drain(), [1, 2]);
    assert_eq!(core.waiting(), 0);
}

#[test]
fn a_caller_that_waits_is_let_in_when_there_is_room() {
    let core = core(2, 2, HOUR);
    core.push(1, now()).unwrap();
    core.push(2, now()).unwrap();
    thread::scope(|scope| {
        let caller = scope.spawn(|| core.push(3, now() + HOUR));
        assert_eq!(core.take(), Some(vec![1, 2]));
        caller.join().unwrap().unwrap();
    });
    assert_eq!(core.drain(), [3]);
}

#[test]
fn workers_are_waited_for_until_the_deadline() {
    let core = core(1, 1, HOUR);
    assert!(!core.all_left(now() + Duration::from_millis(5)));
    core.leave();
    assert!(core.all_left(now()));
}
