use sm2_arith::Scalar;

use super::random::Random;

/// d, s and t for which a sum of multiples of G and of P = \[d\]G meets itself on the way.
///
/// s and t are written in signed digits and their terms are put in an order in which some verifier
/// adds them. d is chosen so that two neighbouring parts of that order have equal sums or opposite
/// ones, or so that the first part is infinity. Doublings in between change nothing about that:
/// they multiply both sides.
pub(super) fn colliding(random: &mut Random) -> Option<(Scalar, Scalar, Scalar)> {
    let (s, t) = (random.any_scalar(), random.any_scalar());
    let layout = Layout::any(random);
    let terms = layout.terms(&s, &t);
    let [first, second] = layout.parts(random, &terms)?;
    Some((meeting(random, &first, &second)?, s, t))
}

/// The d under which the parts meet; none if they do under no d or under every one.
fn meeting(random: &mut Random, first: &[&Term], second: &[&Term]) -> Option<Scalar> {
    // A + d B, and what it meets
    let ((a, b), (mut other_a, mut other_b)) = (sum(first), sum(second));
    match random.below(3) {
        0 => (other_a, other_b) = (Scalar::ZERO, Scalar::ZERO),
        1 => (other_a, other_b) = (other_a.negate(), other_b.negate()),
        _ => {}
    }
    let factor = b.subtract(&other_b);
    (factor != Scalar::ZERO).then(|| other_a.subtract(&a).multiply(&factor.invert()))
}

/// How a verifier adds up its sum.
#[derive(Clone, Copy)]
struct Layout {
    /// Of s, then of t.
    digits: [Digits; 2],
    widths: [usize; 2],
    order: Order,
    key_first: bool,
    shape: Shape,
}

#[derive(Clone, Copy)]
enum Shape {
    /// One term after the other.
    Chain,
    /// Neighbours are added, then sums of neighbours, and so on.
    Tree,
    /// Eight chains, each of every eighth term, and then a tree.
    Lanes,
}

#[derive(Clone, Copy)]
enum Digits {
    Booth,
    NonAdjacent,
    Odd,
}

#[derive(Clone, Copy)]
enum Order {
    /// From the uppermost digit on, with doublings.
    Horner,
    /// One multiple after the other, each from the uppermost digit on.
    Separate,
    /// From the lowest digit on, one multiple after the other: a table for each digit.
    Tables,
    /// From the lowest digit on, both multiples together.
    TablesTogether,
    /// A table for every so many digits, and doublings between the others.
    Combs(usize),
}

impl Layout {
    /// One of those of this crate, or any other.
    fn any(random: &mut Random) -> Self {
        if random.one_in(2) {
            return random.one_of(&LAYOUTS);
        }
        let digits = [Digits::Booth, Digits::NonAdjacent, Digits::Odd];
        let widths = [4, 5, 6, 7, 8, 9, 10, 11, 13];
        let phases = 2 + random.below(7);
        let orders = [
            Order::Horner,
            Order::Separate,
            Order::Tables,
            Order::TablesTogether,
            Order::Combs(phases),
        ];
        Self {
            digits: [random.one_of(&digits), random.one_of(&digits)],
            widths: [random.one_of(&widths), random.one_of(&widths)],
            order: random.one_of(&orders),
            key_first: random.one_in(2),
            shape: random.one_of(&[Shape::Chain, Shape::Tree]),
        }
    }

    fn terms(&self, s: &Scalar, t: &Scalar) -> Vec<Term> {
        let mut terms = Vec::new();
        for (scalar, place) in [(s, 0), (t, 1)] {
            let (width, digits) = (self.widths[place], self.digits[place]);
            let digits = match digits {
                Digits::Booth => booth(scalar, width),
                Digits::NonAdjacent => non_adjacent(scalar, width),
                Digits::Odd => odd(scalar, width),
            };
            terms.extend(digits.into_iter().map(|(position, digit)| Term {
                of_key: place == 1,
                position,
                value: scaled(digit, position),
            }));
        }
        let rank = |term: &Term| term.of_key != self.key_first;
        let down = |term: &Term| usize::MAX - term.position;
        terms.sort_by_key(|term| match self.order {
            Order::Horner => (down(term), 0, rank(term)),
            Order::Separate => (usize::from(rank(term)), down(term), false),
            Order::Tables => (usize::from(rank(term)), term.position, false),
            Order::TablesTogether => (term.position, 0, rank(term)),
            Order::Combs(phases) => {
                let index = term.position / self.widths[usize::from(term.of_key)];
                (phases - index % phases, index, rank(term))
            }
        });
        terms
    }

