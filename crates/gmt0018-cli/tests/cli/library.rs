//! The software card loaded as a vendor's library would be, and the command's own symbols.

use crate::support::{Place, soft_library, tool};

#[test]
fn the_loaded_library_signs_what_the_card_in_process_verifies() {
    let place = Place::with_key();
    let library = soft_library();
    let library = library.to_str().unwrap();
    let command = format!("sign --lib {library} --key-index 1 --password-file pin message --json");
    let report = place.run(&command).succeeds().json();
    assert_eq!(report["device"]["kind"], "library");
    assert_eq!(report["device"]["library"], library);
    let verify = format!(
        "verify --on-card --public-key {} --signature {} message",
        report["public_key"].as_str().unwrap(),
        report["signature"].as_str().unwrap()
    );
    assert_eq!(place.run(&verify).succeeds().text(), "valid");
    let wrong = format!("sign --lib {library} --key-index 1 --password-file wrong message");
    place
        .run(&wrong)
        .refused(5, &["the password of key index 1 was refused"]);
    place.run("soft backup copy").succeeds();
    let with_path = format!("keys list --lib {library} --open-path copy --json");
    assert_eq!(
        place.run(&with_path).succeeds().json()["keys"][0]["index"],
        1
    );
}

#[test]
fn the_loaded_library_and_the_card_in_process_have_the_same_functions() {
    let place = Place::with_key();
    let loaded = format!("probe --json --lib {}", soft_library().to_str().unwrap());
    let loaded = place.run(&loaded).succeeds().json();
    let in_process = place.run("probe --json").succeeds().json();
    for field in ["functions", "device_info", "keys", "checks"] {
        assert_eq!(loaded[field], in_process[field], "{field}");
    }
}

#[test]
fn the_option_wins_over_the_environment() {
    let place = Place::with_key();
    let nonsense = [(
        "GMT0018_LIB",
        std::ffi::OsStr::new("/nonexistent/library.so"),
    )];
    let library = soft_library();
    let command = format!("random 4 --lib {}", library.to_str().unwrap());
    place.run_with(&command, &nonsense, b"").succeeds();
    place
        .run_with("random 4 --soft-dir store", &nonsense, b"")
        .succeeds();
    place
        .run_with("random 4", &nonsense, b"")
        .refused(3, &["does not exist"]);
}

#[test]
fn the_command_exports_no_function_of_the_standard() {
    let binary = env!("CARGO_BIN_EXE_gmt0018");
    let Some(output) = tool("nm", &["-D", binary], std::path::Path::new(".")) else {
        return;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let symbols = String::from_utf8(output.stdout).unwrap();
    assert!(symbols.contains("malloc"), "nm shows no dynamic symbols");
    assert!(
        !symbols.contains("SDF_"),
        "a vendor's library would bind to them"
    );
}
