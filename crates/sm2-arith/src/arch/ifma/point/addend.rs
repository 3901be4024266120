use core::arch::x86_64::{__m512i, __mmask8};

use super::super::field::{
    Canonical, Factor, Loose, ONE, Tight, UNIT, WEAK, add, mul, square, square_plus_product, sub,
};
use super::super::rows::Row;
use super::{Affine, Jacobian};

/// Eight points (x, w/2), as tables hold them.
#[derive(Clone, Copy)]
pub(in super::super) struct Addend {
    pub(in super::super) x: Tight<UNIT>,
    pub(in super::super) w: Tight<WEAK>,
}

impl Addend {
    /// The points of eight rows that hold 2·y, the first in lane 0; those of `negative` mirrored.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(in super::super) fn gather(rows: [Row; 8], negative: __mmask8) -> Self {
        let [x, w] = Row::gather(rows);
        Self::from_canonical(x, w, negative)
    }

    /// The points of eight rows that hold y, the first in lane 0; those of `negative` mirrored.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(in super::super) fn gather_doubling(rows: [Row; 8], negative: __mmask8) -> Self {
        let [x, y] = Row::gather(rows);
        let y = y.negate_where(negative).loose();
        let w: Loose<0, 32> = add(y, y);
        Self { x, w: w.weak() }
    }

    /// The points of columns of words, x and 2·y, both below p; those of `negative` mirrored.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(in super::super) fn from_words_below_p(words: [__m512i; 8], negative: __mmask8) -> Self {
        let [x, w] = Canonical::halves(words);
        Self::from_canonical(x, w, negative)
    }

    /// Columns of words, x and 2·y, both below p.
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(in super::super) fn words(self) -> [__m512i; 8] {
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
    pub(super) fn double_negated(self) -> Jacobian {
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
    pub(in super::super) fn affine(self) -> Affine {
        let y: Loose<0, 18> = mul(self.w.factor(), Canonical::splat(HALF).tight().factor());
        Affine {
            x: self.x.widen(),
            y: y.weak(),
        }
    }

    /// The same points with Z = 1.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(in super::super) fn jacobian(self) -> Jacobian {
        let z = Canonical::splat(ONE).tight();
        Jacobian {
            x: self.x.widen(),
            w: self.w.widen(),
            z: z.widen(),
        }
    }
}

/// 1/2, times 2^260.
const HALF: [u64; 4] = [
    0x0000_0000_0000_0008,
    0x0000_0007_FFFF_FFF8,
    0x0000_0000_0000_0000,
    0x0000_0008_0000_0000,
];
