//! The software card's shared library, and a store for it.

use std::{
    env,
    path::{Path, PathBuf},
};

use gmt0018_softcard::{
    Card,
    store::{Options, Store},
};

/// Cargo puts the library of a dependency beside the test binary.
pub(crate) fn software_card() -> PathBuf {
    let binary = env::current_exe().expect("a test knows its own path");
    let path = binary.with_file_name(NAME);
    assert!(
        path.exists(),
        "{} is not beside the test binary",
        path.display()
    );
    path
}

/// Makes a store with one key pair and one key-encryption key.
pub(crate) fn provision(directory: &Path, index: u32, password: &[u8]) {
    let store = Store::create(directory, Options::default().with_iterations(1000)).expect(WRITABLE);
    let card = Card::start(store).expect(WRITABLE);
    card.generate_key_pair(index, password).expect(WRITABLE);
    card.generate_kek(index).expect(WRITABLE);
}

#[cfg(target_os = "macos")]
const NAME: &str = "libgmt0018_soft.dylib";
#[cfg(windows)]
const NAME: &str = "gmt0018_soft.dll";
#[cfg(not(any(target_os = "macos", windows)))]
const NAME: &str = "libgmt0018_soft.so";

const WRITABLE: &str = "a new store in a temporary directory takes keys";
