//! Who holds which resource, who waits, and how many there can be.
//!
//! The core knows nothing of cards: a resource is any value. It is one mutex, never held while a resource is opened, used
//! or closed. Waiters are served in the order they came.

#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;

use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use super::sync::{Condvar, Mutex, MutexGuard};

/// The places of a pool.
#[derive(Debug)]
pub(crate) struct Core<R> {
    state: Mutex<State<R>>,
}

/// What a caller was given.
#[derive(Debug)]
pub(crate) enum Grant<R> {
    /// A resource that was open. Give it back with [`Core::put_back`] or [`Core::discard`].
    Ready(R),
    /// The right to open a new one. Report with [`Core::opened`] or [`Core::not_opened`].
    Open,
}

/// What to do after a resource could not be opened because there are no more of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtCeiling {
    /// Others are open: wait for one of them to come back.
    Wait,
    /// None is open: there is nothing to wait for.
    GiveUp,
}

/// Where a caller joins the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Behind everybody.
    Last,
    /// In front: its turn had come already.
    First,
}

/// How many resources there may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The most that are ever open.
    pub(crate) max: usize,
    /// How long a ceiling that was learnt is believed.
    pub(crate) relearn: Duration,
}

impl<R> Core<R> {
    pub(crate) fn new(limits: Limits) -> Self {
        let state = State {
            limits,
            idle: Vec::new(),
            lent: 0,
            opening: 0,
            ceiling: None,
            waiting: VecDeque::new(),
            granted: Vec::new(),
            next_ticket: 0,
        };
        Self {
            state: Mutex::new(state),
        }
    }

    /// Takes a resource or the right to open one; waits until `deadline` at most. An idle resource that is `preferred` is
    /// taken before others, and the one used last before those.
    pub(crate) fn take(
        &self,
        turn: Turn,
        preferred: impl Fn(&R) -> bool,
        deadline: Instant,
    ) -> Option<Grant<R>> {
        self.take_while(turn, preferred, || {
            deadline.saturating_duration_since(Instant::now())
        })
    }

