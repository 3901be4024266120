//! Errors around a node's files and its start.

use std::{io, path::Path};

use fisco_node::{
    config::{ConfigError, Problem},
    crypto::CryptoError,
    identity::NodePemError,
};
use gmt0018::sm2_signing::ErrorKind;

use super::Error;
use crate::exit::Exit;

impl Error {
    /// A key file in one of the forms of `node.pem` cannot be read.
    pub(crate) fn node_key(path: &Path, cause: &NodePemError) -> Self {
        let what = format!("cannot use the key file {}", path.display());
        match cause {
            NodePemError::Unreadable(cause) => Self::new(
                Exit::Usage,
                format!("cannot read {}", path.display()),
                cause,
                "check the path and its permissions",
            ),
            NodePemError::Key(sm_soft::keyfile::Error::WrongPassword) => Self::new(
                Exit::Key,
                what,
                cause,
                "check --pem-password-file, or $GMT0018_PEM_PASSWORD",
            ),
            _ => Self::new(
                Exit::Key,
                what,
                cause,
                "pass an SM2 key, private or public: PEM, DER or hex digits",
            ),
        }
    }

    /// A key that was read has no PEM form.
    pub(crate) fn node_pem(cause: &NodePemError) -> Self {
        Self::new(
            Exit::Key,
            "no PEM text was made",
            cause,
            "report it, with the public key",
        )
    }

    /// A file that is to be made cannot be written, or is there already.
    pub(crate) fn not_written(path: &Path, cause: &io::Error) -> Self {
        let what = format!("{} was not written", path.display());
        if cause.kind() == io::ErrorKind::AlreadyExists {
            let why = "it exists, and a file is never overwritten";
            return Self::new(
                Exit::Usage,
                what,
                why,
                "name another file, or move this one",
            );
        }
        Self::new(
            Exit::Configuration,
            what,
            cause,
            "check the directory, its permissions and the disk",
        )
    }

    /// A configuration cannot be read, changed or written.
    pub(crate) fn config(what: &str, cause: &ConfigError) -> Self {
        let location = cause.location();
        if let Problem::Unreadable(cause) = cause.problem() {
            return Self::new(
                Exit::Configuration,
                format!("cannot read {}", location.file().display()),
                cause,
                "pass a file that can be read, or the directory of a node",
            );
        }
        if let Problem::Unwritable(cause) = cause.problem() {
            return Self::new(
                Exit::Configuration,
                format!("{} was not written", location.file().display()),
                cause,
                "check the directory, its permissions and the disk; nothing is lost",
            );
        }
        let (problem, advice) = split(&cause.problem().to_string());
        Self::new(
            Exit::Configuration,
            what,
            format!("{location}: {problem}"),
            advice.unwrap_or_else(|| "mend the line by hand".to_owned()),
        )
    }

    /// A chain's file in the place of a node's.
    pub(crate) fn genesis_for_config(path: &Path) -> Self {
        Self::new(
            Exit::Usage,
            format!("{} is a config.genesis", path.display()),
            "all nodes of the chain must have it alike, so that it is not mended in one place",
            "pass config.ini or the directory of the node; `config check` reads config.genesis with it",
        )
    }

    /// Something that must work when a node starts does not.
    pub(crate) fn start(cause: CryptoError) -> Self {
        match cause {
            CryptoError::Library { source, .. } => {
                Self::open("the library cannot be used", *source)
            }
            CryptoError::Device { library, source } => {
                Self::card(format!("the device of {library} cannot be used"), *source)
            }
            CryptoError::Index { index, source } => {
                let what = format!("cannot read key index {index}");
                Self::key(index.value(), what, *source)
            }
            CryptoError::Password { index, source } => {
                let what = format!("cannot sign with key index {index}");
                Self::key(index.value(), what, *source)
            }
            cause => {
                let (why, advice) = split(&cause.to_string());
                Self::new(
                    exit_of_start(&cause),
                    "the node cannot start so",
                    why,
                    advice.unwrap_or_else(|| "run `gmt0018 probe`".to_owned()),
                )
            }
        }
    }
}

fn exit_of_start(cause: &CryptoError) -> Exit {
    match cause {
        // A consensus node's id that is no key.
        CryptoError::Engine(cause) if cause.kind() == ErrorKind::Input => Exit::Configuration,
        CryptoError::PasswordSource(_)
        | CryptoError::KeyFile { .. }
        | CryptoError::NoPrivateKey(_) => Exit::Key,
        CryptoError::TestSignature(_) | CryptoError::Engine(_) => Exit::Device,
        _ => Exit::Configuration,
    }
}

/// Parts a message of the configuration's reader from the advice at its end.
pub(crate) fn split(text: &str) -> (String, Option<String>) {
    match text.rsplit_once("; ") {
        Some((why, advice)) => {
            let advice = advice.strip_prefix("try: ").unwrap_or(advice);
            (why.to_owned(), Some(advice.to_owned()))
        }
        None => (text.to_owned(), None),
    }
}
