//! From which session count on more sessions bring little.

/// The least session count after which another doubling brings less than 10 %, whichever later count one looks at.
///
/// `points` are session counts and operations per second. `None` if the throughput grows up to the end, or if no count
/// has another of at least twice as many sessions to be compared with.
pub(super) fn knee(points: &[(usize, f64)]) -> Option<usize> {
    let mut points = points.to_vec();
    points.sort_by_key(|point| point.0);
    points
        .iter()
        .find(|&&(sessions, rate)| {
            // Nearer counts say nothing about a doubling: their noise would be raised to a power.
            let mut later = points
                .iter()
                .filter(|point| point.0 >= sessions.saturating_mul(2))
                .peekable();
            rate > 0.0
                && later.peek().is_some()
                && later.all(|&(more, faster)| {
                    let doublings = (more as f64 / sessions as f64).log2();
                    (faster / rate).powf(doublings.recip()) < WORTH_IT
                })
        })
        .map(|point| point.0)
}

/// What another doubling must multiply the throughput with.
const WORTH_IT: f64 = 1.1;

#[cfg(test)]
mod tests {
    use super::*;

    /// Points and the knee they have.
    type Case = (&'static [(usize, f64)], Option<usize>);

    #[test]
    fn the_first_count_that_no_later_one_beats_clearly() {
        let cases: [Case; 14] = [
            (&[], None),
            (&[(1, 100.0)], None),
            (&[(1, 100.0), (2, 200.0), (4, 400.0)], None),
            (&[(1, 100.0), (2, 190.0), (4, 200.0), (8, 201.0)], Some(2)),
            (&[(1, 100.0), (2, 109.9)], Some(1)),
            (&[(1, 100.0), (2, 110.1)], None),
            // Slower is less than 10 % as well.
            (&[(1, 100.0), (2, 60.0), (4, 50.0)], Some(1)),
            // A dip is no knee.
            (&[(1, 100.0), (2, 95.0), (4, 190.0), (8, 191.0)], Some(4)),
            // Two doublings that bring 15 % together.
            (&[(1, 100.0), (4, 115.0)], Some(1)),
            (&[(1, 100.0), (4, 125.0)], None),
            // No count has twice as many, or only the first has.
            (&[(4, 100.0), (6, 100.0), (7, 100.0)], None),
            (&[(1, 100.0), (3, 290.0), (4, 300.0), (5, 300.0)], None),
            // In any order, and with a count that was measured twice.
            (&[(8, 201.0), (2, 190.0), (1, 100.0), (4, 200.0)], Some(2)),
            (&[(1, 0.0), (2, 100.0), (2, 101.0), (4, 102.0)], Some(2)),
        ];
        for (points, expected) in cases {
            assert_eq!(knee(points), expected, "{points:?}");
        }
    }
}
