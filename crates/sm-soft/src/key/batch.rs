//! Many signatures by one key.

use std::sync::OnceLock;

use sm2_arith::batch::{Backend, Ifma, Portable, SignItem};
use sm2_arith::sm3_lanes::hash_many;
use sm2_arith::{Scalar, ScalarFactor, secret};
use sm2_signing::{Error, Prehash, Signature};
use zeroize::Zeroizing;

use super::SoftKey;
use super::nonce::{INPUT, nonce};

impl SoftKey {
    /// Signs many e = SM3(Z‖M), several times as fast as one by one.
    ///
    /// The nonces are hedged as those of [`sign`](sm2_signing::Signer::sign), with fresh random bytes for the call. The
    /// time depends on the number of digests alone.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Device`](sm2_signing::ErrorKind) if the operating system gives no random bytes; no signature is
    /// made then.
    ///
    /// # Examples
    ///
    /// ```
    /// use sm2_signing::{Prehash, Signer, Verifier};
    /// use sm_soft::{SoftKey, SoftVerifier};
    ///
    /// let key = SoftKey::generate()?;
    /// let digests = [Prehash::from_bytes(&[1; 32]), Prehash::from_bytes(&[2; 32])];
    /// for (e, signature) in digests.iter().zip(key.sign_batch(&digests)?) {
    ///     assert!(SoftVerifier::new().verify(key.public_key(), e, &signature).is_ok());
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_batch(&self, digests: &[Prehash]) -> Result<Vec<Signature>, Error> {
        match lanes() {
            Some(lanes) => self.sign_with(lanes, digests),
            None => self.sign_with(Portable, digests),
        }
    }

    fn sign_with<B: Backend>(
        &self,
        backend: B,
        digests: &[Prehash],
    ) -> Result<Vec<Signature>, Error> {
        let mut signatures = Vec::with_capacity(digests.len());
        for digests in digests.chunks(CHUNK) {
            let fresh = Self::fresh()?;
            let nonces = self.nonces(&fresh, digests);
            let items = digests.iter().zip(nonces.iter());
            let items: Vec<_> = items
                .map(|(e, k)| SignItem::new(&self.inverse, e.as_bytes(), k))
                .collect();
            let mut signed = vec![None; items.len()];
            backend.sign_batch(&items, &mut signed);
            for ((place, e), signature) in (0..).zip(digests).zip(signed) {
                signatures.push(match signature {
                    Some(signature) => Signature::from_bytes(&signature),
                    None => self.sign_from(&fresh, e, place, 1),
                });
            }
        }
        Ok(signatures)
    }

    /// The first candidate for each digest, hashed in lanes.
    fn nonces(&self, fresh: &[u8; 32], digests: &[Prehash]) -> Zeroizing<Vec<Scalar>> {
        let mut inputs = Zeroizing::new(vec![[0; INPUT]; digests.len()]);
        for ((place, e), input) in (0..).zip(digests).zip(inputs.iter_mut()) {
            *input = *self.nonces.input(fresh, e.as_bytes(), place, 0);
        }
        let messages: Vec<&[u8]> = inputs.iter().map(<[u8; INPUT]>::as_slice).collect();
        let mut hashes = Zeroizing::new(vec![[0; 32]; digests.len()]);
        hash_many(&messages, &mut hashes);
        Zeroizing::new(hashes.iter().map(|hash| *nonce(hash)).collect())
    }
}

/// The lanes, where the processor has them and they sign as the code without them does.
pub(super) fn lanes() -> Option<Ifma> {
    static CHECKED: OnceLock<Option<Ifma>> = OnceLock::new();
    *CHECKED.get_or_init(|| {
        let lanes = Ifma::new()?;
        let sound = agrees(lanes);
        if !sound {
            tracing::error!(
                engine = Ifma::NAME,
                "an engine failed its self-check; the portable one signs in its place"
            );
        }
        sound.then_some(lanes)
    })
}

