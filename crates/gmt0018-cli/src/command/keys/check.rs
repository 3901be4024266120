//! `gmt0018 keys check`.

use std::fmt::Write as _;

use fisco_node::identity::NodeId;
use gmt0018::sm2_signing::{ErrorKind, Prehash, PublicKey, UserId, Verifier as _};
use gmt0018::{KeyIndex, Session};
use serde::Serialize;
use sm_soft::{SoftVerifier, curve::is_on_curve};

use super::fingerprint;
use crate::{
    arguments::{KeysCheckArguments, PasswordArguments, TriedPasswordArguments},
    device::{Card, DeviceReport, Unnamed},
    error::Error,
    exit::Exit,
    output::Output,
    password,
};

#[derive(Serialize)]
struct Report {
    key_index: u32,
    /// `null` if the index has none.
    sign: Option<Key>,
    /// `null` if the index has none.
    encrypt: Option<Key>,
    password: PasswordOutcome,
    test_signature: Signed,
    device: DeviceReport,
}

#[derive(Serialize)]
struct Key {
    public_key: String,
    on_curve: bool,
    fingerprint: String,
    /// `null` for an encryption key: a node is named by its signing key.
    node_id: Option<String>,
    address: Option<String>,
}

/// What became of the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum PasswordOutcome {
    NotTried,
    Accepted,
    Refused,
    /// The key is said to have none.
    None,
    /// The device failed over it.
    NoAnswer,
}

/// What became of the test signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Signed {
    NotMade,
    Valid,
    Invalid,
}

pub(crate) fn check(arguments: &KeysCheckArguments, output: Output) -> Result<Exit, Error> {
    let card = Card::open(&arguments.device, Unnamed::Store, output)?;
    let session = card.session()?;
    let number = arguments.key_index;
    let index = KeyIndex::new(number);
    let failed = |cause| Error::key(number, format!("cannot read key index {number}"), cause);

    let encrypt = absent_is_none(session.encryption_public_key(index));
    let sign = match session.sign_public_key(index) {
        Err(cause) if !(is_absent(&cause) && matches!(encrypt, Ok(Some(_)))) => {
            return Err(failed(cause));
        }
        outcome => outcome.ok(),
    };
    let encrypt = encrypt.map_err(failed)?;
    let mut report = Report {
        key_index: number,
        sign: sign.as_ref().map(Key::signing),
        encrypt: encrypt.as_ref().map(Key::encryption),
        password: PasswordOutcome::NotTried,
        test_signature: Signed::NotMade,
        device: card.report(),
    };
    let outcome = match sign {
        None => Err(Error::no_signing_key(number)),
        // No password is risked for a key that is of no use.
        Some(_) if report.off_curve() => Ok(Exit::CheckFailed),
        Some(key) => test(&session, &key, arguments, &mut report, output).map(|()| Exit::Ok),
    };
    if report.encrypt.is_none() {
        output.note(&format!(
            "remark: there is no encryption key at index {number}; a node signs, and needs none"
        ));
    }
    output.result(&report, &report.text())?;
    outcome
}

/// Tries the password, once, and a signature, if that is asked for.
fn test(
    session: &Session,
    key: &PublicKey,
    arguments: &KeysCheckArguments,
    report: &mut Report,
    output: Output,
) -> Result<(), Error> {
    let Some(password) = given(&arguments.password) else {
        return Ok(());
    };
    let number = arguments.key_index;
    let index = KeyIndex::new(number);
    let failed = |cause| {
        let what = format!("cannot sign with key index {number}");
        Error::key(number, what, cause)
    };
    let pin = password::of_card_key(&password, output)?;
    report.password = match &pin {
        None => PasswordOutcome::None,
        Some(_) => {
            output.note(
                "remark: the password is tried once; many cards count wrong ones and lock the key",
            );
            PasswordOutcome::NoAnswer
        }
    };
    session.keep_access(index, pin.as_ref()).map_err(|cause| {
        let error = failed(cause);
        if pin.is_some() && error.exit() == Exit::Key {
            report.password = PasswordOutcome::Refused;
        }
        error
    })?;
    if pin.is_some() {
        report.password = PasswordOutcome::Accepted;
    }
    // Nothing that a chain signs has this text's length: it signs hashes of 32 bytes.
    let e = Prehash::of(key, &UserId::DEFAULT, b"gmt0018 keys check: test of a key");
    let signature = session.sign(index, &e).map_err(failed)?;
    match SoftVerifier::new().verify(key, &e, &signature) {
        Ok(()) => {
            report.test_signature = Signed::Valid;
            Ok(())
        }
        Err(_) => {
            report.test_signature = Signed::Invalid;
            Err(Error::checked_signature_refused(number))
        }
    }
}

