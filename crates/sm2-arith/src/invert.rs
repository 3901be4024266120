//! Inversion mod an odd modulus, in constant time.
//!
#![doc = include_str!("../docs/inversion.md")]

use crate::limbs::Limbs;

/// An odd modulus between 2^255 and 2^256, with what the inversion needs to know of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Modulus {
    limbs: Signed,
    /// modulus^-1 mod 2^62.
    inverse: u64,
}

/// An integer in five limbs of 62 bits, the uppermost signed.
type Signed = [i64; 5];

/// What 62 division steps do to f and g: 2^62 (f', g') = (u f + v g, q f + r g).
///
/// |u| + |v| <= 2^62 and |q| + |r| <= 2^62.
#[derive(Clone, Copy)]
struct Transition {
    u: i64,
    v: i64,
    q: i64,
    r: i64,
}

/// Steps in a batch: the low 62 bits of f and g decide them.
const BATCH: u32 = 62;

/// 10 * 62 = 620 >= 590.
const BATCHES: usize = 10;

const LOW_62: u64 = (1 << 62) - 1;

impl Modulus {
    pub(crate) const fn new(modulus: &Limbs) -> Self {
        // Newton: each round doubles the number of right bits, and m * m = 1 mod 8.
        let mut inverse = modulus[0];
        let mut round = 0;
        while round < 5 {
            let error = 2_u64.wrapping_sub(modulus[0].wrapping_mul(inverse));
            inverse = inverse.wrapping_mul(error);
            round += 1;
        }
        Self {
            limbs: split(modulus),
            inverse: inverse & LOW_62,
        }
    }

    /// value^-1 mod the modulus, 0 for 0; `value` is below the modulus.
    pub(crate) fn invert(&self, value: &Limbs) -> Limbs {
        let (mut f, mut g) = (self.limbs, split(value));
        // value * d = f and value * e = g mod the modulus, up to the common power of two, which
        // `update_coefficients` divides out.
        let (mut d, mut e) = ([0; 5], [1, 0, 0, 0, 0]);
        let mut delta = 0;
        for _ in 0..BATCHES {
            let (next, transition) = divide(delta, f[0], g[0]);
            delta = next;
            self.update_coefficients(&mut d, &mut e, &transition);
            update(&mut f, &mut g, &transition);
        }
        // g = 0 and f = 1 or -1 (or the modulus, if value = 0; then d = 0).
        self.normalise(&d, f[4] >> 63)
    }

    /// (d, e) = (u d + v e, q d + r e) / 2^62 mod the modulus; all stay in (-2 m, m).
    #[inline]
    fn update_coefficients(&self, d: &mut Signed, e: &mut Signed, t: &Transition) {
        let (d_negative, e_negative) = (d[4] >> 63, e[4] >> 63);
        // A multiple of the modulus that makes negative inputs count as positive, ...
        let d_extra = (t.u & d_negative) + (t.v & e_negative);
        let e_extra = (t.q & d_negative) + (t.r & e_negative);
        // ... less what makes the low 62 bits zero.
        let mut d_sum = wide(t.u, d[0]) + wide(t.v, e[0]);
        let mut e_sum = wide(t.q, d[0]) + wide(t.r, e[0]);
        let d_factor = d_extra - self.clearing(d_sum, d_extra);
        let e_factor = e_extra - self.clearing(e_sum, e_extra);
        d_sum += wide(self.limbs[0], d_factor);
        e_sum += wide(self.limbs[0], e_factor);
        d_sum >>= BATCH;
        e_sum >>= BATCH;
        for i in 1..5 {
            let (d_limb, e_limb) = (d[i], e[i]);
            d_sum += wide(t.u, d_limb) + wide(t.v, e_limb) + wide(self.limbs[i], d_factor);
            e_sum += wide(t.q, d_limb) + wide(t.r, e_limb) + wide(self.limbs[i], e_factor);
            d[i - 1] = low(d_sum);
            e[i - 1] = low(e_sum);
            d_sum >>= BATCH;
            e_sum >>= BATCH;
        }
        d[4] = top(d_sum);
        e[4] = top(e_sum);
    }

