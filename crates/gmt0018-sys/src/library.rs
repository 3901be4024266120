//! Finding and loading a vendor's library.

use core::ffi::c_void;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use crate::functions::Functions;
use crate::symbol::{MANDATORY, Symbol};

mod error;
mod inspect;
mod search;

pub use error::{FileKind, LoadError};
pub use inspect::Architecture;
pub use search::candidates;

/// A loaded GM/T 0018 library with the addresses of its functions.
///
/// It stays loaded until the process ends, even after this value is dropped: vendors' libraries
/// start threads and leave exit handlers behind, which would run in memory that is gone, and copies
/// of [`Functions`] would dangle.
///
/// ```
/// use gmt0018_sys::{Library, LoadError};
/// use std::path::Path;
///
/// // SAFETY: there is no such file, so nothing is loaded.
/// let error = unsafe { Library::open(Path::new("/no/such/libgmt0018.so")) }.unwrap_err();
/// assert!(matches!(error, LoadError::Missing { .. }));
/// ```
#[derive(Clone, Debug)]
pub struct Library {
    path: PathBuf,
    functions: Functions,
}

impl Library {
    /// Loads the library at `path`; a bare file name is left to the system's search, and never
    /// found in the current directory.
    ///
    /// The file is looked at first, so that the usual mistakes get an answer that is more use than
    /// the system's. Symbols are bound at once and kept local (`RTLD_NOW | RTLD_LOCAL`).
    ///
    /// # Errors
    ///
    /// A [`LoadError`] for each thing that can be wrong with the file, and
    /// [`LoadError::MissingMandatory`] if it is a library of another kind.
    ///
    /// # Safety
    ///
    /// Loading runs the initialisers of the library and of all it depends on, which can do
    /// anything: the file must be a library that may be trusted with the process, and not change
    /// while it is loaded. What it exports under the names of [`SYMBOLS`] must have this crate's
    /// prototypes, or be called only through the field for the second prototype that it has.
    ///
    /// [`SYMBOLS`]: crate::SYMBOLS
    pub unsafe fn open(path: &Path) -> Result<Self, LoadError> {
        let bare = is_bare(path);
        if !bare {
            inspect::inspect(path)?;
        }
        // SAFETY: the caller trusts the library's initialisers.
        let library =
            unsafe { load(path) }.map_err(|error| error::refusal(path, bare, &describe(&error)))?;
        // Never unloaded; the documentation of the type says why.
        let library = ManuallyDrop::new(library);
        // SAFETY: the caller says that the functions have this crate's prototypes, and they stay as
        // the library stays.
        let functions = unsafe { Functions::from_addresses(|name| address(&library, name)) };
        let names: Vec<_> = MANDATORY
            .into_iter()
            .filter(|name| !functions.has(name))
            .collect();
        if names.is_empty() {
            Ok(Self {
                path: path.to_owned(),
                functions,
            })
        } else {
            Err(LoadError::MissingMandatory {
                path: path.to_owned(),
                names,
            })
        }
    }

    /// Loads the first of the [`candidates`] that can be loaded: the usual names in the usual
    /// directories, then the names alone.
    ///
    /// # Errors
    ///
    /// [`LoadError::NotFound`] with what was wrong with each candidate.
    ///
    /// # Safety
    ///
    /// As for [`open`](Self::open), for the first file there is and for those after it that are
    /// tried because it was refused.
    pub unsafe fn search() -> Result<Self, LoadError> {
        // SAFETY: the caller trusts every candidate.
        unsafe { Self::open_first(candidates()) }
    }

    /// Loads the first of several paths that can be loaded.
    ///
    /// # Errors
    ///
    /// [`LoadError::NotFound`] with what was wrong with each path.
    ///
    /// # Safety
    ///
    /// As for [`open`](Self::open), for each of the paths.
    pub unsafe fn open_first(paths: impl IntoIterator<Item = PathBuf>) -> Result<Self, LoadError> {
        let mut tried = Vec::new();
        for path in paths {
            // SAFETY: the caller trusts every path.
            match unsafe { Self::open(&path) } {
                Ok(library) => return Ok(library),
                Err(error) => tried.push(error),
            }
        }
        Err(LoadError::NotFound { tried })
    }

    /// The path or bare name that was loaded.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The functions that the library has.
    #[must_use]
    pub fn functions(&self) -> &Functions {
        &self.functions
    }

    /// Says whether the library exports the function `name`; false for every name that is not in
    /// [`SYMBOLS`](crate::SYMBOLS).
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.functions.has(name)
    }

    /// The functions of the standard and the usual extensions that the library lacks; never a
    /// mandatory one.
    pub fn missing(&self) -> impl Iterator<Item = &'static Symbol> {
        self.functions.missing()
    }
}

/// Says whether `path` is only a file name, which the system's loader looks for in its own
/// directories.
fn is_bare(path: &Path) -> bool {
    path.file_name() == Some(path.as_os_str())
}

/// Loads the library, binding all symbols at once and keeping them out of other libraries' reach.
///
/// # Safety
///
/// The library's initialisers run.
#[cfg(unix)]
unsafe fn load(path: &Path) -> Result<libloading::Library, libloading::Error> {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
    // SAFETY: the caller trusts the initialisers.
    unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }.map(Into::into)
}

/// Loads the library.
///
/// # Safety
///
/// The library's initialisers run.
#[cfg(not(unix))]
unsafe fn load(path: &Path) -> Result<libloading::Library, libloading::Error> {
    // SAFETY: the caller trusts the initialisers.
    unsafe { libloading::Library::new(path) }
}

/// The system's own words, without those that libloading puts before them.
fn describe(error: &libloading::Error) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(|| error.to_string(), ToString::to_string)
}

/// The address of a symbol, or null.
fn address(library: &libloading::Library, name: &str) -> *mut c_void {
    // SAFETY: the address is only copied here; the type that it is used at is the caller's promise.
    let symbol = unsafe { library.get::<*mut c_void>(name) };
    symbol.map_or(core::ptr::null_mut(), |symbol| *symbol)
}
