//! Points against points in two coordinates: the bytes are a program for four registers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use num_bigint::BigUint;
use sm2_arith::{AffinePoint, JacobianPoint, Scalar, public, secret};
use sm2_arith_fuzz::items::Reader;
use sm2_arith_fuzz::model::{N, P};
use sm2_arith_fuzz::points::{
    Point, add, from_affine, generator, is_on_curve, minus, multiply, to_affine_bytes,
    with_abscissa,
};

fuzz_target!(|data: &[u8]| {
    let mut reader = Reader::new(data);
    let start = (JacobianPoint::from(AffinePoint::GENERATOR), generator());
    let mut registers: [(JacobianPoint, Point); 4] = std::array::from_fn(|_| start.clone());
    for _ in 0..24 {
        if reader.is_empty() {
            break;
        }
        let (operation, places) = (reader.byte(), reader.byte());
        let place = usize::from(places % 4);
        let (left, right) = (&registers[place], &registers[usize::from(places / 4 % 4)]);
        registers[place] = match operation % 8 {
            0 => (left.0.double(), add(&left.1, &left.1)),
            1 => (left.0.add_vartime(&right.0), add(&left.1, &right.1)),
            2 => add_affine(left, right),
            3 => (left.0.negate(), minus(&left.1)),
            4 => (JacobianPoint::INFINITY, None),
            5 => any_point(&mut reader),
            _ => multiple(&mut reader),
        };
        let (point, model) = &registers[place];
        check(point, model);
    }
    let points = registers.each_ref().map(|(point, _)| *point);
    let affine = JacobianPoint::batch_to_affine(&points);
    for (affine, (_, model)) in affine.into_iter().zip(&registers) {
        assert_eq!(affine.map(AffinePoint::to_bytes), to_affine_bytes(model));
    }
});

fn check(point: &JacobianPoint, model: &Point) {
    assert_eq!(bool::from(point.is_infinity()), model.is_none());
    let bytes = point.to_affine().map(AffinePoint::to_bytes);
    assert_eq!(bytes, to_affine_bytes(model));
}

/// By the complete and by the incomplete addition, which must show its exceptions.
fn add_affine(
    left: &(JacobianPoint, Point),
    right: &(JacobianPoint, Point),
) -> (JacobianPoint, Point) {
    let Some(affine) = right.0.to_affine() else {
        return left.clone();
    };
    let model = add(&left.1, &right.1);
    let incomplete = left.0.add_affine_incomplete(&affine);
    let exceptional = left.1.is_none() || left.1 == right.1 || model.is_none();
    assert_eq!(bool::from(incomplete.is_infinity()), exceptional);
    if !exceptional {
        check(&incomplete, &model);
    }
    (left.0.add_affine_vartime(&affine), model)
}

/// The point of an x, or of both coordinates.
fn any_point(reader: &mut Reader<'_>) -> (JacobianPoint, Point) {
    let x = BigUint::from_bytes_be(&reader.bytes::<32>());
    let model = with_abscissa(&(&x % &*P), reader.byte() % 2 == 1);
    let Some(bytes) = to_affine_bytes(&model) else {
        return (JacobianPoint::INFINITY, None);
    };
    let mut wrong = bytes;
    wrong[usize::from(reader.byte() % 64)] ^= reader.byte();
    let (x, y) = wrong.split_at(32);
    let valid = is_on_curve(&BigUint::from_bytes_be(x), &BigUint::from_bytes_be(y));
    assert_eq!(AffinePoint::from_bytes(&wrong).is_ok(), valid);
    let point = AffinePoint::from_bytes(&bytes).unwrap();
    assert_eq!(from_affine(&point), model);
    (point.into(), model)
}

/// sG + tP, with P a small multiple of G.
fn multiple(reader: &mut Reader<'_>) -> (JacobianPoint, Point) {
    let (s, t, d) = (reader.scalar(), reader.scalar(), 1 + reader.byte() % 16);
    let key = secret::multiply_generator(&Scalar::from_limbs(&[u64::from(d), 0, 0, 0])).unwrap();
    assert_eq!(from_affine(&key), multiply(&BigUint::from(d), 1));
    let secret = secret::multiply_generator(&s).into_option();
    let first = signed_multiple(&s, 1);
    let bytes = to_affine_bytes(&first);
    assert_eq!(secret.map(AffinePoint::to_bytes), bytes);
    let model = add(&first, &signed_multiple(&t, d));
    (public::multiply_add(&s, &t, &key), model)
}

/// By k or by n - k, whichever has fewer bits.
fn signed_multiple(k: &Scalar, d: u8) -> Point {
    let k = BigUint::from_bytes_be(&k.to_bytes());
    let negative = &*N - &k;
    if negative.count_ones() < k.count_ones() {
        minus(&multiply(&negative, d))
    } else {
        multiply(&k, d)
    }
}
