//! One operation at a time: on a session, in software, or in the engine for batches.

use gmt0018::{
    KeyIndex, Mode, Pin, Session, SessionKey,
    sm2_signing::{
        BatchVerifier, ErrorKind, Item, Prehash, PublicKey, Signature, Signer as _, Verifier as _,
        VerifyError,
    },
};
use sm_soft::{
    SoftKey, SoftVerifier,
    cipher::{self, Sm4Key},
    encryption, hash, random,
};
use sm2_batch::EngineChoice;

use crate::{device::Card, error::Error};

/// What is measured, with all that it needs.
pub(in crate::command) enum Plan {
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
    Random {
        length: usize,
    },
    Encrypt {
        key: PublicKey,
    },
    Batch(Batch),
    /// The same in software.
    Software(Software),
}

/// Valid signatures by as many keys, and what verifies them.
pub(in crate::command) struct Batch {
    items: Vec<Item>,
    engine: Box<dyn BatchVerifier>,
    name: String,
}

/// An operation without a card.
pub(in crate::command) enum Software {
    Sign(SoftKey),
    Verify {
        key: PublicKey,
        signature: Signature,
    },
    Sm3 {
        data: Vec<u8>,
    },
    Sm4 {
        key: Sm4Key,
        data: Vec<u8>,
    },
    Random {
        length: usize,
    },
    Encrypt {
        key: PublicKey,
    },
}

impl Plan {
    /// The verification of a signature made here, by a key made here.
    pub(in crate::command) fn verify() -> Result<Self, Error> {
        let (key, signature) = signed()?;
        Ok(Self::Verify { key, signature })
    }

    /// The encryption for a key made here.
    pub(in crate::command) fn encrypt() -> Result<Self, Error> {
        Ok(Self::Encrypt { key: signed()?.0 })
    }

