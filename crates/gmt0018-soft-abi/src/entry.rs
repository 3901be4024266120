//! What every exported function goes through: no panic crosses the C boundary.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};

use gmt0018_softcard::CardError;
use gmt0018_sys::Rv;

use crate::caller::Caller;

/// Runs the body of an exported function and turns its outcome into an `SDR_*` code.
///
/// A panic becomes `SDR_UNKNOWERR` and the card stays usable.
///
/// # Safety
///
/// Every pointer that the body hands to [`Caller`] is null or keeps the contract of the C call:
/// valid for the length that goes with it, inputs not written to while the call runs.
pub(crate) unsafe fn run(body: impl FnOnce(&Caller) -> Result<(), CardError>) -> Rv {
    let quiet = Quiet::begin();
    // SAFETY: this function's own contract is the one that `Caller::new` asks for.
    let caller = unsafe { Caller::new() };
    // What a panicking body leaves behind is a session's context; the locks tolerate it and the
    // next Init starts anew.
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| body(&caller)));
    drop(quiet);
    let code = match outcome {
        Ok(Ok(())) => 0,
        Ok(Err(error)) => error.code(),
        Err(_) => CardError::Internal("a panic was caught").code(),
    };
    code.cast_signed()
}

/// The body of an exported function: `entry!(|caller| ..)` is [`run`] with the reason why it may be
/// called.
macro_rules! entry {
    (|$caller:ident| $body:expr) => {{
        let body =
            |$caller: &$crate::caller::Caller| -> Result<(), gmt0018_softcard::CardError> { $body };
        // SAFETY: the C caller of the exported function promises what `run` asks for: that is the
        // contract of every GM/T 0018 call.
        unsafe { $crate::entry::run(body) }
    }};
}
pub(crate) use entry;

/// Makes the process's panic hook pass over panics that [`run`] catches: a library prints
/// nothing.
pub(crate) fn silence_caught_panics() {
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    // The hook cannot be replaced by a thread that is panicking.
    if std::thread::panicking() || INSTALLED.swap(true, Ordering::Relaxed) {
        return;
    }
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !INSIDE.with(Cell::get) {
            previous(info);
        }
    }));
}

/// Marks the calling thread as being inside the library for as long as it lives.
struct Quiet(bool);

impl Quiet {
    fn begin() -> Self {
        Self(INSIDE.with(|inside| inside.replace(true)))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        INSIDE.with(|inside| inside.set(self.0));
    }
}

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_unknown_error_and_prints_nothing() {
        use std::sync::Arc;
        let printed = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&printed);
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |_| seen.store(true, Ordering::Relaxed)));
        silence_caught_panics();
        // SAFETY: the body touches no pointer.
        let code = unsafe { run(|_| panic!("on purpose")) };
        assert_eq!(code, 0x0100_0001);
        assert!(!printed.load(Ordering::Relaxed));
        let outside = panic::catch_unwind(|| panic!("the host's own"));
        assert!(outside.is_err() && printed.load(Ordering::Relaxed));
        panic::set_hook(previous);
        // SAFETY: the body touches no pointer.
        assert_eq!(unsafe { run(|_| Ok(())) }, 0);
    }
}
