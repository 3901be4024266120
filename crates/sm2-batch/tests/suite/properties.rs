use std::{sync::Arc, thread, time::Duration};

use proptest::{prelude::*, sample::select};
use sm2_batch::{Parallel, Queue, QueueOptions};
use sm2_signing::{BatchVerifier, Verdict, VerifyError};

use crate::support::{KINDS, Kind, batch, item, serial, verdict_of};

fn kinds(most: usize) -> impl Strategy<Value = Vec<Kind>> {
    prop::collection::vec(select(&KINDS), 0..most)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parallel_gives_what_serial_gives(
        kinds in kinds(150),
        smallest in 0_usize..40,
        largest in 0_usize..40,
        threads in 1_usize..5,
    ) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let parallel = Parallel::on(Arc::new(pool), serial()).with_chunks(smallest, largest);
        let verdicts = parallel.verify_batch(&batch(kinds.iter().copied())).unwrap();
        let expected: Vec<_> = kinds.iter().copied().map(verdict_of).collect();
        prop_assert_eq!(verdicts.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_queue_gives_each_caller_its_own_verdict(
        kinds in prop::collection::vec(kinds(30), 1..6),
        max_batch in 1_usize..20,
        spare in 0_usize..20,
        latency in 0_u64..300,
        workers in 1_usize..4,
    ) {
        let options = QueueOptions::default()
            .with_max_batch(max_batch)
            .with_capacity(max_batch + spare)
            .with_max_latency(Duration::from_micros(latency))
            .with_workers(workers)
            .with_timeout(Duration::from_secs(60));
        let queue = Queue::new(serial(), options).unwrap();
        thread::scope(|scope| {
            for kinds in &kinds {
                let queue = &queue;
                scope.spawn(move || {
                    let room = Duration::from_secs(60);
                    let submit = |(index, kind): (usize, &Kind)| queue.submit_timeout(item(*kind, index), room).unwrap();
                    let tickets: Vec<_> = kinds.iter().enumerate().map(submit).collect();
                    for (ticket, kind) in tickets.into_iter().zip(kinds) {
                        let verdict = match ticket.wait() {
                            Ok(()) => Verdict::Valid,
                            Err(VerifyError::Invalid) => Verdict::Invalid,
                            Err(VerifyError::Backend(error)) => panic!("{error}"),
                        };
                        assert_eq!(verdict, verdict_of(*kind));
                    }
                });
            }
        });
        let items = kinds.iter().map(Vec::len).sum::<usize>();
        prop_assert_eq!(queue.statistics().items, u64::try_from(items).unwrap());
    }
}
