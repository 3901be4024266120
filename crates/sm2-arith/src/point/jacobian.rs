use std::fmt;

use subtle::{Choice, ConditionallySelectable};
use zeroize::DefaultIsZeroes;

use super::AffinePoint;
use crate::FieldElement;

/// A point of the curve as (X, Y, Z): x = X / Z^2, y = Y / Z^3; infinity has Z = 0.
///
/// # Examples
///
/// ```
/// use sm2_arith::{AffinePoint, JacobianPoint};
///
/// let two = JacobianPoint::from(AffinePoint::GENERATOR).double();
/// let three = two.add_vartime(&AffinePoint::GENERATOR.into());
/// assert_eq!(two.add_affine_vartime(&AffinePoint::GENERATOR).to_affine(), three.to_affine());
/// ```
#[derive(Clone, Copy)]
pub struct JacobianPoint {
    pub(crate) x: FieldElement,
    pub(crate) y: FieldElement,
    pub(crate) z: FieldElement,
}

impl JacobianPoint {
    /// The neutral element of the group.
    pub const INFINITY: Self = Self {
        x: FieldElement::ONE,
        y: FieldElement::ONE,
        z: FieldElement::ZERO,
    };

    /// P + P, for every P. Takes the same time for all values.
    #[inline]
    #[must_use]
    pub const fn double(&self) -> Self {
        // With a = -3 the slope is 3 (x^2 - 1) / 2y. L = 3 (X - Z^2) (X + Z^2) / 2, Z3 = Y Z:
        // half the numerator over half the denominator, which saves doublings.
        // Infinity stays infinity, and no point has y = 0: the order of the group is odd.
        let z_squared = self.z.square();
        let y_squared = self.y.square();
        let m = self
            .x
            .subtract(&z_squared)
            .multiply(&self.x.add(&z_squared));
        let slope = m.double().add(&m).halve();
        let s = self.x.multiply(&y_squared);
        let x = slope.square().subtract(&s.double());
        let y = slope
            .multiply(&s.subtract(&x))
            .subtract(&y_squared.square());
        Self {
            x,
            y,
            z: self.y.multiply(&self.z),
        }
    }

    /// P + Q, unless P is infinity, Q or -Q. Takes the same time for all values.
    ///
    /// For P = infinity and for P = Q the result is wrong, with Z = 0; for P = -Q it is right.
    #[inline]
    #[must_use]
    pub const fn add_affine_incomplete(&self, other: &AffinePoint) -> Self {
        let z_squared = self.z.square();
        // x2 - x1 and y2 - y1, times Z^2 and Z^3
        let h = other.x().multiply(&z_squared).subtract(&self.x);
        let r = other
            .y()
            .multiply(&z_squared.multiply(&self.z))
            .subtract(&self.y);
        self.add_differences(&h, &r, &self.x, &self.y, self.z.multiply(&h))
    }

    /// P + Q, for every P and Q. Takes variable time.
    #[inline]
    #[must_use]
    pub fn add_affine_vartime(&self, other: &AffinePoint) -> Self {
        if self.z.is_zero_vartime() {
            return (*other).into();
        }
        let sum = self.add_affine_incomplete(other);
        if sum.z.is_zero_vartime() {
            self.add_same_x(&(*other).into())
        } else {
            sum
        }
    }

    /// P + Q, for every P and Q. Takes variable time.
    #[must_use]
    pub fn add_vartime(&self, other: &Self) -> Self {
        self.add_prepared_vartime(&PreparedPoint::new(other))
    }

    /// -P = (X, -Y, Z).
    #[inline(always)]
    #[must_use]
    pub const fn negate(&self) -> Self {
        Self {
            x: self.x,
            y: self.y.negate(),
            z: self.z,
        }
    }

    /// Whether this is infinity.
    #[must_use]
    pub fn is_infinity(&self) -> Choice {
        self.z.is_zero()
    }

    /// The affine form, none of infinity. Takes the same time for all points but infinity.
    #[must_use]
    pub fn to_affine(self) -> Option<AffinePoint> {
        (!self.z.is_zero_vartime()).then(|| self.scale(&self.z.invert()))
    }

