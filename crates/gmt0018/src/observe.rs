//! What is told about each library call: an event, and with the feature `metrics` a counter and a latency.
//!
//! Function, number of the session and code; never an argument, so never a password or a key.

use crate::{Function, ReturnCode};

/// When a call began, if anybody measures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch {
    #[cfg(feature = "metrics")]
    started: std::time::Instant,
}

impl Watch {
    pub(crate) fn start() -> Self {
        Self {
            #[cfg(feature = "metrics")]
            started: std::time::Instant::now(),
        }
    }
}

/// Reports one call: at trace level when it succeeded, at debug level when it failed.
pub(crate) fn call(function: Function, session: u64, code: ReturnCode, watch: Watch) {
    if code.is_ok() {
        tracing::trace!(function = function.name(), session, code = 0_u32, "called");
    } else {
        tracing::debug!(
            function = function.name(),
            session,
            code = code.value(),
            "call failed: {code}"
        );
    }
    count(function, code, watch);
}

#[cfg(feature = "metrics")]
fn count(function: Function, code: ReturnCode, watch: Watch) {
    let name = function.name();
    let code = if code.is_ok() {
        metrics::SharedString::const_str("0x00000000")
    } else {
        metrics::SharedString::from_owned(format!("{:#010x}", code.value()))
    };
    metrics::counter!("gmt0018_calls_total", "function" => name, "code" => code).increment(1);
    metrics::histogram!("gmt0018_call_seconds", "function" => name).record(watch.started.elapsed());
}

#[cfg(not(feature = "metrics"))]
const fn count(_: Function, _: ReturnCode, _: Watch) {}
