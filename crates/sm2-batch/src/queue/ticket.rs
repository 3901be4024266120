//! The caller's half of one submitted signature, and the worker's.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use sm2_signing::VerifyError;

use super::{
    after,
    slot::{Slot, Taken},
};
use crate::BatchError;

/// The answer to one signature.
pub(super) type Answer = Result<(), VerifyError>;

/// A signature that was submitted to a [`Queue`](crate::Queue), to be exchanged for the verdict on it.
///
/// Wait for it on a thread, or await it: a ticket is a future of no particular runtime. A ticket outlives its queue, and
/// every ticket is answered when the queue is dropped. Dropping a ticket before a worker took its signature saves the
/// verification.
#[derive(Debug)]
#[must_use = "a signature is not valid because it was submitted"]
pub struct Ticket {
    slot: Arc<Slot<Answer>>,
    timeout: Duration,
}

impl Ticket {
    /// Makes both halves. The caller waits for `timeout` if it says nothing else.
    pub(super) fn new(timeout: Duration) -> (Self, Reply) {
        let slot = Arc::new(Slot::new());
        let reply = Reply(Arc::clone(&slot));
        (Self { slot, timeout }, reply)
    }

    /// Waits for the verdict, for as long as the queue's [`timeout`](crate::QueueOptions::timeout).
    ///
    /// # Errors
    ///
    /// [`VerifyError::Invalid`], or [`VerifyError::Backend`] if the engine failed or did not answer in time.
    pub fn wait(self) -> Result<(), VerifyError> {
        let timeout = self.timeout;
        self.wait_timeout(timeout)
            .unwrap_or_else(|_| Err(BatchError::Late { waited: timeout }.into()))
    }

    /// Waits for the verdict, for as long as `timeout`.
    ///
    /// # Errors
    ///
    /// The ticket itself if there is no verdict yet.
    pub fn wait_timeout(self, timeout: Duration) -> Result<Result<(), VerifyError>, Self> {
        match self.slot.take_until(after(timeout)) {
            Taken::Answer(answer) => Ok(answer),
            Taken::Before => Ok(Err(BatchError::Taken.into())),
            Taken::Late => Err(self),
        }
    }
}

/// Gives the verdict; it has no time limit of its own.
impl Future for Ticket {
    type Output = Result<(), VerifyError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let taken = self.slot.poll(context.waker());
        taken.map(|answer| answer.unwrap_or_else(|| Err(BatchError::Taken.into())))
    }
}

/// The right to answer one signature; dropped, it answers that the queue is shut down.
#[derive(Debug)]
pub(super) struct Reply(Arc<Slot<Answer>>);

impl Reply {
    /// Answers, unless it was answered before.
    pub(super) fn answer(&self, answer: impl FnOnce() -> Answer) {
        self.0.answer(answer);
    }

    /// Whether the ticket was dropped.
    pub(super) fn abandoned(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        self.answer(|| Err(BatchError::Closed.into()));
    }
}
