//! The libraries beside the test binary.

use std::path::PathBuf;

/// Where Cargo put `libsm2batch.so` and `libsm2batch.a` for this test.
pub(crate) fn directory() -> PathBuf {
    let binary = std::env::current_exe().unwrap();
    let directory = binary.parent().unwrap().to_owned();
    for name in ["libsm2batch.so", "libsm2batch.a"] {
        let path = directory.join(name);
        assert!(path.is_file(), "{} was not built", path.display());
    }
    directory
}
