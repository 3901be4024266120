use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{io, thread};

use sm2_arith::batch::{Ifma, Portable};

use super::batch::Batch;
use super::compare::{Mismatch, check_backend, check_single};
use super::oracle::Oracle;

/// Which back ends are compared; `verify` always is.
#[derive(Clone, Copy)]
pub(crate) struct Backends {
    pub(crate) portable: bool,
    pub(crate) ifma: Option<Ifma>,
}

/// What to compare, and how much of it.
pub(crate) struct Plan {
    pub(crate) seed: u64,
    /// Batches before this one are passed over.
    pub(crate) from: u64,
    /// At least so many items.
    pub(crate) count: u64,
    pub(crate) threads: usize,
    pub(crate) backends: Backends,
    /// The oracle sees one item in so many.
    pub(crate) oracle_every: u64,
}

/// How many items there were.
#[derive(Clone, Default)]
pub(crate) struct Summary {
    pub(crate) batches: u64,
    pub(crate) items: u64,
    /// Of these the oracle saw so many.
    pub(crate) oracle_items: u64,
    pub(crate) known_keys: u64,
    pub(crate) signatures: u64,
    pub(crate) unusable_nonces: u64,
    /// By kind and by change: how many were valid and how many were not.
    pub(crate) kinds: BTreeMap<&'static str, [u64; 2]>,
    pub(crate) changes: BTreeMap<&'static str, [u64; 2]>,
}

impl Summary {
    fn count(&mut self, batch: &Batch, oracle_items: usize) {
        self.batches += 1;
        self.items += batch.items.len() as u64;
        self.oracle_items += oracle_items as u64;
        self.known_keys += batch.keys.len() as u64;
        self.signatures += batch.signings.len() as u64;
        let unusable = batch.signings.iter().filter(|signing| !signing.usable);
        self.unusable_nonces += unusable.count() as u64;
        for labelled in &batch.items {
            let place = usize::from(!labelled.valid);
            self.kinds.entry(labelled.kind).or_default()[place] += 1;
            self.changes.entry(labelled.change).or_default()[place] += 1;
        }
    }
}

/// Compares until enough items were seen; `progress` hears of each batch.
///
/// # Errors
///
/// The first difference, with the batch that shows it, or what kept the oracle from answering.
pub(crate) fn run(
    plan: &Plan,
    oracle: impl Fn() -> io::Result<Oracle> + Sync,
    progress: impl Fn(&Summary) + Sync,
) -> Result<Summary, String> {
    let next = AtomicU64::new(plan.from);
    let summary = Mutex::new(Summary::default());
    let work = || -> Result<(), String> {
        let mut oracle = oracle().map_err(|error| error.to_string())?;
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let batch = Batch::new(plan.seed, index);
            let result = check(plan, &batch, &mut oracle);
            let asked = result.map_err(|mismatch| {
                // The others stop after their batch.
                next.store(u64::MAX / 2, Ordering::Relaxed);
                format!("seed {}, batch {index}: {mismatch}", plan.seed)
            })?;
            let Ok(mut summary) = summary.lock() else {
                return Err("another thread panicked".into());
            };
            summary.count(&batch, asked);
            progress(&summary);
            if summary.items >= plan.count || next.load(Ordering::Relaxed) >= u64::MAX / 2 {
                return Ok(());
            }
        }
    };
    let panicked = || "a thread panicked".to_owned();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..plan.threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            worker.join().map_err(|_| panicked())??;
        }
        Ok::<(), String>(())
    })?;
    summary.into_inner().map_err(|_| panicked())
}

/// How many items the oracle was asked about.
fn check(plan: &Plan, batch: &Batch, oracle: &mut Oracle) -> Result<usize, Mismatch> {
    check_single(batch)?;
    if plan.backends.portable {
        check_backend(Portable, batch)?;
    }
    if let Some(ifma) = plan.backends.ifma {
        check_backend(ifma, batch)?;
    }
    check_oracle(plan, batch, oracle)
}

fn check_oracle(plan: &Plan, batch: &Batch, oracle: &mut Oracle) -> Result<usize, Mismatch> {
    let places =
        (0..batch.items.len()).filter(|place| (*place as u64).is_multiple_of(plan.oracle_every));
    let places: Vec<_> = places.collect();
    let items: Vec<_> = places
        .iter()
        .map(|place| batch.items[*place].item)
        .collect();
    let name = oracle.name();
    let verdicts = oracle.verdicts(&items);
    let verdicts = verdicts.map_err(|error| Mismatch::new(format!("{name}: {error}"), &[]))?;
    let Some(verdicts) = verdicts else {
        return Ok(0);
    };
    for (place, verdict) in places.into_iter().zip(verdicts) {
        if verdict != batch.items[place].valid {
            return Err(Mismatch::of_item(name, batch, place, verdict));
        }
    }
    Ok(items.len())
}
