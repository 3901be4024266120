//! `gmt0018 test`.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

use crate::{
    readme::assert_in_readme,
    support::{Place, compiled, soft_library, tool},
};

/// A place with a store, a key pair and a key-encryption key at index 1, cheaply protected.
fn place() -> Place {
    let place = Place::new();
    place
        .run("soft init --key-index 1 --kek-index 1 --kdf-iterations 1000 --password-file pin")
        .succeeds();
    place
}

/// The cases by their outcome.
fn by_outcome(report: &Value) -> BTreeMap<String, Vec<String>> {
    let mut cases: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for case in report["cases"].as_array().unwrap() {
        let text = |field: &str| case[field].as_str().unwrap().to_owned();
        cases.entry(text("outcome")).or_default().push(text("name"));
    }
    cases
}

/// All files below a directory.
fn content(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(content(&path));
        } else {
            files.insert(path.display().to_string(), fs::read(&path).unwrap());
        }
    }
    files
}

const KEY: &str = "--key-index 1 --kek-index 1 --password-file pin --allow-file-writes";

#[test]
fn the_software_card_passes_and_its_store_stays_as_it_is() {
    let place = place();
    let library = format!("--lib {}", soft_library().to_str().unwrap());
    let before = content(&place.path("store"));
    assert!(before.len() > 2, "{:?}", before.keys());
    for device in ["", &library] {
        for (mode, skipped) in [("", 0), ("--kat", 0), ("--negative", 12)] {
            let run = format!("test {mode} {device} {KEY} --json");
            let report = place.run(&run).succeeds().json();
            let cases = by_outcome(&report);
            assert_eq!(cases.get("fail"), None, "{run}");
            assert_eq!(cases.get("not-supported"), None, "{run}");
            assert_eq!(report["skipped"], skipped, "{run} {cases:?}");
            assert_eq!(report["pass"], cases["pass"].len());
            assert_eq!(report["gone"], false);
            assert_in_readme(&report);
            calls_are_as_planned(&place, &run, &report);
            assert_eq!(content(&place.path("store")), before, "{run}");
        }
    }
}

/// No case makes a call that the plan does not name.
fn calls_are_as_planned(place: &Place, run: &str, report: &Value) {
    let plan = place.run(&format!("{run} --plan")).succeeds().json();
    assert_in_readme(&plan);
    let has = |list: &Value, name: &Value| list.as_array().unwrap().contains(name);
    let (planned, made) = (
        plan["cases"].as_array().unwrap(),
        report["cases"].as_array().unwrap(),
    );
    assert_eq!(planned.len(), made.len());
    for (planned, made) in planned.iter().zip(made) {
        assert_eq!(planned["name"], made["name"]);
        for call in made["calls"].as_array().unwrap() {
            let function = &call["function"];
            assert!(
                has(&planned["calls"], function) || has(&plan["around"], function),
                "{} calls {function}",
                made["name"]
            );
        }
    }
}

#[test]
fn nothing_has_to_be_set_up() {
    let place = Place::new();
    let answer = place.run("test").succeeds();
    assert!(answer.text().contains("fail 0, not supported 0, skipped 0"));
    let stderr = answer.stderr();
    assert!(stderr.contains("in memory only"), "{stderr}");
    assert!(
        stderr.contains("6.4 asymmetric operations: SDF_"),
        "{stderr}"
    );
    assert!(!place.path("store").exists());
    let table = place.run("test --kat --markdown").succeeds().text();
    assert!(table.contains("| hash | kat/sm3-abc | pass | "), "{table}");
}

#[test]
fn without_a_password_private_keys_are_left_alone() {
    let place = place();
    let report = place.run("test --key-index 1 --json").succeeds().json();
    let cases = by_outcome(&report);
    assert!(cases["skipped"].contains(&"asymmetric/internal-sign".to_owned()));
    assert!(cases["skipped"].contains(&"file/write-and-read".to_owned()));
    assert!(cases["pass"].contains(&"key/export-signing-key".to_owned()));
    let asked = |name: &str| {
        let cases = report["cases"].as_array().unwrap();
        let calls = cases
            .iter()
            .flat_map(|case| case["calls"].as_array().unwrap());
        calls.filter(|call| call["function"] == name).count()
    };
    assert_eq!(asked("SDF_GetPrivateKeyAccessRight"), 0);
    assert_eq!(asked("SDF_CreateFile"), 0);
    place
        .run("test --password-file pin")
        .refused(2, &["--key-index"]);
}

