//! The command took longer than it was allowed.

use std::{io, time::Duration};

use super::{Error, of_system};
use crate::{
    catalogue::{Value, device},
    exit::Exit,
    open_calls::OpenCall,
};

impl Error {
    /// The time is over; `call` is the library call that has not returned for longest.
    pub(crate) fn time_limit(
        limit: Duration,
        library: Option<&str>,
        call: Option<&OpenCall>,
    ) -> Self {
        let seconds = |time: Duration| Value::same(format!("{:.1}", time.as_secs_f64()));
        let unnamed = Value::new("the library", "动态库");
        let mut values = vec![
            ("limit", seconds(limit)),
            ("library", library.map_or(unnamed, Value::same)),
        ];
        let Some(call) = call else {
            return Self::of(&device::TIME_LIMIT, &values);
        };
        values.push(("function", Value::same(&call.function)));
        values.push(("seconds", seconds(call.since.elapsed())));
        Self::of(&device::HANGS, &values)
    }

    /// The thread that the command was to run on cannot be started.
    pub(crate) fn no_thread(cause: &io::Error) -> Self {
        Self::translated(
            Exit::Configuration,
            (
                "the command cannot be run with a time limit",
                "无法限时执行该命令",
            ),
            of_system(cause),
            (
                "leave out --timeout, or end other programs",
                "去掉 --timeout，或结束其他程序",
            ),
        )
    }
}
