//! Errors of the software card's store.

use std::path::Path;

use gmt0018_soft::card::{CardError, store::StoreError};

use super::{Error, cause::of_store};
use crate::{
    catalogue::{
        self, Value,
        phrase::{operation, phrase},
    },
    exit::Exit,
};

impl Error {
    pub(crate) fn store_exists(directory: &Path) -> Self {
        let directory = directory.display();
        Self::translated(
            Exit::Configuration,
            ("no store was created", "没有创建密钥库"),
            (
                format!("{directory} holds a store already, and nothing in it was changed"),
                format!("{directory} 中已有密钥库，其内容没有改动"),
            ),
            (
                "add keys with `gmt0018 soft generate`, pass --if-missing, or name another --soft-dir",
                "用 `gmt0018 soft generate` 添加密钥，或加 --if-missing，或用 --soft-dir 指定其他目录",
            ),
        )
    }

    /// The store refused or failed while doing `what`.
    pub(crate) fn store(what: impl Into<String>, cause: &StoreError) -> Self {
        let what = operation(&what.into());
        if let Some(error) = Self::store_entry(&what, cause) {
            return error;
        }
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
        let advice = advice.unwrap_or_else(|| fallback.to_owned());
        let (why_chinese, advice_chinese) =
            of_store(cause).unwrap_or_else(|| (why.clone(), phrase(&advice).chinese));
        Self::translated(
            exit_of_store(cause),
            what,
            (why, why_chinese),
            (advice, advice_chinese),
        )
    }

    /// What a store often refuses; `None` for what has no entry.
    fn store_entry(what: &Value, cause: &StoreError) -> Option<Self> {
        use catalogue::device as entry;
        let what = ("what", what.clone());
        Some(match cause {
            StoreError::Missing { directory } => {
                let directory = ("directory", Value::same(directory.display()));
                Self::of(&entry::STORE_MISSING, &[what, directory])
            }
            StoreError::Permission { path, .. } => {
                let path = ("path", Value::same(path.display()));
                Self::of(&entry::STORE_PERMISSION, &[what, path])
            }
            StoreError::Locked { file, waited } => {
                let path = ("path", Value::same(file.display()));
                let milliseconds = ("milliseconds", Value::same(waited.as_millis()));
                Self::of(&entry::STORE_LOCKED, &[what, path, milliseconds])
            }
            _ => return None,
        })
    }

    /// The software card refused or failed while doing `what`.
    pub(crate) fn soft_card(what: impl Into<String>, cause: &CardError) -> Self {
        match cause {
            CardError::Store(cause) => Self::store(what, cause),
            _ => Self::translated(
                Exit::Device,
                operation(&what.into()),
                Value::same(cause),
                ("run `gmt0018 probe`", "运行 `gmt0018 probe`"),
            ),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

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
            assert!(!error.english.advice.is_empty());
        }
    }
}
