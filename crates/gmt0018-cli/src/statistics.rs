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

    /// The latency that so many thousandths of the operations did not exceed, at most 1/64 too high; `None` without
    /// operations.
    pub(crate) fn per_mille(&self, thousandths: u64) -> Option<Duration> {
        let rank = (u128::from(self.total) * u128::from(thousandths))
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

/// The number of sessions after which another doubling brings less than 10 %, from numbers of sessions with their rates.
///
/// `None` if every step brings more, or there is no step.
pub(crate) fn knee(points: &[(usize, f64)]) -> Option<usize> {
    let mut points = points.to_vec();
    points.sort_by_key(|point| point.0);
    points.dedup_by_key(|point| point.0);
    let steps = points.windows(2);
    let flat = steps.filter(|step| {
        let doublings = (step[1].0 as f64 / step[0].0 as f64).log2();
        let gain = (step[1].1 / step[0].1).powf(doublings.recip());
        gain < WORTH_A_DOUBLING
    });
    flat.map(|step| step[0].0).next()
}

/// The middle value; the mean of the two in the middle of an even number; `None` without values.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        length if length % 2 == 1 => values.get(middle).copied(),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
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
const WORTH_A_DOUBLING: f64 = 1.1;

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
    fn percentiles_of_a_known_distribution() {
        let mut histogram = Histogram::new();
        assert_eq!(histogram.per_mille(500), None);
        for nanoseconds in 1..=100 {
            histogram.record(Duration::from_nanos(nanoseconds));
        }
        assert_eq!(histogram.per_mille(500), Some(Duration::from_nanos(50)));
        assert_eq!(histogram.per_mille(990), Some(Duration::from_nanos(99)));
        assert_eq!(histogram.per_mille(1000), Some(Duration::from_nanos(100)));
    }

    #[test]
    fn thousandths_of_a_known_distribution() {
        let mut histogram = Histogram::new();
        for nanoseconds in (1..=100).cycle().take(999) {
            histogram.record(Duration::from_nanos(nanoseconds));
        }
        histogram.record(Duration::from_nanos(127));
        assert_eq!(histogram.per_mille(999), Some(Duration::from_nanos(100)));
        assert_eq!(histogram.per_mille(1000), Some(Duration::from_nanos(127)));
    }

    #[test]
    fn the_knee_is_before_the_first_doubling_that_brings_little() {
        for (points, expected) in [
            (&[][..], None),
            (&[(4, 100.0)], None),
            (&[(1, 100.0), (2, 200.0), (4, 400.0)], None),
            (&[(1, 100.0), (2, 195.0), (4, 200.0), (8, 390.0)], Some(2)),
            (&[(1, 100.0), (2, 90.0)], Some(1)),
            (&[(4, 201.0), (1, 100.0), (2, 200.0)], Some(2)),
            // 20 % for two doublings, and 44 % for two.
            (&[(1, 100.0), (4, 120.0)], Some(1)),
            (&[(1, 100.0), (4, 144.0)], None),
            (&[(2, 100.0), (2, 100.0)], None),
        ] {
            assert_eq!(knee(points), expected, "{points:?}");
        }
    }

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[9.0, 1.0, 2.0, 4.0]), Some(3.0));
    }

    #[test]
    fn merging_adds() {
        let mut left = Histogram::new();
        left.record(Duration::from_nanos(10));
        let mut right = left.clone();
        right.record(Duration::from_nanos(20));
        left.merge(&right);
        assert_eq!(left.total(), 3);
        assert_eq!(left.per_mille(500), Some(Duration::from_nanos(10)));
        assert_eq!(left.per_mille(990), Some(Duration::from_nanos(20)));
    }
}
