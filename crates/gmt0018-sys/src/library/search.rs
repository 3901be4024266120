//! Where libraries are looked for when no path is given.

use std::path::{Path, PathBuf};

/// File names without prefix and suffix: FISCO BCOS's, Sansec's, the plain one, openHiTLS's. Not
/// those of software cards: a program that finds no card must not sign with another key.
const NAMES: [&str; 4] = ["gmt0018", "swsds", "sdf", "sdfx"];

/// Gives the paths that [`Library::search`](crate::Library::search) tries, in order: each name in
/// each directory, then the bare names, which the system's loader looks for in its own way.
///
/// ```
/// let candidates = gmt0018_sys::candidates();
/// assert!(candidates.iter().any(|path| path.to_string_lossy().contains("gmt0018")));
/// ```
#[must_use]
pub fn candidates() -> Vec<PathBuf> {
    let files = NAMES.map(|name| {
        format!(
            "{}{name}{}",
            std::env::consts::DLL_PREFIX,
            std::env::consts::DLL_SUFFIX
        )
    });
    let in_directories = files.iter().flat_map(|file| {
        directories()
            .into_iter()
            .map(move |directory| directory.join(file))
    });
    in_directories
        .chain(files.iter().map(PathBuf::from))
        .collect()
}

/// The directories that vendors' installers use, the local ones first.
#[cfg(unix)]
fn directories() -> Vec<PathBuf> {
    let multiarch = match std::env::consts::ARCH {
        "x86" => "i386-linux-gnu".to_owned(),
        "arm" => "arm-linux-gnueabihf".to_owned(),
        "mips64" if cfg!(target_endian = "little") => "mips64el-linux-gnuabi64".to_owned(),
        "powerpc64" if cfg!(target_endian = "little") => "powerpc64le-linux-gnu".to_owned(),
        arch => format!("{arch}-linux-gnu"),
    };
    let mut directories = Vec::new();
    for (root, library) in [
        ("/usr/local", "lib"),
        ("/usr/local", "lib64"),
        ("/usr", "lib64"),
        ("/", "lib64"),
        ("/usr", "lib"),
        ("/", "lib"),
    ] {
        let directory = Path::new(root).join(library);
        if cfg!(target_os = "linux") && library == "lib" {
            directories.push(directory.join(&multiarch));
        }
        directories.push(directory);
    }
    directories
}

/// No directories: the system's search has the system directory and those of `PATH`.
#[cfg(not(unix))]
fn directories() -> Vec<PathBuf> {
    Vec::new()
}
