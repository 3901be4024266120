//! A GM/T 0018 library in this process, loaded or built in.

mod registry;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use gmt0018_sys::{Functions, Library, SYMBOLS};

use crate::{Device, Dialect, Error, Function, call, call::Raw, per_process::PerProcess};
pub(crate) use registry::{Found, Registry, Ticket};

/// A GM/T 0018 library: loaded from a file, or a table of functions of this process.
///
/// A clone is another reference to the same library. A library is loaded once per process and never unloaded: vendors'
/// threads keep running in it.
///
/// ```
/// use gmt0018::{Dialect, Module, Open};
/// use gmt0018_soft::EphemeralCard;
///
/// let card = EphemeralCard::new()?;
/// let module = Module::from_functions("software card", gmt0018_soft::functions());
/// let device = module.device(&Dialect::STANDARD.with_open(Open::WithPath(card.path().into())))?;
/// assert_eq!(device.session()?.random(32)?.len(), 32);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Module {
    shared: Arc<Shared>,
}

struct Shared {
    name: String,
    path: Option<PathBuf>,
    raw: Raw,
    devices: PerProcess<Registry>,
    /// Keeps the code of the functions in `raw` mapped.
    _library: Option<Library>,
}

impl Module {
    /// Loads the library at `path`, or finds it loaded already.
    ///
    /// The library's code runs in this process: name only files that you trust to be GM/T 0018 libraries.
    ///
    /// # Errors
    /// When the file is missing, not a library, for another machine, not readable, has unmet dependencies or lacks one of the
    /// four functions that open and close devices and sessions: each says so.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let known = |path: &Path| {
            let loaded = LOADED
                .here(Mutex::default)
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            loaded
                .iter()
                .find(|module| module.path() == Some(path))
                .cloned()
        };
        let canonical = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        if let Some(module) = known(&canonical) {
            return Ok(module);
        }
        let library = call::load(path).map_err(Arc::new)?;
        Ok(Self::loaded(library))
    }

    /// Loads the first library found under the platform's names in the directories where users put them.
    ///
    /// # Errors
    /// When none could be loaded; the error names every path tried and what was wrong with it.
    pub fn search() -> Result<Self, Error> {
        let library = call::search().map_err(Arc::new)?;
        Ok(Self::loaded(library))
    }

    /// Uses functions of this process, such as the software card's.
    ///
    /// The functions must be true to the prototypes and the meaning of GM/T 0018, as those of a loaded library must be: a
    /// null check or a length that a function gets wrong is as harmful here as there.
    #[must_use]
    pub fn from_functions(name: impl Into<String>, functions: Functions) -> Self {
        Self::new(name.into(), None, functions, None)
    }

    fn loaded(library: Library) -> Self {
        let path = library.path().to_path_buf();
        let path = path.canonicalize().unwrap_or(path);
        let functions = *library.functions();
        let mut loaded = LOADED
            .here(Mutex::default)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = loaded.iter().find(|module| module.path() == Some(&path)) {
            return module.clone();
        }
        let module = Self::new(
            path.display().to_string(),
            Some(path),
            functions,
            Some(library),
        );
        loaded.push(module.clone());
        module
    }

    fn new(
        name: String,
        path: Option<PathBuf>,
        functions: Functions,
        library: Option<Library>,
    ) -> Self {
        let raw = Raw::new(functions);
        let devices = PerProcess::now(Registry::new());
        Self {
            shared: Arc::new(Shared {
                name,
                path,
                raw,
                devices,
                _library: library,
            }),
        }
    }

    /// Opens the device, or gives the one that is open already: some libraries refuse to open it twice.
    ///
    /// # Errors
    /// When the library cannot open it, or lacks the call that the dialect names.
    pub fn device(&self, dialect: &Dialect) -> Result<Device, Error> {
        Device::open(self, dialect)
    }

    /// Gives the name: the path of a loaded library, or the one passed to [`Module::from_functions`].
    #[must_use]
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Gives the path of a loaded library.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.shared.path.as_deref()
    }

    /// Gives the raw functions, for what this crate does not wrap: RSA, SM9, VPN and vendors' calls.
    #[must_use]
    pub fn functions(&self) -> &Functions {
        self.shared.raw.functions()
    }

    /// Names the functions of GM/T 0018 that the library does not export, in the order of the standard.
    pub fn missing(&self) -> impl Iterator<Item = &'static str> + use<> {
        let functions = *self.functions();
        SYMBOLS
            .iter()
            .map(|symbol| symbol.name)
            .filter(move |name| !functions.has(name))
    }

    /// Counts the library calls made so far through this crate, in all threads.
    #[must_use]
    pub fn calls(&self) -> u64 {
        Function::ALL.iter().fold(0, |sum, function| {
            sum.wrapping_add(self.call_count(*function))
        })
    }

    /// Counts the calls of one function.
    #[must_use]
    pub fn call_count(&self, function: Function) -> u64 {
        self.shared.raw.count(function)
    }

    pub(crate) fn raw(&self) -> &Raw {
        &self.shared.raw
    }

    /// The devices that this process has open.
    pub(crate) fn devices(&self) -> &Registry {
        self.shared.devices.here(Registry::new)
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Module")
            .field(&self.shared.name)
            .finish()
    }
}

/// The libraries loaded by this process.
static LOADED: PerProcess<Mutex<Vec<Module>>> = PerProcess::new(Mutex::new(Vec::new()));
