//! Many callers, one batch.

mod core;
mod options;
mod slot;
mod ticket;
mod worker;

pub use options::{QueueOptions, QueueStatistics};
pub use ticket::Ticket;

use std::{
    fmt,
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use sm2_signing::{
    BatchVerifier, Error, Item, Prehash, PublicKey, Signature, Verifier, VerifyError,
};

use self::core::Refused;
use crate::BatchError;
use worker::{Entry, Shared};

/// Collects single signatures from many threads and verifies them in batches.
///
/// A batch goes to the engine when it is full, or when its oldest signature has waited
/// [`max_latency`](QueueOptions::max_latency). Each caller gets the verdict on its own signature. An engine that fails or
/// panics fails the signatures of that batch, as [`VerifyError::Backend`], and the queue goes on.
///
/// The queue is bounded. [`verify`](Verifier::verify) waits for room and the verdict, [`submit`](Self::submit) for
/// neither; when there is no room in time the answer is [`Busy`](sm2_signing::ErrorKind::Busy).
///
/// Dropping the queue lets nothing in, has the engine verify what waits, and returns when every caller has an answer: of
/// the engine, or, if that does not return within [`timeout`](QueueOptions::timeout), the error [`BatchError::Closed`].
///
/// ```
/// use std::thread;
///
/// use sm2_batch::{Queue, QueueOptions};
/// use sm2_signing::{BatchVerifier, Error, Item, Verdict, Verdicts, Verifier, VerifyError};
///
/// /// Stands for an engine: accepts what is signed with r = 1.
/// #[derive(Debug)]
/// struct Engine;
///
/// impl BatchVerifier for Engine {
///     fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
///         let one = |item: &Item| item.signature.r()[31] == 1;
///         Ok(items.iter().map(|item| if one(item) { Verdict::Valid } else { Verdict::Invalid }).collect())
///     }
/// }
///
/// let queue = Queue::new(Engine, QueueOptions::default())?;
/// thread::scope(|scope| {
///     for r in 0..100 {
///         let (queue, item) = (&queue, item(r));
///         scope.spawn(move || match queue.verify(&item.key, &item.e, &item.signature) {
///             Ok(()) => assert_eq!(r, 1),
///             Err(VerifyError::Invalid) => assert_ne!(r, 1),
///             Err(VerifyError::Backend(error)) => panic!("{error}"),
///         });
///     }
/// });
/// assert_eq!(queue.statistics().items, 100);
/// # fn item(r: u8) -> Item {
/// #     use sm2_signing::{Prehash, PublicKey, Signature};
/// #     let mut signature = [0; 64];
/// #     signature[31] = r;
/// #     Item {
/// #         key: PublicKey::from_bytes(&[0; 64]),
/// #         e: Prehash::from_bytes(&[0; 32]),
/// #         signature: Signature::from_bytes(&signature),
/// #     }
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Queue<B> {
    shared: Arc<Shared<B>>,
    workers: Vec<JoinHandle<()>>,
    options: QueueOptions,
}

impl<B: BatchVerifier + 'static> Queue<B> {
    /// Starts the workers.
    ///
    /// # Errors
    ///
    /// [`BatchError::Options`] if the options contradict themselves, [`BatchError::Thread`] if the system refuses a thread.
    pub fn new(engine: B, options: QueueOptions) -> Result<Self, Error> {
        options.check()?;
        let mut queue = Self {
            shared: Arc::new(Shared::new(engine, &options)),
            workers: Vec::new(),
            options,
        };
        for index in 0..queue.options.workers {
            let shared = Arc::clone(&queue.shared);
            let thread = thread::Builder::new().name(format!("sm2-batch-{index}"));
            match thread.spawn(move || shared.run()) {
                Ok(worker) => queue.workers.push(worker),
                Err(error) => {
                    for _ in index..queue.options.workers {
                        queue.shared.core.leave();
                    }
                    return Err(BatchError::Thread(error).into());
                }
            }
        }
        Ok(queue)
    }
}

impl<B> Queue<B> {
    /// Lets a signature in if there is room now, and returns at once.
    ///
    /// # Errors
    ///
    /// [`BatchError::Full`] or [`BatchError::Closed`].
    pub fn submit(&self, item: Item) -> Result<Ticket, Error> {
        self.submit_timeout(item, Duration::ZERO)
    }

    /// Lets a signature in, and waits for room for as long as `timeout`.
    ///
    /// # Errors
    ///
    /// [`BatchError::Full`] or [`BatchError::Closed`].
    pub fn submit_timeout(&self, item: Item, timeout: Duration) -> Result<Ticket, Error> {
        let (ticket, reply) = Ticket::new(self.options.timeout);
        let entry = Entry { item, reply };
        match self.shared.core.push(entry, after(timeout)) {
            Ok(()) => Ok(ticket),
            Err(Refused::Closed) => Err(BatchError::Closed.into()),
            Err(Refused::Full) => {
                self.shared.refused();
                Err(BatchError::Full {
                    capacity: self.options.capacity,
                    waited: timeout,
                }
                .into())
            }
        }
    }

    /// Lets nothing in from now on, and returns at once. What waits is still verified.
    pub fn close(&self) {
        self.shared.core.close();
    }

    /// What the queue has done so far.
    #[must_use]
    pub fn statistics(&self) -> QueueStatistics {
        self.shared.statistics()
    }

    /// The engine that verifies the batches.
    #[must_use]
    pub fn engine(&self) -> &B {
        &self.shared.engine
    }

    /// How the queue behaves.
    #[must_use]
    pub const fn options(&self) -> &QueueOptions {
        &self.options
    }
}

/// Waits for room and for the verdict, both together within [`timeout`](QueueOptions::timeout).
impl<B: BatchVerifier + 'static> Verifier for Queue<B> {
    fn verify(
        &self,
        key: &PublicKey,
        e: &Prehash,
        signature: &Signature,
    ) -> Result<(), VerifyError> {
        let (started, timeout) = (Instant::now(), self.options.timeout);
        let item = Item {
            key: *key,
            e: *e,
            signature: *signature,
        };
        let ticket = self
            .submit_timeout(item, timeout)
            .map_err(VerifyError::Backend)?;
        ticket
            .wait_timeout(timeout.saturating_sub(started.elapsed()))
            .unwrap_or_else(|_| Err(BatchError::Late { waited: timeout }.into()))
    }
}

impl<B: fmt::Debug> fmt::Debug for Queue<B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Queue")
            .field("engine", self.engine())
            .field("options", &self.options)
            .field("statistics", &self.statistics())
            .finish()
    }
}

impl<B> Drop for Queue<B> {
    fn drop(&mut self) {
        self.close();
        let me = thread::current().id();
        if self.workers.iter().any(|worker| worker.thread().id() == me) {
            // An engine or a waker dropped the queue: the workers empty it after this one returns.
            return;
        }
        if !self.shared.core.all_left(after(self.options.timeout)) {
            tracing::error!(
                timeout = ?self.options.timeout,
                "an engine has not returned; its callers get an error and its thread is left behind"
            );
            self.shared.abandon();
            return;
        }
        for worker in self.workers.drain(..) {
            // A worker that has left ends by itself; whether it panicked on its way changes nothing here.
            drop(worker.join());
        }
    }
}

/// The moment `duration` from now; one beyond the clock's range is a year away.
fn after(duration: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    let now = Instant::now();
    now.checked_add(duration).unwrap_or_else(|| now + YEAR)
}
