//! Integers of four 64-bit limbs, least significant first: what both moduli share.
//!
//! Everything here is free of branches and of memory addresses that depend on values.

/// An integer below 2^256.
pub(crate) type Limbs = [u64; 4];

/// a + b + carry.
#[inline(always)]
pub(crate) const fn add_carry(a: u64, b: u64, carry: bool) -> (u64, bool) {
    let (sum, first) = a.overflowing_add(b);
    let (sum, second) = sum.overflowing_add(carry as u64);
    (sum, first | second)
}

/// a - b - borrow.
#[inline(always)]
pub(crate) const fn sub_borrow(a: u64, b: u64, borrow: bool) -> (u64, bool) {
    let (difference, first) = a.overflowing_sub(b);
    let (difference, second) = difference.overflowing_sub(borrow as u64);
    (difference, first | second)
}

/// a + b mod 2^256, and the carry.
#[inline(always)]
pub(crate) const fn add(a: &Limbs, b: &Limbs) -> (Limbs, bool) {
    let (s0, carry) = add_carry(a[0], b[0], false);
    let (s1, carry) = add_carry(a[1], b[1], carry);
    let (s2, carry) = add_carry(a[2], b[2], carry);
    let (s3, carry) = add_carry(a[3], b[3], carry);
    ([s0, s1, s2, s3], carry)
}

/// a - b mod 2^256, and the borrow.
#[inline(always)]
pub(crate) const fn sub(a: &Limbs, b: &Limbs) -> (Limbs, bool) {
    let (d0, borrow) = sub_borrow(a[0], b[0], false);
    let (d1, borrow) = sub_borrow(a[1], b[1], borrow);
    let (d2, borrow) = sub_borrow(a[2], b[2], borrow);
    let (d3, borrow) = sub_borrow(a[3], b[3], borrow);
    ([d0, d1, d2, d3], borrow)
}

/// All ones for `true`.
#[inline(always)]
pub(crate) const fn mask(bit: bool) -> u64 {
    (bit as u64).wrapping_neg()
}

/// `a` under a mask of ones, `b` under zero.
#[inline(always)]
pub(crate) const fn select(mask: u64, a: &Limbs, b: &Limbs) -> Limbs {
    [
        b[0] ^ (mask & (a[0] ^ b[0])),
        b[1] ^ (mask & (a[1] ^ b[1])),
        b[2] ^ (mask & (a[2] ^ b[2])),
        b[3] ^ (mask & (a[3] ^ b[3])),
    ]
}

/// `value` + 2^256 * `carry`, which is below 2 * `modulus`, minus `modulus` if that is not negative.
#[inline(always)]
pub(crate) const fn subtract_once(value: &Limbs, carry: bool, modulus: &Limbs) -> Limbs {
    let (difference, borrow) = sub(value, modulus);
    select(mask(borrow & !carry), value, &difference)
}

/// a + b mod `modulus`, for a up to the modulus and b below it.
#[inline(always)]
pub(crate) const fn add_mod(a: &Limbs, b: &Limbs, modulus: &Limbs) -> Limbs {
    // As a - (modulus - b): subtracting a constant would not become a plain chain of borrows.
    let (complement, _) = sub(modulus, b);
    sub_mod(a, &complement, modulus)
}

/// a - b mod `modulus`, for a difference that is at least -modulus and below the modulus.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the halves are wanted")]
pub(crate) const fn sub_mod(a: &Limbs, b: &Limbs, modulus: &Limbs) -> Limbs {
    let (d0, borrow) = sub_borrow(a[0], b[0], false);
    let (d1, borrow) = sub_borrow(a[1], b[1], borrow);
    let (d2, borrow) = sub_borrow(a[2], b[2], borrow);
    let d3 = (a[3] as u128)
        .wrapping_sub(b[3] as u128)
        .wrapping_sub(borrow as u128);
    // All ones if it is negative.
    let m = (d3 >> 64) as u64;
    let correction = [
        modulus[0] & m,
        modulus[1] & m,
        modulus[2] & m,
        modulus[3] & m,
    ];
    add(&[d0, d1, d2, d3 as u64], &correction).0
}

/// a * b.
#[inline(always)]
pub(crate) const fn multiply(a: &Limbs, b: &Limbs) -> [u64; 8] {
    let [t0, t1, t2, t3, t4] = row(a, b[0]);
    let (t1, [t2, t3, t4, t5]) = add_row([t1, t2, t3, t4], row(a, b[1]));
    let (t2, [t3, t4, t5, t6]) = add_row([t2, t3, t4, t5], row(a, b[2]));
    let (t3, [t4, t5, t6, t7]) = add_row([t3, t4, t5, t6], row(a, b[3]));
    [t0, t1, t2, t3, t4, t5, t6, t7]
}

