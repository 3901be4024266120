//! `probe layout`, against libraries of every layout.

use serde_json::Value;
use sm_soft::{SecretKey, SoftKey};

use crate::{
    readme::assert_in_readme,
    support::{PASSWORD, Place, soft_library, tool},
};
use gmt0018::sm2_signing::{Prehash, Signer as _};

/// A place with a library built with these macros; `None` without a compiler, which is said aloud.
pub(crate) fn place(macros: &str) -> Option<Place> {
    let place = Place::new();
    place.write("device.c", include_str!("layout_device.c"));
    let signature = format!("-DSIGNATURE={}", signature());
    let mut arguments = vec!["-shared", "-fPIC", "-Wall", "-Werror", &signature];
    arguments.extend(macros.split_whitespace());
    arguments.extend(["-o", "device.so", "device.c"]);
    let output = tool("cc", &arguments, &place.path(""))?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(place)
}

/// A signature by the private key of GB/T 32918.5-2017 annex A.
fn signature() -> String {
    let secret = [
        0x39, 0x45, 0x20, 0x8f, 0x7b, 0x21, 0x44, 0xb1, 0x3f, 0x36, 0xe3, 0x8a, 0xc6, 0xd3, 0x9f,
        0x95, 0x88, 0x93, 0x93, 0x69, 0x28, 0x60, 0xb5, 0x1a, 0x42, 0xfb, 0x81, 0xef, 0x4d, 0xf7,
        0xc5, 0xb8,
    ];
    let signer = SoftKey::new(SecretKey::from_bytes(&secret).unwrap());
    let signature = signer.sign(&Prehash::from_bytes(&[0x3c; 32])).unwrap();
    let numbers: Vec<String> = signature
        .as_bytes()
        .iter()
        .map(ToString::to_string)
        .collect();
    numbers.join(",")
}

const COMMAND: &str = "probe layout --lib ./device.so --password-file pin";

fn names(value: &Value) -> Vec<String> {
    let names = value.as_array().unwrap().iter();
    names
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_software_card_has_the_standards_layout() {
    let place = Place::with_key();
    let library = soft_library();
    for device in ["", &format!("--lib {}", library.display())] {
        let command = format!("probe layout --password-file pin {device} --json");
        let report = place.run(&command).succeeds().json();
        assert_in_readme(&report);
        assert_eq!(names(&report["layouts"]), ["Bits512"]);
        assert_eq!(names(&report["dialects"]), ["standard", "softsdf", "sdf4j"]);
        assert_eq!(names(&report["quirks"]), [""; 0]);
        assert_eq!(report["bits"], 256);
        assert_eq!(report["structures"].as_array().unwrap().len(), 4);
        for structure in report["structures"].as_array().unwrap() {
            assert_eq!(structure["bytes"], structure["standard_bytes"]);
        }
    }
}

#[test]
fn every_layout_is_named() {
    for (macros, layouts, dialects, form) in [
        (
            "-DWIDTH=64",
            &["Bits512"][..],
            &["standard", "softsdf", "sdf4j"][..],
            "64 bytes, right-aligned, big-endian",
        ),
        (
            "-DWIDTH=32",
            &["Bits256"],
            &["fisherman"],
            "32 bytes, big-endian",
        ),
        (
            "-DWIDTH=32 -DCIPHER=1",
            &["Legacy2008"],
            &["sansec-legacy"],
            "32 bytes, big-endian",
        ),
        (
            "-DWIDTH=32 -DNO_CIPHER",
            &["Bits256", "Legacy2008"],
            &["sansec-legacy", "fisherman"],
            "32 bytes, big-endian",
        ),
    ] {
        let Some(place) = place(macros) else { return };
        let report = place.run(&format!("{COMMAND} --json")).succeeds().json();
        assert_eq!(names(&report["layouts"]), layouts, "{macros}");
        assert_eq!(names(&report["dialects"]), dialects, "{macros}");
        assert_eq!(names(&report["quirks"]), [""; 0], "{macros}");
        for at in [0, 2] {
            assert_eq!(report["structures"][at]["form"], form, "{macros}");
        }
        // What is named works.
        let dialect = dialects[0];
        let show = format!("keys show --key-index 1 --lib ./device.so --dialect {dialect}");
        place.run(&show).succeeds();
    }
}

#[test]
fn layouts_that_no_dialect_has_are_described() {
    for (macros, quirk, form) in [
        ("-DLEFT", "at the start of their field", "left-aligned, big"),
        ("-DLITTLE", "the last byte first", "right-aligned, little"),
        (
            "-DWIDTH=32 -DLITTLE",
            "the last byte first",
            "32 bytes, little",
        ),
        ("-DCIPHER=1", "", "right-aligned, big"),
    ] {
        let Some(place) = place(macros) else { return };
        let report = place.run(&format!("{COMMAND} --json")).exits(1).json();
        assert_eq!(names(&report["dialects"]), [""; 0], "{macros}");
        let found = report["structures"][0]["form"].as_str().unwrap();
        assert!(found.contains(form), "{macros}: {found}");
        let quirks = names(&report["quirks"]).join("\n");
        assert!(quirks.contains(quirk), "{macros}: {quirks}");
        let text = place.run(COMMAND).exits(1).text();
        assert!(text.contains("dialect: none fits"), "{text}");
    }
}

#[test]
fn quirks_are_told() {
    let Some(place) = place("-DPAST=7 -DNO_BITS") else {
        return;
    };
    let text = place.run(COMMAND).succeeds().text();
    for part in [
        "does not say how many bits",
        "SDF_ExportSignPublicKey_ECC writes 139 bytes into a structure of 132",
        "SDF_GetDeviceInfo writes 107 bytes into a structure of 100",
        "not found out: numbers of algorithms",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let markdown = place.run(&format!("{COMMAND} --markdown")).succeeds();
    assert!(
        markdown
            .text()
            .contains("| ECCrefPublicKey | `SDF_ExportSignPublicKey_ECC` | 139 | 132 |")
    );
}

#[test]
fn an_index_that_is_given_out_as_zeros_is_passed_over() {
    let Some(place) = place("-DWIDTH=32 -DINDEX=9") else {
        return;
    };
    let report = place
        .run("probe layout --lib ./device.so --json")
        .succeeds()
        .json();
    assert_eq!(report["key_index"], 9);
    assert_eq!(names(&report["dialects"]), ["fisherman"]);
}

#[test]
fn nothing_is_signed_without_a_password_and_a_wrong_one_is_refused() {
    let Some(place) = place("-DWIDTH=64") else {
        return;
    };
    let text = place
        .run("probe layout --lib ./device.so")
        .succeeds()
        .text();
    assert!(
        text.contains("not found out: signature: none was made"),
        "{text}"
    );
    place
        .run("probe layout --lib ./device.so --password-file wrong")
        .refused(5, &["the password of key index 1 was refused"]);
    place
        .run("probe layout --lib ./device.so --key-index 2 --password-file wrong")
        .refused(5, &["there is no key at index 2"]);
    let empty = Place::new();
    empty.run("soft init").succeeds();
    empty
        .run("probe layout")
        .refused(5, &["there is no key to look at", "--key-index"]);
    assert_eq!(PASSWORD.len(), 18, "the library knows this password");
}
