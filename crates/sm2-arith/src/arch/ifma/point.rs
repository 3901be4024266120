//! Eight points at a time, with formulas that show the cases they are wrong for by Z = 0.
//!
//! Ordinates are doubled (W = 2Y) and every step negates: doubling gives -2P, addition -(P + Q). So
//! the new ordinate is a sum of two products that needs one reduction. The caller keeps the parity.

use core::arch::x86_64::{__m512i, __mmask8};

use super::field::{
    Canonical, DENOMINATOR, Factor, Loose, ONE, PRODUCT, R2, Tight, UNIT, WEAK, add, mul, square,
    square_plus_product, sub, sum_of_products,
};
use super::rows::Row;

/// Eight points (X/Z², W/(2·Z³)); Z = 0 stays 0.
#[derive(Clone, Copy)]
pub(super) struct Jacobian {
    pub(super) x: Tight<WEAK>,
    pub(super) w: Tight<96>,
    pub(super) z: Tight<31>,
}

/// Eight points (x, w/2), as tables hold them.
#[derive(Clone, Copy)]
pub(super) struct Addend {
    pub(super) x: Tight<UNIT>,
    pub(super) w: Tight<WEAK>,
}

/// Eight points (x, y).
#[derive(Clone, Copy)]
pub(super) struct Affine {
    pub(super) x: Tight<WEAK>,
    pub(super) y: Tight<WEAK>,
}

