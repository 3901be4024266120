//! The back end that runs everywhere, against the vectors of the workspace and RustCrypto `sm2`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/bodies.rs"]
mod bodies;
#[path = "support/maker.rs"]
mod maker;

use sm2_arith::batch::{Backend as _, Portable};

#[test]
fn every_edge_vector() {
    bodies::every_edge_vector(Portable);
}

#[test]
fn one_invalid_item_anywhere() {
    bodies::one_invalid_item_anywhere(Portable);
}

#[test]
fn exceptional_items() {
    bodies::exceptional_items(Portable);
}

#[test]
fn mutated_items() {
    bodies::mutated_items(Portable, 4, 3_000);
}

#[test]
fn tables_of_keys_that_are_none() {
    bodies::tables_of_keys_that_are_none(Portable);
}

#[test]
fn signatures_are_those_of_one_at_a_time() {
    bodies::signatures_are_those_of_one_at_a_time(Portable);
}

#[test]
fn unusable_nonces() {
    bodies::unusable_nonces(Portable);
}

#[test]
fn signatures_are_valid() {
    bodies::signatures_are_valid(Portable);
}

#[test]
#[should_panic(expected = "one verdict per item")]
fn verdicts_too_many() {
    Portable.verify_batch(&[], &mut [false]);
}

#[test]
#[should_panic(expected = "one verdict per item")]
fn verdicts_too_many_for_known_keys() {
    Portable.verify_known(&[], &mut [false]);
}

#[test]
#[should_panic(expected = "one signature per item")]
fn signatures_too_many() {
    Portable.sign_batch(&[], &mut [None]);
}
