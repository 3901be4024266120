//! `SDF_OpenDevice` with the store that the environment names.

#![expect(unsafe_code, reason = "the test calls a C interface")]
#![expect(clippy::unwrap_used, reason = "a failed set-up ends the test")]

use std::path::Path;
use std::process::Command;
use std::ptr;

use gmt0018_soft::functions;
use gmt0018_sys::{SDR_KEYNOTEXIST, SDR_OK, SDR_OPENDEVICE};

/// The environment belongs to the process, so the calls are made in one of their own.
#[test]
fn it_is_made_when_it_is_missing_and_refused_when_it_is_something_else() {
    let place = tempfile::tempdir().unwrap();
    let fresh = place.path().join("one/two");
    assert_eq!(codes_in(&fresh), format!("{SDR_OK} {SDR_KEYNOTEXIST}"));
    assert!(fresh.is_dir());
    assert_eq!(
        codes_in(&fresh),
        format!("{SDR_OK} {SDR_KEYNOTEXIST}"),
        "again"
    );
    let file = place.path().join("file");
    std::fs::write(&file, "not a directory").unwrap();
    assert_ne!(codes_in(&file), format!("{SDR_OK} {SDR_KEYNOTEXIST}"));
    let other = place.path().join("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("letter.txt"), "somebody's").unwrap();
    assert_eq!(codes_in(&other), SDR_OPENDEVICE.to_string());
}

/// The codes of opening the default device and exporting a key of it, in a child process.
fn codes_in(directory: &Path) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .env("GMT0018_SOFT_DIR", directory)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let codes = said.lines().find_map(|line| line.split_once("codes: "));
    codes.map(|(_, codes)| codes.trim().to_owned()).unwrap()
}

#[test]
#[ignore = "the other test runs it in a process of its own"]
fn child() {
    let f = functions();
    let (mut device, mut session) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: the handle is written to a variable.
    let opened = unsafe { f.SDF_OpenDevice.unwrap()(&raw mut device) }.cast_unsigned();
    if opened != SDR_OK {
        println!("\ncodes: {opened}");
        return;
    }
    // SAFETY: as above.
    let code = unsafe { f.SDF_OpenSession.unwrap()(device, &raw mut session) };
    assert_eq!(code, 0);
    let mut key = gmt0018_sys::ECCrefPublicKey {
        bits: 0,
        x: [0; 64],
        y: [0; 64],
    };
    // SAFETY: the key is written to a variable.
    let exported = unsafe { f.SDF_ExportSignPublicKey_ECC.unwrap()(session, 1, &raw mut key) };
    println!("\ncodes: {opened} {}", exported.cast_unsigned());
}
