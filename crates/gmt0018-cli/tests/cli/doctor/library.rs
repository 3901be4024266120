//! The library and its device: every line that can go wrong.

use std::fs;

use serde_json::Value;

use super::{lines, wrong};
use crate::{
    support::{Place, soft_library, tool},
    symbols::{LACKING, library_without},
};

#[test]
fn the_library_line_that_is_wrong() {
    let place = Place::new();
    wrong(
        &place,
        "--lib ./absent.so",
        3,
        "library.file",
        &["does not exist"],
    );
    wrong(
        &place,
        "--lib ./message",
        3,
        "library.file",
        &["a text file"],
    );
    fs::create_dir(place.path("directory")).unwrap();
    wrong(
        &place,
        "--lib ./directory",
        3,
        "library.file",
        &["is a directory"],
    );
    // A pipe is not opened, which would wait for ever.
    if tool("mkfifo", &["pipe"], &place.path("")).is_some() {
        let parts = &["is not a regular file"];
        wrong(&place, "--lib ./pipe", 3, "library.file", parts);
    }
    // The machine's number in the ELF header.
    let mut bytes = fs::read(soft_library()).unwrap();
    bytes[18..20].copy_from_slice(&[0xf3, 0]);
    fs::write(place.path("foreign.so"), bytes).unwrap();
    let report = wrong(
        &place,
        "--lib ./foreign.so",
        3,
        "library.architecture",
        &["risc-v (64-bit, little-endian)"],
    );
    assert_eq!(report["checks"][2]["status"], "ok", "{report}");
    assert_eq!(report["device"], Value::Null);
}

#[test]
fn every_missing_dependency_is_named() {
    let place = Place::new();
    place.write("ghost.c", "int boo(void) { return 0; }\n");
    place.write(
        "device.c",
        "int SDF_OpenDevice(void **d) { (void)d; return 1; }\n",
    );
    for name in ["libghost-one.so", "libghost-two.so"] {
        let arguments = ["-shared", "-fPIC", "-o", name, "ghost.c"];
        let Some(output) = tool("cc", &arguments, &place.path("")) else {
            return;
        };
        assert!(output.status.success());
    }
    let arguments = [
        "-shared",
        "-fPIC",
        "-o",
        "device.so",
        "device.c",
        "-Wl,--no-as-needed",
        "-L.",
        "-lghost-one",
        "-lghost-two",
    ];
    let output = tool("cc", &arguments, &place.path("")).unwrap();
    assert!(output.status.success());
    fs::remove_file(place.path("libghost-one.so")).unwrap();
    wrong(
        &place,
        "--lib ./device.so",
        3,
        "library.dependencies",
        &["libghost-one.so", "libghost-two.so", "LD_LIBRARY_PATH"],
    );
}

#[test]
fn missing_functions_and_a_device_that_does_not_open() {
    let place = Place::new();
    let Some(()) = library_without(&place, &LACKING) else {
        return;
    };
    let answer = place.run("doctor --lib ./device.so --json").exits(3);
    assert_eq!(lines(&answer, "error"), ["library.symbols", "device.open"]);
    let subject = answer.json()["checks"][6]["subject"].clone();
    let expected = "missing for a FISCO BCOS node: SDF_HashInit, SDF_ExternalVerify_ECC";
    assert_eq!(subject, expected);
    // A device that is not there, and all functions.
    library_without(&place, &[]).unwrap();
    let report = wrong(
        &place,
        "--lib ./device.so",
        4,
        "device.open",
        &["SDF_OpenDevice returned 0x01000002"],
    );
    let checks = report["checks"].as_array().unwrap();
    assert_eq!(checks.last().unwrap()["status"], "skip");
    // Without what nobody can do without.
    library_without(&place, &["SDF_OpenDevice", "SDF_CloseSession"]).unwrap();
    wrong(
        &place,
        "--lib ./device.so",
        3,
        "library.symbols",
        &["2 of the 4 mandatory", "SDF_OpenDevice, SDF_CloseSession"],
    );
}

#[test]
fn wrong_answers_of_a_device() {
    let place = Place::new();
    place.write("device.c", include_str!("../lying_device.c"));
    let arguments = ["-shared", "-fPIC", "-o", "device.so", "device.c"];
    let Some(output) = tool("cc", &arguments, &place.path("")) else {
        return;
    };
    assert!(output.status.success());
    let answer = place
        .run("doctor --lib ./device.so --password-file pin --json")
        .exits(4);
    assert_eq!(lines(&answer, "error"), ["random", "sm3", "signature"]);
    assert_eq!(lines(&answer, "warn"), ["device.info"]);
    assert_eq!(lines(&answer, "skip").last().unwrap(), "speed");
}

#[test]
fn sessions_and_a_key_off_the_curve() {
    for (macros, exit, errors, warnings) in [
        (
            "-DSESSIONS=3",
            3,
            &["library.symbols"][..],
            &["device.sessions", "random", "sm3"][..],
        ),
        (
            "-DSESSIONS=0",
            3,
            &["library.symbols", "device.sessions"],
            &[],
        ),
        (
            "-DOFF_CURVE",
            3,
            &["library.symbols", "key.curve"],
            &["random", "sm3"],
        ),
    ] {
        let Some(place) = crate::layout::place(macros) else {
            return;
        };
        let answer = place
            .run("doctor --lib ./device.so --key-index 1 --json")
            .exits(exit);
        assert_eq!(lines(&answer, "error"), errors, "{macros}");
        assert_eq!(lines(&answer, "warn"), warnings, "{macros}");
    }
    let Some(place) = crate::layout::place("-DSESSIONS=3") else {
        return;
    };
    let text = place
        .run("doctor --lib ./device.so --key-index 1")
        .exits(3)
        .text();
    assert!(
        text.contains("the device gives 3 at once and no more"),
        "{text}"
    );
}
