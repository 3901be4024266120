//! Errors of `gmt0018 test`.

use std::{io, path::Path};

use super::{Error, of_system};
use crate::exit::Exit;

impl Error {
    pub(crate) fn device_gone() -> Self {
        Self::translated(
            Exit::Device,
            ("the device went away during the test", "设备在测试中掉线"),
            (
                "it opens no session any more, or answers that the connection or the hardware is lost; the rest was skipped",
                "它不再能打开会话，或返回通信失败、硬件无响应；其余用例已跳过",
            ),
            (
                "check the card and its driver; the last case that failed is the first to look at",
                "检查密码卡和驱动；请先看最后一个失败的用例",
            ),
        )
    }

    pub(crate) fn junit(path: &Path, cause: &io::Error) -> Self {
        let path = path.display();
        Self::translated(
            Exit::Configuration,
            (
                format!("cannot write the JUnit report {path}"),
                format!("无法写入 JUnit 报告 {path}"),
            ),
            of_system(cause),
            (
                "check the directory, its permissions and the space on its disk",
                "检查目录、权限和磁盘空间",
            ),
        )
    }
}
