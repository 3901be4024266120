//! The library's state: open stores, devices, sessions, and cards registered in memory.
//!
//! It is made at the first call and never freed. A child made by `fork` gets a fresh one: the
//! inherited locks may be held by threads that do not exist there, so they are never touched again,
//! and every inherited handle is unknown.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex};

use gmt0018_softcard::store::{Options, Store};
use gmt0018_softcard::{Card, CardError, Session};
use gmt0018_sys::Handle;

use crate::entry::silence_caught_panics;
use crate::fork::on_fork;
use crate::handle::{Kind, Table, lock};

/// Everything that handles name.
pub(crate) struct World {
    devices: Table<Device>,
    sessions: Table<OpenSession>,
    cards: Mutex<HashMap<Name, Arc<OpenCard>>>,
    registered: Mutex<HashMap<OsString, Card>>,
}

/// One successful `SDF_OpenDevice`.
struct Device(Arc<OpenCard>);

/// How a card was opened.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Name {
    Directory(PathBuf),
    Registered(OsString),
}

/// A card with at least one device handle.
struct OpenCard {
    name: Name,
    card: Card,
    /// Device handles; changed under the lock of `World::cards` only.
    handles: AtomicUsize,
    closed: AtomicBool,
}

impl OpenCard {
    fn new(name: Name, card: Card) -> Arc<Self> {
        let (handles, closed) = (AtomicUsize::new(0), AtomicBool::new(false));
        Arc::new(Self {
            name,
            card,
            handles,
            closed,
        })
    }
}

struct OpenSession {
    card: Arc<OpenCard>,
    session: Mutex<Session>,
}

