use std::fmt;

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroize;

use crate::FieldElement;

/// A point of the curve other than infinity, as (x, y).
///
/// # Examples
///
/// ```
/// use sm2_arith::AffinePoint;
///
/// let bytes = AffinePoint::GENERATOR.to_bytes();
/// assert_eq!(AffinePoint::from_bytes(&bytes), Ok(AffinePoint::GENERATOR));
///
/// let mut wrong = bytes;
/// wrong[63] ^= 1;
/// assert!(AffinePoint::from_bytes(&wrong).is_err());
/// ```
#[derive(Clone, Copy)]
pub struct AffinePoint {
    x: FieldElement,
    y: FieldElement,
}

impl AffinePoint {
    /// G (GB/T 32918.5, 3).
    pub const GENERATOR: Self = Self {
        x: FieldElement::from_limbs(&[
            0x715A_4589_334C_74C7,
            0x8FE3_0BBF_F266_0BE1,
            0x5F99_0446_6A39_C994,
            0x32C4_AE2C_1F19_8119,
        ]),
        y: FieldElement::from_limbs(&[
            0x02DF_32E5_2139_F0A0,
            0xD0A9_877C_C62A_4740,
            0x59BD_CEE3_6B69_2153,
            0xBC37_36A2_F4F6_779C,
        ]),
    };

    /// Reads x ‖ y, big-endian. Takes variable time: a point is public when it is read.
    ///
    /// # Errors
    ///
    /// [`InvalidPoint::Coordinate`] unless both are below p, [`InvalidPoint::OffCurve`] unless they
    /// are a point (GB/T 32918.1, 6.2.1). The group has prime order: every point but infinity is
    /// a valid public key.
    pub fn from_bytes(bytes: &[u8; 64]) -> Result<Self, InvalidPoint> {
        let (x, y) = halves(bytes);
        let x = FieldElement::from_bytes(&x).into_option();
        let y = FieldElement::from_bytes(&y).into_option();
        let (Some(x), Some(y)) = (x, y) else {
            return Err(InvalidPoint::Coordinate);
        };
        Self::from_coordinates(&x, &y)
    }

    /// The point (x, y). Takes variable time.
    ///
    /// # Errors
    ///
    /// [`InvalidPoint::OffCurve`] unless it is one.
    pub fn from_coordinates(x: &FieldElement, y: &FieldElement) -> Result<Self, InvalidPoint> {
        // x^3 + ax + b = x (x^2 - 3) + b
        let x_squared = x.square();
        let right = x_squared.subtract(&THREE).multiply(x).add(&B);
        if y.square().subtract(&right).is_zero_vartime() {
            Ok(Self { x: *x, y: *y })
        } else {
            Err(InvalidPoint::OffCurve)
        }
    }

