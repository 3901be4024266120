//! The curve of GB/T 32918.5: what the protocols need of it.

use sm2::elliptic_curve::{Group, point::AffineCoordinates};
use sm2::{AffinePoint, ProjectivePoint, Scalar};
use sm2_signing::PublicKey;
use zeroize::Zeroizing;

/// Whether a public key is a point of the curve.
///
/// Coordinates of p or more are refused. The curve's order is prime, so that every point of it is
/// in the group; the point at infinity has no coordinates.
///
/// # Examples
///
/// ```
/// use sm_soft::{SecretKey, curve::is_on_curve};
/// use sm2_signing::PublicKey;
///
/// assert!(is_on_curve(&SecretKey::generate()?.public_key()));
/// assert!(!is_on_curve(&PublicKey::from_bytes(&[0; 64])));
/// # Ok::<(), sm_soft::random::RandomError>(())
/// ```
#[must_use]
pub fn is_on_curve(key: &PublicKey) -> bool {
    to_point(key).is_some()
}

/// The point with a key's coordinates, if the curve has it.
pub(crate) fn to_point(key: &PublicKey) -> Option<ProjectivePoint> {
    AffinePoint::from_coordinates(key.x().into(), key.y().into())
        .into_option()
        .map(ProjectivePoint::from)
}

/// A point's coordinates, unless it is the point at infinity.
pub(crate) fn to_public_key(point: &ProjectivePoint) -> Option<PublicKey> {
    if bool::from(point.is_identity()) {
        return None;
    }
    let point = point.to_affine();
    Some(PublicKey::from_x_y(&point.x().into(), &point.y().into()))
}

/// x ‖ y of a secret point, unless it is the point at infinity.
pub(crate) fn to_secret_coordinates(point: &ProjectivePoint) -> Option<Zeroizing<[u8; 64]>> {
    if bool::from(point.is_identity()) {
        return None;
    }
    let point = Zeroizing::new(point.to_affine());
    let mut bytes = Zeroizing::new([0; 64]);
    bytes[..32].copy_from_slice(&point.x());
    bytes[32..].copy_from_slice(&point.y());
    Some(bytes)
}

/// \[k\]G in constant time.
pub(crate) fn multiply_generator(k: &Scalar) -> ProjectivePoint {
    ProjectivePoint::mul_by_generator(k)
}
