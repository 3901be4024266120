//! Errors of passwords.

use std::{io, path::Path};

use super::{Error, cause::of_password, of_system};
use crate::{
    catalogue::{self, Value, phrase::operation},
    exit::Exit,
};

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
            of_password(cause),
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