    /// x ‖ y, big-endian.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&self.x.to_bytes());
        bytes[32..].copy_from_slice(&self.y.to_bytes());
        bytes
    }

    /// x.
    #[inline]
    #[must_use]
    pub const fn x(&self) -> &FieldElement {
        &self.x
    }

    /// y.
    #[inline]
    #[must_use]
    pub const fn y(&self) -> &FieldElement {
        &self.y
    }

    /// -P = (x, -y).
    #[inline(always)]
    #[must_use]
    pub const fn negate(&self) -> Self {
        Self {
            x: self.x,
            y: self.y.negate(),
        }
    }

    /// A point that is one by how it came about.
    pub(crate) const fn from_coordinates_unchecked(x: FieldElement, y: FieldElement) -> Self {
        Self { x, y }
    }

    /// x2 - x1, whose inverse [`add_by`](Self::add_by) wants.
    #[inline(always)]
    pub(crate) const fn add_denominator(&self, other: &Self) -> FieldElement {
        other.x.subtract(&self.x)
    }

    /// P + Q with `inverse` = 1 / (x2 - x1), for Q neither P nor -P.
    #[inline(always)]
    pub(crate) const fn add_by(&self, other: &Self, inverse: &FieldElement) -> Self {
        let slope = other.y.subtract(&self.y).multiply(inverse);
        self.third_on_line(&other.x, &slope)
    }

    /// 2y, whose inverse [`double_by`](Self::double_by) wants; no point has y = 0.
    #[inline(always)]
    pub(crate) const fn double_denominator(&self) -> FieldElement {
        self.y.double()
    }

    /// 2P with `inverse` = 1 / 2y.
    #[inline(always)]
    pub(crate) const fn double_by(&self, inverse: &FieldElement) -> Self {
        let slope = self.double_numerator().multiply(inverse);
        self.third_on_line(&self.x, &slope)
    }

    /// 3 (x^2 - 1): what the slope of the tangent is over 2y, as a = -3.
    #[inline(always)]
    pub(crate) const fn double_numerator(&self) -> FieldElement {
        let m = self.x.square().subtract(&FieldElement::ONE);
        m.double().add(&m)
    }

    /// x2 - x1, or 2y if that is 0: whose inverse [`add_or_double`](Self::add_or_double) wants.
    #[inline(always)]
    pub(crate) fn add_or_double_denominator(&self, other: &Self) -> FieldElement {
        let difference = self.add_denominator(other);
        let double = self.double_denominator();
        FieldElement::conditional_select(&difference, &double, difference.is_zero())
    }

    /// x of P + Q, for Q other than -P. Takes the same time for all points.
    #[inline(always)]
    pub(crate) fn add_or_double(&self, other: &Self, inverse: &FieldElement) -> FieldElement {
        let numerator = other.y.subtract(&self.y);
        let double = self.double_numerator();
        let equal = self.add_denominator(other).is_zero();
        let slope = FieldElement::conditional_select(&numerator, &double, equal).multiply(inverse);
        slope.square().subtract(&self.x).subtract(&other.x)
    }

    /// The negative of the third point on the line with this slope through P and a point with `x2`.
    #[inline(always)]
    const fn third_on_line(&self, x2: &FieldElement, slope: &FieldElement) -> Self {
        let x = slope.square().subtract(&self.x).subtract(x2);
        Self {
            x,
            y: slope.multiply(&self.x.subtract(&x)).subtract(&self.y),
        }
    }

    /// The entry of `table` that stands at `index`, counted from 1; every entry is read.
    ///
    /// For 0 and past the end, (0, 0), which is no point.
    #[inline(always)]
    pub(crate) fn look_up<'a>(table: impl Iterator<Item = &'a Self>, index: u64) -> Self {
        let mut found = Self {
            x: FieldElement::ZERO,
            y: FieldElement::ZERO,
        };
        for (entry, position) in table.zip(1_u64..) {
            // The uppermost bit of d - 1 is set for d = 0 only: both numbers are small.
            let mask = ((index ^ position).wrapping_sub(1) >> 63).wrapping_neg();
            found.x.accumulate(mask, &entry.x);
            found.y.accumulate(mask, &entry.y);
        }
        found
    }

    /// -P under a mask of ones, P under zero.
    #[inline(always)]
    pub(crate) const fn negate_if(&self, mask: u64) -> Self {
        Self {
            x: self.x,
            y: FieldElement::select(mask, &self.y.negate(), &self.y),
        }
    }
}

impl ConditionallySelectable for AffinePoint {
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self {
            x: FieldElement::conditional_select(&a.x, &b.x, choice),
            y: FieldElement::conditional_select(&a.y, &b.y, choice),
        }
    }
}

impl ConstantTimeEq for AffinePoint {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.x.ct_eq(&other.x) & self.y.ct_eq(&other.y)
    }
}

impl PartialEq for AffinePoint {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for AffinePoint {}

/// Wiping leaves (0, 0), which is no point.
impl Zeroize for AffinePoint {
    fn zeroize(&mut self) {
        self.x.zeroize();
        self.y.zeroize();
    }
}

impl fmt::Debug for AffinePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AffinePoint").finish_non_exhaustive()
    }
}

/// Why bytes are not a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidPoint {
    /// A coordinate is p or more.
    Coordinate,
    /// y^2 is not x^3 + ax + b.
    OffCurve,
}

impl fmt::Display for InvalidPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Coordinate => {
                "a coordinate of the point is not below p: check the byte order (big-endian)"
            }
            Self::OffCurve => {
                "the point is not on the SM2 curve: check that it is x and y of an SM2 key, \
                 and their order"
            }
        })
    }
}

impl std::error::Error for InvalidPoint {}

/// x and y.
pub(crate) fn halves(bytes: &[u8; 64]) -> ([u8; 32], [u8; 32]) {
    let (mut first, mut second) = ([0; 32], [0; 32]);
    first.copy_from_slice(&bytes[..32]);
    second.copy_from_slice(&bytes[32..]);
    (first, second)
}

const THREE: FieldElement = FieldElement::from_limbs(&[3, 0, 0, 0]);

/// b (GB/T 32918.5, 3).
const B: FieldElement = FieldElement::from_limbs(&[
    0xDDBC_BD41_4D94_0E93,
    0xF397_89F5_15AB_8F92,
    0x4D5A_9E4B_CF65_09A7,
    0x28E9_FA9E_9D9F_5E34,
]);
