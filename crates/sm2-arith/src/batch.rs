//! Many signatures at a time: what the back ends can do, and what they are given.
//!
//! [`Ifma`] works in eight lanes of AVX-512 IFMA, [`Portable`] runs everywhere. Both give the same answers.

use std::fmt;

use zeroize::Zeroize;

pub use crate::arch::Ifma;
pub use crate::portable::Portable;
use crate::{Scalar, ScalarFactor};

/// A back end: arithmetic for one kind of processor.
///
/// A value of an implementing type is the proof that this processor can run it.
///
/// # Examples
///
/// ```
/// use sm2_arith::batch::{Backend, KnownItem, Portable, SignItem, VerifyItem};
/// use sm2_arith::{Scalar, SigningKey};
///
/// let key = SigningKey::from_bytes(&[0x11; 32])?;
/// let nonce = Scalar::from_bytes_reduced(&[0x33; 32]); // in earnest: uniform, secret, never used twice
/// let e = [0x22; 32];
/// let mut signatures = [None];
/// Portable.sign_batch(&[SignItem::new(key.inverse(), &e, &nonce)], &mut signatures);
/// let signature = signatures[0].unwrap();
///
/// let mut verdicts = [false];
/// Portable.verify_batch(&[VerifyItem { public_key: key.public_key(), e, signature }], &mut verdicts);
/// assert!(verdicts[0]);
///
/// let tables = Portable.key_tables(&[key.public_key()]);
/// let table = tables[0].as_ref().unwrap();
/// Portable.verify_known(&[KnownItem { table, e, signature }], &mut verdicts);
/// assert!(verdicts[0]);
/// # Ok::<(), sm2_arith::InvalidKey>(())
/// ```
pub trait Backend: sealed::Sealed + Copy + fmt::Debug + Send + Sync + 'static {
    /// Multiples of one public key, in the form that this back end reads.
    type KeyTable: fmt::Debug + Send + Sync;

    /// The back end's name in messages and reports.
    const NAME: &'static str;
    /// How many signatures are worked on at a time.
    const LANES: usize;
    /// What one [`KeyTable`](Self::KeyTable) occupies, in bytes.
    const KEY_TABLE_BYTES: usize;

    /// Verifies every item, in variable time; `verdicts[i]` becomes whether `items[i]` is valid.
    ///
    /// An item that is malformed in any way (a key off the curve or not below p, r or s out of
    /// [1, n-1], r + s = n) is invalid and leaves the other verdicts alone.
    ///
    /// # Panics
    ///
    /// Panics if the slices differ in length.
    fn verify_batch(self, items: &[VerifyItem], verdicts: &mut [bool]);

    /// The tables of these keys (x ‖ y, big-endian); none for bytes that are not a point of the curve.
    ///
    /// Tables made together share inversions.
    fn key_tables(self, keys: &[[u8; 64]]) -> Vec<Option<Self::KeyTable>>;

    /// As [`verify_batch`](Self::verify_batch), for keys whose tables are there.
    ///
    /// # Panics
    ///
    /// Panics if the slices differ in length.
    fn verify_known(self, items: &[KnownItem<'_, Self::KeyTable>], verdicts: &mut [bool]);

    /// Signs every item, in time that depends on their number alone; `signatures[i]` becomes r ‖ s, big-endian.
    ///
    /// None where the nonce cannot be used (GB/T 32918.2, 6.1, steps A5 and A6): take another. That
    /// happens to one nonce in about 2^254, and it shows in the time.
    ///
    /// # Panics
    ///
    /// Panics if the slices differ in length.
    fn sign_batch(self, items: &[SignItem<'_>], signatures: &mut [Option<[u8; 64]>]);
}

/// One signature to verify: public data only.
///
/// # Examples
///
/// ```
/// use sm2_arith::batch::VerifyItem;
///
/// let item = VerifyItem { public_key: [0; 64], e: [0; 32], signature: [0; 64] };
/// assert_eq!(item.signature.len(), item.public_key.len());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a plain record that callers fill in"
)]
pub struct VerifyItem {
    /// x ‖ y of the signer's key, big-endian.
    pub public_key: [u8; 64],
    /// The digest e of GB/T 32918.2, section 7.1, step B4, big-endian; it may be n or more.
    pub e: [u8; 32],
    /// r ‖ s, big-endian.
    pub signature: [u8; 64],
}

/// One signature to verify, by a key whose table is there; `T` is a [`Backend::KeyTable`].
#[derive(Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a plain record that callers fill in"
)]
pub struct KnownItem<'a, T> {
    /// The table of the signer's key.
    pub table: &'a T,
    /// The digest e, big-endian; it may be n or more.
    pub e: [u8; 32],
    /// r ‖ s, big-endian.
    pub signature: [u8; 64],
}

impl<T> Clone for KnownItem<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for KnownItem<'_, T> {}

/// One digest to sign, with the nonce to do it with; wiped on drop.
///
/// The nonce must be uniform, secret and never used twice: two signatures with one nonce, or a few
/// with some known bits of it, give the key away.
pub struct SignItem<'a> {
    pub(crate) inverse: &'a ScalarFactor,
    pub(crate) e: Scalar,
    pub(crate) k: Scalar,
}

impl<'a> SignItem<'a> {
    /// An item from (1 + d)^-1 ([`SigningKey::inverse`](crate::SigningKey::inverse)), e (big-endian, taken
    /// mod n) and k.
    #[must_use]
    pub const fn new(inverse: &'a ScalarFactor, e: &[u8; 32], k: &Scalar) -> Self {
        Self {
            inverse,
            e: Scalar::from_bytes_reduced(e),
            k: *k,
        }
    }
}

impl Drop for SignItem<'_> {
    fn drop(&mut self) {
        self.k.zeroize();
    }
}

/// Says nothing: there is a nonce in it.
impl fmt::Debug for SignItem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignItem").finish_non_exhaustive()
    }
}

pub(crate) mod sealed {
    /// Keeps [`Backend`](super::Backend) free to grow.
    #[expect(unnameable_types, reason = "so that nobody else implements it")]
    pub trait Sealed {}
}
