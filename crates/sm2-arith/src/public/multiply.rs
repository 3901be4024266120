use std::sync::OnceLock;

use super::naf::{self, DIGITS, digits};
use crate::point::PreparedPoint;
use crate::{AffinePoint, JacobianPoint, Scalar};

/// \[s\]G + \[t\]P, for every s, t and P, in variable time.
///
/// The first call computes a table of multiples of G.
///
/// # Examples
///
/// ```
/// use sm2_arith::{AffinePoint, Scalar, public};
///
/// let g = AffinePoint::GENERATOR;
/// let three = Scalar::from_limbs(&[3, 0, 0, 0]);
/// let infinity = public::multiply_add(&three, &three.negate(), &g);
/// assert_eq!(infinity.to_affine(), None);
/// ```
#[must_use]
pub fn multiply_add(s: &Scalar, t: &Scalar, point: &AffinePoint) -> JacobianPoint {
    let multiples = prepared_multiples(point);
    multiply_add_with::<POINT_WIDTH>(s, t, |sum, digit| {
        let multiple = &multiples[naf::place(digit)];
        if digit < 0 {
            sum.add_prepared_vartime(&multiple.negate())
        } else {
            sum.add_prepared_vartime(multiple)
        }
    })
}

/// As [`multiply_add`], with the odd multiples of P below 2^(`WIDTH` - 1) at hand: `multiple` gives those at
/// 0, 1, 2, ... of P, 3P, 5P, ...
pub(crate) fn multiply_add_multiples<'a, const WIDTH: usize>(
    s: &Scalar,
    t: &Scalar,
    multiple: impl Fn(usize) -> &'a AffinePoint,
) -> JacobianPoint {
    multiply_add_with::<WIDTH>(s, t, |sum, digit| {
        add_multiple(sum, digit, multiple(naf::place(digit)))
    })
}

/// \[s\]G + \[t\]P, where `add` adds the multiple of P that a digit of t stands for.
#[inline(always)]
fn multiply_add_with<const WIDTH: usize>(
    s: &Scalar,
    t: &Scalar,
    add: impl Fn(&JacobianPoint, i16) -> JacobianPoint,
) -> JacobianPoint {
    let generator_table = generator_table();
    let generator_digits = digits::<GENERATOR_WIDTH>(s);
    let point_digits = digits::<WIDTH>(t);

    let mut sum = JacobianPoint::INFINITY;
    let used = (0..DIGITS)
        .rev()
        .skip_while(|i| generator_digits[*i] == 0 && point_digits[*i] == 0);
    for i in used {
        sum = sum.double();
        let digit = point_digits[i];
        if digit != 0 {
            sum = add(&sum, digit);
        }
        let digit = generator_digits[i];
        if digit != 0 {
            sum = add_multiple(&sum, digit, &generator_table[naf::place(digit)]);
        }
    }
    sum
}

/// Adds a multiple with the sign of its digit.
#[inline(always)]
fn add_multiple(sum: &JacobianPoint, digit: i16, multiple: &AffinePoint) -> JacobianPoint {
    if digit < 0 {
        sum.add_affine_vartime(&multiple.negate())
    } else {
        sum.add_affine_vartime(multiple)
    }
}

/// P, 3P, 5P, ...
fn prepared_multiples(point: &AffinePoint) -> [PreparedPoint; POINT_MULTIPLES] {
    let point = JacobianPoint::from(*point);
    let twice = PreparedPoint::new(&point.double());
    let mut multiple = point;
    let mut table = [PreparedPoint::new(&point); POINT_MULTIPLES];
    for entry in &mut table[1..] {
        multiple = multiple.add_prepared_vartime(&twice);
        *entry = PreparedPoint::new(&multiple);
    }
    table
}

/// G, 3G, 5G, ...
fn generator_table() -> &'static [AffinePoint] {
    static TABLE: OnceLock<Vec<AffinePoint>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut multiple = JacobianPoint::from(AffinePoint::GENERATOR);
        let twice = PreparedPoint::new(&multiple.double());
        let mut multiples = Vec::with_capacity(GENERATOR_MULTIPLES);
        for _ in 0..GENERATOR_MULTIPLES {
            multiples.push(multiple);
            multiple = multiple.add_prepared_vartime(&twice);
        }
        // None is infinity: they are odd multiples below n.
        JacobianPoint::batch_to_affine(&multiples)
            .into_iter()
            .flatten()
            .collect()
    })
}

/// One addition for 14 bits of s; the table has 2048 points, 128 KiB.
const GENERATOR_WIDTH: usize = 13;
const GENERATOR_MULTIPLES: usize = 1 << (GENERATOR_WIDTH - 2);

/// One addition for 6 bits of t.
const POINT_WIDTH: usize = 5;
const POINT_MULTIPLES: usize = 1 << (POINT_WIDTH - 2);
