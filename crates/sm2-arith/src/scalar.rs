//! Integers mod n, the order of the group.

use std::fmt;

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, CtOption};
use zeroize::DefaultIsZeroes;

use crate::invert::Modulus;
use crate::limbs::{self, Limbs, add_carry, product};

/// An integer below n.
///
/// All operations take the same time for all values.
///
/// # Examples
///
/// ```
/// use sm2_arith::Scalar;
///
/// let two = Scalar::ONE.add(&Scalar::ONE);
/// assert_eq!(two.multiply(&two.invert()), Scalar::ONE);
/// ```
#[derive(Clone, Copy, Default)]
pub struct Scalar(Limbs);

impl Scalar {
    /// 0.
    pub const ZERO: Self = Self([0; 4]);
    /// 1.
    pub const ONE: Self = Self([1, 0, 0, 0]);
    /// n, in 64-bit limbs, least significant first.
    pub const MODULUS: [u64; 4] = [
        0x53BB_F409_39D5_4123,
        0x7203_DF6B_21C6_052B,
        0xFFFF_FFFF_FFFF_FFFF,
        0xFFFF_FFFE_FFFF_FFFF,
    ];

    /// The scalar of these 32 bytes, big-endian; none unless it is below n.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> CtOption<Self> {
        let value = limbs::from_be_bytes(bytes);
        let below = limbs::sub(&value, &Self::MODULUS).1;
        CtOption::new(Self::from_limbs(&value), Choice::from(u8::from(below)))
    }

    /// The scalar of these 32 bytes, big-endian, mod n.
    #[must_use]
    pub const fn from_bytes_reduced(bytes: &[u8; 32]) -> Self {
        Self::from_limbs(&limbs::from_be_bytes(bytes))
    }

    /// Big-endian.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 32] {
        limbs::to_be_bytes(&self.0)
    }

    /// The scalar of an integer below 2^256, mod n; limbs least significant first.
    #[must_use]
    pub const fn from_limbs(value: &[u64; 4]) -> Self {
        // 2^256 < 2n
        Self(limbs::subtract_once(value, false, &Self::MODULUS))
    }

    /// Limbs, least significant first.
    #[must_use]
    pub const fn to_limbs(self) -> [u64; 4] {
        self.0
    }

    /// a + b mod n.
    #[inline]
    #[must_use]
    pub const fn add(&self, other: &Self) -> Self {
        Self(limbs::add_mod(&self.0, &other.0, &Self::MODULUS))
    }

    /// a - b mod n.
    #[inline]
    #[must_use]
    pub const fn subtract(&self, other: &Self) -> Self {
        Self(limbs::sub_mod(&self.0, &other.0, &Self::MODULUS))
    }

    /// -a mod n.
    #[inline]
    #[must_use]
    pub const fn negate(&self) -> Self {
        Self::ZERO.subtract(self)
    }

    /// a * b mod n.
    #[must_use]
    pub const fn multiply(&self, other: &Self) -> Self {
        ScalarFactor::new(self).multiply(other)
    }

    /// 1 / a mod n, and 0 for 0.
    #[must_use]
    pub fn invert(&self) -> Self {
        Self(INVERSION.invert(&self.0))
    }

    /// Whether this is 0.
    #[must_use]
    pub fn is_zero(&self) -> Choice {
        self.ct_eq(&Self::ZERO)
    }

    /// [`is_zero`](Self::is_zero) for values that are public.
    pub(crate) const fn is_zero_vartime(&self) -> bool {
        self.0[0] | self.0[1] | self.0[2] | self.0[3] == 0
    }
}

impl ConditionallySelectable for Scalar {
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        let mask = u64::from(choice.unwrap_u8()).wrapping_neg();
        Self(limbs::select(mask, &b.0, &a.0))
    }
}

impl ConstantTimeEq for Scalar {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for Scalar {}

impl DefaultIsZeroes for Scalar {}

/// Says nothing: a scalar may be a private key.
impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scalar").finish_non_exhaustive()
    }
}

/// A scalar that many others are multiplied by, kept as x * 2^256 mod n (Montgomery form).
///
/// A product with it costs one reduction instead of two.
///
/// # Examples
///
/// ```
/// use sm2_arith::{Scalar, ScalarFactor};
///
/// let two = Scalar::ONE.add(&Scalar::ONE);
/// assert_eq!(ScalarFactor::new(&two).multiply(&two), two.add(&two));
/// ```
#[derive(Clone, Copy, Default)]
pub struct ScalarFactor(Limbs);

impl ScalarFactor {
    /// Prepares a factor.
    #[must_use]
    pub const fn new(factor: &Scalar) -> Self {
        Self(reduce(limbs::multiply(&factor.0, &SQUARE_OF_RADIX)))
    }

    /// factor * other mod n.
    #[must_use]
    pub const fn multiply(&self, other: &Scalar) -> Scalar {
        Scalar(reduce(limbs::multiply(&self.0, &other.0)))
    }
}

impl ConditionallySelectable for ScalarFactor {
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        let mask = u64::from(choice.unwrap_u8()).wrapping_neg();
        Self(limbs::select(mask, &b.0, &a.0))
    }
}

impl DefaultIsZeroes for ScalarFactor {}

/// Says nothing: a factor may be made of a private key.
impl fmt::Debug for ScalarFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScalarFactor").finish_non_exhaustive()
    }
}

/// t / 2^256 mod n, for t < 2^256 * n.
///
/// Four times the multiple m n is added that clears the lowest limb. The sum stays below
/// 2^256 n + 2^256 n, so that the quotient is below 2n and one subtraction is enough.
#[inline(always)]
const fn reduce(mut t: [u64; 8]) -> Limbs {
    let mut top = false;
    let mut i = 0;
    while i < 4 {
        let m = t[i].wrapping_mul(NEGATED_INVERSE);
        let mut carry = 0;
        let mut j = 0;
        while j < 4 {
            let (low, high) = product(m, Scalar::MODULUS[j]);
            let (low, c0) = add_carry(low, carry, false);
            let (low, c1) = add_carry(t[i + j], low, false);
            t[i + j] = low;
            // m n[j] + t + carry < 2^128
            carry = high + c0 as u64 + c1 as u64;
            j += 1;
        }
        (t[i + 4], top) = add_carry(t[i + 4], carry, top);
        i += 1;
    }
    limbs::subtract_once(&[t[4], t[5], t[6], t[7]], top, &Scalar::MODULUS)
}

/// -1 / n mod 2^64.
const NEGATED_INVERSE: u64 = {
    // Newton: each round doubles the number of right bits.
    let mut inverse = Scalar::MODULUS[0];
    let mut round = 0;
    while round < 5 {
        let error = 2_u64.wrapping_sub(Scalar::MODULUS[0].wrapping_mul(inverse));
        inverse = inverse.wrapping_mul(error);
        round += 1;
    }
    inverse.wrapping_neg()
};

/// 2^512 mod n.
const SQUARE_OF_RADIX: Limbs = limbs::power_of_two(512, &Scalar::MODULUS);

const INVERSION: Modulus = Modulus::new(&Scalar::MODULUS);
