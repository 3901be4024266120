//! How a pool behaves, and how it is.

use std::time::Duration;

/// How a pool behaves.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PoolOptions {
    /// The most sessions the pool opens. The default is 64; a card with fewer teaches the pool its own number.
    pub max_sessions: usize,
    /// The longest a caller waits for a session. The default is 5 seconds.
    pub wait: Duration,
    /// After this time the pool tries again whether the card has more sessions than it had; at least 100 ms. The default is
    /// a minute.
    pub relearn_ceiling: Duration,
}

impl PoolOptions {
    /// Gives these options with another number of sessions; 0 counts as 1.
    #[must_use]
    pub const fn with_max_sessions(mut self, max_sessions: usize) -> Self {
        self.max_sessions = max_sessions;
        self
    }

    /// Gives these options with another time limit.
    #[must_use]
    pub const fn with_wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// Gives these options with another time after which a ceiling is tested again.
    #[must_use]
    pub const fn with_relearn_ceiling(mut self, relearn_ceiling: Duration) -> Self {
        self.relearn_ceiling = relearn_ceiling;
        self
    }
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            max_sessions: 64,
            wait: Duration::from_secs(5),
            relearn_ceiling: Duration::from_secs(60),
        }
    }
}

/// How many sessions a pool has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStatus {
    /// The sessions that are open.
    pub open: usize,
    /// Those of them that are lent.
    pub lent: usize,
    /// The number of sessions that the card turned out to have, if the pool met the limit.
    pub ceiling: Option<usize>,
}