/// Signs in every lane and alone, with nonces and a key that are nobody's, and compares.
fn agrees<B: Backend>(backend: B) -> bool {
    let scalar = |value| Scalar::from_limbs(&[value; 4]);
    let inverse = secret::inverse_for_signing(&scalar(3)).unwrap_or(ScalarFactor::default());
    let nonces: Vec<Scalar> = (5..).map(scalar).take(2 * B::LANES).collect();
    let items: Vec<_> = nonces
        .iter()
        .map(|k| SignItem::new(&inverse, &[7; 32], k))
        .collect();
    let e = Scalar::from_bytes_reduced(&[7; 32]);
    let expected = nonces.iter().map(|k| {
        let signature = secret::sign(&inverse, &e, k).into_option();
        signature.map(|(r, s)| *Signature::from_r_s(&r.to_bytes(), &s.to_bytes()).as_bytes())
    });
    let expected: Vec<Option<[u8; 64]>> = expected.collect();
    let signed = |items: &[SignItem<'_>]| {
        let mut signatures = vec![None; items.len()];
        backend.sign_batch(items, &mut signatures);
        signatures
    };
    signed(&items) == expected && signed(&items[..1]) == expected[..1]
}

/// Signatures that share one draw of random bytes, and as many as the lanes take at once.
const CHUNK: usize = 256;

#[cfg(test)]
mod tests {
    use sm2_signing::{Signer as _, Verifier as _};

    use super::*;
    use crate::{SecretKey, SoftVerifier};

    fn key() -> SoftKey {
        SoftKey::new(SecretKey::from_bytes(&[0x39; 32]).unwrap())
    }

    fn check<B: Backend>(backend: B, count: usize) {
        let digests: Vec<Prehash> = (0..count)
            .map(|i| Prehash::from_bytes(&crate::hash::sm3(&i.to_be_bytes())))
            .collect();
        let key = key();
        let signatures = key.sign_with(backend, &digests).unwrap();
        assert_eq!(signatures.len(), count);
        for (e, signature) in digests.iter().zip(&signatures) {
            let verdict = SoftVerifier::new().verify(key.public_key(), e, signature);
            assert!(verdict.is_ok());
        }
    }

    #[test]
    fn every_signature_is_valid_and_in_its_place() {
        for count in (0..20).chain([CHUNK - 1, CHUNK, CHUNK + 1]) {
            check(Portable, count);
            match lanes() {
                Some(lanes) => check(lanes, count),
                None => println!("skipped: no AVX-512 IFMA"),
            }
        }
        assert_eq!(lanes().is_some(), Ifma::new().is_some());
        assert!(agrees(Portable));
    }

    /// Equal digests get nonces of their own: r tells, since it depends on e and k alone.
    #[test]
    fn equal_digests_get_different_nonces() {
        let key = key();
        let digests = [Prehash::from_bytes(&[7; 32]); 2 * CHUNK + 3];
        let mut signatures = key.sign_batch(&digests).unwrap();
        signatures.extend(key.sign_batch(&digests).unwrap());
        signatures.push(key.sign(&digests[0]).unwrap());
        let mut r: Vec<_> = signatures.iter().map(Signature::r).collect();
        r.sort_unstable();
        r.dedup();
        assert_eq!(r.len(), signatures.len());
    }

    /// A nonce that cannot be used is replaced by the next attempt.
    #[test]
    fn the_next_attempt_gives_another_signature() {
        let key = key();
        let e = Prehash::from_bytes(&[7; 32]);
        let first = key.sign_from(&[8; 32], &e, 0, 0);
        let second = key.sign_from(&[8; 32], &e, 0, 1);
        assert_ne!(first, second);
        for signature in [first, second] {
            let verdict = SoftVerifier::new().verify(key.public_key(), &e, &signature);
            assert!(verdict.is_ok());
        }
    }
}
