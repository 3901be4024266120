//! What the C interface is made of: constants and structures.

use std::ffi::c_int;

/// The version of this interface. It rises when a program that was built with an older header would no longer work.
pub const SM2_BATCH_ABI_VERSION: u32 = 1;

/// The call did what it says; after a verification the verdicts are there.
pub const SM2_BATCH_OK: c_int = 0;
/// A pointer is NULL that must not be.
pub const SM2_BATCH_ERROR_NULL: c_int = -1;
/// An option, a size or a stride is not allowed.
pub const SM2_BATCH_ERROR_OPTION: c_int = -2;
/// The engine cannot run on this processor.
pub const SM2_BATCH_ERROR_UNAVAILABLE: c_int = -3;
/// A key to be pinned is not a point of the curve.
pub const SM2_BATCH_ERROR_KEY: c_int = -4;
/// The engine failed; nothing is known about the signatures.
pub const SM2_BATCH_ERROR_ENGINE: c_int = -5;
/// A count is larger than any array can be; verdicts are not touched, because they cannot be there.
pub const SM2_BATCH_ERROR_COUNT: c_int = -6;
/// The system refused threads.
pub const SM2_BATCH_ERROR_SYSTEM: c_int = -7;
/// A panic was caught, which is a bug in this library.
pub const SM2_BATCH_ERROR_PANIC: c_int = -8;

/// The engine that the environment variable `SM2_BATCH_ENGINE` names (auto, ifma or portable), else the fastest that this
/// processor can run.
pub const SM2_BATCH_ENGINE_AUTO: u32 = 0;
/// Eight signatures at a time with AVX-512 IFMA.
pub const SM2_BATCH_ENGINE_IFMA: u32 = 1;
/// One signature after the other, on every processor.
pub const SM2_BATCH_ENGINE_PORTABLE: u32 = 2;

/// As `cache_bytes`: keep tables of pinned keys only.
pub const SM2_BATCH_CACHE_NONE: u64 = u64::MAX;

/// How a verifier works. Set everything to zero and then `size`: zero is the default of the rest.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
#[expect(
    clippy::exhaustive_structs,
    reason = "C lays it out; `size` lets it grow"
)]
pub struct Options {
    /// `sizeof(sm2_batch_options)`.
    pub size: usize,
    /// One of `SM2_BATCH_ENGINE_AUTO`, `SM2_BATCH_ENGINE_IFMA` and `SM2_BATCH_ENGINE_PORTABLE`.
    pub engine: u32,
    /// How many threads work on one batch, the calling one among them; 0 for as many as the machine has, 1 for the calling
    /// thread alone, at most 1024.
    pub threads: u32,
    /// The most bytes that tables of keys take that are not pinned but come back often; 0 for the default of 32 MiB,
    /// `SM2_BATCH_CACHE_NONE` for none.
    pub cache_bytes: u64,
}

/// A signature to verify, over a digest that the caller has computed.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
#[expect(clippy::exhaustive_structs, reason = "C lays it out")]
pub struct BatchItem {
    /// The signer's public key, x and y.
    pub public_key: [u8; 64],
    /// e = SM3(Z || M).
    pub digest: [u8; 32],
    /// The signature, r and s.
    pub signature: [u8; 64],
}

/// A signature to verify, over a message. Structures in an array need no alignment.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
#[expect(clippy::exhaustive_structs, reason = "C lays it out")]
pub struct BatchMessage {
    /// The signer's public key, x and y.
    pub public_key: [u8; 64],
    /// The signature, r and s.
    pub signature: [u8; 64],
    /// The signer's identity, which is signed with the message; NULL with length 0 for "1234567812345678".
    pub user_id: *const u8,
    /// The bytes of the identity. No signature is valid for an identity of more than 8191 bytes.
    pub user_id_length: usize,
    /// The message; NULL with length 0 for the empty one.
    pub message: *const u8,
    /// The bytes of the message.
    pub message_length: usize,
}

/// What a verifier holds and has done so far. Set `size` before the call; fields that this library does not know become
/// zero.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
#[expect(
    clippy::exhaustive_structs,
    reason = "C lays it out; `size` lets it grow"
)]
pub struct Counts {
    /// `sizeof(sm2_batch_counts)`.
    pub size: usize,
    /// How many keys are pinned.
    pub pinned: u64,
    /// How many other keys have tables.
    pub cached: u64,
    /// What the tables of both take, in bytes.
    pub bytes: u64,
    /// How many signatures were by keys with tables.
    pub known: u64,
    /// How many signatures were by other keys.
    pub unknown: u64,
    /// How many keys got tables because they were seen often.
    pub promoted: u64,
    /// How many of these lost their tables to others.
    pub evicted: u64,
}
