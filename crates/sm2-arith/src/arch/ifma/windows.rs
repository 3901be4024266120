//! Tables of odd multiples for fixed windows: d·2^(W·i)·P for every window i and odd d below 2^W.

use super::field::{DENOMINATOR, Factor, PRODUCT, invert_all};
use super::point::Affine;
use super::rows::{Row, load};
use crate::digits::OddDigits;
use crate::{AffinePoint, JacobianPoint};

/// The rows of each point's table, windows one after the other, as [`OddDigits::ROWS`] counts them.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn tables<const W: usize>(points: &[AffinePoint]) -> Vec<Box<[Row]>> {
    let bases = bases::<W>(points);
    let mut multiples = Multiples::new(bases.len().div_ceil(8), OddDigits::<W>::VALUES);
    let per_window = multiples.of(&bases);
    let tables = per_window.chunks_exact(OddDigits::<W>::COUNT);
    tables
        .map(|windows| {
            let rows = windows.iter().flatten().copied();
            rows.take(OddDigits::<W>::ROWS).collect()
        })
        .collect()
}

/// 2^(W·i)·P for every point and window. None is infinity: the group has prime order.
fn bases<const W: usize>(points: &[AffinePoint]) -> Vec<AffinePoint> {
    let mut bases = Vec::with_capacity(points.len() * OddDigits::<W>::COUNT);
    for point in points {
        let mut base = JacobianPoint::from(*point);
        for _ in 0..OddDigits::<W>::COUNT {
            bases.push(base);
            for _ in 0..W {
                base = base.double();
            }
        }
    }
    let affine = JacobianPoint::batch_to_affine(&bases);
    affine.into_iter().flatten().collect()
}

/// Odd multiples of up to eight bases in each group of lanes.
struct Multiples {
    /// P, 3P, 5P, ... of each group's lanes.
    odd: Vec<Vec<Affine>>,
    /// P, 2P, 4P, ... of each group's lanes.
    powers: Vec<Affine>,
    denominators: Vec<Factor<DENOMINATOR>>,
    inverses: Vec<Factor<PRODUCT>>,
    count: usize,
}

impl Multiples {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn new(groups: usize, count: usize) -> Self {
        let generator = Affine::generator();
        let denominators = vec![generator.double_denominator(); groups * (count / 2 + 1)];
        Self {
            odd: vec![vec![generator; count]; groups],
            powers: vec![generator; groups],
            inverses: vec![generator.x.factor().widen(); denominators.len()],
            denominators,
            count,
        }
    }

    /// The rows of each base.
    ///
    /// From the odd multiples below 2^j and 2^j·P come those from there to 2^(j+1). No denominator is 0: n is a
    /// prime above 2^(j+1), so that no two of these multiples share an abscissa and none has ordinate 0.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn of(&mut self, bases: &[AffinePoint]) -> Vec<Vec<Row>> {
        for ((lanes, power), odd) in bases.chunks(8).zip(&mut self.powers).zip(&mut self.odd) {
            *power = from_points(lanes);
            odd[0] = *power;
        }
        self.double_and_add(0);
        let mut known = 1;
        while known < self.count {
            let added = known.min(self.count - known);
            self.double_and_add(added);
            known += added;
        }
        let mut rows = vec![Vec::with_capacity(self.count); bases.len()];
        for (rows, odd) in rows.chunks_mut(8).zip(&self.odd) {
            for multiple in odd {
                for (rows, row) in rows.iter_mut().zip(multiple.rows()) {
                    rows.push(row);
                }
            }
        }
        rows
    }

    /// Adds the power to the first `count` odd multiples, which gives the next ones, and doubles it.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn double_and_add(&mut self, count: usize) {
        let denominators = &mut self.denominators[..self.powers.len() * (count + 1)];
        let inverses = &mut self.inverses[..denominators.len()];
        let groups = self.powers.iter().zip(&self.odd);
        for ((power, odd), denominators) in groups.zip(denominators.chunks_exact_mut(count + 1)) {
            for (odd, denominator) in odd.iter().zip(&mut denominators[..count]) {
                *denominator = power.add_denominator(*odd);
            }
            denominators[count] = power.double_denominator();
        }
        invert_all(denominators, inverses);
        let groups = self.powers.iter_mut().zip(&mut self.odd);
        for ((power, odd), inverses) in groups.zip(inverses.chunks_exact(count + 1)) {
            for i in 0..count {
                odd[count + i] = power.add(odd[i], inverses[i]);
            }
            *power = power.double(inverses[count]);
        }
    }
}

/// Up to eight points in lanes; lanes without one hold the generator.
#[target_feature(enable = "avx512f,avx512ifma")]
fn from_points(points: &[AffinePoint]) -> Affine {
    let generator = AffinePoint::GENERATOR;
    let mut x = [generator.x().to_limbs(); 8];
    let mut y = [generator.y().to_limbs(); 8];
    for ((x, y), point) in x.iter_mut().zip(&mut y).zip(points) {
        *x = point.x().to_limbs();
        *y = point.y().to_limbs();
    }
    Affine::from_integers(load(&x), load(&y))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scalar, public};

    run! {
        rows_are_the_odd_multiples
    }

    mod checks {
        use super::*;

        #[target_feature(enable = "avx512f,avx512ifma")]
        pub(super) fn rows_are_the_odd_multiples() {
            let three = Scalar::from_limbs(&[3, 0, 0, 0]);
            let other = public::multiply_add(&three, &Scalar::ZERO, &AffinePoint::GENERATOR);
            let points = [AffinePoint::GENERATOR, other.to_affine().unwrap()];
            let tables = tables::<4>(&points);
            assert_eq!(tables.len(), 2);
            for (table, point) in tables.iter().zip(&points) {
                assert_eq!(table.len(), OddDigits::<4>::ROWS);
                let mut base = Scalar::ONE;
                for window in table.chunks(OddDigits::<4>::VALUES) {
                    let mut multiple = base;
                    for row in window {
                        let expected = public::multiply_add(&Scalar::ZERO, &multiple, point);
                        assert_eq!(row.words(), row_of(&expected.to_affine().unwrap()));
                        multiple = multiple.add(&base).add(&base);
                    }
                    for _ in 0..4 {
                        base = base.add(&base);
                    }
                }
            }
        }

        #[target_feature(enable = "avx512f,avx512ifma")]
        fn row_of(point: &AffinePoint) -> [u64; 8] {
            from_points(&[*point]).rows()[0].words()
        }
    }
}
