//! One operation at a time, on one session.

use gmt0018::{
    KeyIndex, Mode, Pin, Session, SessionKey,
    sm2_signing::{Prehash, PublicKey, Signature, Signer as _, VerifyError},
};
use sm_soft::SoftKey;

use crate::{device::Card, error::Error};

/// What is measured, with all that it needs.
pub(super) enum Plan {
    Sign {
        index: KeyIndex,
        pin: Option<Pin>,
    },
    Verify {
        key: PublicKey,
        signature: Signature,
    },
    Session,
    Sm3 {
        data: Vec<u8>,
    },
    Sm4 {
        data: Vec<u8>,
    },
}

impl Plan {
    /// The verification of a signature made here, by a key made here.
    pub(super) fn verify() -> Result<Self, Error> {
        let failed = |why: &dyn std::fmt::Display| Error::no_test_signature(why);
        let key = SoftKey::generate().map_err(|cause| failed(&cause))?;
        let signature = key.sign(&E).map_err(|cause| failed(&cause))?;
        Ok(Self::Verify {
            key: *key.public_key(),
            signature,
        })
    }
}

/// A session ready for one kind of operation.
pub(super) struct Worker<'a> {
    plan: &'a Plan,
    card: &'a Card,
    /// Made in the session, for SM4.
    key: Option<SessionKey>,
    session: Session,
}

impl<'a> Worker<'a> {
    /// Opens a session, prepares it, and does the operation once.
    pub(super) fn new(card: &'a Card, plan: &'a Plan) -> Result<Self, Error> {
        let session = card.session()?;
        let mut key = None;
        match plan {
            Plan::Sign { index, pin } => {
                session.keep_access(*index, pin.as_ref()).map_err(|cause| {
                    Error::key(
                        index.value(),
                        format!("cannot use key index {index}"),
                        cause,
                    )
                })?;
            }
            Plan::Sm4 { .. } => key = Some(session_key(&session)?),
            Plan::Verify { .. } | Plan::Session | Plan::Sm3 { .. } => {}
        }
        let worker = Self {
            plan,
            card,
            key,
            session,
        };
        worker.run()?;
        Ok(worker)
    }

    /// Does the operation once.
    pub(super) fn run(&self) -> Result<(), Error> {
        match (self.plan, &self.key) {
            (Plan::Sign { index, .. }, _) => {
                self.session.sign(*index, &E).map(drop).map_err(|cause| {
                    Error::key(
                        index.value(),
                        format!("cannot sign with key index {index}"),
                        cause,
                    )
                })
            }
            (Plan::Verify { key, signature }, _) => self
                .session
                .verify_external(key, &E, signature)
                .map_err(|cause| match cause {
                    VerifyError::Invalid => Error::valid_signature_refused(),
                    VerifyError::Backend(cause) => Error::backend("cannot verify", &cause),
                }),
            (Plan::Session, _) => self.card.session().map(drop),
            (Plan::Sm3 { data }, _) => self
                .session
                .sm3(data)
                .map(drop)
                .map_err(|cause| Error::card("cannot hash", cause)),
            (Plan::Sm4 { data }, Some(key)) => self
                .session
                .sm4_encrypt(key, Mode::Cbc([0; 16]), data)
                .map(drop)
                .map_err(|cause| Error::card("cannot encrypt", cause)),
            (Plan::Sm4 { .. }, None) => unreachable!("`new` makes the key"),
        }
    }
}

/// An SM4 key: imported where the library has that extension, else made by the card.
fn session_key(session: &Session) -> Result<SessionKey, Error> {
    let what = "cannot get an SM4 key into the device";
    match session.import_key(&[0x5a; 16]) {
        Err(gmt0018::Error::MissingSymbol(_)) => {
            let recipient =
                SoftKey::generate().map_err(|cause| Error::no_test_signature(&cause))?;
            let made = session.generate_key_with_external_key(recipient.public_key(), 128);
            made.map(|(key, _)| key)
                .map_err(|cause| Error::card(what, cause))
        }
        other => other.map_err(|cause| Error::card(what, cause)),
    }
}

const E: Prehash = Prehash::from_bytes(&[0xe5; 32]);
