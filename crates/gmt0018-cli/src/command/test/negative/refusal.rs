//! Whether a library was asked, and refused.

use gmt0018::{
    Error, Session,
    sm2_signing::{ErrorKind, PublicKey, Signature, VerifyError},
};

use crate::command::test::{
    asymmetric::E,
    case::{Subject, Trouble, Verdict, accepts, failed, says_gone},
};

/// Passes if the library was asked and refused; a refusal of this program says nothing about the library.
///
/// A library that does not offer the operation has not looked at its arguments either.
pub(super) fn refused<T>(
    subject: &Subject<'_>,
    what: &str,
    ask: impl FnOnce() -> Result<T, Error>,
) -> Verdict {
    let mut unsupported = None;
    let verdict = refused_by_any_code(subject, what, || {
        ask().inspect_err(|cause| {
            if cause.kind() == ErrorKind::Unsupported {
                unsupported = Some(Trouble::NotSupported(cause.to_string()));
            }
        })
    });
    unsupported.map_or(verdict, Err)
}

/// As [`refused`], where it is known that the library offers the operation, and "not supported" is a refusal.
pub(super) fn refused_by_any_code<T>(
    subject: &Subject<'_>,
    what: &str,
    ask: impl FnOnce() -> Result<T, Error>,
) -> Verdict {
    let before = subject.card.module().calls();
    match ask() {
        Ok(_) => Err(failed(format!("accepts {what}"))),
        Err(Error::MissingSymbol(cause)) => Err(Error::MissingSymbol(cause).into()),
        Err(Error::Malformed(cause)) => Err(failed(format!(
            "reports success for {what} and leaves rubbish behind: {cause}"
        ))),
        Err(_) if subject.card.module().calls() == before => Err(held_back(what)),
        Err(cause) if says_gone(&cause) => Err(cause.into()),
        Err(cause) => Ok(format!("refused: {}", short(&cause))),
    }
}

/// As [`refused`], for signatures.
pub(super) fn rejected(
    subject: &Subject<'_>,
    what: &str,
    session: &Session,
    key: &PublicKey,
    signature: &Signature,
) -> Verdict {
    let before = subject.card.module().calls();
    let outcome = session.verify_external(key, &E, signature);
    if subject.card.module().calls() == before {
        accepts(outcome)?;
        return Err(held_back(what));
    }
    match outcome {
        Ok(()) => Err(failed(format!("accepts {what}"))),
        Err(VerifyError::Backend(cause)) if cause.cause().downcast_ref().is_some_and(says_gone) => {
            Err(failed(cause.to_string()))
        }
        // Any code but success refuses it.
        Err(cause) => match accepts(Err(cause)) {
            Err(Trouble::NotSupported(why)) => Err(Trouble::NotSupported(why)),
            Err(Trouble::Failed(why)) => Ok(format!("refused: {why}")),
            _ => Ok("refused as invalid".to_owned()),
        },
    }
}

pub(super) fn unaskable(why: &str) -> Trouble {
    Trouble::Skipped(format!(
        "the interface that is used here cannot ask it: {why}"
    ))
}

fn held_back(what: &str) -> Trouble {
    unaskable(&format!("{what} is refused before the library is called"))
}

/// The code, without the advice.
fn short(cause: &Error) -> String {
    let text = cause.to_string();
    text.split_once("; ")
        .map_or(text.clone(), |(why, _)| why.to_owned())
}

/// The point moved off the curve: two points of one x have different y only up to the sign.
pub(super) fn off_curve(key: &PublicKey) -> PublicKey {
    let mut bytes = *key.as_bytes();
    bytes[63] ^= 1;
    PublicKey::from_bytes(&bytes)
}
