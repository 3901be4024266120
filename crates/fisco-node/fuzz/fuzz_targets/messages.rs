//! Transactions and block headers in TARS: what is decoded is encoded to what decodes to the same.
#![no_main]

use fisco_node::{block::BlockHeader, transaction::Transaction};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(transaction) = Transaction::decode(data) {
        let encoded = transaction.encode().expect("no field has 2 GiB");
        let again = Transaction::decode(&encoded).expect("what was encoded can be decoded");
        assert_eq!(again, transaction);
        assert_eq!(again.data.hash(), transaction.data.hash());
    }
    if let Ok(header) = BlockHeader::decode(data) {
        let encoded = header.encode().expect("no field has 2 GiB");
        let again = BlockHeader::decode(&encoded).expect("what was encoded can be decoded");
        assert_eq!(again, header);
    }
});