impl Jacobian {
    /// Z = 0 in every lane.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn infinity() -> Self {
        let zero = Canonical::splat([0; 4]).tight();
        Self {
            x: zero.widen(),
            w: zero.widen(),
            z: zero.widen(),
        }
    }

    /// -2P.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn double_negated(self) -> Self {
        let x = self.x.loose();
        let delta: Loose<32, 52> = square(self.z.factor());
        let gamma: Loose<0, 52> = square(self.w.factor());
        let gamma: Factor<52> = gamma.factor();
        // -alpha = 3·(Z² - X)·(X + Z²)
        let difference: Loose<15, 52> = sub(delta, x);
        let twice: Loose<30, 104> = add(difference, difference);
        let thrice: Loose<45, 156> = add(twice, difference);
        let sum: Loose<32, 69> = add(x, delta);
        let alpha: Loose<0, 59> = mul(thrice.factor::<156>(), sum.factor::<69>());
        let alpha: Factor<59> = alpha.factor();
        let beta: Loose<32, 52> = mul(self.x.factor(), gamma);
        let z: Loose<0, 28> = mul(self.w.factor(), self.z.factor());

        // X' = alpha² - 2·beta
        let squared: Loose<0, 30> = square(alpha);
        let twice: Loose<64, 104> = add(beta, beta);
        let x: Loose<-104, -34> = sub(squared, twice);
        let x = x.weak();
        // W' = gamma² - alpha·2·(beta - X')
        let height: Loose<15, 52> = sub(beta, x.loose());
        let height: Loose<30, 104> = add(height, height);
        let w: Loose<0, 51> = square_plus_product(gamma, alpha, height.factor::<104>());
        Self {
            x,
            w: w.tight(),
            z: z.tight(),
        }
    }

    /// -(P + Q), for every P.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn add_negated(self, other: Addend) -> Self {
        let sum = self.add_distinct_negated(other);
        let doubtful = sum.z.vanishes();
        if doubtful == 0 {
            return sum;
        }
        self.add_any_negated(other, sum, doubtful)
    }

    /// The lanes that hold infinity.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn is_infinity(self) -> __mmask8 {
        self.z.vanishes()
    }

    /// -(P + Q) where P is infinity, Q or -Q in the lanes of `doubtful`, and `sum` is right in the others.
    #[cold]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn add_any_negated(self, other: Addend, sum: Self, doubtful: __mmask8) -> Self {
        // Both have one abscissa: the sum is -2P if the ordinates are equal too. If they are not, the sum is
        // infinity, and has Z = 0 already.
        let zz: Loose<0, 20> = square(self.z.factor());
        let zzz: Loose<0, 19> = mul(self.z.factor(), zz.factor::<20>());
        let other_w: Loose<96, 114> = mul(other.w.factor(), zzz.factor::<19>());
        let difference: Loose<0, 114> = sub(other_w, self.w.loose());
        let equal = difference.is_zero() & doubtful;
        let sum = sum.select(equal, other.double_negated());
        sum.select(self.is_infinity(), other.jacobian().negated())
    }

    /// -(P + Q); Z = 0 when P is infinity, Q or -Q.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn add_distinct_negated(self, other: Addend) -> Self {
        let zz: Loose<0, 20> = square(self.z.factor());
        let zz: Factor<20> = zz.factor();
        let zzz: Loose<0, 19> = mul(self.z.factor(), zz);
        let other_x: Loose<32, 50> = mul(other.x.factor(), zz);
        let h: Loose<15, 50> = sub(other_x, self.x.loose());
        let h2: Loose<30, 100> = add(h, h);
        let h2: Factor<100> = h2.factor();
        let other_w: Loose<96, 114> = mul(other.w.factor(), zzz.factor::<19>());
        let r: Loose<0, 114> = sub(other_w, self.w.loose());
        let r: Factor<114> = r.factor();
        let i: Loose<0, 56> = square(h2);
        let i: Factor<56> = i.factor();
        let j: Loose<0, 27> = mul(h.factor::<50>(), i);
        let v: Loose<-32, -12> = mul(self.x.factor(), i);

        // X' = r² - j - 2·v
        let squared: Loose<0, 67> = square(r);
        let x: Loose<-27, 67> = sub(squared, j);
        let v2: Loose<-64, -24> = add(v, v);
        let x: Loose<-3, 131> = sub(x, v2);
        let x = x.weak();
        let z: Loose<0, 29> = mul(self.z.factor(), h2);
        // W' = 2·(r·(X' - v) + W·j)
        let g: Loose<12, 49> = sub(x.loose(), v);
        let w: Loose<0, 48> =
            sum_of_products(r, g.factor::<49>(), self.w.factor(), j.factor::<27>());
        let w: Loose<0, 96> = add(w, w);
        Self {
            x,
            w: w.tight(),
            z: z.tight(),
        }
    }

    /// The negative of the sum of all eight lanes, in every lane.
    ///
    /// Z = 0 if on the way two points were equal or opposite, or one was infinity.
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn add_up_negated(self) -> Self {
        let pairs = self.add_distinct_points_negated(self.partners::<1>());
        let fours = pairs.add_distinct_points_negated(pairs.partners::<2>());
        fours.add_distinct_points_negated(fours.partners::<4>())
    }

    /// -(P + Q); Z = 0 when P = ±Q or one is infinity.
    ///
    /// As [`add_distinct_negated`](Self::add_distinct_negated), with both points on one denominator first.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn add_distinct_points_negated(self, other: Self) -> Self {
        let zz: Loose<0, 20> = square(self.z.factor());
        let zz: Factor<20> = zz.factor();
        let zzz: Loose<0, 19> = mul(self.z.factor(), zz);
        let other_zz: Loose<0, 20> = square(other.z.factor());
        let other_zz: Factor<20> = other_zz.factor();
        let other_zzz: Loose<0, 19> = mul(other.z.factor(), other_zz);
        let x: Loose<0, 18> = mul(self.x.factor(), other_zz);
        let other_x: Loose<32, 50> = mul(other.x.factor(), zz);
        let w: Loose<0, 24> = mul(self.w.factor(), other_zzz.factor::<19>());
        let other_w: Loose<32, 56> = mul(other.w.factor(), zzz.factor::<19>());
        let z: Loose<0, 20> = mul(self.z.factor(), other.z.factor());
        let h: Loose<14, 50> = sub(other_x, x);
        let h2: Loose<28, 100> = add(h, h);
        let h2: Factor<100> = h2.factor();
        let r: Loose<8, 56> = sub(other_w, w);
        let r: Factor<56> = r.factor();
        let i: Loose<0, 56> = square(h2);
        let i: Factor<56> = i.factor();
        let j: Loose<0, 27> = mul(h.factor::<50>(), i);
        let v: Loose<-32, -12> = mul(x.factor::<18>(), i);

        // X' = r² - j - 2·v
        let squared: Loose<0, 29> = square(r);
        let x: Loose<-27, 29> = sub(squared, j);
        let v2: Loose<-64, -24> = add(v, v);
        let x: Loose<-3, 93> = sub(x, v2);
        let x = x.weak();
        let z: Loose<0, 24> = mul(z.factor::<20>(), h2);
        // W' = 2·(r·(X' - v) + W·j)
        let g: Loose<12, 49> = sub(x.loose(), v);
        let w: Loose<0, 30> =
            sum_of_products(r, g.factor::<49>(), w.factor::<24>(), j.factor::<27>());
        let w: Loose<0, 60> = add(w, w);
        Self {
            x,
            w: w.tight(),
            z: z.tight(),
        }
    }

    /// What stands in the lane at this distance, a power of two: each lane and its partner change places.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn partners<const DISTANCE: usize>(self) -> Self {
        Self {
            x: self.x.partners::<DISTANCE>(),
            w: self.w.partners::<DISTANCE>(),
            z: self.z.partners::<DISTANCE>(),
        }
    }

    /// The points of `other` in the lanes of `mask`, those of `self` elsewhere.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn select(self, mask: __mmask8, other: Self) -> Self {
        Self {
            x: self.x.select(mask, other.x),
            w: self.w.select(mask, other.w),
            z: self.z.select(mask, other.z),
        }
    }

    /// -P.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn negated(self) -> Self {
        Self {
            w: self.w.negate_where(0xff),
            ..self
        }
    }
}

