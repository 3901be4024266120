use std::{collections::HashMap, iter};

use super::*;
use sm2_signing::PublicKey;

/// A key with a hash without a pattern (splitmix64).
fn key(index: u64) -> HashedKey {
    let mut z = index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let mut bytes = [0; 64];
    bytes[..8].copy_from_slice(&index.to_be_bytes());
    HashedKey {
        hash: z ^ (z >> 31),
        key: PublicKey::from_bytes(&bytes),
    }
}

/// An engine without arithmetic: the table of a key is its hash.
struct Engine {
    core: Core<u64>,
    /// How many signatures were verified without tables, and how many tables were made.
    verified: usize,
    made: usize,
}

impl Engine {
    fn new(capacity: usize, promote_after: u32) -> Self {
        Self {
            core: Core::new(Limits {
                capacity,
                promote_after,
            }),
            verified: 0,
            made: 0,
        }
    }

    /// Verifies a batch of valid signatures by these keys.
    fn verify(&mut self, keys: &[u64]) {
        let snapshot = self.core.snapshot();
        let seen = keys.iter().map(|index| {
            let key = key(*index);
            let known = snapshot.find(&key);
            assert!(known.is_none_or(|known| *known.table == key.hash));
            let has_table = known.is_some();
            Sighting { key, has_table }
        });
        let unknown = seen.clone().filter(|sighting| !sighting.has_table).count();
        let promotion = self.core.count(unknown, seen);
        let made = promotion.keys().len();
        assert!(made <= MOST_TABLES);
        let tables = promotion.keys().iter().map(|key| Some(key.hash)).collect();
        promotion.install(tables);
        self.verified += unknown;
        self.made += made;
        self.check();
    }

    /// The list of keys in the cache is what is in the snapshot, and fits.
    fn check(&self) {
        let counts = self.core.counts();
        assert!(counts.cached <= self.core.limits.capacity);
        let state = self.core.state();
        assert!(state.building.is_empty());
        let snapshot = self.core.snapshot();
        let cached = |key| snapshot.find(key).is_some_and(|known| !known.pinned);
        assert!(state.cached.iter().all(cached));
        assert_eq!(snapshot.pinned().count(), counts.pinned);
        assert_eq!(
            counts.promoted - counts.evicted,
            counts.cached as u64,
            "nothing else leaves the cache in these tests"
        );
    }

    fn has_table(&self, index: u64) -> bool {
        self.core.snapshot().find(&key(index)).is_some()
    }

    fn assert_bounded(&self) {
        let most = MOST_TABLES + self.verified / TABLE_CREDITS;
        assert!(self.made <= most, "{} tables, not {most}", self.made);
    }
}

/// Keys 0, 1, 2, .. below `keys` with the frequencies 1, 1/2, 1/3, ..
fn zipf(keys: u64, count: usize) -> impl Iterator<Item = u64> {
    let total: f64 = (1..=keys).map(|rank| 1.0 / rank as f64).sum();
    let mut sums = Vec::new();
    for rank in 1..=keys {
        sums.push(sums.last().unwrap_or(&0.0) + 1.0 / rank as f64);
    }
    (0..count as u64).map(move |index| {
        let at = (key(index).hash >> 11) as f64 / (1_u64 << 53) as f64 * total;
        sums.partition_point(|sum| *sum < at) as u64
    })
}

fn pin(core: &Core<u64>, keys: impl IntoIterator<Item = u64>, only: bool) {
    let keys = keys.into_iter().map(key);
    core.pin(keys.map(|key| (key, Arc::new(key.hash))).collect(), only);
}

#[test]
fn a_key_gets_its_table_after_so_many_sightings() {
    let mut engine = Engine::new(10, 32);
    for sighting in 1..=40 {
        engine.verify(&[7]);
        assert_eq!(engine.has_table(7), sighting >= 32, "{sighting}");
    }
    assert_eq!((engine.made, engine.core.counts().cached), (1, 1));
    let mut engine = Engine::new(10, 32);
    engine.verify(&[7; 32]);
    assert!(engine.has_table(7), "also within one batch");
}

