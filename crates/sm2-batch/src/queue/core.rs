//! What waits for a worker, who waits for room, and when a batch is due.
//!
//! The core knows nothing of signatures: an entry is any value. It is one mutex, never held while a batch is worked on.
//! Entries leave in the order they came.

#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;

use std::{
    collections::VecDeque,
    sync::PoisonError,
    time::{Duration, Instant},
};

use crate::sync::{Condvar, Mutex, MutexGuard};

/// The entries of a queue.
#[derive(Debug)]
pub(super) struct Core<T> {
    limits: Limits,
    state: Mutex<State<T>>,
    /// Rung for a worker when there is something to do.
    work: Condvar,
    /// Rung for a caller when a place is free.
    room: Condvar,
    /// Rung when the last worker has left.
    left: Condvar,
}

/// How large and how late a batch may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) max_batch: usize,
    pub(super) max_latency: Duration,
    pub(super) capacity: usize,
}

/// Why an entry was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    Full,
    Closed,
}

impl<T> Core<T> {
    pub(super) fn new(limits: Limits, workers: usize) -> Self {
        Self {
            limits,
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                callers: 0,
                workers,
                closed: false,
            }),
            work: Condvar::new(),
            room: Condvar::new(),
            left: Condvar::new(),
        }
    }

    /// Lets an entry in; waits for room until `deadline` at most.
    pub(super) fn push(&self, entry: T, deadline: Instant) -> Result<(), Refused> {
        self.push_while(entry, || deadline.saturating_duration_since(Instant::now()))
    }

    /// As [`push`](Self::push), for as long as `patience` gives more than nothing.
    fn push_while(&self, entry: T, mut patience: impl FnMut() -> Duration) -> Result<(), Refused> {
        let mut state = self.lock();
        while !state.closed && state.waiting.len() >= self.limits.capacity {
            let patience = patience();
            if patience.is_zero() {
                return Err(Refused::Full);
            }
            state.callers += 1;
            let waited = self.room.wait_timeout(state, patience);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.callers -= 1;
        }
        if state.closed {
            return Err(Refused::Closed);
        }
        let came = Instant::now();
        state.waiting.push_back(Waiting { entry, came });
        // In between, a worker that waits knows already when to look again.
        let waiting = state.waiting.len();
        if waiting == 1 || waiting.is_multiple_of(self.limits.max_batch) {
            self.work.notify_one();
        }
        Ok(())
    }

    /// Waits for a batch that is full, or as old as it may become, or the last ones; `None` when the queue is closed and
    /// empty.
    pub(super) fn take(&self) -> Option<Vec<T>> {
        self.take_while(|came| self.limits.max_latency.saturating_sub(came.elapsed()))
    }

    /// As [`take`](Self::take), keeping a batch open for as long as `patience` gives more than nothing for its oldest entry.
    fn take_while(&self, mut patience: impl FnMut(Instant) -> Duration) -> Option<Vec<T>> {
        let mut state = self.lock();
        loop {
            let full = state.waiting.len() >= self.limits.max_batch;
            state = match state.waiting.front() {
                None if state.closed => return None,
                None => self
                    .work
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(_) if full || state.closed => break,
                Some(oldest) => {
                    let patience = patience(oldest.came);
                    if patience.is_zero() {
                        break;
                    }
                    let waited = self.work.wait_timeout(state, patience);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        let count = state.waiting.len().min(self.limits.max_batch);
        let batch = state.waiting.drain(..count);
        let batch = batch.map(|waiting| waiting.entry).collect();
        if !state.waiting.is_empty() {
            self.work.notify_one();
        }
        for _ in 0..count.min(state.callers) {
            self.room.notify_one();
        }
        Some(batch)
    }

    /// Lets nothing in from now on. What waits is still taken, at once.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.work.notify_all();
        self.room.notify_all();
    }

    /// Reports that a worker takes no more batches.
    pub(super) fn leave(&self) {
        let mut state = self.lock();
        state.workers = state.workers.saturating_sub(1);
        if state.workers == 0 {
            self.left.notify_all();
        }
    }

    /// Waits until all workers have left or `deadline` has passed; tells which.
    pub(super) fn all_left(&self, deadline: Instant) -> bool {
        let mut state = self.lock();
        while state.workers > 0 {
            let patience = deadline.saturating_duration_since(Instant::now());
            if patience.is_zero() {
                return false;
            }
            let waited = self.left.wait_timeout(state, patience);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Takes everything out that waits.
    pub(super) fn drain(&self) -> Vec<T> {
        let waiting = std::mem::take(&mut self.lock().waiting);
        waiting.into_iter().map(|waiting| waiting.entry).collect()
    }

    /// Counts what waits.
    pub(super) fn waiting(&self) -> usize {
        self.lock().waiting.len()
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct State<T> {
    /// The oldest is in front.
    waiting: VecDeque<Waiting<T>>,
    /// How many callers wait for room.
    callers: usize,
    /// How many workers have not left.
    workers: usize,
    closed: bool,
}

#[derive(Debug)]
pub(super) struct Waiting<T> {
    entry: T,
    came: Instant,
}
