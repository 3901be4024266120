//! A signer for a private key that is given to the card with every call.

use conformance::Answer;
use sm_soft::SecretKey;
use sm2_signing::{Error, ErrorKind, Prehash, PublicKey, Signature, Signer, Verifier};

use super::Card;

/// `SDF_ExternalSign_ECC` as a signer. A card takes the private key and does not give the public
/// one; it is computed here, and a signature of the card must verify under it.
#[derive(Debug)]
pub(super) struct ExternalSigner<'a> {
    card: &'a Card,
    private_key: [u8; 32],
    public_key: PublicKey,
}

impl<'a> ExternalSigner<'a> {
    pub(super) fn new(card: &'a Card, private_key: &[u8; 32]) -> Answer<Self> {
        let e = Prehash::from_bytes(&[0x5a; 32]);
        let signature = card.session()?.sign_external(private_key, &e)?;
        // A key that only the card accepts gets a public key under which nothing verifies.
        let public_key = SecretKey::from_bytes(private_key)
            .map_or_else(|_| PublicKey::from_bytes(&[0; 64]), |key| key.public_key());
        let signer = Self {
            card,
            private_key: *private_key,
            public_key,
        };
        match card.verifier.verify(&public_key, &e, &signature) {
            Ok(()) => Ok(signer),
            Err(_) if public_key == PublicKey::from_bytes(&[0; 64]) => Ok(signer),
            Err(error) => Err(Error::new(ErrorKind::Device, error)),
        }
    }
}

impl Signer for ExternalSigner<'_> {
    fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    fn sign(&self, e: &Prehash) -> Result<Signature, Error> {
        Ok(self.card.session()?.sign_external(&self.private_key, e)?)
    }
}
