use zeroize::{Zeroize, Zeroizing};

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
    products: Vec<FieldElement>,
    denominators: Vec<FieldElement>,
}

impl Tree {
    /// Room for `columns` sums of `rows` points.
    pub(super) fn new(rows: usize, columns: usize) -> Self {
        let additions = rows / 2 * columns;
        Self {
            rows,
            columns,
            points: vec![AffinePoint::GENERATOR; rows * columns],
            products: Vec::with_capacity(additions),
            denominators: Vec::with_capacity(additions),
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
    pub(super) fn add_up_secretly(&mut self) -> Zeroizing<Vec<FieldElement>> {
        let mut distance = 1;
        while 2 * distance < self.rows {
            self.add_rows(distance, |_, denominator| denominator);
            distance *= 2;
        }
        let (left, right) = self.points.split_at(distance * self.columns);
        let pairs = || left[..self.columns].iter().zip(right);
        let denominators = pairs().map(|(point, other)| point.add_or_double_denominator(other));
        let mut abscissas = Zeroizing::new(denominators.collect::<Vec<_>>());
        FieldElement::batch_invert(&mut abscissas);
        for ((point, other), abscissa) in pairs().zip(abscissas.iter_mut()) {
            *abscissa = point.add_or_double(other, abscissa);
        }
        abscissas
    }

    /// Adds to every row whose number is a multiple of 2 `distance` the row `distance` further on, if
    /// there is one. `nonzero` tells what to invert for the denominator of a column.
    #[inline(always)]
    fn add_rows(
        &mut self,
        distance: usize,
        mut nonzero: impl FnMut(usize, FieldElement) -> FieldElement,
    ) {
        self.products.clear();
        self.denominators.clear();
        let mut chains = [FieldElement::ONE; CHAINS];
        for (left, right) in pairs(&mut self.points, self.columns, distance) {
            for (column, (point, other)) in left.iter().zip(right).enumerate() {
                let denominator = nonzero(column, point.add_denominator(other));
                let product = &mut chains[self.products.len() % CHAINS];
                self.products.push(*product);
                self.denominators.push(denominator);
                *product = product.multiply(&denominator);
            }
        }
        FieldElement::batch_invert(&mut chains);
        let factors = self.products.iter().zip(&self.denominators);
        let mut factors = factors.enumerate().rev();
        for (left, right) in pairs(&mut self.points, self.columns, distance).rev() {
            let columns = left.iter_mut().zip(right).rev();
            for ((point, other), (index, (product, denominator))) in columns.zip(&mut factors) {
                let inverse = &mut chains[index % CHAINS];
                *point = point.add_by(other, &inverse.multiply(product));
                *inverse = inverse.multiply(denominator);
            }
        }
    }
}

impl Zeroize for Tree {
    fn zeroize(&mut self) {
        self.points.zeroize();
        self.products.zeroize();
        self.denominators.zeroize();
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

/// Products side by side, since a multiplication that waits for the one before takes twice as long.
const CHAINS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{JacobianPoint, Scalar, public};

    fn multiple(factor: u64) -> AffinePoint {
        let factor = Scalar::from_limbs(&[factor, 0, 0, 0]);
        let point = public::multiply_add(&factor, &Scalar::ZERO, &AffinePoint::GENERATOR);
        point.to_affine().unwrap()
    }

    /// A tree of so many columns of these points, which was made for more.
    fn tree(columns: &[Vec<AffinePoint>]) -> Tree {
        let rows = columns.first().map_or(0, Vec::len);
        let mut tree = Tree::new(rows, columns.len() + 3);
        tree.set_columns(columns.len());
        for row in 0..rows {
            for (place, column) in tree.row(row).iter_mut().zip(columns) {
                *place = column[row];
            }
        }
        tree
    }

    fn sum(points: &[AffinePoint]) -> Option<AffinePoint> {
        let add = |sum: JacobianPoint, point| sum.add_affine_vartime(point);
        let sum = points.iter().fold(JacobianPoint::INFINITY, add);
        sum.to_affine()
    }

    /// Multiples by (2j + 1) 4^i, any two sums of which differ.
    #[test]
    fn every_shape() {
        for rows in 2..20 {
            for columns in 0..6_u64 {
                let column = |j: u64| (0..rows).map(move |i| multiple((2 * j + 1) << (2 * i)));
                let columns: Vec<Vec<_>> = (0..columns).map(|j| column(j).collect()).collect();
                let expected: Vec<_> = columns.iter().map(|points| sum(points).unwrap()).collect();
                let mut failed = vec![false; columns.len()];
                assert_eq!(tree(&columns).add_up(&mut failed), expected);
                assert!(!failed.contains(&true));
                let abscissas = expected.iter().map(|point| *point.x());
                let abscissas: Vec<_> = abscissas.collect();
                assert_eq!(*tree(&columns).add_up_secretly(), abscissas);
            }
        }
    }

    /// In each level of the tree, among sums that are right.
    #[test]
    fn equal_and_opposite_points() {
        let good: Vec<_> = (0..8).map(|i| multiple(1 << (2 * i))).collect();
        for (last, equal) in [1, 2, 4]
            .into_iter()
            .flat_map(|last| [(last, true), (last, false)])
        {
            // The first `last` points and the next `last` have one sum, up to the sign.
            let mut bad = good.clone();
            let total = sum(&bad[..last]).unwrap();
            let rest = sum(&bad[last + 1..2 * last]).map(|rest| rest.negate());
            let wanted = if equal { total } else { total.negate() };
            bad[last] = sum(&[&[wanted], rest.as_slice()].concat()).unwrap();
            let columns = [good.clone(), bad.clone(), good.clone()];
            let mut failed = [false; 3];
            let mut tree_of_public = tree(&columns);
            let sums = tree_of_public.add_up(&mut failed);
            assert_eq!(failed, [false, true, false]);
            assert_eq!([sums[0], sums[2]], [sum(&good).unwrap(); 2]);
            // The last addition can double.
            if equal && last == 4 {
                let abscissas = tree(&columns).add_up_secretly();
                assert_eq!(abscissas[1], *sum(&bad).unwrap().x());
            }
        }
    }
}
