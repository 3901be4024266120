//! Points in two coordinates, added by the definition.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use num_bigint::BigUint;
use sm2_arith::AffinePoint;

use crate::model::{P, from_limbs, invert, negate, subtract, to_bytes};

/// A point; none is infinity.
pub type Point = Option<(BigUint, BigUint)>;

/// b of the curve's equation.
static B: LazyLock<BigUint> = LazyLock::new(|| {
    from_limbs(&[
        0xDDBC_BD41_4D94_0E93,
        0xF397_89F5_15AB_8F92,
        0x4D5A_9E4B_CF65_09A7,
        0x28E9_FA9E_9D9F_5E34,
    ])
});

/// G.
pub fn generator() -> Point {
    from_affine(&AffinePoint::GENERATOR)
}

/// The model of a point.
pub fn from_affine(point: &AffinePoint) -> Point {
    let bytes = point.to_bytes();
    let (x, y) = bytes.split_at(32);
    Some((BigUint::from_bytes_be(x), BigUint::from_bytes_be(y)))
}

/// x ‖ y, none of infinity.
pub fn to_affine_bytes(point: &Point) -> Option<[u8; 64]> {
    let (x, y) = point.as_ref()?;
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(&to_bytes(x));
    bytes[32..].copy_from_slice(&to_bytes(y));
    Some(bytes)
}

/// Whether the coordinates are below p and satisfy the equation.
pub fn is_on_curve(x: &BigUint, y: &BigUint) -> bool {
    *x < *P && *y < *P && y * y % &*P == right_side(x)
}

/// The point of an x with an even or an odd root; none if there is none.
pub fn with_abscissa(x: &BigUint, negative: bool) -> Point {
    let root = right_side(x).modpow(&((&*P + 1_u32) >> 2), &P);
    let y = if negative { negate(&root, &P) } else { root };
    is_on_curve(x, &y).then(|| (x.clone(), y))
}

/// x^3 - 3x + b.
fn right_side(x: &BigUint) -> BigUint {
    (x * x * x + &*B + (&*P - 3_u32) * x) % &*P
}

/// -P.
pub fn minus(point: &Point) -> Point {
    point.as_ref().map(|(x, y)| (x.clone(), negate(y, &P)))
}

/// P + Q (GB/T 32918.1, 3.2.3.1).
pub fn add(left: &Point, right: &Point) -> Point {
    let (Some((x1, y1)), Some((x2, y2))) = (left, right) else {
        return left.clone().or_else(|| right.clone());
    };
    let slope = if x1 != x2 {
        subtract(y2, y1, &P) * invert(&subtract(x2, x1, &P), &P)
    } else if y1 == y2 {
        (x1 * x1 * 3_u32 + &*P - 3_u32) * invert(&(y1 * 2_u32 % &*P), &P)
    } else {
        return None;
    };
    let slope = slope % &*P;
    let x3 = subtract(&subtract(&(&slope * &slope % &*P), x1, &P), x2, &P);
    let y3 = subtract(&(slope * subtract(x1, &x3, &P) % &*P), y1, &P);
    Some((x3, y3))
}

/// \[k\]P for P = \[d\]G and a small d, with the powers of two of such points kept.
pub fn multiply(k: &BigUint, d: u8) -> Point {
    static POWERS: LazyLock<Mutex<HashMap<u8, Arc<Vec<Point>>>>> = LazyLock::new(Mutex::default);
    let powers = {
        let mut known = POWERS.lock().unwrap();
        let entry = known.entry(d).or_insert_with(|| {
            let mut power = (0..d).fold(None, |sum, _| add(&sum, &generator()));
            let mut powers = Vec::new();
            for _ in 0..256 {
                let next = add(&power, &power);
                powers.push(std::mem::replace(&mut power, next));
            }
            Arc::new(powers)
        });
        Arc::clone(entry)
    };
    let bits = (0..k.bits()).filter(|bit| k.bit(*bit));
    bits.fold(None, |sum, bit| {
        add(&sum, &powers[usize::try_from(bit).unwrap()])
    })
}
