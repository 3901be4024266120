use sm2_arith::Scalar;

use super::random::Random;

/// d, s and t for which a sum of multiples of G and of P = \[d\]G meets itself on the way.
///
/// s and t are written in signed digits, their terms are put in an order in which some verifier
/// might add them, and the order is cut somewhere. d is chosen so that what stands before the cut
/// equals the term after it, is its negative, or is infinity. Doublings in between change nothing
/// about that: they multiply both sides.
pub(super) fn colliding(random: &mut Random) -> Option<(Scalar, Scalar, Scalar)> {
    let (s, t) = (random.any_scalar(), random.any_scalar());
    let terms = ordered_terms(random, &s, &t);
    if terms.len() < 2 {
        return None;
    }
    let cut = 1 + random.below(terms.len() - 1);
    // A + d B is added up before the cut.
    let (mut a, mut b) = (Scalar::ZERO, Scalar::ZERO);
    for term in &terms[..cut] {
        let sum = if term.of_key { &mut b } else { &mut a };
        *sum = sum.add(&term.value);
    }
    let next = &terms[cut];
    let met = match random.below(3) {
        0 => Scalar::ZERO,
        1 => next.value,
        _ => next.value.negate(),
    };
    let d = if next.of_key {
        // A + d B = d met
        a.multiply(&met.subtract(&b).invert())
    } else {
        // A + d B = met
        met.subtract(&a).multiply(&b.invert())
    };
    Some((d, s, t))
}

/// A digit times its power of two.
struct Term {
    /// Whether it multiplies P, not G.
    of_key: bool,
    position: usize,
    value: Scalar,
}

fn ordered_terms(random: &mut Random, s: &Scalar, t: &Scalar) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut widths = [0; 2];
    for (of_key, scalar) in [(false, s), (true, t)] {
        let width = random.one_of(&[4, 5, 6, 7, 8, 9, 11, 13]);
        widths[usize::from(of_key)] = width;
        let digits = if random.one_in(2) {
            booth(scalar, width)
        } else {
            non_adjacent(scalar, width)
        };
        terms.extend(digits.into_iter().map(|(position, digit)| Term {
            of_key,
            position,
            value: scaled(digit, position),
        }));
    }
    let key_first = random.one_in(2);
    let rank = |term: &Term| term.of_key != key_first;
    let phases = 2 + random.below(7);
    match random.below(5) {
        // from the uppermost digit on: Horner's rule
        0 => terms.sort_by_key(|term| (usize::MAX - term.position, rank(term))),
        // one multiple after the other
        1 => terms.sort_by_key(|term| (rank(term), usize::MAX - term.position)),
        // from the lowest digit on: a table for each digit
        2 => terms.sort_by_key(|term| (term.position, rank(term))),
        3 => terms.sort_by_key(|term| (rank(term), term.position)),
        // a table for every so many digits
        _ => terms.sort_by_key(|term| {
            let index = term.position / widths[usize::from(term.of_key)];
            (phases - index % phases, index, rank(term))
        }),
    }
    terms
}

/// The digits other than 0 of Booth's recoding, with their positions in bits.
fn booth(scalar: &Scalar, width: usize) -> Vec<(usize, i64)> {
    let digits = (0..=256).step_by(width).map(|position| {
        let below = position > 0 && bit(scalar, position - 1);
        let mut digit = i64::from(below);
        for i in 0..width {
            let weight = if i + 1 == width { -(1 << i) } else { 1 << i };
            digit += i64::from(bit(scalar, position + i)) * weight;
        }
        (position, digit)
    });
    digits.filter(|(_, digit)| *digit != 0).collect()
}

/// The digits other than 0 of the non-adjacent form.
fn non_adjacent(scalar: &Scalar, width: usize) -> Vec<(usize, i64)> {
    let mut digits = Vec::new();
    let (mut position, mut carry) = (0, false);
    while position <= 256 {
        if bit(scalar, position) == carry {
            position += 1;
            continue;
        }
        let mut digit = i64::from(carry);
        for i in 0..width {
            digit += i64::from(bit(scalar, position + i)) << i;
        }
        carry = digit >> (width - 1) != 0;
        digits.push((position, digit - (i64::from(carry) << width)));
        position += width;
    }
    digits
}

fn bit(scalar: &Scalar, position: usize) -> bool {
    let limb = scalar.to_limbs().get(position / 64).copied();
    limb.unwrap_or(0) >> (position % 64) & 1 == 1
}

/// digit * 2^position mod n.
fn scaled(digit: i64, position: usize) -> Scalar {
    let mut power = [0; 4];
    power[position.min(255) / 64] = 1 << (position.min(255) % 64);
    let mut power = Scalar::from_limbs(&power);
    if position > 255 {
        power = power.add(&power);
    }
    let product = power.multiply(&Scalar::from_limbs(&[digit.unsigned_abs(), 0, 0, 0]));
    if digit < 0 { product.negate() } else { product }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_add_up() {
        let mut random = Random::new(1, 0);
        for _ in 0..2_000 {
            let (s, t) = (random.any_scalar(), random.any_scalar());
            for (of_key, scalar) in [(false, s), (true, t)] {
                let terms = ordered_terms(&mut random, &s, &t);
                let terms = terms.iter().filter(|term| term.of_key == of_key);
                let sum = terms.fold(Scalar::ZERO, |sum, term| sum.add(&term.value));
                assert_eq!(sum, scalar);
            }
        }
    }
}
