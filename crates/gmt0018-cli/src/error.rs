//! Every error that the command can end with: what, why, what to try, and the exit code.

mod chain;
mod data;
mod doctor;
mod from_library;
mod keys;
mod node;
mod report;
mod test;
mod time_limit;

use std::{fmt, io, path::Path};

use serde::Serialize;

use crate::{
    catalogue::{self, Entry, Filled, Texts, Value},
    exit::Exit,
    language::Language,
};

pub(crate) use node::{problem_texts, warning_texts};

/// Why the command did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Error {
    exit: Exit,
    /// The entry of the catalogue, if it has one.
    id: Option<&'static str>,
    english: Texts,
    /// What is in no catalogue has no translation.
    chinese: Option<Box<Texts>>,
}

impl Error {
    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }

    fn new(
        exit: Exit,
        what: impl Into<String>,
        why: impl fmt::Display,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            exit,
            id: None,
            english: Texts {
                what: what.into(),
                why: why.to_string(),
                advice: advice.into(),
            },
            chinese: None,
        }
    }

    /// An entry of the catalogue with its values.
    pub(crate) fn of(entry: &Entry, values: &[(&str, Value)]) -> Self {
        Self::filled(entry, entry.fill(values))
    }

    fn filled(entry: &Entry, texts: Filled) -> Self {
        Self {
            exit: entry.exit,
            id: Some(entry.id),
            english: texts.english,
            chinese: Some(Box::new(texts.chinese)),
        }
    }

    /// The same error, with these words for what was not done.
    fn titled(mut self, what: Value) -> Self {
        self.english.what = what.english;
        if let Some(chinese) = &mut self.chinese {
            chinese.what = what.chinese;
        }
        self
    }

    /// The error in a language, as far as it is translated, after a label such as `error`.
    pub(crate) fn text(&self, language: Language, label: &str) -> String {
        let Texts { what, why, advice } = self.texts(language);
        match language {
            Language::English => format!("{label}: {what}\n  why: {why}\n  try: {advice}"),
            Language::Chinese => format!("{label}：{what}\n  原因：{why}\n  建议：{advice}"),
        }
    }

    /// The error as one line of JSON.
    pub(crate) fn json(&self, language: Language) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct Line<'a> {
            error: Fields<'a>,
        }
        #[derive(Serialize)]
        struct Fields<'a> {
            exit_code: u8,
            id: Option<&'static str>,
            what: &'a str,
            why: &'a str,
            r#try: &'a str,
        }
        let texts = self.texts(language);
        let error = Fields {
            exit_code: self.exit as u8,
            id: self.id,
            what: &texts.what,
            why: &texts.why,
            r#try: &texts.advice,
        };
        serde_json::to_string(&Line { error })
    }

    fn texts(&self, language: Language) -> &Texts {
        let chinese = self.chinese.as_deref().unwrap_or(&self.english);
        language.pick(&self.english, chinese)
    }
}

/// The command line and its input.
impl Error {
    pub(crate) fn unreadable(path: &Path, cause: &io::Error) -> Self {
        let what = format!("cannot read {}", name(path));
        Self::new(
            Exit::Usage,
            what,
            cause,
            "check the path and its permissions; - reads stdin",
        )
    }

    pub(crate) fn bad_value(option: &str, why: impl fmt::Display, advice: &str) -> Self {
        Self::new(
            Exit::Usage,
            format!("the value of {option} cannot be used"),
            why,
            advice,
        )
    }

    pub(crate) fn options(why: &str, advice: &str) -> Self {
        Self::new(Exit::Usage, "these options do not go together", why, advice)
    }

    pub(crate) fn not_explained(subject: &str) -> Self {
        Self::new(
            Exit::Usage,
            format!("there is nothing to say about {subject:?}"),
            "it is no number of 32 bits, no name of a return code and no id of an error",
            "`gmt0018 explain --list` lists names and ids",
        )
    }

    pub(crate) fn no_items(path: &Path) -> Self {
        Self::new(
            Exit::Usage,
            "nothing was verified",
            format!("there is no line in {}", name(path)),
            "pass a file with one JSON object per line; `gmt0018 verify --help` lists the fields",
        )
    }

    pub(crate) fn threads(cause: &dyn fmt::Display) -> Self {
        Self::new(
            Exit::Configuration,
            "the threads that verify cannot be started",
            cause,
            "pass a smaller --threads",
        )
    }

    pub(crate) fn digest(text: &str) -> Self {
        let why = if text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            format!("it has {} hex digits, and e has 64 (32 bytes)", text.len())
        } else {
            "it is not made of hex digits".to_owned()
        };
        Self::bad_value(
            "--digest",
            why,
            "pass e in hex, or a FILE to have e computed from it",
        )
    }

    pub(crate) fn output(cause: &io::Error) -> Self {
        Self::new(
            Exit::Configuration,
            "cannot write the result to stdout",
            cause,
            "check the disk that stdout goes to",
        )
    }
}

