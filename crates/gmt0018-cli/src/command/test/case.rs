//! One case: which calls it makes, how it ended, and what it works with.

use std::cell::RefCell;

use gmt0018::{
    Function, KeyIndex, Mode, Pin, Session, SessionKey,
    sm2_signing::{ErrorKind, PublicKey, Signer as _, VerifyError},
};
use serde::Serialize;
use sm_soft::{
    SoftKey,
    cipher::{self, Sm4Key},
    encryption,
};

use crate::device::Card;

/// One case of a run.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) chapter: Chapter,
    /// A name of its own in all modes, for reports.
    pub(super) name: &'static str,
    /// What it calls, besides opening and closing sessions.
    pub(super) calls: &'static [Function],
    pub(super) run: fn(&Subject<'_>) -> Verdict,
}

impl Case {
    pub(super) const fn new(
        chapter: Chapter,
        name: &'static str,
        calls: &'static [Function],
        run: fn(&Subject<'_>) -> Verdict,
    ) -> Self {
        Self {
            chapter,
            name,
            calls,
            run,
        }
    }
}

/// What a case found out: what was right, or why it is not a pass.
pub(super) type Verdict = Result<String, Trouble>;

/// Why a case did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    Failed(String),
    NotSupported(String),
    Skipped(String),
}

impl From<gmt0018::Error> for Trouble {
    fn from(cause: gmt0018::Error) -> Self {
        if cause.kind() == ErrorKind::Unsupported {
            return Self::NotSupported(cause.to_string());
        }
        if let gmt0018::Error::Call(call) = &cause
            && matches!(call.code().value(), SDR_KEYNOTEXIST | SWR_CARD_KEYNOTEXIST)
            && MAY_LACK_KEYS.contains(&call.function())
        {
            return Self::Skipped(cause.to_string());
        }
        Self::Failed(cause.to_string())
    }
}

/// The chapters of the standard's clause 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Chapter {
    Device,
    Key,
    Asymmetric,
    Symmetric,
    Hash,
    File,
}

impl Chapter {
    pub(super) const ALL: [Self; 6] = [
        Self::Device,
        Self::Key,
        Self::Asymmetric,
        Self::Symmetric,
        Self::Hash,
        Self::File,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Key => "key",
            Self::Asymmetric => "asymmetric",
            Self::Symmetric => "symmetric",
            Self::Hash => "hash",
            Self::File => "file",
        }
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Device => "6.2 device management",
            Self::Key => "6.3 key management",
            Self::Asymmetric => "6.4 asymmetric operations",
            Self::Symmetric => "6.5 symmetric operations",
            Self::Hash => "6.6 hash operations",
            Self::File => "6.7 file operations",
        }
    }
}

/// What may be used for private keys.
#[derive(Debug)]
pub(super) enum Password {
    NotGiven,
    NotNeeded,
    Given(Pin),
}

/// The device under test, and what the cases may use.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    pub(super) card: &'a Card,
    pub(super) index: Option<KeyIndex>,
    pub(super) kek: Option<KeyIndex>,
    pub(super) password: Password,
    pub(super) file_writes: bool,
    /// The other side: a key pair in software.
    pub(super) software: SoftKey,
    /// Why the access right was refused; then it is not asked for again.
    pub(super) refused: RefCell<Option<String>>,
}

