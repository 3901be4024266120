//! Sessions (GM/T 0018 clause 6.2): random numbers, and access rights to private keys.

use std::{
    cell::RefCell,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use gmt0018_sys::Handle;
use sm2_signing::ErrorKind;

use crate::{
    Device, Dialect, Error, KeyIndex, Pin,
    call::{KeyHandle, Place, Raw, SessionHandle, forks},
    dialect::KeysWithoutPin,
    return_code::Damage,
};

/// A session with a device: what operations, access rights and session keys belong to.
///
/// It can move to another thread but not be used by two at once; multi-part operations borrow it `&mut`, so that there is
/// one at most. It keeps its device open, and is closed when dropped.
///
/// ```
/// # use gmt0018::{Dialect, Module, Open};
/// # let card = gmt0018_soft::EphemeralCard::new()?;
/// # let module = Module::from_functions("software card", gmt0018_soft::functions());
/// # let device = module.device(&Dialect::STANDARD.with_open(Open::WithPath(card.path().into())))?;
/// let session = device.session()?;
/// drop(device);
/// assert_eq!(session.sm3(b"abc")?[..4], [0x66, 0xc7, 0xf0, 0xf4]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Session {
    handle: SessionHandle,
    rights: RefCell<Vec<Right>>,
    bin: Arc<Bin>,
    device: Device,
}

impl Session {
    pub(crate) fn open(device: &Device) -> Result<Self, Error> {
        let mut place = Place::new();
        device
            .module()
            .raw()
            .open_session(device.handle(), &mut place)?;
        let handle = SessionHandle::new(&place)?;
        Ok(Self {
            handle,
            rights: RefCell::default(),
            bin: Arc::new(Bin::new()),
            device: device.clone(),
        })
    }

    /// Fills a buffer with random bytes of the device, in calls of at most [`Dialect::random_chunk`] bytes.
    ///
    /// # Errors
    /// When a call fails; the buffer is then all zero.
    pub fn fill_random(&self, bytes: &mut [u8]) -> Result<(), Error> {
        bytes.fill(0);
        let chunk = usize::try_from(self.dialect().random_chunk)
            .unwrap_or(usize::MAX)
            .max(1);
        for part in bytes.chunks_mut(chunk) {
            if let Err(error) = self.raw().generate_random(&self.handle, part) {
                bytes.fill(0);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Gives `length` random bytes of the device.
    ///
    /// # Errors
    /// When a call fails.
    pub fn random(&self, length: usize) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![0; length];
        self.fill_random(&mut bytes)?;
        Ok(bytes)
    }

    /// Gains the right to use the private keys at `index`, until the guard is dropped.
    ///
    /// # Errors
    /// When the card refuses: the password is wrong, or there is no such key.
    pub fn access(&self, index: KeyIndex, pin: &Pin) -> Result<KeyAccess<'_>, Error> {
        self.raw()
            .access_right(&self.handle, index.value(), pin.as_bytes())?;
        let mut rights = self.rights.borrow_mut();
        match rights.iter_mut().find(|right| right.index == index) {
            Some(right) => right.guards = right.guards.saturating_add(1),
            None => rights.push(Right {
                index,
                guards: 1,
                kept: false,
            }),
        }
        drop(rights);
        Ok(KeyAccess {
            session: self,
            index,
        })
    }

    /// Tells whether this session holds the access right to the private keys at `index`.
    #[must_use]
    pub fn has_access(&self, index: KeyIndex) -> bool {
        self.rights
            .borrow()
            .iter()
            .any(|right| right.index == index)
    }

    /// Gains the right to use the private keys at `index` and keeps it until the session is closed.
    ///
    /// A right that is held already is not asked for again. Without a password the dialect says what to do.
    ///
    /// # Errors
    /// When the card refuses: the password is wrong, or there is no such key.
    pub fn keep_access(&self, index: KeyIndex, pin: Option<&Pin>) -> Result<(), Error> {
        if self
            .rights
            .borrow()
            .iter()
            .any(|right| right.index == index && right.kept)
        {
            return Ok(());
        }
        self.renew_access(index, pin)
    }

    /// Shows the password to the card, whether or not the right is held, and keeps the right.
    pub(crate) fn renew_access(&self, index: KeyIndex, pin: Option<&Pin>) -> Result<(), Error> {
        match (pin, self.dialect().keys_without_pin) {
            (Some(pin), _) => {
                self.raw()
                    .access_right(&self.handle, index.value(), pin.as_bytes())?;
            }
            (None, KeysWithoutPin::AskWithEmptyPassword) => {
                self.raw().access_right(&self.handle, index.value(), &[])?;
            }
            (None, KeysWithoutPin::UseDirectly) => return Ok(()),
        }
        let mut rights = self.rights.borrow_mut();
        match rights.iter_mut().find(|right| right.index == index) {
            Some(right) => right.kept = true,
            None => rights.push(Right {
                index,
                guards: 0,
                kept: true,
            }),
        }
        Ok(())
    }

    /// Forgets a right that the card turned out not to know any more.
    pub(crate) fn forget_access(&self, index: KeyIndex) {
        self.rights
            .borrow_mut()
            .retain(|right| right.index != index);
    }

    /// Gives the device.
    #[must_use]
    pub const fn device(&self) -> &Device {
        &self.device
    }

    /// Gives the library's own handle, for calls that this crate does not wrap.
    ///
    /// It is good while this session lives, in one thread at a time.
    #[must_use]
    pub const fn raw_handle(&self) -> Handle {
        self.handle.raw()
    }

    pub(crate) fn dialect(&self) -> &Dialect {
        self.device.dialect()
    }

    pub(crate) fn raw(&self) -> &Raw {
        self.device.module().raw()
    }

    pub(crate) const fn handle(&self) -> &SessionHandle {
        &self.handle
    }

    pub(crate) const fn bin(&self) -> &Arc<Bin> {
        &self.bin
    }

    /// What failed calls have said about this session; a doubt is settled by asking the card.
    pub(crate) fn health(&self) -> Damage {
        if self.handle.damage() == Damage::Doubt {
            let mut probe = [0];
            match self.raw().generate_random(&self.handle, &mut probe) {
                Err(error) if error.kind() != ErrorKind::Unsupported => {
                    self.handle.harm(Damage::Session);
                }
                _ => self.handle.clear_doubt(),
            }
        }
        self.handle.damage()
    }

    /// Whether no call has said that this session is lost.
    pub(crate) fn is_usable(&self) -> bool {
        self.handle.damage() < Damage::Session
    }

    /// Destroys the session keys whose owners are gone.
    pub(crate) fn sweep(&self) {
        for key in self.bin.take() {
            if let Err(error) = self.raw().destroy_key(&self.handle, &key) {
                tracing::debug!(session = self.handle.number(), %error, "destroying a session key failed");
            }
        }
    }

    fn release(&self, index: KeyIndex) {
        if let Err(error) = self.raw().release_right(&self.handle, index.value()) {
            tracing::debug!(session = self.handle.number(), %index, %error, "releasing an access right failed");
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Session")
            .field(&self.handle.number())
            .finish()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The session of a parent process is the parent's to close.
        if self.handle.is_inherited() {
            return;
        }
        // On a session that the card has lost, each call could wait for a time-out.
        if self.is_usable() {
            self.sweep();
            for right in self.rights.take() {
                self.release(right.index);
            }
        }
        if let Err(error) = self.raw().close_session(&self.handle) {
            tracing::debug!(session = self.handle.number(), %error, "closing the session failed");
        }
    }
}

/// The right to use the private keys at an index, for as long as this guard lives.
///
/// ```
/// # use gmt0018::{Dialect, Module, Open};
/// # let card = gmt0018_soft::EphemeralCard::new()?;
/// # let module = Module::from_functions("software card", gmt0018_soft::functions());
/// # let device = module.device(&Dialect::STANDARD.with_open(Open::WithPath(card.path().into())))?;
/// use gmt0018::{KeyIndex, Pin};
///
/// let session = device.session()?;
/// let denied = session.access(KeyIndex::new(1), &Pin::new("no such key")?);
/// assert!(denied.is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "the access right is released when this guard is dropped"]
pub struct KeyAccess<'a> {
    session: &'a Session,
    index: KeyIndex,
}

impl KeyAccess<'_> {
    /// Gives the index of the keys.
    #[must_use]
    pub const fn index(&self) -> KeyIndex {
        self.index
    }
}

