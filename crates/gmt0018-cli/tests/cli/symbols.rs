//! `probe symbols`, against a library from the header that lacks some functions.

use std::{fmt::Write as _, path::Path};

use gmt0018::gmt0018_sys::SYMBOLS;

use crate::{
    readme::assert_in_readme,
    support::{Place, soft_library, tool},
};

/// Builds a library with every function of the header but these, none of which does anything.
pub(crate) fn library_without(place: &Place, lacking: &[&str]) -> Option<()> {
    let mut source = "#include \"gmt0018.h\"\n".to_owned();
    for symbol in SYMBOLS {
        let Some(parameters) = symbol.parameters else {
            continue;
        };
        if lacking.contains(&symbol.name) {
            continue;
        }
        let declared: Vec<String> = parameters
            .iter()
            .map(|one| format!("{} {}", one.c_type, one.name))
            .collect();
        let name = symbol.name;
        writeln!(
            source,
            "int {name}({}) {{ return 0x01000002; }}",
            declared.join(", ")
        )
        .unwrap();
    }
    place.write("device.c", &source);
    let header = Path::new(env!("CARGO_MANIFEST_DIR")).join("../gmt0018-sys/include");
    let include = format!("-I{}", header.display());
    let arguments = ["-shared", "-fPIC", &include, "-o", "device.so", "device.c"];
    let output = tool("cc", &arguments, &place.path(""))?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(())
}

/// Five functions: two that a node needs, one of which only it needs; a device's; an extension; one of 2023.
pub(crate) const LACKING: [&str; 5] = [
    "SDF_ExternalVerify_ECC",
    "SDF_HashInit",
    "SDF_GetDeviceInfo",
    "SDF_ImportKey",
    "SDF_AuthEnc",
];

#[test]
fn the_software_card_has_all_that_is_needed() {
    let place = Place::new();
    let library = soft_library();
    for purpose in ["fisco", "signing", "all"] {
        for device in ["", &format!("--lib {}", library.display())] {
            let command = format!("probe symbols --for {purpose} {device} --json");
            let report = place.run(&command).succeeds().json();
            assert_in_readme(&report);
            assert_eq!(report["purpose"], purpose);
            assert_eq!(report["unmet"].as_array().unwrap().len(), 0);
            assert_eq!(report["symbols"].as_array().unwrap().len(), SYMBOLS.len());
        }
    }
    let text = place.run("probe symbols").succeeds().text();
    assert!(text.contains("6.4 asymmetric operations"), "{text}");
}

#[test]
fn what_a_purpose_needs_and_a_library_lacks_is_an_error() {
    let place = Place::new();
    let Some(()) = library_without(&place, &LACKING) else {
        return;
    };
    for (purpose, unmet) in [
        ("fisco", &["SDF_HashInit", "SDF_ExternalVerify_ECC"][..]),
        ("signing", &["SDF_ExternalVerify_ECC"]),
    ] {
        let command = format!("probe symbols --lib ./device.so --for {purpose} --json");
        let report = place.run(&command).exits(3).json();
        assert_eq!(report["unmet"], serde_json::json!(unmet));
    }
    let all = "probe symbols --lib ./device.so --for all";
    let text = place.run(all).exits(3).text();
    let last = text.lines().last().unwrap();
    assert!(LACKING.iter().all(|name| last.contains(name)), "{last}");
    // Without a purpose it is a list and no verdict.
    let report = place
        .run("probe symbols --lib ./device.so --json")
        .succeeds()
        .json();
    let missing: Vec<&str> = report["symbols"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|symbol| symbol["present"] == false)
        .map(|symbol| symbol["name"].as_str().unwrap())
        .collect();
    assert!(
        LACKING.iter().all(|name| missing.contains(name)),
        "{missing:?}"
    );
    let markdown = place.run("probe symbols --lib ./device.so --markdown");
    let markdown = markdown.succeeds().text();
    let row = "| 6.2 device management | `SDF_GetDeviceInfo` | 2012 and 2023 | missing |";
    assert!(markdown.contains(row), "{markdown}");
}

#[test]
fn a_library_without_mandatory_functions_is_listed_from_its_file() {
    let place = Place::new();
    let Some(()) = library_without(&place, &["SDF_OpenSession"]) else {
        return;
    };
    let report = place
        .run("probe symbols --lib ./device.so --for signing --json")
        .exits(3)
        .json();
    assert_eq!(report["unmet"], serde_json::json!(["SDF_OpenSession"]));
    place
        .run("probe symbols --lib ./absent.so")
        .refused(3, &["does not exist"]);
    // `probe` itself is as it was.
    place
        .run("probe --lib ./device.so")
        .refused(3, &["SDF_OpenSession"]);
    let conflict = place.run("probe --range 1-2 symbols").exits(2);
    assert!(conflict.stderr().contains("cannot be used with"));
}
