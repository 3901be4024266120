//! AVX-512 IFMA: eight signatures at a time.

/// One test per check, run where the processor allows it.
#[cfg(test)]
macro_rules! run {
    ($($name:ident)*) => { $(
        #[test]
        #[expect(unsafe_code, reason = "the dispatch of a test")]
        fn $name() {
            if crate::batch::Ifma::new().is_none() {
                println!("skipped: no AVX-512 IFMA");
                return;
            }
            // SAFETY: the check needs avx512f and avx512ifma, which `Ifma::new` has just found.
            unsafe { checks::$name() }
        }
    )* };
}

mod across;
mod field;
mod generator;
mod known;
mod odd;
mod point;
mod prepare;
mod rows;
mod sign;
mod tables;
mod tree;
mod verify;
mod windows;
mod words;

use crate::batch::{Backend, KnownItem, SignItem, VerifyItem, sealed::Sealed};

/// The back end for AVX-512 IFMA.
///
/// # Examples
///
/// ```
/// use sm2_arith::batch::{Backend, Ifma, VerifyItem};
///
/// let forged = VerifyItem { public_key: [1; 64], e: [2; 32], signature: [3; 64] };
/// let mut verdicts = [true; 3];
/// if let Some(ifma) = Ifma::new() {
///     ifma.verify_batch(&[forged; 3], &mut verdicts);
///     assert_eq!(verdicts, [false; 3]);
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Ifma(());

impl Ifma {
    /// Asks the processor; `None` where it lacks AVX-512F or AVX-512 IFMA.
    ///
    /// The answer never changes while a process runs.
    #[must_use]
    pub fn new() -> Option<Self> {
        let available =
            is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512ifma");
        available.then_some(Self(()))
    }
}

impl Sealed for Ifma {}

impl Backend for Ifma {
    type KeyTable = known::KeyTable;

    const NAME: &'static str = "ifma";
    const LANES: usize = 8;
    const KEY_TABLE_BYTES: usize = known::KEY_TABLE_BYTES;

    #[expect(unsafe_code, reason = "a dispatch into code for AVX-512 IFMA")]
    fn verify_batch(self, items: &[VerifyItem], verdicts: &mut [bool]) {
        assert_eq!(items.len(), verdicts.len(), "one verdict per item");
        // SAFETY: `verify_batch` needs avx512f and avx512ifma, and no `Ifma` exists unless
        // `Ifma::new` has found both.
        unsafe { verify::verify_batch(items, verdicts) }
    }

    #[expect(unsafe_code, reason = "a dispatch into code for AVX-512 IFMA")]
    fn key_tables(self, keys: &[[u8; 64]]) -> Vec<Option<Self::KeyTable>> {
        // SAFETY: `key_tables` needs avx512f and avx512ifma, and no `Ifma` exists unless
        // `Ifma::new` has found both.
        unsafe { known::key_tables(keys) }
    }

    #[expect(unsafe_code, reason = "a dispatch into code for AVX-512 IFMA")]
    fn verify_known(self, items: &[KnownItem<'_, Self::KeyTable>], verdicts: &mut [bool]) {
        assert_eq!(items.len(), verdicts.len(), "one verdict per item");
        // SAFETY: `verify_known` needs avx512f and avx512ifma, and no `Ifma` exists unless
        // `Ifma::new` has found both.
        unsafe { known::verify_known(items, verdicts) }
    }

    #[expect(unsafe_code, reason = "a dispatch into code for AVX-512 IFMA")]
    fn sign_batch(self, items: &[SignItem<'_>], signatures: &mut [Option<[u8; 64]>]) {
        assert_eq!(items.len(), signatures.len(), "one signature per item");
        // SAFETY: `sign_batch` needs avx512f and avx512ifma, and no `Ifma` exists unless
        // `Ifma::new` has found both.
        unsafe { sign::sign_batch(items, signatures) }
    }
}
