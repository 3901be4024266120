//! Errors of keys and key files.

use std::{fmt, path::Path};

use super::{Error, cause::of_key_file};
use crate::{
    catalogue::{
        self, Value,
        phrase::{operation, phrase},
    },
    exit::Exit,
};

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
            of_key_file(cause),
            (
                "pass an SM2 private key: PKCS#8 or SEC1, PEM or DER, or 64 hex digits",
                "请指定 SM2 私钥：PKCS#8 或 SEC 1，PEM 或 DER，或 64 位十六进制数",
            ),
        )
    }

    pub(super) fn key_file_password(path: &Path, cause: &sm_soft::keyfile::Error) -> Self {
        let values = [
            ("path", Value::same(path.display())),
            ("cause", of_key_file(cause)),
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

pub(super) const OTHER_OF_THE_PAIR: &str = "the index has only the other key of the pair";