impl Addend {
    /// The points of eight rows that hold 2·y, the first in lane 0; those of `negative` mirrored.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn gather(rows: [Row; 8], negative: __mmask8) -> Self {
        let [x, w] = Row::gather(rows);
        Self::from_canonical(x, w, negative)
    }

    /// The points of eight rows that hold y, the first in lane 0; those of `negative` mirrored.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn gather_doubling(rows: [Row; 8], negative: __mmask8) -> Self {
        let [x, y] = Row::gather(rows);
        let y = y.negate_where(negative).loose();
        let w: Loose<0, 32> = add(y, y);
        Self { x, w: w.weak() }
    }

    /// The points of columns of words, x and 2·y, both below p; those of `negative` mirrored.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn from_words_below_p(words: [__m512i; 8], negative: __mmask8) -> Self {
        let [x, w] = Canonical::halves(words);
        Self::from_canonical(x, w, negative)
    }

    /// Columns of words, x and 2·y, both below p.
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn words(self) -> [__m512i; 8] {
        let [x0, x1, x2, x3] = self.x.canonical().to_words();
        let [w0, w1, w2, w3] = self.w.canonical().to_words();
        [x0, x1, x2, x3, w0, w1, w2, w3]
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn from_canonical(x: Tight<UNIT>, w: Tight<UNIT>, negative: __mmask8) -> Self {
        Self {
            x,
            w: w.negate_where(negative).widen(),
        }
    }

    /// -2P.
    ///
    /// As [`Jacobian::double_negated`] with Z = 1; that one, called from here too, would not be inlined into
    /// the loop that it is made for.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn double_negated(self) -> Jacobian {
        let x = self.x.loose();
        let one = Canonical::splat(ONE).tight().loose();
        let gamma: Loose<0, 18> = square(self.w.factor());
        let gamma: Factor<18> = gamma.factor();
        // -alpha = 3·(1 - X)·(X + 1)
        let difference: Loose<-16, 16> = sub(one, x);
        let difference: Loose<0, 33> = difference.bias::<1, 0, 33>();
        let twice: Loose<0, 66> = add(difference, difference);
        let thrice: Loose<0, 99> = add(twice, difference);
        let sum: Loose<0, 32> = add(x, one);
        let alpha: Loose<0, 29> = mul(thrice.factor::<99>(), sum.factor::<32>());
        let alpha: Factor<29> = alpha.factor();
        let beta: Loose<32, 50> = mul(self.x.factor(), gamma);

        // X' = alpha² - 2·beta
        let squared: Loose<0, 20> = square(alpha);
        let twice: Loose<64, 100> = add(beta, beta);
        let x: Loose<-100, -44> = sub(squared, twice);
        let x = x.weak();
        // W' = gamma² - alpha·2·(beta - X')
        let height: Loose<15, 50> = sub(beta, x.loose());
        let height: Loose<30, 100> = add(height, height);
        let w: Loose<0, 30> = square_plus_product(gamma, alpha, height.factor::<100>());
        Jacobian {
            x,
            w: w.tight(),
            z: self.w.widen(),
        }
    }

    /// The same points with their plain ordinates.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn affine(self) -> Affine {
        let y: Loose<0, 18> = mul(self.w.factor(), Canonical::splat(HALF).tight().factor());
        Affine {
            x: self.x.widen(),
            y: y.weak(),
        }
    }

    /// The same points with Z = 1.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn jacobian(self) -> Jacobian {
        let z = Canonical::splat(ONE).tight();
        Jacobian {
            x: self.x.widen(),
            w: self.w.widen(),
            z: z.widen(),
        }
    }
}

