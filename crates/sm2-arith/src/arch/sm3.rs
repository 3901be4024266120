//! The compression function of GB/T 32905, section 5.3, in sixteen 32-bit lanes.

use core::arch::x86_64::{
    __m512i, __mmask16, _mm256_extract_epi64, _mm512_add_epi32, _mm512_castsi512_si256,
    _mm512_mask_xor_epi32, _mm512_rol_epi32, _mm512_set1_epi32, _mm512_set4_epi32,
    _mm512_setr_epi64, _mm512_setzero_si512, _mm512_shuffle_epi8, _mm512_shuffle_i32x4,
    _mm512_ternarylogic_epi32, _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32,
    _mm512_unpacklo_epi64, _mm512_xor_si512,
};

/// Proof that this processor and system have AVX-512F and AVX-512BW.
#[derive(Clone, Copy)]
pub(crate) struct Lanes(());

impl Lanes {
    /// Asks the processor.
    pub(crate) fn new() -> Option<Self> {
        let available = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
        available.then_some(Self(()))
    }

    /// Hashes up to sixteen messages; the slices are of one length.
    #[expect(unsafe_code, reason = "the one dispatch into code for AVX-512")]
    pub(crate) fn hash(self, messages: &[&[u8]], digests: &mut [[u8; 32]]) {
        // SAFETY: `hash` needs avx512f and avx512bw, and no `Lanes` exists unless `Lanes::new`
        // has found both.
        unsafe { hash(messages, digests) }
    }
}