impl World {
    /// The state of this process.
    pub(crate) fn current() -> Result<&'static Self, CardError> {
        let world = WORLD.load(Ordering::Acquire);
        if world.is_null() {
            return Self::create();
        }
        // SAFETY: a non-null value of `WORLD` came from `Box::into_raw` in `create` and is never
        // freed; the Acquire load above pairs with the Release store there.
        Ok(unsafe { &*world })
    }

    #[cold]
    fn create() -> Result<&'static Self, CardError> {
        static HANDLER: AtomicBool = AtomicBool::new(false);
        // Two threads may both install the handler, which does no harm.
        if !HANDLER.load(Ordering::Acquire) {
            if !on_fork(forget_after_fork) {
                return Err(CardError::Internal("no fork handler could be installed"));
            }
            HANDLER.store(true, Ordering::Release);
        }
        silence_caught_panics();
        let fresh = Box::into_raw(Box::new(Self {
            devices: Table::new(Kind::Device),
            sessions: Table::new(Kind::Session),
            cards: Mutex::new(HashMap::new()),
            registered: Mutex::new(HashMap::new()),
        }));
        let null = ptr::null_mut();
        match WORLD.compare_exchange(null, fresh, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: `fresh` is a valid, unaliased allocation that is never freed from now on.
            Ok(_) => Ok(unsafe { &*fresh }),
            Err(first) => {
                // SAFETY: `fresh` came from `Box::into_raw` above and was not published.
                drop(unsafe { Box::from_raw(fresh) });
                // SAFETY: as in `current`; the failed exchange loaded it with Acquire.
                Ok(unsafe { &*first })
            }
        }
    }

    /// Opens the default store.
    pub(crate) fn open_default_device(&self) -> Result<Handle, CardError> {
        self.open_device(&Store::default_directory()?, true)
    }

    /// Opens the store in `path`, or the card registered under that name.
    pub(crate) fn open_device_at(&self, path: &Path) -> Result<Handle, CardError> {
        self.open_device(path, false)
    }

    fn open_device(&self, path: &Path, create: bool) -> Result<Handle, CardError> {
        let registered = lock(&self.registered).get(path.as_os_str()).cloned();
        let name = match &registered {
            Some(_) => Name::Registered(path.as_os_str().to_owned()),
            None => Name::Directory(canonical(path, create)?),
        };
        let mut cards = lock(&self.cards);
        let healthy = cards.get(&name).filter(|open| open.card.is_operational());
        let open = match (healthy, registered, &name) {
            (Some(open), ..) => Arc::clone(open),
            (None, Some(card), _) if card.is_operational() => OpenCard::new(name.clone(), card),
            (None, Some(card), _) => OpenCard::new(name.clone(), card.restart()?),
            (None, None, Name::Directory(directory)) => {
                OpenCard::new(name.clone(), Card::open(directory)?)
            }
            (None, None, Name::Registered(_)) => return Err(CardError::Internal("a lost card")),
        };
        let handle = self.devices.insert(Arc::new(Device(Arc::clone(&open))));
        let handle = handle.ok_or(CardError::TooManySessions)?;
        cards.insert(name, Arc::clone(&open));
        open.handles.fetch_add(1, Ordering::Relaxed);
        Ok(to_pointer(handle))
    }

    /// Closes a device handle; the last one of a card closes the sessions that were left open.
    pub(crate) fn close_device(&self, device: Handle) -> Result<(), CardError> {
        let device = self.devices.remove(device.addr()).ok_or(BAD_DEVICE)?;
        let card = &device.0;
        let mut cards = lock(&self.cards);
        if card.handles.fetch_sub(1, Ordering::Relaxed) != 1 {
            return Ok(());
        }
        card.closed.store(true, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        // A card in its error state may have been replaced under its name.
        if cards
            .get(&card.name)
            .is_some_and(|open| Arc::ptr_eq(open, card))
        {
            cards.remove(&card.name);
        }
        drop(cards);
        self.sessions
            .remove_where(|session| Arc::ptr_eq(&session.card, card));
        Ok(())
    }

    /// Opens a session on a device.
    pub(crate) fn open_session(&self, device: Handle) -> Result<Handle, CardError> {
        let device = self.devices.find(device.addr()).ok_or(BAD_DEVICE)?;
        let card = Arc::clone(&device.0);
        let session = Mutex::new(card.card.session()?);
        let session = Arc::new(OpenSession {
            card: Arc::clone(&card),
            session,
        });
        let handle = self
            .sessions
            .insert(session)
            .ok_or(CardError::TooManySessions)?;
        // The last device handle may have been closed meanwhile, before this session was there to
        // be found. The fences order "insert, then look at `closed`" against "close, then sweep".
        fence(Ordering::SeqCst);
        if card.closed.load(Ordering::SeqCst) {
            self.sessions.remove(handle);
            return Err(BAD_DEVICE);
        }
        Ok(to_pointer(handle))
    }

    /// Closes a session; a call that is using it in another thread still ends well.
    pub(crate) fn close_session(&self, session: Handle) -> Result<(), CardError> {
        self.sessions
            .remove(session.addr())
            .map(drop)
            .ok_or(BAD_SESSION)
    }

    /// Makes `card` known to `SDF_OpenDeviceWithPath` under `name`.
    pub(crate) fn register(&self, name: OsString, card: Card) {
        lock(&self.registered).insert(name, card);
    }

    /// Forgets a name; devices and sessions that are open stay so.
    pub(crate) fn unregister(&self, name: &OsStr) {
        let card = lock(&self.registered).remove(name);
        drop(card);
    }
}

/// Runs `body` on the session that `handle` names; another thread's call on it waits.
pub(crate) fn with_session<R>(
    handle: Handle,
    body: impl FnOnce(&mut Session) -> Result<R, CardError>,
) -> Result<R, CardError> {
    let open = World::current()?
        .sessions
        .find(handle.addr())
        .ok_or(BAD_SESSION)?;
    let mut session = lock(&open.session);
    body(&mut session)
}

/// In a child made by `fork`: forgets the state, and only that, as no lock may be taken here.
extern "C" fn forget_after_fork() {
    WORLD.store(ptr::null_mut(), Ordering::Release);
}

/// A handle as C sees it.
pub(crate) const fn to_pointer(handle: usize) -> Handle {
    ptr::without_provenance_mut(handle)
}

/// One name for one directory.
fn canonical(path: &Path, create: bool) -> Result<PathBuf, CardError> {
    if create {
        Store::open_or_create(path, Options::default()).map(drop)?;
    }
    Ok(path.canonicalize().unwrap_or_else(|_| path.to_owned()))
}

static WORLD: AtomicPtr<World> = AtomicPtr::new(ptr::null_mut());

const BAD_DEVICE: CardError = CardError::Argument("the device handle names no open device");
const BAD_SESSION: CardError = CardError::Argument("the session handle names no open session");
