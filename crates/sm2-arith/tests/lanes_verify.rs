//! The eight-lane verifier against the vectors of the workspace and against RustCrypto `sm2`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "support/maker.rs"]
mod maker;

use maker::{Maker, edge_vectors, rustcrypto};
use sm2_arith::batch::{Backend as _, Ifma, VerifyItem};

const LANES: usize = 8;

#[test]
fn every_vector_at_every_lane_position() {
    let Some(ifma) = available() else { return };
    let vectors = edge_vectors();
    assert!(
        vectors.len() >= 240,
        "only {} vectors were read",
        vectors.len()
    );
    let neighbour = Maker::new(1).valid();
    for (id, item, expected) in &vectors {
        for lane in 0..LANES {
            let mut items = [neighbour; LANES];
            items[lane] = *item;
            let mut verdicts = [!expected; LANES];
            ifma.verify_batch(&items, &mut verdicts);
            for (i, verdict) in verdicts.iter().enumerate() {
                assert_eq!(
                    *verdict,
                    i != lane || *expected,
                    "tcId {id} in lane {lane}, at {i}"
                );
            }
        }
    }
}

#[test]
fn vectors_are_neighbours_of_each_other() {
    let Some(ifma) = available() else { return };
    let vectors = edge_vectors();
    for shift in 0..LANES {
        let mut rotated = vectors.clone();
        rotated.rotate_left(shift);
        let items: Vec<VerifyItem> = rotated.iter().map(|(_, item, _)| *item).collect();
        let mut verdicts = vec![false; items.len()];
        ifma.verify_batch(&items, &mut verdicts);
        for ((id, _, expected), verdict) in rotated.iter().zip(verdicts) {
            assert_eq!(verdict, *expected, "tcId {id}, rotated by {shift}");
        }
    }
}

#[test]
fn every_batch_size_with_one_invalid_item_anywhere() {
    let Some(ifma) = available() else { return };
    let mut maker = Maker::new(2);
    let valid: Vec<VerifyItem> = (0..4 * LANES + 1).map(|_| maker.valid()).collect();
    for size in 0..=valid.len() {
        for bad in 0..=size {
            let mut items = valid[..size].to_vec();
            if let Some(item) = items.get_mut(bad) {
                item.e[31] ^= 1;
            }
            let mut verdicts = vec![false; size];
            ifma.verify_batch(&items, &mut verdicts);
            for (i, verdict) in verdicts.iter().enumerate() {
                assert_eq!(
                    *verdict,
                    i != bad,
                    "size {size}, invalid at {bad}, verdict {i}"
                );
            }
        }
    }
}

#[test]
fn a_batch_of_exceptional_items_only() {
    let Some(ifma) = available() else { return };
    let mut maker = Maker::new(3);
    let items: Vec<VerifyItem> = (0..3 * LANES).map(|i| maker.exceptional(i)).collect();
    check(ifma, &items);
}

#[test]
fn agrees_with_rustcrypto_on_mutated_signatures() {
    let Some(ifma) = available() else { return };
    differential(ifma, 4, 3_000);
}

#[test]
#[ignore = "minutes of RustCrypto; run by hand with --release"]
fn agrees_with_rustcrypto_on_many_mutated_signatures() {
    let Some(ifma) = available() else { return };
    differential(ifma, 5, 200_000);
}

#[test]
#[should_panic(expected = "one verdict per item")]
fn slices_of_different_lengths_are_refused() {
    let Some(ifma) = available() else {
        panic!("one verdict per item: not run")
    };
    ifma.verify_batch(&[], &mut [false]);
}

fn available() -> Option<Ifma> {
    let ifma = Ifma::new();
    if ifma.is_none() {
        println!("skipped: no AVX-512 IFMA");
    }
    ifma
}

fn differential(ifma: Ifma, seed: u64, count: usize) {
    let mut maker = Maker::new(seed);
    let mut done = 0;
    while done < count {
        let size = 1 + maker.below(300);
        let items: Vec<VerifyItem> = (0..size).map(|_| maker.any()).collect();
        check(ifma, &items);
        done += size;
    }
    assert!(
        maker.valid_made > count / 8,
        "too few of the items were valid"
    );
}

fn check(ifma: Ifma, items: &[VerifyItem]) {
    let mut verdicts = vec![false; items.len()];
    ifma.verify_batch(items, &mut verdicts);
    for (i, (item, verdict)) in items.iter().zip(verdicts).enumerate() {
        assert_eq!(
            verdict,
            rustcrypto(item),
            "item {i} of {}: {item:02x?}",
            items.len()
        );
    }
}