/// a * a.
#[inline(always)]
pub(crate) const fn square(a: &Limbs) -> [u64; 8] {
    // The products of different limbs, once.
    let (t1, h01) = product(a[0], a[1]);
    let (l02, h02) = product(a[0], a[2]);
    let (l03, h03) = product(a[0], a[3]);
    let (l12, h12) = product(a[1], a[2]);
    let (l13, h13) = product(a[1], a[3]);
    let (l23, h23) = product(a[2], a[3]);
    let (t2, c) = add_carry(h01, l02, false);
    let (t3, c) = add_carry(h02, l03, c);
    let (t4, c) = add_carry(h03, l13, c);
    let (t5, c) = add_carry(h13, l23, c);
    let t6 = h23 + c as u64;
    let (t3, c) = add_carry(t3, l12, false);
    let (t4, c) = add_carry(t4, h12, c);
    let (t5, c) = add_carry(t5, 0, c);
    let t6 = t6 + c as u64;
    // Twice them, and the squares.
    let (l0, h0) = product(a[0], a[0]);
    let (l1, h1) = product(a[1], a[1]);
    let (l2, h2) = product(a[2], a[2]);
    let (l3, h3) = product(a[3], a[3]);
    let (s1, c) = add_carry(t1 << 1, h0, false);
    let (s2, c) = add_carry((t2 << 1) | (t1 >> 63), l1, c);
    let (s3, c) = add_carry((t3 << 1) | (t2 >> 63), h1, c);
    let (s4, c) = add_carry((t4 << 1) | (t3 >> 63), l2, c);
    let (s5, c) = add_carry((t5 << 1) | (t4 >> 63), h2, c);
    let (s6, c) = add_carry((t6 << 1) | (t5 >> 63), l3, c);
    let (s7, _) = add_carry(t6 >> 63, h3, c);
    [l0, s1, s2, s3, s4, s5, s6, s7]
}

/// The halves of a * b, low first.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the low half is wanted")]
pub(crate) const fn product(a: u64, b: u64) -> (u64, u64) {
    let product = a as u128 * b as u128;
    (product as u64, (product >> 64) as u64)
}

/// `count` <= 16 bits of `value` from bit `position` on; those above 2^256 are zero.
#[inline(always)]
pub(crate) const fn bits(value: &Limbs, position: usize, count: usize) -> u64 {
    let (limb, shift) = (position / 64, position % 64);
    let low = if limb < 4 { value[limb] >> shift } else { 0 };
    let high = if limb < 3 && shift != 0 {
        value[limb + 1] << (64 - shift)
    } else {
        0
    };
    (low | high) & ((1 << count) - 1)
}

#[inline(always)]
pub(crate) const fn from_be_bytes(bytes: &[u8; 32]) -> Limbs {
    let mut limbs = [0; 4];
    let mut i = 0;
    while i < 32 {
        limbs[3 - i / 8] = (limbs[3 - i / 8] << 8) | bytes[i] as u64;
        i += 1;
    }
    limbs
}

#[inline(always)]
pub(crate) const fn to_be_bytes(limbs: &Limbs) -> [u8; 32] {
    let mut bytes = [0; 32];
    let mut i = 0;
    while i < 32 {
        bytes[i] = limbs[3 - i / 8].to_be_bytes()[i % 8];
        i += 1;
    }
    bytes
}

/// 2^`exponent` mod `modulus`, which is above 2^255; for constants.
pub(crate) const fn power_of_two(exponent: u32, modulus: &Limbs) -> Limbs {
    let mut power = [1, 0, 0, 0];
    let mut i = 0;
    while i < exponent {
        power = add_mod(&power, &power, modulus);
        i += 1;
    }
    power
}

/// a * b, five limbs.
#[inline(always)]
const fn row(a: &Limbs, b: u64) -> [u64; 5] {
    let (l0, h0) = product(a[0], b);
    let (l1, h1) = product(a[1], b);
    let (l2, h2) = product(a[2], b);
    let (l3, h3) = product(a[3], b);
    let (r1, c) = add_carry(h0, l1, false);
    let (r2, c) = add_carry(h1, l2, c);
    let (r3, c) = add_carry(h2, l3, c);
    // A product of 256 and 64 bits has 320.
    [l0, r1, r2, r3, h3 + c as u64]
}

/// sum + row, the lowest limb apart from the others.
#[inline(always)]
const fn add_row(sum: Limbs, row: [u64; 5]) -> (u64, Limbs) {
    let (s0, c) = add_carry(sum[0], row[0], false);
    let (s1, c) = add_carry(sum[1], row[1], c);
    let (s2, c) = add_carry(sum[2], row[2], c);
    let (s3, c) = add_carry(sum[3], row[3], c);
    (s0, [s1, s2, s3, row[4] + c as u64])
}
