//! Keys with tables: which of them, for how long, and that nobody can tell by the verdicts.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use proptest::{prelude::*, sample::select};
use rayon::prelude::*;
use sm2_batch::{
    BatchError, EngineChoice, KeyTableOptions, KeyTableStatistics, KeyTables, Parallel, Portable,
    Queue, QueueOptions,
};
use sm2_signing::{
    BatchVerifier, ErrorKind, Item, PublicKey, Signature, Verdict, Verifier, VerifyError,
};

use crate::{
    engines::edge_cases,
    support::{Busy, KINDS, Kind, batch, item, mixed, serial, verdict_of},
};

fn engine(options: KeyTableOptions) -> KeyTables {
    KeyTables::new(EngineChoice::Auto, options).unwrap()
}

/// An engine that only has tables of pinned keys.
fn without_cache() -> KeyTables {
    engine(KeyTableOptions::default().with_cache_bytes(0))
}

/// What one key takes with all that belongs to it.
fn key_bytes() -> usize {
    let engine = without_cache();
    engine.pin(&[item(Kind::Valid, 0).key]).unwrap();
    let bytes = engine.statistics().bytes;
    assert!(bytes > engine.table_bytes());
    bytes
}

/// Room for this many keys.
fn cache_of(keys: usize) -> KeyTableOptions {
    KeyTableOptions::default().with_cache_bytes(keys * key_bytes())
}

fn keys(indices: impl IntoIterator<Item = usize>) -> Vec<PublicKey> {
    let key = |index| item(Kind::Valid, index).key;
    indices.into_iter().map(key).collect()
}

#[test]
fn every_edge_case_alone() {
    let engine = without_cache();
    for (id, item, expected) in edge_cases() {
        for pinned in [false, true] {
            // An error for a key that is no point; the signature is then invalid as well.
            assert!(!pinned || engine.pin(&[item.key]).is_ok() || expected == Verdict::Invalid);
            let verdict = match engine.verify(&item.key, &item.e, &item.signature) {
                Ok(()) => Verdict::Valid,
                Err(VerifyError::Invalid) => Verdict::Invalid,
                Err(VerifyError::Backend(error)) => panic!("{error}"),
            };
            assert_eq!(verdict, expected, "case {id}");
        }
    }
}

#[test]
fn known_and_unknown_keys_in_every_order() {
    let engine = without_cache();
    engine.pin(&keys(0..8)).unwrap();
    for size in 0..=40 {
        for period in [1, 2, 3, 5] {
            let items = mixed(size, period);
            let expected = serial().verify_batch(&items).unwrap();
            assert_eq!(engine.verify_batch(&items).unwrap(), expected, "{size}");
        }
    }
    let statistics = engine.statistics();
    let items = u64::try_from(4 * (0..=40).sum::<usize>()).unwrap();
    assert_eq!(statistics.known + statistics.unknown, items);
    assert!(statistics.known > items / 4 && statistics.unknown > items / 4);
}

#[test]
fn batches_longer_than_a_piece() {
    let engine = without_cache();
    engine.pin(&keys(0..3)).unwrap();
    for size in [1023, 1024, 1025, 2049] {
        let mut items = batch((0..size).map(|_| Kind::Valid));
        for place in [0, 1023, 1024, size - 1] {
            if place < size {
                items[place] = item(Kind::WrongDigest, place);
            }
        }
        let expected = Portable::new().verify_batch(&items).unwrap();
        assert_eq!(engine.verify_batch(&items).unwrap(), expected);
    }
}

#[test]
fn pinning_is_all_or_nothing() {
    let engine = without_cache();
    engine.pin(&keys([0, 1])).unwrap();
    engine.pin(&keys([1, 0, 1])).unwrap();
    assert_eq!(engine.statistics().pinned, 2, "twice is once");

    let off = item(Kind::OffCurve, 5).key;
    let mut some = keys([2, 3]);
    some.insert(1, off);
    for error in [
        engine.pin(&some).unwrap_err(),
        engine.set_pinned(&some).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(error.to_string().contains(&off.to_string()), "{error}");
        let cause = error.cause().downcast_ref();
        assert!(matches!(cause, Some(BatchError::NotAPoint { key }) if *key == off));
    }
    assert_eq!(engine.statistics().pinned, 2);

    engine.set_pinned(&keys([1, 2, 3])).unwrap();
    assert_eq!(engine.statistics().pinned, 3);
    assert_eq!(known(&engine, keys([0])), 0);
    assert_eq!(known(&engine, keys([1, 2, 3, 3])), 4);

    engine.unpin(&keys([3, 3, 9]));
    assert_eq!(known(&engine, keys([1, 2, 3])), 2);
    engine.set_pinned(&[]).unwrap();
    let statistics = engine.statistics();
    assert_eq!((statistics.pinned, statistics.bytes), (0, 0));
}

