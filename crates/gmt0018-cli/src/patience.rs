//! A remark on a library call that takes long, so that nobody takes the wait for a crash.

use std::{thread, time::Duration};

use crate::{language::Language, open_calls, output::Output};

/// Begins to watch the calls of this process.
pub(crate) fn start(output: Output) {
    open_calls::watch();
    // Without the thread there is no remark, and all else is the same.
    let _ = thread::Builder::new().spawn(move || {
        let mut remarked = None;
        loop {
            thread::sleep(LOOK);
            let Some(call) = open_calls::oldest() else {
                continue;
            };
            let waited = call.since.elapsed();
            if waited < LONG || remarked == Some(call.since) {
                continue;
            }
            remarked = Some(call.since);
            let library = open_calls::library();
            let text = remark(
                output.language(),
                library.as_deref(),
                &call.function,
                waited,
            );
            output.note(&text);
        }
    });
}

fn remark(language: Language, library: Option<&str>, function: &str, waited: Duration) -> String {
    let seconds = waited.as_secs();
    match language {
        Language::English => format!(
            "waiting for {function} of {}, called {seconds} s ago; Ctrl-C ends the command, --timeout SECONDS would",
            library.unwrap_or("the library")
        ),
        Language::Chinese => format!(
            "正在等待{} 的 {function} 返回，已等 {seconds} 秒；可按 Ctrl-C 中止，或用 --timeout 设定时限",
            library.map_or("动态库".to_owned(), |library| format!(" {library}"))
        ),
    }
}

const LOOK: Duration = Duration::from_millis(500);
const LONG: Duration = Duration::from_secs(3);