/// Passwords.
impl Error {
    pub(crate) fn no_password(option: &str, variable: &str) -> Self {
        let values = [
            ("option", Value::same(option)),
            ("variable", Value::same(variable)),
        ];
        Self::of(&catalogue::key::PASSWORD_NEEDED, &values)
    }

    pub(crate) fn password_file(path: &Path, cause: &io::Error) -> Self {
        let values = [
            ("path", Value::same(path.display())),
            ("cause", Value::same(cause)),
        ];
        Self::of(&catalogue::key::PASSWORD_FILE, &values)
    }

    pub(crate) fn password_empty(origin: &str) -> Self {
        let values = [("origin", Value::same(origin))];
        Self::of(&catalogue::key::PASSWORD_EMPTY, &values)
    }

    pub(crate) fn password_too_long(origin: &str, longest: usize) -> Self {
        let values = [
            ("origin", Value::same(origin)),
            ("longest", Value::same(longest)),
        ];
        Self::of(&catalogue::key::PASSWORD_TOO_LONG, &values)
    }

    pub(crate) fn password_refused(cause: &gmt0018::PinError) -> Self {
        Self::new(
            Exit::Key,
            "the password cannot be used",
            cause,
            "check where it comes from",
        )
    }

    pub(crate) fn passwords_differ() -> Self {
        Self::new(
            Exit::Key,
            "no password was set",
            "the two that were typed differ",
            "type it again",
        )
    }

    pub(crate) fn prompt(cause: &io::Error, option: &str) -> Self {
        let advice = format!("pass {option} FILE");
        Self::new(
            Exit::Key,
            "cannot ask for the password at the terminal",
            cause,
            advice,
        )
    }
}

/// Keys.
impl Error {
    pub(crate) fn not_a_key_file(path: &Path, why: &str) -> Self {
        let what = format!("{} holds no private key", path.display());
        Self::new(
            Exit::Key,
            what,
            why,
            "pass a PKCS#8 or SEC1 file, or 64 hex digits",
        )
    }

    pub(crate) fn key_file(path: &Path, cause: &sm_soft::keyfile::Error) -> Self {
        if matches!(cause, sm_soft::keyfile::Error::WrongPassword) {
            return Self::key_file_password(path, cause);
        }
        let what = format!("cannot use the key file {}", path.display());
        let advice = "pass an SM2 private key: PKCS#8 or SEC1, PEM or DER, or 64 hex digits";
        Self::new(Exit::Key, what, cause, advice)
    }

    fn key_file_password(path: &Path, cause: &dyn fmt::Display) -> Self {
        let values = [
            ("path", Value::same(path.display())),
            ("cause", Value::same(cause)),
        ];
        Self::of(&catalogue::key::KEY_FILE_PASSWORD, &values)
    }

    pub(crate) fn no_such_role(index: u32, role: &str) -> Self {
        Self::new(
            Exit::Key,
            format!("there is no {role} key at index {index}"),
            "the index has only the other key of the pair",
            "use --role with the other role, or another index; `gmt0018 soft status` lists them",
        )
    }

    pub(crate) fn keys_exist(what: &str) -> Self {
        Self::new(
            Exit::Key,
            "no key was made",
            format!("there is {what} already, and a key is never overwritten"),
            "use other indexes; `gmt0018 soft init --if-missing` leaves keys that exist as they are",
        )
    }

    pub(crate) fn signature_refused(index: u32) -> Self {
        let values = [("index", Value::same(index))];
        Self::of(&catalogue::key::SIGNATURE_INVALID, &values)
    }

    pub(crate) fn no_test_signature(why: &dyn fmt::Display) -> Self {
        let what = "no key or signature to measure with could be made in software";
        Self::new(Exit::Device, what, why, "check the system's random source")
    }

    pub(crate) fn valid_signature_refused() -> Self {
        Self::new(
            Exit::CheckFailed,
            "the device calls a valid signature invalid",
            "the signature was made by the software key that it was verified with",
            "check --dialect, and run `gmt0018 probe`",
        )
    }

    pub(crate) fn bench_needs_key() -> Self {
        Self::new(
            Exit::Usage,
            "bench sign needs a key",
            "only the software card in memory makes one by itself",
            "pass --key-index N, with --password-file or --no-password",
        )
    }
}

/// The store.
impl Error {
    pub(crate) fn store_exists(directory: &Path) -> Self {
        Self::new(
            Exit::Configuration,
            "no store was created",
            format!(
                "{} holds a store already, and nothing in it was changed",
                directory.display()
            ),
            "add keys with `gmt0018 soft generate`, pass --if-missing, or name another --soft-dir",
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text(Language::English, "error"))
    }
}

fn name(path: &Path) -> String {
    if path == Path::new("-") {
        "stdin".to_owned()
    } else {
        path.display().to_string()
    }
}
