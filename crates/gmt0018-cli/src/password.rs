//! Passwords: from a file, the environment or a prompt, never from the command line.

mod given;
mod lines;

use std::{
    fmt,
    fs::File,
    io::{self, IsTerminal as _, Read},
    path::Path,
};

use gmt0018::Pin;
use gmt0018_soft::card::store::{MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, StoreError};
use zeroize::Zeroizing;

pub(crate) use given::{Given, if_given};
pub(crate) use lines::of_keys;

use crate::{
    arguments::{PasswordArguments, StorePasswordArguments},
    environment::environment,
    error::Error,
    language::Language,
    limit::Prompt,
    output::Output,
};

/// The bytes of a password, erased when dropped.
pub(crate) struct Password(Zeroizing<Vec<u8>>);

impl Password {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Refuses a length that the software card's store would refuse, before anything is written.
    pub(crate) fn check_for_store(&self) -> Result<(), Error> {
        let length = self.0.len();
        if (MIN_PASSWORD_LENGTH..=MAX_PASSWORD_LENGTH).contains(&length) {
            return Ok(());
        }
        Err(Error::store(
            "no key was made",
            &StoreError::PasswordLength { length },
        ))
    }

    /// The form that the card's API takes.
    pub(crate) fn pin(&self) -> Result<Pin, Error> {
        Pin::new(self.0.to_vec()).map_err(|cause| Error::password_refused(&cause))
    }

    fn new(bytes: Zeroizing<Vec<u8>>, origin: &str) -> Result<Self, Error> {
        match bytes.len() {
            0 => Err(Error::password_empty(origin)),
            1..=LONGEST => Ok(Self(bytes)),
            _ => Err(Error::password_too_long(origin, LONGEST)),
        }
    }

    /// Reads a file, without the one line end at its end.
    fn from_file(path: &Path, output: Output) -> Result<Self, Error> {
        let unreadable = |cause: io::Error| Error::password_file(path, &cause);
        let file = File::open(path).map_err(unreadable)?;
        remark_on_mode(path, &file, output);
        // The full size at once: a growing buffer would leave copies of the password behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(READ_LIMIT));
        let mut chunk = Zeroizing::new([0; 256]);
        let mut file = file.take(READ_LIMIT as u64);
        loop {
            match file.read(chunk.as_mut_slice()).map_err(unreadable)? {
                0 => break,
                length => bytes.extend_from_slice(&chunk[..length]),
            }
        }
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        Self::new(bytes, &format!("the file {}", path.display()))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(..)")
    }
}

/// Where one password may come from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    file: Option<&'a Path>,
    variable: &'static str,
    option: &'static str,
    prompt: &'static str,
    /// Typed twice, because a mistake would lock the key.
    is_new: bool,
}

impl<'a> Source<'a> {
    /// The password of a key that exists.
    pub(crate) fn key(arguments: &'a StorePasswordArguments) -> Self {
        Self {
            file: arguments.password_file.as_deref(),
            variable: "GMT0018_PASSWORD",
            option: "--password-file",
            prompt: "Password of the key: ",
            is_new: false,
        }
    }

    /// The first password of a key that is being made.
    pub(crate) fn first(arguments: &'a StorePasswordArguments) -> Self {
        Self {
            prompt: "Password for the key: ",
            is_new: true,
            ..Self::key(arguments)
        }
    }

    /// The password that takes the place of another.
    pub(crate) fn replacement(file: Option<&'a Path>) -> Self {
        Self {
            file,
            variable: "GMT0018_NEW_PASSWORD",
            option: "--new-password-file",
            prompt: "New password of the key: ",
            is_new: true,
        }
    }

    /// The password of an encrypted key file.
    pub(crate) fn key_file(file: Option<&'a Path>) -> Self {
        Self {
            file,
            variable: "GMT0018_PEM_PASSWORD",
            option: "--pem-password-file",
            prompt: "Password of the key file: ",
            is_new: false,
        }
    }

