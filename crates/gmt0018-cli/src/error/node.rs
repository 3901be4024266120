//! Errors around a node's files and its start.

use std::{io, path::Path};

use fisco_node::{
    config::{ConfigError, Problem, Warning, WarningKind},
    crypto::CryptoError,
    identity::NodePemError,
};
use gmt0018::sm2_signing::ErrorKind;

use super::{Error, of_node_key, of_system};
use crate::{
    catalogue::{
        self, Entry, Filled, Texts, Value,
        phrase::{operation, phrase},
    },
    exit::Exit,
};

impl Error {
    /// A key file in one of the forms of `node.pem` cannot be read.
    pub(crate) fn node_key(path: &Path, cause: &NodePemError) -> Self {
        let name = path.display();
        match cause {
            NodePemError::Unreadable(cause) => Self::translated(
                Exit::Usage,
                (format!("cannot read {name}"), format!("无法读取 {name}")),
                of_system(cause),
                ("check the path and its permissions", "检查路径和权限"),
            ),
            NodePemError::Key(cause @ sm_soft::keyfile::Error::WrongPassword) => {
                Self::key_file_password(path, cause)
            }
            _ => Self::translated(
                Exit::Key,
                (
                    format!("cannot use the key file {name}"),
                    format!("密钥文件 {name} 无法使用"),
                ),
                of_node_key(cause),
                (
                    "pass an SM2 key, private or public: PEM, DER or hex digits",
                    "请指定 SM2 私钥或公钥：PEM、DER 或十六进制数",
                ),
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
        let path = path.display();
        let what = (
            format!("{path} was not written"),
            format!("没有写入 {path}"),
        );
        if cause.kind() == io::ErrorKind::AlreadyExists {
            return Self::translated(
                Exit::Usage,
                what,
                (
                    "it exists, and a file is never overwritten",
                    "文件已存在，已有的文件不会被覆盖",
                ),
                (
                    "name another file, or move this one",
                    "指定其他文件名，或移走该文件",
                ),
            );
        }
        Self::translated(
            Exit::Configuration,
            what,
            of_system(cause),
            (
                "check the directory, its permissions and the disk",
                "检查目录、权限和磁盘",
            ),
        )
    }

    /// A configuration cannot be read, changed or written.
    pub(crate) fn config(what: &str, cause: &ConfigError) -> Self {
        let (entry, texts) = problem_texts(cause);
        if matches!(
            cause.problem(),
            Problem::Unreadable(_) | Problem::Unwritable(_)
        ) && let Some(entry) = entry
        {
            return Self::filled(entry, texts);
        }
        // The problem is the reason; what becomes of a node is not asked for here.
        let location = cause.location();
        let of = |what: String, colon: &str, texts: Texts| Texts {
            what,
            why: format!("{location}{colon}{}", texts.what),
            advice: texts.advice,
        };
        let what = operation(what);
        Self {
            exit: Exit::Configuration,
            id: entry.map(|entry| entry.id),
            english: of(what.english, ": ", texts.english),
            chinese: entry.map(|_| Box::new(of(what.chinese, "：", texts.chinese))),
        }
    }

    /// A chain's file in the place of a node's.
    pub(crate) fn genesis_for_config(path: &Path) -> Self {
        let path = path.display();
        Self::translated(
            Exit::Usage,
            (
                format!("{path} is a config.genesis"),
                format!("{path} 是 config.genesis"),
            ),
            (
                "all nodes of the chain must have it alike, so that it is not mended in one place",
                "链上所有节点的 config.genesis 必须相同，不能只修改一处",
            ),
            (
                "pass config.ini or the directory of the node; `config check` reads config.genesis with it",
                "请指定 config.ini 或节点目录；`config check` 会一并读取 config.genesis",
            ),
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
                if let Some(error) = start_entry(&cause) {
                    return error;
                }
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

/// What often keeps a node from starting; `None` for what has no entry.
fn start_entry(cause: &CryptoError) -> Option<Error> {
    use catalogue::configuration as entry;
    let same = |name, text: &dyn std::fmt::Display| (name, Value::same(text));
    Some(match cause {
        CryptoError::Doubt(warning) => {
            let (_, texts) = warning_texts(warning);
            let line =
                |texts: &Texts| format!("{}: {}; {}", warning.location(), texts.what, texts.why);
            let values = [
                (
                    "warning",
                    Value::new(line(&texts.english), line(&texts.chinese)),
                ),
                (
                    "meant",
                    Value::new(texts.english.advice, texts.chinese.advice),
                ),
            ];
            Error::of(&entry::DOUBT, &values)
        }
        CryptoError::NotSm => Error::of(&entry::NOT_SM, &[]),
        CryptoError::Service(service) => {
            Error::of(&entry::KEY_SERVICE, &[same("service", service)])
        }
        CryptoError::NoPrivateKey(path) => {
            Error::of(&entry::NO_PRIVATE_KEY, &[same("path", &path.display())])
        }
        CryptoError::NodePem {
            path,
            in_file,
            in_card,
        } => {
            let values = [
                same("path", &path.display()),
                same("in_file", in_file),
                same("in_card", in_card),
            ];
            Error::of(&entry::NODE_PEM, &values)
        }
        CryptoError::NotASealer { node_id, sealers } => {
            let values = [same("node_id", node_id), same("sealers", sealers)];
            Error::of(&entry::NOT_A_SEALER, &values)
        }
        _ => return None,
    })
}

/// The entry of a problem in a file and its texts; those of the reader itself where there is no entry.
pub(crate) fn problem_texts(cause: &ConfigError) -> (Option<&'static Entry>, Filled) {
    use catalogue::configuration as entry;
    let same = |name, text: &dyn std::fmt::Display| (name, Value::same(text));
    let file = || same("file", &cause.location().file().display());
    let (entry, values) = match cause.problem() {
        Problem::Unreadable(cause) => (
            &entry::UNREADABLE,
            vec![file(), ("cause", of_system(cause))],
        ),
        Problem::Unwritable(cause) => (
            &entry::UNWRITABLE,
            vec![file(), ("cause", of_system(cause))],
        ),
        Problem::TooLarge { limit } => (&entry::TOO_LARGE, vec![same("limit", limit)]),
        Problem::Empty => (&entry::EMPTY, vec![]),
        Problem::Binary => (&entry::BINARY, vec![]),
        Problem::NotUtf8 { what } => (&entry::NOT_UTF8, vec![("part", phrase(what))]),
        Problem::ByteOrderMark => (&entry::BYTE_ORDER_MARK, vec![]),
        Problem::NoEquals => (&entry::NO_EQUALS, vec![]),
        Problem::NoKey => (&entry::NO_KEY, vec![]),
        Problem::UnmatchedBracket => (&entry::BRACKET, vec![]),
        Problem::DuplicateKey { first } => (&entry::DUPLICATE_KEY, vec![same("first", first)]),
        Problem::DuplicateSection { first } => {
            (&entry::DUPLICATE_SECTION, vec![same("first", first)])
        }
        Problem::Missing { .. } if cause.location().key() == Some("key_index") => {
            (&entry::MISSING_KEY_INDEX, vec![])
        }
        Problem::Missing { hint } => (&entry::MISSING, vec![("hint", phrase(hint))]),
        Problem::Value {
            found,
            wanted,
            hint,
        } => {
            let values = vec![
                same("found", &format!("{found:?}")),
                ("wanted", phrase(wanted)),
                ("hint", phrase(hint)),
            ];
            (&entry::VALUE, values)
        }
        Problem::Sealers(cause) => {
            let (problem, hint) = split(&cause.to_string());
            let values = vec![
                ("problem", operation(&problem)),
                ("hint", phrase(&hint.unwrap_or_default())),
            ];
            (&entry::SEALERS, values)
        }
        problem => {
            let (what, advice) = split(&problem.to_string());
            let texts = Texts {
                what,
                why: "the node does not start".to_owned(),
                advice: advice.unwrap_or_else(|| "mend the line by hand".to_owned()),
            };
            let chinese = texts.clone();
            let english = texts;
            return (None, Filled { english, chinese });
        }
    };
    (Some(entry), entry.fill(&values))
}

/// The entry of a setting that the node reads otherwise than it was meant.
pub(crate) fn warning_texts(warning: &Warning) -> (Option<&'static Entry>, Filled) {
    use WarningKind as Kind;
    use catalogue::configuration as entry;
    let (entry, values) = match warning.kind() {
        Kind::KeyId {
            has_key_index: true,
        } => (&entry::KEY_ID_BESIDE, vec![]),
        Kind::KeyId { .. } => (&entry::KEY_ID, vec![]),
        Kind::NotABoolean { found, default, .. } => {
            let default = match default {
                Some(default) => Value::new(format!(", {default},"), format!(" {default}")),
                None => Value::same(""),
            };
            let values = vec![
                ("found", Value::same(format!("{found:?}"))),
                ("default", default),
                ("meant", phrase(&warning.advice())),
            ];
            (&entry::BOOLEAN, values)
        }
        Kind::TrailingComment { secret: false } => (&entry::TRAILING_COMMENT, vec![]),
        Kind::TrailingComment { .. } => (&entry::TRAILING_COMMENT_PASSWORD, vec![]),
        Kind::UnknownKey { nearest } => {
            let nearest = nearest.map_or_else(
                || phrase(&warning.advice()),
                |name| Value::new(name, format!("可能应写作 {name}")),
            );
            (&entry::UNKNOWN_KEY, vec![("nearest", nearest)])
        }
        Kind::NeverRead => (&entry::NO_EFFECT, vec![]),
        Kind::CardUnused => (&entry::CARD_UNUSED, vec![]),
        Kind::CardOverruled => (&entry::CARD_OVERRULED, vec![]),
        Kind::NoPassword => (&entry::PASSWORD_EMPTY, vec![]),
        Kind::WithoutSmCrypto => (&entry::WITHOUT_SM_CRYPTO, vec![]),
        _ => {
            let texts = Texts {
                what: warning.what(),
                why: warning.why(),
                advice: warning.advice(),
            };
            let chinese = texts.clone();
            let english = texts;
            return (None, Filled { english, chinese });
        }
    };
    (Some(entry), entry.fill(&values))
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
fn split(text: &str) -> (String, Option<String>) {
    match text.rsplit_once("; ") {
        Some((why, advice)) => {
            let advice = advice.strip_prefix("try: ").unwrap_or(advice);
            (why.to_owned(), Some(advice.to_owned()))
        }
        None => (text.to_owned(), None),
    }
}
