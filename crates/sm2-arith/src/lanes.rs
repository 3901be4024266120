//! Signatures to verify many at a time.

/// One signature to verify: public data only.
///
/// # Examples
///
/// ```
/// use sm2_arith::lanes::VerifyItem;
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
