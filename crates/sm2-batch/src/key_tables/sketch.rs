//! How often keys were seen lately, in little memory.

/// A count-min sketch with conservative update whose counts are halved from time to time.
///
/// It takes hashes of keys with a secret hash function, so that nobody can make keys that share counters on purpose. An
/// estimate is never below the true count since the counts were last halved.
#[derive(Debug)]
pub(super) struct Sketch {
    /// The rows, one after the other, each of `width` counters; `width` is a power of two.
    counters: Vec<u16>,
    width: usize,
    /// How many sightings remain until the counts are halved.
    remaining: usize,
}

impl Sketch {
    /// A sketch for this many sightings between halvings.
    pub(super) fn new(sightings: usize) -> Self {
        let width = (sightings / SIGHTINGS_PER_COUNTER)
            .clamp(NARROWEST, WIDEST)
            .next_power_of_two();
        Self {
            counters: vec![0; ROWS * width],
            width,
            remaining: width * SIGHTINGS_PER_COUNTER,
        }
    }

    /// Counts a sighting; gives the estimate.
    pub(super) fn count(&mut self, hash: u64) -> u32 {
        if self.remaining == 0 {
            self.halve();
        }
        self.remaining -= 1;
        let places = self.places(hash);
        let new = self.least(places).saturating_add(1);
        for place in places {
            let counter = &mut self.counters[place];
            *counter = new.max(*counter);
        }
        new.into()
    }

    /// About how often the key was seen lately.
    pub(super) fn estimate(&self, hash: u64) -> u32 {
        self.least(self.places(hash)).into()
    }

    fn least(&self, places: [usize; ROWS]) -> u16 {
        let counters = places.map(|place| self.counters[place]);
        counters.into_iter().min().unwrap_or(0)
    }

    /// The key's counter in each row, by double hashing.
    fn places(&self, hash: u64) -> [usize; ROWS] {
        let step = (hash >> 32) | 1;
        let mut place = hash;
        let mut start = 0;
        [(); ROWS].map(|()| {
            let column = usize::try_from(place & (self.width as u64 - 1)).unwrap_or(0);
            let at = start + column;
            place = place.wrapping_add(step);
            start += self.width;
            at
        })
    }

    fn halve(&mut self) {
        for counter in &mut self.counters {
            *counter /= 2;
        }
        self.remaining = self.width * SIGHTINGS_PER_COUNTER;
    }
}

const ROWS: usize = 4;
/// So few that of four counters hardly ever all are shared with a key that is seen often.
const SIGHTINGS_PER_COUNTER: usize = 8;
const NARROWEST: usize = 256;
/// 8 MiB.
const WIDEST: usize = 1 << 20;

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// Hashes without a pattern (splitmix64).
    fn hash(index: u64) -> u64 {
        let mut z = index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    #[test]
    fn nothing_is_underestimated_and_strangers_stay_low() {
        let mut sketch = Sketch::new(16 * 1024);
        for round in 1..=20 {
            for key in 0..100 {
                assert!(sketch.count(hash(key)) >= round);
            }
        }
        for stranger in 1000..12_000 {
            assert!(sketch.count(hash(stranger)) < 16, "{stranger}");
        }
        for key in 0..100 {
            let estimate = sketch.estimate(hash(key));
            assert!((20..28).contains(&estimate), "{estimate}");
        }
    }

    #[test]
    fn counts_fade() {
        let mut sketch = Sketch::new(1);
        let sightings = NARROWEST * SIGHTINGS_PER_COUNTER;
        for _ in 0..sightings {
            sketch.count(hash(1));
        }
        assert_eq!(sketch.estimate(hash(1)), 2048);
        for index in 0..u64::try_from(3 * sightings).unwrap() {
            sketch.count(hash(2 + index));
        }
        assert!(sketch.estimate(hash(1)) <= 2048 / 8 + 64);
    }

    #[test]
    fn a_count_that_is_full_stays_full() {
        let mut sketch = Sketch::new(usize::MAX);
        for _ in 0..70_000 {
            sketch.count(7);
        }
        assert_eq!(sketch.count(7), u32::from(u16::MAX));
    }
}
