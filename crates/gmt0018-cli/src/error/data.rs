//! Errors of what is signed, hashed, encrypted and decrypted.

use std::{fmt, path::Path};

use sm_soft::{cipher, encryption};

use super::{Error, name};
use crate::exit::Exit;

impl Error {
    pub(crate) fn bytes_to_terminal(what: &str) -> Self {
        Self::new(
            Exit::Usage,
            format!("{what} is not written to a terminal"),
            "bytes can change the terminal's state",
            "write to a file or a pipe, or ask for hex digits if the command has them",
        )
    }

    /// SM2 encryption or decryption in software.
    pub(crate) fn sm2_encryption(what: &str, cause: &encryption::Error) -> Self {
        let (exit, advice) = match cause {
            encryption::Error::Empty | encryption::Error::TooLong(_) => {
                (Exit::Usage, "pass a message of 1 byte to 1 MiB")
            }
            encryption::Error::KeyNotOnCurve => (
                Exit::Key,
                "pass the 64 bytes x || y of an SM2 key, big-endian",
            ),
            encryption::Error::PointNotOnCurve | encryption::Error::Mismatch => {
                (Exit::CheckFailed, ANOTHER_KEY_OR_ORDER)
            }
            _ => (Exit::Device, "check the system's random source"),
        };
        let text = cause.to_string();
        let why = text.split_once(": ").map_or(text.as_str(), |(why, _)| why);
        Self::new(exit, what, why, advice)
    }

    /// A card says that a ciphertext is wrong.
    pub(crate) fn ciphertext_refused(what: &str, cause: &gmt0018::CallError) -> Self {
        Self::new(
            Exit::CheckFailed,
            what,
            format!(
                "{} returned {}: the ciphertext was changed, or made for another key",
                cause.function(),
                cause.code()
            ),
            ANOTHER_KEY_OR_ORDER,
        )
    }

    pub(crate) fn not_a_ciphertext(path: &Path, cause: &dyn fmt::Display) -> Self {
        Self::new(
            Exit::Usage,
            format!("{} is no SM2 ciphertext", name(path)),
            cause,
            "pass DER as in GM/T 0009, or 04 || x || y and the rest, in hex digits or bytes",
        )
    }

    pub(crate) fn too_long_for_sm2(path: &Path) -> Self {
        Self::new(
            Exit::Usage,
            format!("{} is too long for SM2", name(path)),
            "SM2 is for keys and short messages: this command takes 1 MiB",
            "encrypt it with --sm4-key, and the SM4 key with SM2; `gmt0018 encrypt --help` shows how",
        )
    }

    /// SM4 in software.
    pub(crate) fn sm4(what: &str, cause: &cipher::Error) -> Self {
        match cause {
            cipher::Error::TagMismatch => Self::new(
                Exit::CheckFailed,
                what,
                "the tag does not fit: the file was changed, or encrypted with another key",
                "check which SM4 key it was encrypted with",
            ),
            _ => Self::new(
                Exit::Usage,
                what,
                cause,
                "SM4-GCM takes up to 64 GiB under one nonce; split the file",
            ),
        }
    }

    pub(crate) fn too_short_for_gcm(path: &Path) -> Self {
        Self::new(
            Exit::Usage,
            "nothing was decrypted",
            format!(
                "{} has not even the 28 bytes of a nonce and a tag",
                name(path)
            ),
            "pass a file that `gmt0018 encrypt --sm4-key` has written",
        )
    }

    pub(crate) fn not_an_sm4_key(path: &Path) -> Self {
        Self::new(
            Exit::Key,
            format!("{} holds no SM4 key", path.display()),
            "an SM4 key has 16 bytes, or 32 hex digits",
            "make one with `gmt0018 random 16 --raw -o FILE`",
        )
    }

    pub(crate) fn random(what: &str, cause: &dyn fmt::Display) -> Self {
        Self::new(
            Exit::Device,
            what,
            cause,
            "check the system's random source",
        )
    }

    pub(crate) fn no_digests(path: &Path) -> Self {
        Self::new(
            Exit::Usage,
            "nothing was checked",
            format!(
                "{} has no line with an SM3 digest and a file name",
                name(path)
            ),
            "pass what `gmt0018 hash FILE...` has written: 64 hex digits, two blanks, a file name",
        )
    }
}

const ANOTHER_KEY_OR_ORDER: &str =
    "use the key that it was made for; for C1C2C3, which older programs write, pass --order c1c2c3";
