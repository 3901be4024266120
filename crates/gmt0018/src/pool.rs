//! Sessions lent to many threads.

pub(crate) mod core;
mod error;
mod link;
mod options;
mod sync;

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::Arc,
    time::{Duration, Instant},
};

use self::{
    core::{AtCeiling, Core, Grant, Limits, Turn},
    link::Link,
};
pub use error::PoolError;
pub use options::{PoolOptions, PoolStatus};

use crate::{
    Device, Dialect, Error, KeyIndex, Module, Session, per_process::PerProcess, return_code::Damage,
};

/// Lends sessions of a device to threads. A clone is another reference to the same pool.
///
/// Waiting is bounded, and in the order of coming. When the card has no more sessions, the pool learns how many it has and
/// waits for one of its own to come back. A session whose call failed with a code that says it is broken is closed, not
/// lent again; when the code says that the device is lost, the device is opened again. In a forked child the pool opens the
/// device anew and leaves the parent's sessions alone.
///
/// A call that hangs in the library hangs its own thread; nothing can be done about that from here. The other threads go
/// on with the other sessions, and wait no longer than the limit.
///
/// ```
/// # use gmt0018::{Dialect, Module, Open};
/// # let card = gmt0018_soft::EphemeralCard::new()?;
/// # let module = Module::from_functions("software card", gmt0018_soft::functions());
/// # let device = module.device(&Dialect::STANDARD.with_open(Open::WithPath(card.path().into())))?;
/// use gmt0018::{PoolOptions, SessionPool};
///
/// let pool = SessionPool::new(device, PoolOptions::default());
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| assert_eq!(pool.session().unwrap().random(8).unwrap().len(), 8));
///     }
/// });
/// assert!(pool.status().open <= 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SessionPool {
    shared: Arc<Shared>,
}

struct Shared {
    options: PoolOptions,
    module: Module,
    dialect: Dialect,
    epochs: PerProcess<Arc<Epoch>>,
}

/// The pool of one process.
struct Epoch {
    core: Core<Box<Pooled>>,
    link: Link,
}

/// A session and the generation of the device it was opened on.
struct Pooled {
    session: Session,
    generation: u64,
}

impl Pooled {
    /// Closes a session of a lost device, or one that is broken, with no other call than that.
    fn close(self) {
        self.session.handle().harm(Damage::Session);
    }
}

impl SessionPool {
    /// Makes a pool of sessions of `device`. None is opened yet.
    #[must_use]
    pub fn new(device: Device, options: PoolOptions) -> Self {
        let module = device.module().clone();
        let dialect = device.dialect().clone();
        let epoch = Epoch::new(
            &options,
            Link::new(module.clone(), dialect.clone(), Some(device)),
        );
        let epochs = PerProcess::now(Arc::new(epoch));
        Self {
            shared: Arc::new(Shared {
                options,
                module,
                dialect,
                epochs,
            }),
        }
    }

    /// Lends a session, waiting at most [`PoolOptions::wait`].
    ///
    /// # Errors
    /// When none came back in time, none could be opened, or the device is lost.
    pub fn session(&self) -> Result<PooledSession, Error> {
        self.lend(|_| false)
    }

    /// Lends a session that holds the access right for `index`, if one is idle, and another otherwise.
    ///
    /// # Errors
    /// As [`SessionPool::session`].
    pub fn session_for(&self, index: KeyIndex) -> Result<PooledSession, Error> {
        self.lend(|pooled| pooled.session.has_access(index))
    }

    /// Counts the sessions.
    #[must_use]
    pub fn status(&self) -> PoolStatus {
        let (idle, lent, ceiling) = self.epoch().core.counts();
        PoolStatus {
            open: idle.saturating_add(lent),
            lent,
            ceiling,
        }
    }

    /// Gives the module.
    #[must_use]
    pub fn module(&self) -> &Module {
        &self.shared.module
    }

    fn lend(&self, preferred: impl Fn(&Pooled) -> bool) -> Result<PooledSession, Error> {
        let epoch = self.epoch();
        let limit = self.shared.options.wait;
        let start = Instant::now();
        let deadline = start
            .checked_add(limit)
            .or_else(|| start.checked_add(FOREVER))
            .unwrap_or(start);
        let mut turn = Turn::Last;
        loop {
            let Some(grant) = epoch.core.take(turn, |pooled| preferred(pooled), deadline) else {
                let PoolStatus { open, ceiling, .. } = self.status();
                return Err(PoolError::Timeout {
                    limit,
                    open,
                    ceiling,
                }
                .into());
            };
            match grant {
                Grant::Ready(pooled) if pooled.generation == epoch.link.generation() => {
                    return Ok(PooledSession {
                        pooled: Some(pooled),
                        epoch: Arc::clone(epoch),
                    });
                }
                Grant::Ready(stale) => {
                    stale.close();
                    epoch.core.discard();
                    turn = Turn::First;
                }
                Grant::Open => match epoch.open(deadline, limit)? {
                    Some(pooled) => {
                        return Ok(PooledSession {
                            pooled: Some(pooled),
                            epoch: Arc::clone(epoch),
                        });
                    }
                    None => turn = Turn::First,
                },
            }
        }
    }