#[test]
fn a_wrong_password_is_shown_once() {
    let place = place();
    let run = "test --key-index 1 --password-file wrong --json";
    let report = place.run(run).exits(1).json();
    assert_eq!(by_outcome(&report)["fail"], ["device/access-right"]);
    let status = place.run("soft status --json").succeeds().json();
    assert_eq!(status["keys"][0]["failed_passwords"], 1, "{status}");
}

#[test]
fn a_lying_device_fails_where_it_lies_and_the_run_goes_on() {
    let Some(place) = compiled(include_str!("lying_device.c")) else {
        return;
    };
    let run = "test --lib ./device.so --key-index 1 --password-file pin --junit report.xml --json";
    let report = place.run(run).exits(1).json();
    // Two verifications in three are called valid: the second, the fourth and the fifth are not.
    assert_eq!(
        by_outcome(&report)["fail"],
        [
            "device/random-differs",
            "device/random-statistics",
            "asymmetric/internal-sign",
            "asymmetric/verify-changed-e",
            "asymmetric/verify-changed-s",
            "asymmetric/verify-other-key",
            "hash/sm3-lengths",
            "hash/sm3-long",
            "hash/sm3-in-parts",
            "hash/two-sessions",
            "hash/with-z",
            "hash/with-z-in-parts",
        ]
    );
    assert!(report["not_supported"].as_u64().unwrap() > 20, "{report}");
    junit_is_well_formed(&place, &report);
    let report = place
        .run("test --kat --lib ./device.so --json")
        .exits(1)
        .json();
    assert_eq!(by_outcome(&report)["fail"].len(), 6, "{report}");
    let report = place
        .run("test --negative --lib ./device.so --key-index 1 --password-file pin --json")
        .exits(1)
        .json();
    let details: Vec<_> = report["cases"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|case| case["outcome"] == "fail")
        .map(|case| case["detail"].as_str().unwrap())
        .collect();
    for detail in [
        "accepts signing without the access right",
        "accepts a public key off the curve",
        "accepts a public key off the curve in Z",
        "reports success for the encryption key of index 65535 and leaves rubbish behind",
    ] {
        assert!(
            details.iter().any(|found| found.starts_with(detail)),
            "{detail}: {details:#?}"
        );
    }
}

