//! Many signatures at a time in all back ends, one at a time, and in the crate `sm2`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sm2_arith::batch::{Backend, Ifma, Portable, VerifyItem};
use sm2_arith::verify;
use sm2_arith_fuzz::items::{Reader, rustcrypto};

fuzz_target!(|data: &[u8]| {
    let mut reader = Reader::new(data);
    let mut items = Vec::new();
    while !reader.is_empty() && items.len() < 20 {
        items.push(reader.item());
    }
    let single = |item: &VerifyItem| verify(&item.public_key, &item.e, &item.signature);
    let expected: Vec<_> = items.iter().map(single).collect();
    check(Portable, &items, &expected);
    if let Some(ifma) = Ifma::new() {
        check(ifma, &items, &expected);
    }
    for (item, expected) in items.iter().zip(&expected) {
        assert_eq!(rustcrypto(item), *expected, "{item:02x?}");
    }
});

fn check<B: Backend>(backend: B, items: &[VerifyItem], expected: &[bool]) {
    let mut verdicts: Vec<_> = expected.iter().map(|verdict| !verdict).collect();
    backend.verify_batch(items, &mut verdicts);
    assert_eq!(verdicts, expected, "{}", B::NAME);
}
