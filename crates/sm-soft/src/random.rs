//! Random bytes from the operating system.

use sm2::Scalar;
use sm2::elliptic_curve::{PrimeField, subtle::ConstantTimeEq};
use zeroize::Zeroizing;

/// The operating system gave no random bytes.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "the operating system gave no random bytes: nothing secret can be made; \
     check getrandom(2) and /dev/urandom in this environment"
)]
#[non_exhaustive]
pub struct RandomError {
    source: getrandom::Error,
}

/// Fills a buffer with random bytes from the operating system.
///
/// # Errors
///
/// [`RandomError`] if there are none.
///
/// # Examples
///
/// ```
/// let mut nonce = [0; 12];
/// sm_soft::random::fill(&mut nonce)?;
/// assert_ne!(nonce, [0; 12]);
/// # Ok::<(), sm_soft::random::RandomError>(())
/// ```
pub fn fill(buffer: &mut [u8]) -> Result<(), RandomError> {
    getrandom::fill(buffer).map_err(|source| RandomError { source })
}

/// A uniform scalar in [1, n-1].
pub(crate) fn nonzero_scalar() -> Result<Zeroizing<Scalar>, RandomError> {
    let mut bytes = Zeroizing::new(sm2::FieldBytes::default());
    loop {
        fill(bytes.as_mut_slice())?;
        // Rejects one candidate in 2^32: n is just below 2^256 - 2^224.
        if let Some(scalar) = Scalar::from_repr(*bytes).into_option().map(Zeroizing::new)
            && !bool::from(scalar.ct_eq(&Scalar::ZERO))
        {
            return Ok(scalar);
        }
    }
}
