use core::arch::x86_64::__mmask8;

use super::super::field::{
    Canonical, Factor, Loose, Tight, WEAK, add, mul, square, square_plus_product, sub,
    sum_of_products,
};
use super::Addend;

/// Eight points (X/Z², W/(2·Z³)); Z = 0 stays 0.
#[derive(Clone, Copy)]
pub(in super::super) struct Jacobian {
    pub(in super::super) x: Tight<WEAK>,
    pub(in super::super) w: Tight<96>,
    pub(in super::super) z: Tight<31>,
}

impl Jacobian {
    /// Z = 0 in every lane.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(in super::super) fn infinity() -> Self {
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
    pub(in super::super) fn double_negated(self) -> Self {
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
    pub(in super::super) fn add_negated(self, other: Addend) -> Self {
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
    pub(in super::super) fn is_infinity(self) -> __mmask8 {
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
    pub(in super::super) fn add_distinct_negated(self, other: Addend) -> Self {
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
    pub(in super::super) fn add_up_negated(self) -> Self {
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
    pub(in super::super) fn select(self, mask: __mmask8, other: Self) -> Self {
        Self {
            x: self.x.select(mask, other.x),
            w: self.w.select(mask, other.w),
            z: self.z.select(mask, other.z),
        }
    }

    /// -P.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(in super::super) fn negated(self) -> Self {
        Self {
            w: self.w.negate_where(0xff),
            ..self
        }
    }
}
