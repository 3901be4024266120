//! The one mapping from the libraries' errors to exit codes.

use std::path::Path;

use gmt0018::gmt0018_sys::{
    LoadError,
    error_code::{
        SDR_COMMFAIL, SDR_HARDFAIL, SDR_KEYNOTEXIST, SDR_NOBUFFER, SDR_OPENDEVICE, SDR_OPENSESSION,
        SWR_CARD_COMMFAIL, SWR_CARD_HARDFAIL, SWR_CARD_KEYNOTEXIST, SWR_CARD_OPENDEVICE,
        SWR_CARD_OPENSESSION, SWR_CONFIG_ERR, SWR_CONNECT_ERR, SWR_NO_AVAILABLE_CSM,
        SWR_NO_AVAILABLE_HSM, SWR_SEM_TIMEOUT, SWR_SOCKET_RECV_0, SWR_SOCKET_RECV_ERR,
        SWR_SOCKET_SEND_ERR, SWR_SOCKET_TIMEOUT,
    },
};
use gmt0018::sm2_signing::{self, EncodingError, ErrorKind};
use gmt0018::{CallError, Function, ReturnCode};

use super::{Error, cause::of_encoding};
use crate::{
    catalogue::{
        self, Entry, Value, code,
        phrase::{operation, phrase},
    },
    exit::Exit,
};

impl Error {
    /// A call of the card's library failed while doing `what`.
    pub(crate) fn card(what: impl Into<String>, cause: gmt0018::Error) -> Self {
        let what = operation(&what.into());
        match &cause {
            gmt0018::Error::Call(call) => return Self::call(what, *call, exit_of(&cause)),
            gmt0018::Error::MissingSymbol(symbol) => {
                let function = ("function", Value::same(symbol.function()));
                return Self::of(&catalogue::library::SYMBOL, &[("what", what), function]);
            }
            gmt0018::Error::Malformed(malformed) => {
                let function = malformed.function();
                let (why, _) = halves(&cause.to_string(), "; try: ");
                let detail = why.split_once(" reported success but ");
                let detail = phrase(detail.map_or(why.as_str(), |(_, detail)| detail));
                let values = [
                    ("what", what),
                    ("function", Value::same(function)),
                    ("detail", detail),
                ];
                return Self::of(&catalogue::device::LAYOUT, &values);
            }
            gmt0018::Error::Refused { index, cause } => {
                let values = [
                    ("what", what),
                    ("index", Value::same(index)),
                    ("cause", Value::same(cause)),
                ];
                return Self::of(&catalogue::key::REFUSED_BEFORE, &values);
            }
            _ => {}
        }
        let exit = exit_of(&cause);
        let (why, advice) = halves(&cause.to_string(), "; try: ");
        let fallback = match exit {
            Exit::Library => "run `gmt0018 probe` to see what the library offers",
            Exit::Key => "`gmt0018 keys list` shows the indexes in use; check the password",
            _ => "run `gmt0018 probe`; check the card, its driver and --dialect",
        };
        let advice = phrase(&advice.unwrap_or_else(|| fallback.to_owned()));
        Self::translated(exit, what, Value::same(why), advice)
    }

    /// The library could not be loaded, or its device not be opened.
    pub(crate) fn open(what: impl Into<String>, cause: gmt0018::Error) -> Self {
        let gmt0018::Error::Load(cause) = &cause else {
            return Self::card(what, cause);
        };
        Self::load(cause).unwrap_or_else(|| {
            let (why, advice) = halves(&cause.to_string(), "; ");
            let fallback = "pass the path of the vendor's SDF library with --lib";
            let advice = phrase(&advice.unwrap_or_else(|| fallback.to_owned()));
            Self::translated(
                Exit::Library,
                operation(&what.into()),
                Value::same(why),
                advice,
            )
        })
    }

    /// The device file that a library names may not be used by this user.
    #[cfg(target_os = "linux")]
    pub(crate) fn device_file(what: &str, cause: CallError, file: &Path) -> Self {
        let mut values = call_values(phrase(what), cause);
        values.push(("file", Value::same(file.display())));
        Self::of(&catalogue::device::PERMISSION, &values)
    }

    /// An operation with the key at `index` failed: says so plainly where the key or the password is the reason.
    pub(crate) fn key(index: u32, what: impl Into<String>, cause: gmt0018::Error) -> Self {
        if let gmt0018::Error::Call(call) = &cause
            && exit_of(&cause) == Exit::Key
        {
            let entry = entry_of(*call, Exit::Key);
            let mut values = call_values(operation(&what.into()), *call);
            values.push(("index", Value::same(index)));
            return Self::of(entry, &values);
        }
        Self::card(what, cause)
    }

    /// A function returned a code.
    fn call(what: Value, call: CallError, exit: Exit) -> Self {
        let entry = entry_of(call, exit);
        let values = call_values(what.clone(), call);
        let mut error = Self::of(entry, &values).titled(what);
        // The library's own advice knows which function it was.
        let (_, advice) = halves(&call.to_string(), "; try: ");
        if let (true, Some(advice)) = (entry == &catalogue::device::CALL, advice) {
            error.english.advice = advice;
        }
        error
    }