#[test]
fn without_a_cache_nothing_is_counted() {
    let mut engine = Engine::new(0, 1);
    engine.verify(&[7; 100]);
    assert_eq!(engine.core.counts().promoted, 0);
    assert_eq!(engine.core.state().sketch.estimate(key(7).hash), 0);
}

#[test]
fn busy_keys_are_promoted() {
    let mut engine = Engine::new(50, 32);
    let load: Vec<_> = zipf(2000, 200_000).collect();
    for batch in load.chunks(64) {
        engine.verify(batch);
    }
    engine.assert_bounded();
    let busiest = (0..20).filter(|index| engine.has_table(*index)).count();
    assert_eq!(busiest, 20);
    let busy = (0..50).filter(|index| engine.has_table(*index)).count();
    assert!(busy >= 35, "{busy} of the 50 busiest keys");
    assert!(engine.core.counts().evicted < 100, "they stay");
}

#[test]
fn keys_of_the_same_frequency_do_not_take_turns() {
    let mut engine = Engine::new(50, 32);
    for index in 0..200_000 {
        engine.verify(&[key(index).hash % 100]);
    }
    assert_eq!(engine.core.counts().cached, 50);
    assert!(engine.core.counts().evicted < 10);
}

#[test]
fn a_new_load_replaces_the_old() {
    let mut engine = Engine::new(50, 32);
    let load: Vec<_> = zipf(100, 60_000).collect();
    for batch in load.chunks(64) {
        engine.verify(batch);
    }
    assert!(engine.has_table(0));
    for batch in load.chunks(64) {
        let others: Vec<_> = batch.iter().map(|index| 1000 + index).collect();
        engine.verify(&others);
    }
    engine.assert_bounded();
    let new = (1000..1020).filter(|index| engine.has_table(*index));
    assert_eq!(new.count(), 20);
}

/// Throw-away keys that are each seen `times`, as many signatures of them as of 50 busy keys that fill the cache.
fn attack(keys: u64, times: usize) -> Engine {
    let mut engine = Engine::new(50, 32);
    let busy: Vec<_> = (0..50).collect();
    for _ in 0..600 {
        engine.verify(&busy);
    }
    assert!(busy.iter().all(|index| engine.has_table(*index)));
    let throw_away = (1000..1000 + keys).flat_map(|index| iter::repeat_n(index, times));
    let load: Vec<_> = throw_away.zip((0..50).cycle()).collect();
    for batch in load.chunks(32) {
        let batch: Vec<_> = batch
            .iter()
            .flat_map(|(first, second)| [*first, *second])
            .collect();
        engine.verify(&batch);
    }
    engine.assert_bounded();
    engine
}

#[test]
fn throw_away_keys_do_not_evict_busy_ones() {
    for (keys, times) in [
        (100_000, 1),
        (50_000, 2),
        (5_000, 20),
        (3_000, 32),
        (2_000, 50),
    ] {
        let engine = attack(keys, times);
        let evicted = engine.core.counts().evicted;
        assert_eq!(evicted, 0, "{keys} keys, {times} times each");
        assert_eq!(engine.made, 50);
    }
}

#[test]
fn keys_that_are_busier_for_a_while_cost_a_bounded_share() {
    // Each takes as many signatures as half of the window: it is the busiest key while it lasts.
    let engine = attack(200, 1000);
    assert!(engine.made > 50, "{}", engine.made);
    let spent = engine.made * TABLE_CREDITS;
    assert!(spent <= engine.verified + MOST_CREDITS);
}

#[test]
fn a_flood_of_keys_that_qualify_costs_a_bounded_share() {
    let mut engine = Engine::new(5000, 2);
    let keys: Vec<_> = (0..20_000).flat_map(|index| [index; 2]).collect();
    for batch in keys.chunks(100) {
        engine.verify(batch);
    }
    engine.assert_bounded();
    assert!(engine.made > 400, "the share is used: {}", engine.made);
}

