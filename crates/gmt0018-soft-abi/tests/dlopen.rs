//! The shared library: loaded and unloaded a thousand times, and what it exports.

#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "the tests load a shared library")]
#![expect(clippy::unwrap_used, reason = "a failed set-up ends the test")]

#[path = "support/library.rs"]
mod library;

use std::collections::BTreeSet;
use std::ffi::{CString, c_char};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Command;
use std::ptr;

use gmt0018_sys::{Handle, Rv};
use libloading::{Library, Symbol};

type Open = unsafe extern "C" fn(*mut c_char, *mut Handle) -> Rv;
type OpenSession = unsafe extern "C" fn(Handle, *mut Handle) -> Rv;
type Close = unsafe extern "C" fn(Handle) -> Rv;
type Random = unsafe extern "C" fn(Handle, u32, *mut u8) -> Rv;

fn load() -> Library {
    // SAFETY: the library's initialisers do nothing.
    unsafe { Library::new(library::path()) }.unwrap()
}

fn symbol<'lib, T>(library: &'lib Library, name: &str) -> Symbol<'lib, T> {
    // SAFETY: the types above are the prototypes of GM/T 0018.
    unsafe { library.get(name) }.unwrap()
}

#[test]
fn a_thousand_rounds() {
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("store");
    library::provision(&directory);
    let path = CString::new(directory.as_os_str().as_bytes()).unwrap();
    let (mut kept_device, mut kept, mut byte) = (ptr::null_mut(), ptr::null_mut(), 0);
    for round in 0..1000 {
        let library = load();
        let open: Symbol<'_, Open> = symbol(&library, "SDF_OpenDeviceWithPath");
        let open_session: Symbol<'_, OpenSession> = symbol(&library, "SDF_OpenSession");
        let close_device: Symbol<'_, Close> = symbol(&library, "SDF_CloseDevice");
        let close_session: Symbol<'_, Close> = symbol(&library, "SDF_CloseSession");
        let random: Symbol<'_, Random> = symbol(&library, "SDF_GenerateRandom");
        let (mut device, mut session) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: a C string, and a variable that lives through the call.
        let code = unsafe { open(path.as_ptr().cast_mut(), &raw mut device) };
        assert_eq!(code, 0);
        // SAFETY: as above.
        assert_eq!(unsafe { open_session(device, &raw mut session) }, 0);
        if round == 0 {
            (kept_device, kept) = (device, session);
        } else {
            // SAFETY: one byte, as the length says.
            let code = unsafe { random(kept, 1, &raw mut byte) };
            assert_eq!(code, 0, "round {round}");
            // SAFETY: handles by value.
            assert_eq!(unsafe { close_session(session) }, 0);
            // SAFETY: handles by value.
            assert_eq!(unsafe { close_device(device) }, 0);
            // SAFETY: handles by value.
            assert_ne!(unsafe { close_session(session) }, 0, "closed before");
        }
        library.close().unwrap();
    }
    let library = load();
    let close_device: Symbol<'_, Close> = symbol(&library, "SDF_CloseDevice");
    // SAFETY: handles by value.
    assert_eq!(unsafe { close_device(kept_device) }, 0);
}

/// A name that appears or disappears is a change of the interface: it must be made in the list, too.
#[test]
fn the_exported_names_are_those_of_the_list() {
    let output = Command::new("nm")
        .args(["-D", "--defined-only"])
        .arg(library::path())
        .output();
    let Ok(output) = output else {
        println!("skipped: nm is not installed");
        return;
    };
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let exported: BTreeSet<_> = text
        .lines()
        .filter_map(|line| line.split_whitespace().last())
        .collect();
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/symbols.txt");
    let list = std::fs::read_to_string(list).unwrap();
    assert_eq!(exported, list.lines().collect());
    let table = gmt0018_soft::functions();
    let lost: Vec<_> = exported.iter().filter(|name| !table.has(name)).collect();
    assert!(lost.is_empty(), "not in the function table: {lost:?}");
}
