//! Tables of each key's first sixteen multiples, all inverted together.

use super::field::{DENOMINATOR, Factor, PRODUCT, invert_all};
use super::point::Affine;
use super::prepare::{Group, KEY_WINDOW};
use super::rows::{Row, load};

/// Each lane's multiples 1 to 16.
pub(super) type KeyRows = [[Row; MULTIPLES]; 8];

/// Room for the tables of a chunk of groups, reused from chunk to chunk.
pub(super) struct Tables {
    points: Vec<[Affine; MULTIPLES]>,
    denominators: Vec<Factor<DENOMINATOR>>,
    inverses: Vec<Factor<PRODUCT>>,
    rows: Vec<KeyRows>,
}

impl Tables {
    /// Room for `groups` groups.
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn new(groups: usize) -> Self {
        let generator = Affine::generator();
        let denominators = vec![generator.double_denominator(); groups * MULTIPLES / 2];
        Self {
            points: vec![[generator; MULTIPLES]; groups],
            inverses: vec![generator.x.factor().widen(); denominators.len()],
            denominators,
            rows: vec![[[Row::empty(); MULTIPLES]; 8]; groups],
        }
    }

    /// Builds the tables of the groups' keys; keys off the curve lose their lane.
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn build(&mut self, groups: &mut [Group]) -> &[KeyRows] {
        let points = &mut self.points[..groups.len()];
        for (group, points) in groups.iter_mut().zip(points.iter_mut()) {
            let keys = Affine::from_integers(load(&group.x), load(&group.y));
            let on_curve = keys.on_curve();
            group.claims.live &= on_curve;
            points[0] = Affine::generator().select(on_curve, keys);
        }
        multiply(points, &mut self.denominators, &mut self.inverses);
        let rows = &mut self.rows[..groups.len()];
        for (points, rows) in points.iter().zip(rows.iter_mut()) {
            for (i, point) in points.iter().enumerate() {
                for (lane, row) in rows.iter_mut().zip(point.doubled_rows()) {
                    lane[i] = row;
                }
            }
        }
        rows
    }
}

/// Makes `points[i]` the (i+1)-th multiple of `points[0]`, which is on the curve.
///
/// No denominator is 0: the group has prime order n > 32, so that y ≠ 0 and no two of the
/// first sixteen multiples share x.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn multiply(
    points: &mut [[Affine; MULTIPLES]],
    denominators: &mut [Factor<DENOMINATOR>],
    inverses: &mut [Factor<PRODUCT>],
) {
    for known in [1, 2, 4, 8] {
        let denominators = &mut denominators[..points.len() * known];
        let inverses = &mut inverses[..points.len() * known];
        for (points, denominators) in points.iter().zip(denominators.chunks_exact_mut(known)) {
            let last = points[known - 1];
            for i in 0..known - 1 {
                denominators[i] = last.add_denominator(points[i]);
            }
            denominators[known - 1] = last.double_denominator();
        }
        invert_all(denominators, inverses);
        for (points, inverses) in points.iter_mut().zip(inverses.chunks_exact(known)) {
            let last = points[known - 1];
            for i in 0..known - 1 {
                points[known + i] = last.add(points[i], inverses[i]);
            }
            points[2 * known - 1] = last.double(inverses[known - 1]);
        }
    }
}

/// How many multiples a table holds.
pub(super) const MULTIPLES: usize = 1 << (KEY_WINDOW - 1);