/// How many signatures of these keys are verified with tables.
fn known(engine: &KeyTables, keys: Vec<PublicKey>) -> u64 {
    let before = engine.statistics().known;
    let forged = |key| Item {
        key,
        ..item(Kind::ZeroR, 0)
    };
    let items: Vec<_> = keys.into_iter().map(forged).collect();
    assert_eq!(
        engine.verify_batch(&items).unwrap().invalid().count(),
        items.len()
    );
    engine.statistics().known - before
}

#[test]
fn keys_come_and_go_while_others_verify() {
    let engine = engine(KeyTableOptions::default().with_promote_after(3));
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for thread in 0..3 {
            let (engine, stop) = (&engine, &stop);
            scope.spawn(move || {
                let items = mixed(40 + thread, 3);
                let expected = serial().verify_batch(&items).unwrap();
                let mut rounds = 0;
                while rounds < 10 || !stop.load(Ordering::Relaxed) {
                    assert_eq!(engine.verify_batch(&items).unwrap(), expected);
                    rounds += 1;
                }
            });
        }
        for round in 0..100 {
            engine.pin(&keys([round % 16, (round + 5) % 16])).unwrap();
            engine.unpin(&keys([(round + 3) % 16]));
            engine.set_pinned(&keys(round % 16..16)).unwrap();
            assert!(engine.pin(&[item(Kind::OffCurve, round).key]).is_err());
        }
        stop.store(true, Ordering::Relaxed);
    });
    engine.set_pinned(&keys(0..4)).unwrap();
    assert_eq!(engine.statistics().pinned, 4);
    assert_eq!(known(&engine, keys(0..4)), 4);
}

#[test]
fn a_key_that_comes_back_gets_a_table() {
    let engine = engine(KeyTableOptions::default().with_promote_after(5));
    let busy = Busy::new(1);
    for number in 0..5 {
        let item = busy.sign(number);
        assert_eq!(engine.statistics().cached, 0, "{number}");
        assert!(engine.verify(&item.key, &item.e, &item.signature).is_ok());
    }
    let statistics = engine.statistics();
    let expected = (1, 0, 5, 1);
    let KeyTableStatistics {
        cached,
        known,
        unknown,
        promoted,
        ..
    } = statistics;
    assert_eq!((cached, known, unknown, promoted), expected);
    assert!(
        engine
            .verify_batch(&[busy.sign(9); 20])
            .unwrap()
            .all_valid()
    );
    assert_eq!(engine.statistics().known, 20);
}

#[test]
fn what_is_invalid_counts_for_nothing() {
    let engine = engine(KeyTableOptions::default().with_promote_after(2));
    for kind in KINDS.into_iter().filter(|kind| *kind != Kind::Valid) {
        let items: Vec<_> = (0..500).map(|_| item(kind, 3)).collect();
        assert_eq!(engine.verify_batch(&items).unwrap().invalid().count(), 500);
    }
    let statistics = engine.statistics();
    assert_eq!((statistics.promoted, statistics.bytes), (0, 0));
}

#[test]
fn signatures_of_pinned_keys_are_not_counted() {
    let engine = engine(KeyTableOptions::default().with_promote_after(5));
    let item = Busy::new(1).sign(0);
    engine.pin(&[item.key]).unwrap();
    assert!(engine.verify_batch(&[item; 20]).unwrap().all_valid());
    engine.unpin(&[item.key]);
    assert!(engine.verify_batch(&[item; 4]).unwrap().all_valid());
    assert_eq!(engine.statistics().promoted, 0);
    assert!(engine.verify_batch(&[item]).unwrap().all_valid());
    assert_eq!(engine.statistics().promoted, 1);
}