    /// Two parts that are added to each other.
    fn parts<'a>(&self, random: &mut Random, terms: &'a [Term]) -> Option<[Vec<&'a Term>; 2]> {
        if terms.len() < 16 {
            return None;
        }
        let terms: Vec<_> = terms.iter().collect();
        match self.shape {
            Shape::Chain => Some(chained(random, &terms)),
            Shape::Tree => {
                let size = 1 << random.below(7);
                siblings(random, &terms, size)
            }
            Shape::Lanes => {
                let lane = |lane| terms.iter().skip(lane).step_by(8).copied();
                if random.one_in(2) {
                    let place = random.below(8);
                    return Some(chained(random, &lane(place).collect::<Vec<_>>()));
                }
                let rounds = terms.len() / 8;
                let lanes: Vec<_> = (0..8).flat_map(|place| lane(place).take(rounds)).collect();
                let size = rounds << random.below(3);
                siblings(random, &lanes, size)
            }
        }
    }
}

/// Some first terms, and the one after them.
fn chained<'a>(random: &mut Random, terms: &[&'a Term]) -> [Vec<&'a Term>; 2] {
    let (first, second) = terms.split_at(1 + random.below(terms.len() - 1));
    [first.to_vec(), second[..1].to_vec()]
}

/// Two neighbouring parts of this size, if there are two.
fn siblings<'a>(
    random: &mut Random,
    terms: &[&'a Term],
    size: usize,
) -> Option<[Vec<&'a Term>; 2]> {
    let pairs = terms.chunks(2 * size).collect::<Vec<_>>();
    let (first, second) = random.one_of(&pairs).split_at_checked(size)?;
    (!second.is_empty()).then(|| [first.to_vec(), second.to_vec()])
}

/// A digit times its power of two.
struct Term {
    /// Whether it multiplies P, not G.
    of_key: bool,
    position: usize,
    value: Scalar,
}

/// The factors of G and of P.
fn sum(terms: &[&Term]) -> (Scalar, Scalar) {
    let (mut of_generator, mut of_key) = (Scalar::ZERO, Scalar::ZERO);
    for term in terms {
        let sum = if term.of_key {
            &mut of_key
        } else {
            &mut of_generator
        };
        *sum = sum.add(&term.value);
    }
    (of_generator, of_key)
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

/// The odd digits of k or, with their signs turned, of n - k: of the one that is odd.
fn odd(scalar: &Scalar, width: usize) -> Vec<(usize, i64)> {
    if *scalar == Scalar::ZERO {
        return Vec::new();
    }
    let even = !bit(scalar, 0);
    let odd = if even { scalar.negate() } else { *scalar };
    let digits = (0..255).step_by(width).map(|position| {
        let value = (0..width).map(|i| i64::from(bit(&odd, position + i + 1)) << i);
        let last = position + width >= 255;
        let digit = 2 * value.sum::<i64>() + 1 - if last { 0 } else { 1 << width };
        (position, if even { -digit } else { digit })
    });
    digits.collect()
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

/// How this crate verifies: one at a time, in lanes, and by the tables of known keys.
const LAYOUTS: [Layout; 7] = [
    Layout {
        digits: [Digits::NonAdjacent; 2],
        widths: [13, 5],
        order: Order::Horner,
        key_first: true,
        shape: Shape::Chain,
    },
    Layout {
        digits: [Digits::Booth; 2],
        widths: [11, 5],
        order: Order::Horner,
        key_first: true,
        shape: Shape::Chain,
    },
    known_keys([9, 6], Shape::Chain),
    known_keys([9, 6], Shape::Tree),
    known_keys([9, 6], Shape::Lanes),
    known_keys([10, 6], Shape::Chain),
    known_keys([10, 6], Shape::Tree),
];

const fn known_keys(widths: [usize; 2], shape: Shape) -> Layout {
    Layout {
        digits: [Digits::Odd; 2],
        widths,
        order: Order::Tables,
        key_first: true,
        shape,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_add_up_and_parts_meet() {
        let mut random = Random::new(1, 0);
        let mut met = 0;
        for _ in 0..2_000 {
            let (s, t) = (random.any_scalar(), random.any_scalar());
            let layout = Layout::any(&mut random);
            let terms = layout.terms(&s, &t);
            assert_eq!(sum(&terms.iter().collect::<Vec<_>>()), (s, t));
            let Some([first, second]) = layout.parts(&mut random, &terms) else {
                continue;
            };
            let Some(d) = meeting(&mut random, &first, &second) else {
                continue;
            };
            let [left, right] = [first, second].map(|part| {
                let (of_generator, of_key) = sum(&part);
                of_generator.add(&of_key.multiply(&d))
            });
            assert!(left == right || left == right.negate() || left == Scalar::ZERO);
            met += 1;
        }
        assert!(met > 1_000, "only {met} meet");
    }
}