/// Where the password is to come from; `None` if none is to be tried, whatever the environment has.
fn given(arguments: &TriedPasswordArguments) -> Option<PasswordArguments> {
    let asked =
        arguments.password_file.is_some() || arguments.check_password || arguments.no_password;
    asked.then(|| PasswordArguments {
        password_file: arguments.password_file.clone(),
        no_password: arguments.no_password,
    })
}

/// A public key if there is one.
fn absent_is_none(
    outcome: Result<PublicKey, gmt0018::Error>,
) -> Result<Option<PublicKey>, gmt0018::Error> {
    match outcome {
        Ok(key) => Ok(Some(key)),
        Err(cause) if is_absent(&cause) => Ok(None),
        Err(cause) => Err(cause),
    }
}

/// Whether an export says that the index has no such key: with one of many codes, or with a key of zeros.
pub(super) fn is_absent(cause: &gmt0018::Error) -> bool {
    match cause {
        gmt0018::Error::Call(_) => cause.kind() == ErrorKind::Input,
        gmt0018::Error::Malformed(_) => true,
        _ => false,
    }
}

impl Report {
    fn off_curve(&self) -> bool {
        let keys = [&self.sign, &self.encrypt];
        keys.into_iter().flatten().any(|key| !key.on_curve)
    }

    fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = writeln!(text, "key index       {}", self.key_index);
        for (name, key) in [
            ("signing key", &self.sign),
            ("encryption key", &self.encrypt),
        ] {
            let Some(key) = key else {
                let _ = writeln!(text, "{name:15} none");
                continue;
            };
            let on_curve = if key.on_curve { "yes" } else { "NO" };
            let _ = writeln!(text, "{name:15} 04{}", key.public_key);
            let _ = writeln!(text, "  on the curve  {on_curve}");
            let _ = writeln!(text, "  fingerprint   {}", key.fingerprint);
            for (name, value) in [("node id", &key.node_id), ("address", &key.address)] {
                if let Some(value) = value {
                    let _ = writeln!(text, "  {name:13} {value}");
                }
            }
        }
        let password = match self.password {
            PasswordOutcome::NotTried => {
                "not tried; --password-file or --check-password tries it, once"
            }
            PasswordOutcome::Accepted => "accepted",
            PasswordOutcome::Refused => "REFUSED",
            PasswordOutcome::None => "none",
            PasswordOutcome::NoAnswer => "tried, and the device failed",
        };
        let signature = match self.test_signature {
            Signed::NotMade => "not made",
            Signed::Valid => "valid, verified in software",
            Signed::Invalid => "INVALID, verified in software",
        };
        let _ = writeln!(text, "password        {password}");
        let _ = writeln!(text, "test signature  {signature}");
        text
    }
}

impl Key {
    fn encryption(key: &PublicKey) -> Self {
        Self {
            public_key: key.to_string(),
            on_curve: is_on_curve(key),
            fingerprint: fingerprint(key),
            node_id: None,
            address: None,
        }
    }

    fn signing(key: &PublicKey) -> Self {
        let id = NodeId::new(*key);
        Self {
            node_id: Some(id.to_string()),
            address: Some(id.address().to_string()),
            ..Self::encryption(key)
        }
    }
}
