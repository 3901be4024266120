//! Errors of what is signed, hashed, encrypted and decrypted.

use std::{fmt, path::Path};

use gmt0018::sm2_signing::EncodingError;
use sm_soft::{cipher, encryption};

use super::{Error, cause::of_encoding, names};
use crate::{
    catalogue::{
        Value,
        phrase::{operation, phrase},
    },
    exit::Exit,
};

impl Error {
    pub(crate) fn bytes_to_terminal(what: &str) -> Self {
        let what = phrase(what);
        Self::translated(
            Exit::Usage,
            (
                format!("{} is not written to a terminal", what.english),
                format!("不向终端输出{}", what.chinese),
            ),
            (
                "bytes can change the terminal's state",
                "二进制数据会改变终端的状态",
            ),
            (
                "write to a file or a pipe, or ask for hex digits if the command has them",
                "请写入文件或管道；命令支持十六进制时，可改用十六进制",
            ),
        )
    }

    pub(crate) fn signature_value(cause: &EncodingError) -> Self {
        Self::value(
            "--signature",
            (cause.to_string(), of_encoding(cause).chinese),
            (
                "give r || s in 128 hex digits, or DER as in GM/T 0009 in hex, or @ and a file with either",
                "请给出 128 位十六进制的 r || s，或十六进制的 GM/T 0009 DER 编码，或 @ 加二者之一的文件",
            ),
        )
    }

    /// SM2 encryption or decryption in software.
    pub(crate) fn sm2_encryption(what: &str, cause: &encryption::Error) -> Self {
        let text = cause.to_string();
        let english = text.split_once(": ").map_or(text.as_str(), |(why, _)| why);
        let (exit, chinese, advice) = match cause {
            encryption::Error::Empty => (
                Exit::Usage,
                "SM2 至少加密一个字节，而数据为空",
                ONE_BYTE_TO_1_MIB,
            ),
            encryption::Error::TooLong(_) => (
                Exit::Usage,
                "数据超过 SM2 一次能够加密的长度",
                ONE_BYTE_TO_1_MIB,
            ),
            encryption::Error::KeyNotOnCurve => (
                Exit::Key,
                "公钥不是 SM2 曲线上的点",
                (
                    "pass the 64 bytes x || y of an SM2 key, big-endian",
                    "请给出 SM2 公钥的 64 字节 x || y，大端序",
                ),
            ),
            encryption::Error::PointNotOnCurve => (
                Exit::CheckFailed,
                "C1 不是 SM2 曲线上的点",
                ANOTHER_KEY_OR_ORDER,
            ),
            encryption::Error::Mismatch => (
                Exit::CheckFailed,
                "密文被改动，或不是用这个密钥加密的",
                ANOTHER_KEY_OR_ORDER,
            ),
            _ => (Exit::Device, english, RANDOM_SOURCE),
        };
        Self::translated(exit, phrase(what), (english, chinese), advice)
    }

    /// A card says that a ciphertext is wrong.
    pub(crate) fn ciphertext_refused(what: &str, cause: &gmt0018::CallError) -> Self {
        let (function, code) = (cause.function(), cause.code());
        Self::translated(
            Exit::CheckFailed,
            operation(what),
            (
                format!(
                    "{function} returned {code}: the ciphertext was changed, or made for another key"
                ),
                format!("{function} 返回 {code}：密文被改动，或不是用这个密钥加密的"),
            ),
            ANOTHER_KEY_OR_ORDER,
        )
    }

    pub(crate) fn not_a_ciphertext(path: &Path, cause: &EncodingError) -> Self {
        let name = names(path);
        Self::translated(
            Exit::Usage,
            (
                format!("{} is no SM2 ciphertext", name.english),
                format!("{} 不是 SM2 密文", name.chinese),
            ),
            of_encoding(cause),
            (
                "pass DER as in GM/T 0009, or 04 || x || y and the rest, in hex digits or bytes",
                "请给出 GM/T 0009 的 DER 编码，或 04 || x || y 及其余部分，十六进制或二进制均可",
            ),
        )
    }

