//! What the node counts, for `GET /metrics`.
//!
//! Calls of the card are counted by the crate `gmt0018`: `gmt0018_calls_total` by function and code, and
//! `gmt0018_call_seconds`.

use std::time::{Duration, Instant};

use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use sm2_signing::{BatchVerifier, Error, Item, Verdicts};

/// Makes all metrics of the process go to the handle, which the RPC server serves.
///
/// # Errors
/// When the process has another recorder already.
pub(crate) fn install() -> Result<PrometheusHandle, BuildError> {
    let handle = builder()?.install_recorder()?;
    describe();
    Ok(handle)
}

/// A block was committed with so many transactions, so long after its proposal was first seen.
pub(crate) fn block_committed(number: u64, transactions: usize, since_proposal: Option<Duration>) {
    gauge!(HEIGHT).set(number as f64);
    counter!(BLOCKS).increment(1);
    counter!(TRANSACTIONS).increment(transactions as u64);
    if let Some(elapsed) = since_proposal {
        histogram!(COMMIT_SECONDS).record(elapsed);
    }
}

/// A transaction was committed so long after it was submitted.
pub(crate) fn transaction_committed(since_submission: Duration) {
    histogram!(TRANSACTION_SECONDS).record(since_submission);
}

/// So many transactions wait.
pub(crate) fn pool_size(size: usize) {
    gauge!(POOL).set(size as f64);
}

/// So many transactions were refused with this status.
pub(crate) fn transactions_rejected(status: i32, count: u64) {
    counter!(REJECTED, "status" => status.to_string()).increment(count);
}

/// So many peers are connected.
pub(crate) fn peers(count: usize) {
    gauge!(PEERS).set(count as f64);
}

/// The node signed something of this kind, and it took so long.
pub(crate) fn signed(kind: &'static str, elapsed: Duration) {
    counter!(SIGNED, "kind" => kind).increment(1);
    histogram!(SIGN_SECONDS).record(elapsed);
}

/// The guard refused to sign a second vote for one place.
pub(crate) fn vote_refused() {
    counter!(VOTES_REFUSED).increment(1);
}

/// The key did not sign.
pub(crate) fn sign_failed() {
    counter!(SIGN_FAILURES).increment(1);
}

/// Whether the node votes, or only follows.
pub(crate) fn voting(votes: bool) {
    gauge!(VOTING).set(if votes { 1.0 } else { 0.0 });
}

/// Sealers signed so many pairs of different votes for one place.
pub(crate) fn conflicts(count: usize) {
    counter!(CONFLICTS).increment(count as u64);
}

/// A block of another node was refused.
pub(crate) fn block_refused() {
    counter!(BLOCKS_REFUSED).increment(1);
}

/// A block came from another node with its seal.
pub(crate) fn block_synced() {
    counter!(BLOCKS_SYNCED).increment(1);
}

/// Every block up to this number has a whole seal.
pub(crate) fn sealed(number: u64) {
    gauge!(SEALED).set(number as f64);
}

/// Transactions of other nodes came faster than they could be verified.
pub(crate) fn transactions_dropped() {
    counter!(DROPPED).increment(1);
}

/// A verifier whose batches are timed and counted.
#[derive(Debug)]
pub(crate) struct Measured<V>(V);

impl<V: BatchVerifier> Measured<V> {
    /// Wraps a verifier.
    pub(crate) const fn new(verifier: V) -> Self {
        Self(verifier)
    }
}

impl<V: BatchVerifier> BatchVerifier for Measured<V> {
    fn verify_batch(&self, items: &[Item]) -> Result<Verdicts, Error> {
        let started = Instant::now();
        let verdicts = self.0.verify_batch(items);
        histogram!(VERIFY_SECONDS).record(started.elapsed());
        counter!(VERIFIED).increment(items.len() as u64);
        if let Ok(verdicts) = &verdicts {
            counter!(INVALID).increment(verdicts.invalid().count() as u64);
        }
        verdicts
    }
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    let suffix = Matcher::Suffix("_seconds".to_owned());
    PrometheusBuilder::new().set_buckets_for_metric(suffix, &BUCKETS)
}

fn describe() {
    for (name, what) in [
        (BLOCKS, "blocks committed by this process"),
        (
            TRANSACTIONS,
            "transactions in the blocks committed by this process",
        ),
        (REJECTED, "transactions refused, by status"),
        (SIGNED, "signatures made, by kind"),
        (
            VOTES_REFUSED,
            "votes not signed because another one was signed for their place",
        ),
        (SIGN_FAILURES, "votes not signed because the key failed"),
        (
            CONFLICTS,
            "pairs of different votes, proposals or seals of one sealer for one place",
        ),
        (BLOCKS_REFUSED, "blocks of other nodes that break a rule"),
        (
            BLOCKS_SYNCED,
            "blocks that came from another node with their seal",
        ),
        (
            DROPPED,
            "messages with transactions that came faster than they could be verified",
        ),
        (VERIFIED, "signatures verified"),
        (INVALID, "signatures found invalid"),
    ] {
        describe_counter!(name, what);
    }
    for (name, what) in [
        (HEIGHT, "height of the chain"),
        (POOL, "transactions that wait"),
        (PEERS, "peers connected"),
        (
            SEALED,
            "last block up to which every block has a whole seal",
        ),
        (
            VOTING,
            "1 if the node votes, 0 if its key fails and it only follows",
        ),
    ] {
        describe_gauge!(name, what);
    }
    for (name, what) in [
        (
            COMMIT_SECONDS,
            "from the first sight of a proposal to its commit",
        ),
        (
            TRANSACTION_SECONDS,
            "from the submission of a transaction to its commit",
        ),
        (SIGN_SECONDS, "time of a signature"),
        (
            VERIFY_SECONDS,
            "time of a batch in the verifier; the sum is all time spent there",
        ),
    ] {
        describe_histogram!(name, Unit::Seconds, what);
    }
}

const HEIGHT: &str = "node_block_number";
const BLOCKS: &str = "node_blocks_total";
const TRANSACTIONS: &str = "node_transactions_total";
const COMMIT_SECONDS: &str = "node_commit_seconds";
const TRANSACTION_SECONDS: &str = "node_transaction_seconds";
const POOL: &str = "node_pool_transactions";
const REJECTED: &str = "node_transactions_rejected_total";
const PEERS: &str = "node_peers";
const SIGNED: &str = "node_signatures_total";
const SIGN_SECONDS: &str = "node_sign_seconds";
const VERIFY_SECONDS: &str = "node_verify_seconds";
const VERIFIED: &str = "node_verified_signatures_total";
const VOTES_REFUSED: &str = "node_votes_refused_total";
const SIGN_FAILURES: &str = "node_sign_failures_total";
const VOTING: &str = "node_voting";
const CONFLICTS: &str = "node_conflicts_total";
const BLOCKS_REFUSED: &str = "node_blocks_refused_total";
const BLOCKS_SYNCED: &str = "node_blocks_synced_total";
const SEALED: &str = "node_sealed_number";
const DROPPED: &str = "node_transaction_messages_dropped_total";
const INVALID: &str = "node_invalid_signatures_total";

/// In seconds: from a signature in software to a transaction that waits for a card that comes back.
const BUCKETS: [f64; 16] = [
    0.0001, 0.0003, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0,
];

#[cfg(test)]
pub(crate) mod tests;