    /// Gets the password: from the file, else the environment, else a person at the terminal.
    pub(crate) fn read(self, output: Output) -> Result<Password, Error> {
        if let Some(path) = self.file {
            return Password::from_file(path, output);
        }
        if let Some(value) = environment(self.variable) {
            let bytes = Zeroizing::new(value.into_encoded_bytes());
            return Password::new(bytes, &format!("${}", self.variable));
        }
        if !io::stdin().is_terminal() {
            return Err(Error::no_password(self.option, self.variable));
        }
        let ask = |prompt: &str| {
            rpassword::prompt_password(prompt)
                .map(|text| Zeroizing::new(text.into_bytes()))
                .map_err(|cause| Error::prompt(&cause, self.option))
        };
        let _prompt = Prompt::start();
        let password = ask(self.prompt)?;
        if self.is_new && *ask("The same again: ")? != *password {
            return Err(Error::passwords_differ());
        }
        Password::new(password, "what was typed")
    }
}

/// The password of a key in a card, if it has one.
pub(crate) fn of_card_key(
    arguments: &PasswordArguments,
    output: Output,
) -> Result<Option<Pin>, Error> {
    if arguments.no_password {
        return Ok(None);
    }
    let source = Source {
        file: arguments.password_file.as_deref(),
        variable: "GMT0018_PASSWORD",
        option: "--password-file",
        prompt: "Password of the key: ",
        is_new: false,
    };
    source.read(output)?.pin().map(Some)
}

#[cfg(unix)]
fn remark_on_mode(path: &Path, file: &File, output: Output) {
    use std::os::unix::fs::PermissionsExt as _;

    let Ok(metadata) = file.metadata() else {
        return;
    };
    if metadata.is_file() && metadata.permissions().mode() & 0o077 != 0 {
        let path = path.display();
        output.note(&match output.language() {
            Language::English => format!(
                "remark: others than the owner may read the password file {path}; chmod 600 it"
            ),
            Language::Chinese => {
                format!("提示：访问控制码文件 {path} 可被其他用户读取；请执行 chmod 600")
            }
        });
    }
}

#[cfg(not(unix))]
fn remark_on_mode(_: &Path, _: &File, _: Output) {}

/// The longest password taken, in bytes; no card takes as many.
const LONGEST: usize = 1024;
/// One byte more than a password and its line end can have, so that a longer file is noticed.
const READ_LIMIT: usize = LONGEST + 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_and_errors_are_blind() {
        let canary = b"canary-password".to_vec();
        let password = Password::new(Zeroizing::new(canary.clone()), "test").unwrap();
        assert_eq!(
            format!("{password:?} {:?}", password.pin().unwrap()),
            "Password(..) Pin(..)"
        );
        let long = Password::new(Zeroizing::new(canary.repeat(200)), "test").unwrap_err();
        assert!(!format!("{long} {long:?}").contains("canary"));
    }

    #[test]
    fn one_line_end_is_no_part_of_the_password() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pin");
        for (content, expected) in [
            ("12345678", "12345678"),
            ("12345678\n", "12345678"),
            ("12345678\r\n", "12345678"),
            ("12345678\n\n", "12345678\n"),
            (" 1234567 ", " 1234567 "),
        ] {
            std::fs::write(&path, content).unwrap();
            let password = Password::from_file(&path, Output::new(false, true)).unwrap();
            assert_eq!(password.as_bytes(), expected.as_bytes(), "{content:?}");
        }
    }

    #[test]
    fn the_longest_password_is_taken_and_one_byte_more_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pin");
        let read = |content: String| {
            std::fs::write(&path, content).unwrap();
            Password::from_file(&path, Output::new(false, true))
        };
        assert_eq!(
            read("x".repeat(1024) + "\r\n").unwrap().as_bytes().len(),
            1024
        );
        assert!(read("x".repeat(1025)).is_err());
        assert!(read("x".repeat(1 << 20)).is_err());
        assert!(read(String::new()).is_err());
        assert!(read("\n".to_owned()).is_err());
    }
}
