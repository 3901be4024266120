//! Verifiers with a fault.

use std::iter;

use conformance::Backend;
use sm_soft::curve::is_on_curve;
use sm2_signing::{
    BatchVerifier, Error, ErrorKind, Item, Prehash, PublicKey, Signature, Verdict, Verdicts,
    Verifier, VerifyError,
};

use super::Fault;
use crate::soft::Soft;

/// The verifier, one by one and in batches.
#[derive(Debug)]
pub(super) struct Engine {
    pub(super) soft: Soft,
    pub(super) fault: Fault,
}

impl Verifier for Engine {
    fn verify(&self, key: &PublicKey, e: &Prehash, s: &Signature) -> Result<(), VerifyError> {
        let honest = self.soft.verifier().unwrap();
        let fault = |kind| VerifyError::Backend(Error::new(kind, "no verdict"));
        match self.fault {
            Fault::AcceptsEverything => Ok(()),
            Fault::RejectsEverything => Err(VerifyError::Invalid),
            Fault::CannotTell => Err(fault(ErrorKind::Device)),
            Fault::NoVerdictOffCurve if !is_on_curve(key) => Err(fault(ErrorKind::Input)),
            Fault::ReducesR => honest.verify(key, e, &reduced(s)),
            _ => honest.verify(key, e, s),
        }
    }
}

impl BatchVerifier for Engine {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        let honest = self.soft.batch_verifier().unwrap().verify_batch(items)?;
        let verdicts = honest.iter().collect::<Vec<_>>().into_iter();
        Ok(match self.fault {
            Fault::BatchReversed => verdicts.rev().collect(),
            Fault::BatchLosesLast => verdicts.take(items.len().saturating_sub(1)).collect(),
            Fault::BatchAllOrNothing => {
                let one = if honest.all_valid() {
                    Verdict::Valid
                } else {
                    Verdict::Invalid
                };
                iter::repeat_n(one, items.len()).collect()
            }
            _ => honest,
        })
    }
}

/// The signature with r - n for r, where that is not negative.
pub(super) fn reduced(signature: &Signature) -> Signature {
    let mut r = *signature.r();
    if r >= ORDER {
        let mut borrow = false;
        for (byte, order) in r.iter_mut().zip(ORDER).rev() {
            let (value, first) = byte.overflowing_sub(order);
            let (value, second) = value.overflowing_sub(u8::from(borrow));
            (*byte, borrow) = (value, first || second);
        }
    }
    Signature::from_r_s(&r, signature.s())
}

const ORDER: [u8; 32] = *b"\xff\xff\xff\xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x72\x03\xdf\x6b\x21\xc6\x05\x2b\x53\xbb\xf4\x09\x39\xd5\x41\x23";
