//! A time limit for a whole command.
//!
//! A call of a C library cannot be interrupted. So the command runs on a thread of its own, and when the time is over
//! the process says in which call it hangs, and ends.

use std::{
    collections::BTreeMap,
    panic, process,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

use crate::{error::Error, exit::Exit, output::Output};

/// A library call that has not returned.
#[derive(Debug, Clone)]
pub(crate) struct OpenCall {
    pub(crate) function: String,
    pub(crate) since: Instant,
}

/// Runs a command, and ends the process with an error if that takes longer than the limit.
pub(crate) fn run(
    limit: Option<Duration>,
    output: Output,
    work: impl FnOnce() -> Result<Exit, Error> + Send + 'static,
) -> Result<Exit, Error> {
    let Some(limit) = limit else {
        return work();
    };
    // Nobody else sets a subscriber in this process.
    let _ = tracing::subscriber::set_global_default(Calls);
    let (done, outcome) = mpsc::channel();
    // The first wait registers a destructor with the system's loader, whose lock a library that hangs while it is being
    // loaded holds for ever. So it comes before.
    let _ = outcome.recv_timeout(Duration::from_millis(1));
    let thread = thread::Builder::new()
        .stack_size(STACK)
        // Nobody waits for an outcome that comes too late.
        .spawn(move || drop(done.send(work())))
        .map_err(|cause| Error::no_thread(&cause))?;
    let mut left = limit;
    loop {
        let started = Instant::now();
        match outcome.recv_timeout(left.min(TICK)) {
            Ok(outcome) => return outcome,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => match thread.join() {
                Err(cause) => panic::resume_unwind(cause),
                Ok(()) => return Ok(Exit::Device),
            },
        }
        if PROMPTS.load(Ordering::Relaxed) == 0 {
            left = left.saturating_sub(started.elapsed());
        }
        if left.is_zero() {
            end(limit, output);
        }
    }
}

/// Says what library is about to be used.
pub(crate) fn uses_library(name: &str) {
    *lock(&LIBRARY) = Some(name.to_owned());
}

/// Stops the clock while a person is asked for a password, until it is dropped.
#[derive(Debug)]
pub(crate) struct Prompt(());

impl Prompt {
    pub(crate) fn start() -> Self {
        PROMPTS.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Prompt {
    fn drop(&mut self) {
        PROMPTS.fetch_sub(1, Ordering::Relaxed);
    }
}

fn end(limit: Duration, output: Output) -> ! {
    let oldest = lock(&CALLS).values().min_by_key(|call| call.since).cloned();
    let library = lock(&LIBRARY).clone();
    let error = Error::time_limit(limit, library.as_deref(), oldest.as_ref());
    output.error(&error);
    leave(error.exit())
}

/// Ends the process without the exit handlers of the libraries in it, which may wait for the very call that hangs.
///
/// Another program takes the place of this one, and ends with the exit code.
#[cfg(unix)]
fn leave(exit: Exit) -> ! {
    use std::os::unix::process::CommandExt as _;

    let exit = exit as i32;
    let _ = process::Command::new("/bin/sh")
        .args(["-c", &format!("exit {exit}")])
        .exec();
    process::exit(exit)
}

#[cfg(not(unix))]
fn leave(exit: Exit) -> ! {
    process::exit(exit as i32)
}

/// Keeps the calls that have begun and not ended, by the spans that `gmt0018` makes for them.
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

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

static CALLS: Mutex<BTreeMap<u64, OpenCall>> = Mutex::new(BTreeMap::new());
static LIBRARY: Mutex<Option<String>> = Mutex::new(None);
static NEXT: AtomicU64 = AtomicU64::new(1);
static PROMPTS: AtomicUsize = AtomicUsize::new(0);
/// How often it is looked at whether a person is being asked.
const TICK: Duration = Duration::from_millis(50);
/// What the first thread of a process usually has.
const STACK: usize = 8 << 20;
