use core::arch::x86_64::{__m512i, __mmask8};

use super::super::field::{
    Canonical, DENOMINATOR, Factor, Loose, PRODUCT, R2, Tight, UNIT, WEAK, add, mul, square, sub,
};
use super::super::rows::Row;

/// Eight points (x, y).
#[derive(Clone, Copy)]
pub(in super::super) struct Affine {
    pub(in super::super) x: Tight<WEAK>,
    pub(in super::super) y: Tight<WEAK>,
}

impl Affine {
    /// The generator in every lane.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(in super::super) fn generator() -> Self {
        Self {
            x: Canonical::splat(GENERATOR_X).tight().widen(),
            y: Canonical::splat(GENERATOR_Y).tight().widen(),
        }
    }

    /// The points of eight rows that hold y, the first in lane 0; those of `negative` mirrored.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(in super::super) fn gather(rows: [Row; 8], negative: __mmask8) -> Self {
        let [x, y] = Row::gather(rows);
        Self::from_canonical(x, y, negative)
    }

    /// The points of columns of words, both coordinates below p; those of `negative` mirrored.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(in super::super) fn from_words_below_p(words: [__m512i; 8], negative: __mmask8) -> Self {
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
    pub(in super::super) fn rows(&self) -> [Row; 8] {
        Row::split(self.x, self.y)
    }

    /// The points as rows that hold 2·y, lane 0 first.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(in super::super) fn doubled_rows(&self) -> [Row; 8] {
        let twice: Loose<0, 34> = add(self.y.loose(), self.y.loose());
        Row::split(self.x, twice.weak())
    }

    /// The points whose coordinates, below 2^256, are not yet in the Montgomery domain.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(in super::super) fn from_integers(x: Tight<WEAK>, y: Tight<WEAK>) -> Self {
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
    pub(in super::super) fn on_curve(self) -> __mmask8 {
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
    pub(in super::super) fn select(self, mask: __mmask8, other: Self) -> Self {
        Self {
            x: self.x.select(mask, other.x),
            y: self.y.select(mask, other.y),
        }
    }

    /// What [`Affine::add`] wants inverted.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(in super::super) fn add_denominator(self, other: Self) -> Factor<DENOMINATOR> {
        lifted_difference(other.x, self.x)
    }

    /// P + Q for P ≠ ±Q, given 1/(x_Q - x_P).
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(in super::super) fn add(self, other: Self, inverse: Factor<PRODUCT>) -> Self {
        let slope: Loose<0, PRODUCT> = mul(lifted_difference(other.y, self.y), inverse);
        self.chord(other, slope.factor::<22>())
    }

    /// What [`Affine::double`] wants inverted.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(in super::super) fn double_denominator(self) -> Factor<DENOMINATOR> {
        let twice: Loose<0, 34> = add(self.y.loose(), self.y.loose());
        twice.factor()
    }

    /// 2P, given 1/(2·y).
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(in super::super) fn double(self, inverse: Factor<PRODUCT>) -> Self {
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
/// 3, times 2^260.
const THREE: [u64; 4] = [
    0x0000_0000_0000_0030,
    0x0000_002F_FFFF_FFD0,
    0x0000_0000_0000_0000,
    0x0000_0030_0000_0000,
];
