//! What is wrong with the path.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use gmt0018_sys::LoadError;

use crate::{directory, open, refused, write};

#[test]
fn missing_file() {
    let directory = directory();
    let path = directory.path().join("libgmt0018.so");
    assert!(matches!(
        refused(path, "check the path"),
        LoadError::Missing { .. }
    ));
    // A file where a directory is meant.
    let file = write(&directory, "file", b"");
    assert!(matches!(
        refused(file.join("libx.so"), "check the path"),
        LoadError::Missing { .. }
    ));
}

#[test]
fn a_bare_name_is_left_to_the_system() {
    let error = refused("libgmt0018-of-no-vendor.so", "LD_LIBRARY_PATH");
    assert!(matches!(error, LoadError::Missing { .. }), "{error:?}");
    // The C library is found, and is of another kind.
    let error = refused("libc.so.6", "GM/T 0018");
    assert!(
        matches!(error, LoadError::MissingMandatory { .. }),
        "{error:?}"
    );
}

#[test]
fn a_path_that_is_no_path() {
    assert!(matches!(open("").unwrap_err(), LoadError::Missing { .. }));
    let error = open("/usr/lib/\0.so").unwrap_err();
    assert!(matches!(error, LoadError::Unreadable { .. }), "{error:?}");
    let error = open("lib\0.so").unwrap_err();
    assert!(matches!(error, LoadError::Refused { .. }), "{error:?}");
    let error = open("/").unwrap_err();
    assert!(matches!(error, LoadError::Directory { .. }), "{error:?}");
    let error = open("..").unwrap_err();
    assert!(matches!(error, LoadError::Directory { .. }), "{error:?}");
}

#[test]
fn directory_in_place_of_a_file() {
    let directory = directory();
    assert!(matches!(
        refused(directory.path(), "library file in it"),
        LoadError::Directory { .. }
    ));
}

#[test]
fn a_pipe_does_not_block() {
    assert!(matches!(
        refused("/dev/null", "regular file"),
        LoadError::NotAFile { .. }
    ));
    let directory = directory();
    let path = directory.path().join("pipe.so");
    if !Command::new("mkfifo")
        .arg(&path)
        .status()
        .is_ok_and(|status| status.success())
    {
        eprintln!("skipped: there is no `mkfifo`");
        return;
    }
    assert!(matches!(
        refused(path, "regular file"),
        LoadError::NotAFile { .. }
    ));
}

#[test]
fn unreadable_file() {
    let directory = directory();
    let path = write(&directory, "libclosed.so", b"closed");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_err() {
        assert!(matches!(
            refused(path, "chmod"),
            LoadError::Permission { .. }
        ));
        return;
    }
    // Root reads every file: have another user look, in a copy of this test program.
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = directory.path().join("test-program");
    // By another process: a file that this one writes could be inherited, open, by a child that another test starts, and an
    // open file cannot be run.
    let copied = Command::new("cp")
        .arg(std::env::current_exe().unwrap())
        .arg(&program)
        .status()
        .unwrap();
    assert!(copied.success());
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&program)
        .args([
            "--exact",
            "path::look_at_a_closed_file",
            "--ignored",
            "--nocapture",
        ])
        .env("CLOSED_FILE", &path)
        .current_dir("/")
        .output();
    match output {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(
                output.status.success() && text.contains("the closed file was refused"),
                "{output:?}"
            );
        }
        Err(error) => {
            eprintln!("skipped: running as root, who reads every file, and setpriv: {error}");
        }
    }
}

#[test]
#[ignore = "run by unreadable_file as another user"]
fn look_at_a_closed_file() {
    let Ok(path) = std::env::var("CLOSED_FILE") else {
        eprintln!("skipped: no file is named in CLOSED_FILE");
        return;
    };
    assert!(matches!(
        refused(path, "chmod"),
        LoadError::Permission { .. }
    ));
    println!("the closed file was refused");
}