    /// As [`Core::take`], for as long as `patience` gives more than nothing.
    fn take_while(
        &self,
        turn: Turn,
        preferred: impl Fn(&R) -> bool,
        mut patience: impl FnMut() -> Duration,
    ) -> Option<Grant<R>> {
        let mut state = self.lock();
        if (state.waiting.is_empty() || turn == Turn::First)
            && let Some(grant) = state.grant(&preferred)
        {
            return Some(grant);
        }
        let (ticket, bell) = state.enqueue(turn);
        loop {
            if let Some(grant) = state.collect(ticket) {
                return Some(grant);
            }
            let patience = patience();
            if patience.is_zero() {
                state.waiting.retain(|waiter| waiter.ticket != ticket);
                return None;
            }
            let waited = bell.wait_timeout(state, patience);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Gives a resource back for others to use.
    pub(crate) fn put_back(&self, resource: R) {
        let mut state = self.lock();
        state.lent = state.lent.saturating_sub(1);
        state.idle.push(resource);
        state.serve();
    }

    /// Reports that a resource that was lent is no more.
    pub(crate) fn discard(&self) {
        let mut state = self.lock();
        state.lent = state.lent.saturating_sub(1);
        state.serve();
    }

    /// Reports that the caller opened a resource, which is then lent to it.
    pub(crate) fn opened(&self) {
        let mut state = self.lock();
        state.opening = state.opening.saturating_sub(1);
        state.lent = state.lent.saturating_add(1);
        let open = state.open();
        if let Some(ceiling) = state
            .ceiling
            .as_mut()
            .filter(|ceiling| ceiling.count < open)
        {
            ceiling.count = open;
        }
        state.serve();
    }

    /// Reports that the caller could not open a resource, for a reason that says nothing about their number.
    pub(crate) fn not_opened(&self) {
        let mut state = self.lock();
        state.opening = state.opening.saturating_sub(1);
        state.serve();
    }

    /// Reports that the caller could not open a resource because there are no more of them, and learns the ceiling: the
    /// number of those that did open.
    pub(crate) fn at_ceiling(&self) -> AtCeiling {
        let mut state = self.lock();
        state.opening = state.opening.saturating_sub(1);
        let open = state.open();
        if open == 0 && state.opening == 0 {
            state.ceiling = None;
            state.serve();
            return AtCeiling::GiveUp;
        }
        // One is being opened even if none is open yet.
        state.ceiling = Some(Ceiling {
            count: open.max(1),
            learnt: Instant::now(),
        });
        AtCeiling::Wait
    }

    /// Takes every idle resource out, to be closed by the caller.
    pub(crate) fn drain(&self) -> Vec<R> {
        std::mem::take(&mut self.lock().idle)
    }

    /// Forgets the learnt ceiling: another device may have another.
    pub(crate) fn forget_ceiling(&self) {
        let mut state = self.lock();
        state.ceiling = None;
        state.serve();
    }

    /// Counts the resources: idle, lent, and the ceiling if one was learnt.
    pub(crate) fn counts(&self) -> (usize, usize, Option<usize>) {
        let state = self.lock();
        (
            state.idle.len(),
            state.lent,
            state.ceiling.map(|ceiling| ceiling.count),
        )
    }

    fn lock(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct State<R> {
    limits: Limits,
    /// The one used last is at the end.
    idle: Vec<R>,
    lent: usize,
    /// How many callers are opening one.
    opening: usize,
    ceiling: Option<Ceiling>,
    waiting: VecDeque<Waiter>,
    /// What waiters were given and have not collected yet.
    granted: Vec<(u64, Grant<R>)>,
    next_ticket: u64,
}

/// How many resources could be opened, and when that was found out.
#[derive(Debug, Clone, Copy)]
struct Ceiling {
    count: usize,
    learnt: Instant,
}

#[derive(Debug)]
struct Waiter {
    ticket: u64,
    bell: Arc<Condvar>,
}

impl<R> State<R> {
    fn open(&self) -> usize {
        self.idle.len().saturating_add(self.lent)
    }

    /// Takes an idle resource, or the right to open one.
    fn grant(&mut self, preferred: &dyn Fn(&R) -> bool) -> Option<Grant<R>> {
        let found = self
            .idle
            .iter()
            .rposition(preferred)
            .or_else(|| self.idle.len().checked_sub(1));
        if let Some(index) = found {
            self.lent = self.lent.saturating_add(1);
            return Some(Grant::Ready(self.idle.remove(index)));
        }
        if self.may_open() {
            self.opening = self.opening.saturating_add(1);
            return Some(Grant::Open);
        }
        None
    }

    /// Whether one more may be opened. A ceiling that is too old to be believed is tested by one caller at a time.
    fn may_open(&self) -> bool {
        let wanted = self.open().saturating_add(self.opening);
        let below = self.ceiling.is_none_or(|ceiling| {
            let old = ceiling.learnt.elapsed() >= self.limits.relearn;
            wanted < ceiling.count || (old && self.opening == 0)
        });
        below && wanted < self.limits.max
    }

    fn enqueue(&mut self, turn: Turn) -> (u64, Arc<Condvar>) {
        let ticket = self.next_ticket;
        self.next_ticket = ticket.wrapping_add(1);
        let bell = Arc::new(Condvar::new());
        let waiter = Waiter {
            ticket,
            bell: Arc::clone(&bell),
        };
        match turn {
            Turn::Last => self.waiting.push_back(waiter),
            Turn::First => self.waiting.push_front(waiter),
        }
        (ticket, bell)
    }

    /// Hands out what there is to those who wait, in their order.
    fn serve(&mut self) {
        while !self.waiting.is_empty() {
            let Some(grant) = self.grant(&|_| false) else {
                return;
            };
            if let Some(waiter) = self.waiting.pop_front() {
                self.granted.push((waiter.ticket, grant));
                waiter.bell.notify_one();
            }
        }
    }

    fn collect(&mut self, ticket: u64) -> Option<Grant<R>> {
        let index = self
            .granted
            .iter()
            .position(|(owner, _)| *owner == ticket)?;
        Some(self.granted.swap_remove(index).1)
    }
}
