//! The field and the scalars against a model in which numbers are lists of bits.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use sm2_arith::{FieldElement, Scalar, ScalarFactor};

type Limbs = [u64; 4];

/// The model: additions and comparisons of limbs, nothing else.
mod model {
    use super::Limbs;

    /// Whether a >= b, with a fifth limb for a.
    fn at_least(a: &Limbs, top: u64, b: &Limbs) -> bool {
        if top != 0 {
            return true;
        }
        for i in (0..4).rev() {
            if a[i] != b[i] {
                return a[i] > b[i];
            }
        }
        true
    }

    pub(super) fn reduce(a: &Limbs, top: u64, modulus: &Limbs) -> Limbs {
        if !at_least(a, top, modulus) {
            return *a;
        }
        let mut borrow = 0_i128;
        let mut difference = [0; 4];
        for i in 0..4 {
            let limb = i128::from(a[i]) - i128::from(modulus[i]) + borrow;
            difference[i] = u64::try_from(limb.rem_euclid(1 << 64)).unwrap();
            borrow = limb.div_euclid(1 << 64);
        }
        difference
    }

    pub(super) fn add(a: &Limbs, b: &Limbs, modulus: &Limbs) -> Limbs {
        let mut carry = 0_u128;
        let mut sum = [0; 4];
        for i in 0..4 {
            let limb = u128::from(a[i]) + u128::from(b[i]) + carry;
            sum[i] = u64::try_from(limb % (1 << 64)).unwrap();
            carry = limb >> 64;
        }
        reduce(&sum, u64::try_from(carry).unwrap(), modulus)
    }

    pub(super) fn negate(a: &Limbs, modulus: &Limbs) -> Limbs {
        // m - a = m + !a + 1 mod 2^256
        let complement = a.map(|limb| !limb);
        let mut carry = 1_u128;
        let mut sum = [0; 4];
        for i in 0..4 {
            let limb = u128::from(complement[i]) + u128::from(modulus[i]) + carry;
            sum[i] = u64::try_from(limb % (1 << 64)).unwrap();
            carry = limb >> 64;
        }
        reduce(&sum, 0, modulus)
    }

    /// Double and add, bit by bit.
    pub(super) fn multiply(a: &Limbs, b: &Limbs, modulus: &Limbs) -> Limbs {
        let mut product = [0; 4];
        for bit in (0..256).rev() {
            product = add(&product, &product, modulus);
            if b[bit / 64] >> (bit % 64) & 1 == 1 {
                product = add(&product, a, modulus);
            }
        }
        product
    }

    /// a^(modulus - 2).
    pub(super) fn invert(a: &Limbs, modulus: &Limbs) -> Limbs {
        let mut exponent = *modulus;
        exponent[0] -= 2;
        let mut power = [1, 0, 0, 0];
        for bit in (0..256).rev() {
            power = multiply(&power, &power, modulus);
            if exponent[bit / 64] >> (bit % 64) & 1 == 1 {
                power = multiply(&power, a, modulus);
            }
        }
        power
    }

    pub(super) fn to_bytes(a: &Limbs) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (chunk, limb) in bytes.chunks_mut(8).zip(a.iter().rev()) {
            chunk.copy_from_slice(&limb.to_be_bytes());
        }
        bytes
    }
}

const P: Limbs = FieldElement::MODULUS;
const N: Limbs = Scalar::MODULUS;

fn check_field(a: &Limbs, b: &Limbs) {
    let (a, b) = (model::reduce(a, 0, &P), model::reduce(b, 0, &P));
    let (x, y) = (FieldElement::from_limbs(&a), FieldElement::from_limbs(&b));
    let negative = model::negate(&b, &P);
    assert_eq!(x.to_limbs(), a);
    assert_eq!(
        x.add(&y).to_limbs(),
        model::add(&a, &b, &P),
        "{a:x?} + {b:x?}"
    );
    assert_eq!(
        x.subtract(&y).to_limbs(),
        model::add(&a, &negative, &P),
        "{a:x?} - {b:x?}"
    );
    assert_eq!(y.negate().to_limbs(), negative, "-{b:x?}");
    assert_eq!(
        x.multiply(&y).to_limbs(),
        model::multiply(&a, &b, &P),
        "{a:x?} * {b:x?}"
    );
    assert_eq!(
        x.square().to_limbs(),
        model::multiply(&a, &a, &P),
        "{a:x?} squared"
    );
    assert_eq!(x.double().to_limbs(), model::add(&a, &a, &P), "2 * {a:x?}");
    assert_eq!(x.halve().double(), x, "{a:x?} / 2");
    let bytes = x.to_bytes();
    assert_eq!(bytes, model::to_bytes(&a));
    assert_eq!(FieldElement::from_bytes(&bytes).unwrap(), x);
    let inverse = x.invert();
    let one = if x == FieldElement::ZERO {
        FieldElement::ZERO
    } else {
        FieldElement::ONE
    };
    assert_eq!(x.multiply(&inverse), one, "1 / {a:x?}");
    assert_eq!(x == y, a == b);
}

