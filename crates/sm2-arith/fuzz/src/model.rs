//! Integers mod p and mod n, by num-bigint.

use std::sync::LazyLock;

use num_bigint::BigUint;
use sm2_arith::{FieldElement, Scalar};

/// p.
pub static P: LazyLock<BigUint> = LazyLock::new(|| from_limbs(&FieldElement::MODULUS));

/// n.
pub static N: LazyLock<BigUint> = LazyLock::new(|| from_limbs(&Scalar::MODULUS));

/// The integer of limbs, least significant first.
pub fn from_limbs(limbs: &[u64; 4]) -> BigUint {
    let number = |sum: BigUint, limb: &u64| (sum << 64_u32) + *limb;
    limbs.iter().rev().fold(BigUint::ZERO, number)
}

/// Limbs of these bytes, least significant first.
pub fn limbs(bytes: &[u8; 32]) -> [u64; 4] {
    let (words, _) = bytes.as_chunks::<8>();
    [0, 1, 2, 3].map(|i| u64::from_le_bytes(words[i]))
}

/// 32 bytes, big-endian, of an integer below 2^256.
pub fn to_bytes(number: &BigUint) -> [u8; 32] {
    let digits = number.to_bytes_be();
    let mut bytes = [0; 32];
    bytes[32 - digits.len()..].copy_from_slice(&digits);
    bytes
}

/// -a mod m, for a < m.
pub fn negate(a: &BigUint, m: &BigUint) -> BigUint {
    (m - a) % m
}

/// a - b mod m, for a and b below m.
pub fn subtract(a: &BigUint, b: &BigUint, m: &BigUint) -> BigUint {
    (a + m - b) % m
}

/// 1 / a mod m, and 0 for 0.
pub fn invert(a: &BigUint, m: &BigUint) -> BigUint {
    a.modinv(m).unwrap_or_default()
}
