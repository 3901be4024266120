//! What is told about each library call: a span with an event in it, and with the feature `metrics` a counter and a
//! latency.
//!
//! Function, number of the session and code; never an argument, so never a password or a key.

use tracing::{field, span::EnteredSpan};

use crate::{Function, ReturnCode};

/// A call that is being made.
#[derive(Debug)]
pub(crate) struct Watch {
    function: Function,
    span: EnteredSpan,
    #[cfg(feature = "metrics")]
    started: std::time::Instant,
}

impl Watch {
    /// Opens the span of a call, at trace level.
    pub(crate) fn start(function: Function, session: u64) -> Self {
        let name = function.name();
        Self {
            function,
            span: tracing::trace_span!("sdf", function = name, session, code = field::Empty)
                .entered(),
            #[cfg(feature = "metrics")]
            started: std::time::Instant::now(),
        }
    }

    /// Reports the outcome: at trace level when the call succeeded, at debug level when it failed.
    pub(crate) fn finish(self, session: u64, code: ReturnCode) {
        let (function, value) = (self.function.name(), code.value());
        self.span.record("code", value);
        if code.is_ok() {
            tracing::trace!(function, session, code = value, "called");
        } else {
            tracing::debug!(function, session, code = value, "call failed: {code}");
        }
        #[cfg(feature = "metrics")]
        count(function, code, self.started);
    }
}

#[cfg(feature = "metrics")]
fn count(function: &'static str, code: ReturnCode, started: std::time::Instant) {
    let code = if code.is_ok() {
        metrics::SharedString::const_str("0x00000000")
    } else {
        metrics::SharedString::from_owned(format!("{:#010x}", code.value()))
    };
    metrics::counter!("gmt0018_calls_total", "function" => function, "code" => code).increment(1);
    metrics::histogram!("gmt0018_call_seconds", "function" => function).record(started.elapsed());
}
