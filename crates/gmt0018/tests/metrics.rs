//! Counters and latencies, as a recorder gets them.

#![cfg(feature = "metrics")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use gmt0018::{Function, KeyIndex};
use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

#[path = "suite/support.rs"]
#[expect(dead_code, reason = "a part of it is used here")]
mod support;

#[derive(Default)]
struct Record {
    counters: Mutex<HashMap<String, Arc<AtomicU64>>>,
    latencies: Arc<Latencies>,
}

#[derive(Default)]
struct Latencies(AtomicU64);

impl HistogramFn for Latencies {
    fn record(&self, seconds: f64) {
        assert!((0.0..60.0).contains(&seconds));
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Recorder for Record {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let labels: Vec<_> = key
            .labels()
            .map(|label| format!("{}={}", label.key(), label.value()))
            .collect();
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        Counter::from_arc(Arc::clone(
            self.counters.lock().unwrap().entry(name).or_default(),
        ))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        assert_eq!(key.name(), "gmt0018_call_seconds");
        Histogram::from_arc(Arc::clone(&self.latencies))
    }
}

#[test]
fn every_call_is_counted_with_its_function_and_code() {
    let record = Record::default();
    let card = support::Card::new();
    metrics::with_local_recorder(&record, || {
        let session = card.device().session().unwrap();
        session.sm3(b"abc").unwrap();
        session.sm3(b"abc").unwrap();
        session.sign_public_key(KeyIndex::new(9)).unwrap_err();
        session
            .keep_access(support::ONE, Some(&support::pin()))
            .unwrap();
    });
    let counters = record.counters.lock().unwrap();
    let count = |name: &str| {
        counters
            .get(name)
            .map_or(0, |count| count.load(Ordering::Relaxed))
    };
    assert_eq!(
        count("gmt0018_calls_total{function=SDF_HashFinal,code=0x00000000}"),
        2
    );
    assert_eq!(
        count("gmt0018_calls_total{function=SDF_ExportSignPublicKey_ECC,code=0x01000008}"),
        1
    );
    assert_eq!(
        record.latencies.0.load(Ordering::Relaxed),
        card.module.calls()
    );
    assert_eq!(card.module.call_count(Function::HashFinal), 2);
}
