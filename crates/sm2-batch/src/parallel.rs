//! One batch on many threads.

mod chunks;

use std::sync::{Arc, Weak};

use rayon::ThreadPool;
use sm2_signing::{
    BatchVerifier, Error, Item, Prehash, PublicKey, Signature, Verdicts, Verifier, VerifyError,
};

use crate::call;
use chunks::Chunks;

/// Verifies the chunks of a batch on the threads of a rayon pool.
///
/// The thread that calls takes part: it verifies chunks like the others and waits at the end for those that others have
/// begun. A pool whose threads are all busy or blocked, also by callers of this very engine, therefore costs speed and
/// never a deadlock, and a call from inside the pool needs no care.
///
/// Verdicts come in the items' order. An engine that fails or panics on one chunk fails the batch; chunks that were not
/// begun by then are not.
///
/// ```
/// use std::sync::Arc;
///
/// use sm2_batch::Parallel;
/// use sm2_signing::{BatchVerifier, Error, Item, Verdict, Verdicts};
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
/// let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
/// let parallel = Parallel::on(Arc::new(pool), Engine);
/// let mut items = vec![item(1); 1000];
/// items[700] = item(2);
/// assert_eq!(parallel.verify_batch(&items)?.invalid().collect::<Vec<_>>(), [700]);
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
#[derive(Debug)]
pub struct Parallel<B> {
    engine: Arc<B>,
    pool: Option<Arc<ThreadPool>>,
    smallest: usize,
    largest: usize,
}

impl<B: BatchVerifier + 'static> Parallel<B> {
    /// Uses the pool that the caller is in, or the global one outside of any.
    pub fn new(engine: B) -> Self {
        Self {
            engine: Arc::new(engine),
            pool: None,
            smallest: SMALLEST,
            largest: LARGEST,
        }
    }

    /// Uses this pool. As many threads work on a batch as the pool has, the calling one among them.
    pub fn on(pool: Arc<ThreadPool>, engine: B) -> Self {
        Self {
            pool: Some(pool),
            ..Self::new(engine)
        }
    }

    /// Gives this engine with other sizes of chunks.
    ///
    /// A batch is not split into pieces of fewer than `smallest` items, and no piece has more than `largest`. Both are
    /// rounded up to a multiple of 8, so that lanes stay full; `largest` is at least `smallest`. The defaults are 64 and
    /// 1024.
    #[must_use]
    pub fn with_chunks(mut self, smallest: usize, largest: usize) -> Self {
        let lanes = |size: usize| size.clamp(1, MOST).next_multiple_of(LANES);
        self.smallest = lanes(smallest);
        self.largest = lanes(largest).max(self.smallest);
        self
    }

    /// The engine that verifies the chunks.
    #[must_use]
    pub fn engine(&self) -> &B {
        &self.engine
    }

    fn threads(&self) -> usize {
        self.pool
            .as_ref()
            .map_or_else(rayon::current_num_threads, |pool| {
                pool.current_num_threads()
            })
    }

    fn spawn(&self, help: impl FnOnce() + Send + 'static) {
        match &self.pool {
            Some(pool) => pool.spawn(help),
            None => rayon::spawn(help),
        }
    }

    /// The size of all chunks but the last: a few chunks per thread if the batch allows it, and the same number of them
    /// for every thread.
    fn chunk_size(&self, items: usize, threads: usize) -> usize {
        let threads = threads.max(1);
        let most = items / self.smallest;
        let chunks = if most <= threads {
            most
        } else {
            most.min(threads.saturating_mul(CHUNKS_PER_THREAD)) / threads * threads
        };
        let even = items.div_ceil(chunks.max(1)).max(1);
        even.next_multiple_of(LANES).min(self.largest)
    }
}

