//! How a queue behaves, and how it is.

use std::time::Duration;

use crate::BatchError;

/// How a queue behaves.
///
/// `DESIGN.md` beside the crate's sources tells how to choose.
///
/// ```
/// use std::time::Duration;
///
/// use sm2_batch::QueueOptions;
///
/// let options = QueueOptions::default().with_max_batch(64).with_max_latency(Duration::ZERO);
/// assert_eq!(options.capacity, 4096);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct QueueOptions {
    /// The most signatures that are verified together; so many of them do not wait for more. The default is 128.
    pub max_batch: usize,
    /// The longest a signature waits for others to fill its batch while a worker is free. The default is 200 µs; zero
    /// makes batches of what came in while the workers were busy.
    pub max_latency: Duration,
    /// The most signatures that wait for a worker, at least `max_batch`. The default is 4096.
    pub capacity: usize,
    /// The longest that [`Queue::verify`](sm2_signing::Verifier::verify) and [`Ticket::wait`](crate::Ticket::wait) take,
    /// and that dropping the queue waits for an engine that does not return. The default is 10 seconds.
    pub timeout: Duration,
    /// How many threads call the engine, each with its own batch. The default is 1.
    pub workers: usize,
}

impl QueueOptions {
    /// Gives these options with another size of batches.
    #[must_use]
    pub const fn with_max_batch(mut self, max_batch: usize) -> Self {
        self.max_batch = max_batch;
        self
    }

    /// Gives these options with another time for which a batch is kept open.
    #[must_use]
    pub const fn with_max_latency(mut self, max_latency: Duration) -> Self {
        self.max_latency = max_latency;
        self
    }

    /// Gives these options with room for another number of signatures.
    #[must_use]
    pub const fn with_capacity(mut self, capacity: usize) -> Self {
        self.capacity = capacity;
        self
    }

    /// Gives these options with another limit to waiting.
    #[must_use]
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Gives these options with another number of threads.
    #[must_use]
    pub const fn with_workers(mut self, workers: usize) -> Self {
        self.workers = workers;
        self
    }

    pub(super) fn check(&self) -> Result<(), BatchError> {
        let wrong = |text: String| Err(BatchError::Options(text));
        match self {
            Self { max_batch: 0, .. } => wrong("max_batch is 0; try: 128".to_owned()),
            Self { workers: 0, .. } => wrong("workers is 0; try: 1".to_owned()),
            Self {
                max_batch,
                capacity,
                ..
            } if capacity < max_batch => wrong(format!(
                "a capacity of {capacity} never fills a batch of {max_batch}; \
                 try: a capacity of several batches, or a smaller max_batch"
            )),
            _ => Ok(()),
        }
    }
}

impl Default for QueueOptions {
    fn default() -> Self {
        Self {
            max_batch: 128,
            max_latency: Duration::from_micros(200),
            capacity: 4096,
            timeout: Duration::from_secs(10),
            workers: 1,
        }
    }
}

/// What a queue has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueStatistics {
    /// How often the engine was asked.
    pub batches: u64,
    /// How many signatures it was asked about.
    pub items: u64,
    /// How many batches had no verdicts because the engine failed.
    pub failed_batches: u64,
    /// How many signatures nobody waited for any more when their turn came. They were not verified.
    pub abandoned: u64,
    /// How many signatures were refused because the queue was full.
    pub refused: u64,
    /// How many signatures wait for a worker now.
    pub waiting: usize,
}

impl QueueStatistics {
    /// The mean number of signatures in a batch; 0 before the first.
    ///
    /// ```
    /// use sm2_batch::QueueStatistics;
    ///
    /// assert_eq!(QueueStatistics::default().mean_fill(), 0.0);
    /// ```
    #[must_use]
    pub fn mean_fill(&self) -> f64 {
        self.items as f64 / self.batches.max(1) as f64
    }
}