/// What another program reads in the file is what the result says.
fn junit_is_well_formed(place: &Place, report: &Value) {
    let xml = fs::read_to_string(place.path("report.xml")).unwrap();
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "));
    let script = "\
import sys, xml.etree.ElementTree as tree
root = tree.parse('report.xml').getroot()
print(root.tag, len(root), len(root.findall('testsuite/testcase')), len(root.findall('.//failure')),
      len(root.findall('.//skipped')), root.get('tests'), root.get('failures'),
      sum(int(suite.get('tests')) for suite in root))";
    let Some(output) = tool("python3", &["-c", script], &place.path("")) else {
        return;
    };
    let number = |field: &str| report[field].as_u64().unwrap();
    let (fail, skipped) = (number("fail"), number("skipped") + number("not_supported"));
    let all = report["cases"].as_array().unwrap().len();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        format!("testsuites 6 {all} {fail} {skipped} {all} {fail} {all}"),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn when_the_device_goes_away_the_rest_is_skipped() {
    let Some(place) = compiled(include_str!("dying_device.c")) else {
        return;
    };
    let answer = place.run("test --lib ./device.so --json").exits(4);
    assert!(answer.stderr().contains("went away"), "{}", answer.stderr());
    let report = answer.json();
    assert_eq!(report["gone"], true);
    let cases = by_outcome(&report);
    assert_eq!(cases["pass"], ["device/session"]);
    assert_eq!(cases["fail"], ["device/two-sessions"]);
    assert_eq!(report["cases"][2]["detail"], "the device is gone");
    assert_eq!(report["cases"][2]["calls"].as_array().unwrap().len(), 0);
    let source = include_str!("dying_device.c").replace("count > 10", "count > 0");
    let source = source
        + "int SDF_ReadFile(void) { return 0x01000003; }\n\
           int SDF_ExternalVerify_ECC(void) { return count++, 0x01000003; }\n\
           int SDF_ExportEncPublicKey_ECC(void) { return 0x01000009; }\n";
    let Some(place) = compiled(&source) else {
        return;
    };
    let run = "test --negative --lib ./device.so --json";
    let cases = by_outcome(&place.run(run).exits(4).json());
    assert_eq!(cases["fail"], ["negative/verify-key-off-curve"]);
    assert!(cases["not-supported"].contains(&"negative/export-index-65535".to_owned()));
    assert_eq!(cases.get("pass"), None);
}

#[test]
fn a_load_is_watched() {
    let place = place();
    let run = "test --soak 0.5s --key-index 1 --password-file pin --json";
    let report = place.run(run).succeeds().json();
    assert_in_readme(&report);
    let soak = &report["soak"];
    assert_eq!(soak["sessions"], 4);
    assert_eq!(soak["mix"].as_array().unwrap().len(), 6, "{soak}");
    assert!(soak["operations"].as_u64().unwrap() > 20, "{soak}");
    assert_eq!(soak["errors"].as_array().unwrap().len(), 0);
    if cfg!(target_os = "linux") {
        assert!(soak["memory_start"].as_u64().unwrap() > 0, "{soak}");
        assert!(soak["handles_end"].as_u64().unwrap() > 0, "{soak}");
    }
    let Some(place) = compiled(include_str!("lying_device.c")) else {
        return;
    };
    let report = place
        .run("test --soak 0.2s --lib ./device.so --json")
        .exits(1)
        .json();
    let errors = report["soak"]["errors"].as_array().unwrap();
    let sm3 = errors
        .iter()
        .find(|errors| errors["code"] == "sm3: a wrong digest")
        .unwrap();
    assert!(sm3["count"].as_u64().unwrap() > 0, "{report}");
    assert_in_readme(&report);
}

#[test]
fn the_plan_is_made_without_a_device() {
    let place = place();
    let before = content(&place.path("store"));
    let plan = place.run("test --plan").succeeds();
    assert!(
        plan.text()
            .contains("  asymmetric/internal-sign: SDF_ExportSignPublicKey_ECC")
    );
    assert_eq!(content(&place.path("store")), before);
    place
        .run("test --junit absent/report.xml --key-index 1")
        .refused(6, &["absent/report.xml"]);
    place.run("test --kat --negative").exits(2);
    place.run("test --soak 10").exits(2);
}

#[cfg(target_os = "linux")]
#[test]
fn only_what_is_wrong_fails() {
    let place = place();
    place.write("device.c", include_str!("credulous_device.c"));
    let soft = soft_library();
    let directory = soft.parent().unwrap().display().to_string();
    let soft = soft.to_str().unwrap();
    let path = format!("-DSOFT=\"{soft}\"");
    // Before LD_LIBRARY_PATH, which names a directory where a library of another build may be.
    let search = format!("-Wl,--disable-new-dtags,-rpath,{directory}");
    let arguments = [
        "-shared",
        "-fPIC",
        "-Wl,--no-as-needed",
        &search,
        "-o",
        "device.so",
        "device.c",
        &path,
        soft,
        "-ldl",
    ];
    let Some(output) = tool("cc", &arguments, &place.path("")) else {
        return;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for (mode, wrong) in [
        (
            "",
            &[
                "asymmetric/verify-changed-e",
                "asymmetric/verify-changed-r",
                "asymmetric/verify-changed-s",
                "asymmetric/verify-other-key",
                "symmetric/ctr",
                "symmetric/ctr-any-length",
                "symmetric/mac",
            ][..],
        ),
        ("--kat", &["kat/verify-fisco-bcos-without-z"]),
        (
            "--negative",
            &[
                "negative/verify-key-off-curve",
                "negative/verify-key-of-zeros",
            ],
        ),
    ] {
        let run = format!("test {mode} --lib ./device.so {KEY} --json");
        let cases = by_outcome(&place.run(&run).exits(1).json());
        assert_eq!(cases["fail"], wrong, "{mode}");
        assert_eq!(cases.get("not-supported"), None, "{mode}");
    }
}

#[test]
fn the_plan_calls_nothing_in_a_library() {
    let Some(place) = compiled(
        "#include <stdlib.h>\n\
         int SDF_OpenDevice(void **device) { (void)device; abort(); }\n\
         int SDF_CloseDevice(void *device) { (void)device; abort(); }\n\
         int SDF_OpenSession(void *device, void **session) { (void)device, (void)session; abort(); }\n\
         int SDF_CloseSession(void *session) { (void)session; abort(); }\n",
    ) else {
        return;
    };
    for mode in ["", "--kat", "--negative", "--soak 1s"] {
        let plan = place
            .run(&format!("test {mode} --plan --lib ./device.so"))
            .succeeds()
            .text();
        assert!(plan.contains("    not exported: "), "{plan}");
    }
}
