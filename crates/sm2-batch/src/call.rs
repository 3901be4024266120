//! One call of an engine that is not trusted to keep its contract.

use std::{
    any::Any,
    panic::{self, AssertUnwindSafe},
};

use sm2_signing::{BatchVerifier, Error, Item, Verdicts};

use crate::BatchError;

/// Asks the engine for verdicts; a panic and a wrong number of verdicts are errors.
pub(crate) fn verify_batch<B: BatchVerifier>(
    engine: &B,
    items: &[Item],
) -> Result<Verdicts, Error> {
    // The engine is behind a shared reference and is not looked into after a panic.
    let verdicts = guarded(|| engine.verify_batch(items))??;
    if verdicts.len() == items.len() {
        return Ok(verdicts);
    }
    Err(BatchError::Miscounted {
        items: items.len(),
        verdicts: verdicts.len(),
    }
    .into())
}

/// Calls what is not looked into after a panic.
pub(crate) fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, BatchError> {
    let answer = panic::catch_unwind(AssertUnwindSafe(call));
    answer.map_err(|payload| BatchError::Panicked {
        message: message(&*payload),
    })
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
        .to_owned()
}
