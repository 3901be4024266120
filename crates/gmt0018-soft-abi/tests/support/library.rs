//! The shared library beside the test binary, and stores on disk for it.

use std::path::{Path, PathBuf};

use gmt0018_soft::card::Card;
use gmt0018_soft::card::store::{Options, Store};

/// `libgmt0018_soft.so` as Cargo built it for this test.
pub(crate) fn path() -> PathBuf {
    let binary = std::env::current_exe().unwrap();
    let name = libloading::library_filename("gmt0018_soft");
    let path = binary.parent().unwrap().join(name);
    assert!(path.is_file(), "{} was not built", path.display());
    path
}

/// A store with a key pair at index 1 (password 12345678) and a known KEK at index 8; its password
/// derivation is cheap, so that an unoptimised build gets through.
pub(crate) fn provision(directory: &Path) {
    let store = Store::create(directory, Options::default().with_iterations(1000)).unwrap();
    let card = Card::start(store).unwrap();
    card.generate_key_pair(1, b"12345678").unwrap();
    let kek = 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210_u128.to_be_bytes();
    card.import_kek(8, &kek).unwrap();
}