    fn epoch(&self) -> &Arc<Epoch> {
        let shared = &self.shared;
        shared.epochs.here(|| {
            let link = Link::new(shared.module.clone(), shared.dialect.clone(), None);
            Arc::new(Epoch::new(&shared.options, link))
        })
    }
}

impl fmt::Debug for SessionPool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("SessionPool")
            .field(&self.shared.module)
            .finish()
    }
}

impl Epoch {
    fn new(options: &PoolOptions, link: Link) -> Self {
        let limits = Limits {
            max: options.max_sessions.max(1),
            // Sooner, a caller at the ceiling would ask the card in a loop.
            relearn: options.relearn_ceiling.max(SHORTEST_RELEARN),
        };
        Self {
            core: Core::new(limits),
            link,
        }
    }

    /// Opens a session with a right from the core. `None` when the card has no more and another will come back.
    fn open(&self, deadline: Instant, limit: Duration) -> Result<Option<Box<Pooled>>, Error> {
        let mut permit = Permit {
            epoch: self,
            used: false,
        };
        let (device, generation) = self.link.device(deadline, limit)?;
        match device.session() {
            Ok(session) => {
                permit.used = true;
                self.core.opened();
                Ok(Some(Box::new(Pooled {
                    session,
                    generation,
                })))
            }
            Err(error) => {
                let code = error.return_code();
                if code.is_some_and(|code| code.damage() == Damage::Device) {
                    self.lost(generation, Some(&error));
                }
                if code.is_some_and(crate::ReturnCode::is_ceiling) {
                    permit.used = true;
                    if self.core.at_ceiling() == AtCeiling::Wait {
                        tracing::debug!(
                            open = self.core.counts().0,
                            "the card has no more sessions"
                        );
                        return Ok(None);
                    }
                }
                Err(error)
            }
        }
    }

    /// Takes a session back: to be lent again, or to be closed if it is broken or of a lost device.
    fn take_back(&self, pooled: Box<Pooled>) {
        let damage = pooled.session.health();
        if damage == Damage::Device {
            self.lost(pooled.generation, None);
        }
        if damage < Damage::Session && pooled.generation == self.link.generation() {
            pooled.session.sweep();
            self.core.put_back(pooled);
        } else {
            tracing::warn!(
                session = pooled.session.handle().number(),
                ?damage,
                "closing a session instead of lending it again"
            );
            pooled.close();
            self.core.discard();
        }
    }

    /// Has the device opened again and closes the idle sessions of the lost one.
    fn lost(&self, generation: u64, cause: Option<&Error>) {
        if self.link.lost(generation, cause) {
            for pooled in self.core.drain() {
                pooled.close();
            }
            self.core.forget_ceiling();
        }
    }
}

/// The right to open a session, given back unless it was used.
struct Permit<'a> {
    epoch: &'a Epoch,
    used: bool,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if !self.used {
            self.epoch.core.not_opened();
        }
    }
}

/// A session on loan. It is used as a [`Session`] and goes back to its pool when dropped.
#[must_use = "the session goes back when this is dropped"]
pub struct PooledSession {
    /// `Some` until the loan ends.
    pooled: Option<Box<Pooled>>,
    epoch: Arc<Epoch>,
}

impl Deref for PooledSession {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.pooled.as_ref().expect(LOAN).session
    }
}

impl DerefMut for PooledSession {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.pooled.as_mut().expect(LOAN).session
    }
}

impl fmt::Debug for PooledSession {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("PooledSession")
            .field(&**self)
            .finish()
    }
}

impl Drop for PooledSession {
    fn drop(&mut self) {
        let Some(pooled) = self.pooled.take() else {
            return;
        };
        if pooled.session.handle().is_inherited() {
            // The parent's session, in the child: neither closed nor given back.
            drop(pooled);
            return;
        }
        self.epoch.take_back(pooled);
    }
}

/// What holds until a `PooledSession` is dropped.
const LOAN: &str = "a session on loan is there until the loan ends";
/// The shortest time that a learnt ceiling is believed.
const SHORTEST_RELEARN: Duration = Duration::from_millis(100);
/// Longer than any wait.
const FOREVER: Duration = Duration::from_secs(86_400 * 365);

const _: () = {
    const fn send_and_sync<T: Send + Sync>() {}
    const fn send<T: Send>() {}
    send_and_sync::<SessionPool>();
    send::<PooledSession>();
};
