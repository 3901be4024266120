use std::collections::HashMap;

use sm2_arith::batch::VerifyItem;
use sm2_arith::{AffinePoint, FieldElement, Scalar, SigningKey, secret};

use super::collisions::colliding;
use super::curve::{
    above_the_order, abscissa_as_scalar, below_the_difference, chain, difference, key_for_sum,
    point_of, small_element,
};
use super::mutation::mutate;
use super::random::{Random, add, below, to_be_bytes};

/// Signatures whose verdict is known from how they were
/// made, and nonces whose usability is.
pub(crate) struct Batch {
    pub(super) items: Vec<Labelled>,
    /// The different keys of the items, in the order of their first use.
    pub(super) keys: Vec<[u8; 64]>,
    /// For each item, which of the keys it has.
    pub(super) key_of: Vec<usize>,
    pub(super) signers: Vec<SigningKey>,
    pub(super) signings: Vec<Signing>,
    /// How many of them go into one call: back ends have ways of their own for one, for a few, and
    /// for many.
    pub(super) cut: usize,
}

/// A signature to verify.
#[derive(Clone, Copy)]
pub(super) struct Labelled {
    pub(super) item: VerifyItem,
    pub(super) valid: bool,
    pub(super) kind: &'static str,
    pub(super) change: &'static str,
}

/// A digest to sign.
pub(super) struct Signing {
    pub(super) signer: usize,
    pub(super) e: [u8; 32],
    pub(super) k: Scalar,
    pub(super) usable: bool,
}

impl Batch {
    /// The batch that the seed and the index decide.
    pub(crate) fn new(seed: u64, index: u64) -> Self {
        let mut random = Random::new(seed, index);
        let size = 1 + random.below(600);
        let cut = match random.below(4) {
            0 => 1 + random.below(8),
            1 => 1 + random.below(80),
            _ => size,
        };
        let maker = Maker::new(&mut random, size);
        let mut items: Vec<_> = (0..size)
            .map(|place| maker.item(&mut random, place))
            .collect();
        for labelled in &mut items {
            if random.below(5) < 2 && labelled.kind != "P = -G" {
                mutate(&mut random, labelled);
            }
        }
        let (mut keys, mut known) = (Vec::new(), HashMap::new());
        let place = |labelled: &Labelled| {
            let key = labelled.item.public_key;
            *known.entry(key).or_insert_with(|| {
                keys.push(key);
                keys.len() - 1
            })
        };
        let key_of = items.iter().map(place).collect();
        let signers = maker.signers();
        let signings = (0..size.div_ceil(4))
            .map(|_| signing(&mut random, &signers))
            .collect();
        Self {
            items,
            keys,
            key_of,
            signers,
            signings,
            cut,
        }
    }
}

/// A key that many items of a batch have in common.
#[derive(Clone, Copy)]
struct Key {
    d: Scalar,
    point: AffinePoint,
}

impl Key {
    /// None for 0 and for n - 1, under which s does not matter: see `Maker::item`.
    fn new(d: Scalar) -> Option<Self> {
        let point = secret::multiply_generator(&d).into_option()?;
        (d != Scalar::ONE.negate()).then_some(Self { d, point })
    }
}

struct Maker {
    keys: Vec<Key>,
    small_keys: Vec<Key>,
    /// Points with extreme coordinates; nobody knows their d.
    points: Vec<AffinePoint>,
    /// Sums \[u\]G with their u, one for each place in the batch.
    sums: Vec<(Scalar, AffinePoint)>,
}

impl Maker {
    fn new(random: &mut Random, size: usize) -> Self {
        let count = 1 + random.below(12);
        let common = chain(random, count);
        let mut keys: Vec<_> = common
            .into_iter()
            .map(|(d, point)| Key { d, point })
            .collect();
        keys.extend((0..3).filter_map(|_| Key::new(random.any_scalar())));
        Self {
            keys,
            small_keys: (0..3)
                .filter_map(|_| Key::new(random.small_scalar()))
                .collect(),
            points: (0..2)
                .map(|_| point_of(random, Random::extreme_element))
                .collect(),
            sums: chain(random, size),
        }
    }