impl Affine {
    /// The generator in every lane.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn generator() -> Self {
        Self {
            x: Canonical::splat(GENERATOR_X).tight().widen(),
            y: Canonical::splat(GENERATOR_Y).tight().widen(),
        }
    }

    /// The points of eight rows that hold y, the first in lane 0; those of `negative` mirrored.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn gather(rows: [Row; 8], negative: __mmask8) -> Self {
        let [x, y] = Row::gather(rows);
        Self::from_canonical(x, y, negative)
    }

    /// The points of columns of words, both coordinates below p; those of `negative` mirrored.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn from_words_below_p(words: [__m512i; 8], negative: __mmask8) -> Self {
        let [x, y] = Canonical::halves(words);
        Self::from_canonical(x, y, negative)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn from_canonical(x: Tight<UNIT>, y: Tight<UNIT>, negative: __mmask8) -> Self {
        Self {
            x: x.widen(),
            y: y.negate_where(negative).widen(),
        }
    }

    /// The points as rows that hold y, lane 0 first.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn rows(&self) -> [Row; 8] {
        Row::split(self.x, self.y)
    }

    /// The points as rows that hold 2·y, lane 0 first.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn doubled_rows(&self) -> [Row; 8] {
        let twice: Loose<0, 34> = add(self.y.loose(), self.y.loose());
        Row::split(self.x, twice.weak())
    }

    /// The points whose coordinates, below 2^256, are not yet in the Montgomery domain.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn from_integers(x: Tight<WEAK>, y: Tight<WEAK>) -> Self {
        let r2 = Canonical::splat(R2).tight().factor();
        let x: Loose<0, 18> = mul(x.factor(), r2);
        let y: Loose<0, 18> = mul(y.factor(), r2);
        Self {
            x: x.weak(),
            y: y.weak(),
        }
    }

    /// The lanes that satisfy y² = x³ - 3·x + b.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn on_curve(self) -> __mmask8 {
        let x = self.x.loose();
        let yy: Loose<0, 18> = square(self.y.factor());
        let xx: Loose<0, 18> = square(self.x.factor());
        let xxx: Loose<0, 18> = mul(xx.factor::<18>(), self.x.factor());
        let x2: Loose<0, 34> = add(x, x);
        let x3: Loose<0, 51> = add(x2, x);
        let difference: Loose<-18, 18> = sub(yy, xxx);
        let difference: Loose<-18, 69> = add(difference, x3);
        let difference: Loose<-34, 69> = sub(difference, Canonical::splat(B).tight().loose());
        difference.is_zero()
    }

    /// The points of `other` in the lanes of `mask`, those of `self` elsewhere.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn select(self, mask: __mmask8, other: Self) -> Self {
        Self {
            x: self.x.select(mask, other.x),
            y: self.y.select(mask, other.y),
        }
    }

    /// What [`Affine::add`] wants inverted.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn add_denominator(self, other: Self) -> Factor<DENOMINATOR> {
        lifted_difference(other.x, self.x)
    }

    /// P + Q for P ≠ ±Q, given 1/(x_Q - x_P).
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn add(self, other: Self, inverse: Factor<PRODUCT>) -> Self {
        let slope: Loose<0, PRODUCT> = mul(lifted_difference(other.y, self.y), inverse);
        self.chord(other, slope.factor::<22>())
    }

    /// What [`Affine::double`] wants inverted.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn double_denominator(self) -> Factor<DENOMINATOR> {
        let twice: Loose<0, 34> = add(self.y.loose(), self.y.loose());
        twice.factor()
    }

    /// 2P, given 1/(2·y).
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn double(self, inverse: Factor<PRODUCT>) -> Self {
        let xx: Loose<0, 18> = square(self.x.factor());
        let twice: Loose<0, 36> = add(xx, xx);
        let thrice: Loose<0, 54> = add(twice, xx);
        let numerator: Loose<-16, 54> = sub(thrice, Canonical::splat(THREE).tight().loose());
        let numerator: Loose<0, 71> = numerator.bias::<1, 0, 71>();
        let slope: Loose<0, 22> = mul(numerator.factor::<71>(), inverse);
        self.chord(self, slope.factor())
    }

    /// The third point of the line through P and Q, mirrored.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn chord(self, other: Self, slope: Factor<22>) -> Self {
        let squared: Loose<0, 18> = square(slope);
        let x: Loose<-17, 18> = sub(squared, self.x.loose());
        let x: Loose<-34, 18> = sub(x, other.x.loose());
        let x = x.weak();
        let y: Loose<0, 21> = mul(slope, lifted_difference(self.x, x));
        let y: Loose<-17, 21> = sub(y, self.y.loose());
        Self { x, y: y.weak() }
    }
}

