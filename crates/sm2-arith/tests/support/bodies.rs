//! Tests of a back end, the same for each.

use std::panic::{self, AssertUnwindSafe};

use sm2_arith::batch::{Backend, KnownItem, SignItem, VerifyItem};
use sm2_arith::{Scalar, ScalarFactor, SigningKey, secret};

use crate::maker::{KINDS, Maker, edge_vectors, rustcrypto};

/// Up to four times as many as there are lanes, and one more.
const SIZES: usize = 33;
/// Sizes from which on the back ends go other ways.
const LARGER: [usize; 4] = [64, 65, 71, 129];

pub(crate) fn every_edge_vector_at_every_place<B: Backend>(backend: B) {
    let vectors = edge_vectors();
    assert!(vectors.len() >= 240, "only {} were read", vectors.len());
    let neighbour = Maker::new(1).valid();
    for (id, item, expected) in &vectors {
        for place in 0..9 {
            let mut items = [neighbour; 9];
            items[place] = *item;
            for verdicts in both_ways(backend, &items) {
                for (i, verdict) in verdicts.into_iter().enumerate() {
                    assert_eq!(
                        verdict,
                        i != place || *expected,
                        "tcId {id} at {place}, {i}"
                    );
                }
            }
        }
        for verdicts in both_ways(backend, &[*item]) {
            assert_eq!(verdicts, [*expected], "tcId {id} alone");
        }
    }
}

/// Each at every place of a large batch's lanes.
pub(crate) fn edge_vectors_are_neighbours_of_each_other<B: Backend>(backend: B) {
    let mut vectors = edge_vectors();
    for shift in 0..8 {
        let items: Vec<_> = vectors.iter().map(|(_, item, _)| *item).collect();
        let expected: Vec<_> = vectors.iter().map(|(_, _, expected)| *expected).collect();
        for verdicts in both_ways(backend, &items) {
            assert_eq!(verdicts, expected, "rotated by {shift}");
        }
        vectors.rotate_left(1);
    }
}

pub(crate) fn one_invalid_item_anywhere<B: Backend>(backend: B) {
    let mut maker = Maker::new(2);
    let valid: Vec<_> = (0..LARGER[LARGER.len() - 1])
        .map(|_| maker.valid())
        .collect();
    let keys: Vec<_> = valid.iter().map(|item| item.public_key).collect();
    let tables: Vec<_> = backend.key_tables(&keys).into_iter().flatten().collect();
    assert_eq!(tables.len(), valid.len());
    for size in (0..=SIZES).chain(LARGER) {
        for bad in 0..=size {
            let mut items = valid[..size].to_vec();
            if let Some(item) = items.get_mut(bad) {
                item.e[31] ^= 1;
            }
            let expected: Vec<_> = (0..size).map(|i| i != bad).collect();
            let mut verdicts = vec![bad % 2 == 0; size];
            backend.verify_batch(&items, &mut verdicts);
            assert_eq!(verdicts, expected, "size {size}, invalid at {bad}");
            let known = items
                .iter()
                .zip(&tables)
                .map(|(item, table)| known(item, table));
            let known: Vec<_> = known.collect();
            let mut verdicts = vec![bad % 2 == 0; size];
            backend.verify_known(&known, &mut verdicts);
            assert_eq!(verdicts, expected, "size {size}, known, invalid at {bad}");
        }
    }
}

pub(crate) fn exceptional_items<B: Backend>(backend: B) {
    let mut maker = Maker::new(3);
    let items: Vec<_> = (0..40 * KINDS).map(|i| maker.exceptional(i)).collect();
    check(backend, &items);
    for items in items.chunks(KINDS) {
        check(backend, items);
    }
    for item in &items[..8 * KINDS] {
        check(backend, &[*item]);
    }
    // Each among ordinary ones.
    let neighbour = maker.valid();
    for item in items.iter().take(4 * KINDS) {
        let mut items = [neighbour; 9];
        items[4] = *item;
        check(backend, &items);
    }
}