    fn signers(&self) -> Vec<SigningKey> {
        let keys = self.keys.iter().chain(&self.small_keys);
        keys.filter_map(|key| SigningKey::from_scalar(&key.d).ok())
            .collect()
    }

    fn item(&self, random: &mut Random, place: usize) -> Labelled {
        let key = random.one_of(&self.keys);
        let (s, t) = (random.any_scalar(), random.any_scalar());
        match random.below(32) {
            0..=2 => of_multiple("extreme s and t", &key, &s, &t),
            3..=4 => {
                let (e, k) = (random.any_scalar(), random.any_scalar());
                signed("extreme e and k", &key, &e, &k)
            }
            5 => {
                let e = Scalar::from_limbs(&random.extreme());
                unreduced(&signed("e not below n", &key, &e, &t))
            }
            // sG = tP
            6 => of_multiple("sG = tP", &key, &t.multiply(&key.d), &t),
            // sG = -tP: the sum is infinity
            7 => of_multiple("sG = -tP", &key, &t.multiply(&key.d).negate(), &t),
            8..=9 => {
                let key = random.one_of(&self.small_keys);
                let s = t.multiply(&random.small_scalar());
                of_multiple("P a small multiple of G", &key, &s, &t)
            }
            10..=12 => colliding(random)
                .and_then(|(d, s, t)| Some((Key::new(d)?, s, t)))
                .map_or_else(
                    || of_multiple("random", &key, &s, &t),
                    |(key, s, t)| of_multiple("partial sums meet", &key, &s, &t),
                ),
            13 => of_sum("x1 in [n, p)", random, above_the_order),
            14 => of_sum("x1 below p - n", random, below_the_difference),
            15 => of_sum("x1 extreme", random, Random::extreme_element),
            16 => wrapped(&of_sum("x1 + p - n for x1", random, small_element)),
            17..=18 => {
                let point = random.one_of(&self.points);
                let sum = sm2_arith::public::multiply_add(&s, &t, &point).to_affine();
                labelled("P extreme", &point, &s, &t, sum.as_ref())
            }
            // sG + tP = -rG: every s is valid
            19 => {
                let key = Key {
                    d: Scalar::ONE.negate(),
                    point: AffinePoint::GENERATOR.negate(),
                };
                of_multiple("P = -G", &key, &s, &t)
            }
            _ => match self.sums.get(place) {
                Some((u, sum)) => {
                    let t = random.scalar();
                    let s = u.subtract(&t.multiply(&key.d));
                    labelled("random", &key.point, &s, &t, Some(sum))
                }
                None => of_multiple("random", &key, &s, &t),
            },
        }
    }
}

/// The item with these s and t: r = t - s, e = r - x1. Without a sum it is invalid.
fn labelled(
    kind: &'static str,
    key: &AffinePoint,
    s: &Scalar,
    t: &Scalar,
    sum: Option<&AffinePoint>,
) -> Labelled {
    let r = t.subtract(s);
    let x1 = sum.map_or(Scalar::ZERO, |sum| abscissa_as_scalar(sum.x()));
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&r.to_bytes());
    signature[32..].copy_from_slice(&s.to_bytes());
    let item = VerifyItem {
        public_key: key.to_bytes(),
        e: r.subtract(&x1).to_bytes(),
        signature,
    };
    let in_range = [&r, s, t].iter().all(|scalar| **scalar != Scalar::ZERO);
    Labelled {
        item,
        valid: in_range && sum.is_some(),
        kind,
        change: "none",
    }
}

fn of_multiple(kind: &'static str, key: &Key, s: &Scalar, t: &Scalar) -> Labelled {
    let u = s.add(&t.multiply(&key.d));
    let sum = secret::multiply_generator(&u).into_option();
    labelled(kind, &key.point, s, t, sum.as_ref())
}

/// An item whose sum is a point with an x of `make`.
fn of_sum(
    kind: &'static str,
    random: &mut Random,
    make: fn(&mut Random) -> FieldElement,
) -> Labelled {
    loop {
        let sum = point_of(random, make);
        let (s, t) = (random.any_scalar(), random.any_scalar());
        if let Some(key) = key_for_sum(&sum, &s, &t) {
            return labelled(kind, &key, &s, &t, Some(&sum));
        }
    }
}

