//! Every interleaving of small cases, by loom.
//!
//! `RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR=target/loom cargo test -p sm2-batch --lib models`

use loom::{sync::Arc as Shared, thread};
use sm2_signing::PublicKey;

use super::*;

fn key(index: u8) -> HashedKey {
    HashedKey {
        hash: u64::from(index) * 0x0101_0101_0101_0101,
        key: PublicKey::from_bytes(&[index; 64]),
    }
}

/// Verifies one signature and makes the table that is due, as a thread of an engine does; tells how many it made.
fn verify(core: &Core<u8>, index: u8) -> usize {
    let has_table = core.snapshot().find(&key(index)).is_some();
    let sighting = Sighting {
        key: key(index),
        has_table,
    };
    let promotion = core.count(1, std::iter::once(sighting));
    let made = promotion.keys().len();
    promotion.install(vec![Some(index); made]);
    made
}

/// Runs both at once, and then looks at what they left.
fn run(
    capacity: usize,
    first: fn(&Core<u8>) -> usize,
    second: fn(&Core<u8>) -> usize,
    check: fn(&Core<u8>, usize),
) {
    loom::model(move || {
        let core = Shared::new(Core::new(Limits {
            capacity,
            promote_after: 1,
        }));
        let other = {
            let core = Shared::clone(&core);
            thread::spawn(move || second(&core))
        };
        let made = first(&core);
        let made = made + other.join().unwrap();
        check_sound(&core);
        check(&core, made);
    });
}

/// The lists are what is in the snapshot, and fit.
fn check_sound(core: &Core<u8>) {
    let snapshot = core.snapshot();
    let state = core.state();
    assert!(state.building.is_empty());
    assert!(state.cached.len() <= core.limits.capacity);
    assert_eq!(snapshot.pinned().count(), state.pinned);
    for index in 1..=2 {
        let cached = state.cached.iter().filter(|cached| **cached == key(index));
        let known = snapshot.find(&key(index));
        assert!(known.is_none_or(|known| *known.table == index));
        assert_eq!(
            cached.count(),
            usize::from(known.is_some_and(|known| !known.pinned))
        );
    }
}

#[test]
fn one_key_that_two_threads_see() {
    run(
        2,
        |core| verify(core, 1),
        |core| verify(core, 1),
        |core, made| {
            assert!(made == 1, "one made it, and the other did not wait");
            assert_eq!(core.counts().promoted, 1);
        },
    );
}

#[test]
fn two_keys_for_one_place() {
    run(
        1,
        |core| verify(core, 1),
        |core| verify(core, 2),
        |core, made| {
            assert!(made >= 1);
            assert_eq!(core.counts().cached, 1);
        },
    );
}

#[test]
fn a_key_is_pinned_while_its_table_is_made() {
    let pin = |core: &Core<u8>| {
        core.pin(vec![(key(1), Arc::new(1))], false);
        0
    };
    run(
        2,
        |core| verify(core, 1),
        pin,
        |core, _| {
            let counts = core.counts();
            assert_eq!((counts.pinned, counts.cached), (1, 0));
        },
    );
}

#[test]
fn a_set_is_replaced_while_a_key_of_it_is_seen() {
    let replace = |core: &Core<u8>| {
        core.pin(vec![(key(1), Arc::new(1))], true);
        core.pin(vec![(key(2), Arc::new(2))], true);
        0
    };
    run(
        2,
        |core| verify(core, 1),
        replace,
        |core, _| {
            assert_eq!(core.counts().pinned, 1);
            assert!(
                core.snapshot()
                    .find(&key(2))
                    .is_some_and(|known| known.pinned)
            );
        },
    );
}

#[test]
fn a_promotion_is_given_up() {
    let give_up = |core: &Core<u8>| {
        let sighting = Sighting {
            key: key(1),
            has_table: false,
        };
        drop(core.count(1, std::iter::once(sighting)));
        0
    };
    run(
        2,
        |core| verify(core, 1),
        give_up,
        |core, _| {
            verify(core, 1);
            assert_eq!(core.counts().cached, 1, "nothing is left behind");
        },
    );
}
