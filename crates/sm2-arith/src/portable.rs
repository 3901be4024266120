//! The back end that runs everywhere: the same algorithms on 64-bit words.

mod known;
mod sign;
mod tree;
mod unknown;
mod windows;

use known::KeyTable;

use crate::batch::{Backend, KnownItem, SignItem, VerifyItem, sealed::Sealed};

/// The back end for every processor.
///
/// # Examples
///
/// ```
/// use sm2_arith::batch::{Backend, Portable, VerifyItem};
///
/// let forged = VerifyItem { public_key: [1; 64], e: [2; 32], signature: [3; 64] };
/// let mut verdicts = [true; 3];
/// Portable.verify_batch(&[forged; 3], &mut verdicts);
/// assert_eq!(verdicts, [false; 3]);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it needs no proof")]
pub struct Portable;

impl Sealed for Portable {}

impl Backend for Portable {
    type KeyTable = KeyTable;

    const NAME: &'static str = "portable";
    const LANES: usize = 1;
    const KEY_TABLE_BYTES: usize = KeyTable::BYTES;

    fn verify_batch(self, items: &[VerifyItem], verdicts: &mut [bool]) {
        assert_eq!(items.len(), verdicts.len(), "one verdict per item");
        unknown::verify(items, verdicts);
    }

    fn key_tables(self, keys: &[[u8; 64]]) -> Vec<Option<KeyTable>> {
        known::key_tables(keys)
    }

    fn verify_known(self, items: &[KnownItem<'_, KeyTable>], verdicts: &mut [bool]) {
        assert_eq!(items.len(), verdicts.len(), "one verdict per item");
        known::verify(items, verdicts);
    }

    fn sign_batch(self, items: &[SignItem<'_>], signatures: &mut [Option<[u8; 64]>]) {
        assert_eq!(items.len(), signatures.len(), "one signature per item");
        sign::sign(items, signatures);
    }
}
