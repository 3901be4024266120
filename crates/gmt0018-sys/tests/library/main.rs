//! Loading, with each thing that can be wrong made for real.

#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "libraries are loaded")]
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "helpers of tests")]

mod content;
mod load;
mod path;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gmt0018_sys::{Library, LoadError};
use tempfile::TempDir;

const FOUR: &str = "
    int SDF_OpenDevice(void **device) { *device = (void *)0x1234; return 0; }
    int SDF_CloseDevice(void *device) { return device == (void *)0x1234 ? 0 : 0x0100001D; }
    int SDF_OpenSession(void *device, void **session) { *session = device; return 0; }
    int SDF_CloseSession(void *session) { (void)session; return 0; }
";

fn open(path: impl AsRef<Path>) -> Result<Library, LoadError> {
    // SAFETY: the tests open files that they made, of code above or of no code at all.
    unsafe { Library::open(path.as_ref()) }
}

/// Opens what must be refused, checks that the text names the file and says what to try, and gives
/// the error.
fn refused(path: impl AsRef<Path>, advice: &str) -> LoadError {
    let error = open(&path).expect_err("the file was loaded");
    let text = error.to_string();
    assert!(text.contains(path.as_ref().to_str().unwrap()), "{text}");
    assert!(text.contains(advice), "{text}");
    assert_eq!(error.path(), Some(path.as_ref()));
    error
}

fn directory() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Compiles a library, or says that it cannot.
fn compile(directory: &TempDir, name: &str, source: &str, arguments: &[&str]) -> Option<PathBuf> {
    if Command::new("cc").arg("--version").output().is_err() {
        eprintln!("skipped: there is no C compiler `cc` to make a library with");
        return None;
    }
    let source_path = directory.path().join(format!("{name}.c"));
    fs::write(&source_path, source).unwrap();
    let library = directory.path().join(name);
    let output = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source_path])
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(library)
}

fn write(directory: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = directory.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// A library with some bytes of its file changed.
fn patched(directory: &TempDir, changes: &[(usize, u8)]) -> Option<PathBuf> {
    let good = compile(directory, "libgood.so", FOUR, &[])?;
    let mut bytes = fs::read(good).unwrap();
    for (offset, byte) in changes {
        bytes[*offset] = *byte;
    }
    Some(write(directory, "libpatched.so", &bytes))
}
