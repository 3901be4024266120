//! The threads that call the engine, and what they share with the callers.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use sm2_signing::{BatchVerifier, Error, Item, Verdict, Verdicts, VerifyError};

use super::{
    core::{Core, Limits},
    options::{QueueOptions, QueueStatistics},
    ticket::Reply,
};
use crate::{BatchError, call};

/// One signature that waits, and who waits for it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) item: Item,
    pub(super) reply: Reply,
}

/// What the workers and the callers share.
#[derive(Debug)]
pub(super) struct Shared<B> {
    pub(super) engine: B,
    pub(super) core: Core<Entry>,
    running: Mutex<Running>,
    counts: Counts,
}

/// The callers of the batches that the engine has now.
#[derive(Debug, Default)]
struct Running {
    batches: Vec<Arc<[Reply]>>,
    /// The queue is gone, and its callers have their answers.
    abandoned: bool,
}

#[derive(Debug, Default)]
struct Counts {
    batches: AtomicU64,
    items: AtomicU64,
    failed_batches: AtomicU64,
    abandoned: AtomicU64,
    refused: AtomicU64,
}

impl<B> Shared<B> {
    pub(super) fn new(engine: B, options: &QueueOptions) -> Self {
        let limits = Limits {
            max_batch: options.max_batch,
            max_latency: options.max_latency,
            capacity: options.capacity,
        };
        Self {
            engine,
            core: Core::new(limits, options.workers),
            running: Mutex::default(),
            counts: Counts::default(),
        }
    }

    pub(super) fn refused(&self) {
        add(&self.counts.refused, 1);
    }

    pub(super) fn statistics(&self) -> QueueStatistics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        QueueStatistics {
            batches: read(&self.counts.batches),
            items: read(&self.counts.items),
            failed_batches: read(&self.counts.failed_batches),
            abandoned: read(&self.counts.abandoned),
            refused: read(&self.counts.refused),
            waiting: self.core.waiting(),
        }
    }

    /// Answers everybody without the engine.
    pub(super) fn abandon(&self) {
        drop(self.core.drain());
        let mut running = self.running();
        running.abandoned = true;
        for reply in running.batches.iter().flat_map(|batch| batch.iter()) {
            reply.answer(|| Err(BatchError::Closed.into()));
        }
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B: BatchVerifier> Shared<B> {
    /// A worker's life.
    pub(super) fn run(&self) {
        let _leaves = Leaves(&self.core);
        while let Some(batch) = self.core.take() {
            // Only code of others can panic in there: a subscriber of the log. Replies that are dropped answer.
            let verified = panic::catch_unwind(AssertUnwindSafe(|| self.verify(batch)));
            if verified.is_err() {
                add(&self.counts.failed_batches, 1);
            }
        }
    }

    fn verify(&self, batch: Vec<Entry>) {
        let taken = batch.len();
        let wanted = batch.into_iter().filter(|entry| !entry.reply.abandoned());
        let (items, replies): (Vec<_>, Vec<_>) =
            wanted.map(|entry| (entry.item, entry.reply)).unzip();
        add(&self.counts.abandoned, taken - items.len());
        if items.is_empty() {
            return;
        }
        let replies: Arc<[Reply]> = replies.into();
        if !self.begin(&replies) {
            return;
        }
        let answer = call::verify_batch(&self.engine, &items);
        self.end(&replies);
        add(&self.counts.batches, 1);
        add(&self.counts.items, items.len());
        match answer {
            Ok(verdicts) => hand_out(&replies, &verdicts),
            Err(error) => {
                add(&self.counts.failed_batches, 1);
                tracing::error!(%error, items = items.len(), "a batch has no verdicts");
                hand_out_failure(&replies, error);
            }
        }
    }

    /// Makes the callers known before the engine is asked; false if the queue was given up in the meantime.
    fn begin(&self, replies: &Arc<[Reply]>) -> bool {
        let mut running = self.running();
        if !running.abandoned {
            running.batches.push(Arc::clone(replies));
        }
        !running.abandoned
    }

    fn end(&self, replies: &Arc<[Reply]>) {
        let mut running = self.running();
        running.batches.retain(|batch| !Arc::ptr_eq(batch, replies));
    }
}

/// Reports, however the worker ends, that it left.
struct Leaves<'a>(&'a Core<Entry>);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.leave();
    }
}

fn hand_out(replies: &[Reply], verdicts: &Verdicts) {
    for (reply, verdict) in replies.iter().zip(verdicts.iter()) {
        reply.answer(|| match verdict {
            Verdict::Valid => Ok(()),
            Verdict::Invalid => Err(VerifyError::Invalid),
        });
    }
}

fn hand_out_failure(replies: &[Reply], error: Error) {
    let error = Arc::new(error);
    for reply in replies {
        reply.answer(|| Err(BatchError::Engine(Arc::clone(&error)).into()));
    }
}

fn add(counter: &AtomicU64, count: usize) {
    // No machine has more items than fit.
    counter.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
}

#[cfg(all(test, not(loom), target_pointer_width = "64"))]
mod tests {
    use super::{
        super::{core::Waiting, slot::Slot, ticket::Answer},
        *,
    };

    /// DESIGN.md tells these figures.
    #[test]
    fn a_signature_that_waits_is_small() {
        assert_eq!(size_of::<Item>(), 160);
        assert!(size_of::<Waiting<Entry>>() <= 184);
        let slot = 2 * size_of::<usize>() + size_of::<Slot<Answer>>();
        assert!(slot <= 64, "{slot}");
    }
}
