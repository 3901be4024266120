//! The library calls that have begun and not ended.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// A library call that has not returned.
#[derive(Debug, Clone)]
pub(crate) struct OpenCall {
    pub(crate) function: String,
    pub(crate) since: Instant,
}

/// Begins to keep account of the calls, which costs each of them about a microsecond.
pub(crate) fn watch() {
    // Nobody else sets a subscriber in this process.
    let _ = tracing::subscriber::set_global_default(Calls);
}

/// The one that has not returned for longest.
pub(crate) fn oldest() -> Option<OpenCall> {
    lock(&CALLS).values().min_by_key(|call| call.since).cloned()
}

/// Says what library is about to be used.
pub(crate) fn uses_library(name: &str) {
    *lock(&LIBRARY) = Some(name.to_owned());
}

/// The library in use, if there is one.
pub(crate) fn library() -> Option<String> {
    lock(&LIBRARY).clone()
}

/// Knows the calls by the spans that `gmt0018` makes for them.
struct Calls;

impl Subscriber for Calls {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.name() == "sdf"
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut function = FunctionName(String::new());
        attributes.record(&mut function);
        let call = OpenCall {
            function: function.0,
            since: Instant::now(),
        };
        lock(&CALLS).insert(number, call);
        Id::from_u64(number)
    }

    fn try_close(&self, id: Id) -> bool {
        lock(&CALLS).remove(&id.into_u64());
        true
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct FunctionName(String);

impl Visit for FunctionName {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "function" {
            value.clone_into(&mut self.0);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

static CALLS: Mutex<BTreeMap<u64, OpenCall>> = Mutex::new(BTreeMap::new());
static LIBRARY: Mutex<Option<String>> = Mutex::new(None);
static NEXT: AtomicU64 = AtomicU64::new(1);
