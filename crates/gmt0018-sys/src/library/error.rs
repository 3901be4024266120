//! What can be wrong with a library, and what to do about it.

use core::fmt::{self, Write as _};
use std::io;
use std::path::{Path, PathBuf};

use crate::library::inspect::Architecture;

/// Why a library was not loaded. The text says what is wrong, with which file, and what to try.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// There is no file at the path, or the system's search does not find the name.
    #[error("{} does not exist; {}", path.display(), missing_advice(path))]
    Missing {
        /// The path or bare name.
        path: PathBuf,
    },
    /// The path is that of a directory.
    #[error("{} is a directory; give the path of the library file in it", path.display())]
    Directory {
        /// The path.
        path: PathBuf,
    },
    /// The path is that of a device, a pipe or a socket.
    #[error("{} is not a regular file; give the path of the library file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The file, or a directory on the way to it, may not be read by this user.
    #[error(
        "{} may not be read by this user; make the file readable and its directories searchable \
         (chmod), or run as a user of the device's group", path.display()
    )]
    Permission {
        /// The path.
        path: PathBuf,
    },
    /// Reading the file failed.
    #[error("{} cannot be read; check the path, the disk and the file system", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is something else than a library of this system.
    #[error("{} is not a library of this system but {kind}; {}", path.display(), kind.advice())]
    NotLibrary {
        /// The path.
        path: PathBuf,
        /// What the file looks like.
        kind: FileKind,
    },
    /// The file starts like a library and is not whole.
    #[error("{} is damaged: {detail}; copy or install it again", path.display())]
    Damaged {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The library is for another processor, word size or byte order.
    #[error(
        "{} is for {found}, and this program is for {expected}; install the vendor's package for \
         {expected}, or use a build of this program for {found}", path.display()
    )]
    OtherArchitecture {
        /// The path.
        path: PathBuf,
        /// What the library is for.
        found: Architecture,
        /// What the running program is for.
        expected: Architecture,
    },
    /// The library needs another one, itself or through a third, that the system does not find.
    #[error(
        "{} needs {dependency}, which is not found; install it, or name its directory in \
         LD_LIBRARY_PATH before the program starts or in /etc/ld.so.conf.d (then run ldconfig); \
         `ldd {}` lists all that is needed",
        path.display(), path.display()
    )]
    UnmetDependency {
        /// The path.
        path: PathBuf,
        /// The file name of the library that is not found.
        dependency: String,
    },
    /// The system's loader refused the library for another reason.
    #[error(
        "the system does not load {}: {message}; ask the vendor for a build for this system",
        path.display()
    )]
    Refused {
        /// The path.
        path: PathBuf,
        /// The loader's words.
        message: String,
    },
    /// The library lacks functions that none can do without, so it is a library of another kind.
    #[error(
        "{} is not a GM/T 0018 library: it does not export {}; give the path of the vendor's SDF \
         library (not of its PKCS #11, SKF or management library)",
        path.display(), names.join(", ")
    )]
    MissingMandatory {
        /// The path.
        path: PathBuf,
        /// The mandatory functions that it lacks.
        names: Vec<&'static str>,
    },
    /// No candidate of a search could be loaded.
    #[error("{}", search_report(tried))]
    NotFound {
        /// What was wrong with each candidate, in the order tried.
        tried: Vec<Self>,
    },
}

impl LoadError {
    /// The path concerned; `None` for a search.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Missing { path }
            | Self::Directory { path }
            | Self::NotAFile { path }
            | Self::Permission { path }
            | Self::Unreadable { path, .. }
            | Self::NotLibrary { path, .. }
            | Self::Damaged { path, .. }
            | Self::OtherArchitecture { path, .. }
            | Self::UnmetDependency { path, .. }
            | Self::Refused { path, .. }
            | Self::MissingMandatory { path, .. } => Some(path),
            Self::NotFound { .. } => None,
        }
    }
}

/// What a file looks like that was taken for a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileKind {
    /// No bytes at all.
    Empty,
    /// A GNU linker script, as some `lib*.so` files of development packages are.
    LinkerScript,
    /// A script for an interpreter.
    Script,
    /// Another text.
    Text,
    /// A static library or another `ar` archive.
    StaticLibrary,
    /// A compressed file or archive.
    Compressed,
    /// An ELF object file that was not linked.
    ObjectFile,
    /// An ELF program.
    Program,
    /// An ELF file of another type, such as a core dump.
    OtherElf,
    /// An ELF library, on a system that has others.
    Elf,
    /// A macOS library or program.
    MachO,
    /// A Windows library or program.
    Pe,
    /// Something else.
    Data,
}