pub(crate) fn mutated_items<B: Backend>(backend: B) {
    const COUNT: usize = 3_000;
    let mut maker = Maker::new(4);
    let mut done = 0;
    while done < COUNT {
        let size = 1 + maker.below(300);
        let items: Vec<_> = (0..size).map(|_| maker.any()).collect();
        check(backend, &items);
        done += size;
    }
    assert!(
        maker.valid_made > COUNT / 8,
        "too few of the items were valid"
    );
}

/// Tables of valid keys and of bytes that are none, in one call.
pub(crate) fn tables_of_keys_that_are_none<B: Backend>(backend: B) {
    let mut maker = Maker::new(6);
    let mut keys: Vec<_> = (0..SIZES).map(|_| maker.valid().public_key).collect();
    for i in (0..SIZES).step_by(3) {
        keys[i][63] ^= 1;
    }
    keys[1] = [0xff; 64];
    let tables = backend.key_tables(&keys);
    for (i, table) in tables.iter().enumerate() {
        assert_eq!(table.is_some(), i % 3 != 0 && i != 1, "key {i}");
    }
    assert!(backend.key_tables(&[]).is_empty());
}

/// Random and extreme nonces and keys, in batches of every size.
pub(crate) fn signatures_are_those_of_one_at_a_time<B: Backend>(backend: B) {
    let mut maker = Maker::new(7);
    let mut scalars = extreme_scalars();
    let random = (0..200).map(|_| Scalar::from_bytes_reduced(&maker.bytes()));
    scalars.extend(random);
    let inverses = scalars
        .iter()
        .map(|d| secret::inverse_for_signing(d).into_option());
    let inverses: Vec<_> = inverses.flatten().collect();
    let jobs = scalars.iter().zip(inverses.iter().rev().cycle());
    let jobs: Vec<_> = jobs
        .map(|(k, inverse)| (*k, inverse, maker.bytes()))
        .collect();
    check_signing(backend, &jobs);
    for size in 0..=SIZES {
        check_signing(backend, &jobs[jobs.len() - 3 * size..][..size]);
        check_signing(backend, &jobs[..size]);
    }
}

/// GB/T 32918.2, 6.1, A5 and A6: nonces that give r = 0, r + k = n or s = 0, and k = 0.
pub(crate) fn unusable_nonces<B: Backend>(backend: B) {
    let d = Scalar::from_limbs(&[0xDEAD_BEEF, 1, 2, 3]);
    let key = SigningKey::from_scalar(&d).unwrap();
    let k = Scalar::from_limbs(&[5, 6, 7, 8]);
    let point = secret::multiply_generator(&k).unwrap();
    let x = Scalar::from_bytes_reduced(&point.x().to_bytes());
    let refused = [
        x.negate(),
        k.negate().subtract(&x),
        k.multiply(&d.invert()).subtract(&x),
    ];
    for e in refused {
        let good = e.add(&Scalar::ONE).to_bytes();
        let bad = e.to_bytes();
        let items = [(&good, &k), (&bad, &k), (&good, &k), (&good, &Scalar::ZERO)];
        let items = items.map(|(e, k)| SignItem::new(key.inverse(), e, k));
        let mut signatures = [None, Some([1; 64]), None, Some([1; 64])];
        backend.sign_batch(&items, &mut signatures);
        let expected = key.sign_with_nonce(&good, &k.to_bytes());
        assert!(expected.is_some());
        assert_eq!(signatures, [expected, None, expected, None]);
    }
}

pub(crate) fn slices_of_different_lengths_are_refused<B: Backend>(backend: B) {
    let refused = |call: &dyn Fn()| panic::catch_unwind(AssertUnwindSafe(call)).is_err();
    assert!(refused(&|| backend.verify_batch(&[], &mut [false])));
    assert!(refused(&|| backend.verify_known(&[], &mut [false])));
    assert!(refused(&|| backend.sign_batch(&[], &mut [None])));
}

