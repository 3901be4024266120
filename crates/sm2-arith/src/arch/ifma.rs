//! AVX-512 IFMA: eight signatures at a time.

mod field;
mod generator;
mod point;
mod prepare;
mod rows;
mod tables;
mod verify;

use crate::lanes::VerifyItem;

/// Proof that this processor and system have AVX-512 IFMA.
///
/// # Examples
///
/// ```
/// use sm2_arith::arch::Ifma;
///
/// // The answer never changes while a process runs.
/// assert_eq!(Ifma::new().is_some(), Ifma::new().is_some());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Ifma(());

impl Ifma {
    /// Asks the processor; `None` where it lacks AVX-512F or AVX-512 IFMA.
    #[must_use]
    pub fn new() -> Option<Self> {
        let available =
            is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512ifma");
        available.then_some(Self(()))
    }

    /// Verifies every item, in variable time; `verdicts[i]` becomes whether `items[i]` is valid.
    ///
    /// An item that is malformed in any way (a key off the curve or not below p, r or s out of
    /// [1, n-1], r + s = n) is invalid and leaves the other verdicts alone.
    ///
    /// # Panics
    ///
    /// Panics if the slices differ in length.
    ///
    /// # Examples
    ///
    /// ```
    /// use sm2_arith::{arch::Ifma, lanes::VerifyItem};
    ///
    /// let forged = VerifyItem { public_key: [1; 64], e: [2; 32], signature: [3; 64] };
    /// let mut verdicts = [true; 3];
    /// if let Some(ifma) = Ifma::new() {
    ///     ifma.verify_batch(&[forged; 3], &mut verdicts);
    ///     assert_eq!(verdicts, [false; 3]);
    /// }
    /// ```
    #[expect(unsafe_code, reason = "the one dispatch into code for AVX-512 IFMA")]
    pub fn verify_batch(&self, items: &[VerifyItem], verdicts: &mut [bool]) {
        assert_eq!(items.len(), verdicts.len(), "one verdict per item");
        // SAFETY: `verify_batch` needs avx512f and avx512ifma, and no `Ifma` exists unless
        // `Ifma::new` has found both.
        unsafe { verify::verify_batch(items, verdicts) }
    }
}
