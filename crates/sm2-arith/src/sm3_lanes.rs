//! SM3 of many short messages at once: sixteen in the lanes of AVX-512, one by one elsewhere.

use sm3::{Digest, Sm3};

#[cfg(target_arch = "x86_64")]
use crate::arch::sm3 as avx512;

/// Hashes every message; `digests[i]` becomes the SM3 digest of `messages[i]` (GB/T 32905).
///
/// Pays from about four messages of similar length. Lengths may differ; those of a similar number of
/// blocks share their lanes. Uses sixteen lanes where the processor has AVX-512F and AVX-512BW.
///
/// # Panics
///
/// Panics if the slices differ in length.
///
/// # Examples
///
/// ```
/// use sm2_arith::sm3_lanes::hash_many;
///
/// let mut digests = [[0; 32]; 2];
/// hash_many(&[b"abc", b""], &mut digests);
/// assert_eq!(digests[0][..4], [0x66, 0xC7, 0xF0, 0xF4]); // GB/T 32905, A.1
/// assert_eq!(digests[1][..4], [0x1A, 0xB2, 0x1D, 0x83]);
/// ```
pub fn hash_many(messages: &[&[u8]], digests: &mut [[u8; 32]]) {
    assert_eq!(messages.len(), digests.len(), "one digest per message");
    #[cfg(target_arch = "x86_64")]
    if let Some(lanes) = avx512::Lanes::new() {
        hash_in_lanes(lanes, messages, digests);
        return;
    }
    hash_one_by_one(messages, digests);
}

/// Whether [`hash_many`] has sixteen lanes on this machine; the answer never changes.
///
/// # Examples
///
/// ```
/// use sm2_arith::sm3_lanes::has_lanes;
///
/// assert_eq!(has_lanes(), has_lanes());
/// ```
#[must_use]
pub fn has_lanes() -> bool {
    #[cfg(target_arch = "x86_64")]
    let found = avx512::Lanes::new().is_some();
    #[cfg(not(target_arch = "x86_64"))]
    let found = false;
    found
}

fn hash_one_by_one(messages: &[&[u8]], digests: &mut [[u8; 32]]) {
    for (message, digest) in messages.iter().zip(digests) {
        *digest = Sm3::digest(message).into();
    }
}

#[cfg(target_arch = "x86_64")]
fn hash_in_lanes(lanes: avx512::Lanes, messages: &[&[u8]], digests: &mut [[u8; 32]]) {
    let same = |pair: &[&[u8]]| avx512::blocks(pair[0]) == avx512::blocks(pair[1]);
    if messages.windows(2).all(same) {
        for (messages, digests) in messages.chunks(16).zip(digests.chunks_mut(16)) {
            hash_sixteen(lanes, messages, digests);
        }
        return;
    }
    let mut order: Vec<usize> = (0..messages.len()).collect();
    order.sort_by_key(|&i| avx512::blocks(messages[i]));
    for indices in order.chunks(16) {
        let mut chosen: [&[u8]; 16] = [&[]; 16];
        let mut results = [[0; 32]; 16];
        for (slot, &i) in chosen.iter_mut().zip(indices) {
            *slot = messages[i];
        }
        hash_sixteen(
            lanes,
            &chosen[..indices.len()],
            &mut results[..indices.len()],
        );
        for (result, &i) in results.iter().zip(indices) {
            digests[i] = *result;
        }
    }
}

/// Up to sixteen messages: in lanes unless a few long ones would keep the others' lanes idle.
#[cfg(target_arch = "x86_64")]
fn hash_sixteen(lanes: avx512::Lanes, messages: &[&[u8]], digests: &mut [[u8; 32]]) {
    let longest = messages
        .iter()
        .map(|message| avx512::blocks(message))
        .max()
        .unwrap_or(0);
    let total: usize = messages.iter().map(|message| avx512::blocks(message)).sum();
    if longest.saturating_mul(LANES_COST) < total {
        lanes.hash(messages, digests);
    } else {
        hash_one_by_one(messages, digests);
    }
}

/// A block in all lanes costs about as much as this many blocks one by one.
#[cfg(target_arch = "x86_64")]
const LANES_COST: usize = 3;