pub(crate) fn signatures_are_valid<B: Backend>(backend: B) {
    let mut maker = Maker::new(8);
    let keys = (0..SIZES).map(|_| SigningKey::from_bytes(&maker.bytes()));
    let keys: Vec<_> = keys.map(Result::unwrap).collect();
    let digests: Vec<_> = keys.iter().map(|_| maker.bytes()).collect();
    let items = keys.iter().zip(&digests).map(|(key, e)| {
        let k = Scalar::from_bytes_reduced(&maker.bytes());
        SignItem::new(key.inverse(), e, &k)
    });
    let items: Vec<_> = items.collect();
    let mut signatures = vec![None; items.len()];
    backend.sign_batch(&items, &mut signatures);
    for ((key, e), signature) in keys.iter().zip(&digests).zip(signatures) {
        let item = VerifyItem {
            public_key: key.public_key(),
            e: *e,
            signature: signature.unwrap(),
        };
        assert!(rustcrypto(&item));
    }
}

fn check<B: Backend>(backend: B, items: &[VerifyItem]) {
    let expected: Vec<_> = items.iter().map(rustcrypto).collect();
    for (way, verdicts) in both_ways(backend, items).into_iter().enumerate() {
        for (i, (verdict, expected)) in verdicts.iter().zip(&expected).enumerate() {
            let item = items[i];
            assert_eq!(
                verdict,
                expected,
                "way {way}, item {i} of {}: {item:02x?}",
                items.len()
            );
        }
    }
}

/// The verdicts for unknown keys and for known ones; without a table an item is invalid.
fn both_ways<B: Backend>(backend: B, items: &[VerifyItem]) -> [Vec<bool>; 2] {
    let keys: Vec<_> = items.iter().map(|item| item.public_key).collect();
    let tables = backend.key_tables(&keys);
    assert_eq!(tables.len(), items.len());
    let with_table = items.iter().zip(&tables);
    let known: Vec<_> = with_table
        .filter_map(|(item, table)| Some(known(item, table.as_ref()?)))
        .collect();
    let mut unknown_verdicts = vec![false; items.len()];
    backend.verify_batch(items, &mut unknown_verdicts);
    let mut known_verdicts = vec![false; known.len()];
    backend.verify_known(&known, &mut known_verdicts);
    let mut known_verdicts = known_verdicts.into_iter();
    let verdict = |table: &Option<_>| table.is_some() && known_verdicts.next() == Some(true);
    [unknown_verdicts, tables.iter().map(verdict).collect()]
}

const fn known<'a, T>(item: &VerifyItem, table: &'a T) -> KnownItem<'a, T> {
    KnownItem {
        table,
        e: item.e,
        signature: item.signature,
    }
}

fn check_signing<B: Backend>(backend: B, jobs: &[(Scalar, &ScalarFactor, [u8; 32])]) {
    let items = jobs
        .iter()
        .map(|(k, inverse, e)| SignItem::new(inverse, e, k));
    let items: Vec<_> = items.collect();
    let mut signatures = vec![None; jobs.len()];
    backend.sign_batch(&items, &mut signatures);
    for (i, ((k, inverse, e), signature)) in jobs.iter().zip(signatures).enumerate() {
        let expected = secret::sign(inverse, &Scalar::from_bytes_reduced(e), k).into_option();
        let expected = expected.map(|(r, s)| [r.to_bytes(), s.to_bytes()].concat());
        let k = k.to_bytes();
        assert_eq!(signature.map(Vec::from), expected, "job {i}, k = {k:02x?}");
    }
}

/// 0, powers of two and their neighbours, and the scalars whose odd signed digits below some bit and
/// from there on stand for one point; with the negatives of all.
fn extreme_scalars() -> Vec<Scalar> {
    let mut scalars = vec![Scalar::ZERO];
    for bit in 0..256 {
        let mut power = [0; 4];
        power[bit / 64] = 1 << (bit % 64);
        let power = Scalar::from_limbs(&power);
        // The odd multiple of 2^bit next to n: high - low = n if high is that and low is high - n.
        let mut high = Scalar::MODULUS;
        for lower in 0..bit {
            high[lower / 64] &= !(1 << (lower % 64));
        }
        high[bit / 64] |= 1 << (bit % 64);
        let high = Scalar::from_limbs(&high);
        let scalar = high.add(&high);
        for scalar in [
            power,
            power.add(&Scalar::ONE),
            power.subtract(&Scalar::ONE),
            scalar,
        ] {
            scalars.extend([scalar, scalar.negate()]);
        }
    }
    scalars
}