/// How many 64-byte blocks the padded message has: one bit and the 8 bytes of the length follow it.
pub(crate) const fn blocks(message: &[u8]) -> usize {
    message.len() / 64 + if message.len() % 64 < 56 { 1 } else { 2 }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn hash(messages: &[&[u8]], digests: &mut [[u8; 32]]) {
    let mut state = [_mm512_setzero_si512(); 8];
    for (word, initial) in state.iter_mut().zip(INITIAL) {
        *word = _mm512_set1_epi32(initial);
    }
    let longest = messages
        .iter()
        .map(|message| blocks(message))
        .max()
        .unwrap_or(0);
    for index in 0..longest {
        let mut rows = [_mm512_setzero_si512(); 16];
        let mut active: __mmask16 = 0;
        for (lane, (row, message)) in rows.iter_mut().zip(messages).enumerate() {
            if index < blocks(message) {
                *row = load(&block(message, index));
                active |= 1 << lane;
            }
        }
        compress(&mut state, transpose(rows), active);
    }
    let zero = _mm512_setzero_si512();
    let [a, b, c, d, e, f, g, h] = state;
    let rows = transpose([
        a, b, c, d, e, f, g, h, zero, zero, zero, zero, zero, zero, zero, zero,
    ]);
    for (digest, row) in digests.iter_mut().zip(rows) {
        let row = _mm512_castsi512_si256(swap_bytes(row));
        let words = [
            _mm256_extract_epi64::<0>(row),
            _mm256_extract_epi64::<1>(row),
            _mm256_extract_epi64::<2>(row),
            _mm256_extract_epi64::<3>(row),
        ];
        for (bytes, word) in digest.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
    }
}

/// Block `index` of the padded message.
#[inline]
fn block(message: &[u8], index: usize) -> [u8; 64] {
    let rest = message.get(64 * index..).unwrap_or_default();
    if let Some(full) = rest.first_chunk() {
        return *full;
    }
    let mut padded = [0; 64];
    padded[..rest.len()].copy_from_slice(rest);
    if message.len() >= 64 * index {
        padded[rest.len()] = 0x80;
    }
    if index + 1 == blocks(message) {
        let bits = u64::try_from(message.len())
            .unwrap_or(u64::MAX)
            .wrapping_mul(8);
        padded[56..].copy_from_slice(&bits.to_be_bytes());
    }
    padded
}

/// The sixteen big-endian words of a block.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn load(block: &[u8; 64]) -> __m512i {
    let (words, _) = block.as_chunks::<8>();
    let mut lanes = [0; 8];
    for (lane, word) in lanes.iter_mut().zip(words) {
        *lane = i64::from_le_bytes(*word);
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    swap_bytes(_mm512_setr_epi64(a, b, c, d, e, f, g, h))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn swap_bytes(words: __m512i) -> __m512i {
    let order = _mm512_set4_epi32(0x0C0D_0E0F, 0x0809_0A0B, 0x0405_0607, 0x0001_0203);
    _mm512_shuffle_epi8(words, order)
}

/// V(i+1) = CF(V(i), B(i)) in the lanes of `active`; `block[j]` is word j of all lanes.
#[target_feature(enable = "avx512f,avx512bw")]
fn compress(state: &mut [__m512i; 8], block: [__m512i; 16], active: __mmask16) {
    // 5.3.2: W_0 to W_67
    let mut w = [_mm512_setzero_si512(); 68];
    w[..16].copy_from_slice(&block);
    for j in 16..68 {
        let mixed = xor3(w[j - 16], w[j - 9], _mm512_rol_epi32::<15>(w[j - 3]));
        let p1 = xor3(
            mixed,
            _mm512_rol_epi32::<15>(mixed),
            _mm512_rol_epi32::<23>(mixed),
        );
        w[j] = xor3(p1, _mm512_rol_epi32::<7>(w[j - 13]), w[j - 6]);
    }
    // 5.3.3: 64 rounds, 16 with one pair of functions and 48 with the other
    let mut working = *state;
    for (j, t) in T.iter().enumerate() {
        let constant = _mm512_set1_epi32(*t);
        working = if j < 16 {
            let ff = xor3(working[0], working[1], working[2]);
            let gg = xor3(working[4], working[5], working[6]);
            round(working, ff, gg, constant, w[j], w[j + 4])
        } else {
            let [a, b, c, _, e, f, g, _] = working;
            let ff = _mm512_ternarylogic_epi32::<MAJORITY>(a, b, c);
            let gg = _mm512_ternarylogic_epi32::<CHOICE>(e, f, g);
            round(working, ff, gg, constant, w[j], w[j + 4])
        };
    }
    for (word, new) in state.iter_mut().zip(working) {
        *word = _mm512_mask_xor_epi32(*word, active, *word, new);
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn round(
    [a, b, c, d, e, f, g, h]: [__m512i; 8],
    ff: __m512i,
    gg: __m512i,
    constant: __m512i,
    word: __m512i,
    word4: __m512i,
) -> [__m512i; 8] {
    let a12 = _mm512_rol_epi32::<12>(a);
    let sum = _mm512_add_epi32(_mm512_add_epi32(a12, e), constant);
    let ss1 = _mm512_rol_epi32::<7>(sum);
    let ss2 = _mm512_xor_si512(ss1, a12);
    let left = _mm512_add_epi32(_mm512_add_epi32(ff, d), _mm512_xor_si512(word, word4));
    let tt1 = _mm512_add_epi32(left, ss2);
    let right = _mm512_add_epi32(_mm512_add_epi32(gg, h), word);
    let tt2 = _mm512_add_epi32(right, ss1);
    let p0 = xor3(tt2, _mm512_rol_epi32::<9>(tt2), _mm512_rol_epi32::<17>(tt2));
    [
        tt1,
        a,
        _mm512_rol_epi32::<9>(b),
        c,
        p0,
        e,
        _mm512_rol_epi32::<19>(f),
        g,
    ]
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn xor3(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<PARITY>(a, b, c)
}

/// Row i, column j becomes row j, column i.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn transpose(rows: [__m512i; 16]) -> [__m512i; 16] {
    // Within each 128-bit part: 4 × 4 words of the rows 4k to 4k + 3.
    let mut small = rows;
    for (out, four) in small.chunks_exact_mut(4).zip(rows.chunks_exact(4)) {
        let low01 = _mm512_unpacklo_epi32(four[0], four[1]);
        let high01 = _mm512_unpackhi_epi32(four[0], four[1]);
        let low23 = _mm512_unpacklo_epi32(four[2], four[3]);
        let high23 = _mm512_unpackhi_epi32(four[2], four[3]);
        out[0] = _mm512_unpacklo_epi64(low01, low23);
        out[1] = _mm512_unpackhi_epi64(low01, low23);
        out[2] = _mm512_unpacklo_epi64(high01, high23);
        out[3] = _mm512_unpackhi_epi64(high01, high23);
    }
    // small[4k + c], part q: rows 4k to 4k + 3 of column 4q + c. Then 4 × 4 parts for each c.
    let mut columns = rows;
    for c in 0..4 {
        let (a, b) = (small[c], small[4 + c]);
        let (d, e) = (small[8 + c], small[12 + c]);
        let even01 = _mm512_shuffle_i32x4::<EVEN>(a, b);
        let odd01 = _mm512_shuffle_i32x4::<ODD>(a, b);
        let even23 = _mm512_shuffle_i32x4::<EVEN>(d, e);
        let odd23 = _mm512_shuffle_i32x4::<ODD>(d, e);
        columns[c] = _mm512_shuffle_i32x4::<EVEN>(even01, even23);
        columns[8 + c] = _mm512_shuffle_i32x4::<ODD>(even01, even23);
        columns[4 + c] = _mm512_shuffle_i32x4::<EVEN>(odd01, odd23);
        columns[12 + c] = _mm512_shuffle_i32x4::<ODD>(odd01, odd23);
    }
    columns
}

/// x ⊕ y ⊕ z.
const PARITY: i32 = 0x96;
/// Two of x, y, z.
const MAJORITY: i32 = 0xE8;
/// y where x, z elsewhere.
const CHOICE: i32 = 0xCA;
/// The 128-bit parts 0 and 2 of both operands.
const EVEN: i32 = 0b10_00_10_00;
/// The 128-bit parts 1 and 3 of both operands.
const ODD: i32 = 0b11_01_11_01;

/// 4.1: the initial value.
const INITIAL: [i32; 8] = [
    0x7380_166F_u32.cast_signed(),
    0x4914_B2B9_u32.cast_signed(),
    0x1724_42D7_u32.cast_signed(),
    0xDA8A_0600_u32.cast_signed(),
    0xA96F_30BC_u32.cast_signed(),
    0x1631_38AA_u32.cast_signed(),
    0xE38D_EE4D_u32.cast_signed(),
    0xB0FB_0E4E_u32.cast_signed(),
];

/// 4.2: T_j rotated left by j.
const T: [i32; 64] = {
    let mut constants = [0; 64];
    let mut j = 0;
    let mut rotation = 0;
    while j < 64 {
        let t: u32 = if j < 16 { 0x79CC_4519 } else { 0x7A87_9D8A };
        constants[j] = t.rotate_left(rotation % 32).cast_signed();
        j += 1;
        rotation += 1;
    }
    constants
};
