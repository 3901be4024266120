//! What waits to be written to one peer, bounded in bytes.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::frame;

/// A queue with many writers and one reader.
pub(super) struct Queue {
    state: Mutex<State>,
    ready: Notify,
    limit: usize,
}

#[derive(Default)]
struct State {
    frames: VecDeque<Arc<[u8]>>,
    /// Of the frames that wait, and of the one that is being written.
    bytes: usize,
    /// The last ping that has no answer yet: however many come, one is kept.
    ping: Option<[u8; 8]>,
}

/// What is to be written next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Frame(Arc<[u8]>),
    Pong([u8; 8]),
}

impl Queue {
    /// A queue of `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            state: Mutex::default(),
            ready: Notify::new(),
            limit,
        }
    }

    /// Puts a frame at the end, if there is room.
    #[must_use]
    pub(super) fn push(&self, frame: Arc<[u8]>) -> bool {
        let mut state = self.state();
        let bytes = state.bytes.saturating_add(cost(&frame));
        if bytes > self.limit {
            return false;
        }
        state.bytes = bytes;
        state.frames.push_back(frame);
        drop(state);
        self.ready.notify_one();
        true
    }

    /// Has a ping answered before anything else.
    pub(super) fn answer(&self, ping: [u8; 8]) {
        self.state().ping = Some(ping);
        self.ready.notify_one();
    }

    /// Takes what is next, if there is something.
    pub(super) fn try_next(&self) -> Option<Next> {
        let mut state = self.state();
        match state.ping.take() {
            Some(stamp) => Some(Next::Pong(stamp)),
            None => state.frames.pop_front().map(Next::Frame),
        }
    }

    /// Waits until there may be something next.
    pub(super) async fn ready(&self) {
        self.ready.notified().await;
    }

    /// Gives the room of a frame that is written back.
    pub(super) fn written(&self, frame: &Arc<[u8]>) {
        let mut state = self.state();
        state.bytes = state.bytes.saturating_sub(cost(frame));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A frame without a byte of data takes memory too.
pub(super) fn cost(frame: &Arc<[u8]>) -> usize {
    frame.len().saturating_add(OVERHEAD)
}

/// What a frame costs besides its data.
pub(super) const OVERHEAD: usize = frame::HEAD + 2 * size_of::<Arc<[u8]>>();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_for_bytes_and_comes_back_when_they_are_written() {
        let queue = Queue::new(2 * OVERHEAD + 10);
        let [five, six]: [Arc<[u8]>; 2] = [Arc::from([5; 5]), Arc::from([6; 6])];
        assert!(queue.push(Arc::clone(&five)));
        assert!(!queue.push(Arc::clone(&six)));
        assert!(queue.push(Arc::clone(&five)));
        assert!(!queue.push(Arc::from([])));
        assert_eq!(queue.try_next(), Some(Next::Frame(Arc::clone(&five))));
        assert!(!queue.push(Arc::from([])), "it is still being written");
        queue.written(&five);
        assert!(queue.push(five));
    }

    #[test]
    fn frames_without_data_are_not_free() {
        let queue = Queue::new(1000);
        let pushed = (0..1000).filter(|_| queue.push(Arc::from([]))).count();
        assert_eq!(pushed, 1000 / OVERHEAD);
    }

    #[tokio::test]
    async fn the_last_ping_is_answered_first() {
        let queue = Queue::new(1000);
        assert!(queue.push(Arc::from([1])));
        queue.answer([1; 8]);
        queue.answer([2; 8]);
        queue.ready().await;
        assert_eq!(queue.try_next(), Some(Next::Pong([2; 8])));
        assert_eq!(queue.try_next(), Some(Next::Frame(Arc::from([1]))));
        assert_eq!(queue.try_next(), None);
    }
}
