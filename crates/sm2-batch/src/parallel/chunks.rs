//! Which chunks of a batch are begun, by how many threads, and what came of them.
//!
//! The core knows nothing of signatures. It is one mutex, never held while a chunk is worked on.

#[cfg(all(test, loom))]
mod models;

use std::sync::PoisonError;

use crate::sync::{Condvar, Mutex, MutexGuard};

/// The chunks of one batch.
#[derive(Debug)]
pub(super) struct Chunks<R, E> {
    state: Mutex<State<R, E>>,
    /// Rung when the last running chunk ends.
    idle: Condvar,
}

impl<R, E> Chunks<R, E> {
    pub(super) fn new(count: usize) -> Self {
        Self {
            state: Mutex::new(State {
                begun: 0,
                running: 0,
                results: (0..count).map(|_| None).collect(),
                failure: None,
            }),
            idle: Condvar::new(),
        }
    }

    /// Begins a chunk; `None` when all are begun or one failed. Whoever begins one ends it with [`finish`](Self::finish).
    pub(super) fn claim(&self) -> Option<usize> {
        let mut state = self.lock();
        if state.failure.is_some() || state.begun == state.results.len() {
            return None;
        }
        let index = state.begun;
        state.begun += 1;
        state.running += 1;
        Some(index)
    }

    /// Ends a chunk. The failure that comes first is the batch's.
    pub(super) fn finish(&self, index: usize, result: Result<R, E>) {
        let mut state = self.lock();
        match result {
            Ok(result) => {
                if let Some(place) = state.results.get_mut(index) {
                    *place = Some(result);
                }
            }
            Err(failure) => {
                state.failure.get_or_insert(failure);
            }
        }
        state.running -= 1;
        if state.running == 0 {
            self.idle.notify_all();
        }
    }

    /// Waits for the chunks that are running and gives the results in order. To be called when there is nothing left to
    /// [`claim`](Self::claim).
    pub(super) fn collect(&self) -> Result<Vec<R>, E> {
        let mut state = self.lock();
        while state.running > 0 {
            state = self
                .idle
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        match state.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(state.results.iter_mut().filter_map(Option::take).collect()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<R, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct State<R, E> {
    begun: usize,
    running: usize,
    results: Vec<Option<R>>,
    failure: Option<E>,
}