    /// The verification of so many signatures at once, by at most 64 keys.
    pub(in crate::command) fn batch(size: usize) -> Result<Self, Error> {
        let choice = EngineChoice::from_environment()
            .map(|choice| match choice {
                EngineChoice::Auto if sm2_batch::Ifma::new().is_some() => EngineChoice::Ifma,
                EngineChoice::Auto => EngineChoice::Portable,
                named => named,
            })
            .map_err(|cause| Error::engine(&cause.into()))?;
        let engine = choice.engine().map_err(|cause| Error::engine(&cause))?;
        let different = (0..size.min(MOST_KEYS))
            .map(|_| {
                let (key, signature) = signed()?;
                Ok(Item {
                    key,
                    e: E,
                    signature,
                })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(Self::Batch(Batch {
            items: different.iter().copied().cycle().take(size).collect(),
            engine,
            name: choice.to_string(),
        }))
    }

    /// The same operation in software, where there is one.
    pub(in crate::command) fn in_software(&self) -> Result<Option<Self>, Error> {
        let software = match self {
            Self::Sign { .. } => Software::Sign(soft_key()?),
            Self::Verify { key, signature } => Software::Verify {
                key: *key,
                signature: *signature,
            },
            Self::Sm3 { data } => Software::Sm3 { data: data.clone() },
            Self::Sm4 { data } => Software::Sm4 {
                key: Sm4Key::from_bytes(&[0x5a; 16]),
                data: data.clone(),
            },
            Self::Random { length } => Software::Random { length: *length },
            Self::Encrypt { key } => Software::Encrypt { key: *key },
            Self::Session | Self::Batch(_) | Self::Software(_) => return Ok(None),
        };
        Ok(Some(Self::Software(software)))
    }

    /// How many operations a turn of a worker is.
    pub(in crate::command) fn weight(&self) -> u64 {
        match self {
            Self::Batch(batch) => batch.items.len() as u64,
            _ => 1,
        }
    }

    /// The name of the engine for batches.
    pub(in crate::command) fn engine(&self) -> Option<&str> {
        match self {
            Self::Batch(batch) => Some(&batch.name),
            _ => None,
        }
    }
}

impl Batch {
    fn run(&self) -> Result<(), Error> {
        let verdicts = self
            .engine
            .verify_batch(&self.items)
            .map_err(|cause| Error::engine(&cause))?;
        if verdicts.all_valid() {
            Ok(())
        } else {
            Err(Error::valid_signature_refused())
        }
    }
}

impl Software {
    fn run(&self) -> Result<(), Error> {
        let failed = |cause: &dyn std::fmt::Display| Error::no_test_signature(cause);
        match self {
            Self::Sign(key) => key.sign(&E).map(drop).map_err(|cause| failed(&cause)),
            Self::Verify { key, signature } => SoftVerifier::new()
                .verify(key, &E, signature)
                .map_err(|cause| failed(&cause)),
            Self::Sm3 { data } => {
                std::hint::black_box(hash::sm3(data));
                Ok(())
            }
            Self::Sm4 { key, data } => cipher::encrypt(cipher::Mode::Cbc, key, &[0; 16], data)
                .map(drop)
                .map_err(|cause| failed(&cause)),
            Self::Random { length } => {
                random::fill(&mut vec![0; *length]).map_err(|cause| failed(&cause))
            }
            Self::Encrypt { key } => encryption::encrypt(key, &PLAINTEXT)
                .map(drop)
                .map_err(|cause| failed(&cause)),
        }
    }
}

/// What repeats one kind of operation.
pub(in crate::command) struct Worker<'a>(Kind<'a>);

enum Kind<'a> {
    Card(OnCard<'a>),
    Software(&'a Software),
    Batch(&'a Batch),
}

/// A session ready for one kind of operation.
struct OnCard<'a> {
    plan: &'a Plan,
    card: &'a Card,
    /// Made in the session, for SM4.
    key: Option<SessionKey>,
    session: Session,
}

impl<'a> Worker<'a> {
    /// Opens a session if the operation is one of the card, prepares it, and does the operation once.
    pub(in crate::command) fn new(card: Option<&'a Card>, plan: &'a Plan) -> Result<Self, Error> {
        let worker = match (plan, card) {
            (Plan::Software(software), _) => Self(Kind::Software(software)),
            (Plan::Batch(batch), _) => Self(Kind::Batch(batch)),
            (plan, Some(card)) => Self(Kind::Card(OnCard::new(card, plan)?)),
            (_, None) => return Err(Error::bench_needs_key()),
        };
        worker.run()?;
        Ok(worker)
    }

    /// Does the operation once.
    pub(super) fn run(&self) -> Result<(), Error> {
        match &self.0 {
            Kind::Card(worker) => worker.run(),
            Kind::Software(software) => software.run(),
            Kind::Batch(batch) => batch.run(),
        }
    }
}

impl<'a> OnCard<'a> {
    fn new(card: &'a Card, plan: &'a Plan) -> Result<Self, Error> {
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
            _ => {}
        }
        Ok(Self {
            plan,
            card,
            key,
            session,
        })
    }

    fn run(&self) -> Result<(), Error> {
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
            (Plan::Random { length }, _) => self
                .session
                .random(*length)
                .map(drop)
                .map_err(|cause| Error::card("the device gives no random bytes", cause)),
            (Plan::Encrypt { key }, _) => self
                .session
                .sm2_encrypt(key, &PLAINTEXT)
                .map(drop)
                .map_err(|cause| Error::card("cannot encrypt", cause)),
            (Plan::Sm4 { .. } | Plan::Batch(_) | Plan::Software(_), _) => {
                unreachable!(
                    "`new` makes the key, and makes workers of the card only for plans of the card"
                )
            }
        }
    }
}

/// An SM4 key: imported where the device has that extension, else made by the card.
fn session_key(session: &Session) -> Result<SessionKey, Error> {
    let what = "cannot get an SM4 key into the device";
    match session.import_key(&[0x5a; 16]) {
        Err(cause) if cause.kind() == ErrorKind::Unsupported => {
            let made = session.generate_key_with_external_key(soft_key()?.public_key(), 128);
            made.map(|(key, _)| key)
                .map_err(|cause| Error::card(what, cause))
        }
        other => other.map_err(|cause| Error::card(what, cause)),
    }
}

fn soft_key() -> Result<SoftKey, Error> {
    SoftKey::generate().map_err(|cause| Error::no_test_signature(&cause))
}

/// A key made here, and its signature on e.
fn signed() -> Result<(PublicKey, Signature), Error> {
    let key = soft_key()?;
    let signature = key
        .sign(&E)
        .map_err(|cause| Error::no_test_signature(&cause))?;
    Ok((*key.public_key(), signature))
}

const E: Prehash = Prehash::from_bytes(&[0xe5; 32]);
const PLAINTEXT: [u8; 32] = [0x3c; 32];
/// More would only make the start slow.
const MOST_KEYS: usize = 64;
