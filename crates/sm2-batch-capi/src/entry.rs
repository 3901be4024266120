//! What every exported function goes through: no panic crosses the C boundary, and no error leaves verdicts behind.
#![expect(unsafe_code, reason = "the C caller's promises are passed on here")]

use std::{
    any::Any,
    ffi::c_int,
    panic::{self, AssertUnwindSafe},
};

use sm2_signing::{Verdict, Verdicts};

use crate::{
    caller::Caller,
    failure::Failure,
    types::{SM2_BATCH_ERROR_ENGINE, SM2_BATCH_ERROR_PANIC, SM2_BATCH_OK},
};

/// Runs the body of an exported function and turns its outcome into a code.
///
/// # Safety
///
/// Every pointer that the body hands to [`Caller`] is null or keeps the contract of the C call: valid for the length that
/// goes with it, inputs not written to while the call runs.
pub(crate) unsafe fn run(body: impl FnOnce(&Caller) -> Result<(), Failure>) -> c_int {
    // SAFETY: this function's own contract is the one that `Caller::new` asks for.
    let caller = unsafe { Caller::new() };
    match caught(|| body(&caller)) {
        Ok(()) => SM2_BATCH_OK,
        Err(failure) => failure.keep(),
    }
}

/// As [`run`], for a body that gives verdicts; where it fails, all `count` of them are "invalid".
///
/// Verdicts are written when the inputs are no longer needed, so they may overlap.
///
/// # Safety
///
/// That of [`run`], and `verdicts` is null or valid for `count` bytes.
pub(crate) unsafe fn judge(
    verdicts: *mut u8,
    count: usize,
    body: impl FnOnce(&Caller) -> Result<Verdicts, Failure>,
) -> c_int {
    let guarded = |caller: &Caller| {
        caller.check_count(count)?;
        if verdicts.is_null() && count > 0 {
            return Err(Failure::null("verdicts"));
        }
        match caught(|| bytes(&body(caller)?, count)) {
            Ok(bytes) => caller.write_bytes(verdicts, &bytes),
            Err(failure) => {
                caller.write_zeros(verdicts, count);
                return Err(failure);
            }
        }
        Ok(())
    };
    // SAFETY: this function's own contract.
    unsafe { run(guarded) }
}

/// 1 for valid and 0 for invalid.
fn bytes(verdicts: &Verdicts, count: usize) -> Result<Vec<u8>, Failure> {
    if verdicts.len() != count {
        let text = format!(
            "the engine gave {} verdicts on {count} items",
            verdicts.len()
        );
        return Err(Failure::new(SM2_BATCH_ERROR_ENGINE, text));
    }
    let byte = |verdict| u8::from(verdict == Verdict::Valid);
    Ok(verdicts.iter().map(byte).collect())
}

/// Calls what is not looked into after a panic: the verifier's own locks tolerate one.
fn caught<T>(call: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    panic::catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|payload| {
        let text = format!("a panic was caught: {}; please report it", said(&*payload));
        Err(Failure::new(SM2_BATCH_ERROR_PANIC, text))
    })
}

fn said(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it said nothing")
}

/// The body of an exported function: `entry!(|caller| ..)` is [`run`] with the reason why it may be called.
macro_rules! entry {
    (|$caller:ident| $body:expr) => {{
        let body = |$caller: &$crate::caller::Caller| -> Result<(), $crate::failure::Failure> {
            $body
        };
        // SAFETY: the C caller of the exported function promises what `run` asks for, in its safety section.
        unsafe { $crate::entry::run(body) }
    }};
}

/// The body of an exported function that verifies: [`judge`] with the reason why it may be called.
macro_rules! judgement {
    ($verdicts:expr, $count:expr, |$caller:ident| $body:expr) => {{
        let (verdicts, count): (*mut u8, usize) = ($verdicts, $count);
        let body = |$caller: &$crate::caller::Caller| -> Result<
            sm2_signing::Verdicts,
            $crate::failure::Failure,
        > { $body };
        // SAFETY: the C caller of the exported function promises what `judge` asks for, in its safety section.
        unsafe { $crate::entry::judge(verdicts, count, body) }
    }};
}

pub(crate) use {entry, judgement};

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;
    use crate::failure::last_error;

    fn last() -> String {
        // SAFETY: the text is this thread's and no error comes in between.
        let text = unsafe { CStr::from_ptr(last_error()) };
        text.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_panic_is_a_code_with_a_text() {
        // SAFETY: the body touches no pointer.
        let code = unsafe { run(|_| panic!("on purpose {}", 1)) };
        assert_eq!(code, SM2_BATCH_ERROR_PANIC);
        assert_eq!(last(), "a panic was caught: on purpose 1; please report it");
        // SAFETY: as above.
        assert_eq!(unsafe { run(|_| Ok(())) }, SM2_BATCH_OK);
    }

    #[test]
    fn no_error_leaves_verdicts_behind() {
        let valid = |count| Ok([Verdict::Valid].repeat(count).into_iter().collect());
        let mut verdicts = [7; 4];
        // SAFETY: four bytes, as the count says.
        let code = unsafe { judge(verdicts.as_mut_ptr(), 4, |_| valid(4)) };
        assert_eq!((code, verdicts), (SM2_BATCH_OK, [1; 4]));
        // SAFETY: as above.
        let code = unsafe { judge(verdicts.as_mut_ptr(), 4, |_| panic!("on purpose")) };
        assert_eq!((code, verdicts), (SM2_BATCH_ERROR_PANIC, [0; 4]));
        verdicts = [1; 4];
        // SAFETY: as above.
        let code = unsafe { judge(verdicts.as_mut_ptr(), 4, |_| valid(3)) };
        assert_eq!((code, verdicts), (SM2_BATCH_ERROR_ENGINE, [0; 4]));
        assert_eq!(last(), "the engine gave 3 verdicts on 4 items");
        verdicts = [1; 4];
        // SAFETY: as above.
        let code = unsafe { judge(verdicts.as_mut_ptr(), 4, |_| Err(Failure::null("items"))) };
        assert!(code < 0);
        assert_eq!(verdicts, [0; 4]);
    }
}
