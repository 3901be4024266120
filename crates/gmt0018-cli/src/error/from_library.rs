//! The one mapping from the libraries' errors to exit codes.

use gmt0018::sm2_signing::{self, EncodingError, ErrorKind};
use gmt0018::{Function, ReturnCode};
use gmt0018_soft::card::{CardError, store::StoreError};

use super::Error;
use crate::exit::Exit;

impl Error {
    /// A call of the card's library failed while doing `what`.
    pub(crate) fn card(what: impl Into<String>, cause: gmt0018::Error) -> Self {
        let exit = exit_of(&cause);
        let (why, advice) = halves(&cause.to_string(), "; try: ");
        let fallback = match exit {
            Exit::Library => "run `gmt0018 probe` to see what the library offers",
            Exit::Key => "`gmt0018 keys list` shows the indexes in use; check the password",
            _ => "run `gmt0018 probe`; check the card, its driver and --dialect",
        };
        Self::new(
            exit,
            what,
            why,
            advice.unwrap_or_else(|| fallback.to_owned()),
        )
    }

    /// The library could not be loaded, or its device not be opened.
    pub(crate) fn open(what: impl Into<String>, cause: gmt0018::Error) -> Self {
        let gmt0018::Error::Load(cause) = &cause else {
            return Self::card(what, cause);
        };
        let (why, advice) = halves(&cause.to_string(), "; ");
        let fallback = "pass the path of the vendor's SDF library with --lib";
        Self::new(
            Exit::Library,
            what,
            why,
            advice.unwrap_or_else(|| fallback.to_owned()),
        )
    }

    /// An operation with the key at `index` failed: says so plainly where the key or the password is the reason.
    pub(crate) fn key(index: u32, what: impl Into<String>, cause: gmt0018::Error) -> Self {
        let exit = exit_of(&cause);
        let mut error = Self::card(what, cause.clone());
        if let gmt0018::Error::Call(call) = &cause {
            if is_no_such_key(call.code()) {
                error.what = format!("there is no key at index {index}");
                "`gmt0018 keys list` shows the indexes in use".clone_into(&mut error.advice);
            } else if call.function() == Function::GetPrivateKeyAccessRight && exit == Exit::Key {
                error.what = format!("the password of key index {index} was refused");
                "check the password; many cards count wrong ones".clone_into(&mut error.advice);
            }
        }
        error
    }

    /// A verifier could not tell, behind the trait that hides which one it is.
    pub(crate) fn backend(what: &str, cause: &sm2_signing::Error) -> Self {
        let exit = match cause.kind() {
            ErrorKind::Access => Exit::Key,
            ErrorKind::Input => Exit::Usage,
            ErrorKind::Unsupported => Exit::Library,
            _ => Exit::Device,
        };
        let (why, advice) = halves(&cause.to_string(), "; try: ");
        let fallback = "leave out --on-card to verify in software";
        Self::new(
            exit,
            what,
            why,
            advice.unwrap_or_else(|| fallback.to_owned()),
        )
    }

    /// The engine that is to verify a batch could not be made, or gave no verdicts.
    pub(crate) fn engine(cause: &sm2_signing::Error) -> Self {
        let (why, advice) = halves(&cause.to_string(), "; try: ");
        let exit = match cause.kind() {
            ErrorKind::Input | ErrorKind::Unsupported => Exit::Usage,
            _ => Exit::Device,
        };
        let fallback = "pass --engine portable, and report it";
        Self::new(
            exit,
            "the signatures cannot be verified",
            why,
            advice.unwrap_or_else(|| fallback.to_owned()),
        )
    }

    /// The store refused or failed while doing `what`.
    pub(crate) fn store(what: impl Into<String>, cause: &StoreError) -> Self {
        let text = cause.to_string();
        let (why, advice) = match cause {
            // Their texts have a semicolon that parts no advice.
            StoreError::WrongPassword { .. } => (text, None),
            _ => match text.rsplit_once("; ") {
                Some((why, advice)) => (why.to_owned(), Some(advice.to_owned())),
                None => (text, None),
            },
        };
        let fallback = match cause {
            StoreError::WrongPassword { .. } => {
                "check the password; the key is still there and the count ends with the right one"
            }
            StoreError::PasswordLength { .. } => "choose another password",
            StoreError::KeyNotFound { .. } | StoreError::KekNotFound { .. } => {
                "`gmt0018 soft status` lists the keys"
            }
            StoreError::IndexOutOfRange { .. } | StoreError::Kdf { .. } => "choose another number",
            _ => "run `gmt0018 soft status`, and check the directory",
        };
        Self::new(
            exit_of_store(cause),
            what,
            why,
            advice.unwrap_or_else(|| fallback.to_owned()),
        )
    }

    /// The software card refused or failed while doing `what`.
    pub(crate) fn soft_card(what: impl Into<String>, cause: &CardError) -> Self {
        match cause {
            CardError::Store(cause) => Self::store(what, cause),
            _ => Self::new(Exit::Device, what, cause, "run `gmt0018 probe`"),
        }
    }

