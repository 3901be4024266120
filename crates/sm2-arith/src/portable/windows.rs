use std::{fmt, iter};

use crate::digits::{Digit, OddDigits};
use crate::{AffinePoint, FieldElement, JacobianPoint};

/// The odd multiples of a point P that the digits of a scalar choose from: for window i,
/// \[j 2^(WIDTH i)\]P with j = 1, 3, 5, ...
pub(super) struct Windows<const WIDTH: usize> {
    rows: Vec<Row>,
}

/// A point that fills one cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Row(pub(super) AffinePoint);

impl<const WIDTH: usize> Windows<WIDTH> {
    /// How many windows there are.
    pub(super) const COUNT: usize = OddDigits::<WIDTH>::COUNT;
    /// What a table occupies, in bytes.
    pub(super) const BYTES: usize = size_of::<Self>() + Self::ROWS * size_of::<Row>();

    const ROWS: usize = OddDigits::<WIDTH>::ROWS;

    /// The table of this point.
    pub(super) fn new(point: &AffinePoint) -> Self {
        let mut table = Self::unfilled(point);
        Self::fill(std::slice::from_mut(&mut table));
        table
    }

    /// The tables of these points, which share inversions.
    pub(super) fn of(points: &[AffinePoint]) -> Vec<Self> {
        let mut tables: Vec<_> = points.iter().map(Self::unfilled).collect();
        for tables in tables.chunks_mut(TABLES_TOGETHER) {
            Self::fill(tables);
        }
        tables
    }

    /// The odd multiples at 2^(WIDTH `index`).
    #[inline(always)]
    pub(super) fn window(&self, index: usize) -> &[Row] {
        let start = index * OddDigits::<WIDTH>::VALUES;
        let end = (start + OddDigits::<WIDTH>::VALUES).min(self.rows.len());
        &self.rows[start..end]
    }

    /// P itself.
    pub(super) fn point(&self) -> &AffinePoint {
        &self.rows[0].0
    }

    /// The multiple that a digit of window `index` stands for. Takes variable time.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "it has WIDTH bits")]
    pub(super) fn multiple(&self, index: usize, digit: Digit) -> AffinePoint {
        let place = index * OddDigits::<WIDTH>::VALUES + digit.place as usize;
        self.rows[place].0.negate_if(digit.negative)
    }

    fn unfilled(point: &AffinePoint) -> Self {
        let rows = vec![Row(*point); Self::ROWS];
        Self { rows }
    }

    /// Computes all entries from the first.
    fn fill(tables: &mut [Self]) {
        let bases: Vec<_> = tables.iter().flat_map(Self::powers).collect();
        let bases = JacobianPoint::batch_to_affine(&bases);
        let windows = tables
            .iter_mut()
            .flat_map(|table| table.rows.chunks_mut(OddDigits::<WIDTH>::VALUES));
        let mut windows: Vec<_> = windows.collect();
        // None is infinity, which no point times a power of two is: the order of the group is odd.
        for (window, base) in windows.iter_mut().zip(bases.into_iter().flatten()) {
            window[0] = Row(base);
        }
        fill(&mut windows);
    }

    /// P times 2^(WIDTH i), for each window.
    fn powers(&self) -> impl Iterator<Item = JacobianPoint> {
        let next = |point: &JacobianPoint| Some((0..WIDTH).fold(*point, |point, _| point.double()));
        iter::successors(Some((*self.point()).into()), next).take(Self::COUNT)
    }
}

impl<const WIDTH: usize> fmt::Debug for Windows<WIDTH> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Windows")
            .field("point", self.point())
            .finish_non_exhaustive()
    }
}

/// Puts 3P, 5P, 7P, ... into each row of points, of which the first is P.
///
/// The rows double in each round: with jP for all odd j below 2m, those up to 4m are 2mP + jP. All
/// additions of a round share an inversion. Points with one x do not meet: 2m ± j is not 0 and below n.
pub(super) fn fill(sets: &mut [&mut [Row]]) {
    let longest = sets.iter().map(|set| set.len()).max().unwrap_or(0);
    // 2mP
    let mut evens: Vec<_> = sets.iter().map(|set| set[0].0).collect();
    let mut inverses: Vec<_> = evens.iter().map(AffinePoint::double_denominator).collect();
    FieldElement::batch_invert(&mut inverses);
    for (even, inverse) in evens.iter_mut().zip(&inverses) {
        *even = even.double_by(inverse);
    }
    let mut known = 1;
    while known < longest {
        inverses.clear();
        for (set, even) in sets.iter().zip(&evens) {
            let missing = known.min(set.len().saturating_sub(known));
            let odds = set[..missing].iter();
            inverses.extend(odds.map(|odd| even.add_denominator(&odd.0)));
            if 2 * known < longest {
                inverses.push(even.double_denominator());
            }
        }
        FieldElement::batch_invert(&mut inverses);
        let mut inverses = inverses.iter();
        for (set, even) in sets.iter_mut().zip(&mut evens) {
            let (odds, rest) = set.split_at_mut(known.min(set.len()));
            for ((odd, sum), inverse) in odds.iter().zip(rest).zip(&mut inverses) {
                sum.0 = even.add_by(&odd.0, inverse);
            }
            if 2 * known < longest
                && let Some(inverse) = inverses.next()
            {
                *even = even.double_by(inverse);
            }
        }
        known *= 2;
    }
}

/// Tables that are made together: with more, what leaves the cache costs more than inversions save.
const TABLES_TOGETHER: usize = 2;
