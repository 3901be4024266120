//! Whole transactions.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside test functions"
)]

mod known;
mod properties;
mod refusals;

use fisco_node::transaction::TransactionData;
use sm_soft::{SecretKey, SoftKey};

const CALL_TO: &str = "0x6849f21d1e455e9f0712b1e99fa4fcd23758e8f1";
const CALL_NONCE: &str =
    "82456994196425209985513938878262806289094428076435270713862099506789849517246";

/// FISCO BCOS, SignatureTest.cpp.
const KEY: &str = "ca508b2b49c1d2dc46cbd5a011686fdc19937dbc704afe6c547a862b3e2b6c69";

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pairs = digits.chunks(2).map(|pair| str::from_utf8(pair).unwrap());
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

fn unhex32(text: &str) -> [u8; 32] {
    unhex(text).try_into().unwrap()
}

fn soft_key(secret: &str) -> SoftKey {
    SoftKey::new(SecretKey::from_bytes(&unhex32(secret)).unwrap())
}

fn call_data() -> TransactionData {
    let mut data = TransactionData::new("chain0", "group0", 501, CALL_NONCE);
    data.to = CALL_TO.to_owned();
    // set(string,string,string) with "test1", "test2", "test3"
    let mut input = unhex("2fe99bdc");
    for number in [0x60, 0xa0, 0xe0] {
        input.extend([0; 31]);
        input.push(number);
    }
    for text in [b"test1", b"test2", b"test3"] {
        input.extend([0; 31]);
        input.push(5);
        input.extend(text);
        input.extend([0; 27]);
    }
    data.input = input;
    data
}
