//! The field of the curve: integers mod p = 2^256 - 2^224 - 2^96 + 2^64 - 1.

use std::fmt;

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, CtOption};
use zeroize::{DefaultIsZeroes, Zeroizing};

use crate::invert::Modulus;
use crate::limbs::{self, Limbs, add_carry, sub_borrow};

/// An element of the field, reduced: every value below p has one form.
///
/// Kept as x * 2^256 mod p (Montgomery form). p = -1 mod 2^64 makes the reduction a matter of
/// four short products. All operations take the same time for all values.
///
/// # Examples
///
/// ```
/// use sm2_arith::FieldElement;
///
/// let two = FieldElement::ONE.add(&FieldElement::ONE);
/// assert_eq!(two.multiply(&two.invert()), FieldElement::ONE);
/// ```
#[derive(Clone, Copy, Default)]
pub struct FieldElement(Limbs);

impl FieldElement {
    /// 0.
    pub const ZERO: Self = Self([0; 4]);
    /// 1.
    pub const ONE: Self = Self(limbs::power_of_two(256, &Self::MODULUS));
    /// p, in 64-bit limbs, least significant first.
    pub const MODULUS: [u64; 4] = [
        0xFFFF_FFFF_FFFF_FFFF,
        0xFFFF_FFFF_0000_0000,
        0xFFFF_FFFF_FFFF_FFFF,
        0xFFFF_FFFE_FFFF_FFFF,
    ];

    /// The element with this integer, big-endian; none unless it is below p.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> CtOption<Self> {
        let value = limbs::from_be_bytes(bytes);
        let below = limbs::sub(&value, &Self::MODULUS).1;
        CtOption::new(Self::from_limbs(&value), Choice::from(u8::from(below)))
    }

    /// The integer below p, big-endian.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 32] {
        limbs::to_be_bytes(&self.to_limbs())
    }

    /// The element of an integer below 2^256, reduced mod p; limbs least significant first.
    #[must_use]
    pub const fn from_limbs(value: &[u64; 4]) -> Self {
        // The product is below 2^256 * p, as `reduce` asks.
        Self(reduce(limbs::multiply(value, &SQUARE_OF_RADIX)))
    }

    /// The integer below p; limbs least significant first.
    #[must_use]
    pub const fn to_limbs(self) -> [u64; 4] {
        let [a, b, c, d] = self.0;
        reduce([a, b, c, d, 0, 0, 0, 0])
    }

    /// a + b.
    #[inline(always)]
    #[must_use]
    pub const fn add(&self, other: &Self) -> Self {
        Self(limbs::add_mod(&self.0, &other.0, &Self::MODULUS))
    }

    /// a - b.
    #[inline(always)]
    #[must_use]
    pub const fn subtract(&self, other: &Self) -> Self {
        Self(limbs::sub_mod(&self.0, &other.0, &Self::MODULUS))
    }

    /// -a.
    #[inline(always)]
    #[must_use]
    pub const fn negate(&self) -> Self {
        Self::ZERO.subtract(self)
    }

    /// 2a.
    #[inline(always)]
    #[must_use]
    pub const fn double(&self) -> Self {
        self.add(self)
    }

    /// a / 2.
    #[inline(always)]
    #[must_use]
    pub const fn halve(&self) -> Self {
        let odd = limbs::mask(self.0[0] & 1 == 1);
        let p = Self::MODULUS;
        let (sum, carry) = limbs::add(&self.0, &[p[0] & odd, p[1] & odd, p[2] & odd, p[3] & odd]);
        Self([
            (sum[0] >> 1) | (sum[1] << 63),
            (sum[1] >> 1) | (sum[2] << 63),
            (sum[2] >> 1) | (sum[3] << 63),
            (sum[3] >> 1) | ((carry as u64) << 63),
        ])
    }

    /// a * b.
    #[inline(always)]
    #[must_use]
    pub const fn multiply(&self, other: &Self) -> Self {
        Self(reduce(limbs::multiply(&self.0, &other.0)))
    }

    /// a * a.
    #[inline(always)]
    #[must_use]
    pub const fn square(&self) -> Self {
        Self(reduce(limbs::square(&self.0)))
    }

    /// 1 / a, and 0 for 0.
    #[must_use]
    pub fn invert(&self) -> Self {
        // (x 2^256)^-1 * 2^768 / 2^256 = x^-1 * 2^256
        let inverse = Self(INVERSION.invert(&self.0));
        inverse.multiply(&CUBE_OF_RADIX)
    }

    /// Replaces each element by its inverse, at the price of one inversion and three
    /// multiplications each; 0 stays 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use sm2_arith::FieldElement;
    ///
    /// let two = FieldElement::ONE.double();
    /// let mut elements = [two, FieldElement::ZERO, FieldElement::ONE];
    /// FieldElement::batch_invert(&mut elements);
    /// assert_eq!(elements, [two.invert(), FieldElement::ZERO, FieldElement::ONE]);
    /// ```
    pub fn batch_invert(elements: &mut [Self]) {
        let mut product = Self::ONE;
        let mut products = Zeroizing::new(Vec::with_capacity(elements.len()));
        for element in &mut *elements {
            products.push(product);
            let factor = Self::conditional_select(element, &Self::ONE, element.is_zero());
            product = product.multiply(&factor);
        }
        let mut inverse = product.invert();
        for (element, product) in elements.iter_mut().zip(products.iter()).rev() {
            let zero = element.is_zero();
            let factor = Self::conditional_select(element, &Self::ONE, zero);
            *element = Self::conditional_select(&inverse.multiply(product), &Self::ZERO, zero);
            inverse = inverse.multiply(&factor);
        }
    }

    /// Replaces each element by `factor` times its inverse, with one inversion; none may be 0.
    pub(crate) fn invert_each<const N: usize>(elements: &mut [Self; N], factor: &Self) {
        let mut product = Self::ONE;
        let mut products = [Self::ONE; N];
        for (element, before) in elements.iter().zip(&mut products) {
            *before = product;
            product = product.multiply(element);
        }
        let mut inverse = product.invert().multiply(factor);
        for (element, before) in elements.iter_mut().zip(&products).rev() {
            let next = inverse.multiply(element);
            *element = inverse.multiply(before);
            inverse = next;
        }
    }

    /// The element whose x * 2^256 mod p is `limbs`, which is below p.
    #[inline(always)]
    pub(crate) const fn from_montgomery(limbs: Limbs) -> Self {
        Self(limbs)
    }

    /// x * 2^256 mod p.
    #[inline(always)]
    pub(crate) const fn to_montgomery(self) -> Limbs {
        self.0
    }

    /// Whether this is 0.
    #[inline(always)]
    #[must_use]
    pub fn is_zero(&self) -> Choice {
        self.ct_eq(&Self::ZERO)
    }

    /// `a` under a mask of ones, `b` under zero.
    #[inline(always)]
    pub(crate) const fn select(mask: u64, a: &Self, b: &Self) -> Self {
        Self(limbs::select(mask, &a.0, &b.0))
    }

    /// Adds `other` under a mask: what remains after all of a table is the one with a mask of ones.
    #[inline(always)]
    pub(crate) const fn accumulate(&mut self, mask: u64, other: &Self) {
        self.0[0] |= other.0[0] & mask;
        self.0[1] |= other.0[1] & mask;
        self.0[2] |= other.0[2] & mask;
        self.0[3] |= other.0[3] & mask;
    }

    /// The lowest limb of the form that it is kept in.
    #[inline(always)]
    pub(crate) const fn lowest_limb(&self) -> u64 {
        self.0[0]
    }

    /// [`is_zero`](Self::is_zero) for values that are public.
    #[inline(always)]
    pub(crate) const fn is_zero_vartime(&self) -> bool {
        self.0[0] | self.0[1] | self.0[2] | self.0[3] == 0
    }
}

