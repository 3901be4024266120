//! SM3 of many messages at once against the crate `sm3`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sm2_arith::sm3_lanes::hash_many;
use sm3::{Digest, Sm3};

fuzz_target!(|input: (Vec<u16>, &[u8])| {
    // Messages overlap: the lengths are what matters.
    let (lengths, data) = input;
    let message = |length: &u16| &data[data.len() - usize::from(*length).min(data.len())..];
    let messages: Vec<_> = lengths.iter().take(50).map(message).collect();
    let mut digests = vec![[0xA5; 32]; messages.len()];
    hash_many(&messages, &mut digests);
    for (message, digest) in messages.iter().zip(digests) {
        assert_eq!(digest, <[u8; 32]>::from(Sm3::digest(message)));
    }
});
