//! What only happens to a user without rights: the command is run as nobody.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use super::{assert_texts, catalogue, place_with_device};
use crate::support::{Place, tool};

/// The ids that are caused here.
pub(super) const CAUSED: [&str; 4] = [
    "device-permission",
    "library-permission",
    "store-permission",
    "config-unwritable",
];

/// Runs the command as nobody; `None` where that is not possible, which is said aloud.
fn as_nobody(place: &Place, arguments: &str) -> Option<serde_json::Value> {
    let all = fs::Permissions::from_mode(0o755);
    fs::set_permissions(place.path(""), all.clone()).unwrap();
    // The build directory may be one that nobody can enter.
    let program = place.path("gmt0018");
    fs::copy(env!("CARGO_BIN_EXE_gmt0018"), &program).unwrap();
    fs::set_permissions(&program, all).unwrap();
    let mut words = vec!["--reuid=65534", "--regid=65534", "--clear-groups"];
    words.push(program.to_str()?);
    words.extend(arguments.split_whitespace());
    let output = tool("setpriv", &words, &place.path(""))?;
    let stderr = String::from_utf8(output.stderr).unwrap();
    if stderr.starts_with("setpriv: ") {
        eprintln!("skipped: {stderr}");
        return None;
    }
    let line = stderr.lines().last().unwrap_or_default();
    let error: serde_json::Value = serde_json::from_str(line).expect(&stderr);
    assert_eq!(
        i64::from(output.status.code()?),
        error["error"]["exit_code"],
        "{stderr}"
    );
    Some(error["error"].clone())
}

fn refused(place: &Place, command: &str, id: &str) {
    for language in ["en", "zh"] {
        let command = format!("{command} --json --lang {language}");
        let Some(error) = as_nobody(place, &command) else {
            return;
        };
        assert_texts(&error, id, language);
        assert_eq!(error["exit_code"], catalogue()[id], "{id}");
    }
}

#[test]
fn the_device_file_of_another_group() {
    let closed = ["/dev/console", "/dev/mem", "/dev/kmsg", "/dev/loop0"];
    let is_closed = |path: &&&str| {
        fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o6 != 0o6)
    };
    let Some(file) = closed.iter().find(is_closed) else {
        eprintln!("skipped: there is no device file that nobody may not use");
        return;
    };
    let Some(place) = place_with_device(file) else {
        return;
    };
    // The device refuses, as one does that may not open its file.
    let source = include_str!("device.c")
        .replace("return outcome(\"SDF_OpenDevice\");", "return 0x01000005;");
    let define = format!("-DDEVICE_FILE=\"{file}\"");
    assert!(super::build(&place, "device", &source, &[&define]));
    refused(&place, "random 1 --lib ./device.so", "device-permission");
    // Root may use every file: the device's own code is reported.
    if fs::metadata("/proc/self").is_ok_and(|about| is_root(&about)) {
        place
            .run("random 1 --lib ./device.so")
            .refused(4, &["0x01000005", "no other process holds it"]);
    }
}

fn is_root(about: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(about) == 0
}

#[test]
fn files_that_may_not_be_read_or_written() {
    let place = Place::with_key();
    let close = |path: &Path| {
        fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
    };
    fs::copy(crate::support::soft_library(), place.path("closed.so")).unwrap();
    close(&place.path("closed.so"));
    refused(&place, "probe --lib ./closed.so", "library-permission");
    refused(
        &place,
        "sign --key-index 1 --soft-dir store message",
        "store-permission",
    );
    // A directory in which nobody makes files.
    place.write("config.ini", "[security]\nenable_hsm=True\n");
    let open = fs::Permissions::from_mode(0o644);
    fs::set_permissions(place.path("config.ini"), open).unwrap();
    refused(&place, "config fix config.ini", "config-unwritable");
}