#[test]
fn the_bound_in_bytes_is_kept_by_many_threads() {
    let bound = 10 * key_bytes() + key_bytes() / 2;
    let options = KeyTableOptions::default().with_cache_bytes(bound);
    let engine = engine(options.with_promote_after(1));
    let busy: Vec<_> = (0..40).map(|index| Busy::new(index).sign(0)).collect();
    let stop = AtomicBool::new(false);
    let most = thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut most = 0;
            while !stop.load(Ordering::Relaxed) {
                most = most.max(engine.statistics().bytes);
                thread::yield_now();
            }
            most
        });
        let workers: Vec<_> = (0..3_usize)
            .map(|start| {
                let (engine, busy) = (&engine, &busy);
                scope.spawn(move || {
                    for round in 0..60 {
                        // Each key is the busiest for a while.
                        let at = (start * 13 + round / 2) % busy.len();
                        let items = [busy[at]; 40];
                        assert!(engine.verify_batch(&items).unwrap().all_valid());
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.join().unwrap();
        }
        stop.store(true, Ordering::Relaxed);
        watch.join().unwrap()
    });
    assert!(most <= bound, "{most} of {bound} bytes");
    let statistics = engine.statistics();
    assert_eq!(statistics.cached, 10);
    assert!(statistics.promoted >= 10);
}

#[test]
fn busy_keys_of_an_uneven_load_are_promoted() {
    let engine = engine(cache_of(8));
    let signers: Vec<_> = (0..64).map(|index| Busy::new(index).sign(index)).collect();
    // Key i comes with a frequency of about 1 / (i + 1).
    let load: Vec<_> = (1..=150)
        .flat_map(|round| {
            let due = move |index: &usize| round % (index + 1) == 0;
            (0..64).filter(due).map(|index| signers[index])
        })
        .collect();
    for batch in load.chunks(64).cycle().take(200) {
        assert!(engine.verify_batch(batch).unwrap().all_valid());
    }
    let statistics = engine.statistics();
    assert_eq!(statistics.cached, 8);
    let busiest = signers[..4].iter().map(|item| item.key).collect();
    assert_eq!(known(&engine, busiest), 4);
    let share = statistics.known as f64 / (statistics.known + statistics.unknown) as f64;
    assert!(share > 0.4, "{share}");
}

#[test]
fn throw_away_keys_harm_nobody() {
    let engine = engine(cache_of(16));
    let busy: Vec<_> = (0..16).map(|index| Busy::new(index).sign(0)).collect();
    while engine.statistics().cached < 16 {
        assert!(engine.verify_batch(&busy.repeat(8)).unwrap().all_valid());
    }
    let before = engine.statistics();
    let count = 100_000_u32;
    let throw_away: Vec<_> = (1000..1000 + count)
        .into_par_iter()
        .map(|index| Busy::new(index).sign(0))
        .collect();
    for batch in throw_away.chunks(240) {
        let items = [batch, &busy].concat();
        assert!(engine.verify_batch(&items).unwrap().all_valid());
    }
    let after = engine.statistics();
    assert_eq!(after.unknown - before.unknown, u64::from(count));
    assert_eq!((after.evicted, after.promoted), (0, before.promoted));
    let keys = busy.iter().map(|item| item.key).collect();
    assert_eq!(known(&engine, keys), 16);
}

#[test]
fn engines_of_engines() {
    let engine = Arc::new(engine(KeyTableOptions::default()));
    engine.pin(&keys(0..8)).unwrap();
    let parallel = Parallel::new(Arc::clone(&engine)).with_chunks(8, 16);
    let items = mixed(200, 3);
    let expected = serial().verify_batch(&items).unwrap();
    assert_eq!(parallel.verify_batch(&items).unwrap(), expected);
    let queue = Queue::new(parallel, QueueOptions::default()).unwrap();
    let tickets: Vec<_> = items
        .iter()
        .map(|item| queue.submit(*item).unwrap())
        .collect();
    for (ticket, expected) in tickets.into_iter().zip(expected) {
        assert_eq!(ticket.wait().is_ok(), expected == Verdict::Valid);
    }
    assert!(engine.statistics().known >= 200);
}

#[test]
fn options_that_make_no_sense() {
    let wrong = |options| {
        let error = KeyTables::new(EngineChoice::Auto, options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        error.to_string()
    };
    let options = KeyTableOptions::default;
    assert!(wrong(options().with_cache_bytes(1)).contains("cache_bytes is 1"));
    for promote_after in [0, 10_001, u32::MAX] {
        let text = wrong(options().with_promote_after(promote_after));
        assert!(
            text.contains(&format!("promote_after is {promote_after}")),
            "{text}"
        );
    }
    let off = options().with_cache_bytes(0).with_promote_after(0);
    assert!(KeyTables::new(EngineChoice::Portable, off).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn gives_what_portable_gives(
        batches in prop::collection::vec(
            prop::collection::vec((select(&KINDS), 0_usize..16, any::<Option<(usize, u8)>>()), 0..80),
            1..4,
        ),
        pinned in prop::collection::vec(0_usize..16, 0..8),
        promote_after in 1_u32..6,
        choice in select(&[EngineChoice::Auto, EngineChoice::Portable][..]),
    ) {
        let options = KeyTableOptions::default().with_promote_after(promote_after);
        let engine = KeyTables::new(choice, options).unwrap();
        engine.pin(&keys(pinned)).unwrap();
        for batch in batches {
            let items: Vec<_> = batch.iter().map(|(kind, index, change)| {
                let mut item = item(*kind, *index);
                if let Some((at, bits)) = change {
                    let mut signature = item.signature.to_bytes();
                    signature[at % 64] ^= bits;
                    item.signature = Signature::from_bytes(&signature);
                }
                item
            }).collect();
            let verdicts = engine.verify_batch(&items).unwrap();
            prop_assert_eq!(&verdicts, &Portable::new().verify_batch(&items).unwrap());
            for ((kind, _, change), verdict) in batch.iter().zip(verdicts) {
                prop_assert!(change.is_some() || verdict == verdict_of(*kind));
            }
        }
    }
}
