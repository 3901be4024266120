//! The back end that runs everywhere: the same algorithms on 64-bit words.

use crate::batch::{Backend, KnownItem, SignItem, VerifyItem, sealed::Sealed};
use crate::signing::to_bytes;
use crate::{AffinePoint, secret, verify};

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

/// Multiples of one public key.
#[derive(Debug)]
#[expect(unnameable_types, reason = "its name is Backend::KeyTable")]
pub struct KeyTable {
    public_key: [u8; 64],
}

impl Sealed for Portable {}

impl Backend for Portable {
    type KeyTable = KeyTable;

    const NAME: &'static str = "portable";
    const LANES: usize = 1;
    const KEY_TABLE_BYTES: usize = size_of::<KeyTable>();

    fn verify_batch(self, items: &[VerifyItem], verdicts: &mut [bool]) {
        assert_eq!(items.len(), verdicts.len(), "one verdict per item");
        for (item, verdict) in items.iter().zip(verdicts) {
            *verdict = verify(&item.public_key, &item.e, &item.signature);
        }
    }

    fn key_tables(self, keys: &[[u8; 64]]) -> Vec<Option<KeyTable>> {
        let table = |key: &[u8; 64]| {
            let point = AffinePoint::from_bytes(key).ok()?;
            Some(KeyTable {
                public_key: point.to_bytes(),
            })
        };
        keys.iter().map(table).collect()
    }

    fn verify_known(self, items: &[KnownItem<'_, KeyTable>], verdicts: &mut [bool]) {
        assert_eq!(items.len(), verdicts.len(), "one verdict per item");
        for (item, verdict) in items.iter().zip(verdicts) {
            *verdict = verify(&item.table.public_key, &item.e, &item.signature);
        }
    }

    fn sign_batch(self, items: &[SignItem<'_>], signatures: &mut [Option<[u8; 64]>]) {
        assert_eq!(items.len(), signatures.len(), "one signature per item");
        for (item, signature) in items.iter().zip(signatures) {
            let signed = secret::sign(item.inverse, &item.e, &item.k).into_option();
            *signature = signed.map(|(r, s)| to_bytes(&r, &s));
        }
    }
}