impl Subject<'_> {
    pub(super) fn session(&self) -> Result<Session, Trouble> {
        Ok(self.card.device().session()?)
    }

    /// The index of the card's keys; without one the case is skipped.
    pub(super) fn index(&self) -> Result<KeyIndex, Trouble> {
        self.index
            .ok_or_else(|| Trouble::Skipped("needs a key of the card: pass --key-index".to_owned()))
    }

    /// The index of a key-encryption key; without one the case is skipped.
    pub(super) fn kek(&self) -> Result<KeyIndex, Trouble> {
        let why = "needs a key-encryption key of the card: pass --kek-index";
        self.kek.ok_or_else(|| Trouble::Skipped(why.to_owned()))
    }

    /// Gets the access right in this session; once it was refused, the card is not asked again.
    pub(super) fn unlock(&self, session: &Session) -> Result<KeyIndex, Trouble> {
        let index = self.index()?;
        let pin = match &self.password {
            Password::NotGiven => {
                let why = "needs a private key: pass --password-file or --no-password";
                return Err(Trouble::Skipped(why.to_owned()));
            }
            Password::NotNeeded => None,
            Password::Given(pin) => Some(pin),
        };
        if self.refused.borrow().is_some() {
            let why = "the access right was refused before, and the password is shown only once";
            return Err(Trouble::Skipped(why.to_owned()));
        }
        session.keep_access(index, pin).map_err(|cause| {
            *self.refused.borrow_mut() = Some(cause.to_string());
            Trouble::from(cause)
        })?;
        Ok(index)
    }

    /// A session key in the device whose bytes are known here.
    pub(super) fn known_key(&self, session: &Session) -> Result<(SessionKey, Sm4Key), Trouble> {
        match session.generate_key_with_external_key(&self.public_key(), 128) {
            Ok((key, wrapped)) => Ok((key, self.unwrap(&wrapped)?)),
            Err(cause) if cause.kind() == ErrorKind::Unsupported => {
                let key = session.import_key(&IMPORTED)?;
                Ok((key, Sm4Key::from_bytes(&IMPORTED)))
            }
            Err(cause) => Err(cause.into()),
        }
    }

    /// The bytes of a session key that was encrypted to the key pair in software.
    pub(super) fn unwrap(
        &self,
        wrapped: &gmt0018::sm2_signing::Ciphertext,
    ) -> Result<Sm4Key, Trouble> {
        let bytes = encryption::decrypt(self.software.secret_key(), wrapped).map_err(|cause| {
            failed(format!(
                "the wrapped key does not decrypt in software: {cause}"
            ))
        })?;
        Sm4Key::from_slice(&bytes).map_err(|cause| failed(cause.to_string()))
    }

    pub(super) fn public_key(&self) -> PublicKey {
        *self.software.public_key()
    }
}

pub(super) fn failed(why: impl Into<String>) -> Trouble {
    Trouble::Failed(why.into())
}

/// Fails the case unless this holds.
pub(super) fn ensure(holds: bool, why: impl Into<String>) -> Result<(), Trouble> {
    if holds { Ok(()) } else { Err(failed(why)) }
}

/// Whether an error says that the connection or the hardware is lost.
pub(super) fn says_gone(cause: &gmt0018::Error) -> bool {
    cause
        .return_code()
        .is_some_and(|code| GONE.contains(&code.value()))
}

/// Whether a verifier accepts a signature.
pub(super) fn accepts(outcome: Result<(), VerifyError>) -> Result<bool, Trouble> {
    match outcome {
        Ok(()) => Ok(true),
        Err(VerifyError::Invalid) => Ok(false),
        Err(VerifyError::Backend(cause)) if cause.kind() == ErrorKind::Unsupported => {
            Err(Trouble::NotSupported(cause.to_string()))
        }
        Err(VerifyError::Backend(cause)) => Err(failed(cause.to_string())),
    }
}

/// Whether a session key encrypts as SM4 with these bytes does.
pub(super) fn same_as_software(
    session: &Session,
    key: &SessionKey,
    bytes: &Sm4Key,
) -> Result<(), Trouble> {
    let found = session.sm4_encrypt(key, Mode::Ecb, &PLAIN)?;
    let expected = cipher::encrypt(cipher::Mode::Ecb, bytes, &[], &PLAIN)
        .map_err(|cause| failed(cause.to_string()))?;
    ensure(
        found == expected,
        "the key encrypts otherwise than in software",
    )
}

/// Whether two session keys, perhaps of two sessions, are the same.
pub(super) fn same_key(
    one: (&Session, &SessionKey),
    other: (&Session, &SessionKey),
) -> Result<(), Trouble> {
    let first = one.0.sm4_encrypt(one.1, Mode::Ecb, &PLAIN)?;
    let second = other.0.sm4_encrypt(other.1, Mode::Ecb, &PLAIN)?;
    ensure(first != PLAIN, "the key does not encrypt")?;
    ensure(first == second, "the two session keys encrypt differently")
}

/// Bytes of a message, the same in every run.
pub(super) fn pattern(length: usize) -> Vec<u8> {
    (0..=250_u8).cycle().take(length).collect()
}

const PLAIN: [u8; 32] = [0x3c; 32];
const IMPORTED: [u8; 16] = [0x5a; 16];
const SDR_KEYNOTEXIST: u32 = 0x0100_0008;
const SWR_CARD_KEYNOTEXIST: u32 = 0x0102_0008;
/// Keys that a card need not have.
const MAY_LACK_KEYS: [Function; 4] = [
    Function::ExportEncPublicKeyEcc,
    Function::GenerateKeyWithKek,
    Function::ImportKeyWithKek,
    Function::GetSymmKeyHandle,
];
/// The codes of a lost connection and of broken hardware, and those of Sansec for the same.
const GONE: [u32; 9] = [
    0x0100_0003,
    0x0100_0004,
    0x0101_0100,
    0x0101_0101,
    0x0101_0102,
    0x0101_0103,
    0x0101_0104,
    0x0101_0105,
    0x0101_0106,
];
