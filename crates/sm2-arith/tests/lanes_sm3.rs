//! SM3 in sixteen lanes against the `sm3` crate.

#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use sm2_arith::sm3_lanes::{has_lanes, hash_many};
use sm3::{Digest, Sm3};

#[test]
fn all_lengths_from_0_to_300_together() {
    note();
    let data = bytes(300);
    let messages: Vec<&[u8]> = (0..=300).map(|length| &data[..length]).collect();
    check(&messages);
    let mixed: Vec<&[u8]> = (0..=300).map(|i| &data[..i * 97 % 301]).collect();
    check(&mixed);
}

#[test]
fn all_lengths_from_0_to_300_sixteen_at_a_time() {
    note();
    let data = bytes(316);
    for length in 0..=300 {
        let messages: Vec<&[u8]> = (0..16).map(|start| &data[start..start + length]).collect();
        check(&messages);
    }
}

#[test]
fn every_number_of_messages_from_0_to_49() {
    note();
    let data = bytes(200);
    for count in 0..=49 {
        let equal: Vec<&[u8]> = (0..count).map(|start| &data[start..start + 64]).collect();
        check(&equal);
        let mixed: Vec<&[u8]> = (0..count).map(|i| &data[i..i + i * 37 % 150]).collect();
        check(&mixed);
    }
}

#[test]
fn a_long_message_among_short_ones() {
    note();
    let data = bytes(100_000);
    let mut messages = vec![&data[..40]; 33];
    messages[7] = &data;
    messages[8] = &data[..3000];
    check(&messages);
}

#[test]
#[should_panic(expected = "one digest per message")]
fn slices_of_different_lengths_are_refused() {
    hash_many(&[b"abc"], &mut []);
}

fn note() {
    if !has_lanes() {
        println!("skipped: no AVX-512 BW, only the portable path is tested");
    }
}

fn check(messages: &[&[u8]]) {
    let mut digests = vec![[0xA5; 32]; messages.len()];
    hash_many(messages, &mut digests);
    for (i, (message, digest)) in messages.iter().zip(&digests).enumerate() {
        let expected: [u8; 32] = Sm3::digest(message).into();
        assert_eq!(
            *digest,
            expected,
            "message {i} of {}, {} bytes",
            messages.len(),
            message.len()
        );
    }
}

/// Bytes without a short period, from SM3 itself.
fn bytes(count: usize) -> Vec<u8> {
    (0_u64..)
        .flat_map(|i| Sm3::digest(i.to_le_bytes()))
        .take(count)
        .collect()
}
