//! The generator's table, shared by all signatures and built at first use.

use std::sync::OnceLock;

use super::field::invert_all;
use super::point::{Addend, Affine};
use super::prepare::GENERATOR_WINDOW;
use super::rows::Row;
use super::tables::{MULTIPLES, multiply};

/// Multiples 1 to 1024 of the generator.
pub(super) type GeneratorRows = [Row; ENTRIES];

/// The table, built by the first caller.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn rows() -> &'static GeneratorRows {
    static ROWS: OnceLock<Box<GeneratorRows>> = OnceLock::new();
    ROWS.get_or_init(|| build())
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn build() -> Box<GeneratorRows> {
    let generator = Affine::generator();
    let mut first = [[generator; MULTIPLES]];
    let mut denominators = vec![generator.double_denominator(); ENTRIES / 8];
    let mut inverses = vec![generator.x.factor().widen(); ENTRIES / 8];
    multiply(&mut first, &mut denominators, &mut inverses);
    let mut rows = Box::new([Row::empty(); ENTRIES]);
    for (row, point) in rows.iter_mut().zip(&first[0]) {
        *row = point.doubled_rows()[0];
    }
    // From m multiples to 2m - 1: m·G plus each of the first m - 1, so that none is a doubling.
    let mut known = MULTIPLES;
    while known < ENTRIES {
        let count = (known - 1).min(ENTRIES - known);
        let last = Addend::gather([rows[known - 1]; 8], 0).affine();
        let addends: Vec<Affine> = rows[..count]
            .chunks(8)
            .map(|chunk| {
                let mut eight = [rows[0]; 8];
                eight[..chunk.len()].copy_from_slice(chunk);
                Addend::gather(eight, 0).affine()
            })
            .collect();
        for (denominator, addend) in denominators.iter_mut().zip(&addends) {
            *denominator = last.add_denominator(*addend);
        }
        let inverses = &mut inverses[..addends.len()];
        invert_all(&denominators[..addends.len()], inverses);
        let sums = addends
            .iter()
            .zip(inverses.iter())
            .flat_map(|(addend, inverse)| last.add(*addend, *inverse).doubled_rows());
        for (row, sum) in rows[known..known + count].iter_mut().zip(sums) {
            *row = sum;
        }
        known += count;
    }
    rows
}

const ENTRIES: usize = 1 << (GENERATOR_WINDOW - 1);
