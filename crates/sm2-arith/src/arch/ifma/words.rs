//! Between memory and vector registers.

use core::arch::x86_64::{
    __m512i, _MM_HINT_T0, _mm_prefetch, _mm512_loadu_si512, _mm512_storeu_si512,
};

/// One word for each lane.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
#[expect(unsafe_code, reason = "a load has no safe form")]
pub(super) fn load(words: &[u64; 8]) -> __m512i {
    // SAFETY: the reference is to 64 readable bytes, and an unaligned load asks for no more.
    unsafe { _mm512_loadu_si512((&raw const *words).cast()) }
}

/// The word of each lane.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
#[expect(unsafe_code, reason = "a store has no safe form")]
pub(super) fn store(words: __m512i) -> [u64; 8] {
    let mut stored = [0; 8];
    // SAFETY: `stored` is 64 writable bytes, and an unaligned store asks for no more.
    unsafe { _mm512_storeu_si512((&raw mut stored).cast(), words) }
    stored
}

/// Eight integers, word by word: column i holds their words i.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn columns(integers: &[[u64; 4]; 8]) -> [__m512i; 4] {
    [0, 1, 2, 3].map(|i| load(&integers.map(|integer| integer[i])))
}

/// Asks for a cache line that is read soon.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
#[expect(unsafe_code, reason = "older compilers want it for a prefetch")]
#[expect(unused_unsafe, reason = "newer ones do not")]
pub(super) fn prefetch<T>(line: &T) {
    // SAFETY: a prefetch reads nothing that could be observed, and the pointer comes from a reference.
    unsafe { _mm_prefetch::<_MM_HINT_T0>((&raw const *line).cast()) }
}
