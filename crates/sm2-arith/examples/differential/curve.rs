use sm2_arith::{AffinePoint, FieldElement, JacobianPoint, Scalar, public};

use super::random::{Limbs, Random, add, complement};

/// The points with this x and an even or an odd y; none if there are none.
pub(super) fn with_abscissa(x: &FieldElement, negative: bool) -> Option<AffinePoint> {
    let y = square_root(&right_side(x));
    let y = if negative { y.negate() } else { y };
    AffinePoint::from_coordinates(x, &y).ok()
}

/// The first point whose x comes from `make`.
pub(super) fn point_of(
    random: &mut Random,
    mut make: impl FnMut(&mut Random) -> FieldElement,
) -> AffinePoint {
    loop {
        let (x, negative) = (make(random), random.one_in(2));
        if let Some(point) = with_abscissa(&x, negative) {
            return point;
        }
    }
}

/// The key P of which \[s\]G + \[t\]P is `sum`; nobody knows its d.
pub(super) fn key_for_sum(sum: &AffinePoint, s: &Scalar, t: &Scalar) -> Option<AffinePoint> {
    let inverse = t.invert();
    public::multiply_add(&s.negate().multiply(&inverse), &inverse, sum).to_affine()
}

/// An element whose integer is in \[n, p).
pub(super) fn above_the_order(random: &mut Random) -> FieldElement {
    let offset = below_difference(random);
    FieldElement::from_limbs(&add(&Scalar::MODULUS, &offset))
}

/// An element whose integer is below p - n.
pub(super) fn below_the_difference(random: &mut Random) -> FieldElement {
    FieldElement::from_limbs(&below_difference(random))
}

/// An element whose integer is below 2^224, and with p still below 2^256.
pub(super) fn small_element(random: &mut Random) -> FieldElement {
    let [a, b, c, d] = random.extreme();
    FieldElement::from_limbs(&[a, b, c, d >> 32])
}

/// p - n, which is between 2^127 and 2^128.
pub(super) fn difference() -> Limbs {
    add(&FieldElement::MODULUS, &complement(&Scalar::MODULUS))
}

/// x mod n.
pub(super) fn abscissa_as_scalar(x: &FieldElement) -> Scalar {
    Scalar::from_limbs(&x.to_limbs())
}

/// \[u0 + i v\]G with its scalar for i below `count`; one addition each and one inversion for all.
pub(super) fn chain(random: &mut Random, count: usize) -> Vec<(Scalar, AffinePoint)> {
    let multiple = |u: &Scalar| public::multiply_add(u, &Scalar::ZERO, &AffinePoint::GENERATOR);
    let (mut scalar, step) = (random.scalar(), random.scalar());
    let mut point = multiple(&scalar);
    let step_point = multiple(&step).to_affine();
    let step_point = step_point.unwrap_or(AffinePoint::GENERATOR);
    let (mut scalars, mut points) = (Vec::new(), Vec::new());
    for _ in 0..count {
        scalars.push(scalar);
        points.push(point);
        scalar = scalar.add(&step);
        point = point.add_affine_vartime(&step_point);
    }
    let affine = JacobianPoint::batch_to_affine(&points);
    let pairs = scalars.into_iter().zip(affine);
    pairs
        .filter_map(|(scalar, point)| Some((scalar, point?)))
        .collect()
}

/// Below p - n: random, next to 0 or next to p - n.
fn below_difference(random: &mut Random) -> Limbs {
    let small = [random.word() % 256, 0, 0, 0];
    match random.below(3) {
        0 => small,
        1 => add(&difference(), &complement(&add(&small, &[1, 0, 0, 0]))),
        _ => [random.word(), random.word() >> 1, 0, 0],
    }
}

/// x^3 - 3x + b, with b from G.
fn right_side(x: &FieldElement) -> FieldElement {
    let without_b = |x: &FieldElement| {
        let three_x = x.double().add(x);
        x.square().multiply(x).subtract(&three_x)
    };
    let g = AffinePoint::GENERATOR;
    let b = g.y().square().subtract(&without_b(g.x()));
    without_b(x).add(&b)
}

/// a^((p + 1) / 4), the root of a square.
fn square_root(a: &FieldElement) -> FieldElement {
    // 2^254 - 2^222 - 2^94 + 2^62
    let exponent: Limbs = [
        0x4000_0000_0000_0000,
        0xFFFF_FFFF_C000_0000,
        0xFFFF_FFFF_FFFF_FFFF,
        0x3FFF_FFFF_BFFF_FFFF,
    ];
    let mut root = FieldElement::ONE;
    for bit in (0..254).rev() {
        root = root.square();
        if exponent[bit / 64] >> (bit % 64) & 1 == 1 {
            root = root.multiply(a);
        }
    }
    root
}