/// a - b + 2p.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn lifted_difference(a: Tight<WEAK>, b: Tight<WEAK>) -> Factor<DENOMINATOR> {
    let difference: Loose<-17, 17> = sub(a.loose(), b.loose());
    difference.bias::<2, 15, 50>().factor()
}

/// The generator's x, times 2^260.
const GENERATOR_X: [u64; 4] = [
    0x1328_990F_4180_29E9,
    0xE798_1EE6_CA6C_04FD,
    0x6A1E_D99A_C24C_3C33,
    0x1167_A5F7_1C13_B05D,
];
/// The generator's y, times 2^260.
const GENERATOR_Y: [u64; 4] = [
    0x1354_E593_C2D0_DDD6,
    0x1F5E_578E_D329_5FA6,
    0xD4CF_B066_E2A4_8F8C,
    0x3CD6_5D4E_1D73_5BD8,
];
/// b of the curve, times 2^260.
const B: [u64; 4] = [
    0x0D23_0632_BC0D_D422,
    0x1CF3_79B0_9B53_7AB7,
    0x2798_1505_EA51_C3C7,
    0x40FE_188D_A20E_2C85,
];
/// 1/2, times 2^260.
const HALF: [u64; 4] = [
    0x0000_0000_0000_0008,
    0x0000_0007_FFFF_FFF8,
    0x0000_0000_0000_0000,
    0x0000_0008_0000_0000,
];
/// 3, times 2^260.
const THREE: [u64; 4] = [
    0x0000_0000_0000_0030,
    0x0000_002F_FFFF_FFD0,
    0x0000_0000_0000_0000,
    0x0000_0030_0000_0000,
];