impl Drop for KeyAccess<'_> {
    fn drop(&mut self) {
        let mut rights = self.session.rights.borrow_mut();
        let Some(right) = rights.iter_mut().find(|right| right.index == self.index) else {
            return;
        };
        right.guards = right.guards.saturating_sub(1);
        if right.guards == 0 && !right.kept {
            rights.retain(|right| right.index != self.index);
            drop(rights);
            self.session.release(self.index);
        }
    }
}

/// An access right that the session holds.
#[derive(Debug)]
struct Right {
    index: KeyIndex,
    /// How many guards stand for it.
    guards: usize,
    /// Whether it stays until the session is closed.
    kept: bool,
}

/// The session keys whose owners are gone; the session destroys them at its next chance.
#[derive(Debug)]
pub(crate) struct Bin {
    keys: Mutex<Vec<KeyHandle>>,
    forks: u64,
}

impl Bin {
    fn new() -> Self {
        Self {
            keys: Mutex::default(),
            forks: forks::count(),
        }
    }

    pub(crate) fn put(&self, key: KeyHandle) {
        // In a child the lock may be held by a thread that is not there, and the key is the parent's.
        if self.forks == forks::count() {
            self.keys
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(key);
        }
    }

    fn take(&self) -> Vec<KeyHandle> {
        std::mem::take(&mut self.keys.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

const _: () = {
    const fn send<T: Send>() {}
    send::<Session>();

    // Not Sync: two blanket implementations would both apply to a Sync type, and this would not compile.
    trait NotSync<A> {
        const YES: () = ();
    }
    struct IfSync;
    impl<T: ?Sized> NotSync<()> for T {}
    impl<T: ?Sized + Sync> NotSync<IfSync> for T {}
    let () = <Session as NotSync<_>>::YES;
};