impl FileKind {
    fn advice(self) -> &'static str {
        match self {
            Self::LinkerScript => "give the path of the library that the script names",
            Self::StaticLibrary | Self::ObjectFile => "ask the vendor for the shared library",
            Self::Compressed => "unpack it first",
            Self::Elf | Self::MachO | Self::Pe => "install the vendor's package for this system",
            Self::Empty => "copy or install it again",
            _ => "give the path of the vendor's SDF library",
        }
    }
}

impl fmt::Display for FileKind {
    /// Writes the kind with its article, such as `a Windows library or program`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "an empty file",
            Self::LinkerScript => "a linker script",
            Self::Script => "a script",
            Self::Text => "a text file",
            Self::StaticLibrary => "a static library",
            Self::Compressed => "a compressed file",
            Self::ObjectFile => "an object file",
            Self::Program => "a program",
            Self::OtherElf => "an ELF file of another type",
            Self::Elf => "a Linux or Unix library or program",
            Self::MachO => "a macOS library or program",
            Self::Pe => "a Windows library or program",
            Self::Data => "unknown data",
        })
    }
}

/// Sorts what the system's loader says of a file that looked right.
///
/// The words after the first colon are translated in some locales; what stands before it is not:
/// the bare name of a library that was not found, or the full path of one that was.
pub(super) fn refusal(path: &Path, bare: bool, message: &str) -> LoadError {
    let path = path.to_owned();
    let message = message
        .strip_prefix("Error loading shared library ")
        .unwrap_or(message); // musl
    let name = message.split_once(": ").map_or("", |(name, _)| name);
    let file = Path::new(name);
    let is_name_of_library = name.contains(".so") && !name.contains(['/', ' ']);
    let is_lost_path = file.is_absolute() && file != path && !file.exists();
    if bare && file == path {
        LoadError::Missing { path }
    } else if is_name_of_library || is_lost_path {
        LoadError::UnmetDependency {
            path,
            dependency: name.to_owned(),
        }
    } else {
        LoadError::Refused {
            path,
            message: message.to_owned(),
        }
    }
}

fn missing_advice(path: &Path) -> &'static str {
    if super::is_bare(path) {
        "the system's search does not find the name: give the whole path, install the library, or \
         name its directory in LD_LIBRARY_PATH before the program starts"
    } else {
        "check the path, or install the vendor's library"
    }
}

/// Tells what was wrong with each candidate: the files that there were first, then the places where
/// there was none.
fn search_report(tried: &[LoadError]) -> String {
    let mut report =
        "no GM/T 0018 library could be loaded; give the path of the vendor's library".to_owned();
    let (missing, refused): (Vec<_>, Vec<_>) = tried
        .iter()
        .partition(|error| matches!(error, LoadError::Missing { .. }));
    for error in refused {
        // Writing to a String does not fail.
        let _ = write!(report, "\n  {error}");
    }
    if !missing.is_empty() {
        report.push_str("\n  none at:");
        for path in missing.iter().filter_map(|error| error.path()) {
            let _ = write!(report, " {}", path.display());
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dependency(message: &str) -> Option<String> {
        match refusal(Path::new("/opt/card/libgmt0018.so"), false, message) {
            LoadError::UnmetDependency { dependency, .. } => Some(dependency),
            LoadError::Refused { .. } => None,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_missing_dependency_is_read_from_the_loaders_words() {
        for message in [
            // glibc, in English and in Chinese
            "libcomm.so.2: cannot open shared object file: No such file or directory",
            "libcomm.so.2: 无法打开共享目标文件: 没有那个文件或目录",
            // musl
            "Error loading shared library libcomm.so.2: No such file or directory \
             (needed by /opt/card/libgmt0018.so)",
        ] {
            assert_eq!(
                dependency(message).as_deref(),
                Some("libcomm.so.2"),
                "{message}"
            );
        }
    }

    #[test]
    fn other_words_are_passed_on() {
        for message in [
            "/opt/card/libgmt0018.so: undefined symbol: usb_open",
            "/opt/card/libgmt0018.so: cannot open shared object file: Permission denied",
            "/opt/card/libgmt0018.so: failed to map segment from shared object",
            "Error relocating /opt/card/libgmt0018.so: usb_open: symbol not found",
            "Dynamic loading not supported",
            "",
        ] {
            assert_eq!(dependency(message), None, "{message}");
        }
    }
}
