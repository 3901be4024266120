//! Bad input: each kind has its message and its exit code.

use std::ffi::OsStr;

use crate::support::{Place, tool};

#[test]
fn no_store_index_or_password() {
    Place::new()
        .run("sign --key-index 1 message")
        .refused(6, &["store cannot be opened", "gmt0018 soft init"]);
    let place = Place::with_key();
    place
        .run("sign --key-index 2 message")
        .refused(5, &["no key at index 2", "keys list"]);
    place
        .run("keys show --key-index 2")
        .refused(5, &["no key at index 2", "SDR_KEYNOTEXIST"]);
    place.run("sign --key-index 1 message").refused(
        5,
        &["a password is needed", "$GMT0018_PASSWORD", "no terminal"],
    );
    place
        .run("sign --key-index 1 --no-password message")
        .refused(5, &["SDR_PARDENY", "pass the access password"]);
}

#[test]
fn password_files_that_cannot_be_used() {
    let place = Place::with_key();
    place.write("empty", "\n");
    place.write("huge", &"x".repeat(1 << 20));
    for (file, part) in [
        ("absent", "cannot read the password file absent"),
        (".", "cannot read the password file ."),
        ("empty", "the password is empty"),
        ("huge", "more than 1024 bytes"),
    ] {
        let command = format!("sign --key-index 1 --password-file {file} message");
        place.run(&command).refused(5, &[part]);
    }
    // An empty variable is no password.
    let empty = [("GMT0018_PASSWORD", OsStr::new(""))];
    place
        .run_with("sign --key-index 1 message", &empty, b"")
        .refused(5, &["a password is needed"]);
}

#[cfg(unix)]
#[test]
fn a_password_file_that_others_may_read_is_remarked_on() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::with_key();
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(place.path("pin"), open).unwrap();
    let answer = place
        .run("sign --key-index 1 --password-file pin message")
        .succeeds();
    assert!(answer.stderr().contains("chmod 600"), "{}", answer.stderr());
}

#[test]
fn libraries_that_are_none() {
    let place = Place::new();
    place.write("text.so", "this is no library");
    place.write("empty.so", "");
    for (path, part) in [
        ("absent.so", "does not exist"),
        (".", "is a directory"),
        ("./text.so", "a text file"),
        ("./empty.so", "an empty file"),
    ] {
        let path = if path == "absent.so" {
            "./absent.so"
        } else {
            path
        };
        place
            .run(&format!("probe --lib {path}"))
            .refused(3, &[part]);
        let variable = [("GMT0018_LIB", OsStr::new(path))];
        place.run_with("probe", &variable, b"").refused(3, &[part]);
    }
    let nothing = [("GMT0018_LIB", OsStr::new(""))];
    place.run_with("random 1", &nothing, b"").succeeds();
}

