//! Errors of `report` and `top`.

use std::{fmt, path::Path};

use super::{Error, names};
use crate::{catalogue::Value, exit::Exit};

impl Error {
    /// Metrics cannot be read from an address.
    pub(crate) fn metrics(url: &str, why: &str) -> Self {
        Self::translated(
            Exit::Configuration,
            (
                format!("no metrics from {url}"),
                format!("无法从 {url} 取得监控指标"),
            ),
            Value::same(why),
            (
                "check the address, and that the process runs and serves its metrics there",
                "检查地址，并确认进程正在运行且在该地址提供监控指标",
            ),
        )
    }

    /// A file is not the output of `gmt0018 test --json`.
    pub(crate) fn test_results(path: &Path, why: impl fmt::Display) -> Self {
        let name = names(path);
        Self::translated(
            Exit::Usage,
            (
                format!("{} holds no results of a test", name.english),
                format!("{} 中没有测试结果", name.chinese),
            ),
            Value::same(why),
            (
                "pass the output of `gmt0018 test --json`",
                "请指定 `gmt0018 test --json` 的输出",
            ),
        )
    }
}
