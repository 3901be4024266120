//! The dependencies between the crates of the workspace are these and no others.

use std::{collections::BTreeSet, process::Command};

use serde_json::Value;

/// Who may use whom outside of tests; `examples` and `benches` may use anything.
const ARROWS: &[(&str, &[&str])] = &[
    ("conformance", &["sm2-signing"]),
    (
        "fisco-node",
        &["gmt0018", "sm-soft", "sm2-batch", "sm2-signing"],
    ),
    ("gmt0018", &["gmt0018-sys", "sm2-signing"]),
    (
        "gmt0018-cli",
        &[
            "fisco-node",
            "gmt0018",
            "gmt0018-soft-abi",
            "sm-soft",
            "sm2-batch",
        ],
    ),
    ("gmt0018-soft", &["sm-soft"]),
    ("gmt0018-soft-abi", &["gmt0018-soft", "gmt0018-sys"]),
    ("gmt0018-sys", &[]),
    (
        "reference-node",
        &[
            "fisco-node",
            "gmt0018",
            "sm-soft",
            "sm2-batch",
            "sm2-signing",
        ],
    ),
    ("sm-soft", &["sm2-arith", "sm2-signing"]),
    ("sm2-arith", &[]),
    ("sm2-batch", &["sm2-arith", "sm2-signing"]),
    ("sm2-batch-capi", &["sm2-batch", "sm2-signing"]),
    ("sm2-signing", &[]),
];

#[test]
fn dependencies_between_the_crates() {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let names: BTreeSet<&str> = packages
        .iter()
        .map(|package| package["name"].as_str().unwrap())
        .collect();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let dependencies: BTreeSet<&str> = package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|dependency| dependency["kind"].is_null())
            .map(|dependency| dependency["name"].as_str().unwrap())
            .filter(|dependency| names.contains(dependency))
            .collect();
        if matches!(name, "benches" | "examples") {
            continue;
        }
        let allowed = ARROWS.iter().find(|(crate_name, _)| *crate_name == name);
        let allowed: BTreeSet<&str> = allowed.expect(name).1.iter().copied().collect();
        assert_eq!(dependencies, allowed, "{name}");
    }
}