    pub(crate) fn too_long_for_sm2(path: &Path) -> Self {
        let name = names(path);
        Self::translated(
            Exit::Usage,
            (
                format!("{} is too long for SM2", name.english),
                format!("{} 太长，不适合用 SM2 加密", name.chinese),
            ),
            (
                "SM2 is for keys and short messages: this command takes 1 MiB",
                "SM2 用于加密密钥和短消息：本命令最多接受 1 MiB",
            ),
            (
                "encrypt it with --sm4-key, and the SM4 key with SM2; `gmt0018 encrypt --help` shows how",
                "用 --sm4-key 加密文件，再用 SM2 加密 SM4 密钥；做法见 `gmt0018 encrypt --help`",
            ),
        )
    }

    /// SM4 in software.
    pub(crate) fn sm4(what: &str, cause: &cipher::Error) -> Self {
        match cause {
            cipher::Error::TagMismatch => Self::translated(
                Exit::CheckFailed,
                phrase(what),
                (
                    "the tag does not fit: the file was changed, or encrypted with another key",
                    "校验标签不符：文件被改动，或用的是另一个密钥",
                ),
                (
                    "check which SM4 key it was encrypted with",
                    "检查加密时用的是哪个 SM4 密钥",
                ),
            ),
            _ => Self::translated(
                Exit::Usage,
                phrase(what),
                Value::same(cause),
                (
                    "SM4-GCM takes up to 64 GiB under one nonce; split the file",
                    "SM4-GCM 一次最多处理 64 GiB；请拆分文件",
                ),
            ),
        }
    }

    pub(crate) fn too_short_for_gcm(path: &Path) -> Self {
        let name = names(path);
        Self::translated(
            Exit::Usage,
            phrase("nothing was decrypted"),
            (
                format!(
                    "{} has not even the 28 bytes of a nonce and a tag",
                    name.english
                ),
                format!("{} 连初始向量和标签的 28 字节都不足", name.chinese),
            ),
            (
                "pass a file that `gmt0018 encrypt --sm4-key` has written",
                "请指定由 `gmt0018 encrypt --sm4-key` 生成的文件",
            ),
        )
    }

    pub(crate) fn not_an_sm4_key(path: &Path) -> Self {
        let path = path.display();
        Self::translated(
            Exit::Key,
            (
                format!("{path} holds no SM4 key"),
                format!("{path} 中没有 SM4 密钥"),
            ),
            (
                "an SM4 key has 16 bytes, or 32 hex digits",
                "SM4 密钥为 16 字节，或 32 位十六进制数",
            ),
            (
                "make one with `gmt0018 random 16 --raw -o FILE`",
                "可用 `gmt0018 random 16 --raw -o FILE` 生成",
            ),
        )
    }

    pub(crate) fn random(what: &str, cause: &dyn fmt::Display) -> Self {
        Self::translated(
            Exit::Device,
            phrase(what),
            Value::same(cause),
            RANDOM_SOURCE,
        )
    }

    pub(crate) fn no_digests(path: &Path) -> Self {
        let name = names(path);
        Self::translated(
            Exit::Usage,
            phrase("nothing was checked"),
            (
                format!(
                    "{} has no line with an SM3 digest and a file name",
                    name.english
                ),
                format!("{} 中没有“SM3 杂凑值 文件名”格式的行", name.chinese),
            ),
            (
                "pass what `gmt0018 hash FILE...` has written: 64 hex digits, two blanks, a file name",
                "请指定 `gmt0018 hash FILE...` 的输出：64 位十六进制数、两个空格、文件名",
            ),
        )
    }
}

const ANOTHER_KEY_OR_ORDER: (&str, &str) = (
    "use the key that it was made for; for C1C2C3, which older programs write, pass --order c1c2c3",
    "请使用加密时对应的密钥；旧程序输出的是 C1C2C3，请加 --order c1c2c3",
);
const ONE_BYTE_TO_1_MIB: (&str, &str) = (
    "pass a message of 1 byte to 1 MiB",
    "请给出 1 字节到 1 MiB 的数据",
);
const RANDOM_SOURCE: (&str, &str) = ("check the system's random source", "检查系统的随机数源");
