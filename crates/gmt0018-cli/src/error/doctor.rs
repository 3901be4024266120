//! Errors that are told as one line of many, and those of the probes.

use std::path::Path;

use super::Error;
use crate::{
    catalogue::{Filled, Texts, Value, phrase::phrase},
    exit::Exit,
};

impl Error {
    /// What, why and what to try, in both languages.
    pub(crate) fn into_words(self) -> Texts<Value> {
        let english = self.english;
        let chinese = self.chinese.map_or_else(|| english.clone(), |texts| *texts);
        Filled { english, chinese }.into_values()
    }

    /// No key was named, and the indexes that were looked at have none.
    pub(crate) fn no_key_found() -> Self {
        Self::translated(
            Exit::Key,
            ("there is no key to look at", "没有可检查的密钥"),
            (
                "the device has no signing key at the indexes 1 to 64",
                "设备的密钥索引 1 至 64 处没有签名密钥",
            ),
            (
                "pass --key-index with the index of a key, or make one",
                "用 --key-index 指定密钥索引，或先生成密钥",
            ),
        )
    }

    /// The symbols of a library that does not load as one cannot be read from its file either.
    pub(crate) fn no_symbols(path: &Path, why: &str) -> Self {
        let path = path.display();
        Self::translated(
            Exit::Library,
            (
                format!("the functions of {path} cannot be listed"),
                format!("无法列出 {path} 的函数"),
            ),
            phrase(why),
            phrase("pass the path of the vendor's SDF library with --lib"),
        )
    }
}