    /// The affine forms of many points, none of infinity, with one inversion. Takes variable time.
    ///
    /// # Examples
    ///
    /// ```
    /// use sm2_arith::{AffinePoint, JacobianPoint};
    ///
    /// let points = [AffinePoint::GENERATOR.into(), JacobianPoint::INFINITY];
    /// let affine = JacobianPoint::batch_to_affine(&points);
    /// assert_eq!(affine, [Some(AffinePoint::GENERATOR), None]);
    /// ```
    #[must_use]
    pub fn batch_to_affine(points: &[Self]) -> Vec<Option<AffinePoint>> {
        let mut inverses: Vec<_> = points.iter().map(|point| point.z).collect();
        FieldElement::batch_invert(&mut inverses);
        let both = points.iter().zip(&inverses);
        both.map(|(point, inverse)| (!inverse.is_zero_vartime()).then(|| point.scale(inverse)))
            .collect()
    }

    /// P + Q, for every P and Q. Takes variable time.
    #[inline]
    pub(crate) fn add_prepared_vartime(&self, other: &PreparedPoint) -> Self {
        if self.z.is_zero_vartime() {
            return other.point;
        }
        if other.point.z.is_zero_vartime() {
            return *self;
        }
        let z_squared = self.z.square();
        let x1 = self.x.multiply(&other.z_squared);
        let y1 = self.y.multiply(&other.z_cubed);
        let h = other.point.x.multiply(&z_squared).subtract(&x1);
        let r = other
            .point
            .y
            .multiply(&z_squared.multiply(&self.z))
            .subtract(&y1);
        if h.is_zero_vartime() {
            return self.add_same_x(&other.point);
        }
        let z = self.z.multiply(&other.point.z).multiply(&h);
        self.add_differences(&h, &r, &x1, &y1, z)
    }

    /// X / Z^2 with `inverse` = 1 / Z.
    pub(crate) const fn scale_x(&self, inverse: &FieldElement) -> FieldElement {
        self.x.multiply(&inverse.square())
    }

    /// `a` under a mask of ones, `b` under zero.
    #[inline(always)]
    pub(crate) const fn select(mask: u64, a: &Self, b: &Self) -> Self {
        Self {
            x: FieldElement::select(mask, &a.x, &b.x),
            y: FieldElement::select(mask, &a.y, &b.y),
            z: FieldElement::select(mask, &a.z, &b.z),
        }
    }

    /// P + Q from X and Y of P and the differences of Q's, all on one denominator.
    #[inline(always)]
    const fn add_differences(
        &self,
        h: &FieldElement,
        r: &FieldElement,
        x1: &FieldElement,
        y1: &FieldElement,
        z: FieldElement,
    ) -> Self {
        let h_squared = h.square();
        let h_cubed = h.multiply(&h_squared);
        let v = x1.multiply(&h_squared);
        let x = r.square().subtract(&h_cubed).subtract(&v.double());
        let y = r.multiply(&v.subtract(&x)).subtract(&y1.multiply(&h_cubed));
        Self { x, y, z }
    }

    /// P + Q if they have one x: 2P or infinity.
    #[cold]
    fn add_same_x(&self, other: &Self) -> Self {
        let left = self.y.multiply(&other.z.square().multiply(&other.z));
        let right = other.y.multiply(&self.z.square().multiply(&self.z));
        if left == right {
            self.double()
        } else {
            Self::INFINITY
        }
    }

    pub(crate) const fn scale(&self, inverse: &FieldElement) -> AffinePoint {
        let squared = inverse.square();
        let y = self.y.multiply(&squared.multiply(inverse));
        AffinePoint::from_coordinates_unchecked(self.x.multiply(&squared), y)
    }
}

impl From<AffinePoint> for JacobianPoint {
    fn from(point: AffinePoint) -> Self {
        Self {
            x: *point.x(),
            y: *point.y(),
            z: FieldElement::ONE,
        }
    }
}

impl ConditionallySelectable for JacobianPoint {
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self::select(u64::from(choice.unwrap_u8()).wrapping_neg(), b, a)
    }
}

/// Infinity.
impl Default for JacobianPoint {
    fn default() -> Self {
        Self::INFINITY
    }
}

/// Wiping leaves infinity.
impl DefaultIsZeroes for JacobianPoint {}

impl fmt::Debug for JacobianPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JacobianPoint").finish_non_exhaustive()
    }
}

/// A point that is added often, with Z^2 and Z^3.
#[derive(Clone, Copy)]
pub(crate) struct PreparedPoint {
    point: JacobianPoint,
    z_squared: FieldElement,
    z_cubed: FieldElement,
}

impl PreparedPoint {
    pub(crate) const fn new(point: &JacobianPoint) -> Self {
        let z_squared = point.z.square();
        Self {
            point: *point,
            z_squared,
            z_cubed: z_squared.multiply(&point.z),
        }
    }

    #[inline(always)]
    pub(crate) const fn negate(&self) -> Self {
        Self {
            point: self.point.negate(),
            ..*self
        }
    }
}
