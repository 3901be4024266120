//! Sums of many points by affine additions, which share their inversions.
//!
//! An addition costs two multiplications and a square, and three multiplications for its part of a
//! shared inversion: half of what one with a denominator costs.

use core::arch::x86_64::__mmask8;

use super::field::{DENOMINATOR, Factor, PRODUCT, invert_all_but_zeros};
use super::point::Affine;

/// Room for the points of some groups of eight lanes, and for adding them up.
pub(super) struct Tree {
    /// Point `i` of group `g` stands at `i * groups + g`.
    points: Vec<Affine>,
    denominators: Vec<Factor<DENOMINATOR>>,
    inverses: Vec<Factor<PRODUCT>>,
    groups: usize,
}

impl Tree {
    /// Room for `count` points in each of `groups` groups.
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn new(count: usize, groups: usize) -> Self {
        let generator = Affine::generator();
        let denominators = vec![generator.double_denominator(); count / 2 * groups];
        Self {
            points: vec![generator; count * groups],
            inverses: vec![generator.x.factor().widen(); denominators.len()],
            denominators,
            groups,
        }
    }

    /// Sets point `i` of a group.
    #[inline]
    pub(super) fn set(&mut self, i: usize, group: usize, point: Affine) {
        self.points[i * self.groups + group] = point;
    }

    /// Adds up the first `count` points of each of the first `exceptional.len()` groups: the sums stand in the first
    /// places then.
    ///
    /// A lane that met two points with one abscissa has a wrong sum and is marked as exceptional. Whether any
    /// lane did shows in the time that this takes.
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn add_up(&mut self, mut count: usize, exceptional: &mut [__mmask8]) -> &[Affine] {
        exceptional.fill(0);
        let used = exceptional.len();
        while count > 1 {
            let pairs = count / 2;
            self.add_pairs(pairs, exceptional);
            if count % 2 == 1 {
                let last = (count - 1) * self.groups;
                self.points
                    .copy_within(last..last + used, pairs * self.groups);
            }
            count = count.div_ceil(2);
        }
        &self.points[..used]
    }

    /// Puts the sum of the points 2i and 2i + 1 into place i.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn add_pairs(&mut self, pairs: usize, exceptional: &mut [__mmask8]) {
        let used = exceptional.len();
        let denominators = &mut self.denominators[..pairs * used];
        let inverses = &mut self.inverses[..pairs * used];
        let both = self.points.chunks_exact(2 * self.groups);
        for (both, denominators) in both.zip(denominators.chunks_exact_mut(used)) {
            let (left, right) = both.split_at(self.groups);
            for ((left, right), denominator) in left.iter().zip(right).zip(denominators) {
                *denominator = left.add_denominator(*right);
            }
        }
        invert_all_but_zeros(denominators, inverses, |place, lanes| {
            exceptional[place % used] |= lanes;
        });
        for (i, inverses) in inverses.chunks_exact(used).enumerate() {
            for (group, inverse) in inverses.iter().enumerate() {
                let left = self.points[2 * i * self.groups + group];
                let right = self.points[(2 * i + 1) * self.groups + group];
                self.points[i * self.groups + group] = left.add(right, *inverse);
            }
        }
    }

    /// Overwrites all points and what was made of them.
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn wipe(&mut self) {
        let generator = Affine::generator();
        self.points.fill(generator);
        self.denominators.fill(generator.double_denominator());
        self.inverses.fill(generator.x.factor().widen());
        // What is looked at afterwards is not left out.
        core::hint::black_box(self);
    }
}