    /// The x in [0, 2^62) with `sum` + modulus * (`extra` - x) = 0 mod 2^62.
    #[inline(always)]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss,
        reason = "arithmetic mod 2^62"
    )]
    const fn clearing(&self, sum: i128, extra: i64) -> i64 {
        let x = self
            .inverse
            .wrapping_mul(sum as u64)
            .wrapping_add(extra as u64);
        (x & LOW_62) as i64
    }

    /// `value` in (-2 m, m), negated under the mask `negate`, as an integer in [0, m).
    fn normalise(&self, value: &Signed, negate: i64) -> Limbs {
        // to (-m, m)
        let value = carried(&self.add_if(value[4] >> 63, value));
        let value = carried(&value.map(|limb| (limb ^ negate) - negate));
        // to [0, m)
        join(&carried(&self.add_if(value[4] >> 63, &value)))
    }

    /// `value` + m under a mask, not carried.
    fn add_if(&self, mask: i64, value: &Signed) -> Signed {
        let mut sum = *value;
        for (limb, modulus) in sum.iter_mut().zip(self.limbs) {
            *limb += modulus & mask;
        }
        sum
    }
}

/// 62 division steps on the low bits of f (odd) and g.
///
/// The step, with `delta` for the paper's delta - 1/2:
/// if delta >= 0 and g is odd: (-delta, g, (g - f) / 2), else (delta + 1, f, (g + (g mod 2) f) / 2).
#[inline]
fn divide(mut delta: i64, f: i64, g: i64) -> (i64, Transition) {
    let (mut f, mut g) = (f, g);
    let mut t = Transition {
        u: 1,
        v: 0,
        q: 0,
        r: 1,
    };
    for _ in 0..BATCH {
        let odd = -(g & 1);
        let swap = odd & !(delta >> 63);
        // f with the sign that the step gives it, if g is odd
        let signed = |value: i64| ((value ^ swap).wrapping_sub(swap)) & odd;
        g = g.wrapping_add(signed(f));
        t.q += signed(t.u);
        t.r += signed(t.v);
        // f + (g - f) = g
        f = f.wrapping_add(g & swap);
        t.u += t.q & swap;
        t.v += t.r & swap;
        // The row of f doubles instead of halving that of g.
        g >>= 1;
        t.u <<= 1;
        t.v <<= 1;
        // -delta = !delta + 1
        delta = (delta ^ swap) + 1;
    }
    (delta, t)
}

/// (f, g) = (u f + v g, q f + r g) / 2^62, which is exact.
#[inline]
fn update(f: &mut Signed, g: &mut Signed, t: &Transition) {
    let mut f_sum = (wide(t.u, f[0]) + wide(t.v, g[0])) >> BATCH;
    let mut g_sum = (wide(t.q, f[0]) + wide(t.r, g[0])) >> BATCH;
    for i in 1..5 {
        let (f_limb, g_limb) = (f[i], g[i]);
        f_sum += wide(t.u, f_limb) + wide(t.v, g_limb);
        g_sum += wide(t.q, f_limb) + wide(t.r, g_limb);
        f[i - 1] = low(f_sum);
        g[i - 1] = low(g_sum);
        f_sum >>= BATCH;
        g_sum >>= BATCH;
    }
    f[4] = top(f_sum);
    g[4] = top(g_sum);
}

#[inline(always)]
const fn wide(a: i64, b: i64) -> i128 {
    a as i128 * b as i128
}

#[inline(always)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the low 62 bits are wanted"
)]
const fn low(sum: i128) -> i64 {
    sum as i64 & LOW_62.cast_signed()
}

/// What is left above four limbs, which fits 62 bits and a sign.
#[inline(always)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the bounds of docs/inversion.md"
)]
const fn top(sum: i128) -> i64 {
    sum as i64
}

/// The same integer with its lower limbs in [0, 2^62).
fn carried(value: &Signed) -> Signed {
    let mut carried = *value;
    for i in 0..4 {
        carried[i + 1] += carried[i] >> BATCH;
        carried[i] &= LOW_62.cast_signed();
    }
    carried
}

const fn split(value: &Limbs) -> Signed {
    [
        (value[0] & LOW_62).cast_signed(),
        (((value[0] >> 62) | (value[1] << 2)) & LOW_62).cast_signed(),
        (((value[1] >> 60) | (value[2] << 4)) & LOW_62).cast_signed(),
        (((value[2] >> 58) | (value[3] << 6)) & LOW_62).cast_signed(),
        (value[3] >> 56).cast_signed(),
    ]
}

/// The inverse of [`split`], of a value that is not negative.
const fn join(value: &Signed) -> Limbs {
    let [a, b, c, d, e] = *value;
    let (a, b, c, d, e) = (
        a.cast_unsigned(),
        b.cast_unsigned(),
        c.cast_unsigned(),
        d.cast_unsigned(),
        e.cast_unsigned(),
    );
    [
        a | (b << 62),
        (b >> 2) | (c << 60),
        (c >> 4) | (d << 58),
        (d >> 6) | (e << 56),
    ]
}