#[test]
fn pinned_keys_stay_and_do_not_fill_the_cache() {
    let mut engine = Engine::new(5, 4);
    pin(&engine.core, 0..20, false);
    pin(&engine.core, 10..20, false);
    assert_eq!(engine.core.counts().pinned, 20);
    for round in 0..200 {
        let others: Vec<_> = (100..140).map(|index| index + round / 20 * 100).collect();
        engine.verify(&others);
        assert!((0..20).all(|index| engine.has_table(index)));
    }
    assert_eq!(engine.core.counts().cached, 5);

    pin(&engine.core, 15..25, true);
    assert_eq!(engine.core.counts().pinned, 10);
    assert!(!engine.has_table(14) && engine.has_table(15) && engine.has_table(24));
    engine.core.unpin([key(15), key(15), key(99)].into_iter());
    assert_eq!(engine.core.counts().pinned, 9);
    assert!(!engine.has_table(15));
    engine.check();
}

#[test]
fn a_cached_key_that_is_pinned_keeps_its_table_and_leaves_the_cache() {
    let mut engine = Engine::new(5, 4);
    engine.verify(&[1; 4]);
    engine.verify(&[2; 4]);
    let table = |core: &Core<u64>| Arc::clone(&core.snapshot().find(&key(1)).unwrap().table);
    let before = table(&engine.core);
    pin(&engine.core, [1], false);
    assert!(Arc::ptr_eq(&before, &table(&engine.core)));
    let counts = engine.core.counts();
    assert_eq!((counts.pinned, counts.cached), (1, 1));
    engine.core.unpin([key(1), key(2)].into_iter());
    assert!(!engine.has_table(1));
    assert!(engine.has_table(2), "it was not pinned");
}

#[test]
fn a_promotion_that_is_given_up_leaves_the_key_to_others() {
    let engine = Engine::new(5, 1);
    let sighting = Sighting {
        key: key(1),
        has_table: false,
    };
    let first = engine.core.count(1, iter::once(sighting));
    assert_eq!(first.keys(), [key(1)]);
    let second = engine.core.count(1, iter::once(sighting));
    assert!(second.keys().is_empty(), "the first is at it");
    drop((first, second));
    let third = engine.core.count(1, iter::once(sighting));
    assert_eq!(third.keys(), [key(1)]);
    third.install(vec![None]);
    assert!(!engine.has_table(1));
    engine.check();
}

#[test]
fn a_table_that_comes_after_the_key_was_pinned_is_dropped() {
    let engine = Engine::new(5, 1);
    let sighting = Sighting {
        key: key(1),
        has_table: false,
    };
    let promotion = engine.core.count(1, iter::once(sighting));
    pin(&engine.core, [1], false);
    promotion.install(vec![Some(0)]);
    assert_eq!(
        *engine.core.snapshot().find(&key(1)).unwrap().table,
        key(1).hash
    );
    let counts = engine.core.counts();
    assert_eq!((counts.pinned, counts.cached, counts.promoted), (1, 0, 0));
}

#[test]
fn tables_under_way_count_towards_the_bound() {
    let engine = Engine::new(2, 1);
    let sightings = (0..5).map(|index| Sighting {
        key: key(index),
        has_table: false,
    });
    let first = engine.core.count(5, sightings.clone());
    assert_eq!(first.keys().len(), 2);
    let second = engine.core.count(5, sightings);
    assert!(second.keys().is_empty(), "nothing can be evicted yet");
    first.install(vec![Some(0), Some(1)]);
    assert_eq!(engine.core.counts().cached, 2);
}

#[test]
fn nobody_waits_to_count() {
    let engine = Engine::new(5, 1);
    let sighting = Sighting {
        key: key(1),
        has_table: false,
    };
    let held = engine.core.state();
    assert!(engine.core.count(1, iter::once(sighting)).keys().is_empty());
    assert_eq!(held.sketch.estimate(key(1).hash), 0);
}

#[test]
fn a_snapshot_does_not_change() {
    let core = Core::new(Limits {
        capacity: 0,
        promote_after: 1,
    });
    let mut taken = HashMap::new();
    for index in 0..200 {
        taken.insert(index, core.snapshot());
        pin(&core, [index], false);
    }
    for (index, snapshot) in taken {
        let pinned = snapshot.pinned().count();
        assert_eq!(u64::try_from(pinned).unwrap(), index);
        assert!(snapshot.find(&key(index)).is_none());
        assert!(index == 0 || snapshot.find(&key(index - 1)).is_some());
    }
}
