//! Latencies in bounded memory.

use std::time::Duration;

/// Counts of latencies in buckets of at most 1/64 of their value: 0 to 127 ns exactly, then 64 buckets per power of two.
#[derive(Debug, Clone)]
pub(crate) struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Histogram {
    pub(crate) fn new() -> Self {
        Self {
            counts: vec![0; (64 - SUB_BITS as usize + 1) << SUB_BITS],
            total: 0,
        }
    }

    pub(crate) fn record(&mut self, latency: Duration) {
        let nanoseconds = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
        self.counts[bucket(nanoseconds)] += 1;
        self.total += 1;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (sum, count) in self.counts.iter_mut().zip(&other.counts) {
            *sum += count;
        }
        self.total += other.total;
    }

    pub(crate) const fn total(&self) -> u64 {
        self.total
    }

    /// The latency that `per_mille` ‰ of the operations did not exceed, at most 1/64 too high; `None` without operations.
    pub(crate) fn quantile(&self, per_mille: u64) -> Option<Duration> {
        let rank = (u128::from(self.total) * u128::from(per_mille))
            .div_ceil(1000)
            .max(1);
        let mut seen = 0_u128;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += u128::from(*count);
            if seen >= rank {
                return Some(Duration::from_nanos(upper_end(bucket)));
            }
        }
        None
    }
}

/// The bucket of a value.
fn bucket(value: u64) -> usize {
    let bits = u64::BITS - value.leading_zeros();
    let shift = bits.saturating_sub(SUB_BITS + 1);
    // value >> shift has at most SUB_BITS + 1 bits, so that it fits usize on every machine.
    let top = usize::try_from(value >> shift).unwrap_or(usize::MAX);
    ((shift as usize) << SUB_BITS) + top
}

/// The greatest value of a bucket.
fn upper_end(bucket: usize) -> u64 {
    let shift = (bucket >> SUB_BITS).saturating_sub(1);
    let top = (bucket - (shift << SUB_BITS)) as u64;
    (top << shift) + ((1 << shift) - 1)
}

const SUB_BITS: u32 = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_a_bucket_that_ends_at_most_a_64th_above_it() {
        let mut last = 0;
        let powers = (0..64).map(|bit| 1_u64 << bit);
        let mut values: Vec<u64> = powers.flat_map(|p| [p - 1, p, p + 1, p + p / 3]).collect();
        values.extend(0..5_000);
        values.push(u64::MAX);
        values.sort_unstable();
        for value in values {
            let end = upper_end(bucket(value));
            assert!(end >= value && end - value <= value / 64, "{value}: {end}");
            assert!(bucket(value) >= last, "{value}");
            last = bucket(value);
        }
        assert!(last < Histogram::new().counts.len());
    }

    #[test]
    fn quantiles_of_a_known_distribution() {
        let mut histogram = Histogram::new();
        assert_eq!(histogram.quantile(500), None);
        for nanoseconds in 1..=100 {
            histogram.record(Duration::from_nanos(nanoseconds));
        }
        assert_eq!(histogram.quantile(500), Some(Duration::from_nanos(50)));
        assert_eq!(histogram.quantile(990), Some(Duration::from_nanos(99)));
        assert_eq!(histogram.quantile(999), Some(Duration::from_nanos(100)));
        assert_eq!(histogram.quantile(1000), Some(Duration::from_nanos(100)));
    }

    #[test]
    fn merging_adds() {
        let mut left = Histogram::new();
        left.record(Duration::from_nanos(10));
        let mut right = left.clone();
        right.record(Duration::from_nanos(20));
        left.merge(&right);
        assert_eq!(left.total(), 3);
        assert_eq!(left.quantile(500), Some(Duration::from_nanos(10)));
        assert_eq!(left.quantile(990), Some(Duration::from_nanos(20)));
    }
}
