//! The device that a pool opens its sessions on, opened again when it is lost.

use std::{
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{Device, Dialect, Error, Module, PoolError};

/// A device and its successors. Each has a generation; sessions of an old one are closed when they come back.
#[derive(Debug)]
pub(super) struct Link {
    module: Module,
    dialect: Dialect,
    generation: AtomicU64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    device: Now,
    /// How long to wait after the next failure; zero while all is well.
    pause: Duration,
    opened: Option<Instant>,
}

#[derive(Debug)]
enum Now {
    Open(Device),
    /// One thread is opening it.
    Opening,
    /// It is lost, and opened again by who asks after this moment.
    Lost {
        retry: Instant,
        cause: Option<Error>,
    },
}

impl Link {
    pub(super) fn new(module: Module, dialect: Dialect, device: Option<Device>) -> Self {
        let opened = device.as_ref().map(|_| Instant::now());
        let device = device.map_or_else(
            || Now::Lost {
                retry: Instant::now(),
                cause: None,
            },
            Now::Open,
        );
        let state = Mutex::new(State {
            device,
            pause: Duration::ZERO,
            opened,
        });
        Self {
            module,
            dialect,
            generation: AtomicU64::new(0),
            state,
            changed: Condvar::new(),
        }
    }

    /// The number of the device that is in use.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Gives the device and its generation. Opens it when it is lost: one thread does, the others wait until `deadline`.
    pub(super) fn device(
        &self,
        deadline: Instant,
        limit: Duration,
    ) -> Result<(Device, u64), Error> {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            match &state.device {
                Now::Open(device) => return Ok((device.clone(), self.generation())),
                Now::Opening => {
                    let patience = deadline.saturating_duration_since(now);
                    if patience.is_zero() {
                        return Err(PoolError::Opening { limit }.into());
                    }
                    let waited = self.changed.wait_timeout(state, patience);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                Now::Lost {
                    retry,
                    cause: Some(cause),
                } if now < *retry => {
                    let retry = retry.saturating_duration_since(now);
                    return Err(PoolError::Lost {
                        retry,
                        cause: Box::new(cause.clone()),
                    }
                    .into());
                }
                Now::Lost { .. } => break,
            }
        }
        state.device = Now::Opening;
        drop(state);
        self.open()
    }

    /// Reports that a session of `generation` found the device lost. Gives whether this was news.
    pub(super) fn lost(&self, generation: u64, cause: Option<&Error>) -> bool {
        let mut state = self.lock();
        if self.generation() != generation || !matches!(state.device, Now::Open(_)) {
            return false;
        }
        // A device that is lost as soon as it is opened is not opened again at once.
        let young = state.opened.is_some_and(|opened| opened.elapsed() < STABLE);
        state.pause = if young {
            next_pause(state.pause)
        } else {
            Duration::ZERO
        };
        let retry = later(state.pause);
        let cause = cause
            .cloned()
            .or_else(|| Some(PoolError::Unanswered.into()));
        let lost = std::mem::replace(&mut state.device, Now::Lost { retry, cause });
        self.generation
            .store(generation.wrapping_add(1), Ordering::Release);
        let pause = state.pause;
        drop(state);
        if let Now::Open(device) = lost {
            device.abandon();
            // The last clone closes the device: a library call, so not under the lock.
            drop(device);
        }
        tracing::warn!(
            module = self.module.name(),
            ?pause,
            "the device is lost and will be opened again"
        );
        true
    }

    fn open(&self) -> Result<(Device, u64), Error> {
        let outcome = self.module.device(&self.dialect);
        let mut state = self.lock();
        let result = match outcome {
            Ok(device) => {
                state.device = Now::Open(device.clone());
                state.opened = Some(Instant::now());
                tracing::info!(
                    module = self.module.name(),
                    generation = self.generation(),
                    "opened the device"
                );
                Ok((device, self.generation()))
            }
            Err(error) => {
                state.pause = next_pause(state.pause);
                state.device = Now::Lost {
                    retry: later(state.pause),
                    cause: Some(error.clone()),
                };
                tracing::warn!(module = self.module.name(), pause = ?state.pause, %error, "opening the device failed");
                Err(error)
            }
        };
        drop(state);
        self.changed.notify_all();
        result
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn later(pause: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(pause).unwrap_or(now)
}

/// Twice the last pause, between the shortest and the longest.
fn next_pause(pause: Duration) -> Duration {
    pause.saturating_mul(2).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
}

/// How long a device must have been open for its loss to be a new trouble and not the same.
const STABLE: Duration = Duration::from_secs(5);
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
