//! Verification.

use sm2_signing::{Prehash, PublicKey, Signature, Verifier, VerifyError};

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
        // B1 to B7
        if sm2_arith::verify(key.as_bytes(), e.as_bytes(), signature.as_bytes()) {
            Ok(())
        } else {
            Err(VerifyError::Invalid)
        }
    }
}

#[cfg(test)]
mod tests {
    use sm2::dsa::{
        SigningKey, signature::hazmat::PrehashSigner, signature::hazmat::PrehashVerifier,
    };
    use sm2_signing::Signer;

    use super::*;
    use crate::{SecretKey, SoftKey};

    /// The arithmetic is not RustCrypto's; the verdicts are.
    #[test]
    fn verdicts_of_rustcrypto() {
        for seed in 1..20_u8 {
            let d = [seed; 32];
            let key = SoftKey::new(SecretKey::from_bytes(&d).unwrap());
            let other = SigningKey::from_slice("1234567812345678", &d).unwrap();
            let e = Prehash::from_bytes(&[seed.wrapping_mul(29); 32]);
            let theirs: sm2::dsa::Signature = other.sign_prehash(e.as_bytes()).unwrap();
            for signature in [theirs.to_bytes().into(), key.sign(&e).unwrap().to_bytes()] {
                for byte in 0..=64 {
                    let mut signature: [u8; 64] = signature;
                    if let Some(byte) = signature.get_mut(byte) {
                        *byte ^= seed;
                    }
                    let expected = sm2::dsa::Signature::from_slice(&signature).is_ok_and(|s| {
                        other
                            .verifying_key()
                            .verify_prehash(e.as_bytes(), &s)
                            .is_ok()
                    });
                    let signature = Signature::from_bytes(&signature);
                    let verdict = SoftVerifier::new().verify(key.public_key(), &e, &signature);
                    assert_eq!(verdict.is_ok(), expected);
                    assert_eq!(expected, byte == 64);
                }
            }
        }
    }
}
