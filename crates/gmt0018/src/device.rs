//! Device management (GM/T 0018 clause 6.2): opening the device, and what it says about itself.

mod info;

use std::{
    ffi::CString,
    fmt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

pub use info::DeviceInfo;

use crate::{
    Dialect, Error, InputError, Module, Open, Session,
    call::{DeviceHandle, Place, Process},
    function::Function,
    module::{Found, Ticket},
};

/// An open device. A clone is another reference; the device is closed when the last reference and the last session are gone.
///
/// ```
/// use gmt0018::{Device, Dialect, Module, Open};
/// use gmt0018_soft::EphemeralCard;
///
/// let card = EphemeralCard::new()?;
/// let module = Module::from_functions("software card", gmt0018_soft::functions());
/// let dialect = Dialect::STANDARD.with_open(Open::WithPath(card.path().into()));
/// let device = Device::open(&module, &dialect)?;
/// let again = Device::open(&module, &dialect)?;
/// assert_eq!(module.call_count(gmt0018::Function::OpenDeviceWithPath), 1);
/// # drop((device, again));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Device {
    opened: Arc<Opened>,
    dialect: Arc<Dialect>,
}

impl Device {
    /// Opens the device of a module, or gives the one that is open already under the same [`Open`].
    ///
    /// # Errors
    /// When the library cannot open it, or lacks the call that the dialect names.
    pub fn open(module: &Module, dialect: &Dialect) -> Result<Self, Error> {
        let opened = match module.devices().find(&dialect.open) {
            Found::Open(opened) => opened,
            Found::Absent(ticket) => match Opened::open(module, dialect, ticket) {
                Ok(opened) => {
                    let opened = Arc::new(opened);
                    module.devices().opened(ticket, Arc::downgrade(&opened));
                    opened
                }
                Err(error) => {
                    module.devices().forget(ticket);
                    return Err(error);
                }
            },
        };
        Ok(Self {
            opened,
            dialect: Arc::new(dialect.clone()),
        })
    }

    /// Opens a session. It keeps the device open.
    ///
    /// # Errors
    /// When the library gives none, for instance because it has no more of them.
    pub fn session(&self) -> Result<Session, Error> {
        Session::open(self)
    }

    /// Gives the module.
    #[must_use]
    pub fn module(&self) -> &Module {
        &self.opened.module
    }

    /// Gives the dialect that sessions of this device speak.
    #[must_use]
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    pub(crate) fn handle(&self) -> &DeviceHandle {
        &self.opened.handle
    }

    /// Lets the next [`Device::open`] open the device again, while the sessions of this one live on.
    pub(crate) fn abandon(&self) {
        self.opened.forget();
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Opened { handle, module, .. } = &*self.opened;
        formatter
            .debug_tuple("Device")
            .field(&module.name())
            .field(&handle.number())
            .finish()
    }
}

/// The device as the library opened it.
#[derive(Debug)]
pub(crate) struct Opened {
    handle: DeviceHandle,
    module: Module,
    ticket: Ticket,
    listed: AtomicBool,
}

impl Opened {
    fn open(module: &Module, dialect: &Dialect, ticket: Ticket) -> Result<Self, Error> {
        let raw = module.raw();
        let mut place = Place::new();
        let function = match &dialect.open {
            Open::Plain => {
                raw.open_device(&Process, &mut place)?;
                Function::OpenDevice
            }
            Open::WithPath(path) => {
                raw.open_device_with_path(&Process, &c_path(path)?, &mut place)?;
                Function::OpenDeviceWithPath
            }
            Open::WithConf(path) => {
                raw.open_device_with_conf(&Process, &c_path(path)?, &mut place)?;
                Function::OpenDeviceWithConf
            }
        };
        let handle = DeviceHandle::new(&place, function)?;
        Ok(Self {
            handle,
            module: module.clone(),
            ticket,
            listed: AtomicBool::new(true),
        })
    }

    fn forget(&self) {
        if self.listed.swap(false, Ordering::Relaxed) {
            self.module.devices().forget(self.ticket);
        }
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        // The device of a parent process is the parent's to close, and so is its registry.
        if self.handle.is_inherited() {
            return;
        }
        if let Err(error) = self.module.raw().close_device(&self.handle) {
            tracing::warn!(device = self.handle.number(), %error, "closing the device failed");
        }
        self.forget();
    }
}

/// A path as a C string.
fn c_path(path: &Path) -> Result<CString, InputError> {
    let text = path.to_str().ok_or(InputError::PathNotUtf8)?;
    CString::new(text).map_err(|_| InputError::ZeroByteInPath)
}

const _: () = {
    const fn send_and_sync<T: Send + Sync>() {}
    send_and_sync::<Device>();
    send_and_sync::<Module>();
};
