//! The place where one answer is left by who has it and found by who waits for it.

use std::{
    mem,
    panic::{self, AssertUnwindSafe},
    sync::PoisonError,
    task::{Poll, Waker},
    time::{Duration, Instant},
};

use crate::sync::{Condvar, Mutex, MutexGuard};

/// Room for one answer, which is given once and taken once.
#[derive(Debug)]
pub(super) struct Slot<A> {
    state: Mutex<State<A>>,
    bell: Condvar,
}

#[derive(Debug)]
enum State<A> {
    Open {
        /// A thread waits for the bell.
        listening: bool,
        /// A task waits to be woken.
        waker: Option<Waker>,
    },
    Answered(A),
    Taken,
}

/// What [`Slot::take_until`] found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken<A> {
    /// The answer.
    Answer(A),
    /// No answer in time.
    Late,
    /// Somebody took the answer before.
    Before,
}

impl<A> Slot<A> {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State::Open {
                listening: false,
                waker: None,
            }),
            bell: Condvar::new(),
        }
    }

    /// Leaves the answer, if there was none, and wakes who waits for it.
    pub(super) fn answer(&self, answer: impl FnOnce() -> A) {
        let mut state = self.lock();
        let State::Open { listening, waker } = &mut *state else {
            return;
        };
        let (listening, waker) = (*listening, waker.take());
        *state = State::Answered(answer());
        drop(state);
        if listening {
            self.bell.notify_one();
        }
        if let Some(waker) = waker {
            // A waker is the caller's code; if it panics, that must not keep others from their answers.
            drop(panic::catch_unwind(AssertUnwindSafe(|| waker.wake())));
        }
    }

    /// Takes the answer, and waits for it until `deadline` at most.
    pub(super) fn take_until(&self, deadline: Instant) -> Taken<A> {
        self.take_while(|| deadline.saturating_duration_since(Instant::now()))
    }

    /// As [`take_until`](Self::take_until), for as long as `patience` gives more than nothing.
    pub(super) fn take_while(&self, mut patience: impl FnMut() -> Duration) -> Taken<A> {
        let mut state = self.lock();
        loop {
            match &mut *state {
                State::Open { listening, .. } => *listening = true,
                State::Answered(_) | State::Taken => {
                    return state.take().map_or(Taken::Before, Taken::Answer);
                }
            }
            let patience = patience();
            if patience.is_zero() {
                if let State::Open { listening, .. } = &mut *state {
                    *listening = false;
                }
                return Taken::Late;
            }
            let waited = self.bell.wait_timeout(state, patience);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Takes the answer, or leaves a waker to be woken when there is one; `None` if somebody took the answer before.
    pub(super) fn poll(&self, new: &Waker) -> Poll<Option<A>> {
        let mut state = self.lock();
        if let State::Open { waker, .. } = &mut *state {
            match waker {
                Some(waker) => waker.clone_from(new),
                None => *waker = Some(new.clone()),
            }
            return Poll::Pending;
        }
        Poll::Ready(state.take())
    }

    /// Rings for nothing, as a condition variable may.
    #[cfg(all(test, loom))]
    pub(super) fn ring(&self) {
        let _state = self.lock();
        self.bell.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State<A>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<A> State<A> {
    /// Takes the answer out, if there is one.
    fn take(&mut self) -> Option<A> {
        match mem::replace(self, Self::Taken) {
            Self::Answered(answer) => Some(answer),
            Self::Open { .. } | Self::Taken => None,
        }
    }
}