fn check_scalar(a: &Limbs, b: &Limbs) {
    let (a, b) = (model::reduce(a, 0, &N), model::reduce(b, 0, &N));
    let (x, y) = (Scalar::from_limbs(&a), Scalar::from_limbs(&b));
    let negative = model::negate(&b, &N);
    assert_eq!(x.to_limbs(), a);
    assert_eq!(
        x.add(&y).to_limbs(),
        model::add(&a, &b, &N),
        "{a:x?} + {b:x?}"
    );
    assert_eq!(
        x.subtract(&y).to_limbs(),
        model::add(&a, &negative, &N),
        "{a:x?} - {b:x?}"
    );
    assert_eq!(y.negate().to_limbs(), negative, "-{b:x?}");
    let product = model::multiply(&a, &b, &N);
    assert_eq!(x.multiply(&y).to_limbs(), product, "{a:x?} * {b:x?}");
    assert_eq!(ScalarFactor::new(&x).multiply(&y).to_limbs(), product);
    let bytes = x.to_bytes();
    assert_eq!(bytes, model::to_bytes(&a));
    assert_eq!(Scalar::from_bytes(&bytes).unwrap(), x);
    assert_eq!(Scalar::from_bytes_reduced(&bytes), x);
    let one = if x == Scalar::ZERO {
        Scalar::ZERO
    } else {
        Scalar::ONE
    };
    assert_eq!(x.multiply(&x.invert()), one, "1 / {a:x?}");
    assert_eq!(x == y, a == b);
}

/// Values at which carries, borrows and final subtractions start and end.
fn extremes() -> Vec<Limbs> {
    let mut values = vec![];
    let limbs = [0, 1, 1 << 32, u64::MAX << 32, u64::MAX - 1, u64::MAX];
    for index in 0..6_usize.pow(4) {
        values.push([0, 1, 2, 3].map(|i| limbs[index / 6_usize.pow(i) % 6]));
    }
    for modulus in [P, N] {
        for small in 0..4 {
            values.push(model::negate(&[small, 0, 0, 0], &modulus));
        }
        // halves, and 2^256 mod the modulus with its neighbours
        values.push(model::multiply(
            &model::invert(&[2, 0, 0, 0], &modulus),
            &[1, 0, 0, 0],
            &modulus,
        ));
        values.push(model::reduce(&[0; 4], 1, &modulus));
        values.push(model::negate(
            &model::reduce(&[0; 4], 1, &modulus),
            &modulus,
        ));
    }
    values
}

#[test]
fn extreme_limbs() {
    let values = extremes();
    for (i, a) in values.iter().enumerate() {
        // Every value with itself and, over the whole list, with others at changing distances.
        for b in [
            a,
            &values[(i * 31 + 7) % values.len()],
            &values[values.len() - 1 - i],
        ] {
            check_field(a, b);
            check_scalar(a, b);
        }
    }
}

/// The inverse by the model's power, which does not know of division steps.
#[test]
fn inverses_of_extremes() {
    for a in extremes().iter().step_by(17) {
        let reduced = model::reduce(a, 0, &P);
        let inverse = FieldElement::from_limbs(&reduced).invert();
        assert_eq!(inverse.to_limbs(), model::invert(&reduced, &P), "{a:x?}");
        let reduced = model::reduce(a, 0, &N);
        let inverse = Scalar::from_limbs(&reduced).invert();
        assert_eq!(inverse.to_limbs(), model::invert(&reduced, &N), "{a:x?}");
    }
}

/// Powers of two, their neighbours and negatives: long runs of equal division steps.
#[test]
fn inverses_of_powers() {
    for bit in 0..256 {
        let mut power = [0; 4];
        power[bit / 64] = 1 << (bit % 64);
        for modulus in [P, N] {
            let one = model::negate(&[1, 0, 0, 0], &modulus);
            for value in [
                power,
                model::add(&power, &one, &modulus),
                model::negate(&power, &modulus),
            ] {
                check_field(&value, &power);
                check_scalar(&value, &power);
            }
        }
    }
}

