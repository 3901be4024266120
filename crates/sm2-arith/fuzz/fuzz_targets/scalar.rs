//! Every operation of `Scalar` and `ScalarFactor` against integers of any size.
#![no_main]

use libfuzzer_sys::fuzz_target;
use num_bigint::BigUint;
use sm2_arith::{Scalar, ScalarFactor, secret};
use sm2_arith_fuzz::model::{N, from_limbs, invert, limbs, negate, subtract, to_bytes};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

fuzz_target!(|input: ([u8; 32], [u8; 32])| {
    let (x, a) = scalar(&input.0);
    let (y, b) = scalar(&input.1);
    let n = &*N;

    check(&x, &a);
    check(&x.add(&y), &((&a + &b) % n));
    check(&x.subtract(&y), &subtract(&a, &b, n));
    check(&x.negate(), &negate(&a, n));
    check(&x.multiply(&y), &(&a * &b % n));
    check(&x.invert(), &invert(&a, n));
    assert_eq!(x == y, a == b);
    assert_eq!(bool::from(x.ct_eq(&y)), a == b);
    assert_eq!(bool::from(x.is_zero()), a == BigUint::ZERO);
    check(&Scalar::conditional_select(&x, &y, Choice::from(0)), &a);
    check(&Scalar::conditional_select(&x, &y, Choice::from(1)), &b);

    let (left, right) = (ScalarFactor::new(&x), ScalarFactor::new(&y));
    check(&left.multiply(&y), &(&a * &b % n));
    let right = ScalarFactor::conditional_select(&left, &right, Choice::from(1));
    check(&right.multiply(&x), &(&a * &b % n));

    let inverse = secret::inverse_for_signing(&x).into_option();
    let sum = (&a + 1_u32) % n;
    assert_eq!(
        inverse.is_some(),
        a != BigUint::ZERO && sum != BigUint::ZERO
    );
    if let Some(inverse) = inverse {
        check(&inverse.multiply(&y), &(invert(&sum, n) * &b % n));
    }
});

/// The scalar of these bytes and its model, read in all ways.
fn scalar(bytes: &[u8; 32]) -> (Scalar, BigUint) {
    let whole = BigUint::from_bytes_le(bytes);
    let scalar = Scalar::from_limbs(&limbs(bytes));
    assert!(scalar == Scalar::from_bytes_reduced(&to_bytes(&whole)));
    let read = Scalar::from_bytes(&to_bytes(&whole)).into_option();
    assert_eq!(read.is_some(), whole < *N);
    assert!(read.is_none_or(|read| read == scalar));
    (scalar, whole % &*N)
}

fn check(scalar: &Scalar, model: &BigUint) {
    assert_eq!(from_limbs(&scalar.to_limbs()), *model);
    assert_eq!(scalar.to_bytes(), to_bytes(model));
}
