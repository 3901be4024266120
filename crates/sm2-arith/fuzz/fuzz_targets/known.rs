//! Tables of keys, some of which are none, and verification with them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sm2_arith::batch::{Backend, Ifma, KnownItem, Portable, VerifyItem};
use sm2_arith::verify;
use sm2_arith_fuzz::items::{Reader, rustcrypto_has_key};

fuzz_target!(|data: &[u8]| {
    let mut reader = Reader::new(data);
    // Signatures by one key and by all others, too.
    let mut items = Vec::new();
    while !reader.is_empty() && items.len() < 10 {
        items.push(reader.item());
    }
    check(Portable, &items);
    if let Some(ifma) = Ifma::new() {
        check(ifma, &items);
    }
});

fn check<B: Backend>(backend: B, items: &[VerifyItem]) {
    let keys: Vec<_> = items.iter().map(|item| item.public_key).collect();
    let tables = backend.key_tables(&keys);
    let mut known = Vec::new();
    let mut expected = Vec::new();
    for (key, table) in keys.iter().zip(&tables) {
        assert_eq!(table.is_some(), rustcrypto_has_key(key), "{key:02x?}");
        let Some(table) = table else { continue };
        for item in items {
            known.push(KnownItem {
                table,
                e: item.e,
                signature: item.signature,
            });
            expected.push(verify(key, &item.e, &item.signature));
        }
    }
    let mut verdicts: Vec<_> = expected.iter().map(|verdict| !verdict).collect();
    backend.verify_known(&known, &mut verdicts);
    assert_eq!(verdicts, expected, "{}", B::NAME);
}
