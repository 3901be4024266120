//! Signatures that come to a queue at fixed times, and how long each takes.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, Wake, Waker},
    thread,
    time::{Duration, Instant},
};

use sm2_batch::{Queue, Ticket};
use sm2_signing::{BatchVerifier, ErrorKind, Item};

/// How many signatures come, for how long, from how many threads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) per_second: f64,
    pub(crate) span: Duration,
    pub(crate) threads: usize,
}

/// What became of them.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// From the time that a signature was due to its verdict, in ascending order.
    pub(crate) latencies: Vec<Duration>,
    /// From the time that a signature was due to the time that the generator offered it, in ascending order.
    pub(crate) lateness: Vec<Duration>,
    /// How many found the queue full.
    pub(crate) refused: usize,
    /// Until the last verdict.
    pub(crate) took: Duration,
}

impl Load {
    /// Offers valid signatures, `items` over and over, when they are due and whatever became of those before.
    ///
    /// A verdict's time is taken by the waker that the queue's own thread calls: no thread waits for a ticket.
    pub(crate) fn offer<B: BatchVerifier + 'static>(
        self,
        queue: &Queue<B>,
        items: &[Item],
    ) -> Outcome {
        let started = Instant::now();
        let mut outcome = thread::scope(|scope| {
            let threads: Vec<_> = (0..self.threads)
                .map(|first| scope.spawn(move || self.offer_share(first, started, queue, items)))
                .collect();
            let shares = threads
                .into_iter()
                .map(|thread| thread.join().expect("no panic"));
            shares.reduce(Outcome::and).unwrap_or_default()
        });
        outcome.latencies.sort_unstable();
        outcome.lateness.sort_unstable();
        outcome
    }

    /// The signatures of one thread: those of number `first`, `first + threads`, ...
    fn offer_share<B: BatchVerifier + 'static>(
        self,
        first: usize,
        started: Instant,
        queue: &Queue<B>,
        items: &[Item],
    ) -> Outcome {
        let numbered = items.iter().cycle().enumerate();
        let share = numbered.skip(first).step_by(self.threads);
        let (mut outcome, mut offered) = (Outcome::default(), Vec::new());
        for (number, item) in share {
            let after = Duration::from_secs_f64(number as f64 / self.per_second);
            if after >= self.span {
                break;
            }
            let due = started + after;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            outcome.lateness.push(due.elapsed());
            match queue.submit(*item) {
                Ok(ticket) => offered.push(Offered::new(ticket, due)),
                Err(error) if error.kind() == ErrorKind::Busy => outcome.refused += 1,
                Err(error) => panic!("{error}"),
            }
        }
        for offered in offered {
            let due = offered.due;
            let answered = offered.answered();
            outcome.latencies.push(answered - due);
            outcome.took = outcome.took.max(answered - started);
        }
        outcome
    }
}

impl Outcome {
    fn and(mut self, other: Self) -> Self {
        self.latencies.extend(other.latencies);
        self.lateness.extend(other.lateness);
        self.refused += other.refused;
        self.took = self.took.max(other.took);
        self
    }
}

/// The value below which this share of the sorted ones lies; zero if there are none.
pub(crate) fn percentile(sorted: &[Duration], share: f64) -> Duration {
    let rank = (sorted.len() as f64 * share).ceil();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most the length"
    )]
    let rank = rank as usize;
    sorted
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

/// A signature that was let in.
struct Offered {
    ticket: Ticket,
    due: Instant,
    verdict: Arc<Verdict>,
    /// The verdict was there before anybody could ask for it.
    at_once: bool,
}

/// When there was a verdict.
#[derive(Default)]
struct Verdict(OnceLock<Instant>);

impl Wake for Verdict {
    fn wake(self: Arc<Self>) {
        self.0.get_or_init(Instant::now);
    }
}

impl Offered {
    fn new(ticket: Ticket, due: Instant) -> Self {
        let mut offered = Self {
            ticket,
            due,
            verdict: Arc::default(),
            at_once: false,
        };
        if offered.is_valid() {
            offered.at_once = true;
            Arc::clone(&offered.verdict).wake();
        }
        offered
    }

    /// Waits for the verdict, and gives the time of it.
    fn answered(mut self) -> Instant {
        let patience = Instant::now() + PATIENCE;
        loop {
            if let Some(answered) = self.verdict.0.get().copied() {
                assert!(self.at_once || self.is_valid(), "no verdict");
                return answered;
            }
            assert!(Instant::now() < patience, "no verdict in {PATIENCE:?}");
            thread::sleep(Duration::from_micros(200));
        }
    }

    /// Whether there is a verdict now; it is to be called when it comes.
    fn is_valid(&mut self) -> bool {
        let waker = Waker::from(Arc::clone(&self.verdict));
        match Pin::new(&mut self.ticket).poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(verdict) => {
                verdict.expect("a valid signature");
                true
            }
            Poll::Pending => false,
        }
    }
}

const PATIENCE: Duration = Duration::from_secs(10);