impl ConditionallySelectable for FieldElement {
    #[inline(always)]
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self::select(u64::from(choice.unwrap_u8()).wrapping_neg(), b, a)
    }
}

impl ConstantTimeEq for FieldElement {
    #[inline(always)]
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl PartialEq for FieldElement {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for FieldElement {}

impl DefaultIsZeroes for FieldElement {}

/// Says nothing: coordinates of \[k\]G are secrets until the signature is made.
impl fmt::Debug for FieldElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldElement").finish_non_exhaustive()
    }
}

/// t / 2^256 mod p, for t < 2^256 * p.
///
/// Four times the multiple of p is added that clears the lowest limb m. Because p = -1 mod 2^64,
/// that multiple is m itself: (t + m p) / 2^64 adds
/// m (p + 1) / 2^64 = m (2^32 - 1) (2^160 - 1) to what is left of t. The low four limbs stay
/// below 2^256: (2^256 - 1 + (2^64 - 1) p) / 2^64 < 2^256. In the end they are at most p, as
/// (2^256 - 1 + (2^256 - 1) p) / 2^256 < p + 1, and the upper four, below p, are added.
#[inline(always)]
const fn reduce(t: [u64; 8]) -> Limbs {
    let low = clear_limb([t[0], t[1], t[2], t[3]]);
    let low = clear_limb(low);
    let low = clear_limb(low);
    let low = clear_limb(low);
    limbs::add_mod(&low, &[t[4], t[5], t[6], t[7]], &FieldElement::MODULUS)
}

/// (t + t\[0\] p) / 2^64.
#[inline(always)]
const fn clear_limb(t: Limbs) -> Limbs {
    let m = t[0];
    // m (2^32 - 1), which has 96 bits: added 160 bits up, subtracted as it is.
    let (e0, e1) = limbs::product(m, 0xFFFF_FFFF);
    let (s2, carry) = add_carry(t[3], e0 << 32, false);
    let s3 = ((e1 << 32) | (e0 >> 32)) + carry as u64;
    let (s0, borrow) = sub_borrow(t[1], e0, false);
    let (s1, borrow) = sub_borrow(t[2], e1, borrow);
    let (s2, borrow) = sub_borrow(s2, 0, borrow);
    let (s3, _) = sub_borrow(s3, 0, borrow);
    [s0, s1, s2, s3]
}

/// 2^512 mod p.
const SQUARE_OF_RADIX: Limbs = limbs::power_of_two(512, &FieldElement::MODULUS);

/// 2^768 mod p.
const CUBE_OF_RADIX: FieldElement = FieldElement(limbs::power_of_two(768, &FieldElement::MODULUS));

const INVERSION: Modulus = Modulus::new(&FieldElement::MODULUS);
