//! Verification.

use sm2::elliptic_curve::{
    Group, PrimeField,
    ops::{MulByGeneratorVartime, Reduce},
    point::AffineCoordinates,
};
use sm2::{FieldBytes, ProjectivePoint, Scalar};
use sm2_signing::{Prehash, PublicKey, Signature, Verifier, VerifyError};

use crate::curve;

/// Verification in software; any key, one signature at a time.
///
/// A key off the curve, and an r or s outside [1, n-1], make a signature invalid; this engine
/// never answers [`VerifyError::Backend`]. Everything here is public, and takes variable time.
///
/// # Examples
///
/// ```
/// use sm2_signing::{Prehash, PublicKey, Signature, Verifier, VerifyError};
/// use sm_soft::SoftVerifier;
///
/// let off_the_curve = PublicKey::from_bytes(&[1; 64]);
/// let e = Prehash::from_bytes(&[2; 32]);
/// let signature = Signature::from_bytes(&[3; 64]);
/// let verdict = SoftVerifier::new().verify(&off_the_curve, &e, &signature);
/// assert!(matches!(verdict, Err(VerifyError::Invalid)));
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct SoftVerifier;

impl SoftVerifier {
    /// The verifier; it holds no state.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Verifier for SoftVerifier {
    fn verify(
        &self,
        key: &PublicKey,
        e: &Prehash,
        signature: &Signature,
    ) -> Result<(), VerifyError> {
        if is_valid(key, e, signature).unwrap_or(false) {
            Ok(())
        } else {
            Err(VerifyError::Invalid)
        }
    }
}

/// `None` where the standard stops before it compares.
fn is_valid(key: &PublicKey, e: &Prehash, signature: &Signature) -> Option<bool> {
    // B1, B2: r and s in [1, n-1]
    let r = nonzero(signature.r())?;
    let s = nonzero(signature.s())?;
    let key = curve::to_point(key)?;
    // B4: e as an integer; reduced mod n, which B7 does anyway
    let e = <Scalar as Reduce<FieldBytes>>::reduce(e.as_bytes().into());
    // B5: t = (r + s) mod n, reject t = 0
    let t = r + s;
    if bool::from(t.is_zero()) {
        return None;
    }
    // B6: (x1, y1) = [s]G + [t]P
    let point = ProjectivePoint::mul_by_generator_and_mul_add_vartime(&s, &t, &key);
    if bool::from(point.is_identity()) {
        return None;
    }
    // B7: R = (e + x1) mod n, valid if R = r
    let x = <Scalar as Reduce<FieldBytes>>::reduce(&point.to_affine().x());
    Some(e + x == r)
}

fn nonzero(bytes: &[u8; 32]) -> Option<Scalar> {
    let scalar = Scalar::from_repr((*bytes).into()).into_option()?;
    (!bool::from(scalar.is_zero())).then_some(scalar)
}