impl<B: BatchVerifier + 'static> BatchVerifier for Parallel<B> {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        let threads = self.threads();
        let size = self.chunk_size(items.len(), threads);
        if items.len() <= size {
            return call::verify_batch(&*self.engine, items);
        }
        let count = items.len().div_ceil(size);
        let job = Arc::new(Job {
            engine: Arc::clone(&self.engine),
            items: items.to_vec(),
            size,
            chunks: Chunks::new(count),
        });
        for _ in 1..threads.min(count) {
            // A helper that the pool starts too late finds the batch gone.
            let job = Arc::downgrade(&job);
            self.spawn(move || {
                if let Some(job) = Weak::upgrade(&job) {
                    job.work();
                }
            });
        }
        job.work();
        let verdicts = job.chunks.collect()?;
        Ok(verdicts.into_iter().flatten().collect())
    }
}

/// Single signatures go to the engine as they are.
impl<B: BatchVerifier + Verifier + 'static> Verifier for Parallel<B> {
    fn verify(
        &self,
        key: &PublicKey,
        e: &Prehash,
        signature: &Signature,
    ) -> Result<(), VerifyError> {
        self.engine.verify(key, e, signature)
    }
}

/// A batch that several threads work on. It owns its items because no thread can be waited for that has not begun.
#[derive(Debug)]
struct Job<B> {
    engine: Arc<B>,
    items: Vec<Item>,
    size: usize,
    chunks: Chunks<Verdicts, Error>,
}

impl<B: BatchVerifier> Job<B> {
    /// Verifies chunks until there are none left to begin.
    fn work(&self) {
        while let Some(index) = self.chunks.claim() {
            let chunk = self.items.chunks(self.size).nth(index);
            let verdicts = call::verify_batch(&*self.engine, chunk.unwrap_or_default());
            self.chunks.finish(index, verdicts);
        }
    }
}

/// The widest engine's lanes.
const LANES: usize = 8;
/// Enough groups of lanes that what an engine does once per batch hardly shows.
const SMALLEST: usize = 64;
/// What an engine keeps per item during a batch should stay in a core's own cache.
const LARGEST: usize = 1024;
/// Above any slice's length that could be met, and far from overflow.
const MOST: usize = usize::MAX / 2;
/// With more than one chunk each, a thread that was held up leaves some of its share to the others.
const CHUNKS_PER_THREAD: usize = 4;

#[cfg(all(test, not(loom)))]
mod tests {
    use sm2_signing::Serial;

    use super::*;

    #[derive(Debug)]
    struct Nothing;

    impl Verifier for Nothing {
        fn verify(&self, _: &PublicKey, _: &Prehash, _: &Signature) -> Result<(), VerifyError> {
            Err(VerifyError::Invalid)
        }
    }

    #[test]
    fn chunks_keep_lanes_full_and_threads_even() {
        let parallel = Parallel::new(Serial::new(Nothing));
        for threads in [1, 2, 3, 8, 96] {
            for items in (0..4096).chain([100_000, 1_000_003]) {
                let size = parallel.chunk_size(items, threads);
                assert_eq!(size % LANES, 0);
                assert!((LANES..=LARGEST).contains(&size));
                assert!(
                    items <= size || size >= SMALLEST,
                    "{items} in chunks of {size}"
                );
            }
        }
        assert_eq!(parallel.chunk_size(127, 2), 128, "one chunk");
        assert_eq!(parallel.chunk_size(128, 2), 64);
        assert_eq!(parallel.chunk_size(200, 2), 104, "two chunks, not three");
        assert_eq!(parallel.chunk_size(1024, 2), 128);
        assert_eq!(parallel.chunk_size(1_000_000, 2), LARGEST);
    }

    #[test]
    fn sizes_are_rounded_up_to_lanes() {
        let parallel = Parallel::new(Serial::new(Nothing)).with_chunks(0, 0);
        assert_eq!((parallel.smallest, parallel.largest), (8, 8));
        let parallel = parallel.with_chunks(17, 3);
        assert_eq!((parallel.smallest, parallel.largest), (24, 24));
        let parallel = parallel.with_chunks(usize::MAX, usize::MAX);
        assert_eq!(parallel.chunk_size(1_000_000, 4), 1_000_000);
    }
}