    /// A file is no library that can be used; `None` for what has no entry.
    fn load(cause: &LoadError) -> Option<Self> {
        use catalogue::library as entry;
        let text = cause.to_string();
        let path = || {
            (
                "path",
                Value::same(cause.path().unwrap_or(Path::new("")).display()),
            )
        };
        Some(match cause {
            LoadError::Missing { path: name } if is_bare(name) => {
                Self::of(&entry::NAME_NOT_FOUND, &[path()])
            }
            LoadError::Missing { .. } => Self::of(&entry::NOT_FOUND, &[path()]),
            LoadError::Directory { .. } => Self::of(&entry::DIRECTORY, &[path()]),
            LoadError::NotAFile { .. } => Self::of(&entry::NOT_A_FILE, &[path()]),
            LoadError::Permission { .. } => Self::of(&entry::PERMISSION, &[path()]),
            LoadError::Unreadable { .. } => Self::of(&entry::UNREADABLE, &[path()]),
            LoadError::NotLibrary { kind, .. } => {
                let (_, advice) = halves(&text, "; ");
                let kind = phrase(&kind.to_string());
                let advice = phrase(&advice.unwrap_or_default());
                let values = [path(), ("kind", kind), ("advice", advice)];
                Self::of(&entry::NOT_A_LIBRARY, &values)
            }
            LoadError::Damaged { detail, .. } => {
                Self::of(&entry::DAMAGED, &[path(), ("detail", Value::same(detail))])
            }
            LoadError::OtherArchitecture {
                found, expected, ..
            } => {
                let found = ("found", Value::same(found));
                let expected = ("expected", Value::same(expected));
                Self::of(&entry::WRONG_ARCHITECTURE, &[path(), found, expected])
            }
            LoadError::UnmetDependency { dependency, .. } => {
                let dependency = ("dependency", Value::same(dependency));
                Self::of(&entry::DEPENDENCY, &[path(), dependency])
            }
            LoadError::Refused { message, .. } => Self::of(
                &entry::REFUSED,
                &[path(), ("message", Value::same(message))],
            ),
            LoadError::MissingMandatory { names, .. } => {
                let names = Value::new(names.join(", "), names.join("、"));
                Self::of(&entry::NOT_SDF, &[path(), ("names", names)])
            }
            _ => return None,
        })
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
        let advice = phrase(&advice.unwrap_or_else(|| fallback.to_owned()));
        Self::translated(exit, phrase(what), Value::same(why), advice)
    }

    /// The engine that is to verify a batch could not be made, or gave no verdicts.
    pub(crate) fn engine(cause: &sm2_signing::Error) -> Self {
        let (why, advice) = halves(&cause.to_string(), "; try: ");
        let exit = match cause.kind() {
            ErrorKind::Input | ErrorKind::Unsupported => Exit::Usage,
            _ => Exit::Device,
        };
        let fallback = "pass --engine portable, and report it";
        let advice = phrase(&advice.unwrap_or_else(|| fallback.to_owned()));
        let what = ("the signatures cannot be verified", "无法验签");
        Self::translated(exit, what, Value::same(why), advice)
    }

    /// A value on the command line has the wrong form.
    pub(crate) fn encoding(option: &str, cause: &EncodingError, fallback: &str) -> Self {
        let (why, advice) = halves(&cause.to_string(), "; ");
        // The Chinese reason has its advice in itself.
        let advice = (
            advice.unwrap_or_else(|| fallback.to_owned()),
            phrase(fallback).chinese,
        );
        let why = (why, of_encoding(cause).chinese);
        Self::value(option, why, advice)
    }
}

/// Whether a code says that the index has no key, on the cards that tell.
pub(crate) const fn is_no_such_key(code: ReturnCode) -> bool {
    matches!(code.value(), SDR_KEYNOTEXIST | SWR_CARD_KEYNOTEXIST)
}

/// Which entry of the catalogue a code is, once it is known whether key or device are the reason.
fn entry_of(call: CallError, exit: Exit) -> &'static Entry {
    use catalogue::{device, key};
    let opens_session = call.function() == Function::OpenSession;
    match call.code().value() {
        SDR_KEYNOTEXIST | SWR_CARD_KEYNOTEXIST => &key::INDEX_EMPTY,
        _ if exit == Exit::Key && call.function() == Function::GetPrivateKeyAccessRight => {
            &key::PASSWORD_WRONG
        }
        _ if exit == Exit::Key => &key::ACCESS_RIGHT,
        SDR_OPENDEVICE | SWR_CARD_OPENDEVICE => &device::OPEN,
        SWR_CONNECT_ERR | SWR_NO_AVAILABLE_HSM => &device::UNREACHABLE,
        SWR_CONFIG_ERR => &device::CONFIGURATION,
        SWR_SEM_TIMEOUT => &device::BUSY,
        SDR_OPENSESSION | SWR_CARD_OPENSESSION => &device::SESSION_LIMIT,
        SDR_NOBUFFER if opens_session => &device::SESSION_LIMIT,
        SDR_COMMFAIL | SDR_HARDFAIL | SWR_CARD_COMMFAIL | SWR_CARD_HARDFAIL
        | SWR_SOCKET_TIMEOUT | SWR_SOCKET_SEND_ERR | SWR_SOCKET_RECV_ERR | SWR_SOCKET_RECV_0
        | SWR_NO_AVAILABLE_CSM => &device::GONE,
        _ if call.kind() == ErrorKind::Unsupported => &device::UNSUPPORTED,
        _ if call.code().name().is_none() && call.code().meaning().is_none() => {
            &device::UNKNOWN_CODE
        }
        _ => &device::CALL,
    }
}

fn call_values(what: Value, call: CallError) -> Vec<(&'static str, Value)> {
    vec![
        ("what", what),
        ("function", Value::same(call.function())),
        ("code", code::shown(call.code())),
        ("number", Value::same(code::number(call.code()))),
    ]
}

/// Whether a library is named without a directory, so that the system looks for it.
fn is_bare(path: &Path) -> bool {
    path.file_name() == Some(path.as_os_str())
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

/// Parts a message of ours from the advice at its end.
fn halves(text: &str, mark: &str) -> (String, Option<String>) {
    match text.split_once(mark) {
        Some((why, advice)) => (why.to_owned(), Some(advice.to_owned())),
        None => (text.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
