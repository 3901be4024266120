//! Why a call failed: a code for the program and a text for whoever reads its log.

use std::{
    cell::RefCell,
    ffi::{CStr, CString, c_char, c_int},
};

use sm2_batch::BatchError;
use sm2_signing::Error;

use crate::types::{
    SM2_BATCH_ERROR_COUNT, SM2_BATCH_ERROR_ENGINE, SM2_BATCH_ERROR_KEY, SM2_BATCH_ERROR_NULL,
    SM2_BATCH_ERROR_OPTION, SM2_BATCH_ERROR_PANIC, SM2_BATCH_ERROR_SYSTEM,
    SM2_BATCH_ERROR_UNAVAILABLE, SM2_BATCH_OK,
};

/// An error code with its text.
#[derive(Debug)]
pub(crate) struct Failure {
    code: c_int,
    text: String,
}

impl Failure {
    pub(crate) fn new(code: c_int, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { code, text }
    }

    pub(crate) fn null(what: &str) -> Self {
        Self::new(
            SM2_BATCH_ERROR_NULL,
            format!("{what} is NULL; try: a pointer to it, or a count of 0"),
        )
    }

    pub(crate) fn option(text: impl Into<String>) -> Self {
        Self::new(SM2_BATCH_ERROR_OPTION, text)
    }

    /// Makes this the thread's last error and gives the code.
    pub(crate) fn keep(self) -> c_int {
        let text = CString::new(self.text.replace('\0', " ")).unwrap_or_default();
        // A thread that is being torn down has no last error any more, and nobody to ask for it.
        let _ = LAST.try_with(|last| last.try_borrow_mut().map(|mut last| *last = text));
        self.code
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match error.cause().downcast_ref() {
            Some(BatchError::NotAPoint { .. }) => SM2_BATCH_ERROR_KEY,
            Some(BatchError::Options(_) | BatchError::UnknownEngine { .. }) => {
                SM2_BATCH_ERROR_OPTION
            }
            Some(BatchError::Processor { .. }) => SM2_BATCH_ERROR_UNAVAILABLE,
            Some(BatchError::Panicked { .. }) => SM2_BATCH_ERROR_PANIC,
            _ => SM2_BATCH_ERROR_ENGINE,
        };
        Self::new(code, error.cause().to_string())
    }
}

/// The text of this thread's last error; it stays where it is until the thread's next error.
pub(crate) fn last_error() -> *const c_char {
    let text = |last: &RefCell<CString>| last.try_borrow().map(|last| last.as_ptr());
    match LAST.try_with(text) {
        Ok(Ok(text)) => text,
        _ => c"".as_ptr(),
    }
}

/// What a code means.
pub(crate) const fn text_of(code: c_int) -> &'static CStr {
    match code {
        SM2_BATCH_OK => c"no error",
        SM2_BATCH_ERROR_NULL => c"a pointer is NULL that must not be",
        SM2_BATCH_ERROR_OPTION => c"an option, a size or a stride is not allowed",
        SM2_BATCH_ERROR_UNAVAILABLE => c"the engine cannot run on this processor",
        SM2_BATCH_ERROR_KEY => c"a key is not a point of the curve",
        SM2_BATCH_ERROR_ENGINE => c"the engine failed",
        SM2_BATCH_ERROR_COUNT => c"a count is larger than any array can be",
        SM2_BATCH_ERROR_SYSTEM => c"the system refused threads",
        SM2_BATCH_ERROR_PANIC => c"a panic was caught, a bug in this library",
        _ => c"no code of this library",
    }
}

thread_local! {
    static LAST: RefCell<CString> = RefCell::default();
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn errors_have_their_codes() {
        let code = |error: BatchError| Failure::from(Error::from(error)).code;
        let message = String::from("on purpose");
        assert_eq!(
            code(BatchError::Panicked { message }),
            SM2_BATCH_ERROR_PANIC
        );
        assert_eq!(
            code(BatchError::Options(String::new())),
            SM2_BATCH_ERROR_OPTION
        );
        let (engine, instructions) = ("ifma", "AVX-512 IFMA");
        let processor = BatchError::Processor {
            engine,
            instructions,
        };
        assert_eq!(code(processor), SM2_BATCH_ERROR_UNAVAILABLE);
        let what = String::from("lane 3");
        let wrong = BatchError::SelfCheck { engine, what };
        assert_eq!(code(wrong), SM2_BATCH_ERROR_ENGINE);
        let foreign = Error::new(sm2_signing::ErrorKind::Device, io::Error::other("gone"));
        assert_eq!(Failure::from(foreign).code, SM2_BATCH_ERROR_ENGINE);
    }

    #[test]
    fn every_code_has_a_text_of_its_own() {
        let codes = SM2_BATCH_ERROR_PANIC..=SM2_BATCH_OK;
        let mut texts: Vec<_> = codes.map(text_of).collect();
        assert!(!texts.contains(&text_of(1)));
        assert!(!texts.contains(&text_of(SM2_BATCH_ERROR_PANIC - 1)));
        texts.sort_unstable();
        let all = texts.len();
        texts.dedup();
        assert_eq!(texts.len(), all);
    }
}