#[test]
fn a_library_without_a_function() {
    let place = Place::new();
    place.write("four.c", FOUR_FUNCTIONS);
    place.write("none.c", "int answer(void) { return 42; }\n");
    for name in ["four", "none"] {
        let arguments = [
            "-shared",
            "-fPIC",
            "-o",
            &format!("{name}.so"),
            &format!("{name}.c"),
        ];
        let Some(output) = tool("cc", &arguments, &place.path("")) else {
            return;
        };
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    place.run("probe --lib ./none.so").refused(
        3,
        &[
            "not a GM/T 0018 library",
            "SDF_OpenDevice",
            "SDF_CloseSession",
        ],
    );
    place
        .run("hash --on-card --lib ./four.so message")
        .refused(3, &["cannot hash", "does not export SDF_HashInit"]);
    place.run("random 1 --lib ./four.so").exits(3);
    place
        .run("keys show --key-index 1 --lib ./four.so")
        .refused(3, &["SDF_ExportSignPublicKey_ECC"]);
    // What is there is told; that the rest is not offered is no failed check.
    let report = place.run("probe --lib ./four.so --json").succeeds().json();
    assert_eq!(report["device_info"], serde_json::Value::Null);
    assert_eq!(report["checks"]["sm3"]["outcome"], "not-offered");
    assert_eq!(report["keys"]["stopped"]["index"], 1);
    let missing = report["functions"]["missing"].as_array().unwrap();
    assert!(
        missing
            .iter()
            .any(|symbol| symbol["name"] == "SDF_InternalSign_ECC")
    );
    // A device that does not open: its library is described all the same.
    let broken = place
        .run("probe --lib ./four.so --open-path nowhere")
        .exits(3);
    assert!(
        broken.text().contains("6.2 device management"),
        "{}",
        broken.text()
    );
}

#[test]
fn a_device_that_fails() {
    let place = Place::new();
    place.write(
        "broken.c",
        &FOUR_FUNCTIONS.replace("*device = &there; return 0;", "return 0x01010201;"),
    );
    let arguments = ["-shared", "-fPIC", "-o", "broken.so", "broken.c"];
    let Some(output) = tool("cc", &arguments, &place.path("")) else {
        return;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    place.run("random 1 --lib ./broken.so").refused(
        4,
        &["the device cannot be opened", "0x01010201", "swsds.ini"],
    );
    let probed = place.run("probe --lib ./broken.so").exits(4);
    assert!(
        probed.text().contains("6.2 device management") && probed.stderr().contains("0x01010201")
    );
}

#[test]
fn values_of_the_wrong_form() {
    let place = Place::with_key();
    place.write(
        "key.pem",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    );
    let key = "1".repeat(128);
    let signature = "2".repeat(128);
    let verify = |key: &str, signature: &str, rest: &str| {
        place.run(&format!(
            "verify --public-key {key} --signature {signature} {rest}"
        ))
    };
    let sign = |digest: &str| place.run(&format!("sign --key-index 1 --digest {digest}"));
    sign(&"0".repeat(62)).refused(2, &["--digest", "62 hex digits", "64"]);
    sign(&"g".repeat(64)).refused(2, &["--digest", "not made of hex digits"]);
    verify("zz", &signature, "message").refused(2, &["--public-key", "not hexadecimal"]);
    verify("1234", &signature, "message").refused(2, &["--public-key", "found 2"]);
    verify("@absent", &signature, "message").refused(2, &["cannot read absent"]);
    verify("@key.pem", &signature, "message").refused(2, &["--public-key", "key.pem"]);
    verify(&key, "zz", "message").refused(2, &["--signature", "hex digits"]);
    verify(&key, "3006020101020101ff", "message").refused(2, &["--signature", "DER"]);
    verify(&key, &signature, "absent").refused(2, &["cannot read absent"]);
    verify(&key, &signature, ".").refused(2, &["cannot read ."]);
    // A point off the curve is a verdict, not an error.
    let answer = verify(&key, &signature, "message").exits(1);
    assert_eq!(answer.text(), "invalid");
    assert!(answer.stderr().contains("not a point of the SM2 curve"));
}

#[test]
fn options_that_do_not_go_together() {
    let place = Place::with_key();
    for arguments in [
        "sign --key-index 1",
        "sign --key-index 1 --digest 00 message",
        "sign --key-index 1 --digest 00 --user-id me",
        "sign --key-index one message",
        "verify --public-key 00 message",
        "probe --lib a --soft-dir b",
        "probe --lib=",
        "keys list --range 9-1",
        "bench sign --sessions 0",
        "bench sign --seconds 0",
        "random 0",
        "random 1 --raw --json",
        "soft generate",
        "no-such-command",
    ] {
        place.run(arguments).exits(2);
    }
    place
        .run("probe --dialect sansec-legacy")
        .refused(2, &["--dialect", "--lib"]);
    place
        .run("bench sm4 --size 17")
        .refused(2, &["--size", "multiple of 16"]);
}

#[test]
fn errors_in_json_have_the_same_parts() {
    let place = Place::with_key();
    let answer = place.run("sign --key-index 2 message --json").exits(5);
    assert_eq!(answer.text(), "");
    let line = answer.stderr().lines().last().unwrap();
    let error = serde_json::from_str::<serde_json::Value>(line).unwrap()["error"].clone();
    assert_eq!(error["exit_code"], 5);
    assert_eq!(error["what"], "there is no key at index 2");
    for part in ["why", "try"] {
        assert!(!error[part].as_str().unwrap().is_empty(), "{error}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stdout_is_an_error() {
    let place = Place::new();
    let command = format!("{} random 16 > /dev/full", env!("CARGO_BIN_EXE_gmt0018"));
    let Some(output) = tool("sh", &["-c", &command], &place.path("")) else {
        return;
    };
    assert_eq!(output.status.code(), Some(6));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write the result"));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_ends_the_command_in_peace() {
    let place = Place::new();
    // 1 GiB would take minutes.
    let command = format!(
        "{} random 1073741824 --raw | head -c 4 | wc -c",
        env!("CARGO_BIN_EXE_gmt0018")
    );
    let start = std::time::Instant::now();
    let Some(output) = tool("sh", &["-c", &command], &place.path("")) else {
        return;
    };
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "4");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("error"));
    assert!(start.elapsed() < std::time::Duration::from_secs(10));
}

const FOUR_FUNCTIONS: &str = "\
static int there;
int SDF_OpenDevice(void **device) { *device = &there; return 0; }
int SDF_CloseDevice(void *device) { return 0; }
int SDF_OpenSession(void *device, void **session) { *session = &there; return 0; }
int SDF_CloseSession(void *session) { return 0; }
";
