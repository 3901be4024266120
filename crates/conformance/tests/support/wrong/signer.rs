//! Signers with a fault.

use std::{sync::Mutex, thread, time::Duration};

use sm_soft::{SecretKey, SoftKey};
use sm2::{Scalar, elliptic_curve::PrimeField};
use sm2_signing::{Error, Prehash, PublicKey, Signature, Signer};

use super::{Fault, engine::reduced, helpers::lock};

#[derive(Debug)]
pub(super) struct WrongSigner<'a> {
    pub(super) fault: Fault,
    pub(super) key: SecretKey,
    pub(super) public: PublicKey,
    pub(super) in_work: &'a Mutex<Option<Prehash>>,
}

impl Signer for WrongSigner<'_> {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, e: &Prehash) -> Result<Signature, Error> {
        let honest = SoftKey::new(self.key.clone());
        match self.fault {
            Fault::SignatureBit => {
                let mut bytes = honest.sign(e)?.to_bytes();
                bytes[63] ^= 1;
                Ok(Signature::from_bytes(&bytes))
            }
            Fault::SignsHash => {
                honest.sign(&Prehash::from_bytes(&sm_soft::hash::sm3(e.as_bytes())))
            }
            Fault::RacesBetweenThreads => {
                *lock(self.in_work) = Some(*e);
                thread::sleep(Duration::from_millis(2));
                let in_work = *lock(self.in_work);
                honest.sign(&in_work.unwrap_or(*e))
            }
            Fault::SameNonce => Ok(sign_with_one_nonce(&self.key, e)),
            _ => honest.sign(e),
        }
    }
}

/// A valid signature with k = 2, every time.
fn sign_with_one_nonce(key: &SecretKey, e: &Prehash) -> Signature {
    let k = Scalar::from(2_u64);
    let x1 = SecretKey::from_bytes(&k.to_repr().into())
        .unwrap()
        .public_key();
    let number = |bytes: &[u8; 32]| Scalar::from_repr((*bytes).into()).unwrap();
    let d = number(&key.to_bytes());
    let e = reduced(&Signature::from_r_s(e.as_bytes(), e.as_bytes()));
    let r = number(e.r()) + number(x1.x());
    let s = (d + Scalar::ONE).invert().unwrap() * (k - r * d);
    Signature::from_r_s(&r.to_repr().into(), &s.to_repr().into())
}
