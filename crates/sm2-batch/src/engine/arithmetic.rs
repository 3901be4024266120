//! What an engine needs of the arithmetic.

use std::fmt;

use sm2_arith::batch::{Backend, KnownItem, VerifyItem};
use sm2_signing::{Item, Verdict};

/// The public half of [`Backend`], which nobody else can implement: tests put arithmetic here that is wrong.
pub(crate) trait Arithmetic: fmt::Debug + Send + Sync + 'static {
    /// Multiples of one public key.
    type KeyTable: fmt::Debug + Send + Sync;

    const NAME: &'static str;
    const LANES: usize;
    const KEY_TABLE_BYTES: usize;

    /// Sets `valid[i]` to whether `items[i]` is valid; the slices are of one length.
    fn verify_batch(&self, items: &[VerifyItem], valid: &mut [bool]);

    /// As [`verify_batch`](Self::verify_batch), with tables.
    fn verify_known(&self, items: &[KnownItem<'_, Self::KeyTable>], valid: &mut [bool]);

    /// One table per key, none for what is not a point of the curve.
    fn key_tables(&self, keys: &[[u8; 64]]) -> Vec<Option<Self::KeyTable>>;
}

impl<B: Backend> Arithmetic for B {
    type KeyTable = <B as Backend>::KeyTable;

    const NAME: &'static str = B::NAME;
    const LANES: usize = B::LANES;
    const KEY_TABLE_BYTES: usize = B::KEY_TABLE_BYTES;

    fn verify_batch(&self, items: &[VerifyItem], valid: &mut [bool]) {
        Backend::verify_batch(*self, items, valid);
    }

    fn verify_known(&self, items: &[KnownItem<'_, Self::KeyTable>], valid: &mut [bool]) {
        Backend::verify_known(*self, items, valid);
    }

    fn key_tables(&self, keys: &[[u8; 64]]) -> Vec<Option<Self::KeyTable>> {
        Backend::key_tables(*self, keys)
    }
}

pub(crate) const fn verify_item(item: &Item) -> VerifyItem {
    VerifyItem {
        public_key: *item.key.as_bytes(),
        e: *item.e.as_bytes(),
        signature: *item.signature.as_bytes(),
    }
}

pub(crate) const fn verdict(valid: bool) -> Verdict {
    if valid {
        Verdict::Valid
    } else {
        Verdict::Invalid
    }
}
