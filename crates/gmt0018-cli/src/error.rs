//! Every error that the command can end with: what, why, what to try, and the exit code.

mod cause;
mod chain;
mod data;
mod doctor;
mod from_library;
mod key;
mod keys;
mod node;
mod password;
mod report;
mod store;
mod test;
mod time_limit;

use std::{fmt, io, path::Path};

use serde::Serialize;

use crate::{
    catalogue::{Entry, Filled, Texts, Value, phrase::phrase},
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
        let name = names(path);
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
        let name = names(path);
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

/// The name in both languages.
fn names(path: &Path) -> Value {
    if path == Path::new("-") {
        return Value::new(name(path), "标准输入");
    }
    Value::same(name(path))
}
