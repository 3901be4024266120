//! One session of the load.

use gmt0018::{
    KeyIndex, Mode, Session, SessionKey,
    sm2_signing::{PublicKey, Signature, Verifier as _},
};
use sm_soft::{
    SoftVerifier,
    cipher::{self, Sm4Key},
    hash::sm3,
};

use crate::{
    command::test::{
        asymmetric::{E, signature},
        case::{Subject, Trouble, accepts, ensure, pattern},
    },
    device::Card,
};

/// One kind of operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Session,
    Random,
    Sm3,
    Verify,
    Sm4,
    Sign,
}

impl Operation {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Random => "random",
            Self::Sm3 => "sm3",
            Self::Verify => "verify",
            Self::Sm4 => "sm4",
            Self::Sign => "sign",
        }
    }
}

/// A session and all that its operations need.
pub(super) struct Worker<'a> {
    card: &'a Card,
    pub(super) mix: Vec<Operation>,
    key: Option<(SessionKey, Sm4Key)>,
    signer: Option<(KeyIndex, PublicKey)>,
    public: PublicKey,
    signature: Signature,
    data: Vec<u8>,
    digest: [u8; 32],
    session: Session,
}

impl<'a> Worker<'a> {
    /// Opens a session and leaves out what the library does not offer.
    pub(super) fn new(subject: &Subject<'a>) -> Result<Self, Trouble> {
        let session = subject.session()?;
        let key = offered(subject.known_key(&session))?;
        let signer = offered(subject.unlock(&session))?;
        let signer = match signer {
            Some(index) => Some((index, session.sign_public_key(index)?)),
            None => None,
        };
        let data = pattern(1024);
        let mut worker = Self {
            card: subject.card,
            mix: Vec::new(),
            key,
            signer,
            public: subject.public_key(),
            signature: signature(subject)?,
            digest: sm3(&data),
            data,
            session,
        };
        for operation in MIX {
            let there = match operation {
                Operation::Sm4 => worker.key.is_some(),
                Operation::Sign => worker.signer.is_some(),
                _ => !matches!(worker.run(operation), Err(Trouble::NotSupported(_))),
            };
            if there {
                worker.mix.push(operation);
            }
        }
        Ok(worker)
    }

    pub(super) fn run(&self, operation: Operation) -> Result<(), Trouble> {
        match (operation, &self.key, &self.signer) {
            (Operation::Session, _, _) => self.card.device().session().map(drop)?,
            (Operation::Random, _, _) => {
                let bytes = self.session.random(32)?;
                ensure(bytes != [0; 32], "random: zeros")?;
            }
            (Operation::Sm3, _, _) => {
                ensure(
                    self.session.sm3(&self.data)? == self.digest,
                    "sm3: a wrong digest",
                )?;
            }
            (Operation::Verify, _, _) => {
                let outcome = self
                    .session
                    .verify_external(&self.public, &E, &self.signature);
                ensure(accepts(outcome)?, "verify: a valid signature is refused")?;
            }
            (Operation::Sm4, Some((key, bytes)), _) => self.encrypt(key, bytes)?,
            (Operation::Sign, _, Some((index, public))) => {
                let signature = self.session.sign(*index, &E)?;
                let valid = accepts(SoftVerifier::new().verify(public, &E, &signature))?;
                ensure(valid, "sign: the signature does not verify in software")?;
            }
            (Operation::Sm4 | Operation::Sign, _, _) => {}
        }
        Ok(())
    }

    fn encrypt(&self, key: &SessionKey, bytes: &Sm4Key) -> Result<(), Trouble> {
        let mode = Mode::Cbc([9; 16]);
        let sealed = self.session.sm4_encrypt(key, mode, &self.data)?;
        let expected = cipher::encrypt(cipher::Mode::Cbc, bytes, &[9; 16], &self.data);
        ensure(Ok(&sealed) == expected.as_ref(), "sm4: a wrong ciphertext")?;
        let opened = self.session.sm4_decrypt(key, mode, &sealed)?;
        ensure(opened == self.data, "sm4: a wrong plaintext")
    }
}

/// What there is, or nothing if the library or the options have it not.
fn offered<T>(outcome: Result<T, Trouble>) -> Result<Option<T>, Trouble> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(Trouble::NotSupported(_) | Trouble::Skipped(_)) => Ok(None),
        Err(cause) => Err(cause),
    }
}

const MIX: [Operation; 6] = [
    Operation::Session,
    Operation::Random,
    Operation::Sm3,
    Operation::Verify,
    Operation::Sm4,
    Operation::Sign,
];