#[test]
fn the_range_is_checked() {
    for offset in 0..3 {
        for (modulus, field) in [(P, true), (N, false)] {
            let mut value = modulus;
            value[0] = value[0].wrapping_add(offset);
            // p ends in ones: its successor carries
            if value[0] < modulus[0] {
                value[1] += 1;
            }
            let bytes = model::to_bytes(&value);
            if field {
                assert!(FieldElement::from_bytes(&bytes).into_option().is_none());
            } else {
                assert!(Scalar::from_bytes(&bytes).into_option().is_none());
                assert_eq!(
                    Scalar::from_bytes_reduced(&bytes).to_limbs(),
                    [offset, 0, 0, 0]
                );
            }
        }
    }
    assert!(
        FieldElement::from_bytes(&[0xFF; 32])
            .into_option()
            .is_none()
    );
    assert!(Scalar::from_bytes(&[0xFF; 32]).into_option().is_none());
}

#[test]
fn integers_above_the_modulus_are_reduced() {
    let mut above = P;
    above[1] += 1;
    assert_eq!(FieldElement::from_limbs(&above).to_limbs(), [0, 1, 0, 0]);
    assert_eq!(FieldElement::from_limbs(&P), FieldElement::ZERO);
    let most = [u64::MAX; 4];
    assert_eq!(
        FieldElement::from_limbs(&most).to_limbs(),
        model::reduce(&most, 0, &P)
    );
    assert_eq!(
        Scalar::from_limbs(&most).to_limbs(),
        model::reduce(&most, 0, &N)
    );
}

#[test]
fn batches_of_every_size() {
    for size in 0..20_u64 {
        let elements: Vec<_> = (0..size)
            .map(|i| FieldElement::from_limbs(&[i % 5, 0, i % 3, 0]))
            .collect();
        let mut inverses = elements.clone();
        FieldElement::batch_invert(&mut inverses);
        let expected: Vec<_> = elements.iter().map(FieldElement::invert).collect();
        assert_eq!(inverses, expected, "{size}");
    }
}

/// A scalar may be a private key, a field element a coordinate of [k]G.
#[test]
fn debug_is_blind() {
    let limbs = [0xC5C5_C5C5_C5C5_C5C5; 4];
    for text in [
        format!("{:?}", Scalar::from_limbs(&limbs)),
        format!("{:?}", ScalarFactor::new(&Scalar::from_limbs(&limbs))),
        format!("{:?}", FieldElement::from_limbs(&limbs)),
    ] {
        assert!(!text.chars().any(|c| c.is_ascii_digit()), "{text}");
    }
}

/// A limb that is extreme as often as not.
fn limb() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        Just(0),
        Just(1),
        Just(u64::MAX),
        Just(u64::MAX << 32),
        Just(u64::MAX >> 32)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn field(a in prop::array::uniform4(limb()), b in prop::array::uniform4(limb())) {
        check_field(&a, &b);
    }

    #[test]
    fn scalar(a in prop::array::uniform4(limb()), b in prop::array::uniform4(limb())) {
        check_scalar(&a, &b);
    }

    #[test]
    fn laws_of_the_field(a: Limbs, b: Limbs, c: Limbs) {
        let [a, b, c] = [a, b, c].map(|limbs| FieldElement::from_limbs(&limbs));
        prop_assert_eq!(a.multiply(&b.add(&c)), a.multiply(&b).add(&a.multiply(&c)));
        prop_assert_eq!(a.multiply(&b).multiply(&c), a.multiply(&b.multiply(&c)));
        prop_assert_eq!(a.subtract(&b).add(&b), a);
        prop_assert_eq!(a.square().subtract(&b.square()), a.add(&b).multiply(&a.subtract(&b)));
        prop_assert_eq!(a.invert().invert(), a);
    }

    #[test]
    fn laws_of_the_scalars(a: Limbs, b: Limbs, c: Limbs) {
        let [a, b, c] = [a, b, c].map(|limbs| Scalar::from_limbs(&limbs));
        prop_assert_eq!(a.multiply(&b.add(&c)), a.multiply(&b).add(&a.multiply(&c)));
        prop_assert_eq!(a.multiply(&b).multiply(&c), a.multiply(&b.multiply(&c)));
        prop_assert_eq!(a.subtract(&b).add(&b), a);
        prop_assert_eq!(a.invert().invert(), a);
    }
}