    /// A value on the command line has the wrong form.
    pub(crate) fn encoding(option: &str, cause: &EncodingError, fallback: &str) -> Self {
        let (why, advice) = halves(&cause.to_string(), "; ");
        Self::bad_value(option, why, advice.as_deref().unwrap_or(fallback))
    }
}

/// Whether a code says that the index has no key, on the cards that tell.
pub(crate) const fn is_no_such_key(code: ReturnCode) -> bool {
    matches!(code.value(), SDR_KEYNOTEXIST | SWR_CARD_KEYNOTEXIST)
}

fn exit_of(error: &gmt0018::Error) -> Exit {
    use gmt0018::Error as Card;
    match error {
        Card::Load(_) | Card::MissingSymbol(_) => Exit::Library,
        Card::Pin(_) => Exit::Key,
        Card::Input(_) => Exit::Usage,
        Card::Call(call) if is_no_such_key(call.code()) => Exit::Key,
        // Whatever a vendor calls it, a refused access right is about the key or its password.
        Card::Call(call)
            if call.function() == Function::GetPrivateKeyAccessRight
                && !matches!(error.kind(), ErrorKind::Busy | ErrorKind::Unsupported)
                && !matches!(call.code().value(), SDR_COMMFAIL | SDR_HARDFAIL) =>
        {
            Exit::Key
        }
        other if other.kind() == ErrorKind::Access => Exit::Key,
        _ => Exit::Device,
    }
}

fn exit_of_store(error: &StoreError) -> Exit {
    match error {
        StoreError::IndexOutOfRange { .. } | StoreError::Kdf { .. } => Exit::Usage,
        StoreError::Random { .. } | StoreError::Locked { .. } => Exit::Device,
        StoreError::KeyNotFound { .. }
        | StoreError::KeyExists { .. }
        | StoreError::NoKey { .. }
        | StoreError::KekNotFound { .. }
        | StoreError::KekExists { .. }
        | StoreError::WrongPassword { .. }
        | StoreError::Throttled { .. }
        | StoreError::PasswordLength { .. } => Exit::Key,
        _ => Exit::Configuration,
    }
}

/// Parts a message of ours from the advice at its end.
fn halves(text: &str, mark: &str) -> (String, Option<String>) {
    match text.split_once(mark) {
        Some((why, advice)) => (why.to_owned(), Some(advice.to_owned())),
        None => (text.to_owned(), None),
    }
}

const SDR_COMMFAIL: u32 = 0x0100_0003;
const SDR_HARDFAIL: u32 = 0x0100_0004;
const SDR_KEYNOTEXIST: u32 = 0x0100_0008;
const SWR_CARD_KEYNOTEXIST: u32 = 0x0102_0008;

#[cfg(test)]
mod tests {
    use super::*;
    use gmt0018::CallError;

    fn call(function: Function, code: u32) -> gmt0018::Error {
        CallError::new(function, ReturnCode::new(code)).into()
    }

    #[test]
    fn codes_of_the_card_have_their_exit() {
        for (function, code, exit) in [
            (Function::GetPrivateKeyAccessRight, 0x0100_0018, Exit::Key),
            (Function::GetPrivateKeyAccessRight, 0x0100_0100, Exit::Key),
            (Function::GetPrivateKeyAccessRight, 0x0100_0023, Exit::Key),
            (
                Function::GetPrivateKeyAccessRight,
                0x0100_0003,
                Exit::Device,
            ),
            (
                Function::GetPrivateKeyAccessRight,
                0x0100_0002,
                Exit::Device,
            ),
            (Function::InternalSignEcc, 0x0100_0007, Exit::Key),
            (Function::InternalSignEcc, 0x0100_0008, Exit::Key),
            (Function::InternalSignEcc, 0x0100_000d, Exit::Device),
            (Function::OpenDevice, 0x0101_0201, Exit::Device),
            (Function::OpenSession, 0x0100_0006, Exit::Device),
        ] {
            let error = call(function, code);
            assert_eq!(exit_of(&error), exit, "{error}");
        }
    }

    #[test]
    fn advice_is_told_apart() {
        let error = Error::card("cannot sign", call(Function::InternalSignEcc, 0x0100_0007));
        assert_eq!(
            error.to_string(),
            "error: cannot sign\n  why: SDF_InternalSign_ECC returned 0x01000007 (SDR_PARDENY: no access right to the \
             private key)\n  try: pass the access password of this key index"
        );
        let error = Error::key(
            9,
            "cannot sign",
            call(Function::InternalSignEcc, 0x0100_0008),
        );
        assert!(
            error
                .to_string()
                .starts_with("error: there is no key at index 9\n")
        );
    }

    #[test]
    fn store_errors_have_their_exit() {
        for (cause, exit) in [
            (
                StoreError::Missing {
                    directory: "/d".into(),
                },
                Exit::Configuration,
            ),
            (StoreError::KeyNotFound { index: 1 }, Exit::Key),
            (StoreError::PasswordLength { length: 1 }, Exit::Key),
            (StoreError::IndexOutOfRange { index: 5000 }, Exit::Usage),
        ] {
            let error = Error::store("cannot", &cause);
            assert_eq!(error.exit(), exit, "{error}");
            assert!(!error.advice.is_empty());
        }
    }
}