/// What signing e with k makes.
fn signed(kind: &'static str, key: &Key, e: &Scalar, k: &Scalar) -> Labelled {
    let sum = secret::multiply_generator(k).into_option();
    let x1 = sum.map_or(Scalar::ZERO, |sum| abscissa_as_scalar(sum.x()));
    let r = e.add(&x1);
    let inverse = Scalar::ONE.add(&key.d).invert();
    let s = k.subtract(&r.multiply(&key.d)).multiply(&inverse);
    labelled(kind, &key.point, &s, &r.add(&s), sum.as_ref())
}

/// With e + n in place of e, where that is below 2^256 and so for all e next to 0.
fn unreduced(labelled: &Labelled) -> Labelled {
    let mut labelled = *labelled;
    let e = super::random::from_be_bytes(&labelled.item.e);
    let (sum, carry) = super::random::add_carry(&e, &Scalar::MODULUS);
    if carry {
        labelled.kind = "extreme e and k";
    } else {
        labelled.item.e = to_be_bytes(&sum);
    }
    labelled
}

/// With the digest that x1 + p - n would belong to, for an x1 below 2^256 - p. That and n make
/// x1 + p: an item that is valid for who does not compare with p.
fn wrapped(labelled: &Labelled) -> Labelled {
    let mut labelled = *labelled;
    let e = Scalar::from_bytes_reduced(&labelled.item.e);
    labelled.item.e = e.subtract(&Scalar::from_limbs(&difference())).to_bytes();
    labelled.valid = false;
    labelled
}

/// A digest and a nonce; one in eight nonces cannot be used for one of the four reasons.
fn signing(random: &mut Random, signers: &[SigningKey]) -> Signing {
    let signer = random.below(signers.len());
    let (e, mut k) = (random.any_scalar(), random.any_scalar());
    if random.one_in(8) {
        k = doubling_nonce(random);
    }
    let mut signing = Signing {
        signer,
        e: e.to_bytes(),
        k,
        usable: true,
    };
    if random.one_in(8) || k == Scalar::ZERO {
        let d = Scalar::from_bytes_reduced(&signers[signer].to_bytes());
        let cause = random.below(4);
        if cause == 0 {
            k = Scalar::ZERO;
        }
        let point = secret::multiply_generator(&k).into_option();
        let x1 = point.map_or(Scalar::ZERO, |point| abscissa_as_scalar(point.x()));
        let e = match cause {
            // r = 0
            1 => x1.negate(),
            // r + k = n
            2 => x1.add(&k).negate(),
            // s = 0: k = r d
            3 => k.multiply(&d.invert()).subtract(&x1),
            _ => e,
        };
        signing.e = e.to_bytes();
        signing.k = k;
        signing.usable = false;
    } else if below(&e.to_limbs(), &[0, 0, 0, 1 << 32]) {
        // e not below n
        signing.e = to_be_bytes(&add(&e.to_limbs(), &Scalar::MODULUS));
    }
    signing
}

/// A nonce for which the last addition of two parts, of the lower bits and the upper ones in digits
/// that may be negative, is that of two equal points: `docs/trees.md`.
fn doubling_nonce(random: &mut Random) -> Scalar {
    // where the back ends split their sums, or anywhere
    let any = 1 + random.below(254);
    let split = random.one_of(&[144, 192, 224, any]);
    let limbs = Scalar::MODULUS;
    let lower = std::array::from_fn(|i| {
        let bits = split.saturating_sub(64 * i).min(64);
        if bits == 64 {
            limbs[i]
        } else {
            limbs[i] & ((1 << bits) - 1)
        }
    });
    let mut power = [0; 4];
    power[split / 64] = 1 << (split % 64);
    let (lower, power) = (Scalar::from_limbs(&lower), Scalar::from_limbs(&power));
    // A = -(n mod 2^split), or 2^split more: k = n + 2 A
    let half = random.one_of(&[
        lower.negate(),
        power.subtract(&lower),
        lower.subtract(&power),
    ]);
    let k = half.add(&half);
    if random.one_in(2) { k } else { k.negate() }
}
