//! Every error that the command can end with: what, why, what to try, and the exit code.

mod cause;
mod chain;
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
    catalogue::{
        self, Entry, Filled, Texts, Value,
        phrase::{operation, phrase},
    },
    exit::Exit,
    language::Language,
};

pub(crate) use cause::{of_card, of_node_id, of_node_key, of_system};
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

    /// What is in no catalogue, and has a translation all the same.
    fn translated(
        exit: Exit,
        what: impl Into<Value>,
        why: impl Into<Value>,
        advice: impl Into<Value>,
    ) -> Self {
        let (what, why, advice) = (what.into(), why.into(), advice.into());
        let chinese = Texts {
            what: what.chinese,
            why: why.chinese,
            advice: advice.chinese,
        };
        Self {
            chinese: Some(Box::new(chinese)),
            ..Self::new(exit, what.english, why.english, advice.english)
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
    pub(crate) fn titled(mut self, what: Value) -> Self {
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
        let name = name(path);
        Self::translated(
            Exit::Usage,
            (
                format!("cannot read {}", name.english),
                format!("无法读取 {}", name.chinese),
            ),
            of_system(cause),
            (
                "check the path and its permissions; - reads stdin",
                "检查路径和权限；- 表示标准输入",
            ),
        )
    }

    pub(crate) fn bad_value(option: &str, why: impl fmt::Display, advice: &str) -> Self {
        Self::value(option, phrase(&why.to_string()), phrase(advice))
    }

    /// A value on the command line, with texts in both languages.
    pub(crate) fn value(option: &str, why: impl Into<Value>, advice: impl Into<Value>) -> Self {
        let what = (
            format!("the value of {option} cannot be used"),
            format!("{option} 的值无法使用"),
        );
        Self::translated(Exit::Usage, what, why, advice)
    }

    pub(crate) fn options(why: &str, advice: &str) -> Self {
        let what = ("these options do not go together", "选项搭配不当");
        Self::translated(Exit::Usage, what, phrase(why), phrase(advice))
    }

    pub(crate) fn not_explained(subject: &str) -> Self {
        Self::translated(
            Exit::Usage,
            (
                format!("there is nothing to say about {subject:?}"),
                format!("没有关于 {subject:?} 的说明"),
            ),
            (
                "it is no number of 32 bits, no name of a return code and no id of an error",
                "它不是 32 位数值，也不是错误码的名称或错误的 ID",
            ),
            (
                "`gmt0018 explain --list` lists names and ids",
                "用 `gmt0018 explain --list` 列出全部名称和 ID",
            ),
        )
    }

    pub(crate) fn no_items(path: &Path) -> Self {
        let name = name(path);
        Self::translated(
            Exit::Usage,
            ("nothing was verified", "没有验签任何数据"),
            (
                format!("there is no line in {}", name.english),
                format!("{} 中一行也没有", name.chinese),
            ),
            (
                "pass a file with one JSON object per line; `gmt0018 verify --help` lists the fields",
                "请指定每行一个 JSON 对象的文件；字段见 `gmt0018 verify --help`",
            ),
        )
    }

    pub(crate) fn threads(cause: &dyn fmt::Display) -> Self {
        Self::translated(
            Exit::Configuration,
            (
                "the threads that verify cannot be started",
                "无法启动验签线程",
            ),
            Value::same(cause),
            ("pass a smaller --threads", "调小 --threads"),
        )
    }

    pub(crate) fn digest(text: &str) -> Self {
        let advice = "pass e in hex, or a FILE to have e computed from it";
        if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Self::bad_value("--digest", "it is not made of hex digits", advice);
        }
        let length = text.len();
        let why = (
            format!("it has {length} hex digits, and e has 64 (32 bytes)"),
            format!("它有 {length} 位十六进制数，而 e 应为 64 位（32 字节）"),
        );
        Self::value("--digest", why, phrase(advice))
    }

    pub(crate) fn binary_to_terminal() -> Self {
        Self::translated(
            Exit::Usage,
            (
                "random bytes are not written to a terminal",
                "不向终端输出随机字节",
            ),
            (
                "raw bytes can change the terminal's state",
                "原始字节可能破坏终端的显示状态",
            ),
            (
                "write to a file or a pipe, or use --hex",
                "写入文件或管道，或使用 --hex",
            ),
        )
    }

    pub(crate) fn output(cause: &io::Error) -> Self {
        Self::translated(
            Exit::Configuration,
            ("cannot write the result to stdout", "无法向标准输出写结果"),
            of_system(cause),
            (
                "check the disk that stdout goes to",
                "检查标准输出所在的磁盘",
            ),
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
            ("cause", of_system(cause)),
        ];
        Self::of(&catalogue::key::PASSWORD_FILE, &values)
    }

    pub(crate) fn password_empty(origin: &str) -> Self {
        let values = [("origin", operation(origin))];
        Self::of(&catalogue::key::PASSWORD_EMPTY, &values)
    }

    pub(crate) fn password_too_long(origin: &str, longest: usize) -> Self {
        let values = [
            ("origin", operation(origin)),
            ("longest", Value::same(longest)),
        ];
        Self::of(&catalogue::key::PASSWORD_TOO_LONG, &values)
    }

    pub(crate) fn password_refused(cause: &gmt0018::PinError) -> Self {
        Self::translated(
            Exit::Key,
            ("the password cannot be used", "私钥访问控制码无法使用"),
            cause::of_password(cause),
            ("check where it comes from", "检查它的来源"),
        )
    }

    pub(crate) fn passwords_differ() -> Self {
        Self::translated(
            Exit::Key,
            ("no password was set", "没有设置私钥访问控制码"),
            ("the two that were typed differ", "两次输入不一致"),
            ("type it again", "重新输入"),
        )
    }

    pub(crate) fn prompt(cause: &io::Error, option: &str) -> Self {
        Self::translated(
            Exit::Key,
            (
                "cannot ask for the password at the terminal",
                "无法在终端上询问私钥访问控制码",
            ),
            of_system(cause),
            (
                format!("pass {option} FILE"),
                format!("用 {option} FILE 指定文件"),
            ),
        )
    }
}

