//! The parts of the portable arithmetic.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use sm2_arith::{AffinePoint, FieldElement, JacobianPoint, Scalar, public, secret};

fn parts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parts");
    let mut x = FieldElement::from_limbs(&[1, 2, 3, 4]);
    let y = FieldElement::from_limbs(&[5, 6, 7, 8]);
    group.bench_function("multiply", |b| b.iter(|| x = x.multiply(&y)));
    group.bench_function("square", |b| b.iter(|| x = x.square()));
    group.bench_function("add", |b| b.iter(|| x = x.add(&y)));
    group.bench_function("invert", |b| b.iter(|| x = x.invert()));
    let mut point = JacobianPoint::from(AffinePoint::GENERATOR).double();
    group.bench_function("double", |b| b.iter(|| point = point.double()));
    group.bench_function("add a point", |b| {
        b.iter(|| point = point.add_affine_incomplete(&AffinePoint::GENERATOR));
    });
    let k = Scalar::from_limbs(&[1, 2, 3, 4]).invert();
    group.bench_function("[k]G", |b| {
        b.iter(|| secret::multiply_generator(black_box(&k)));
    });
    group.bench_function("[k]G + [k]G", |b| {
        b.iter(|| public::multiply_add(black_box(&k), &k, &AffinePoint::GENERATOR));
    });
    group.finish();
}

criterion_group!(benches, parts);
criterion_main!(benches);
