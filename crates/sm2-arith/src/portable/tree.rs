use zeroize::Zeroize;

use crate::{AffinePoint, FieldElement};

/// Sums of many points each, added up in a tree of affine additions.
///
/// The points stand in rows, one row for each place in the sums and one column for each sum. In each
/// level the left one of two neighbouring rows becomes the sum of both, and all additions share an
/// inversion: each costs 5 multiplications and a squaring, where a Jacobian one costs 11.
pub(super) struct Tree {
    rows: usize,
    columns: usize,
    points: Vec<AffinePoint>,
    denominators: Vec<FieldElement>,
    products: Vec<FieldElement>,
}

impl Tree {
    /// Room for `columns` sums of `rows` points.
    pub(super) fn new(rows: usize, columns: usize) -> Self {
        let additions = rows / 2 * columns;
        Self {
            rows,
            columns,
            points: vec![AffinePoint::GENERATOR; rows * columns],
            denominators: Vec::with_capacity(additions),
            products: Vec::with_capacity(additions),
        }
    }

    /// Makes it one of so many sums.
    pub(super) fn set_columns(&mut self, columns: usize) {
        self.columns = columns;
        self.points
            .resize(self.rows * columns, AffinePoint::GENERATOR);
    }

    /// The points of one row.
    pub(super) fn row(&mut self, row: usize) -> &mut [AffinePoint] {
        &mut self.points[row * self.columns..][..self.columns]
    }

    /// Puts the terms of one sum into their rows, from `first` on.
    #[inline(always)]
    pub(super) fn fill_column(
        &mut self,
        first: usize,
        column: usize,
        terms: impl Iterator<Item = AffinePoint>,
    ) {
        let places = self.points[first * self.columns + column..].iter_mut();
        for (place, term) in places.step_by(self.columns).zip(terms) {
            *place = term;
        }
    }

    /// The sums. Where one met equal or opposite points on its way, its place in `failed` is set and
    /// the sum is wrong. Takes variable time.
    pub(super) fn add_up(&mut self, failed: &mut [bool]) -> &[AffinePoint] {
        let mut distance = 1;
        while distance * self.columns < self.points.len() {
            self.add_rows(distance, |column, denominator| {
                if denominator.is_zero_vartime() {
                    failed[column] = true;
                    return FieldElement::ONE;
                }
                denominator
            });
            distance *= 2;
        }
        &self.points[..self.columns]
    }

    /// The abscissas of the sums, which are wrong where two points were equal or opposite before the
    /// last addition. In that the points may be equal. Takes the same time for all points.
    pub(super) fn add_up_secretly(&mut self) -> Vec<FieldElement> {
        let mut distance = 1;
        while 2 * distance < self.rows {
            self.add_rows(distance, |_, denominator| denominator);
            distance *= 2;
        }
        let (left, right) = self.points.split_at(distance * self.columns);
        let pairs = || left[..self.columns].iter().zip(right);
        self.denominators.clear();
        self.denominators
            .extend(pairs().map(|(point, other)| point.add_or_double_denominator(other)));
        FieldElement::batch_invert(&mut self.denominators);
        let inverses = self.denominators.iter();
        pairs()
            .zip(inverses)
            .map(|((point, other), inverse)| point.add_or_double(other, inverse))
            .collect()
    }

    /// Adds to every row that is a multiple of 2 `distance` the one `distance` further, if there is one.
    #[inline(always)]
    fn add_rows(
        &mut self,
        distance: usize,
        mut nonzero: impl FnMut(usize, FieldElement) -> FieldElement,
    ) {
        self.denominators.clear();
        self.products.clear();
        let mut chains = [FieldElement::ONE; CHAINS];
        for (left, right) in pairs(&mut self.points, self.columns, distance) {
            for (column, (point, other)) in left.iter().zip(right).enumerate() {
                let denominator = nonzero(column, point.add_denominator(other));
                let chain = &mut chains[self.products.len() % CHAINS];
                self.denominators.push(denominator);
                self.products.push(*chain);
                *chain = chain.multiply(&denominator);
            }
        }
        FieldElement::batch_invert(&mut chains);
        let factors = self.denominators.iter().zip(&self.products);
        let mut factors = factors.enumerate().rev();
        for (left, right) in pairs(&mut self.points, self.columns, distance).rev() {
            let columns = left.iter_mut().zip(right).rev();
            for ((point, other), (index, (denominator, product))) in columns.zip(&mut factors) {
                let chain = &mut chains[index % CHAINS];
                let inverse = chain.multiply(product);
                *chain = chain.multiply(denominator);
                *point = point.add_by(other, &inverse);
            }
        }
    }
}

impl Zeroize for Tree {
    fn zeroize(&mut self) {
        self.points.zeroize();
        self.denominators.zeroize();
        self.products.zeroize();
    }
}

/// The rows that are added in one level, each pair as (what becomes the sum, the other).
#[inline(always)]
fn pairs(
    points: &mut [AffinePoint],
    columns: usize,
    distance: usize,
) -> impl DoubleEndedIterator<Item = (&mut [AffinePoint], &[AffinePoint])> {
    let blocks = points.chunks_mut(2 * distance * columns);
    blocks.filter_map(move |block| {
        let (left, right) = block.split_at_mut_checked(distance * columns)?;
        let right = right.get(..columns)?;
        Some((&mut left[..columns], right))
    })
}

/// Products that are multiplied up side by side, as each multiplication waits for the one before.
const CHAINS: usize = 4;