/// Keys.
impl Error {
    pub(crate) fn not_a_key_file(path: &Path, why: &str) -> Self {
        let path = path.display();
        Self::translated(
            Exit::Key,
            (
                format!("{path} holds no private key"),
                format!("{path} 中没有私钥"),
            ),
            operation(why),
            (
                "pass a PKCS#8 or SEC1 file, or 64 hex digits",
                "请指定 PKCS#8 或 SEC 1 格式的密钥文件，或 64 位十六进制数",
            ),
        )
    }

    pub(crate) fn key_file(path: &Path, cause: &sm_soft::keyfile::Error) -> Self {
        if matches!(cause, sm_soft::keyfile::Error::WrongPassword) {
            return Self::key_file_password(path, cause);
        }
        let path = path.display();
        Self::translated(
            Exit::Key,
            (
                format!("cannot use the key file {path}"),
                format!("密钥文件 {path} 无法使用"),
            ),
            cause::of_key_file(cause),
            (
                "pass an SM2 private key: PKCS#8 or SEC1, PEM or DER, or 64 hex digits",
                "请指定 SM2 私钥：PKCS#8 或 SEC 1，PEM 或 DER，或 64 位十六进制数",
            ),
        )
    }

    fn key_file_password(path: &Path, cause: &sm_soft::keyfile::Error) -> Self {
        let values = [
            ("path", Value::same(path.display())),
            ("cause", cause::of_key_file(cause)),
        ];
        Self::of(&catalogue::key::KEY_FILE_PASSWORD, &values)
    }

    pub(crate) fn no_such_role(index: u32, role: &str) -> Self {
        Self::translated(
            Exit::Key,
            (
                format!("there is no {role} key at index {index}"),
                format!("密钥索引 {index} 处没有{}", phrase(role).chinese),
            ),
            phrase(OTHER_OF_THE_PAIR),
            (
                "use --role with the other role, or another index; `gmt0018 soft status` lists them",
                "改变 --role，或换一个密钥索引；`gmt0018 soft status` 可列出",
            ),
        )
    }

    pub(crate) fn keys_exist(what: &str) -> Self {
        Self::translated(
            Exit::Key,
            ("no key was made", "没有生成密钥"),
            (
                format!("there is {what} already, and a key is never overwritten"),
                format!("{}已存在，已有的密钥不会被覆盖", operation(what).chinese),
            ),
            (
                "use other indexes; `gmt0018 soft init --if-missing` leaves keys that exist as they are",
                "换用其他索引；`gmt0018 soft init --if-missing` 会保留已有的密钥",
            ),
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
        Self::translated(
            Exit::CheckFailed,
            (
                "the device calls a valid signature invalid",
                "设备把有效的签名判为无效",
            ),
            (
                "the signature was made by the software key that it was verified with",
                "该签名由软件生成，验签用的正是对应的公钥",
            ),
            (
                "check --dialect, and run `gmt0018 probe`",
                "检查 --dialect，并运行 `gmt0018 probe`",
            ),
        )
    }

    pub(crate) fn bench_needs_key() -> Self {
        Self::translated(
            Exit::Usage,
            ("bench sign needs a key", "bench sign 需要密钥"),
            (
                "only the software card in memory makes one by itself",
                "只有内存中的软件密码卡会自行生成密钥",
            ),
            (
                "pass --key-index N, with --password-file or --no-password",
                "指定 --key-index N，并加 --password-file 或 --no-password",
            ),
        )
    }
}

/// The store.
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
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text(Language::English, "error"))
    }
}

fn name(path: &Path) -> Value {
    if path == Path::new("-") {
        Value::new("stdin", "标准输入")
    } else {
        Value::same(path.display())
    }
}

const OTHER_OF_THE_PAIR: &str = "the index has only the other key of the pair";
