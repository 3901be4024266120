//! The shared library as a file: what it exports, how it is linked, and that it can be loaded again and again.

#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "the tests load a shared library")]
#![expect(clippy::print_stdout, reason = "says what it skips")]
#![expect(clippy::unwrap_used, reason = "a failed set-up ends the test")]

#[path = "support/library.rs"]
mod library;

use std::{collections::BTreeSet, ffi::c_int, process::Command, ptr};

use libloading::{Library, Symbol};
use sm2batch::{BatchItem, Options, Verifier};

type New = unsafe extern "C" fn(*const Options, *mut *mut Verifier) -> c_int;
type Verify = unsafe extern "C" fn(*const Verifier, *const BatchItem, usize, *mut u8) -> c_int;
type Free = unsafe extern "C" fn(*mut Verifier);

fn symbol<'lib, T>(library: &'lib Library, name: &str) -> Symbol<'lib, T> {
    // SAFETY: the types above are those of the functions in `sm2batch`.
    unsafe { library.get(name) }.unwrap()
}

/// A freed verifier's threads are on their way out while the library is closed.
#[test]
fn it_can_be_closed_right_after_its_last_use() {
    let key = sm2_arith::SigningKey::from_bytes(&[1; 32]).unwrap();
    let item = BatchItem {
        public_key: key.public_key(),
        digest: [2; 32],
        signature: key.sign_with_nonce(&[2; 32], &[3; 32]).unwrap(),
    };
    let items = vec![item; 512];
    let options = Options {
        size: size_of::<Options>(),
        engine: 0,
        threads: 8,
        cache_bytes: 0,
    };
    for round in 0..20 {
        // SAFETY: the library's initialisers do nothing.
        let library = unsafe { Library::new(library::directory().join("libsm2batch.so")) }.unwrap();
        let new: Symbol<'_, New> = symbol(&library, "sm2_batch_new");
        let verify: Symbol<'_, Verify> = symbol(&library, "sm2_batch_verify");
        let free: Symbol<'_, Free> = symbol(&library, "sm2_batch_free");
        let (mut verifier, mut verdicts) = (ptr::null_mut(), vec![0; items.len()]);
        // SAFETY: options with their size, and a variable that receives the handle.
        let code = unsafe { new(&raw const options, &raw mut verifier) };
        assert_eq!(code, 0, "round {round}");
        let (count, target) = (items.len(), verdicts.as_mut_ptr());
        // SAFETY: as many items and verdicts as the count says.
        let code = unsafe { verify(verifier, items.as_ptr(), count, target) };
        assert_eq!(code, 0, "round {round}");
        assert_eq!(verdicts, vec![1; count], "round {round}");
        // SAFETY: made above and not used again.
        unsafe { free(verifier) };
        library.close().unwrap();
    }
}

/// A name that appears or disappears is a change of the interface: it must be made in the list, too.
#[test]
fn the_exported_names_are_those_of_the_list() {
    let Some(text) = said_of_the_library("nm", &["-D", "--defined-only"]) else {
        return;
    };
    let lines = text.lines();
    let exported: BTreeSet<_> = lines
        .filter_map(|line| line.split_whitespace().last())
        .collect();
    assert_eq!(exported, include_str!("symbols.txt").lines().collect());
}

#[test]
fn it_has_its_name_and_stays_in_memory() {
    let Some(text) = said_of_the_library("readelf", &["-d", "-W"]) else {
        return;
    };
    assert!(text.contains("soname: [libsm2batch.so]"), "{text}");
    assert!(text.contains("NODELETE"), "{text}");
}

fn said_of_the_library(tool: &str, options: &[&str]) -> Option<String> {
    let path = library::directory().join("libsm2batch.so");
    let output = Command::new(tool).args(options).arg(path).output();
    let Ok(output) = output else {
        println!("skipped: {tool} is not installed");
        return None;
    };
    assert!(output.status.success(), "{tool}");
    Some(String::from_utf8(output.stdout).unwrap())
}
