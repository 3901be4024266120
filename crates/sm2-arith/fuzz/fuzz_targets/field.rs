//! Every operation of `FieldElement` against integers of any size.
#![no_main]

use libfuzzer_sys::fuzz_target;
use num_bigint::BigUint;
use sm2_arith::FieldElement;
use sm2_arith_fuzz::model::{P, from_limbs, invert, limbs, negate, subtract, to_bytes};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

fuzz_target!(|input: ([u8; 32], [u8; 32], Vec<[u8; 32]>)| {
    let (a, b, list) = input;
    let (x, a) = element(&a);
    let (y, b) = element(&b);
    let p = &*P;

    check(&x, &a);
    check(&x.add(&y), &((&a + &b) % p));
    check(&x.subtract(&y), &subtract(&a, &b, p));
    check(&x.negate(), &negate(&a, p));
    check(&x.double(), &(&a * 2_u32 % p));
    check(&x.halve().double(), &a);
    check(&x.multiply(&y), &(&a * &b % p));
    check(&x.square(), &(&a * &a % p));
    check(&x.invert(), &invert(&a, p));
    assert_eq!(x == y, a == b);
    assert_eq!(bool::from(x.ct_eq(&y)), a == b);
    assert_eq!(bool::from(x.is_zero()), a == BigUint::ZERO);
    check(
        &FieldElement::conditional_select(&x, &y, Choice::from(0)),
        &a,
    );
    check(
        &FieldElement::conditional_select(&x, &y, Choice::from(1)),
        &b,
    );

    let (mut elements, models): (Vec<_>, Vec<_>) = list.iter().take(20).map(element).unzip();
    FieldElement::batch_invert(&mut elements);
    for (element, model) in elements.iter().zip(&models) {
        check(element, &invert(model, p));
    }
});

/// The element of these bytes and its model, read in all ways.
fn element(bytes: &[u8; 32]) -> (FieldElement, BigUint) {
    let whole = BigUint::from_bytes_le(bytes);
    let element = FieldElement::from_limbs(&limbs(bytes));
    let read = FieldElement::from_bytes(&to_bytes(&whole)).into_option();
    assert_eq!(read.is_some(), whole < *P);
    assert!(read.is_none_or(|read| read == element));
    (element, whole % &*P)
}

fn check(element: &FieldElement, model: &BigUint) {
    assert_eq!(from_limbs(&element.to_limbs()), *model);
    assert_eq!(element.to_bytes(), to_bytes(model));
}
